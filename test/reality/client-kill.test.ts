/**
 * kill -9 of clients while they write and read: three people talk in the room and in pairs through a real relay; one
 * of them is killed at any moment and started again. Whatever `send` promised is shown once to everybody, and no key
 * of a ratchet has sealed two different things that left a device.
 */
import { mkdirSync } from "node:fs"
import { afterAll, expect, test } from "vitest"
import { ClientProcess } from "../support/client-process.ts"
import { builtProgram } from "../support/program.ts"
import { allHere, expectDelivered, expectNoReuse, pause, settledOutcome } from "../support/promises.ts"
import { cyclesOf, figures, IN_MEMORY } from "../support/reality.ts"

const KILLS = cyclesOf({ check: 10, slow: 100 })
const NAMES = ["ada", "ben", "cleo"]
const SPEAK_EVERY_MS = 15

const program = builtProgram(IN_MEMORY)
const people: ClientProcess[] = []
afterAll(async () => {
  for (const person of people) await person.end()
})

test(
  `${KILLS} kills of clients: nothing lost, nothing twice`,
  { timeout: 120_000 + KILLS * 30_000 },
  async () => {
    const relay = await program.relay("relay")
    mkdirSync(program.path("people"))
    for (const name of NAMES) {
      people.push(new ClientProcess({ name, folder: program.path("people"), invitation: relay.invitation }))
    }
    await Promise.all(people.map((person) => person.start()))
    await allHere(people)
    for (const person of people) talk(person)

    for (let kill = 0; kill < KILLS; kill++) {
      const victim = people[kill % people.length]!
      // From before it is connected until it is deep in talk.
      await pause(Math.random() * 700)
      await victim.kill()
      await victim.start()
      talk(victim)
    }
    await pause(500)
    for (const person of people) await person.quiet()

    const outcome = await settledOutcome(people, [
      "#everyone",
      ["ada", "ben"],
      ["ben", "cleo"],
      ["ada", "cleo"],
    ])
    const sent = expectNoReuse(people)
    expectDelivered(outcome)
    for (const person of people) expect(await person.stop()).toBe(0)
    figures("kill -9 of clients", {
      kills: KILLS,
      promised: outcome.promised,
      "lines shown": outcome.shown,
      "ciphertexts sent": sent,
      lost: 0,
      twice: 0,
      "keys used twice": 0,
      "ms to settle": Math.round(outcome.ms),
    })
  },
)

function talk(person: ClientProcess): void {
  person.talk(["#everyone", ...NAMES.filter((name) => name !== person.name)], SPEAK_EVERY_MS)
}
