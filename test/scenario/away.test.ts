/** Somebody writes without a connection, and the room has changed by the time there is one. */
import { expect, test } from "vitest"
import { engineKindOf, engineMaker, isCalm } from "../support/lives.ts"
import { SimPerson } from "../support/sim-people.ts"
import { SimRelay } from "../support/sim-relay.ts"
import { World } from "../support/sim.ts"

const MINUTE = 60_000
const SEEDS = Math.max(3, Math.ceil(Number(process.env["SEEDS"] ?? 20) / 20))

test("five people join while one with a queued message is away", { timeout: 300_000 }, async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const world = new World(seed, { start: Date.now() })
    const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
    const relay = new SimRelay(world, { admission: secrets.admission })
    const options = { engine: engineMaker(engineKindOf(seed)) }
    await relay.start()
    const alice = await SimPerson.create(world, relay, secrets, "alice", options)
    const bob = await SimPerson.create(world, relay, secrets, "bob", options)
    for (const someone of [alice, bob]) await someone.start()
    expect(await world.runUntil(() => isCalm(alice) && isCalm(bob), MINUTE), `seed ${seed}`).toBe(true)

    world.network.setOnline(alice.process, false)
    await world.run(MINUTE)
    await alice.say("#everyone", "written alone")
    await alice.say("bob", "for bob alone")
    expect(alice.client.outboxCount()).toBe(2)
    const newcomers: SimPerson[] = []
    for (const name of ["carol", "dave", "erin", "frank", "grace"]) {
      newcomers.push(await SimPerson.create(world, relay, secrets, name, options))
    }
    for (const someone of newcomers) await someone.start()
    const everybody = [alice, bob, ...newcomers]
    expect(await world.runUntil(() => [bob, ...newcomers].every(isCalm), 5 * MINUTE), `seed ${seed}`).toBe(
      true,
    )

    world.network.setOnline(alice.process, true)
    const arrived = () =>
      everybody.every((someone) => isCalm(someone) && someone.texts("#everyone").length > 0)
    expect(
      await world.runUntil(arrived, 5 * MINUTE),
      `seed ${seed}: ${world.notes.slice(-20).join("\n")}`,
    ).toBe(true)
    for (const someone of everybody)
      expect(someone.texts("#everyone"), `seed ${seed}: ${someone.name}`).toEqual(["written alone"])
    await world.runUntil(
      () => bob.client.rooms().some(({ kind, lastAt }) => kind === "direct" && lastAt !== undefined),
      MINUTE,
    )
    expect(bob.texts("alice")).toEqual(["for bob alone"])
    for (const someone of everybody) await someone.stop()
  }
})
