/** How a person comes to a relay, and what the client says when it cannot be. */
import { expect, test } from "vitest"
import type { ConnectionProblem } from "../../src/client/events.ts"
import { openClient } from "../../src/client/open.ts"
import { createProfile, readProfile, readRelay, setRelay } from "../../src/client/profile.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { certificateTag, wordsOf } from "../../src/crypto/invitation-words.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { Discovery, FoundRelay } from "../../src/platform/discovery.ts"
import { silentLog } from "../../src/platform/log.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Link, SpokenInvitation } from "../../src/protocol/address.ts"
import { toHex } from "../../src/bytes.ts"
import { MAX_TEXT_BYTES } from "../../src/protocol/content.ts"
import { arrived, type Guest, HostileWorld, MINUTE, stateOf } from "../support/hostile.ts"

/** Somebody whose profile holds this invitation, started. */
async function withInvitation(
  world: HostileWorld,
  name: string,
  invitation: Link | SpokenInvitation,
  more: { discovery?: Discovery; disk?: MemoryDisk } = {},
) {
  const process = world.world.process(name)
  const { clock, random, network } = process
  const disk = more.disk ?? new MemoryDisk()
  const store = disk.open()
  if (!more.disk) {
    createProfile(store, { random, clock }, name)
    setRelay(store, nodePrimitives, invitation)
  }
  const { discovery } = more
  const client = await openClient({
    store,
    clock,
    random,
    primitives: nodePrimitives,
    network,
    engine: createMlsEngine(nodePrimitives, random),
    log: silentLog,
    ...(discovery && { discovery }),
  })
  const problems: ConnectionProblem[] = []
  client.on(({ event }) => {
    if (event.type === "relay.disconnected") problems.push(event.why)
  })
  client.start()
  return { client, store, disk, process, problems }
}

const REFUSED: readonly (readonly [string, (world: HostileWorld) => Partial<Link>, ConnectionProblem])[] = [
  ["another relay's key", () => ({ pin: new Uint8Array(32).fill(9) }), "wrong-pin"],
  ["a wrong admission", () => ({ admission: new Uint8Array(16).fill(9) }), "not-allowed"],
  [
    "no admission where one is asked for",
    () => ({ admission: undefined, roomSecret: undefined }),
    "not-allowed",
  ],
]

for (const [what, change, why] of REFUSED) {
  test(`an invitation with ${what} is refused, said, and not tried again`, async () => {
    const world = await HostileWorld.create()
    const { client, store, problems } = await withInvitation(world, "alice", {
      ...world.invitation,
      ...change(world),
    })
    await world.run(10 * MINUTE)
    expect(problems).toEqual([why])
    expect(client.connection()).toMatchObject({ state: "refused", why })
    expect(readProfile(store)!.registered).toBe(false)
  })
}

test("a name that is taken is said; another one may be chosen in the same folder", async () => {
  const world = await HostileWorld.create()
  await world.join("alice")
  const { client, problems } = await withInvitation(world, "ALICE", world.invitation)
  await world.run(MINUTE)
  expect([problems, client.connection().state]).toEqual([["name-taken"], "refused"])
})

test("a relay that is not there is tried again and again, and not too often", async () => {
  const world = await HostileWorld.create()
  const { client, problems } = await withInvitation(world, "alice", { ...world.invitation, host: "nowhere" })
  await world.run(10 * MINUTE)
  expect(new Set(problems)).toEqual(new Set(["unreachable"]))
  // Every 15 seconds at most, every eight on average.
  expect(problems.length).toBeGreaterThan(40)
  expect(problems.length).toBeLessThan(110)
  expect(client.connection().state).toBe("waiting")
})

// ── twelve words ────────────────────────────────────────────────────────────────────────────────

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => i * 11)

async function spoken(): Promise<{ world: HostileWorld; invitation: SpokenInvitation }> {
  const world = await HostileWorld.create(1, {}, SECRET)
  return { world, invitation: { kind: "words", ...world.relay.address, words: wordsOf(SECRET).split(" ") } }
}

test("twelve words lead to the relay's key, which is kept, and into the room of the link", async () => {
  const { world, invitation } = await spoken()
  const alice = await withInvitation(world, "alice", invitation)
  await world.until(() => alice.client.connection().state === "online", "alice to be online")
  expect(readRelay(alice.store)!.pin).toEqual(world.relay.relayId)
  const bob = await world.join("bob")
  await world.run(5_000)
  await bob.write("#everyone", "by the link")
  const room = alice.client.findRoom("#everyone").id
  await world.until(
    () => alice.client.transcript(room, 9).some((line) => line.kind === "message"),
    "the message",
  )
  // From now on the key alone counts: a certificate with another tag is still the relay's.
  world.relay.crash("kept")
  world.wearTag(new Uint8Array(32))
  await world.relay.start()
  await world.until(() => alice.client.connection().state !== "online", "alice to notice")
  await world.until(() => alice.client.connection().state === "online", "alice to be back")
})

test("twelve words that are another relay's are not given to this one", async () => {
  const { world, invitation } = await spoken()
  world.relay.crash()
  world.wearTag(certificateTag(nodePrimitives, new Uint8Array(16), world.relay.relayId))
  await world.relay.start()
  const { client, problems, store } = await withInvitation(world, "alice", invitation)
  await world.run(5 * MINUTE)
  expect([problems, client.connection().state]).toEqual([["wrong-pin"], "refused"])
  expect(readRelay(store)!.pin).toBeUndefined()
})

// ── a relay that moved ──────────────────────────────────────────────────────────────────────────

