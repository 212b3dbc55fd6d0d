/**
 * Somebody loses the disk and goes on from a backup, as a new device (PROTOCOL.md §15.2): history comes back, what the
 * others had said meanwhile arrives, nobody seals with an old ratchet, and the lost device is out everywhere.
 */
import { expect, test } from "vitest"
import { concat, equalBytes, toHex } from "../../src/bytes.ts"
import { decodeBackup, encodeBackup } from "../../src/client/backup.ts"
import { keepsake, rowsOf } from "../../src/client/keepsake.ts"
import { readIdentity } from "../../src/client/profile.ts"
import { restoreProfile } from "../../src/client/restoring.ts"
import { type ClientStore, prefixRange, type StoreReader } from "../../src/client/store.ts"
import { openBackup, sealBackup } from "../../src/crypto/backup.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { GroupState } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { engineKindOf, engineMaker, isCalm } from "../support/lives.ts"
import { type SimPeopleOptions, SimPerson } from "../support/sim-people.ts"
import { SimRelay } from "../support/sim-relay.ts"
import { seeded, seededRandom, type SimProcess, World } from "../support/sim.ts"

const MINUTE = 60_000
const WORDS = new Uint8Array(16).fill(5)

/** What is on a person's disk while nobody uses it. */
function onDisk<T>(person: SimPerson, look: (store: StoreReader) => T): T {
  const store = person.disk.open()
  try {
    return look(store)
  } finally {
    store.close()
  }
}

function backUp(world: World, person: SimPerson): Uint8Array {
  return onDisk(person, (store) => {
    const rows = encodeBackup(world.clock.now(), keepsake(rowsOf(store)))
    return concat(...sealBackup(nodePrimitives, seededRandom(world.chance), WORDS, rows))
  })
}

function restore(
  world: World,
  name: string,
  file: Uint8Array,
  options: SimPeopleOptions = {},
): Promise<SimPerson> {
  const write = (store: ClientStore, deps: SimProcess) =>
    restoreProfile(store, deps, decodeBackup(openBackup(nodePrimitives, WORDS, [file])).rows)
  return SimPerson.on(world, name, write, options)
}

/** The live groups that somebody holds. */
function groupsOf(person: SimPerson): Promise<GroupState[]> {
  const engine = createMlsEngine(nodePrimitives, seededRandom(seeded(1)))
  return onDisk(person, (store) =>
    Promise.all(
      store.range("conversation", {}).flatMap(({ key: room }) => {
        const rows = store.range("group", prefixRange(room))
        const bare = rows.map(({ key, value }) => ({ key: key.slice(room.length), value }))
        return bare.length > 0 ? [engine.load(bare)] : []
      }),
    ),
  )
}

async function leavesOf(person: SimPerson, accountId: Uint8Array): Promise<string[]> {
  const members = (await groupsOf(person)).flatMap((group) => group.members)
  return members.filter((one) => equalBytes(one.accountId, accountId)).map(({ leafKey }) => toHex(leafKey))
}

async function until(world: World, isSo: () => boolean, what: string): Promise<void> {
  if (await world.runUntil(isSo, 10 * MINUTE)) return
  throw new Error(`waited in vain for ${what}:\n${world.notes.slice(-15).join("\n")}`)
}

const has = (person: SimPerson, to: string, text: string) => () =>
  person.client.rooms().some(({ name }) => name === to.replace("#", "")) && person.texts(to).includes(text)

