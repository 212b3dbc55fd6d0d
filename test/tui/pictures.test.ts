/** The pictures in docs/screens show what the program draws now. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import pngjs from "pngjs"
import { beforeAll, afterAll, expect, test } from "vitest"
import { PICTURES } from "../support/picture-screens.ts"
import { drawingOf, pictureOf } from "../support/screen-picture.ts"
import { textOf } from "../support/virtual-screen.ts"

const folder = fileURLToPath(new URL("../../docs/screens/", import.meta.url))
const zone = process.env["TZ"]
beforeAll(() => void (process.env["TZ"] = "UTC"))
afterAll(() => {
  if (zone === undefined) delete process.env["TZ"]
  else process.env["TZ"] = zone
})

test.each(PICTURES)("%s", async (name, draw) => {
  const { terminal, end } = await draw()
  const [kept, now] = [`${folder}${name}`, textOf(terminal)]
  expect(existsSync(kept), `no such picture: npm run screenshots. It would show\n${now}`).toBe(true)
  // Pixels, not bytes: how well they are packed is the machine's.
  const isSame = name.endsWith(".svg")
    ? readFileSync(kept, "utf8") === drawingOf(terminal)
    : pixelsOf(readFileSync(kept)).equals(pixelsOf(pictureOf(terminal)))
  await end()
  expect(isSame, `npm run screenshots, and look at it. The screen is now\n${now}`).toBe(true)
})

test("no picture is left over", () => {
  expect(readdirSync(folder).toSorted()).toEqual(PICTURES.map(([name]) => name).toSorted())
})

function pixelsOf(picture: Buffer): Buffer {
  return pngjs.PNG.sync.read(picture).data
}
