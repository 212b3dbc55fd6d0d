/** A member whose client says what ours would never say: it harms itself, and nobody else. */
import { expect, test } from "vitest"
import { payloadHash } from "../../src/client/chain.ts"
import { roomKeys } from "../../src/crypto/channel-keys.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { type Content, encodePayload, type Payload } from "../../src/protocol/content.ts"
import { arrived, distrusts, forging, type Guest, HostileWorld, MINUTE, stateOf } from "../support/hostile.ts"

const HIGHEST = Number.MAX_SAFE_INTEGER

/** Mallory talks like anybody until she is told to lie. */
function makeLiar() {
  let lie: ((payload: Payload) => Payload | Uint8Array) | undefined
  return {
    engine: forging((payload) => (lie ? lie(payload) : payload)),
    lie: (how: (payload: Payload) => Payload | Uint8Array) => void (lie = how),
    behave: () => void (lie = undefined),
  }
}

async function threeInTheRoom() {
  const world = await HostileWorld.create()
  const mallory = makeLiar()
  const guests = [
    await world.join("alice"),
    await world.join("bob"),
    await world.join("mallory", { engine: mallory.engine }),
  ]
  for (const guest of guests)
    await world.until(
      () => guest.client.room(guest.client.findRoom("#everyone").id).members.length === 2,
      "three in the room",
    )
  await world.run(5_000)
  const [alice, bob, liarGuest] = guests as [Guest, Guest, Guest]
  return { world, alice, bob, mallory: liarGuest, liar: mallory }
}

/** Nobody's connection was given up, and the honest still hear each other. */
async function theOthersStillTalk(world: HostileWorld, room: string, from: Guest, to: Guest) {
  const text = `still here, ${from.name}`
  await from.write(room === "direct" ? to.name : room, text)
  await world.until(() => arrived(to, room === "direct" ? from.name : room, text), "an honest word")
  expect([distrusts(from), distrusts(to)]).toEqual([0, 0])
}

test("a payload with the highest number of all neither stops the reader nor its receipts", async () => {
  const world = await HostileWorld.create()
  const mallory = makeLiar()
  const [alice, bob] = await world.pair({ engine: mallory.engine })
  mallory.lie((payload) => ({ ...payload, n: HIGHEST }))
  await alice.write("bob", "far ahead")
  await world.run(MINUTE)
  await theOthersStillTalk(world, "direct", bob, alice)
})

test("in a room, a payload with the highest number stops nobody", async () => {
  const { world, alice, bob, mallory, liar } = await threeInTheRoom()
  liar.lie((payload) => ({ ...payload, n: HIGHEST, chainId: new Uint8Array(16).fill(7) }))
  await mallory.write("#everyone", "far ahead")
  await world.run(MINUTE)
  await theOthersStillTalk(world, "#everyone", alice, bob)
})

for (const [what, forged] of [
  ["one byte", new Uint8Array(1)],
  ["noise", new Uint8Array(300).fill(0xa7)],
  ["a payload of another version", Uint8Array.of(9, ...new Uint8Array(70))],
] as const) {
  test(`contents that are ${what} are set aside, said once, and the next word is read`, async () => {
    const { world, alice, mallory, liar } = await threeInTheRoom()
    liar.lie(() => forged)
    await mallory.write("#everyone", "lost")
    await world.until(() => alice.notices("#everyone").includes("unreadable"), "the notice")
    liar.behave()
    await theOthersStillTalk(world, "#everyone", mallory, alice)
    expect(alice.notices("#everyone")).toContain("unreadable")
    expect(alice.texts("#everyone")).not.toContain("lost")
  })
}

test("two stories at one number are a fork of that device: the second is set aside, the room goes on", async () => {
  const { world, alice, bob, mallory, liar } = await threeInTheRoom()
  await mallory.write("#everyone", "first story")
  await world.until(() => arrived(alice, "#everyone", "first story"), "the first story")
  liar.lie((payload) => ({ ...payload, n: payload.n - 1 }))
  await mallory.write("#everyone", "second story")
  await world.until(() => alice.notices("#everyone").includes("fork"), "the fork")
  expect(alice.texts("#everyone")).toEqual(["first story"])
  await theOthersStillTalk(world, "#everyone", alice, bob)
})

