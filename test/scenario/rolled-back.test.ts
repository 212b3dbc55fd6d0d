/**
 * An older copy of a profile (PROTOCOL.md §10.9): nothing is ever sealed with a ratchet that was used before, and
 * everybody goes on talking. Every key that seals is noted; a key that seals two different things is a failure.
 */
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"
import { isCalm } from "../support/lives.ts"
import { SimPerson } from "../support/sim-people.ts"
import { SimRelay } from "../support/sim-relay.ts"
import { World } from "../support/sim.ts"

const MINUTE = 60_000

/** Notes what each key (group, epoch, leaf key, generation) has sealed. */
class KeyWatch {
  readonly #used = new Map<string, string>()
  readonly twice: string[] = []

  readonly engine = (random: Random): MlsEngine => {
    const real = createMlsEngine(nodePrimitives, random)
    return {
      ...real,
      seal: async (state, plain, authenticatedData) => {
        const sealed = await real.seal(state, plain, authenticatedData)
        const own = state.members.find(({ leaf }) => leaf === state.ownLeaf)!
        const key = `${toHex(state.groupId)} ${state.epoch} ${toHex(own.leafKey)} ${sealed.generation}`
        const bytes = toHex(sealed.bytes)
        if ((this.#used.get(key) ?? bytes) !== bytes) this.twice.push(key)
        this.#used.set(key, bytes)
        return sealed
      },
    }
  }
}

async function start(seed: number) {
  const world = new World(seed, { start: Date.now() })
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const relay = new SimRelay(world, { admission: secrets.admission })
  await relay.start()
  const keys = new KeyWatch()
  const options = { engine: keys.engine }
  const alice = await SimPerson.create(world, relay, secrets, "alice", options)
  const bob = await SimPerson.create(world, relay, secrets, "bob", options)
  for (const someone of [alice, bob]) await someone.start()
  await calm(world, alice, bob)
  return { world, relay, alice, bob, keys }
}

async function calm(world: World, ...people: SimPerson[]): Promise<void> {
  const isQuiet = () => people.every(isCalm)
  if (!(await world.runUntil(isQuiet, 20 * MINUTE)))
    throw new Error(
      `not calm: ${JSON.stringify(people.map(({ client }) => [client.connection(), client.outboxCount(), client.rooms().map((room) => `${room.name} ${room.state} ${room.problem}`)]))}`,
    )
  await world.run(2 * MINUTE)
}

for (const seed of [1, 2, 3, 4]) {
  test(`an old copy of the profile joins anew before it says anything, seed ${seed}`, async () => {
    const { world, alice, bob, keys } = await start(seed)
    await alice.say("#everyone", "one")
    await alice.say("bob", "direct one")
    await calm(world, alice, bob)
    await alice.stop()
    const copy = alice.disk.snapshot()
    await alice.start()
    await alice.say("#everyone", "two")
    await alice.say("bob", "direct two")
    await bob.say("alice", "answer")
    await calm(world, alice, bob)
    if (seed % 2 === 0) alice.crash()
    else await alice.stop()
    alice.disk.restore(copy)
    await alice.start()
    await alice.say("#everyone", "three")
    await alice.say("bob", "direct three")
    await calm(world, alice, bob)
    await bob.say("#everyone", "four")
    await bob.say("alice", "direct four")
    await calm(world, alice, bob)
    expect(keys.twice).toEqual([])
    expect(bob.texts("#everyone")).toEqual(["one", "two", "three", "four"])
    const direct = ["direct one", "direct two", "direct three", "direct four"]
    expect(bob.texts("alice").filter((text) => text !== "answer")).toEqual(direct)
    expect(alice.notices("#everyone")).toContain("rolled-back")
    expect(alice.texts("#everyone").sort()).toEqual(["four", "one", "three", "two"])
    expect(alice.texts("bob").filter((text) => text === "answer")).toHaveLength(1)
    // Of what the lost copy had sent, nothing is claimed.
    const room = alice.client.findRoom("#everyone").id
    const two = alice.client
      .transcript(room, 50)
      .flatMap((line) => (line.kind === "message" && line.message.text === "two" ? [line.message] : []))
    expect(two.map(({ id, state }) => [state, alice.client.receipts(room, id)])).toEqual([[undefined, []]])
    expect(bob.notices("alice").filter((code) => code === "fork")).toEqual([])
    for (const someone of [alice, bob]) await someone.stop()
  })
}

test("a crash at any save is no rollback", async () => {
  for (let seed = 10; seed < 14; seed++) {
    const { world, alice, bob, keys } = await start(seed)
    for (let n = 0; n < 12; n++) {
      await alice.say(n % 2 === 0 ? "#everyone" : "bob", `text ${n}`)
      await world.run(world.chance.below(3_000))
      alice.crash()
      await world.run(world.chance.below(3_000))
      await alice.start()
    }
    await calm(world, alice, bob)
    for (const to of ["#everyone", "bob"])
      expect(alice.notices(to), `seed ${seed}`).not.toContain("rolled-back")
    expect(keys.twice).toEqual([])
    expect(bob.texts("#everyone")).toHaveLength(6)
    for (const someone of [alice, bob]) await someone.stop()
  }
})
