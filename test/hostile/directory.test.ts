/** A relay that lies about who there is, with or without somebody's help. */
import { expect, test } from "vitest"
import { createAccount } from "../../src/crypto/identity.ts"
import { sign } from "../../src/crypto/signature.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { DIRECTORY_KINDS, encodeDirectoryStatement } from "../../src/protocol/directory-entry.ts"
import type { RelayMessage } from "../../src/protocol/messages.ts"
import { arrived, distrusts, type Guest, HostileWorld, MINUTE, Wire } from "../support/hostile.ts"
import { deviceOf, entryOf } from "../support/entries.ts"
import { lieTo } from "../support/lying-directory.ts"

async function hears(entries: readonly Uint8Array[]): Promise<{ world: HostileWorld; alice: Guest }> {
  const world = await HostileWorld.create()
  const wire = new Wire()
  lieTo(world, wire, { entries: (real) => [...real, ...entries] })
  const alice = await world.join("alice", { wire })
  return { world, alice }
}

const account = () => createAccount(systemRandom)

test("an entry that checks is taken: what follows can fail", async () => {
  const { alice } = await hears([entryOf(account())])
  expect(alice.client.people().map(({ name }) => name)).toEqual(["mallory"])
})

const someone = account
const spoiled: readonly (readonly [string, () => Uint8Array])[] = [
  ["with a signature of noise", () => entryOf(someone(), {}, () => ({ signature: systemRandom.bytes(64) }))],
  ["whose name was changed after signing", () => entryOf(someone(), {}, () => ({ name: "alice" }))],
  [
    "signed by another account",
    () => {
      const [her, him] = [someone(), someone()]
      return entryOf(her, {}, (entry) => ({
        signature: sign(him.ed.secret, "directory", encodeDirectoryStatement(entry)),
      }))
    },
  ],
  [
    "under an account id that is not its keys'",
    () => entryOf(someone(), { accountId: systemRandom.bytes(32) }),
  ],
  [
    "with an X25519 key that agrees with everybody on zero",
    () => {
      const her = someone()
      const accountX = new Uint8Array(32)
      return entryOf(her, { accountX, accountId: labelledHash("account", her.ed.public, accountX) })
    },
  ],
  [
    "with a device that the account did not certify",
    () => {
      const [her, him] = [someone(), someone()]
      return entryOf(her, { devices: [deviceOf(him)] })
    },
  ],
  ["without a device", () => entryOf(someone(), { devices: [] })],
  [
    "with the same device twice",
    () => {
      const her = someone()
      const device = deviceOf(her)
      return entryOf(her, { devices: [device, device] })
    },
  ],
  ["that begins a chain in the middle", () => entryOf(someone(), { seq: 3 })],
  ["that is an update of nobody", () => entryOf(someone(), { kind: DIRECTORY_KINDS.update, seq: 1 })],
  ["of an unknown kind", () => entryOf(someone(), { kind: 9 })],
  ["of another version", () => entryOf(someone(), { v: 2 })],
  ["with a name that hides characters", () => entryOf(someone(), { name: "ali\u200bce" })],
  ["with a name that turns the line around", () => entryOf(someone(), { name: "\u202ealice" })],
  ["with the name of a room", () => entryOf(someone(), { name: "#everyone" })],
  ["with a name of two alphabets", () => entryOf(someone(), { name: "\u0430lice" })],
  ["with a name of 33 letters", () => entryOf(someone(), { name: "a".repeat(33) })],
  ["with a name of a tower of marks", () => entryOf(someone(), { name: `z${"\u0323\u0302".repeat(20)}` })],
  ["with an escape sequence for a name", () => entryOf(someone(), { name: "\u001b[2Jalice" })],
  ["with a name that is not tidied", () => entryOf(someone(), { name: "Ａlice" })],
  ["without a name", () => entryOf(someone(), { name: "" })],
  ["that is noise", () => systemRandom.bytes(2_000)],
  ["that is empty", () => new Uint8Array(0)],
]

