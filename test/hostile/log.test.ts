/** A relay that lies about a channel's log: it is caught, or it harms nothing but its own service. */
import { expect, test } from "vitest"
import { systemRandom } from "../../src/platform/random.ts"
import { encodeEntry } from "../../src/protocol/envelope.ts"
import type { Of, RelayMessage } from "../../src/protocol/messages.ts"
import {
  arrived,
  distrusts,
  type Guest,
  HostileWorld,
  MINUTE,
  stateOf,
  type Wire,
} from "../support/hostile.ts"

type Entry = Of<"entry">

/** Rewrites entries on their way to one person. */
function rewrites(wire: Wire, rewrite: (entry: Entry) => readonly RelayMessage[]): void {
  wire.down = (message) => (message.type === "entry" ? rewrite(message) : [message])
}

function behaves(wire: Wire): void {
  wire.down = (message) => [message]
}

/** From now on this channel's log has more entries for this person than for the others. */
function inserts(wire: Wire, what: (entry: Entry) => readonly Uint8Array[]): void {
  const more = new Map<number, number>()
  wire.down = (message) => {
    if (message.type !== "entry") return [message]
    const shift = more.get(message.handle) ?? 0
    const moved = { ...message, seq: message.seq + shift }
    const added = what(message).map((entry, i) => ({ ...moved, seq: moved.seq + 1 + i, entry }))
    more.set(message.handle, shift + added.length)
    return [moved, ...added]
  }
}

async function pairOf(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  // Receipts and healing are over: what comes from here on is what the test sends.
  await world.run(MINUTE)
  return { world, alice, bob }
}

const isMessage = ({ entry }: Entry) => entry[0] === 1

// ── order ───────────────────────────────────────────────────────────────────────────────────────

for (const [what, lie] of [
  ["left out", () => []],
  ["given the number after", (entry: Entry) => [{ ...entry, seq: entry.seq + 1 }]],
  ["given the number before", (entry: Entry) => [{ ...entry, seq: entry.seq - 1 }]],
  ["given number zero", (entry: Entry) => [{ ...entry, seq: 0 }]],
  ["given the highest number", (entry: Entry) => [{ ...entry, seq: Number.MAX_SAFE_INTEGER }]],
  ["said twice", (entry: Entry) => [entry, entry]],
  ["empty", (entry: Entry) => [{ ...entry, entry: new Uint8Array(0) }]],
] as const) {
  test(`an entry that is ${what}: the connection is given up, and the next one brings everything once`, async () => {
    const { world, alice, bob } = await pairOf()
    let lies = 0
    rewrites(bob.wire, (entry) => (lies++ === 0 ? lie(entry) : [entry]))
    await alice.write("bob", "one")
    await world.run(100)
    await alice.write("bob", "two")
    await world.until(() => arrived(bob, "alice", "one") && arrived(bob, "alice", "two"), "both messages")
    await world.run(MINUTE)
    expect(bob.texts("alice")).toEqual(["hello bob", "hello alice", "one", "two"])
    expect(distrusts(bob)).toBe(1)
    expect(bob.client.room(bob.client.findRoom("alice").id).state).toBe("open")
  })
}

test("two entries in the other order: the connection is given up", async () => {
  const { world, alice, bob } = await pairOf()
  let held: Entry | undefined
  rewrites(bob.wire, (entry) => {
    if (distrusts(bob) > 0) return [entry]
    if (held === undefined) {
      held = entry
      return []
    }
    return [entry, held]
  })
  await alice.write("bob", "one")
  await alice.write("bob", "two")
  await world.run(MINUTE)
  expect(distrusts(bob)).toBe(1)
  expect(bob.texts("alice").slice(-2)).toEqual(["one", "two"])
})

for (const [what, by] of [
  ["before", -1],
  ["after", 1],
  ["far after", 1e9],
] as const) {
  test(`a handshake at a place ${what} its own is not applied`, async () => {
    const world = await HostileWorld.create()
    const alice = await world.join("alice")
    await world.run(MINUTE)
    rewrites(alice.wire, (entry) => [isMessage(entry) ? entry : { ...entry, position: entry.position + by }])
    const bob = await world.start("bob")
    await world.run(5_000)
    expect(distrusts(alice)).toBeGreaterThan(0)
    behaves(alice.wire)
    await world.run(MINUTE)
    await alice.write("#everyone", "hello")
    await world.until(() => arrived(bob, "#everyone", "hello"), "the message")
  })
}

// ── what entries are ────────────────────────────────────────────────────────────────────────────

test("an entry of somebody else that the relay appends again is shown once", async () => {
  const { world, alice, bob } = await pairOf()
  inserts(bob.wire, (entry) => (isMessage(entry) ? [entry.entry] : []))
  await alice.write("bob", "once")
  await alice.write("bob", "more")
  await world.until(() => arrived(bob, "alice", "more"), "more")
  expect(bob.texts("alice").slice(-2)).toEqual(["once", "more"])
  expect(bob.notices("alice")).not.toContain("fork")
  expect(distrusts(bob)).toBe(0)
})

