/** Seven words as a machine (PROTOCOL.md §14.4): every order of events, and everything that somebody between may say. */
import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { VerificationContent } from "../../src/protocol/content.ts"
import {
  ask,
  asked,
  isOpen,
  type PairEvent,
  type PairState,
  stepPair,
  STEP_MS,
} from "../../src/client/verify-pair.ts"
import { idOf } from "../support/verify-model.ts"

const RUNS = process.env["SLOW"] === undefined ? 2_000 : 100_000
const DEVICE = new Uint8Array(16)
const [A, B, M] = ["alice", "bob", "mallory"].map((name) => ({ id: idOf(name), name })) as [Who, Who, Who]
interface Who {
  id: Uint8Array
  name: string
}

beforeAll(sodiumReady)

function bytes(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (seed * 31 + at * 7 + (seed >> 3)) & 255)
}

const heard = (content: VerificationContent, seed = 5): PairEvent => ({
  type: "heard",
  content,
  device: DEVICE,
  random: bytes(seed, 32),
})

/** What each thinks the other is. */
interface Views {
  bobAtAlice: Who
  aliceAtBob: Who
}
const HONEST: Views = { bobAtAlice: B, aliceAtBob: A }

/** Alice has asked, Bob has read it. */
function begun({ bobAtAlice, aliceAtBob }: Views = HONEST, seed = 1) {
  const first = ask({ sid: bytes(seed, 16), own: A, peer: bobAtAlice, now: 0 }, bytes(seed + 1, 32))
  const start = first.send[0] as VerificationContent & { type: "verifyStart" }
  const bob = asked({ sid: start.sid, own: B, peer: aliceAtBob, now: 0 }, start.commitment, DEVICE)
  return { alice: first.state, bob }
}

function compared(views: Views = HONEST, seed = 1) {
  const { alice, bob } = begun(views, seed)
  const agreed = stepPair(bob, { type: "agreed", random: bytes(seed + 2, 32) }, 0)
  const shown = stepPair(alice, heard(agreed.send[0]!), 0)
  const read = stepPair(agreed.state, heard(shown.send[0]!), 0)
  return { alice: shown.state, bob: read.state }
}

test("two honest sides come to the same words and digits", () => {
  const { alice, bob } = compared()
  expect([alice.step, bob.step]).toEqual(["compare", "compare"])
  expect(alice.words).toEqual(bob.words)
  expect(alice.words).toHaveLength(7)
  expect(alice.digits).toBe(bob.digits)
})

test("another name for either is other words; another key of the asker fails before there are any", () => {
  const { alice, bob } = compared({ ...HONEST, bobAtAlice: { ...B, name: "bobby" } })
  expect(alice.words).not.toEqual(bob.words)
  const renamed = compared({ ...HONEST, aliceAtBob: { ...A, name: "alicia" } })
  expect(renamed.alice.words).not.toEqual(renamed.bob.words)
  const swapped = compared({ ...HONEST, aliceAtBob: { ...A, id: M.id } })
  expect(swapped.bob).toMatchObject({ step: "failed", why: "broken-rules", words: undefined })
  const other = compared({ ...HONEST, bobAtAlice: { ...B, id: M.id } })
  expect(other.bob).toMatchObject({ step: "failed", why: "broken-rules" })
})

const sid = bytes(1, 16)
const random = bytes(40, 32)
const start: VerificationContent = { type: "verifyStart", sid, commitment: random }
const accept: VerificationContent = { type: "verifyAccept", sid, random }
const reveal: VerificationContent = { type: "verifyReveal", sid, random }
const yes: VerificationContent = { type: "verifyAnswer", sid, matches: true, heads: new Uint8Array(0) }
const no: VerificationContent = { type: "verifyAnswer", sid, matches: false, heads: new Uint8Array(0) }
const end: VerificationContent = { type: "verifyEnd", sid, why: 1 }

