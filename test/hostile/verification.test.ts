/**
 * A man in the middle of the first contact, with whole clients and keys of his own for both sides, against each of the
 * four ways to verify (PROTOCOL.md §14): every one of them shows him.
 */
import { expect, test } from "vitest"
import { decodeRecord, type PayloadRecord } from "../../src/client/records.ts"
import { type Content, decodePayload, isVerification } from "../../src/protocol/content.ts"
import { arrived, forging, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"
import { Mitm } from "../support/mitm.ts"
import { comparing, idOf, say, screen, step, trustIn, words } from "../support/verify.ts"

const RUNS = process.env["SLOW"] === undefined ? Math.ceil(Number(process.env["SEEDS"] ?? 20) / 10) : 1_000
const LONG_MS = 60 * 60_000

/** Alice and bob, each with a false other one, whose chat works as if nothing were wrong. */
async function caughtBetween(seed: number) {
  const mitm = await Mitm.create(seed)
  const alice = await mitm.split("alice", 0)
  const bob = await mitm.split("bob", 1)
  await mitm.run(5_000)
  await alice.real.write("bob", "hello")
  await mitm.until(() => arrived(bob.false, "alice", "hello"), "the first message")
  // He passes on what is said, and nobody notices anything.
  await alice.false.write("bob", "hello")
  await mitm.until(() => arrived(bob.real, "alice", "hello"), "the message")
  return { mitm, alice, bob }
}

test(
  `seven words, ${RUNS} times: they differ, whatever his own clients answer, and each no stops its side`,
  async () => {
    for (let seed = 0; seed < RUNS; seed++) {
      const { mitm, alice, bob } = await caughtBetween(seed)
      await comparing(mitm.sides[0], alice.real, bob.false)
      await comparing(mitm.sides[1], alice.false, bob.real)
      expect(words(alice.real), `seed ${seed}`).not.toBe(words(bob.real))
      expect(screen(alice.real).digits).not.toBe(screen(bob.real).digits)
      // His own clients say yes to everything; that verifies nobody.
      await say(bob.false, true)
      await say(alice.false, true)
      await mitm.run(MINUTE)
      expect([trustIn(alice.real, "bob"), trustIn(bob.real, "alice")]).toEqual(["unverified", "unverified"])
      await say(alice.real, false)
      await say(bob.real, false)
      expect([trustIn(alice.real, "bob"), trustIn(bob.real, "alice")]).toEqual(["differs", "differs"])
    }
  },
  LONG_MS,
)

test("seven words passed through by him, byte for byte: the commitment does not fit, and there are none", async () => {
  const said: Content[] = []
  const listening = forging((payload) => payload)
  const mitm = await Mitm.create(7)
  const alice = { real: await mitm.sides[0].join("alice"), false: undefined as Guest | undefined }
  const bob = {
    real: await mitm.sides[1].join("bob"),
    false: await mitm.sides[0].join("bob", { engine: listening }),
  }
  // What the real alice has said goes out in the name of the false one.
  const passing = forging((payload) => {
    const next = isVerification(payload.content) && said.find(({ type }) => type === payload.content.type)
    return next ? { ...payload, content: next } : payload
  })
  alice.false = await mitm.sides[1].join("alice", { engine: passing })
  await mitm.run(5_000)
  await alice.real.client.verification.askWords(idOf(alice.real, "bob"))
  await mitm.until(() => step(bob.false) === "accept?", "the false bob to be asked")
  said.push(...heardBy(bob.false))
  await alice.false.client.verification.askWords(idOf(alice.false, "bob"))
  await mitm.until(() => step(bob.real) === "accept?", "bob to be asked")
  await bob.real.client.verification.accept(screen(bob.real).id)
  await bob.false.client.verification.accept(screen(bob.false).id)
  await mitm.until(() => step(alice.real) === "compare", "alice's words")
  said.push(...heardBy(bob.false))
  await mitm.run(6 * MINUTE)
  expect(screen(bob.real).words).toBeUndefined()
  expect(["failed", "timed-out", "cancelled"]).toContain(step(bob.real))
  expect(trustIn(bob.real, "alice")).toBe("unverified")
})

/** What this client has read of verifications in its direct chat. */
function heardBy({ store }: Guest): Content[] {
  return store.range("payload", {}).flatMap(({ value }) => {
    const { bytes } = decodeRecord<PayloadRecord>(value)
    return bytes ? [decodePayload(bytes).content] : []
  })
}

test("the safety number differs on the two screens", async () => {
  const { alice, bob } = await caughtBetween(11)
  const number = alice.real.client.safetyNumber(idOf(alice.real, "bob"))
  expect(bob.real.client.safetyNumber(idOf(bob.real, "alice"))).not.toBe(number)
})

test("a code on either screen is no code for the other: nobody is verified", async () => {
  const { mitm, alice, bob } = await caughtBetween(12)
  for (const [shower, reader] of [
    [alice.real, bob.real],
    [bob.real, alice.real],
  ] as const) {
    const { qr } = await shower.client.verification.qrText(idOf(shower, reader.name))
    const view = await reader.client.verification.readQr(idOf(reader, shower.name), qr!)
    expect(view).toMatchObject({ step: "failed", why: "not-for-you" })
    expect(trustIn(reader, shower.name)).not.toBe("verified")
    // He answers for the reader; but the reader's screen shows no tick.
    const other = shower === alice.real ? bob.false : alice.false
    await other.client.verification.readQr(idOf(other, shower.name), qr!)
    await mitm.until(() => step(shower) === "confirm?", "his tick")
    await shower.client.verification.confirmQr(screen(shower).id, false)
    expect(trustIn(shower, reader.name)).toBe("differs")
  }
})

test("a whole room: the count is right, the roll is right, and the odd screen has other words", async () => {
  const mitm = await Mitm.create(13)
  const names = ["asha", "meera", "kabir"]
  const room: Guest[] = []
  const ghosts: Guest[] = []
  for (const name of names) {
    const both = await mitm.split(name, 0)
    room.push(both.real)
    ghosts.push(both.false)
  }
  const ravi = await mitm.split("ravi", 1)
  const sides = [
    [...room, ravi.false],
    [...ghosts, ravi.real],
  ] as const
  const isWhole = ({ client }: Guest) => client.room(client.findRoom("#everyone").id).members.length === 3
  await mitm.until(() => sides.flat().every(isWhole), "both rooms to be whole")
  await mitm.run(5_000)
  for (const [leader, ...others] of sides) {
    await leader.client.verification.askRoom(leader.client.findRoom("#everyone").id)
    await mitm.until(() => others.every((guest) => step(guest) === "accept?"), "them to be asked")
    for (const guest of others) await guest.client.verification.accept(screen(guest).id)
  }
  await mitm.until(() => sides.flat().every((guest) => step(guest) === "compare"), "the words")
  for (const guest of room) {
    expect(words(guest)).toBe(words(room[0]!))
    expect(screen(guest)).toMatchObject({ count: 4 })
  }
  expect(screen(ravi.real)).toMatchObject({ count: 4 })
  expect(screen(ravi.real).people.map(({ name }) => name)).toEqual(["asha", "kabir", "meera", "ravi"])
  expect(words(ravi.real)).not.toBe(words(room[0]!))
  // Down the list the key tags differ, on every line that is not one's own side's.
  const tags = (guest: Guest) => Object.fromEntries(screen(guest).people.map(({ name, tag }) => [name, tag]))
  expect(tags(ravi.real)["asha"]).not.toBe(tags(room[0]!)["asha"])
  await say(ravi.real, false)
  await mitm.run(5_000)
  for (const person of ravi.real.client.people()) expect(person.trust).toBe("unverified")
})

test("a ghost in everybody's list is in the count and on the roll of every screen", async () => {
  const world = await HostileWorld.create(14)
  const people: Guest[] = []
  for (const name of ["asha", "ravi", "ghost"]) people.push(await world.join(name))
  await world.run(20_000)
  const [leader, ...others] = people as [Guest, ...Guest[]]
  await leader.client.verification.askRoom(leader.client.findRoom("#everyone").id)
  await world.until(() => others.every((guest) => step(guest) === "accept?"), "them to be asked")
  for (const guest of others) await guest.client.verification.accept(screen(guest).id)
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
  // Two people in the room, three screens on the screen.
  for (const guest of people) {
    expect(screen(guest).count).toBe(3)
    expect(screen(guest).people.map(({ name }) => name)).toContain("ghost")
  }
})