test("one's own entry that the relay appends again is shown once, and is no fork", async () => {
  const { world, alice, bob } = await pairOf()
  inserts(alice.wire, (entry) => (isMessage(entry) ? [entry.entry] : []))
  await alice.write("bob", "once")
  await world.until(() => stateOf(alice, "bob", "once") === "delivered", "the receipt")
  await alice.write("bob", "more")
  await world.until(() => arrived(bob, "alice", "more"), "more")
  expect(alice.texts("bob").slice(-2)).toEqual(["once", "more"])
  expect(alice.notices("bob")).not.toContain("fork")
  expect(distrusts(alice)).toBe(0)
})

for (const [what, make] of [
  // Its first byte is no kind: one in 128 would be a message or a handshake.
  ["noise", () => systemRandom.bytes(400).fill(0xff, 0, 1)],
  ["one byte", () => Uint8Array.of(1)],
  [
    "a message of noise",
    () =>
      encodeEntry({
        kind: "message",
        blobHash: undefined,
        nonce: systemRandom.bytes(24),
        sealed: systemRandom.bytes(1_040),
      }),
  ],
  [
    "a message without a seal",
    () =>
      encodeEntry({
        kind: "message",
        blobHash: undefined,
        nonce: systemRandom.bytes(24),
        sealed: new Uint8Array(0),
      }),
  ],
  [
    "a letter",
    () =>
      encodeEntry({
        kind: "letter",
        blobHash: undefined,
        nonce: systemRandom.bytes(24),
        sealed: systemRandom.bytes(1_040),
      }),
  ],
] as const) {
  test(`an entry that is ${what} is said to be unreadable, and what follows is read`, async () => {
    const { world, alice, bob } = await pairOf()
    let inserted = 0
    inserts(bob.wire, () => (inserted++ === 0 ? [make()] : []))
    await alice.write("bob", "one")
    await alice.write("bob", "two")
    await world.until(() => arrived(bob, "alice", "two"), "the message after it")
    expect(bob.notices("alice").filter((code) => code === "unreadable")).toHaveLength(1)
    expect(distrusts(bob)).toBe(0)
  })
}

test("entries of noise without end are all said, and the newest hundred are kept", async () => {
  const { world, alice, bob } = await pairOf()
  let inserted = 0
  const sealed = systemRandom.bytes(1_040)
  const noise = () =>
    encodeEntry({ kind: "message", blobHash: undefined, nonce: systemRandom.bytes(24), sealed })
  inserts(bob.wire, () => (inserted++ === 0 ? Array.from({ length: 130 }, noise) : []))
  await alice.write("bob", "one")
  await alice.write("bob", "two")
  await world.until(() => arrived(bob, "alice", "two"), "the message after them")
  expect(bob.notices("alice").filter((code) => code === "unreadable")).toHaveLength(130)
  expect(bob.store.count("quarantine", {})).toBe(100)
})

test("a handshake of noise is void for whoever reads it, and their conversation goes on once the relay is honest", async () => {
  const { world, alice, bob } = await pairOf()
  const noise = encodeEntry({
    kind: "handshake",
    blobHash: undefined,
    nonce: systemRandom.bytes(24),
    sealed: systemRandom.bytes(1_040),
  })
  let seq = 0
  rewrites(bob.wire, (entry) => {
    if (seq !== 0 || !isMessage(entry)) return [entry]
    seq = entry.seq
    return [{ ...entry, entry: noise, position: entry.position + 1 }]
  })
  await alice.write("bob", "hidden")
  await world.until(() => bob.notices("alice").includes("void-commit"), "the notice")
  // Bob's log has another entry than everybody's: the next connection shows it.
  behaves(bob.wire)
  world.world.network.cutAll()
  await world.run(MINUTE)
  expect(bob.client.room(bob.client.findRoom("alice").id)).toMatchObject({ state: "open" })
  expect(bob.notices("alice")).toContain("log-reset")
  expect(bob.texts("alice")).toContain("hidden")
})

test("an entry of another channel does not open in this one", async () => {
  const { world, alice, bob } = await pairOf()
  const foreign: Uint8Array[] = []
  rewrites(bob.wire, (entry) => {
    foreign.push(entry.entry)
    return [entry]
  })
  await alice.write("#everyone", "for everybody")
  await world.until(() => arrived(bob, "#everyone", "for everybody"), "the room's message")
  let inserted = 0
  inserts(bob.wire, () => (inserted++ === 0 ? [foreign[0]!] : []))
  await alice.write("bob", "for bob")
  await alice.write("bob", "and more")
  await world.until(() => arrived(bob, "alice", "and more"), "the messages")
  expect(bob.texts("alice").slice(-2)).toEqual(["for bob", "and more"])
  expect(bob.notices("alice").filter((code) => code === "unreadable")).toHaveLength(1)
})

