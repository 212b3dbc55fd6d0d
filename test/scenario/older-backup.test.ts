/**
 * Somebody restores a backup that is older than what has happened to their account since (PROTOCOL.md §3.3, §15.2): they are told
 * what it is, once, in plain words, and never that the relay lies; nobody else notices anything.
 */
import { expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { decodeBackup, encodeBackup } from "../../src/client/backup.ts"
import { keepsake, rowsOf } from "../../src/client/keepsake.ts"
import { restoreProfile } from "../../src/client/restoring.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { openBackup, sealBackup } from "../../src/crypto/backup.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { troubleWords } from "../../src/tui/words.ts"
import { distrusts, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"
import { isSynced, replace, rotate } from "../support/succession.ts"

const WORDS = new Uint8Array(16).fill(5)

function backUp(guest: Guest): Uint8Array {
  const store = guest.disk.open()
  try {
    const rows = encodeBackup(guest.process.clock.now(), keepsake(rowsOf(store)))
    return concat(...sealBackup(nodePrimitives, guest.process.random, WORDS, rows))
  } finally {
    store.close()
  }
}

function restored({ process }: Guest, file: Uint8Array): MemoryDisk {
  const disk = new MemoryDisk()
  const store = disk.open()
  restoreProfile(store, process, decodeBackup(openBackup(nodePrimitives, WORDS, [file])).rows)
  store.close()
  return disk
}

async function renamed(world: HostileWorld, guest: Guest, name: string): Promise<Guest> {
  void guest.client.keys.rename(name)
  await world.until(() => guest.client.self().name === name, `the name ${name}`)
  return guest
}

async function replaced(world: HostileWorld, guest: Guest, name: string, code: number): Promise<Guest> {
  await world.stop(guest)
  return replace(world, name, new Uint8Array(16).fill(code))
}

/** What happens between the backup and its return, by what the person is told. */
const STORIES: Record<string, [string, (world: HostileWorld, alice: Guest) => Promise<Guest>]> = {
  "another name, and then a key from the operator": [
    "replaced",
    async (world, alice) => replaced(world, await renamed(world, alice, "anna"), "anna", 1),
  ],
  "a key from the operator, and then another name": [
    "replaced",
    async (world, alice) => renamed(world, await replaced(world, alice, "alice", 1), "anna"),
  ],
  "two keys from the operator, and two names": [
    "replaced",
    async (world, alice) => {
      const second = await replaced(world, await renamed(world, alice, "anna"), "anna", 1)
      return replaced(world, await renamed(world, second, "anne"), "anne", 2)
    },
  ],
  "another name, and then a key of one's own": [
    "replaced",
    async (world, alice) => rotate(world, await renamed(world, alice, "anna")),
  ],
  "a key from the operator under another name, which was then closed": [
    "closed",
    async (world, alice) => {
      const second = await replaced(world, await renamed(world, alice, "anna"), "anna", 1)
      void second.client.keys.close()
      await world.until(() => second.client.connection().state === "refused", "the end of the account")
      return second
    },
  ],
}

test.each(Object.entries(STORIES))("%s", async (_, [told, story]) => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.stop(alice)
  const file = backUp(alice)
  const again = await world.start("alice", { disk: alice.disk })
  await world.until(() => isSynced(again), "alice again")
  const newest = await story(world, again)
  await world.stop(newest)
  await world.run(MINUTE)
  const people = bob.client.people().map(({ name, tag }) => [name, tag])

  const old = await world.start("alice", { disk: restored(alice, file) })
  await world.until(() => old.client.connection().state === "refused", "an answer")
  expect(old.client.connection()).toMatchObject({ why: told })
  expect(troubleWords(old.client.connection())).toMatch(
    told === "closed" ? /account was closed/u : /older backup.*newer one.*code/u,
  )
  // It is not tried again, and what was said before is there to be read.
  await world.run(10 * MINUTE)
  expect(distrusts(old)).toBe(0)
  expect(old.texts("bob")).toEqual(["hello bob", "hello alice"])
  expect(bob.client.people().map(({ name, tag }) => [name, tag])).toEqual(people)
})

test("another name alone: the backup is the person under that name", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.stop(alice)
  const file = backUp(alice)
  const again = await world.start("alice", { disk: alice.disk })
  await world.until(() => isSynced(again), "alice again")
  await world.stop(await renamed(world, again, "anna"))
  const old = await world.start("alice", { disk: restored(alice, file) })
  await world.until(() => isSynced(old) && old.client.self().name === "anna", "anna")
  await old.write("bob", "it is me")
  await world.until(() => bob.texts("anna").includes("it is me"), "the message")
  expect(distrusts(old)).toBe(0)
})
