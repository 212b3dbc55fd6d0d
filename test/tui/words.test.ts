/** Sentences that depend on numbers and states: what a teacher reads about a room. */
import { expect, test } from "vitest"
import type { ConnectionView, Notice, PersonRef } from "../../src/client/events.ts"
import { noticeWords, renamedWords } from "../../src/tui/notice-words.ts"
import { actOnKeys } from "../../src/tui/key-actions.ts"
import { ASCII_SYMBOLS, nameWithMark, noticeMark, noticeStyle, UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import {
  connectionWords,
  limitWords,
  peopleSentence,
  peopleWords,
  roomProblemWords,
  securityWords,
  sentenceOf,
  troubleWords,
  trustWords,
} from "../../src/tui/words.ts"
import { FakeClient } from "../support/fake-client.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"

function room(heard: number, listed: number) {
  const client = new FakeClient()
  for (let at = 0; at < heard + listed; at++) client.addPerson(`Pupil ${at}`, { here: at < heard })
  return client.room("r_everyone")
}

test.each([
  [0, 0, "only you so far", /^Nobody but you/u],
  [1, 0, "2 here", /^2 people are here, you among them/u],
  [30, 0, "31 here", /^31 people are here/u],
  [12, 18, "13 here, 18 listed", /^13 people are here, you among them.* 18 more are only listed/u],
  [0, 3, "1 here, 3 listed", /^Only you are here for certain\. 3 people are only listed/u],
  [0, 1, "1 here, 1 listed", /^Only you are here for certain\. 1 person is only listed/u],
  [1, 1, "2 here, 1 listed", /^2 people are here, you among them.* 1 more is only listed/u],
])("%d heard from and %d only listed", (heard, listed, words, sentence) => {
  expect(peopleWords(room(heard, listed))).toBe(words)
  expect(peopleSentence(room(heard, listed))).toMatch(sentence)
})

test.each([
  ["the disk is full", "The disk is full."],
  ["keys differ. Compare again", "Keys differ. Compare again."],
  ["is it there?", "Is it there?"],
  ['"x" is no name', '"x" is no name.'],
  ["éa", "Éa."],
  ["", "."],
])("an error's words %j stand alone as %j", (message, sentence) => {
  expect(sentenceOf(message)).toBe(sentence)
})

test("keys that were compared and differ are never called a change of keys", async () => {
  const client = new FakeClient()
  const ravi = client.addPerson("Ravi", { trust: "changed", tag: "7f3c2k" })
  const { id } = await client.openChat(ravi.id)
  client.setRoom(id, { state: "stopped", problem: "keys-differ" })
  const direct = client.room(id)
  expect(roomProblemWords(direct)).toMatch(/you compared keys with Ravi and they differ.*\/verify/u)
  expect(securityWords(direct).text).toBe("STOPPED: keys differ")
  expect(securityWords(client.room("r_everyone")).text).toBe("end-to-end, 1 CHANGED")
  const words = (["unverified", "changed", "differs", "replaced"] as const).map((trust) => {
    client.setTrust(ravi.id, trust)
    const now = client.findPerson("Ravi")
    return [trustWords(now), nameWithMark(now, UNICODE_SYMBOLS), nameWithMark(now, ASCII_SYMBOLS)].join(", ")
  })
  expect(words).toEqual([
    "not verified, Ravi ?7f3c2k, Ravi ?7f3c2k",
    "key CHANGED, Ravi !7f3c2k, Ravi !7f3c2k",
    "KEYS DIFFER, Ravi ≠7f3c2k, Ravi !=7f3c2k",
    "old key, replaced, Ravi ×7f3c2k, Ravi %7f3c2k",
  ])
  client.setTrust(ravi.id, "differs")
  expect(securityWords(client.room("r_everyone")).text).toBe("end-to-end, keys of 1 DIFFER")
  expect(roomProblemWords(client.room(id))).toMatch(/\/verify Ravi compares again, \/block Ravi hides/u)
  const asked = { action: "decide", name: "Ravi", peer: undefined } as const
  expect(await actOnKeys(client, asked, UNICODE_SYMBOLS)).toEqual({
    done: "You compared keys with Ravi and they differ. Nothing is sent to them. /verify Ravi compares again, /block Ravi hides them.",
  })
})

const ravi: PersonRef = { id: "u_Ravi", name: "Ravi", tag: "7f3c2k", trust: "unverified" }

/** Every notice that there is; a new code without words does not compile. */
const notices = (person: PersonRef): { [Code in Notice["code"]]: Notice & { code: Code } } => ({
  joined: { code: "joined", person },
  left: { code: "left", person },
  "you-joined": { code: "you-joined" },
  "chat-opened": { code: "chat-opened" },
  "chat-reopened": { code: "chat-reopened", person },
  gap: { code: "gap", person, missing: 3 },
  fork: { code: "fork", person },
  differs: { code: "differs", person },
  unconfirmed: { code: "unconfirmed", person },
  removed: { code: "removed", person, by: person },
  "let-back": { code: "let-back", person, by: person },
  moderator: { code: "moderator", person, by: person },
  "no-moderator": { code: "no-moderator", person, by: person },
  "link-reset": { code: "link-reset", by: person },
  "you-removed": { code: "you-removed", by: person },
  damaged: { code: "damaged" },
  unreadable: { code: "unreadable", detail: person.name },
  "void-commit": { code: "void-commit" },
  rejoined: { code: "rejoined" },
  "log-reset": { code: "log-reset" },
  "lost-entries": { code: "lost-entries" },
  "rolled-back": { code: "rolled-back" },
  restored: { code: "restored" },
  "directory-replaced": { code: "directory-replaced" },
  "directory-split": { code: "directory-split", why: "contradiction" },
  "directory-differs": {
    code: "directory-differs",
    difference: {
      kind: "other",
      place: 4,
      by: person,
      ours: person,
      theirs: { name: person.name, tag: "abcdef" },
    },
  },
  verified: { code: "verified", person },
  mismatch: { code: "mismatch", person },
  "key-changed": { code: "key-changed", person },
  "key-rotated": { code: "key-rotated", person },
  renamed: { code: "renamed", person, before: "Rav", name: person.name },
  "key-accepted": { code: "key-accepted", person },
  blocked: { code: "blocked", person },
  unblocked: { code: "unblocked", person },
})

test.each(Object.values(notices(ravi)))("the notice $code is said without jargon", (notice) => {
  const words = noticeWords(notice)
  expect(words).toMatch(/^[A-Z0-9]/u)
  expect(words).not.toMatch(
    /\b(?:epoch|leaf|commit|hash|chain|MLS|ratchet|log|entry|entries|payload|fork|device|envelope|channel)\b/iu,
  )
  expect(words.length).toBeLessThan(200)
  // Not verified: the tag says which Ravi.
  if ("person" in notice) expect(words).toContain("Ravi ?7f3c2k")
  // What should not be overlooked is told apart without colour.
  expect(noticeMark(notice, UNICODE_SYMBOLS)).toBe(noticeStyle(notice) === "faint" ? "—" : "!")
})

test("a gap says how many messages are missing, and whose", () => {
  const gap = (missing: number) => noticeWords({ code: "gap", person: ravi, missing })
  expect(gap(1)).toBe("1 message of Ravi ?7f3c2k is missing here and has been asked for.")
  expect(gap(12)).toBe("12 messages of Ravi ?7f3c2k are missing here and have been asked for.")
})

test("a new name is said with the one before, and an alias stays what it was", () => {
  const notice = (person: PersonRef) => noticeWords({ code: "renamed", person, before: "ann", name: "anna" })
  expect(notice({ ...ravi, name: "anne" })).toBe("ann is now called anna ?7f3c2k")
  const aliased: PersonRef = { ...ravi, name: "Teacher", registeredName: "anna", trust: "verified" }
  expect(notice(aliased)).toBe("Teacher, to others ann until now, is called anna by them from here on")
  const self: PersonRef = { ...ravi, name: "anna", trust: "self" }
  expect(renamedWords({ person: self, before: "ann", by: "you" })).toBe(
    "You are called anna now; before you were ann.",
  )
  expect(renamedWords({ person: { ...ravi, name: "anna" }, before: "ann", by: "them" })).toBe(
    "ann is now called anna ?7f3c2k",
  )
})

test("no name or detail in a notice leaves its line or steers a terminal", () => {
  for (const name of HOSTILE_CORPUS)
    for (const notice of Object.values(notices({ ...ravi, name })))
      expect(noticeWords(notice)).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u,
      )
})