test("the highest time of all is a date that can be shown", async () => {
  const { world, alice, bob } = await pairOf()
  rewrites(bob.wire, (entry) => [{ ...entry, time: Number.MAX_SAFE_INTEGER }])
  await alice.write("bob", "when?")
  await world.until(() => arrived(bob, "alice", "when?"), "the message")
  const room = bob.client.room(bob.client.findRoom("alice").id)
  expect(() => new Date(room.lastAt!).toISOString()).not.toThrow()
  for (const line of bob.client.transcript(room.id, 100))
    expect(() => new Date(line.at).toISOString()).not.toThrow()
  await bob.write("alice", "never")
  await world.until(() => arrived(alice, "bob", "never"), "the answer")
})

// ── opening a log ───────────────────────────────────────────────────────────────────────────────

function opens(wire: Wire, lie: (message: Of<"opened">) => Partial<Of<"opened">>): void {
  wire.down = (message) => [message.type === "opened" ? { ...message, ...lie(message) } : message]
}

test("a log that is shorter than what was read of it is not believed", async () => {
  const { world, alice } = await pairOf()
  opens(alice.wire, (message) => ({ lastSeq: Math.min(1, message.lastSeq) }))
  world.world.network.cutAll()
  await world.run(20_000)
  expect(distrusts(alice)).toBeGreaterThan(0)
})

test("a log that is said to be another one is read again: nothing is shown twice, nothing is lost", async () => {
  const { world, alice, bob } = await pairOf()
  alice.wire.up = (message) => [
    message.type === "open" ? { ...message, incarnation: new Uint8Array(16).fill(9) } : message,
  ]
  world.world.network.cutAll()
  await world.run(20_000)
  const room = alice.client.findRoom("bob").id
  expect(alice.client.room(room)).toMatchObject({ state: "open" })
  const before = alice.texts("bob")
  await alice.client.send(room, "all the same")
  await world.run(MINUTE)
  expect(stateOf(alice, "bob", "all the same")).toBe("delivered")
  expect(alice.texts("bob")).toEqual([...before, "all the same"])
  expect(bob.texts("alice")).toEqual(alice.texts("bob"))
})

test("handles that are all the same carry no message into another conversation", async () => {
  const { world, alice, bob } = await pairOf()
  world.world.network.cutAll()
  bob.wire.down = (message) => {
    if (message.type === "opened") return [{ ...message, handle: 7 }]
    return "handle" in message ? [{ ...message, handle: 7 }] : [message]
  }
  await alice.write("bob", "for bob alone")
  await world.run(MINUTE)
  expect(bob.texts("#everyone")).toEqual([])
  behaves(bob.wire)
  world.world.network.cutAll()
  await world.run(2 * MINUTE)
  expect(bob.texts("#everyone")).toEqual([])
  expect(alice.texts("#everyone")).toEqual([])
})

// ── numbers ─────────────────────────────────────────────────────────────────────────────────────

const HIGHEST = Number.MAX_SAFE_INTEGER
for (const [what, lie] of [
  ["number zero", { resumed: false, firstSeq: 0 }],
  ["the highest number", { resumed: false, firstSeq: HIGHEST, lastSeq: HIGHEST }],
  ["a number behind its end", { resumed: false, firstSeq: 9_999, lastSeq: 5 }],
] as const) {
  test(`a log that begins at ${what} is not believed, and the true one is read afterwards`, async () => {
    const { world, alice, bob } = await pairOf()
    opens(bob.wire, () => lie)
    world.world.network.cutAll()
    await world.run(MINUTE)
    expect(distrusts(bob)).toBeGreaterThan(0)
    behaves(bob.wire)
    await alice.write("bob", "one")
    await world.until(() => arrived(bob, "alice", "one"), "the message", 10 * MINUTE)
    expect(bob.texts("alice")).toEqual(["hello bob", "hello alice", "one"])
  })
}

test("damage up to the highest number is not believed, and the true log is read afterwards", async () => {
  const { world, alice, bob } = await pairOf()
  let lies = 0
  rewrites(bob.wire, (entry) => {
    if (lies++ > 0) return [entry]
    const { handle, seq, position } = entry
    const head = systemRandom.bytes(32)
    return [{ type: "damaged", handle, from: seq, to: HIGHEST, head, nextPosition: position + 1 }]
  })
  await alice.write("bob", "one")
  await world.until(() => arrived(bob, "alice", "one"), "the message", 10 * MINUTE)
  expect(distrusts(bob)).toBe(1)
  expect(bob.texts("alice")).toEqual(["hello bob", "hello alice", "one"])
})