test("a payload that continues another person's chain is a fork of its own device, and theirs goes on", async () => {
  const { world, alice, bob, mallory, liar } = await threeInTheRoom()
  let stolen: Payload | undefined
  const spy = forging((payload) => (stolen = payload))
  const carol = await world.join("carol", { engine: spy })
  await carol.write("#everyone", "carol's first")
  await world.until(() => arrived(bob, "#everyone", "carol's first"), "carol's first")
  const taken = stolen!
  const { channel } = roomKeys(nodePrimitives, world.roomSecret, world.relay.relayId)
  const previous = payloadHash(channel, encodePayload(taken))
  liar.lie((payload) => ({ ...payload, chainId: taken.chainId, n: taken.n + 1, previous }))
  await mallory.write("#everyone", "as carol")
  await world.until(() => bob.notices("#everyone").includes("fork"), "the fork")
  await carol.write("#everyone", "carol's second")
  await world.until(() => arrived(bob, "#everyone", "carol's second"), "carol's second")
  expect(bob.texts("#everyone")).toEqual(["carol's first", "carol's second"])
  expect(alice.notices("#everyone").filter((code) => code === "fork")).toHaveLength(1)
})

test("a skipped number is said as a gap, and reading goes on", async () => {
  const { world, alice, mallory, liar } = await threeInTheRoom()
  await mallory.write("#everyone", "zero")
  await world.until(() => arrived(alice, "#everyone", "zero"), "zero")
  liar.lie((payload) => (payload.content.type === "text" ? { ...payload, n: payload.n + 5 } : payload))
  await mallory.write("#everyone", "six")
  await world.until(() => arrived(alice, "#everyone", "six"), "six")
  expect(alice.events).toContainEqual(expect.objectContaining({ type: "gap.detected", missing: 5 }))
})

test("the same payload sealed twice is shown once", async () => {
  const { world, alice, mallory, liar } = await threeInTheRoom()
  let first: Payload | undefined
  liar.lie((payload) => (first ??= payload))
  await mallory.write("#everyone", "once")
  await world.until(() => arrived(alice, "#everyone", "once"), "the word")
  await mallory.write("#everyone", "never")
  await world.run(MINUTE)
  expect(alice.texts("#everyone")).toEqual(["once"])
  expect(alice.notices("#everyone")).not.toContain("fork")
})

function claimAll(chains: readonly { chainId: Uint8Array }[]): Content {
  const claims = chains.map(({ chainId }) => ({ chainId, delivered: HIGHEST, read: HIGHEST }))
  return { type: "receipt", chains: claims }
}

test("a receipt for more than was ever sent, or for another chain, claims nothing beyond what was sent", async () => {
  const world = await HostileWorld.create()
  const mallory = makeLiar()
  const [alice, bob] = await world.pair({}, { engine: mallory.engine })
  mallory.lie((payload) =>
    payload.content.type === "receipt"
      ? { ...payload, n: payload.n + 10, frontier: [], content: claimAll(payload.content.chains) }
      : payload,
  )
  await alice.write("bob", "read that")
  await world.until(() => stateOf(alice, "bob", "read that") === "read", "the receipt")
  expect(stateOf(alice, "bob", "hello bob")).toBe("read")
  mallory.lie((payload) =>
    payload.content.type === "receipt"
      ? { ...payload, n: payload.n + 100, frontier: [], content: claimAll([{ chainId: new Uint8Array(16) }]) }
      : payload,
  )
  await alice.write("bob", "and that")
  await world.run(MINUTE)
  expect(stateOf(alice, "bob", "and that")).not.toBe("read")
  expect([distrusts(alice), distrusts(bob)]).toEqual([0, 0])
})
