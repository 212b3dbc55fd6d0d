/** Commits that fail with a member's own keys, and what a room makes of them (PROTOCOL.md §10.5). */
import { expect, test } from "vitest"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import type { ClientMessage } from "../../src/protocol/messages.ts"
import { arrived, type Guest, HostileWorld, lastWish, MINUTE } from "../support/hostile.ts"

const ROOM = "#everyone"

/** Joins by a commit whose confirmation tag is wrong: nobody can follow, and nobody can know whether others could. */
function joinsBadly(real: MlsEngine): MlsEngine {
  return {
    ...real,
    joinExternal: async (...how) => {
      const commit = await real.joinExternal(...how)
      return {
        ...commit,
        bytes: commit.bytes.map((byte, i) => (i === commit.bytes.length - 1 ? byte ^ 1 : byte)),
      }
    },
  }
}

/** An engine to which the path of the next commit does not open, as if its author had sealed noise to it alone. */
function sealedToOne(met: () => void = () => {}): {
  isNext: boolean
  engine: (real: MlsEngine) => MlsEngine
} {
  const noise = {
    isNext: false,
    engine: (real: MlsEngine): MlsEngine => ({
      ...real,
      apply: async (...what) => {
        if (!noise.isNext) return real.apply(...what)
        noise.isNext = false
        met()
        return { kind: "uncertain", reason: "noise" }
      },
    }),
  }
  return noise
}

async function roomOf(...names: string[]): Promise<{ world: HostileWorld; people: Guest[] }> {
  const world = await HostileWorld.create()
  const people: Guest[] = []
  for (const name of names) people.push(await world.join(name))
  await world.run(MINUTE)
  return { world, people }
}

async function everybodyIsHeard(world: HostileWorld, people: readonly Guest[], when: string): Promise<void> {
  for (const each of people) await each.write(ROOM, `${each.name} ${when}`)
  await world.until(
    () => people.every((reader) => people.every(({ name }) => arrived(reader, ROOM, `${name} ${when}`))),
    `everybody to be heard ${when}`,
  )
}

test("somebody with the link joins so that nobody can follow: the room stays, and goes on within seconds", async () => {
  const { world, people } = await roomOf("alice", "bob", "carol")
  await world.start("mallory", { engine: joinsBadly })
  await world.until(
    () => people.every((each) => each.notices(ROOM).includes("void-commit")),
    "the others to agree",
    10_000,
  )
  await everybodyIsHeard(world, people, "after")
  for (const each of people) {
    expect(each.notices(ROOM).filter((code) => code === "rejoined" || code === "unreadable")).toEqual([])
    expect(each.client.room(each.client.findRoom(ROOM).id).members.length).toBe(2)
  }
  // The header that came with it is mended: a newcomer finds the room, not mallory's.
  await world.run(MINUTE)
  const dave = await world.join("dave")
  await world.until(() => dave.client.rooms().some(({ state }) => state === "open"), "dave to come in")
  await everybodyIsHeard(world, [...people, dave], "with dave")
})

test("a room of two gets over it as well, and so does whoever was away meanwhile", async () => {
  const { world, people } = await roomOf("alice", "bob")
  const [alice, bob] = people as [Guest, Guest]
  world.world.network.setOnline(bob.process, false)
  await world.run(MINUTE)
  await bob.write(ROOM, "written while away")
  await world.start("mallory", { engine: joinsBadly })
  await world.run(MINUTE)
  // With nobody but mallory there, alice may find herself in mallory's room; what she says is kept for bob all the same.
  await alice.write(ROOM, "kept until it is safe")
  await world.run(10_000)
  world.world.network.setOnline(bob.process, true)
  await world.until(
    () => arrived(alice, ROOM, "written while away") && arrived(bob, ROOM, "kept until it is safe"),
    "both to be heard",
  )
})

test("one member is left out by a commit that works for the others: it knows, and joins again", async () => {
  const { world, people } = await roomOf("alice", "carol")
  const noise = sealedToOne()
  const bob = await world.join("bob", { engine: noise.engine })
  people.push(bob)
  await world.run(MINUTE)
  noise.isNext = true
  const dave = await world.join("dave")
  await world.until(() => dave.client.rooms().some(({ state }) => state === "open"), "dave to come in")
  await world.until(() => bob.notices(ROOM).includes("rejoined"), "bob to join again")
  await everybodyIsHeard(world, [...people, dave], "after")
})

test("what was not said in doubt survives a crash in doubt", async () => {
  const { world, people } = await roomOf("alice", "bob")
  const [alice, bob] = people as [Guest, Guest]
  world.world.network.setOnline(bob.process, false)
  await world.start("mallory", { engine: joinsBadly })
  await world.run(20_000)
  await alice.write(ROOM, "said in doubt")
  world.crash(alice)
  const back = await world.start("alice", { disk: alice.disk })
  world.world.network.setOnline(bob.process, true)
  await world.until(() => arrived(bob, ROOM, "said in doubt"), "alice to be heard")
  expect(back.texts(ROOM)).toEqual(["said in doubt"])
})

