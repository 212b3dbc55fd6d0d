/** Pictures of screens: the same screen gives the same bytes, in its colours, and none has a hole in it. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import pngjs from "pngjs"
import { expect, test } from "vitest"
import { strokesOf } from "../support/pen-font.ts"
import { drawingOf, pictureOf } from "../support/screen-picture.ts"
import { feed, openVirtualTerminal } from "../support/virtual-screen.ts"

async function screenOf(text: string) {
  const terminal = openVirtualTerminal(20, 3)
  await feed(terminal, text)
  return terminal
}

test("the same screen is the same picture, another one is not", async () => {
  const text = "\u001b[1mBold\u001b[0m \u001b[31mred\u001b[0m │─┴ ✓●○▸█▀▄"
  const one = pictureOf(await screenOf(text))
  expect(pictureOf(await screenOf(text)).equals(one)).toBe(true)
  expect(pictureOf(await screenOf(text.replace("red", "rod"))).equals(one)).toBe(false)
  const { width, height } = pngjs.PNG.sync.read(one)
  expect([width, height]).toEqual([20 * 10 + 24, 3 * 20 + 24])
})

test("colours, inverse and 24 bits arrive", async () => {
  const { data, width } = pngjs.PNG.sync.read(
    pictureOf(await screenOf("\u001b[48;2;1;2;3m \u001b[0m\u001b[7m \u001b[0m\u001b[48;5;196m ")),
  )
  const at = (column: number) => [
    ...data.subarray(4 * ((12 + 2) * width + 12 + column * 10 + 2)).subarray(0, 3),
  ]
  expect([at(0), at(1), at(2), at(3)]).toEqual([
    [1, 2, 3],
    [0xe4, 0xe6, 0xea],
    [255, 0, 0],
    [0x1e, 0x1e, 0x1e],
  ])
})

test("what the pen has not learned is refused, and stands in a drawing", async () => {
  const hindi = await screenOf("नमस्ते <&>")
  expect(() => pictureOf(hindi)).toThrow("the pen has not learned")
  const drawing = drawingOf(hindi)
  expect(drawing).toContain("नमस्ते")
  expect(drawing).toContain("&lt;&amp;&gt;")
})

test("the pen knows all of ASCII, and the pictures that the documents show are there", () => {
  for (let code = 0x20; code < 0x7f; code++) expect(strokesOf(String.fromCharCode(code))).toBeDefined()
  const root = fileURLToPath(new URL("../../", import.meta.url))
  const documents = ["README.md", "docs/OPERATING.md"]
    .map((name) => readFileSync(`${root}${name}`, "utf8"))
    .join()
  const shown = new Set([...documents.matchAll(/screens\/([\w-]+\.(?:png|svg))/gu)].map(([, name]) => name))
  expect(new Set(readdirSync(`${root}docs/screens`))).toEqual(new Set([...shown, "verification-120x40.png"]))
})