test.each<ConnectionView>([
  { state: "waiting", host: "10.0.0.1", port: 7667, retryAt: 0, why: "storage" },
  { state: "refused", host: "10.0.0.1", port: 7667, why: "storage" },
])("a full disk says what is blocked and that it goes on by itself", (connection) => {
  expect(troubleWords(connection)).toMatch(
    /disk of this computer is full.*nothing comes in and nothing is sent.*by itself/u,
  )
  expect(connectionWords(connection)).toContain("disk full")
})

test("a connection that is tried again without the person needs no banner", () => {
  const waiting = { state: "waiting", host: "10.0.0.1", port: 7667, retryAt: 0, why: "lost" } as const
  expect(troubleWords(waiting)).toBeUndefined()
})

test("a chat with a computer that tells two stories is stopped and says whose", async () => {
  const client = new FakeClient()
  const { id } = await client.openChat(client.addPerson("Ravi", { tag: "7f3c2k" }).id)
  client.setRoom(id, { state: "stopped", problem: "forked" })
  expect(roomProblemWords(client.room(id))).toBe(
    "STOPPED: the computer of Ravi ?7f3c2k tells different people different things. Nothing is sent here; ask Ravi in person.",
  )
  expect(securityWords(client.room(id)).tone).toBe("danger")
})

test("what the relay did not take, in words and not in codes", () => {
  const waits = "What you write waits here and is tried again."
  expect(limitWords("storage")).toBe(`The disk of the relay is full. ${waits}`)
  expect(limitWords("quota")).toBe(`The relay takes no more here for now: a limit is reached. ${waits}`)
})