/** From what, what is heard, where it leads. */
const table: readonly (readonly [string, () => PairState, VerificationContent, string])[] = [
  ["asked", () => begun().alice, start, "failed"],
  ["asked", () => begun().alice, reveal, "failed"],
  ["asked", () => begun().alice, yes, "failed"],
  ["asked", () => begun().alice, no, "failed"],
  ["asked", () => begun().alice, end, "cancelled"],
  ["accept?", () => begun().bob, start, "failed"],
  ["accept?", () => begun().bob, accept, "failed"],
  ["accept?", () => begun().bob, reveal, "failed"],
  ["accept?", () => begun().bob, no, "failed"],
  ["accept?", () => begun().bob, end, "cancelled"],
  ["compare, asker", () => compared().alice, start, "failed"],
  ["compare, asker", () => compared().alice, accept, "failed"],
  ["compare, asker", () => compared().alice, reveal, "failed"],
  ["compare, asker", () => compared().alice, yes, "compare"],
  ["compare, asker", () => compared().alice, no, "mismatch"],
  ["compare, asker", () => compared().alice, end, "cancelled"],
  ["compare, answerer", () => compared().bob, start, "failed"],
  ["compare, answerer", () => compared().bob, accept, "failed"],
  ["compare, answerer", () => compared().bob, reveal, "failed"],
  ["compare, answerer", () => compared().bob, no, "mismatch"],
]

for (const [from, make, content, to] of table) {
  test(`${from}: ${content.type}${content === no ? " (no)" : ""} leads to ${to}`, () => {
    const { state } = stepPair(make(), heard(content), 1)
    expect(state.step).toBe(to)
    expect(stepPair(state, { type: "answered", matches: true }, 2).mark).toBe(
      to === "compare" ? "verified" : undefined,
    )
  })
}

test("a no is heard after one's own yes, as long as the words stand, and no longer", () => {
  const said = stepPair(compared().alice, { type: "answered", matches: true }, 0)
  expect(said.mark).toBe("verified")
  const taken = stepPair(said.state, heard(no), STEP_MS - 1)
  expect([taken.state.step, taken.mark]).toEqual(["mismatch", "mismatch"])
  const over = stepPair(said.state, { type: "time" }, STEP_MS)
  expect(over.state.step).toBe("verified")
  expect(stepPair(over.state, heard(no), STEP_MS + 1).mark).toBeUndefined()
})

test("another device of the same person is not heard", () => {
  const { bob } = compared()
  const other: PairEvent = { type: "heard", content: no, device: bytes(99, 16), random }
  expect(stepPair(bob, other, 0).state).toBe(bob)
})

test("what one side shows, it shows once", () => {
  const { alice, bob } = begun()
  const agreed = stepPair(bob, { type: "agreed", random }, 0)
  expect(stepPair(agreed.state, { type: "agreed", random }, 0).send).toEqual([])
  const shown = stepPair(alice, heard(agreed.send[0]!), 0)
  expect(shown.send.map(({ type }) => type)).toEqual(["verifyReveal"])
  expect(stepPair(shown.state, heard(agreed.send[0]!), 0).send.map(({ type }) => type)).toEqual(["verifyEnd"])
})

// ── everything in any order ───────────────────────────────────────────────────────────────────────

interface Act {
  side: "alice" | "bob"
  do: "read" | "yes" | "no" | "agree" | "cancel" | "restart" | "late" | "again" | "spoil" | "cross"
}
const act: fc.Arbitrary<Act> = fc.record({
  side: fc.constantFrom("alice", "bob"),
  do: fc.oneof(
    { weight: 10, arbitrary: fc.constant("read" as const) },
    { weight: 5, arbitrary: fc.constantFrom("agree" as const, "yes" as const) },
    { weight: 1, arbitrary: fc.constantFrom("no", "cancel", "restart", "late", "again", "spoil", "cross") },
  ),
})

