/** Lies about the opening of a direct chat, key packages and letters (PROTOCOL.md §11). */
import { expect, test } from "vitest"
import { MAX_REOPENINGS } from "../../src/client/reopening.ts"
import { openLetter } from "../../src/crypto/letter.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { decodeLetter, LETTER_KINDS } from "../../src/protocol/content.ts"
import { encodeEntry } from "../../src/protocol/envelope.ts"
import type { Of } from "../../src/protocol/messages.ts"
import {
  arrived,
  distrusts,
  type Guest,
  HostileWorld,
  MINUTE,
  saidOf,
  stateOf,
  type Wire,
} from "../support/hostile.ts"
import { accountOf, inbox, letter, sealTo } from "../support/letters.ts"

const DAY = 24 * 60 * MINUTE

async function strangers(
  names: readonly string[],
  options: Record<string, Parameters<HostileWorld["join"]>[1]> = {},
) {
  const world = await HostileWorld.create()
  const guests: Guest[] = []
  for (const name of names) guests.push(await world.join(name, options[name]))
  for (const guest of guests)
    await world.until(() => guest.client.people().length === names.length - 1, "them to meet")
  await world.run(MINUTE)
  return { world, guests: guests as [Guest, Guest, Guest] }
}

function harmless(...guests: readonly Guest[]): void {
  const wrong = guests.map((guest) => ({
    name: guest.name,
    distrusts: distrusts(guest),
    errors: guest.events.filter((event) => event.type === "error"),
  }))
  expect(wrong).toEqual(guests.map(({ name }) => ({ name, distrusts: 0, errors: [] })))
}

/** Of a direct chat: a room's first handshake has a header. */
function isOpening({ expect: position, headerId }: Of<"handshake">): boolean {
  return position === 0 && headerId.every((byte) => byte === 0)
}

// ── key packages ────────────────────────────────────────────────────────────────────────────────

const packages: readonly (readonly [string, (real: MlsEngine) => MlsEngine])[] = [
  ["not valid yet", (real) => ({ ...real, createKeyPackage: (suite, signer, from, to) => real.createKeyPackage(suite, signer, from + 9 * DAY, to + 9 * DAY) })],
  ["not valid any more", (real) => ({ ...real, createKeyPackage: (suite, signer, from, to) => real.createKeyPackage(suite, signer, from - 60 * DAY, to - 60 * DAY) })],
  ["valid backwards", (real) => ({ ...real, createKeyPackage: (suite, signer, from, to) => real.createKeyPackage(suite, signer, to, from) })],
  ["valid for a hundred years", (real) => ({ ...real, createKeyPackage: (suite, signer, from, to) => real.createKeyPackage(suite, signer, from, to + 36_500 * DAY) })],
  ["for another suite", (real) => ({ ...real, createKeyPackage: (_, signer, from, to) => real.createKeyPackage("classic", signer, from, to) })],
  ["noise", (real) => ({ ...real, createKeyPackage: async (...args) => ({ ...(await real.createKeyPackage(...args)), public: systemRandom.bytes(1_500) }) })],
] // prettier-ignore

for (const [what, engine] of packages) {
  test(`packages that are ${what} keep nobody from talking to anybody else`, async () => {
    const { world, guests: [alice, , carol] } = await strangers(["alice", "bob", "carol"], { bob: { engine } }) // prettier-ignore
    await alice.write("bob", "hello bob")
    await world.run(2 * MINUTE)
    await alice.write("carol", "hello carol")
    await world.until(() => arrived(carol, "alice", "hello carol"), "carol's message")
    harmless(alice, carol)
    expect(saidOf(alice.wire, "takePackage").length).toBeLessThan(20)
  })
}

test("a package of somebody else is not used in the peer's name", async () => {
  const { world, guests: [alice, bob, carol] } = await strangers(["alice", "bob", "carol"]) // prettier-ignore
  const carols = saidOf(carol.wire, "putPackages").flatMap((message) => message.packages)
  alice.wire.down = (message) => [
    message.type === "keyPackage" ? { ...message, keyPackage: carols.shift()! } : message,
  ]
  await alice.write("bob", "for bob")
  await world.run(2 * MINUTE)
  expect(stateOf(alice, "bob", "for bob")).toBe("queued")
  expect(saidOf(alice.wire, "handshake").filter(isOpening)).toEqual([])
  alice.wire.down = (message) => [message]
  await world.until(() => arrived(bob, "alice", "for bob"), "the message", 10 * MINUTE)
  harmless(alice, bob, carol)
})

