/** Sentences that depend on numbers and states: what a teacher reads about a room. */
import { expect, test } from "vitest"
import {
  peopleSentence,
  peopleWords,
  roomProblemWords,
  securityWords,
  sentenceOf,
} from "../../src/tui/words.ts"
import { FakeClient } from "../support/fake-client.ts"

function room(heard: number, listed: number) {
  const client = new FakeClient()
  for (let at = 0; at < heard + listed; at++) client.addPerson(`Pupil ${at}`, { here: at < heard })
  return client.room("r_everyone")
}

test.each([
  [0, 0, "only you so far", /^Nobody but you/u],
  [1, 0, "2 people", /^2 people are in this room, you among them/u],
  [30, 0, "31 people", /^31 people are in this room/u],
  [
    12,
    18,
    "31 people, 12 heard from",
    /^31 people are on the list.* 12 of them you have heard from.*only listed/u,
  ],
  [0, 3, "4 people, 0 heard from", / 0 of them you have heard from/u],
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
  const ravi = client.addPerson("Ravi", { trust: "changed" })
  const { id } = await client.openChat(ravi.id)
  client.setRoom(id, { state: "stopped", problem: "key-changed" })
  const direct = client.room(id)
  expect(roomProblemWords(direct)).toMatch(/you compared keys with Ravi and they differ.*\/verify/u)
  expect(securityWords(direct).text).toBe("STOPPED: keys differ")
  expect(securityWords(client.room("r_everyone")).text).toBe("end-to-end, 1 DIFFERS")
})
