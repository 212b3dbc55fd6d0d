import { expect, test } from "vitest"
import type { HeldSubject, HeldThing, SeesDifference } from "../../src/client/client.ts"
import { HELD_NAMES } from "../../src/protocol/held.ts"
import { HELD_TABLES } from "../../src/relay/held.ts"
import { HELD_WORDS, TABLE_WORDS } from "../../src/tui/sees-words.ts"
import { NOT_PROVEN, rowsOf, seesLines, sizeWords } from "../../src/tui/sees.ts"

const room = { id: "r_1", name: "everyone", kind: "everyone" as const }
const thing = (name: string, more: Partial<HeldThing> = {}): HeldThing => ({
  name,
  rows: 1,
  least: 0,
  most: 0,
  bytes: 0,
  text: "",
  ...more,
})
const subject = (more: Partial<HeldSubject> = {}): HeldSubject => ({
  kind: "channel",
  room,
  isOurs: false,
  things: [
    thing("entry.seq", { rows: 3, least: 1, most: 3 }),
    thing("entry.bytes", { rows: 3, bytes: 3_300 }),
  ],
  ...more,
})
const textOf = (lines: ReturnType<typeof seesLines>) =>
  lines.map((line) => line.map(({ text }) => text).join("")).join("\n")

test("every thing of the list has words, and every table too", () => {
  expect(HELD_NAMES.filter((name) => HELD_WORDS[name] === "")).toEqual([])
  expect(Object.keys(TABLE_WORDS).toSorted()).toEqual(Object.values(HELD_TABLES).flat().toSorted())
})

test("a report begins with whether anything differs and ends with what is not proven", () => {
  const text = textOf(seesLines({ subjects: [subject()], differences: [] }))
  expect(text.split("\n")[0]).toBe("Everything that your program can predict is as it must be.")
  expect(text).toContain("On its disk: #everyone")
  expect(text).toContain(
    "3 sealed messages and changes of keys, 3.3 kB: its number (1 to 3); the sealed bytes",
  )
  expect(text.endsWith(NOT_PROVEN)).toBe(true)
})

test.each<[SeesDifference, string]>([
  [
    { subject: "channel", room, code: "other", name: "channel.last_seq", held: 9, least: 5, most: 7 },
    "DIFFERS: #everyone: the relay holds 9 messages and has given you 7: it keeps something back.",
  ],
  [
    { subject: "channel", room, code: "other", name: "channel.last_seq", held: 2, least: 5, most: 7 },
    "DIFFERS: #everyone: you have read 5 messages, and the relay holds 2: it has lost some.",
  ],
  [
    { subject: "device", room: undefined, code: "other", name: "package.id", held: 90, least: 0, most: 25 },
    "DIFFERS: this device: the order they came in: the relay says 90, your program expects between 0 and 25.",
  ],
  [
    { subject: "inbox", room: undefined, code: "not-told" },
    "DIFFERS: your inbox: your program reads it, and the relay says nothing about it.",
  ],
  [
    { subject: "channel", room: undefined, code: "not-ours" },
    "DIFFERS: the relay says that you have a chat open which your program does not know.",
  ],
  [
    { subject: "account", room: undefined, code: "unknown", name: "spy\u001b[2J.\u202enotes" },
    'DIFFERS: you in the directory: the relay holds "spy␛[2J.notes", which this version has no words for.',
  ],
])("a difference is said first: %j", (difference, words) => {
  const lines = textOf(seesLines({ subjects: [], differences: [difference] })).split("\n")
  expect(lines[0]).toBe(words)
})

test("nothing that the relay says reaches the terminal as it came", () => {
  const things = [
    thing("memory.address", { text: "10.0.0.7\u001b]0;owned\u0007" }),
    thing("\u001b[31mred.\u0007bell", { bytes: 5 }),
    thing("__proto__.constructor", { bytes: 5 }),
    thing("constructor", { rows: 2 }),
    thing("entry.time", { least: 1, most: Number.MAX_SAFE_INTEGER }),
  ]
  // oxlint-disable-next-line no-control-regex
  expect(rowsOf({ things }).join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(rowsOf({ things: [] })).toEqual(["nothing"])
})

test.each([
  [1, "1 byte"],
  [999, "999 bytes"],
  [1_000, "1.0 kB"],
  [250_000, "250 kB"],
  [2_345_678, "2.3 MB"],
])("%i bytes are %s", (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words)
})