function announces(relays: readonly FoundRelay[]): Discovery & { looks: number } {
  const made = {
    looks: 0,
    announce: () => () => {},
    look(found: (relay: FoundRelay) => void) {
      made.looks++
      for (const relay of relays) found(relay)
      return () => {}
    },
  }
  return made
}

test("a relay that moved is found by its key, and its new address is kept", async () => {
  const world = await HostileWorld.create()
  const found = { name: "box", ...world.relay.address, pinHex: toHex(world.relay.relayId) }
  const discovery = announces([{ ...found, host: "trap", pinHex: "00".repeat(32) }, found])
  const alice = await withInvitation(
    world,
    "alice",
    { ...world.invitation, host: "where it was" },
    { discovery },
  )
  await world.until(() => alice.client.connection().state === "online", "the relay to be found")
  expect(readProfile(alice.store)!.relay).toEqual(world.relay.address)
})

test("somebody who announces our relay's key elsewhere is tried a few times, and keeps us from nothing", async () => {
  const world = await HostileWorld.create()
  const other = await HostileWorld.create(2)
  const liar = { name: "liar", ...other.relay.address, pinHex: toHex(world.relay.relayId) }
  const trap = world.world.process("trap")
  const identity = { spkiSha256: other.relay.relayId, tag: new Uint8Array(32) }
  let knocks = 0
  const handler = { opened: () => void knocks++, received: () => {}, drained: () => {}, closed: () => {} }
  await trap.network.listen(1, identity, handler)
  const discovery = announces([
    { ...liar, host: "trap", port: 1 },
    { ...liar, host: "nobody" },
  ])
  const alice = await withInvitation(world, "alice", world.invitation, { discovery })
  await world.until(() => alice.client.connection().state === "online", "alice to be online")
  world.relay.crash("kept")
  await world.run(10 * MINUTE)
  expect(alice.client.connection().state).toBe("waiting")
  expect(discovery.looks).toBeGreaterThan(5)
  expect(alice.problems.length).toBeLessThan(130)
  expect(knocks).toBe(0)
  expect(readProfile(alice.store)!.relay).toEqual(world.relay.address)
  await world.relay.start()
  await world.until(() => alice.client.connection().state === "online", "alice to be back where the relay is")
})

// ── what guests may ask for ─────────────────────────────────────────────────────────────────────

async function pair(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  return { world, alice, bob }
}

test("messages that are empty or too long are refused, with nothing left behind", async () => {
  const { world, alice } = await pair()
  await world.run(MINUTE)
  const room = alice.client.findRoom("bob").id
  const lines = alice.client.lineCount(room)
  for (const [text, code] of [
    ["", "message-empty"],
    [" \n\t ", "message-empty"],
    ["x".repeat(MAX_TEXT_BYTES + 1), "message-too-long"],
    ["é".repeat(MAX_TEXT_BYTES / 2 + 1), "message-too-long"],
  ] as const) {
    await expect(alice.client.send(room, text)).rejects.toMatchObject({ code })
  }
  expect([alice.client.lineCount(room), alice.client.outboxCount()]).toEqual([lines, 0])
})

test("the longest message of all arrives whole", async () => {
  const { world, alice, bob } = await pair()
  const text = `${"é".repeat(MAX_TEXT_BYTES / 2 - 1)}ab`
  await alice.write("bob", text)
  await world.until(() => arrived(bob, "alice", text), "the message")
})

test("unknown people and rooms are said to be unknown, however they are asked for", async () => {
  const { alice } = await pair()
  const unknown = expect.objectContaining({ code: "unknown-name" }) as unknown
  for (const name of ["carol", "", "  ", "u_AAAAAAAAAAAAAAAAAAAAAA", "alice"])
    expect(() => alice.client.findPerson(name)).toThrow(unknown)
  for (const to of ["#nobody", "#", "carol", "r_AAAAAAAAAAAAAAAAAAAAAA"])
    expect(() => alice.client.findRoom(to)).toThrow(unknown)
  for (const id of ["r_nothing", ""]) {
    expect(() => alice.client.room(id)).toThrow(unknown)
    expect(() => alice.client.transcript(id, 10)).toThrow(unknown)
    await expect(alice.client.send(id, "hello")).rejects.toMatchObject({ code: "unknown-name" })
  }
  await expect(alice.client.openChat("u_nobody")).rejects.toMatchObject({ code: "unknown-name" })
})

test("a person is found in any case, with @, and by id; a room by its name in any case, and by id", async () => {
  const { alice } = await pair()
  const bob = alice.client.findPerson("bob")
  for (const name of ["BOB", "@bob", bob.id]) expect(alice.client.findPerson(name).id).toBe(bob.id)
  const everyone = alice.client.findRoom("#everyone")
  for (const to of ["#Everyone", everyone.id]) expect(alice.client.findRoom(to).id).toBe(everyone.id)
  expect(alice.client.findRoom("bob").id).toBe(alice.client.findRoom(bob.id).id)
})

test("five people join while one with a queued message is away", async () => {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  const bob = await world.join("bob")
  await world.run(MINUTE)
  world.world.network.setOnline(alice.process, false)
  await alice.write("#everyone", "written while away")
  const five = await Promise.all([1, 2, 3, 4, 5].map((i) => world.start(`newcomer ${i}`)))
  const members = (guest: Guest) =>
    guest.client.rooms().find(({ kind }) => kind === "everyone")?.members.length
  await world.until(() => five.every((guest) => members(guest) === 6), "all five")
  world.world.network.setOnline(alice.process, true)
  await world.until(
    () => [bob, ...five].every((guest) => arrived(guest, "#everyone", "written while away")),
    "the message",
  )
  // Her own copy of it comes when it comes.
  const isMet = () => stateOf(alice, "#everyone", "written while away") === "relayed"
  await world.until(isMet, "her own message")
})
