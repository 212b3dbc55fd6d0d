/** Settings and drafts: checked whatever the disk holds, and there again after a start. */
import fc from "fast-check"
import { beforeEach, expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { checkedSettings, DEFAULT_SETTINGS, type Settings } from "../../src/client/client.ts"
import { OwnDesk } from "../../src/client/desk.ts"
import { ClientError } from "../../src/client/errors.ts"
import { putRecord } from "../../src/client/records.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const ROOM = new Uint8Array(32).fill(7)
const rooms = {
  byId: (id: string) => {
    if (id !== "r_here") throw new ClientError("unknown-name", "there is no such room")
    return { room: ROOM } as never
  },
}

let context: FakeContext
const desk = () => new OwnDesk(context, rooms, async (action) => action())
beforeEach(async () => void (context = await fakeContext()))

test("what is set is there after the next start, and the rest is as it was", async () => {
  expect(desk().settings()).toEqual(DEFAULT_SETTINGS)
  const changed = await desk().change({ theme: "light", rooms: { r_here: "mentions" } })
  expect(changed).toEqual({ ...DEFAULT_SETTINGS, theme: "light", rooms: { r_here: "mentions" } })
  await desk().change({ mouse: true })
  expect(desk().settings()).toEqual({ ...changed, mouse: true })
})

test("a value that makes no sense changes nothing", async () => {
  await desk().change({ theme: "mono", quietUntil: 5 })
  const bad = { theme: "pink", quietUntil: -1, mouse: "yes", notify: 3 } as unknown as Partial<Settings>
  expect(await desk().change(bad)).toMatchObject({
    theme: "mono",
    quietUntil: 5,
    mouse: false,
    notify: "all",
  })
})

test("property: whatever lies on the disk, settings are settings", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      const read = checkedSettings(given)
      expect(checkedSettings(read)).toEqual(read)
      expect(Object.keys(read).toSorted()).toEqual(Object.keys(DEFAULT_SETTINGS).toSorted())
    }),
  )
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`r_${n}`, "off"]))
  expect(Object.keys(checkedSettings({ rooms: many }).rooms)).toHaveLength(1_000)
  expect(checkedSettings({ rooms: { "../x": "off", r_ok: "off", r_no: "loud" } }).rooms).toEqual({
    r_ok: "off",
  })
})

test("a damaged row is no settings, and no end of the start", () => {
  context.update("ordered", ({ tx }) => tx.put("meta", utf8("settings"), Uint8Array.of(1, 2, 3)))
  expect(desk().settings()).toEqual(DEFAULT_SETTINGS)
  context.update("ordered", ({ tx }) => putRecord(tx, "meta", utf8("settings"), { theme: 7, mouse: true }))
  expect(desk().settings()).toEqual({ ...DEFAULT_SETTINGS, mouse: true })
})

test("a draft is there after the next start, until it is emptied", async () => {
  await desk().keepDraft("r_here", "half a\nthought 👩🏽‍🏫")
  expect(desk().draft("r_here")).toBe("half a\nthought 👩🏽‍🏫")
  await desk().keepDraft("r_here", "x".repeat(200_000))
  expect(desk().draft("r_here")).toContain("half a")
  await desk().keepDraft("r_here", "")
  expect(desk().draft("r_here")).toBe("")
  expect(context.store.get("meta", concat(utf8("draft "), ROOM))).toBeUndefined()
  await expect(desk().keepDraft("r_there", "x")).rejects.toThrow("no such room")
  context.update("ordered", ({ tx }) => tx.put("meta", concat(utf8("draft "), ROOM), Uint8Array.of(0xff)))
  expect(desk().draft("r_here")).toBe("")
})