test("two who were given the same package of somebody who is away both get through", async () => {
  const { world, guests: [alice, bob, carol] } = await strangers(["alice", "bob", "carol"]) // prettier-ignore
  await world.stop(bob)
  let given: Uint8Array | undefined
  for (const guest of [alice, carol]) {
    guest.wire.down = (message) => {
      if (message.type !== "keyPackage") return [message]
      given ??= message.keyPackage
      return [{ ...message, keyPackage: given }]
    }
  }
  for (const guest of [alice, carol]) for (const text of ["one", "two"]) await guest.write("bob", text)
  await world.run(MINUTE)
  for (const guest of [alice, carol]) guest.wire.down = (message) => [message]
  const back = await world.start("bob", { disk: bob.disk })
  for (const from of ["alice", "carol"])
    await world.until(() => arrived(back, from, "two"), `${from}'s words`)
  for (const guest of [alice, carol])
    await world.until(() => stateOf(guest, "bob", "two") === "delivered", "the receipts")
  expect([back.texts("alice"), back.texts("carol")]).toEqual([["one", "two"], ["one", "two"]]) // prettier-ignore
  await back.write("carol", "hello carol")
  await world.until(() => arrived(carol, "bob", "hello carol"), "the answer")
  harmless(alice, carol, back)
})

// ── the first entry ─────────────────────────────────────────────────────────────────────────────

/** Replaces the first entry of direct chats on its way to one person, as often as `times`. */
function spoilsOpenings(
  wire: Wire,
  spoil: (entry: Of<"entry">) => Uint8Array,
  times = Number.POSITIVE_INFINITY,
): () => number {
  let spoiled = 0
  wire.down = (message) => {
    const isFirst =
      message.type === "entry" && message.entry[0] === 2 && message.position === 0 && message.seq === 1
    if (!isFirst || spoiled >= times) return [message]
    spoiled++
    return [{ ...message, entry: spoil(message) }]
  }
  return () => spoiled
}

const noise = () =>
  encodeEntry({
    kind: "handshake",
    blobHash: undefined,
    nonce: systemRandom.bytes(24),
    sealed: systemRandom.bytes(5_136),
  })

test("an opening of noise opens the chat anew elsewhere, and nothing said is lost", async () => {
  const { world, guests: [alice, bob] } = await strangers(["alice", "bob"]) // prettier-ignore
  spoilsOpenings(bob.wire, noise, 1)
  await alice.write("bob", "first")
  await world.run(MINUTE)
  await alice.write("bob", "second")
  await world.until(() => arrived(bob, "alice", "second"), "the message")
  await world.until(() => arrived(bob, "alice", "first"), "the first message")
  await bob.write("alice", "answer")
  await world.until(() => arrived(alice, "bob", "answer"), "the answer")
  expect(alice.texts("bob")).toEqual(["first", "second", "answer"])
  harmless(alice, bob)
})

test("a relay that spoils every opening is stopped asking after a while, and the person is told", async () => {
  const { world, guests: [alice, bob, carol] } = await strangers(["alice", "bob", "carol"]) // prettier-ignore
  const spoiled = [spoilsOpenings(bob.wire, noise), spoilsOpenings(alice.wire, noise)]
  await alice.write("bob", "never")
  await world.run(10 * MINUTE)
  expect(spoiled.reduce((sum, count) => sum + count(), 0)).toBeLessThanOrEqual(2 * MAX_REOPENINGS + 2)
  expect(alice.client.room(alice.client.findRoom("bob").id)).toMatchObject({
    state: "stopped",
    problem: "opening-refused",
  })
  expect(stateOf(alice, "bob", "never")).toBe("queued")
  alice.wire.down = (message) => [message]
  await alice.write("carol", "elsewhere")
  await world.until(() => arrived(carol, "alice", "elsewhere"), "carol's message")
})

test("an opening between two others does not open between these two", async () => {
  const { world, guests: [alice, bob, carol] } = await strangers(["alice", "bob", "carol"]) // prettier-ignore
  await alice.write("carol", "for carol")
  await world.until(() => arrived(carol, "alice", "for carol"), "carol's message")
  const others = saidOf(alice.wire, "handshake").find(isOpening)!
  const spoiled = spoilsOpenings(bob.wire, () => others.entry, 1)
  await alice.write("bob", "for bob")
  await world.until(() => arrived(bob, "alice", "for bob"), "bob's message")
  expect(spoiled()).toBe(1)
  expect(bob.texts("alice")).toEqual(["for bob"])
  expect(bob.notices("alice")).toContain("unreadable")
})