test("whoever joins again and is overtaken starts over: it does not go on alone", async () => {
  const { world, people } = await roomOf("alice", "carol")
  const noise = sealedToOne()
  const bob = await world.join("bob", { engine: noise.engine })
  await world.run(MINUTE)
  // Bob's commit comes late: somebody else has taken the place that it expects.
  const late: ClientMessage[] = []
  noise.isNext = true
  const dave = await world.join("dave")
  bob.wire.up = (message) => {
    if (message.type !== "handshake" || late.length > 0) return [message]
    late.push(message)
    return []
  }
  await world.until(() => late.length > 0, "bob to join again")
  const erin = await world.join("erin")
  await world.until(() => erin.client.rooms().some(({ state }) => state === "open"), "erin to come in")
  for (const message of late) bob.wire.ask(message)
  await bob.write(ROOM, "not alone")
  const everybody = [...people, bob, dave, erin]
  await world.until(() => everybody.every((each) => arrived(each, ROOM, "not alone")), "bob to be heard")
  expect(bob.notices(ROOM).filter((code) => code === "rejoined")).toEqual(["rejoined"])
})

test("whoever hears the others while joining again stays with them", async () => {
  const { world, people } = await roomOf("alice", "bob")
  const [alice, bob] = people as [Guest, Guest]
  world.world.network.setOnline(alice.process, false)
  const late: ClientMessage[] = []
  bob.wire.up = (message) => {
    if (message.type !== "handshake" || late.length > 0) return [message]
    late.push(message)
    return []
  }
  const mallory = await world.start("mallory", { engine: joinsBadly })
  await world.until(() => mallory.client.rooms().some(({ state }) => state === "open"), "mallory to be alone")
  await mallory.write(ROOM, "noise to everybody else")
  await world.until(() => late.length > 0, "bob to give the room up")
  // Bob is on his way into mallory's room when alice is heard in the one they share.
  world.world.network.setOnline(alice.process, true)
  await world.until(() => bob.notices(ROOM).includes("void-commit"), "alice to be heard")
  for (const message of late) bob.wire.ask(message)
  await bob.write(ROOM, "with alice")
  await alice.write(ROOM, "with bob")
  await world.until(() => arrived(alice, ROOM, "with alice") && arrived(bob, ROOM, "with bob"), "both")
  expect(bob.notices(ROOM)).not.toContain("rejoined")
})

test("a newcomer in a room of somebody's making finds the others, though one voice was heard there", async () => {
  const { world, people } = await roomOf("alice", "bob")
  for (const each of people) world.world.network.setOnline(each.process, false)
  const mallory = await world.start("mallory", { engine: joinsBadly })
  await world.until(() => mallory.client.rooms().some(({ state }) => state === "open"), "mallory to be alone")
  const carol = await world.join("carol")
  await mallory.write(ROOM, "all of us are here")
  await world.until(() => arrived(carol, ROOM, "all of us are here"), "carol to be led astray")
  await world.stop(mallory)
  for (const each of people) world.world.network.setOnline(each.process, true)
  await world.run(MINUTE)
  for (const each of people) await each.write(ROOM, `where are you, carol? ${each.name}`)
  await world.until(() => carol.notices(ROOM).includes("rejoined"), "carol to join again")
  await everybodyIsHeard(world, [...people, carol], "after")
})

for (const saves of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`in doubt, and left out, dead after save ${saves} from there: back in the room, nothing lost or doubled`, async () => {
    const { world, people } = await roomOf("alice", "carol")
    const wish = lastWish()
    const noise = sealedToOne(() => wish.arm(saves, () => world.crash(bob, bob.disk.unsynced)))
    const bob = await world.join("bob", { store: wish.store, engine: noise.engine })
    await world.run(MINUTE)
    noise.isNext = true
    const dave = await world.join("dave")
    await world.until(() => dave.client.rooms().some(({ state }) => state === "open"), "dave to come in")
    if (bob.process.alive) await bob.write(ROOM, "said in doubt")
    await world.run(MINUTE)
    expect(bob.process.alive).toBe(false)
    const back = await world.start("bob", { disk: bob.disk })
    await dave.write(ROOM, "bob?")
    await world.until(() => back.notices(ROOM).includes("rejoined"), "bob to join again")
    await everybodyIsHeard(world, [...people, back, dave], "after")
    for (const each of [...people, dave])
      expect(each.texts(ROOM).filter((text) => text === "said in doubt")).toEqual(
        back.texts(ROOM).filter((text) => text === "said in doubt"),
      )
  })
}
