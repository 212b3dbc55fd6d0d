/** What is said of two lists of people that differ: the place, both names with both tags, and what to do. */
import { expect, test } from "vitest"
import type { DifferenceView, DirectoryAlarm, PersonRef } from "../../src/client/events.ts"
import { alarmDetail, differenceWords } from "../../src/tui/directory-words.ts"

const person = (name: string, trust: PersonRef["trust"], tag: string): PersonRef => ({
  id: `u_${name}`,
  name,
  tag,
  trust,
})
const bob = person("bob", "verified", "bbbbbb")
const carol = person("carol", "unverified", "cccccc")
const eve = { name: "eve", tag: "eeeeee" }
const differs = (change: Partial<DifferenceView> = {}): DifferenceView => ({
  kind: "other",
  place: 3,
  by: bob,
  ours: carol,
  theirs: eve,
  ...change,
})

test.each<[DifferenceView, string]>([
  [differs(), "At place 3 your list has carol ?cccccc; the list of bob has eve ?eeeeee there."],
  [
    differs({ ours: person("carol", "verified", "cccccc") }),
    "At place 3 your list has carol ?cccccc; the list of bob has eve ?eeeeee there.",
  ],
  [
    differs({ ours: person("alice", "self", "aaaaaa") }),
    "At place 3 your list has you, ?aaaaaa; the list of bob has eve ?eeeeee there.",
  ],
  [
    differs({ theirs: undefined }),
    "At place 3 your list has carol ?cccccc; the list of bob has something else there.",
  ],
  [differs({ ours: undefined }), "At place 3 the list of bob has eve ?eeeeee; yours has nobody there."],
  [
    differs({ place: 0, ours: undefined, theirs: undefined }),
    "The lists differ at place 0, in something that is nobody's.",
  ],
  [
    differs({ kind: "more", ours: undefined }),
    "The relay keeps back from you what the list of bob has from place 3 on: there it has eve ?eeeeee.",
  ],
  [
    differs({ kind: "more", ours: undefined, theirs: undefined }),
    "The relay keeps back from you what the list of bob has from place 3 on.",
  ],
])("%j", (difference, words) => {
  expect(differenceWords(difference)).toEqual(words)
})

test("a name that would do something to the terminal does nothing", () => {
  const theirs = { name: "e\u001b[2Jve\u202e", tag: "eee\neee" }
  expect(differenceWords(differs({ theirs }))).not.toMatch(/[\p{Cc}\u202e]/u)
})

const alarm = (difference?: DifferenceView): DirectoryAlarm => ({
  why: "contradiction",
  at: 0,
  from: bob,
  ours: { log: 1, size: 4, root: "" },
  theirs: { log: 1, size: 5, root: "" },
  accepted: false,
  ...(difference && { difference }),
})

test.each<[DifferenceView | undefined, RegExp]>([
  [undefined, /Yours has 4 places, the other one 5\. Which place differs is not known\.$/u],
  [differs(), /write nothing to carol before you have compared keys in person, and tell bob\.$/u],
  [differs({ ours: undefined }), /write nothing to eve before/u],
  [differs({ ours: undefined, theirs: undefined }), /Tell bob in person, and whoever runs the relay\.$/u],
  [differs({ ours: person("alice", "self", "aaaaaa") }), /That place is yours: tell bob and everybody else/u],
])("what to do about %j", (difference, words) => {
  expect(alarmDetail(alarm(difference))).toMatch(words)
})
