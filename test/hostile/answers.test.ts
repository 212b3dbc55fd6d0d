/** A relay whose answers are late, missing, doubled or of another kind; and one that says things out of turn. */
import { expect, test } from "vitest"
import { MAX_PACKAGES } from "../../src/client/packages.ts"
import { systemRandom } from "../../src/platform/random.ts"
import type { ClientMessage, Of, RelayMessage } from "../../src/protocol/messages.ts"
import {
  arrived,
  distrusts,
  type Guest,
  HostileWorld,
  MINUTE,
  saidOf,
  stateOf,
  Wire,
} from "../support/hostile.ts"

/** Whether the client is online now, after however many tries. */
const isOnline = (guest: Guest) => guest.client.connection().state === "online"

/** Unless it is on its way already, or the person is not known yet. */
async function writeOnce(guest: Guest, to: string, text: string): Promise<void> {
  const isKnown = guest.client.people().some(({ name }) => name === to)
  if (isKnown && stateOf(guest, to, text) === undefined) await guest.write(to, text)
}

function problems(guest: Guest): string[] {
  return guest.events.flatMap((event) => (event.type === "relay.disconnected" ? [event.why] : []))
}

// ── silence ─────────────────────────────────────────────────────────────────────────────────────

test("a relay that never greets is given up, and tried again", async () => {
  const world = await HostileWorld.create()
  const wire = new Wire()
  wire.down = () => []
  const alice = await world.start("alice", { wire })
  await world.run(3 * MINUTE)
  expect(problems(alice).length).toBeGreaterThan(0)
  wire.down = (message) => [message]
  await world.until(() => isOnline(alice), "the connection")
})

test("a relay that falls silent is noticed, without a closed connection", async () => {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  await world.run(MINUTE)
  expect(problems(alice)).toEqual([])
  alice.wire.down = () => []
  await world.run(2 * MINUTE)
  expect(problems(alice)[0]).toBe("lost")
})

const questions = ["getDirectory", "open", "getHeader", "takePackage", "look", "putPackages"] as const

for (const type of questions) {
  test(`a ${type} that is never answered, on a connection that lives, does not hold us up for ever`, async () => {
    const world = await HostileWorld.create()
    const bob = await world.join("bob")
    await world.join("carol")
    const wire = new Wire()
    let swallows = true
    wire.up = (message) => (swallows && message.type === type ? [] : [message])
    const alice = await world.start("alice", { wire })
    // Each kind of question is asked, has its time, and is asked again on another connection.
    for (let i = 0; i < 3; i++) {
      await world.run(MINUTE)
      await writeOnce(alice, "bob", "hello")
    }
    expect(saidOf(wire, type).length).toBeGreaterThan(1)
    swallows = false
    await world.until(() => alice.client.people().length === 2 && isOnline(alice), "alice to be online")
    await writeOnce(alice, "bob", "hello")
    await world.until(() => arrived(bob, "alice", "hello"), "the message", 10 * MINUTE)
  })
}

// ── wrong answers ───────────────────────────────────────────────────────────────────────────────

/** Answers every question of one type with this instead. */
function answers(wire: Wire, type: ClientMessage["type"], make: (rid: number) => RelayMessage): void {
  wire.up = (message) => {
    if (message.type !== type || !("rid" in message)) return [message]
    wire.say(make(message.rid))
    return []
  }
}

const wrong: readonly (readonly [string, (rid: number) => RelayMessage])[] = [
  ["done", (rid) => ({ type: "done", rid })],
  ["refused", (rid) => ({ type: "refused", rid, code: 11, detail: 0 })],
  [
    "refused with a code from the future",
    (rid) => ({ type: "refused", rid, code: 60_000, detail: Number.MAX_SAFE_INTEGER }),
  ],
  ["a blob", (rid) => ({ type: "blobChunk", rid, total: 1, offset: 0, chunk: Uint8Array.of(1) })],
  [
    "a package of noise",
    (rid) => ({ type: "keyPackage", rid, lastResort: true, keyPackage: systemRandom.bytes(2_000) }),
  ],
  [
    "a header of noise",
    (rid) => ({
      type: "header",
      rid,
      position: 0,
      nextPosition: 1,
      blob: new Uint8Array(32),
      header: systemRandom.bytes(2_000),
    }),
  ],
  ["the list of nobody", (rid) => ({ type: "looked", rid, lastSeqs: [] })],
]