test(`property, ${RUNS} lives: nobody is verified but by their own person's yes; words are equal exactly if the views are`, () => {
  let verified = 0
  let crossed = 0
  fc.assert(
    fc.property(
      fc.array(act, { minLength: 12, maxLength: 50, size: "max" }),
      fc.boolean(),
      fc.integer({ min: 1, max: 200 }),
      (acts, isSwapped, seed) => {
        const views = isSwapped ? { ...HONEST, bobAtAlice: { ...B, name: "b0b" } } : HONEST
        const peerOf = { alice: views.bobAtAlice, bob: views.aliceAtBob }
        const own = { alice: A, bob: B }
        const states: Record<"alice" | "bob", PairState | undefined> = { alice: undefined, bob: undefined }
        const wires: Record<"alice" | "bob", VerificationContent[]> = { alice: [], bob: [] }
        const last: Record<"alice" | "bob", VerificationContent | undefined> = {
          alice: undefined,
          bob: undefined,
        }
        const shown: Record<string, number> = {}
        let now = 0
        let isSpoiled = false
        const say = (side: "alice" | "bob", send: readonly VerificationContent[]) => {
          for (const content of send) {
            wires[side === "alice" ? "bob" : "alice"].push(content)
            if (content.type !== "verifyReveal" && content.type !== "verifyAccept") continue
            const name = `${side} ${content.type} ${toHex(content.sid)}`
            shown[name] = (shown[name] ?? 0) + 1
          }
        }
        const begin = (side: "alice" | "bob", at: number) => {
          const first = ask(
            { sid: bytes(at, 16), own: own[side], peer: peerOf[side], now },
            bytes(at + 1, 32),
          )
          states[side] = first.state
          say(side, first.send)
        }
        const follow = (side: "alice" | "bob", event: PairEvent) => {
          const before = states[side]
          if (!before) return
          const next = stepPair(before, event, now)
          const isOwnYes = event.type === "answered" && event.matches && before.step === "compare"
          expect(next.mark === "verified").toBe(isOwnYes)
          if (next.state.step === "verified") expect(next.state.ownAnswer).toBe(true)
          if (before.step === "mismatch") expect(next.state.step).toBe("mismatch")
          states[side] = next.state
          say(side, next.send)
          if (isOwnYes) verified++
        }
        begin("alice", seed)
        for (const [at, { side, do: what }] of acts.entries()) {
          const state = states[side]
          switch (what) {
            case "read": {
              const content = wires[side].shift()
              if (!content) break
              last[side] = content
              if (state) follow(side, heard(content, seed + at + 3))
              else if (content.type === "verifyStart")
                states[side] = asked(
                  { sid: content.sid, own: own[side], peer: peerOf[side], now },
                  content.commitment,
                  DEVICE,
                )
              break
            }
            case "again":
              if (last[side]) wires[side].unshift(last[side])
              break
            case "spoil": {
              const first = wires[side][0]
              if (first && "random" in first) {
                wires[side][0] = { ...first, random: bytes(at + 7, 32) }
                isSpoiled = true
              }
              break
            }
            case "cross":
              if (state) break
              begin(side, seed + 300)
              crossed++
              break
            case "agree":
              follow(side, { type: "agreed", random: bytes(seed + at + 9, 32) })
              break
            case "yes":
            case "no":
              follow(side, { type: "answered", matches: what === "yes" })
              break
            case "cancel":
              follow(side, { type: "cancelled", why: "you-cancelled" })
              break
            case "restart":
              follow(side, { type: "restarted" })
              break
            case "late":
              now += STEP_MS
              for (const each of ["alice", "bob"] as const) follow(each, { type: "time" })
          }
        }
        for (const count of Object.values(shown)) expect(count).toBe(1)
        const { alice, bob } = states
        if (alice?.words && bob?.words && toHex(alice.sid) === toHex(bob.sid)) {
          const areEqual = alice.words.join() === bob.words.join()
          if (isSwapped) expect(areEqual).toBe(false)
          if (!isSwapped && !isSpoiled) expect(areEqual).toBe(true)
        }
        for (const state of [alice, bob])
          if (state && isOpen(state)) expect(state.endsAt).toBeGreaterThan(now)
      },
    ),
    { numRuns: RUNS },
  )
  expect(verified).toBeGreaterThan(RUNS / 500)
  expect(crossed).toBeGreaterThan(RUNS / 500)
})