test(
  "alice loses her disk, restores her backup, and everybody goes on talking",
  { timeout: 300_000 },
  async () => {
    const world = new World(3, { start: Date.now() })
    const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
    const relay = new SimRelay(world, { admission: secrets.admission })
    await relay.start()
    const [alice, bob, carol] = await Promise.all(
      ["alice", "bob", "carol"].map((name) => SimPerson.create(world, relay, secrets, name)),
    )
    const [first, others] = [alice!, [bob!, carol!]]
    for (const someone of [first, ...others]) await someone.start()
    await until(world, () => [first, ...others].every(isCalm), "everybody in the room")
    await first.say("#everyone", "hello all")
    await first.say("bob", "hello bob")
    await until(world, has(bob!, "alice", "hello bob"), "hello bob")
    await bob!.say("alice", "hello alice")
    await until(world, has(first, "bob", "hello alice"), "hello alice")
    await first.client.markVerified(first.client.findPerson("bob").id)
    await until(world, () => [first, ...others].every(isCalm), "rest")
    await world.run(MINUTE)

    await first.stop()
    const file = backUp(world, first)
    const lostIdentity = onDisk(first, readIdentity)
    const { accountId } = lostIdentity.account
    await first.start()
    await first.say("bob", "said after the backup")
    await until(world, has(bob!, "alice", "said after the backup"), "what came after the backup")
    first.crash()
    await bob!.say("alice", "for the lost device")
    await bob!.say("#everyone", "to the room, while alice is away")
    await until(world, has(carol!, "#everyone", "to the room, while alice is away"), "the room without alice")
    await bob!.stop()
    const oldLeaves = await leavesOf(bob!, accountId)
    expect(oldLeaves).toHaveLength(2)
    await bob!.start()

    const second = await restore(world, "alice", file)
    for (const table of [
      "group",
      "pending",
      "pendingGroup",
      "outbox",
      "package",
      "chain",
      "payload",
    ] as const) {
      expect(
        onDisk(second, (store) => store.count(table, {})),
        `table ${table}`,
      ).toBe(0)
    }
    const identity = onDisk(second, readIdentity)
    expect(identity.account.accountId).toEqual(accountId)
    for (const [fresh, lost] of [
      [identity.device.deviceId, lostIdentity.device.deviceId],
      [identity.device.auth.public, lostIdentity.device.auth.public],
      [identity.inboxId, lostIdentity.inboxId],
    ] as const) {
      expect(fresh).not.toEqual(lost)
    }
    await second.start()
    await until(world, has(second, "bob", "for the lost device"), "what bob said to the lost device")
    await until(world, () => [second, ...others].every(isCalm), "everybody calm again")
    expect(second.texts("#everyone")).toEqual(["hello all"])
    expect(second.texts("bob").slice(0, 2)).toEqual(["hello bob", "hello alice"])
    expect(second.notices("bob")).toContain("restored")
    expect(second.notices("#everyone")).toContain("restored")
    expect(second.client.findPerson("bob").trust).toBe("verified")
    expect(second.client.findPerson("bob").verified).toMatchObject({ how: "number" })

    await second.say("#everyone", "back again")
    await second.say("bob", "it is me")
    for (const someone of others) await until(world, has(someone, "#everyone", "back again"), "back again")
    await until(world, has(bob!, "alice", "it is me"), "it is me")
    await bob!.say("alice", "I see")
    await until(world, has(second, "bob", "I see"), "I see")
    await until(world, () => [second, ...others].every(isCalm), "rest")
    // Nothing twice, and in the order in which it was said.
    expect(bob!.texts("alice")).toEqual([
      "hello bob",
      "hello alice",
      "said after the backup",
      "for the lost device",
      "it is me",
      "I see",
    ])
    expect(second.texts("bob")).toEqual([
      "hello bob",
      "hello alice",
      "for the lost device",
      "it is me",
      "I see",
    ])
    for (const someone of others) {
      const everyone = someone.client.rooms().find(({ kind }) => kind === "everyone")!
      expect(
        everyone.members.map(({ person }) => person.name).filter((name) => name === "alice"),
      ).toHaveLength(1)
      // She never left as a person.
      expect(someone.notices("#everyone").filter((code) => code === "left")).toEqual([])
    }

    // The lost device turns up again: it is told, and changes nothing.
    await first.start()
    await until(world, () => first.client.connection().state === "refused", "the refusal")
    expect(first.client.connection()).toMatchObject({ why: "revoked" })
    await first.stop()

    // The same old backup once more: the relay shows the newest entry, so it need not be in the backup.
    second.crash()
    const third = await restore(world, "alice", file)
    await third.start()
    await until(world, () => [third, ...others].every(isCalm), "the third device")
    await third.say("bob", "and again")
    await until(world, has(bob!, "alice", "and again"), "and again")
    await until(world, () => [third, ...others].every(isCalm), "rest")

    await world.run(MINUTE)
    // Only the third device's leaves are left, none of which existed before.
    for (const someone of [third, ...others]) await someone.stop()
    const { deviceId } = onDisk(third, readIdentity).device
    for (const someone of [third, ...others]) {
      const own = (await groupsOf(someone)).flatMap(({ members }) =>
        members.filter((one) => equalBytes(one.accountId, accountId)),
      )
      expect(own.length, `leaves with ${someone.name}`).toBeGreaterThan(0)
      for (const one of own) expect(toHex(one.deviceId), `with ${someone.name}`).toBe(toHex(deviceId))
      for (const { leafKey } of own) expect(oldLeaves).not.toContain(toHex(leafKey))
    }
    await relay.stop()
  },
)

