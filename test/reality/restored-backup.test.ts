/**
 * Old copies of real folders put back. A relay's: it has forgotten what everybody else knows, and its clients bring it
 * back, so that whoever was away gets everything. A client's: it must notice before it sends, join with a new leaf, and
 * never use the old ratchet again; what the others said in between it reads.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs"
import { afterAll, expect, test } from "vitest"
import { ClientProcess } from "../support/client-process.ts"
import { builtProgram, type RelayRun } from "../support/program.ts"
import {
  allHere,
  type Chat,
  eventually,
  expectDelivered,
  expectNoReuse,
  pause,
  settledOutcome,
} from "../support/promises.ts"
import { cyclesOf, figures, IN_MEMORY } from "../support/reality.ts"

const ROUNDS = cyclesOf({ check: 1, slow: 10 })
const SPEAK_EVERY_MS = 25
const TALK_MS = 700
const CHATS: readonly Chat[] = ["#everyone", ["ada", "ben"], ["ben", "cleo"], ["ada", "cleo"]]

const program = builtProgram(IN_MEMORY)
const all: ClientProcess[] = []
afterAll(async () => {
  for (const person of all) await person.end()
})

test(
  `an old copy of the relay's folder put back, ${ROUNDS} times`,
  { timeout: 60_000 + ROUNDS * 120_000 },
  async () => {
    let relay = await program.relay("relay")
    const people = await gather("relay's people", relay)
    const [ada, ben, cleo] = people as [ClientProcess, ClientProcess, ClientProcess]
    await talkAll(people)
    expectDelivered(await settledOutcome(people, CHATS))
    let newcomers = 0
    for (let round = 0; round < ROUNDS; round++) {
      relay = await restarted(relay, "relay", () => replace("relay", "relay's copy"))
      // Somebody is away, so that what is said now is only at the relay and with those who said it.
      expect(await cleo.stop()).toBe(0)
      const newcomer = round === 0 ? join(`dan${newcomers++}`, "relay's people", relay) : undefined
      await newcomer?.start()
      await talkAll([ada, ben])
      await eventually(
        "what was said has left",
        async () => (await ada.state()).waiting + (await ben.state()).waiting === 0,
      )
      relay = await restarted(relay, "relay", () => replace("relay's copy", "relay"))
      // What somebody says before the others have brought a join back may be here only with the second question, a minute later.
      await eventually("the others have brought back what they had", async () =>
        (await Promise.all([ada.state(), ben.state()])).every(({ connection }) => connection === "online"),
      )
      await pause(2_000)
      await cleo.start()
      await talkAll(people)
      const outcome = await settledOutcome(people, CHATS)
      expectNoReuse(people)
      expectDelivered(outcome)
      if (newcomer) {
        // Whoever joined in the time that the relay has forgotten is there as well.
        await ada.send("#everyone", `welcome ${newcomer.name}`)
        await eventually("the newcomer reads on", async () =>
          (await newcomer.look("#everyone")).texts.some(({ text }) => text === `welcome ${newcomer.name}`),
        )
        expect(await newcomer.stop()).toBe(0)
      }
    }
    const outcome = await settledOutcome(people, CHATS)
    const sent = expectNoReuse(people)
    for (const person of people) expect(await person.stop()).toBe(0)
    await relay.stop()
    figures("relay restored from an old copy", {
      times: ROUNDS,
      promised: outcome.promised,
      "ciphertexts sent": sent,
      lost: 0,
      twice: 0,
      "keys used twice": 0,
    })
  },
)

test(
  `an old copy of a client's folder put back, ${ROUNDS} times`,
  { timeout: 60_000 + ROUNDS * 120_000 },
  async () => {
    const relay = await program.relay("clients' relay")
    const people = await gather("clients", relay)
    const [ada] = people as [ClientProcess]
    await talkAll(people)
    for (let round = 0; round < ROUNDS; round++) {
      expectDelivered(await settledOutcome(people, CHATS))
      expect(await ada.stop()).toBe(0)
      replace("clients/ada", "ada's copy")
      const then = new Map([...ada.promised].map(([to, texts]) => [to, [...texts]]))
      await ada.start()
      await talkAll(people)
      expectDelivered(await settledOutcome(people, CHATS))
      expect(await ada.stop()).toBe(0)
      replace("ada's copy", "clients/ada")
      ada.rolledBackTo(then)
      await ada.start()
      await talkAll(people)
      const outcome = await settledOutcome(people, CHATS)
      expectNoReuse(people)
      expectDelivered(outcome)
      // She is told that something may be missing.
      expect((await ada.look("#everyone")).notices).toContain("rejoined")
    }
    const outcome = await settledOutcome(people, CHATS)
    const sent = expectNoReuse(people)
    for (const person of people) expect(await person.stop()).toBe(0)
    await relay.stop()
    figures("client restored from an old copy", {
      times: ROUNDS,
      promised: outcome.promised,
      "ciphertexts sent": sent,
      "own messages forgotten": ada.forgotten.size,
      lost: 0,
      twice: 0,
      "keys used twice": 0,
    })
  },
)

function join(name: string, folder: string, { invitation }: RelayRun): ClientProcess {
  const person = new ClientProcess({ name, folder: program.path(folder), invitation })
  all.push(person)
  return person
}

async function gather(folder: string, relay: RelayRun): Promise<ClientProcess[]> {
  mkdirSync(program.path(folder))
  const people = ["ada", "ben", "cleo"].map((name) => join(name, folder, relay))
  await Promise.all(people.map((person) => person.start()))
  await allHere(people)
  return people
}

/** Everybody talks for a moment, to everybody who is meant to be there in the end. */
async function talkAll(people: readonly ClientProcess[]): Promise<void> {
  for (const person of people) {
    const others = ["ada", "ben", "cleo"].filter((name) => name !== person.name)
    person.talk(["#everyone", ...others], SPEAK_EVERY_MS)
  }
  await pause(TALK_MS)
  for (const person of people) await person.quiet()
}

/** Stops the relay, does something to its folder, and starts it where it was. */
async function restarted(relay: RelayRun, folder: string, meanwhile: () => void): Promise<RelayRun> {
  expect((await relay.stop()).code).toBe(0)
  meanwhile()
  return program.relay(folder, "--port", String(relay.port))
}

function replace(from: string, to: string): void {
  rmSync(program.path(to), { recursive: true, force: true })
  cpSync(program.path(from), program.path(to), { recursive: true })
}
