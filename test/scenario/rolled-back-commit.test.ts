/** An older copy of a profile whose newer one has committed since: it cannot follow that commit, and joins all the same. */
import { expect, test } from "vitest"
import { engineMaker, isCalm } from "../support/lives.ts"
import { SimPerson } from "../support/sim-people.ts"
import { SimRelay } from "../support/sim-relay.ts"
import { World } from "../support/sim.ts"

const MINUTE = 60_000

for (const to of ["#everyone", "bob"]) {
  test(`an old copy that is behind its own commit joins ${to} again`, async () => {
    const world = new World(1, { start: 1_800_000_000_000 })
    const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
    const relay = new SimRelay(world, { admission: secrets.admission })
    await relay.start()
    const options = { engine: engineMaker("fast") }
    const alice = await SimPerson.create(world, relay, secrets, "alice", options)
    const bob = await SimPerson.create(world, relay, secrets, "bob", options)
    const people = [alice, bob]
    const calm = async () => {
      const isQuiet = () => people.every((someone) => someone.isUp && isCalm(someone))
      const isCalmed = await world.runUntil(isQuiet, 20 * MINUTE)
      expect(isCalmed, "everything drains").toBe(true)
      await world.run(2 * MINUTE)
    }
    for (const someone of people) await someone.start()
    await calm()
    await alice.say(to, "one")
    await calm()
    await alice.stop()
    const copy = alice.disk.snapshot()
    await alice.start()
    // After an end that was not clean the first word comes with a commit.
    alice.crash()
    await alice.start()
    await alice.say(to, "two")
    await calm()
    await alice.stop()
    alice.disk.restore(copy)
    await alice.start()
    await alice.say(to, "three")
    await calm()
    expect(bob.texts(to === "bob" ? "alice" : to)).toEqual(["one", "two", "three"])
    for (const someone of people) await someone.stop()
  })
}