test("what neither side had confirmed when the backup was made arrives, and stands there once", async () => {
  const world = new World(4, { start: Date.now() })
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const relay = new SimRelay(world, { admission: secrets.admission })
  await relay.start()
  const alice = await SimPerson.create(world, relay, secrets, "alice")
  const bob = await SimPerson.create(world, relay, secrets, "bob")
  for (const someone of [alice, bob]) await someone.start()
  await until(world, () => [alice, bob].every(isCalm), "both in the room")
  await alice.say("bob", "one")
  await until(world, has(bob, "alice", "one"), "one")
  await world.run(MINUTE)

  await bob.say("alice", "two")
  await until(world, has(alice, "bob", "two"), "two")
  world.network.setOnline(bob.process, false)
  await alice.say("bob", "three")
  await until(world, () => isCalm(alice), "alice's word at the relay")
  await alice.stop()
  const restored = await restore(world, "alice", backUp(world, alice))
  await restored.start()
  await until(world, () => isCalm(restored), "the restored device")
  world.network.setOnline(bob.process, true)
  await until(world, has(bob, "alice", "three"), "three")
  await until(world, () => [restored, bob].every(isCalm), "rest")
  await world.run(MINUTE)

  expect(bob.texts("alice")).toEqual(["one", "two", "three"])
  expect(restored.texts("bob")).toEqual(["one", "two", "three"])
  const states = restored
    .lines("bob")
    .flatMap((line) => (line.kind === "message" && line.message.own ? [line.message.state] : []))
  expect(states).toEqual(["delivered", "delivered"])
  for (const someone of [restored, bob]) await someone.stop()
  await relay.stop()
})

test("a message that came just before the backup, and comes again after it, is shown once", async () => {
  const world = new World(5, { start: Date.now() })
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const relay = new SimRelay(world, { admission: secrets.admission })
  await relay.start()
  const alice = await SimPerson.create(world, relay, secrets, "alice")
  const bob = await SimPerson.create(world, relay, secrets, "bob")
  for (const someone of [alice, bob]) await someone.start()
  await until(world, () => [alice, bob].every(isCalm), "both in the room")
  await bob.say("alice", "one")
  await until(world, has(alice, "bob", "one"), "one")
  await world.run(MINUTE)
  await bob.say("alice", "two")
  await until(world, has(alice, "bob", "two"), "two")
  // Before she could confirm it.
  alice.crash(alice.disk.unsynced)
  const restored = await restore(world, "alice", backUp(world, alice))
  await restored.start()
  await bob.say("alice", "three")
  await until(world, has(restored, "bob", "three"), "three")
  await until(world, () => [restored, bob].every(isCalm), "rest")
  await world.run(MINUTE)
  expect(restored.texts("bob")).toEqual(["one", "two", "three"])
  expect(bob.texts("alice")).toEqual(["one", "two", "three"])
  const states = bob.lines("alice").flatMap((line) => (line.kind === "message" ? [line.message.state] : []))
  expect(states).toEqual(["delivered", "delivered", "delivered"])
  for (const someone of [restored, bob]) await someone.stop()
  await relay.stop()
})

