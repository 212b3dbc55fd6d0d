/** One way to say a person: in every sentence the tag stands behind the name of whoever is not verified, the first time. */
import { expect, test } from "vitest"
import type { VerificationView, VerificationWhy } from "../../src/client/client.ts"
import type { PersonView, RoomProblem } from "../../src/client/events.ts"
import { actOnKeys, type KeyAction } from "../../src/tui/key-actions.ts"
import { changedKeyText, stoppedByKey } from "../../src/tui/key-words.ts"
import { prepareAct, type RoomAct } from "../../src/tui/room-acts.ts"
import { nameInWords, nameToType, UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { namesWords, outcomeWords, taskWords, turnWords } from "../../src/tui/verification-words.ts"
import { roomProblemWords } from "../../src/tui/words.ts"
import { FakeClient } from "../support/fake-client.ts"

const client = new FakeClient()
const ravi = client.addPerson("Ravi", { tag: "7f3c2k" })
const double: PersonView = { ...ravi, trust: "changed", mustDecide: true, ambiguous: true }

/** Sentences in which Ravi stands, but not where he is typed behind a command. */
function untagged(sentences: readonly string[]): string[] {
  const spoken = sentences.map((text) => text.replaceAll(/\/[a-z]+ Ravi/gu, "/command"))
  return spoken.filter(
    (text) => text.includes("Ravi") && !text.slice(text.indexOf("Ravi")).startsWith("Ravi ?7f3c2k"),
  )
}

function view(change: Partial<VerificationView>): VerificationView {
  return {
    id: "v_1",
    kind: "words",
    role: "asker",
    step: "asked",
    waitingFor: "them",
    person: ravi,
    room: undefined,
    words: undefined,
    digits: undefined,
    qr: undefined,
    ownAnswer: undefined,
    theirAnswer: undefined,
    endsAt: undefined,
    people: [],
    count: 2,
    missing: [],
    saidYes: [],
    saidNo: [ravi],
    culprits: [],
    attempt: 1,
    why: undefined,
    at: 0,
    ...change,
  }
}

const steps = [
  "asked",
  "accept?",
  "gathering",
  "exchanging",
  "compare",
  "show",
  "confirm?",
  "mismatch",
  "failed",
] as const

const whys: Record<VerificationWhy, true> = {
  "you-cancelled": true,
  "they-cancelled": true,
  "no-answer": true,
  "you-did-not-answer": true,
  "you-were-offline": true,
  "you-restarted": true,
  "they-restarted": true,
  "they-are-busy": true,
  "too-soon": true,
  "they-forgot": true,
  "broken-rules": true,
  "keys-changed": true,
  "not-possible": true,
  withheld: true,
  "three-attempts": true,
  "two-lists": true,
  "wrong-list": true,
  "not-on-the-list": true,
  "nobody-came": true,
  "somebody-said-no": true,
  "unknown-code": true,
  "not-for-you": true,
  "other-person": true,
  "unknown-person": true,
  "from-the-chat": true,
  "old-code": true,
}

test("a verification says who it is with at every step and at every end", () => {
  for (const kind of ["words", "room", "qr"] as const)
    for (const step of steps)
      for (const waitingFor of ["you", "them", "both", "leader", "programs"] as const) {
        const now = view({ kind, step, waitingFor, culprits: [ravi] })
        expect(untagged([...taskWords(now), turnWords(now)])).toEqual([])
      }
  for (const why of Object.keys(whys) as VerificationWhy[])
    for (const culprits of [[], [ravi]])
      expect(untagged(outcomeWords(view({ step: "failed", why, culprits })))).toEqual([])
  expect(untagged(outcomeWords(view({ step: "mismatch", theirAnswer: false })))).toEqual([])
  expect(namesWords([ravi, { ...ravi, name: "Meera", trust: "verified" }])).toBe("Ravi ?7f3c2k and Meera")
  // Whoever carries the mark needs no tag.
  expect(outcomeWords(view({ step: "verified" }))[0]).toMatch(/^VERIFIED: Ravi\. /u)
})

test("so do questions about keys, acts on people, and rooms that stand still", async () => {
  for (const action of ["keys", "decide", "later", "block", "unblock"] satisfies KeyAction[]) {
    const peer = client.findPerson("ravi")
    const told = await actOnKeys(client, { action, name: undefined, peer }, UNICODE_SYMBOLS)
    if (action !== "unblock") expect(untagged(["done" in told ? told.done : told.title])).toEqual([])
  }
  for (const act of ["remove", "unban", "promote", "demote"] satisfies RoomAct[]) {
    const { warning = "", asked } = prepareAct(client, act, "ravi")
    expect(untagged([warning, asked])).toEqual([])
  }
  const { id } = await client.openChat(ravi.id)
  for (const problem of [
    "key-changed",
    "blocked",
    "closed",
    "opening-refused",
    "forked",
  ] satisfies RoomProblem[]) {
    client.setRoom(id, { state: "stopped", problem })
    expect(untagged([roomProblemWords(client.room(id)) ?? ""])).toEqual([])
  }
})

test("a name that another one looks like is typed with its tag", async () => {
  expect([nameToType(ravi), nameInWords(double), nameToType(double)]).toEqual([
    "Ravi",
    "Ravi ?7f3c2k",
    "Ravi?7f3c2k",
  ])
  expect(changedKeyText(double)[0]).toBe(
    "The relay's operator has given the name Ravi ?7f3c2k to another key.",
  )
  const { id } = await client.openChat(ravi.id)
  const room = { ...client.room(id), peer: double }
  expect(stoppedByKey(room)).toBe(
    "STOPPED: the key of Ravi ?7f3c2k was replaced. /decide Ravi?7f3c2k says why, and what you can do.",
  )
})
