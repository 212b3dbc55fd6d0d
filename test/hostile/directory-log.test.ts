/** A relay that lies about the directory's log, and signs what it says; and people who compare what they were shown. */
import { describe, expect, test } from "vitest"
import { createAccount } from "../../src/crypto/identity.ts"
import { signHead } from "../../src/crypto/checkpoint.ts"
import { leafHash, MerkleTree } from "../../src/crypto/merkle.ts"
import { Secret } from "../../src/crypto/secret.ts"
import { sign } from "../../src/crypto/signature.ts"
import { ed25519KeyPair } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { decodeHeadMemory, encodeOpening, type SignedHead } from "../../src/protocol/tree-head.ts"
import { entryOf } from "../support/entries.ts"
import { signerOf } from "../support/heads.ts"
import { arrived, distrusts, type Guest, HostileWorld, MINUTE, saidOf } from "../support/hostile.ts"
import { type Lie, type LyingDirectory, lieTo } from "../support/lying-directory.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)
const mallory = () => entryOf(createAccount(systemRandom))

/** Why the person was alarmed; undefined: they were not. */
function alarmOf(guest: Guest): string | undefined {
  return guest.client.directory.view().alarm?.why
}

function isCaught(guest: Guest): boolean {
  const connection = guest.client.connection()
  return connection.state === "refused" && connection.why === "directory-split"
}

/** Bob and alice, who have talked; from now on alice's relay lies to her as `lie` says. */
async function deceived(
  lie: Lie,
): Promise<{ world: HostileWorld; alice: Guest; bob: Guest; liar: LyingDirectory }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const liar = lieTo(world, alice.wire, lie)
  return { world, alice, bob, liar }
}

/** Somebody joins, and everybody is told that the directory grew. */
async function grow(world: HostileWorld, name = "carol"): Promise<Guest> {
  const guest = await world.join(name)
  await world.run(5_000)
  return guest
}

async function expectAlarm(world: HostileWorld, guest: Guest, why: string): Promise<void> {
  await world.until(() => isCaught(guest), `${guest.name} to catch the relay (${alarmOf(guest)})`)
  expect(alarmOf(guest)).toBe(why)
  expect(guest.notices("#everyone")).toContain("directory-split")
  expect(guest.events.filter(({ type }) => type === "directory.split").length).toBeGreaterThan(0)
  expect(guest.client.directory.evidence()).toContain("secure-chat evidence")
  // It does not go on by itself, and not after a restart either.
  const dials = guest.wire.dials
  await world.run(10 * MINUTE)
  expect(guest.wire.dials).toBe(dials)
  await world.stop(guest)
  const back = await world.start(guest.name, { disk: guest.disk })
  await world.until(() => isCaught(back), "the alarm after a restart")
  expect(saidOf(back.wire, "getHead")).toEqual([])
}

test("an honest directory that grows, a relay that restarts and one that lost its newest entries alarm nobody", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const backup = world.relay.disk.snapshot()
  const carol = await grow(world)
  world.relay.crash()
  await world.relay.start()
  await world.until(() => isOnline(alice) && isOnline(bob), "everybody")
  world.relay.crash()
  world.relay.disk.restore(backup)
  await world.relay.start()
  await world.until(() => alice.notices("#everyone").includes("directory-replaced"), "the new log")
  await world.run(2 * MINUTE)
  for (const guest of [alice, bob, carol]) {
    expect(alarmOf(guest)).toBeUndefined()
    expect(guest.client.people()).toHaveLength(2)
    expect(guest.client.directory.verify()).toEqual([])
    expect(guest.client.directory.view().former).toHaveLength(1)
  }
  // Carol, whom the relay had lost, is there again, and all see one root.
  const roots = new Set([alice, bob, carol].map(({ client }) => client.directory.view().head?.root))
  expect(roots.size).toBe(1)
})

test("a relay that was put back as a whole is shown the newest head, and names it", async () => {
  const world = await HostileWorld.create()
  const [alice] = await world.pair()
  const backup = world.relay.disk.snapshot()
  const memory = world.relay.headFile.bytes!
  await grow(world)
  world.relay.crash()
  world.relay.disk.restore(backup)
  world.relay.headFile.bytes = memory
  await world.relay.start()
  await world.until(() => alice.notices("#everyone").includes("directory-replaced"), "the new log")
  await world.run(MINUTE)
  expect(alarmOf(alice)).toBeUndefined()
  expect(alice.client.directory.view().former[0]).toMatchObject({ size: 4 })
})

