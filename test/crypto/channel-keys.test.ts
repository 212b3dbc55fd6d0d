/** Keys of channels: both sides agree, everything else differs (PROTOCOL.md §1, §11, §12). */
import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import * as keys from "../../src/crypto/channel-keys.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { createPerson, linkRoom, seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const RELAY = new Uint8Array(32).fill(1)
const OTHER_RELAY = new Uint8Array(32).fill(2)

const people = () => {
  const random = seededRandom("channels")
  return [createPerson(random).account, createPerson(random).account, createPerson(random).account] as const
}
const publicOf = ({ accountId, x }: ReturnType<typeof people>[0]) => ({ accountId, x: x.public })
const values = (of: object) => Object.values(of as Record<string, Uint8Array>).map(toHex)

test("a direct chat's keys are the same on both sides and differ by pair, relay, counter and use", () => {
  const [alice, bob, carol] = people()
  const of = (a: typeof alice, b: typeof alice, relay = RELAY, r = 0) =>
    values(keys.directKeys(nodePrimitives, a, publicOf(b), relay, r))
  expect(of(alice, bob)).toEqual(of(bob, alice))
  const all = [
    of(alice, bob),
    of(alice, carol),
    of(bob, carol),
    of(alice, bob, OTHER_RELAY),
    of(alice, bob, RELAY, 1),
  ]
  expect(new Set(all.flat()).size).toBe(15)
})

test("a copied X25519 key under another account gives another channel", () => {
  const [alice, bob, carol] = people()
  const honest = keys.directKeys(nodePrimitives, alice, publicOf(bob), RELAY, 0)
  const copied = { accountId: carol.accountId, x: bob.x.public }
  expect(keys.directKeys(nodePrimitives, alice, copied, RELAY, 0)).not.toEqual(honest)
})

test("a peer whose key agrees on zero has no channel", () => {
  const [alice, bob] = people()
  const zero = { accountId: bob.accountId, x: new Uint8Array(32) }
  expect(() => keys.directKeys(nodePrimitives, alice, zero, RELAY, 0)).toThrow(
    expect.objectContaining({ code: "bad-key" }),
  )
})

test("room, header and open-room keys differ from each other and by relay", () => {
  const secret = new Uint8Array(32).fill(3)
  const all = [RELAY, OTHER_RELAY].flatMap((relay) => [
    ...values(keys.roomKeys(nodePrimitives, secret, relay)),
    ...values(keys.headerKeys(nodePrimitives, secret, relay)),
    toHex(keys.openRoomSecret(relay)),
  ])
  expect(new Set(all).size).toBe(12)
})

test("what the group exports is the same for its members, and differs by use, channel and epoch", async () => {
  const engine = createMlsEngine(nodePrimitives, seededRandom("exports"))
  const random = seededRandom("export people")
  const [one, two] = await linkRoom(engine, "classic", [createPerson(random), createPerson(random)])
  const next = (await engine.commit(one!, {})).state
  const of = async (state: typeof next, channel: Uint8Array) => [
    toHex(await keys.envelopeKey(engine, state, channel)),
    toHex(await keys.externalKey(engine, state, channel)),
    toHex(await keys.ephemeralKey(engine, state, channel)),
    toHex(await keys.appendToken(engine, state, channel)),
  ]
  expect(await of(one!, RELAY)).toEqual(await of(two!, RELAY))
  const all = [...(await of(one!, RELAY)), ...(await of(one!, OTHER_RELAY)), ...(await of(next, RELAY))]
  expect(new Set(all).size).toBe(12)
})