for (const [what, make] of spoiled) {
  test(`an entry ${what} is left out and said; those after it are taken`, async () => {
    const bob = entryOf(someone(), { name: "bob" })
    const { alice } = await hears([make(), bob])
    expect(alice.client.people().map(({ name }) => name)).toEqual(["bob"])
    expect(alice.events.filter((event) => event.type === "error")).toMatchObject([
      { code: "bad-directory-entry" },
    ])
    expect(distrusts(alice)).toBe(0)
  })
}

test("an entry is replaced only by one that continues it", async () => {
  const her = account()
  const first = entryOf(her)
  const kind = DIRECTORY_KINDS.update
  const previous = labelledHash("directory entry", first)
  const { alice } = await hears([
    first,
    entryOf(her, { name: "again" }),
    entryOf(her, { name: "skips", kind, seq: 2, previous }),
    entryOf(her, { name: "elsewhere", kind, seq: 1, previous: systemRandom.bytes(32) }),
    entryOf(her, { name: "renamed", kind, seq: 1, previous }),
    entryOf(her, { name: "twice", kind, seq: 1, previous }),
  ])
  expect(alice.client.people().map(({ name }) => name)).toEqual(["renamed"])
})

test("two people of one name are told apart by nobody's guess: commands refuse the name", async () => {
  const { alice } = await hears([entryOf(account()), entryOf(account(), { name: "Mallory" })])
  expect(() => alice.client.findPerson("mallory")).toThrow(
    expect.objectContaining({ code: "ambiguous-name" }),
  )
  expect(alice.client.people().map(({ ambiguous }) => ambiguous)).toEqual([true, true])
})

test("somebody else under one's own name makes that name ambiguous, not theirs", async () => {
  const { alice } = await hears([entryOf(account(), { name: "ALICE" })])
  expect(() => alice.client.findPerson("alice")).toThrow(expect.objectContaining({ code: "ambiguous-name" }))
})

for (const name of ["ma1lory", "MaIIory", "rnallory", "mal-lory"]) {
  test(`a relay that lists "${name}" beside mallory is found out: no command takes either`, async () => {
    const { alice } = await hears([entryOf(account()), entryOf(account(), { name })])
    for (const typed of ["mallory", name]) {
      expect(() => alice.client.findPerson(typed)).toThrow(
        expect.objectContaining({ code: "ambiguous-name" }),
      )
    }
    expect(alice.client.people().map(({ ambiguous }) => ambiguous)).toEqual([true, true])
  })
}

test("a directory that ends early or answers something else is not believed", async () => {
  for (const lie of [
    (message: RelayMessage) => (message.type === "directory" ? { ...message, entries: [] } : message),
    (message: RelayMessage) =>
      message.type === "directory" ? { ...message, from: message.from + 1 } : message,
    (message: RelayMessage) =>
      message.type === "directory" ? { type: "done" as const, rid: message.rid } : message,
    (message: RelayMessage) => (message.type === "directory" ? { ...message, size: 0 } : message),
  ]) {
    const world = await HostileWorld.create()
    const bob = await world.join("bob")
    await world.stop(bob)
    const wire = new Wire()
    wire.down = (message) => [lie(message)]
    const alice = await world.start("alice", { wire })
    await world.run(MINUTE)
    expect(distrusts(alice)).toBeGreaterThan(0)
  }
})

test("a person who was learned while the disk refused is learned again", async () => {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  // The person's row still fits, what belongs to it does not.
  alice.disk.failAt(alice.disk.writes + 2)
  const bob = await world.start("bob")
  await world.run(10_000)
  alice.disk.failAt(undefined)
  await world.until(() => alice.client.people().length === 1, "bob to be known")
  await world.run(MINUTE)
  await world.stop(alice)
  const back = await world.start("alice", { disk: alice.disk })
  expect(back.client.people().map(({ name }) => name)).toEqual(["bob"])
  await world.run(MINUTE)
  await back.write("bob", "hello bob")
  await world.until(() => arrived(bob, "alice", "hello bob"), "the message")
})