const isOnline = (guest: Guest) => guest.client.connection().state === "online"

describe("what one client sees by itself", () => {
  test("an entry that was read is another one now: two heads of one size", async () => {
    const { world, alice } = await deceived({ entries: (real) => [real[0]!, mallory()] })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "contradiction")
  })

  test("entries in another order", async () => {
    const { world, alice } = await deceived({ entries: (real) => [real[1]!, real[0]!] })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "contradiction")
  })

  test("an entry that was read is another one now, and more came after it", async () => {
    const other = mallory()
    const { world, alice } = await deceived({ entries: (real) => [real[0]!, other, ...real.slice(2)] })
    await grow(world)
    await expectAlarm(world, alice, "entries")
  })

  test("a directory that is shorter than the one before", async () => {
    const { world, alice } = await deceived({ entries: (real) => real.slice(0, 1) })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "behind")
    expect(alice.client.people().map(({ name }) => name)).toEqual(["bob"])
  })

  test("entries are handed out that were not signed", async () => {
    const { world, alice } = await deceived({ handedOut: (told) => [...told.slice(0, 2), mallory()] })
    await grow(world)
    await expectAlarm(world, alice, "entries")
  })

  test("an entry that was signed is never handed out: no end of it is believed", async () => {
    const { world, alice } = await deceived({ handedOut: (told) => told.slice(0, 2) })
    await grow(world)
    await world.run(MINUTE)
    expect(distrusts(alice)).toBeGreaterThan(1)
    expect(alice.client.directory.view().head?.size).toBe(3)
  })

  test("a head that another key signed is not even looked at", async () => {
    const strange = signerOf(new Uint8Array(32).fill(5))
    const { world, alice } = await deceived({})
    const liar = lieTo(world, alice.wire, {
      head: (head) => signHead(strange, world.relay.relayId, head),
    })
    await grow(world)
    await world.run(MINUTE)
    expect(distrusts(alice)).toBeGreaterThan(0)
    expect(alice.client.directory.view().head?.size).toBe(3)
    liar.lie = {}
    await world.until(() => alice.client.people().length === 2, "carol", 10 * MINUTE)
    expect(alarmOf(alice)).toBeUndefined()
  })

  test("a signature, an endorsement or a root that was changed is no head", async () => {
    for (const change of [
      (head: SignedHead) => ({ ...head, signature: new Uint8Array(64) }),
      (head: SignedHead) => ({ ...head, endorsement: new Uint8Array(64) }),
      (head: SignedHead) => ({ ...head, root: new Uint8Array(32) }),
      (head: SignedHead) => ({ ...head, size: head.size + 1 }),
    ]) {
      const { world, alice } = await deceived({ head: change })
      world.world.network.cutAll()
      await world.run(MINUTE)
      expect(distrusts(alice)).toBeGreaterThan(0)
      expect(alice.client.directory.view().head?.size).toBe(3)
    }
  })

  test("a second key for heads, that the relay vouches for as well", async () => {
    const { world, alice } = await deceived({})
    const { seed, relayId } = world.relay
    const second = secondKey(seed)
    lieTo(world, alice.wire, { head: (head) => signHead(second, relayId, head) })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "two-keys")
  })

  test("the log of before, after a new one was shown", async () => {
    const world = await HostileWorld.create()
    const [alice] = await world.pair()
    const old = decodeHeadMemory(world.relay.headFile.bytes!).opening
    world.relay.crash()
    world.relay.headFile.isCopy = true
    await world.relay.start()
    await world.until(() => alice.notices("#everyone").includes("directory-replaced"), "the new log")
    lieTo(world, alice.wire, { opening: () => old })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "behind")
  })

  test("a new log that names nothing of what was read", async () => {
    const { world, alice } = await deceived({
      opening: () => encodeOpening({ log: 2_000_000_000_000, former: [] }),
    })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "unexplained")
  })

  test("a new log that names less than was read", async () => {
    const { world, alice } = await deceived({})
    const { log } = alice.client.directory.view().head!
    const former = [{ log, size: 2, root: rootAt(world, 2) }]
    lieTo(world, alice.wire, { opening: () => encodeOpening({ log: log + 1, former }) })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "unexplained")
  })

  test("a new log that names another past than the one that was read", async () => {
    const { world, alice } = await deceived({})
    const { log, size } = alice.client.directory.view().head!
    const former = [{ log, size, root: new Uint8Array(32) }]
    lieTo(world, alice.wire, { opening: () => encodeOpening({ log: log + 1, former }) })
    world.world.network.cutAll()
    await expectAlarm(world, alice, "contradiction")
  })

  test("after an alarm the person can go on: everything is read anew, and what is known of keys stays", async () => {
    const { world, alice, bob, liar } = await deceived({ entries: (real) => real.slice(0, 1) })
    await alice.client.markVerified(alice.client.findPerson("bob").id)
    world.world.network.cutAll()
    await world.until(() => isCaught(alice), "the alarm")
    liar.lie = {}
    await alice.client.directory.accept()
    await world.until(() => isOnline(alice), "alice to be online")
    await world.run(MINUTE)
    expect(alice.client.findPerson("bob").trust).toBe("verified")
    expect(alice.client.directory.view().alarm).toMatchObject({ why: "behind", accepted: true })
    await alice.write("bob", "I am back")
    await world.until(() => arrived(bob, "alice", "I am back"), "the message")
  })
})