test("a device that is running when its account is restored elsewhere is told at once", async () => {
  const world = new World(6, { start: Date.now() })
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const relay = new SimRelay(world, { admission: secrets.admission })
  await relay.start()
  const alice = await SimPerson.create(world, relay, secrets, "alice")
  await alice.start()
  await until(world, () => isCalm(alice), "alice alone")
  await alice.stop()
  const file = backUp(world, alice)
  await alice.start()
  await until(world, () => isCalm(alice), "alice again")

  const restored = await restore(world, "alice", file)
  await restored.start()
  await until(world, () => isCalm(restored), "the restored device")
  expect(alice.client.connection()).toMatchObject({ state: "refused", why: "revoked" })
  await world.run(10 * MINUTE)
  expect(restored.client.connection().state).toBe("online")
  expect(restored.client.rooms().map(({ members }) => members)).toEqual([[]])
  for (const someone of [alice, restored]) await someone.stop()
  await relay.stop()
})

const SEEDS = Math.max(3, Math.ceil(Number(process.env["SEEDS"] ?? 20) / 5))

test(
  `${SEEDS} seeds: the restored device dies after any save, and goes on`,
  { timeout: 300_000 },
  async () => {
    let crashes = 0
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = new World(seed, { start: Date.now() })
      const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
      const relay = new SimRelay(world, { admission: secrets.admission })
      await relay.start()
      const options = { engine: engineMaker(engineKindOf(seed)) }
      const alice = await SimPerson.create(world, relay, secrets, "alice", options)
      const bob = await SimPerson.create(world, relay, secrets, "bob", options)
      for (const someone of [alice, bob]) await someone.start()
      await until(world, () => [alice, bob].every(isCalm), `both in the room, seed ${seed}`)
      await alice.say("bob", "one")
      await until(world, has(bob, "alice", "one"), "one")
      await world.run(MINUTE)
      await alice.stop()
      const file = backUp(world, alice)
      await bob.say("alice", "two")
      await bob.say("#everyone", "to all")
      await until(world, () => isCalm(bob), "bob's words at the relay")

      const restored = await restore(world, "alice", file, { ...options, crashAfterSave: 0.15 })
      const isBack = () => restored.isUp && has(restored, "bob", "two")() && isCalm(restored)
      for (let n = 0; n < 200 && !isBack(); n++) {
        if (!restored.isUp) await restored.start()
        await world.runUntil(() => !restored.isUp || isBack(), MINUTE)
      }
      crashes += restored.crashes
      restored.immortal = true
      if (!restored.isUp) await restored.start()
      await until(world, isBack, `everything back, seed ${seed}`)
      await restored.say("bob", "three")
      await restored.say("#everyone", "back")
      await until(world, has(bob, "alice", "three"), `three, seed ${seed}`)
      await until(world, has(bob, "#everyone", "back"), `back, seed ${seed}`)
      await until(world, () => [restored, bob].every(isCalm), "rest")
      await world.run(MINUTE)
      expect(bob.texts("alice"), `seed ${seed}`).toEqual(["one", "two", "three"])
      expect(restored.texts("bob"), `seed ${seed}`).toEqual(["one", "two", "three"])
      expect(bob.texts("#everyone"), `seed ${seed}`).toEqual(["to all", "back"])
      for (const someone of [restored, bob]) await someone.stop()
      await relay.stop()
    }
    // What is tested for must really happen.
    expect(crashes).toBeGreaterThan(SEEDS)
  },
)
