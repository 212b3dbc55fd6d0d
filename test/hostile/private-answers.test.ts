/**
 * Whoever missed something before a newcomer came gets it, and the newcomer does not (PROTOCOL.md §13.5): the author
 * seals the answer to the key that the question brought.
 */
import { expect, test } from "vitest"
import { QuestionKeys, sealAnswer, usableKey } from "../../src/client/private-answers.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { type Content, decodePayload } from "../../src/protocol/content.ts"
import { arrived, distrusts, forging, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"
import { seeded, seededRandom } from "../support/sim.ts"

const MISSED = "left out by the relay"

/** Notes every content that this program opens. */
function reading(read: Content[]): (real: MlsEngine) => MlsEngine {
  return (real) => ({
    ...real,
    open: async (...what) => {
      const opened = await real.open(...what)
      if (opened.kind === "opened" && opened.plain.length > 0) read.push(decodePayload(opened.plain).content)
      return opened
    },
  })
}

/** From now on bob's relay leaves the next entry out and renumbers what follows. */
function leaveOutOne(bob: Guest): void {
  let missed = 0
  bob.wire.down = (message) => {
    if (message.type !== "entry") return [message]
    return missed++ === 0 ? [] : [{ ...message, seq: message.seq - 1 }]
  }
}

async function twoAndANewcomer(bobs?: (real: MlsEngine) => MlsEngine) {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  const bob = await world.join("bob", bobs && { engine: bobs })
  await world.until(
    () => alice.client.room(alice.client.findRoom("#everyone").id).members.length === 1,
    "both",
  )
  await world.run(5_000)
  leaveOutOne(bob)
  await alice.write("#everyone", MISSED)
  await world.run(50)
  const read: Content[] = []
  const carol = await world.join("carol", { engine: reading(read) })
  await world.until(
    () =>
      [alice, bob].every(({ client }) => client.room(client.findRoom("#everyone").id).members.length === 2),
    "the newcomer",
  )
  return { world, alice, bob, carol, read }
}

test("what the relay held back until a newcomer was there is brought to whoever missed it, and to nobody else", async () => {
  const { world, alice, bob, carol, read } = await twoAndANewcomer()
  await alice.write("#everyone", "after")
  await world.until(() => arrived(bob, "#everyone", MISSED), "what was left out", 10 * MINUTE)
  await world.until(() => arrived(carol, "#everyone", "after"), "what comes later")
  await world.run(5 * MINUTE)
  expect(bob.notices("#everyone")).not.toContain("gap")
  expect(bob.texts("#everyone").filter((text) => text === MISSED)).toHaveLength(1)
  expect(carol.texts("#everyone")).toEqual(["after"])
  expect(read.map(({ type }) => type)).toContain("privateAnswer")
  for (const content of read) expect(JSON.stringify(content)).not.toContain(MISSED)
  expect(read.filter(({ type }) => type === "answer")).toEqual([])
  expect([alice, bob, carol].map(distrusts)).toEqual([0, 0, 0])
})

test("a question whose key cannot be sealed to is not answered, and stops nobody", async () => {
  const spoil = forging((payload) =>
    payload.content.type === "ask"
      ? { ...payload, content: { ...payload.content, key: new Uint8Array(1_216).fill(0xff) } }
      : payload,
  )
  const { world, alice, bob, carol, read } = await twoAndANewcomer(spoil)
  await alice.write("#everyone", "after")
  await world.run(5 * MINUTE)
  expect(arrived(bob, "#everyone", MISSED)).toBe(false)
  expect(bob.notices("#everyone")).toContain("gap")
  expect(read.map(({ type }) => type)).not.toContain("privateAnswer")
  await alice.write("#everyone", "still here")
  await world.until(() => [bob, carol].every((guest) => arrived(guest, "#everyone", "still here")), "more")
  expect([alice, bob, carol].map(distrusts)).toEqual([0, 0, 0])
})

test("only the asker opens an answer, in the room where it was asked, and not after four more questions", () => {
  const deps = { primitives: nodePrimitives, random: seededRandom(seeded(1)) }
  const [asker, other] = [new QuestionKeys(), new QuestionKeys()]
  const room = new Uint8Array(32).fill(1)
  const payloads = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  const key = usableKey(asker.fresh(deps))!
  other.fresh(deps)
  const answer = sealAnswer(deps, room, key, payloads)
  expect(asker.open(deps, room, answer)).toEqual(payloads)
  expect(other.open(deps, room, answer)).toBeUndefined()
  expect(asker.open(deps, new Uint8Array(32), answer)).toBeUndefined()
  for (const at of [0, 1_119, 1_120, answer.sealed.length - 1]) {
    const sealed = answer.sealed.slice()
    sealed[at]! ^= 1
    expect(asker.open(deps, room, { ...answer, sealed })).toBeUndefined()
  }
  for (const length of [0, 1_119, 1_136])
    expect(asker.open(deps, room, { ...answer, sealed: answer.sealed.subarray(0, length) })).toBeUndefined()
  for (let more = 0; more < 4; more++) {
    expect(asker.open(deps, room, answer), `after ${more}`).toEqual(payloads)
    asker.fresh(deps)
  }
  expect(asker.open(deps, room, answer)).toBeUndefined()
})

test.each([
  ["zeros", new Uint8Array(1_216)],
  ["not reduced", new Uint8Array(1_216).fill(0xff)],
  ["short", new Uint8Array(32)],
])("a key of %s is none", (_, key) => {
  expect(usableKey(key)).toBeUndefined()
})
