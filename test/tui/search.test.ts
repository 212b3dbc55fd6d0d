/** Search in what is stored, and the lists to choose from: bounded, by keys alone, answered in between. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { fuzzyScore } from "../../src/tui/fuzzy.ts"
import { pickerItems } from "../../src/tui/picker.ts"
import {
  linesTo,
  MAX_HITS,
  MAX_SEARCHED_LINES,
  search,
  SLICE_LINES,
  snippetOf,
  type Found,
} from "../../src/tui/search.ts"
import { say } from "../../src/tui/safe-text.ts"
import { classroom, FakeClient } from "../support/fake-client.ts"
import { chat, EVERYONE, longRoom, MEERA } from "../support/tui-chat.ts"
import { Stage } from "../support/tui-stage.ts"

const now = { now: () => 0, wakeAt: (_: number, wake: () => void) => (queueMicrotask(wake), () => {}) }

async function found(client: FakeClient, query: string, rooms = [EVERYONE]): Promise<Found> {
  let last: Found | undefined
  await search(
    { client, clock: now },
    rooms,
    query,
    () => true,
    (more) => void (last = more),
  )
  return last!
}

test("every word must be there, in any case; the newest comes first", async () => {
  const client = longRoom(1_300)
  const hits = (await found(client, "MESSAGE 12")).hits.map(({ line }) => line.message.text)
  expect(hits).toEqual([...hits].toSorted((a, b) => Number(b.slice(8)) - Number(a.slice(8))))
  expect(hits[0]).toBe("message 1299")
  expect(hits.at(-1)).toBe("message 12")
  expect((await found(client, "message nowhere")).hits).toEqual([])
  expect(await found(client, "  ")).toEqual({ hits: [], searched: 0, end: "all" })
})

test("what is read and what is found is bounded, and that is said", async () => {
  expect(await found(longRoom(600), "message")).toMatchObject({ end: "too-many", searched: SLICE_LINES })
  expect((await found(longRoom(600), "message")).hits).toHaveLength(MAX_HITS)
  const endless = new FakeClient()
  const [line] = longRoom(1).transcript(EVERYONE, 1)
  let asked = 0
  endless.transcript = (_, limit) => {
    asked += 1
    return Array.from({ length: limit }, () => line!)
  }
  expect(await found(endless, "nothing of that")).toMatchObject({
    end: "too-far",
    searched: MAX_SEARCHED_LINES,
  })
  expect(asked).toBe(MAX_SEARCHED_LINES / SLICE_LINES)
})

test("a search that nobody wants any more reads no further slice", async () => {
  const client = longRoom(2_000)
  let turns = 0
  let told = 0
  await search(
    { client, clock: now },
    [EVERYONE],
    "zzz",
    () => turns++ < 2,
    () => void told++,
  )
  expect([turns, told]).toEqual([3, 2])
})

test("the lines up to the one that was found, and a few before it", async () => {
  const client = longRoom(1_300)
  const deps = { client, clock: now }
  const { hits } = await found(client, "message 17")
  const hit = hits.at(-1)!
  expect(hit.line.message.text).toBe("message 17")
  const loaded = (await linesTo(deps, hit, 3))!
  expect(loaded.lines.length).toBe(1_300)
  expect(loaded.complete).toBe(true)
  const near = (await linesTo(deps, (await found(client, "1250")).hits[0]!, 3))!
  expect([near.lines.length, near.complete]).toEqual([SLICE_LINES, false])
  // The one that was found stands at the edge of a slice: what is before it is there as well.
  const edge = (await linesTo(deps, (await found(client, "message 801")).hits[0]!, 3))!
  expect([edge.lines.length, edge.complete]).toEqual([3 * SLICE_LINES, false])
  const gone = { ...hit, line: { ...hit.line, message: { ...hit.line.message, id: "m_gone" } } }
  expect(await linesTo(deps, gone, 3)).toBeUndefined()
})

test.each([
  ["short and found", "found", "short and found"],
  [`${"long ".repeat(20)}needle behind`, "needle", "…long long long long needle behind"],
  ["two\nlines", "lines", "two lines"],
])("the snippet of %j for %j is %j", (text, query, snippet) =>
  expect(snippetOf(text, query, say`…`)).toBe(snippet),
)

test("property: a snippet is one line and keeps whole letters", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme", minLength: 1 }),
      (text, query) => {
        expect(snippetOf(text, query, say`…`)).not.toMatch(/[\n\ud800-\udbff](?![\udc00-\udfff])/u)
      },
    ),
    { numRuns: 200 },
  )
})

test.each([
  ["asha", ["Asha", "Asha B", "Natasha", "a shepherd has a hat"]],
  ["ev", ["everyone", "Bob Evans", "never", "elevator"]],
  ["mt", ["Mt. Abu", "Team mtg", "Meera T"]],
])("%j finds the whole, the start, a word, a part, the letters: in this order", (asked, titles) => {
  const ranked = titles
    .toReversed()
    .filter((title) => fuzzyScore(asked, title) > 0)
    .toSorted((a, b) => fuzzyScore(asked, b) - fuzzyScore(asked, a))
  expect(ranked).toEqual(titles)
})

test.each([
  ["ahsa", "Asha"],
  ["x", "Asha"],
])("%j is not in %j", (asked, title) => expect(fuzzyScore(asked, title)).toBe(0))

test("property: the same letters in order are found, and no score leaves its bounds", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 30 }),
      fc.string({ maxLength: 5 }),
      (title, asked) => {
        const score = fuzzyScore(asked, title)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1_000)
      },
    ),
  )
})

test("go to: rooms, people and commands; a command goes into the line and Enter there runs it", async () => {
  const it = (await chat()).press("ctrl+o").type("safe")
  expect(it.view.overlay?.kind).toBe("picker")
  it.press("ctrl+u").type("/exp").press("enter")
  expect([it.view.overlay, it.view.composer.text]).toEqual([undefined, "/export "])
  expect(it.press("enter").taken()).toEqual([{ kind: "export", roomId: EVERYONE, path: undefined }])
  const titles = (query: string) => {
    it.press("ctrl+o").type(query)
    const { overlay } = it.view
    const items = overlay?.kind === "picker" ? pickerItems(it.view, overlay) : []
    it.press("esc")
    return items.map(({ title }) => title as string)
  }
  expect(titles("meera")[0]).toBe("Meera T")
  expect(titles("2")[0]).toBe("Meera T")
  expect(titles("who")[0]).toBe("/who")
  expect(titles("invitation")).toContain("/invite")
  it.type("being written")
  expect(titles("who")).not.toContain("/who")
})

test("Ctrl+R: what was written before, the newest first, searched by letters", async () => {
  const it = (await chat()).type("first thing").press("enter").type("second thing").press("enter")
  it.taken()
  it.press("ctrl+r").press("enter")
  expect(it.view.composer.text).toBe("second thing")
  it.press("ctrl+r").type("fst").press("enter")
  expect([it.view.composer.text, it.taken()]).toEqual(["first thing", []])
})

test("search: each letter asks anew, the same key again looks everywhere, Enter jumps", async () => {
  const it = (await chat()).press("ctrl+f").type("q").type("u")
  expect(it.taken()).toEqual([
    { kind: "search", query: "", roomId: EVERYONE },
    { kind: "search", query: "q", roomId: EVERYONE },
    { kind: "search", query: "qu", roomId: EVERYONE },
  ])
  const { hits } = await found(it.client, "quiz")
  it.give({ kind: "found", query: say`other`, found: { hits, searched: 4, end: "all" } })
  expect(it.press("enter").taken()).toEqual([])
  it.give({ kind: "found", query: say`qu`, found: { hits, searched: 4, end: "all" } })
  it.press("ctrl+f")
  expect(it.taken()).toEqual([{ kind: "search", query: "qu", roomId: undefined }])
  it.give({ kind: "found", query: say`qu`, found: { hits, searched: 4, end: "all" } })
  it.press("down", "up", "pagedown", "enter")
  const stop = { kind: "search", query: "", roomId: undefined }
  expect(it.taken()).toEqual([stop, { kind: "jump", hit: hits[0] }])
  expect(it.view.overlay).toBeUndefined()
  expect(it.type("/jump 1").press("enter").taken()).toEqual([{ kind: "jump", hit: hits[0] }])
  expect(it.type("/jump 2").press("enter").taken()).toEqual([])
  expect(it.type("/search third").press("enter").taken()).toEqual([
    { kind: "search", query: "third", roomId: EVERYONE },
  ])
  expect(it.press("esc").taken()).toEqual([stop])
  expect(it.press("ctrl+f", "ctrl+c").taken().at(-1)).toEqual(stop)
  expect(it.view.overlay).toBeUndefined()
})

test("a line far up is found and stands on the screen, in its own room", async () => {
  const client = longRoom(2_000)
  const meera = await classroom().then((room) => room.findPerson("meera t"))
  client.receive(EVERYONE, meera, "the needle", 0)
  for (let n = 0; n < 700; n++) client.receive(EVERYONE, meera, `after ${n}`, 1_000 * n)
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("#everyone ▸")
  stage.type("\u0006")
  await stage.until("Search in #everyone")
  stage.type("needl")
  await stage.until("1 message")
  stage.type("\r")
  const screen = await stage.until(/│ the needle/u)
  expect(screen).toContain("message 1999")
  expect(screen).toContain("after 0")
  expect(screen).toContain("more below")
  stage.type("\u0003\u0003")
  await stage.done
})

test("a jump to another room opens it with its own draft", async () => {
  const client = await classroom()
  client.desk.drafts.set(MEERA, "for Meera")
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("#everyone ▸")
  stage.type("/search-all third\r")
  await stage.until("Search everywhere")
  await stage.until("1 message")
  stage.type("\r")
  await stage.until("Meera T ▸ for Meera")
  stage.type("\u0003\u0003\u0003")
  await stage.done
})
