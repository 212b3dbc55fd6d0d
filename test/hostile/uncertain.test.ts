/** Commits that fail with a member's own keys, and what a room makes of them (PROTOCOL.md §10.5). */
import { expect, test } from "vitest"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { arrived, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"

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
  // Alone with her doubt alice says nothing that may be lost, and keeps the room.
  await alice.write(ROOM, "kept until it is safe")
  await world.run(10_000)
  expect(alice.client.outboxCount()).toBe(1)
  world.world.network.setOnline(bob.process, true)
  await world.until(
    () => arrived(alice, ROOM, "written while away") && arrived(bob, ROOM, "kept until it is safe"),
    "both to be heard",
  )
})

test("one member is left out by a commit that works for the others: it knows, and joins again", async () => {
  const { world, people } = await roomOf("alice", "carol")
  // Bob's engine finds that a path does not open for him, as it would if its author had sealed noise to him alone.
  let isSpoilt = false
  const bob = await world.join("bob", {
    engine: (real) => ({
      ...real,
      apply: async (...what) => {
        if (!isSpoilt) return real.apply(...what)
        isSpoilt = false
        return { kind: "uncertain", reason: "noise" }
      },
    }),
  })
  people.push(bob)
  await world.run(MINUTE)
  isSpoilt = true
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