test("the same opening a second time changes nothing, and its secrets are not used again", async () => {
  const { world, guests: [alice, bob] } = await strangers(["alice", "bob"]) // prettier-ignore
  let opening: Uint8Array | undefined
  bob.wire.down = (message) => {
    if (message.type !== "entry" || message.entry[0] !== 2 || message.position !== 0) return [message]
    opening = message.entry
    return [message, { ...message, seq: message.seq + 1, position: 1 }]
  }
  await alice.write("bob", "hello")
  await world.run(2_000)
  expect(opening).toBeDefined()
  expect(bob.notices("alice").filter((code) => code === "chat-opened")).toHaveLength(1)
})

// ── letters ─────────────────────────────────────────────────────────────────────────────────────

function chats(guest: Guest): string[] {
  return guest.client
    .rooms()
    .filter(({ kind }) => kind === "direct")
    .map(({ name }) => name)
}

test("a letter that checks makes us look for the chat: what follows can fail", async () => {
  const { world, guests: [alice, bob] } = await strangers(["alice", "bob"]) // prettier-ignore
  inbox(bob)(sealTo(bob, letter(alice, bob)))
  await world.run(1_000)
  expect(chats(bob)).toEqual(["alice"])
})

const letters: readonly (readonly [string, (alice: Guest, bob: Guest, carol: Guest) => Uint8Array])[] = [
  ["noise", () => systemRandom.bytes(2_500)],
  ["empty", () => new Uint8Array(0)],
  ["sealed to somebody else", (alice, bob, carol) => sealTo(carol, letter(alice, bob))],
  ["a letter to somebody else, sealed again for us", (alice, bob, carol) => sealTo(bob, letter(alice, carol))],
  ["signed by somebody else than it says", (alice, bob, carol) => sealTo(bob, letter(carol, bob, { from: accountOf(alice).accountId }))],
  ["from nobody in the directory", (alice, bob) => sealTo(bob, letter(alice, bob, { from: systemRandom.bytes(32) }))],
  ["damaged inside", (alice, bob) => sealTo(bob, letter(alice, bob).map((byte, i) => (i === 66 ? byte ^ 1 : byte)))],
  ["too short inside", (alice, bob) => sealTo(bob, letter(alice, bob).subarray(0, 90))],
] // prettier-ignore

for (const [what, make] of letters) {
  test(`a letter that is ${what} is passed over, and the next one is read`, async () => {
    const { world, guests: [alice, bob, carol] } = await strangers(["alice", "bob", "carol"]) // prettier-ignore
    const drop = inbox(bob)
    drop(make(alice, bob, carol))
    await world.run(1_000)
    expect(chats(bob)).toEqual([])
    drop(sealTo(bob, letter(carol, bob)))
    await world.run(1_000)
    expect(chats(bob)).toEqual(["carol"])
    harmless(bob)
  })
}

test("a letter that reached somebody cannot be passed on to a third person", async () => {
  const { world, guests: [alice, bob, carol] } = await strangers(["alice", "bob", "carol"]) // prettier-ignore
  await alice.write("bob", "hello")
  await world.until(() => arrived(bob, "alice", "hello"), "the message")
  const sent = alice.wire.said.findLast(
    (message) => message.type === "entry" && message.entry[0] === 3,
  ) as Of<"entry">
  const plain = openLetter(nodePrimitives, accountOf(bob).kem.secret, sent.entry.subarray(57))!
  expect(decodeLetter(plain).kind).toBe(LETTER_KINDS.hint)
  inbox(carol)(sealTo(carol, plain))
  inbox(carol)(sent.entry.subarray(57))
  await world.run(1_000)
  expect(chats(carol)).toEqual([])
})

for (const [what, counter] of [
  ["the present counter", 0],
  ["one above the last", MAX_REOPENINGS + 1],
  ["the highest counter of all", 4_294_967_295],
] as const) {
  test(`a letter that opens anew with ${what} changes nothing`, async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    await world.run(MINUTE)
    inbox(bob)(sealTo(bob, letter(alice, bob, { kind: LETTER_KINDS.reopen, counter })))
    await world.run(MINUTE)
    await bob.write("alice", "still here")
    await world.until(() => arrived(alice, "bob", "still here"), "the message")
    expect(bob.notices("alice")).not.toContain("chat-reopened")
  })
}

test("a letter that opens anew, replayed, opens anew once", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  const drop = inbox(bob)
  const again = letter(alice, bob, { kind: LETTER_KINDS.reopen, counter: 1 })
  for (let i = 0; i < 5; i++) drop(sealTo(bob, again))
  await world.run(MINUTE)
  expect(bob.notices("alice").filter((code) => code === "chat-reopened")).toHaveLength(1)
})