for (const type of questions) {
  for (const [what, make] of wrong) {
    test(`${type} answered with ${what}: no loop, and all is well once the relay is`, async () => {
      const world = await HostileWorld.create()
      const bob = await world.join("bob")
      const wire = new Wire()
      answers(wire, type, make)
      const alice = await world.start("alice", { wire })
      await world.run(10_000)
      await writeOnce(alice, "bob", "hello")
      await world.run(MINUTE)
      expect(saidOf(wire, type).length).toBeLessThan(60)
      wire.up = (message) => [message]
      await world.until(() => alice.client.people().length === 1, "alice to know bob")
      await writeOnce(alice, "bob", "hello")
      await world.until(() => arrived(bob, "alice", "hello"), "the message", 10 * MINUTE)
      expect(alice.client.room(alice.client.findRoom("bob").id).state).toBe("open")
    })
  }
}

test("answers that come twice, or to questions that were never asked, change nothing", async () => {
  const world = await HostileWorld.create()
  const wire = new Wire()
  wire.down = (message) => {
    if (!("rid" in message) || message.rid === 0) return [message]
    return [
      message,
      message,
      { ...message, rid: message.rid + 1_000_000 },
      { ...message, rid: 4_294_967_295 },
    ]
  }
  const alice = await world.join("alice", { wire })
  const bob = await world.join("bob")
  await world.until(() => alice.client.people().length === 1, "alice to know bob")
  await alice.write("bob", "hello")
  await world.until(() => arrived(bob, "alice", "hello"), "the message")
  expect(distrusts(alice)).toBe(0)
})

// ── out of turn ─────────────────────────────────────────────────────────────────────────────────

const ready: Of<"ready"> = {
  type: "ready",
  relayName: "again",
  open: true,
  time: 0,
  directorySize: 9,
  packagesLeft: 0,
  lastResort: false,
}
const outOfTurn: readonly (readonly [string, RelayMessage, "given up" | "passed over"])[] = [
  ["ready again", ready, "given up"],
  ["registerFirst to somebody it knows", { type: "registerFirst", newest: new Uint8Array(0) }, "given up"],
  ["a handle that does not exist", { type: "entry", handle: 99_999, seq: 1, time: 0, position: 0, entry: systemRandom.bytes(100) }, "passed over"],
  ["a pong that nobody asked for", { type: "pong", token: 77 }, "passed over"],
  ["a directory that grew smaller", { type: "directoryGrew", size: 0 }, "passed over"],
  ["presence of nobody", { type: "presence", accountId: systemRandom.bytes(32), online: true }, "passed over"],
] // prettier-ignore

for (const [what, message, outcome] of outOfTurn) {
  test(`${what} is ${outcome}`, async () => {
    const world = await HostileWorld.create()
    const alice = await world.join("alice")
    alice.wire.say(message)
    await world.run(MINUTE)
    expect(distrusts(alice)).toBe(outcome === "given up" ? 1 : 0)
    expect(isOnline(alice)).toBe(true)
  })
}

for (const [what, bytes] of [
  ["an announced frame of four gigabytes", Uint8Array.of(255, 255, 255, 255)],
  ["an empty frame", new Uint8Array(4)],
  ["a message type that does not exist", Uint8Array.of(0, 0, 0, 1, 250)],
  ["a message that clients send", Uint8Array.of(0, 0, 0, 5, 20, 0, 0, 0, 1)],
  ["half a message", Uint8Array.of(0, 0, 0, 3, 16, 0, 0)],
] as const) {
  test(`${what} ends the connection, and the next one is fine`, async () => {
    const world = await HostileWorld.create()
    const alice = await world.join("alice")
    alice.wire.sayBytes(bytes)
    await world.run(MINUTE)
    expect(problems(alice)).toEqual(["relay-inconsistent"])
    expect(isOnline(alice)).toBe(true)
  })
}

test("everything that can be said before the greeting is passed over or ends the connection", async () => {
  const world = await HostileWorld.create()
  const bob = await world.join("bob")
  const samples = new Map(bob.wire.heard.map((message) => [message.type, message]))
  for (const [type, message] of samples) {
    if (type === "ready" || type === "refused") continue
    const wire = new Wire()
    let first = true
    wire.down = (real) => {
      const before = first ? [message] : []
      first = false
      return [...before, real]
    }
    const someone = await world.start(`x${type}`, { wire })
    await world.until(() => isOnline(someone), `${type} to be survived`)
    expect(someone.client.people().length).toBeLessThan(2 * samples.size)
    await world.stop(someone)
  }
})

// ── growth ──────────────────────────────────────────────────────────────────────────────────────

test("a relay that asks for packages without end gets a bounded number", async () => {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  for (let i = 0; i < 14; i++) {
    alice.wire.say({ type: "packagesLeft", count: 0 })
    await world.run(100)
  }
  expect(alice.store.count("package", {})).toBe(MAX_PACKAGES)
})
