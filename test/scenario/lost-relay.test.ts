/** The relay loses what it had: an old backup is put back, or a new store takes its place, or it never had it. */
import { expect, test } from "vitest"
import { isCalm } from "../support/lives.ts"
import { SimPerson } from "../support/sim-people.ts"
import { SimRelay } from "../support/sim-relay.ts"
import { MemoryDisk } from "../../src/relay/store-memory.ts"
import { seededRandom, World } from "../support/sim.ts"

const MINUTE = 60_000
const NAMES = ["alice", "bob", "carol"]

async function start(seed: number) {
  const world = new World(seed, { start: Date.now() })
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const relay = new SimRelay(world, { admission: secrets.admission })
  await relay.start()
  const people = new Map<string, SimPerson>()
  for (const name of NAMES) people.set(name, await SimPerson.create(world, relay, secrets, name))
  for (const someone of people.values()) await someone.start()
  await calm(world, people.values())
  return { world, relay, secrets, person: (name: string) => people.get(name)!, all: [...people.values()] }
}

async function calm(world: World, people: Iterable<SimPerson>): Promise<void> {
  const all = [...people]
  const isQuiet = () => all.every((someone) => !someone.isUp || isCalm(someone))
  if (await world.runUntil(isQuiet, 20 * MINUTE)) return void (await world.run(2 * MINUTE))
  const states = all.map(({ name, client }) => [
    name,
    client.connection(),
    client.outboxCount(),
    client.rooms().map((room) => `${room.name} ${room.state} ${room.problem}`),
  ])
  throw new Error(`not calm: ${JSON.stringify(states)}\n${world.notes.slice(-15).join("\n")}`)
}

function expectSame(all: readonly SimPerson[], to: string, texts: readonly string[]): void {
  for (const someone of all) {
    const seen = someone.texts(to === "#everyone" || to !== someone.name ? to : to)
    expect([...seen].sort(), `${someone.name} in ${to}`).toEqual([...texts].sort())
    expect(
      someone.notices(to).filter((code) => ["gap", "fork", "differs", "unreadable"].includes(code)),
    ).toEqual([])
  }
}

for (const seed of [1, 2, 3]) {
  test(`an old backup of the relay: what came after it is put back, seed ${seed}`, async () => {
    const { world, relay, person, all } = await start(seed)
    const [alice, bob, carol] = [person("alice"), person("bob"), person("carol")]
    await alice.say("#everyone", "before 1")
    await alice.say("bob", "direct before")
    await calm(world, all)
    const backup = relay.disk.snapshot()
    await bob.say("#everyone", "after 1")
    await bob.say("alice", "direct after")
    await calm(world, all)
    // Carol is away, and has not read the last of it.
    await carol.stop()
    await alice.say("#everyone", "after 2")
    await alice.say("bob", "direct after 2")
    await world.run(MINUTE)
    relay.crash()
    relay.disk.restore(backup)
    await relay.start()
    await world.run(MINUTE)
    await calm(world, [alice, bob])
    await carol.start()
    await calm(world, all)
    await carol.say("#everyone", "after all")
    await bob.say("#everyone", "and after that")
    await calm(world, all)
    expectSame(all, "#everyone", ["before 1", "after 1", "after 2", "after all", "and after that"])
    expect(alice.texts("bob")).toEqual(["direct before", "direct after", "direct after 2"])
    expect(bob.texts("alice").sort()).toEqual(["direct after", "direct after 2", "direct before"])
    expect(alice.notices("#everyone")).toContain("log-reset")
    for (const someone of all) await someone.stop()
  })

  test(`a relay with nothing left: its clients bring everything back, seed ${seed}`, async () => {
    const { world, relay, person, all, secrets } = await start(seed)
    const [alice, bob, carol] = [person("alice"), person("bob"), person("carol")]
    await alice.say("#everyone", "one")
    await alice.say("bob", "direct one")
    await calm(world, all)
    await carol.stop()
    await bob.say("#everyone", "two")
    await bob.say("alice", "direct two")
    await world.run(MINUTE)
    relay.crash()
    relay.disk = new MemoryDisk(seededRandom(world.chance).bytes(16))
    await relay.start()
    await world.run(MINUTE)
    await carol.start()
    await calm(world, all)
    await carol.say("#everyone", "three")
    await alice.say("carol", "hello carol")
    await calm(world, all)
    expectSame(all, "#everyone", ["one", "two", "three"])
    expect(alice.texts("bob")).toEqual(["direct one", "direct two"])
    expect(bob.texts("alice")).toEqual(["direct one", "direct two"])
    expect(carol.texts("alice")).toEqual(["hello carol"])
    // A newcomer finds the room there as well.
    const dave = await SimPerson.create(world, relay, secrets, "dave")
    await dave.start()
    await calm(world, [...all, dave])
    await dave.say("#everyone", "new here")
    await calm(world, [...all, dave])
    expectSame(all, "#everyone", ["one", "two", "three", "new here"])
    expect(dave.texts("#everyone")).toEqual(["new here"])
    for (const someone of [...all, dave]) await someone.stop()
  })
}

test("said before somebody brought a younger handshake back: it is said again within a minute", async () => {
  const { world, relay, person, all } = await start(7)
  const [alice, bob, carol] = [person("alice"), person("bob"), person("carol")]
  await carol.stop()
  await alice.stop()
  await bob.say("alice", "hello")
  await world.run(2_000)
  await bob.stop()
  // Alice comes into the chat and moves on to new keys; bob does not know of it, and then the relay forgets it.
  await alice.start()
  await calm(world, all)
  await alice.stop()
  relay.crash()
  relay.disk = new MemoryDisk(seededRandom(world.chance).bytes(16))
  await relay.start()
  await bob.start()
  await calm(world, all)
  await bob.say("alice", "for keys that alice has no more")
  await world.run(5_000)
  await alice.start()
  await world.run(MINUTE)
  expect(alice.texts("bob")).toEqual(["hello", "for keys that alice has no more"])
  for (const someone of [alice, bob]) await someone.stop()
})

test("whoever has to leave a room of their own does not lead others there, nor themselves", async () => {
  const world = new World(8, { start: Date.now() })
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const relay = new SimRelay(world, { admission: secrets.admission })
  await relay.start()
  const alice = await SimPerson.create(world, relay, secrets, "alice")
  const bob = await SimPerson.create(world, relay, secrets, "bob")
  await alice.start()
  await calm(world, [alice])
  await alice.stop()
  // Another relay, where bob makes the room anew; what it began with cannot be read any more when alice comes.
  relay.crash()
  relay.disk = new MemoryDisk(seededRandom(world.chance).bytes(16))
  await relay.start()
  await bob.start()
  await calm(world, [bob])
  await bob.say("#everyone", "a new beginning")
  await world.run(2_000)
  const [channel] = [...relay.disk.channels].find(([, ref]) => relay.disk.logs[ref]!.row.lastSeq > 0)!
  relay.disk.damage(Buffer.from(channel, "hex"), 1, "altered")
  await alice.start()
  await calm(world, [alice, bob])
  await bob.say("#everyone", "welcome back")
  await calm(world, [alice, bob])
  expect(alice.texts("#everyone")).toContain("welcome back")
  for (const someone of [alice, bob]) await someone.stop()
})