/** The root of the relay's directory when its log had `size` leaves. */
function rootAt({ relay }: HostileWorld, size: number): Uint8Array {
  const tree = new MerkleTree(sha)
  const leaves = [decodeHeadMemory(relay.headFile.bytes!).opening, ...relay.disk.directory]
  for (const leaf of leaves.slice(0, size)) tree.append(leafHash(sha, leaf))
  return tree.root()
}

function secondKey(seed: Uint8Array) {
  const real = signerOf(seed)
  const other = signerOf(new Uint8Array(32).fill(6))
  const own = new Secret(ed25519KeyPair(seed).secret)
  const endorsement = sign(own, "log key", other.logPublic)
  return { ...other, relayPublic: real.relayPublic, endorsement }
}

describe("what only two people together see", () => {
  test("two directories for two people are caught by the first sign between them, before anybody says a word", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    const other = mallory()
    // Alice is shown carol, bob somebody else in her place, under heads of one size.
    lieTo(world, bob.wire, {
      entries: (real) => real.map((entry, i) => (i === 2 ? other : entry)),
    })
    await grow(world)
    expect(alice.client.people().map(({ name }) => name)).toEqual(["bob", "carol"])
    // Whoever is caught first is connected no more, and the other one may hear nothing.
    await world.until(() => isCaught(alice) || isCaught(bob), "one of them to catch the relay")
    await world.run(MINUTE)
    for (const guest of [alice, bob].filter(isCaught)) {
      await expectAlarm(world, guest, "contradiction")
      const { alarm } = guest.client.directory.view()
      expect(alarm?.from?.name).toMatch(/alice|bob|carol/)
      expect([alarm?.ours?.size, alarm?.theirs.size]).toEqual([4, 4])
      expect(alarm?.ours?.root).not.toBe(alarm?.theirs.root)
    }
  })

  test("a relay that keeps back what it has signed for somebody else", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    lieTo(world, bob.wire, { entries: (real) => real.slice(0, 2) })
    await grow(world)
    await alice.write("bob", "carol is here")
    await expectAlarm(world, bob, "withheld")
    expect(bob.client.people()).toHaveLength(1)
    expect(bob.client.directory.view().alarm?.theirs.size).toBe(4)
  })

  test("one who is merely late asks, is shown everything, and nobody is alarmed", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    const honest = bob.wire.down
    bob.wire.down = (message) => (message.type === "directoryGrew" ? [] : honest(message))
    await grow(world)
    await alice.write("bob", "carol is here")
    await world.until(() => bob.client.people().length === 2, "bob to look again")
    await world.run(MINUTE)
    expect([alarmOf(alice), alarmOf(bob)]).toEqual([undefined, undefined])
    const told = bob.client.directory.told()
    expect(told.map(({ person }) => person.name)).toContain("alice")
    expect(told.every(({ fits }) => fits)).toBe(true)
  })
})
