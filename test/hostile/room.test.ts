/** Whoever holds the link, or the relay, lies about the room and its header (PROTOCOL.md §12). */
import { expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { headerKeys } from "../../src/crypto/channel-keys.ts"
import { openHeader, sealHeader } from "../../src/crypto/envelope-seal.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { decodeRoomHeader, encodeRoomHeader, type RoomHeader } from "../../src/protocol/content.ts"
import type { Of, RelayMessage } from "../../src/protocol/messages.ts"
import {
  arrived,
  distrusts,
  type Guest,
  type GuestOptions,
  HostileWorld,
  MINUTE,
  saidOf,
  Wire,
} from "../support/hostile.ts"

const ROOM = "#everyone"

function stateOfRoom(guest: Guest): string {
  return guest.client.room(guest.client.findRoom(ROOM).id).state
}

/** What somebody with the link can do to a header: open it, change it, seal it again. */
function rewritesHeaders(
  world: HostileWorld,
  wire: Wire,
  change: (header: RoomHeader) => Partial<RoomHeader>,
): void {
  const { headerId, headerKey } = headerKeys(nodePrimitives, world.roomSecret, world.relay.relayId)
  wire.down = (message) => {
    if (message.type !== "header") return [message]
    const header = decodeRoomHeader(openHeader(headerKey, headerId, message.position, message.header)!)
    const forged = encodeRoomHeader({ ...header, ...change(header) })
    return [{ ...message, header: sealHeader(headerKey, headerId, message.position, forged, systemRandom) }]
  }
}

async function withMember(): Promise<{ world: HostileWorld; alice: Guest }> {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  await alice.write(ROOM, "before")
  await world.run(MINUTE)
  return { world, alice }
}

async function comes(world: HostileWorld, name: string, options: GuestOptions = {}): Promise<Guest> {
  const guest = await world.start(name, options)
  await world.run(MINUTE)
  return guest
}

let talks = 0

async function theyTalk(world: HostileWorld, a: Guest, b: Guest, when = `${++talks}`) {
  const [one, other] = [`from ${a.name} to ${b.name} ${when}`, `from ${b.name} to ${a.name} ${when}`]
  await a.write(ROOM, one)
  await b.write(ROOM, other)
  await world.until(
    () => arrived(b, ROOM, one) && arrived(a, ROOM, other),
    `${a.name} and ${b.name} to be heard`,
  )
}

const places: readonly (readonly [string, (header: RoomHeader) => Partial<RoomHeader>])[] = [
  ["a place that does not exist yet", () => ({ cursor: 1e9 })],
  ["the highest place of all", () => ({ cursor: Number.MAX_SAFE_INTEGER })],
  ["another life of the log", () => ({ incarnation: systemRandom.bytes(16) })],
  ["another history", (header) => ({ cursor: header.cursor + 1, head: systemRandom.bytes(32) })],
]

for (const [what, change] of places) {
  test(`a header that names ${what}: the newcomer reads from the beginning, and stays in after the next connection`, async () => {
    const { world, alice } = await withMember()
    const wire = new Wire()
    rewritesHeaders(world, wire, change)
    const bob = await comes(world, "bob", { wire })
    expect(stateOfRoom(bob)).toBe("open")
    await theyTalk(world, alice, bob)
    world.world.network.cutAll()
    await world.run(MINUTE)
    expect(stateOfRoom(bob)).toBe("open")
    // The next newcomer starts from the header that bob made.
    const carol = await comes(world, "carol")
    await carol.write(ROOM, "from carol")
    await world.until(() => arrived(bob, ROOM, "from carol"), "carol")
    expect(bob.texts(ROOM)).not.toContain("before")
    expect(distrusts(bob)).toBe(0)
  })
}

const useless: readonly (readonly [string, (message: Of<"header">, world: HostileWorld) => Partial<Of<"header">>])[] = [
  ["noise", () => ({ header: systemRandom.bytes(5_000) })],
  ["empty", () => ({ header: new Uint8Array(0) })],
  ["one byte", () => ({ header: Uint8Array.of(1) })],
  ["that of another position", (message) => ({ position: message.position + 1, nextPosition: message.nextPosition + 1 })],
  ["made at a position to come", (message) => ({ nextPosition: message.position })],
  ["a blob that the relay does not have", () => ({ blob: systemRandom.bytes(32) })],
  ["sealed for another link", (message, world) => {
    const [own, other] = [world.roomSecret, systemRandom.bytes(32)].map((secret) => headerKeys(nodePrimitives, secret, world.relay.relayId))
    const plain = openHeader(own!.headerKey, own!.headerId, message.position, message.header)!
    return { header: sealHeader(other!.headerKey, other!.headerId, message.position, plain, systemRandom) }
  }],
] // prettier-ignore

for (const [what, lie] of useless) {
  test(`a header that is ${what}: the newcomer waits, says so, and comes in with the next good one`, async () => {
    const { world, alice } = await withMember()
    const wire = new Wire()
    wire.down = (message) => [message.type === "header" ? { ...message, ...lie(message, world) } : message]
    const bob = await comes(world, "bob", { wire })
    expect(stateOfRoom(bob)).not.toBe("open")
    expect(bob.events.map((event) => event.type)).toContain("sync.done")
    expect(saidOf(wire, "getHeader").length).toBeLessThan(30)
    wire.down = (message) => [message]
    await world.run(MINUTE)
    await theyTalk(world, alice, bob)
  })
}

const forgeries: readonly (readonly [string, (header: RoomHeader) => Partial<RoomHeader>])[] = [
  ["group information of noise", () => ({ groupInfo: systemRandom.bytes(3_000) })],
  ["no group information", () => ({ groupInfo: new Uint8Array(0) })],
  ["another channel", () => ({ channelId: systemRandom.bytes(32) })],
  ["another position inside", (header) => ({ position: header.position + 1 })],
  [
    "damaged group information",
    (header) => ({ groupInfo: header.groupInfo.map((byte, i) => (i === 400 ? byte ^ 1 : byte)) }),
  ],
]

for (const [what, change] of forgeries) {
  test(`a header by somebody with the link with ${what} lets nobody in anywhere`, async () => {
    const { world, alice } = await withMember()
    const wire = new Wire()
    rewritesHeaders(world, wire, change)
    const bob = await comes(world, "bob", { wire })
    expect(stateOfRoom(bob)).not.toBe("open")
    expect(saidOf(wire, "handshake")).toEqual([])
    expect(bob.events.filter((event) => event.type === "error")).toEqual([])
    wire.down = (message) => [message]
    await world.run(MINUTE)
    await theyTalk(world, alice, bob)
  })
}

test("a join that opens for nobody brings its own header: a member puts the room's back, and the lost one comes in", async () => {
  const { world, alice } = await withMember()
  const wire = new Wire()
  rewritesHeaders(world, wire, () => ({ externalKey: systemRandom.bytes(32) }))
  const bob = await world.start("bob", { wire })
  await world.until(() => alice.notices(ROOM).includes("void-commit"), "the void commit")
  wire.down = (message) => [message]
  await world.run(5_000)
  const carol = await comes(world, "carol")
  await theyTalk(world, alice, carol)
  await world.run(MINUTE)
  // Bob was alone in a room of his own making; what he could not open told him so.
  await theyTalk(world, alice, bob)
  await theyTalk(world, bob, carol)
})

test("a void handshake that was posted while every member was away is mended by the first who comes back", async () => {
  const { world, alice } = await withMember()
  await world.stop(alice)
  const wire = new Wire()
  rewritesHeaders(world, wire, () => ({ externalKey: systemRandom.bytes(32) }))
  await world.stop(await comes(world, "mallory", { wire }))
  const back = await world.start("alice", { disk: alice.disk })
  await world.run(MINUTE)
  const carol = await comes(world, "carol")
  await theyTalk(world, back, carol)
})

test("somebody who keeps joining with a bad header costs a room a few handshakes a minute, and nobody their place", async () => {
  const { world, alice } = await withMember()
  const bob = await comes(world, "bob")
  const wire = new Wire()
  rewritesHeaders(world, wire, () => ({ externalKey: systemRandom.bytes(32) }))
  await comes(world, "mallory", { wire })
  for (let minute = 0; minute < 3; minute++) {
    await theyTalk(world, alice, bob, `in minute ${minute}`)
    await world.run(MINUTE)
  }
  expect(alice.notices(ROOM).filter((code) => code === "void-commit").length).toBeLessThan(15)
  const carol = await comes(world, "carol")
  await theyTalk(world, alice, carol)
  expect(bob.notices(ROOM)).not.toContain("rejoined")
})

test("whoever makes the room does not leave it for what a stranger appends", async () => {
  const { world, alice } = await withMember()
  const before = saidOf(alice.wire, "handshake").length
  const wire = new Wire()
  rewritesHeaders(world, wire, () => ({ externalKey: systemRandom.bytes(32) }))
  await comes(world, "mallory", { wire })
  await world.run(MINUTE)
  // Empty commits, for tokens that nobody knows (PROTOCOL.md §10.5): fewer and fewer while nobody is heard.
  expect(saidOf(alice.wire, "handshake").length - before).toBeLessThanOrEqual(8)
  expect(alice.notices(ROOM)).not.toContain("rejoined")
})

test("an old header, served again: nobody counts as here, and the room is not disturbed", async () => {
  const { world, alice } = await withMember()
  const bob = await comes(world, "bob")
  const old = saidOf(alice.wire, "handshake")[0]!
  const wire = new Wire()
  wire.down = (message) => [
    message.type === "header" ? { ...message, position: 0, header: old.header } : message,
  ]
  const carol = await comes(world, "carol", { wire })
  expect(carol.client.room(carol.client.findRoom(ROOM).id).members.filter(({ here }) => here)).toEqual([])
  await theyTalk(world, alice, bob)
  expect([distrusts(alice), distrusts(bob)]).toEqual([0, 0])
})

test("people who only stand in the list are not here until they have signed something", async () => {
  const { world, alice } = await withMember()
  const sleepers = [await comes(world, "bob"), await comes(world, "carol")]
  for (const sleeper of sleepers) await world.stop(sleeper)
  const dave = await comes(world, "dave")
  const { members } = dave.client.room(dave.client.findRoom(ROOM).id)
  expect(Object.fromEntries(members.map(({ person, here }) => [person.name, here]))).toEqual({
    alice: true,
    bob: false,
    carol: false,
  })
  await theyTalk(world, alice, dave)
})

test("a word while the log is being opened does not make the newcomer start twice", async () => {
  const { world, alice } = await withMember()
  const wire = new Wire()
  // What follows the opening of the inbox and the header comes late.
  const held: RelayMessage[] = []
  let opened = 0
  let holds = true
  wire.down = (message) => {
    if (message.type === "opened") opened++
    if (opened < 2 || !holds) return [message]
    held.push(message)
    return []
  }
  const bob = await world.start("bob", { wire })
  await world.run(1_000)
  await bob.write(ROOM, "in between")
  await world.run(1_000)
  expect(saidOf(wire, "getHeader")).toHaveLength(1)
  holds = false
  wire.say(...held)
  await world.until(() => arrived(alice, ROOM, "in between"), "the word")
  expect(distrusts(bob)).toBe(0)
})

// ── large things ────────────────────────────────────────────────────────────────────────────────

/** A member whose next payload, or next commit, is larger than a frame. */
function bloated() {
  let big = false
  const more = () => (big ? new Uint8Array(90_000) : new Uint8Array(0))
  const engine = (real: MlsEngine): MlsEngine => ({
    ...real,
    seal: (state, plain, data) => real.seal(state, concat(plain, more()), data),
    commit: async (state, change) => {
      const commit = await real.commit(state, change)
      return { ...commit, bytes: concat(commit.bytes, more()) }
    },
  })
  return { engine, now: () => void (big = true), later: () => void (big = false) }
}

async function withBloated() {
  const { world, alice } = await withMember()
  const bloat = bloated()
  const mallory = await comes(world, "mallory", { engine: bloat.engine })
  return { world, alice, bloat, mallory }
}

test("an entry in a blob is fetched and judged before what follows is read", async () => {
  const { world, alice, bloat, mallory } = await withBloated()
  bloat.now()
  await mallory.write(ROOM, "in a blob")
  await world.until(() => alice.notices(ROOM).includes("unreadable"), "the notice")
  bloat.later()
  await theyTalk(world, alice, mallory)
  expect(saidOf(alice.wire, "getBlob").length).toBeGreaterThan(0)
})

const blobLies: readonly (readonly [string, (message: Of<"blobChunk">) => readonly (Of<"blobChunk"> | Of<"refused">)[]])[] = [
  ["not its hash", (message) => [{ ...message, chunk: message.chunk.map((byte) => byte ^ 1) }]],
  ["larger than any blob", (message) => [{ ...message, total: 4_000_000_000 }]],
  ["a blob that never ends", (message) => [{ ...message, chunk: new Uint8Array(0) }]],
  ["of another offset", (message) => [{ ...message, offset: message.offset + 1 }]],
  ["of another size in each piece", (message) => [{ ...message, total: message.total + message.offset }]],
  ["gone", ({ rid }) => [{ type: "refused", rid, code: 8, detail: 0 }]],
] // prettier-ignore

for (const [what, lie] of blobLies) {
  test(`a blob that is ${what}: reading waits there, skips nothing, and goes on with the true one`, async () => {
    const { world, alice, bloat, mallory } = await withBloated()
    alice.wire.down = (message) => (message.type === "blobChunk" ? lie(message) : [message])
    bloat.now()
    await mallory.write(ROOM, "in a blob")
    await world.run(5_000)
    bloat.later()
    await mallory.write(ROOM, "after it")
    await world.run(MINUTE)
    expect(alice.texts(ROOM)).not.toContain("after it")
    expect(saidOf(alice.wire, "getBlob").length).toBeLessThan(80)
    alice.wire.down = (message) => [message]
    await world.until(() => arrived(alice, ROOM, "after it"), "what follows")
    await theyTalk(world, alice, mallory)
  })
}

test("a message on its way when the log is closed for a blob is not forgotten", async () => {
  const { world, alice, bloat, mallory } = await withBloated()
  await mallory.write(ROOM, "ready")
  await world.until(() => arrived(alice, ROOM, "ready"), "mallory")
  // Alice's message reaches the relay after mallory's large handshake and before she closes the log to fetch it.
  const held: Parameters<Wire["ask"]>[0][] = []
  alice.wire.up = (message) => {
    if (message.type !== "entry") return [message]
    held.push(message)
    return []
  }
  alice.wire.down = (message) => {
    if (message.type === "entry" && message.entry[0] === 2) {
      alice.wire.up = (each) => [each]
      for (const each of held.splice(0)) alice.wire.ask(each)
    }
    return [message]
  }
  bloat.now()
  await alice.write(ROOM, "on its way")
  const day = 24 * 3_600_000
  await world.run(day + MINUTE)
  await mallory.write(ROOM, "and a day later")
  await world.run(5 * MINUTE)
  expect(alice.texts(ROOM)).toContain("on its way")
  await world.until(
    () => arrived(mallory, ROOM, "on its way") || alice.notices(ROOM).includes("void-commit"),
    "the handshake",
  )
  expect(alice.client.outboxCount()).toBe(0)
})
