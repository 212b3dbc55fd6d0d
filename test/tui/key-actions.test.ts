/** A key that was replaced, as a person meets it: what is said, and the three keys that answer. */
import { expect, test } from "vitest"
import { actOnKeys, keyPage } from "../../src/tui/key-actions.ts"
import { onOverlayKey } from "../../src/tui/overlay-keys.ts"
import { DEFAULT_KEYS } from "../../src/tui/key-map.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import type { ChatView, Overlay } from "../../src/tui/view.ts"
import { FakeClient } from "../support/fake-client.ts"

async function asked() {
  const client = new FakeClient()
  const sunil = { ...client.addPerson("Sunil", { trust: "changed" }), mustDecide: true }
  client.findPerson = () => sunil
  const answer = await actOnKeys(
    client,
    { action: "decide", name: "Sunil", peer: undefined },
    UNICODE_SYMBOLS,
  )
  if ("done" in answer) throw new Error(answer.done)
  const overlay = keyPage(answer) as Overlay & { kind: "page" }
  const view = { overlay, rows: 24, columns: 80, keys: DEFAULT_KEYS } as unknown as ChatView
  return { client, sunil, overlay, view }
}

test("the page says what happened, the likely cause, the rare one, and what can be done", async () => {
  const { overlay } = await asked()
  const text = overlay.lines.map((spans) => spans.map((span) => span.text).join("")).join("\n")
  expect(text).toContain("given the name Sunil to another key")
  expect(text).toMatch(/Mostly this means .* new computer/)
  expect(text).toContain("In rare cases somebody else has taken the name, or the relay is lying.")
  expect(text).toContain("Nothing is sent to Sunil until you decide:")
  expect(overlay.choices?.map(({ key, label }) => `${key} ${label}`)).toEqual([
    "v verify now: compare keys, face to face or by telephone",
    "l later: send all the same; the mark stays until you have compared",
    "b block: show nothing more of them, and send nothing",
  ])
})

test.each([
  ["v", [{ kind: "verify" }]],
  ["l", [{ kind: "keys", action: "later", name: "u_Sunil", peer: undefined }]],
  ["b", [{ kind: "keys", action: "block", name: "u_Sunil", peer: undefined }]],
  ["x", []],
])("%s on the keyboard", async (text, effects) => {
  const { view, overlay } = await asked()
  expect(onOverlayKey(view, overlay, { kind: "text", text }).effects).toMatchObject(effects)
})

test("what is decided is done, and said", async () => {
  const { client } = await asked()
  const act = (action: "later" | "block" | "unblock") =>
    actOnKeys(client, { action, name: "Sunil", peer: undefined }, UNICODE_SYMBOLS)
  expect(await act("later")).toEqual({
    done: "You send to Sunil again. The mark stays until you have compared keys.",
  })
  await act("block")
  await act("unblock")
  expect(client.keys.decisions).toEqual(["later u_Sunil", "block u_Sunil", "unblock u_Sunil"])
})

test("putting off from a page is about the key that the page was about", async () => {
  const { client } = await asked()
  await actOnKeys(client, { action: "later", name: "u_Before", peer: undefined }, UNICODE_SYMBOLS)
  expect(client.keys.decisions).toEqual(["later u_Before"])
})
