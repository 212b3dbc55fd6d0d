/**
 * A network that fails: a relay and three clients on hosts of their own, joined by a bridge. Cables are pulled, packets
 * are lost, processes freeze, all while everybody talks. When it is over everything arrives everywhere, once, within a
 * minute.
 */
import { mkdirSync } from "node:fs"
import { afterAll, expect, test } from "vitest"
import { ClientProcess } from "../support/client-process.ts"
import { Lan, noLan } from "../support/lan.ts"
import { builtProgram, type RelayRun } from "../support/program.ts"
import {
  allHere,
  type Chat,
  expectDelivered,
  expectNoReuse,
  pause,
  settledOutcome,
} from "../support/promises.ts"
import { cyclesOf, figures, IN_MEMORY, leftOut } from "../support/reality.ts"

const NAMES = ["ada", "ben", "cleo"]
const CHATS: readonly Chat[] = ["#everyone", ["ada", "ben"], ["ben", "cleo"], ["ada", "cleo"]]
const SPEAK_EVERY_MS = 60
/** After the ones that are written down below. */
const RANDOM = cyclesOf({ check: 0, slow: 10 })
const isSlow = process.env["SLOW"] !== undefined

const why = noLan()
if (why !== undefined) leftOut("partitions", why)

const program = builtProgram(IN_MEMORY)
const people: ClientProcess[] = []
let lan: Lan | undefined
let relay: RelayRun | undefined
afterAll(async () => {
  for (const person of people) await person.end()
  relay?.child.kill("SIGKILL")
  await relay?.finished
  lan?.remove()
})

interface Stage {
  lan: Lan
  relay: RelayRun
  people: readonly ClientProcess[]
}

/** What goes wrong. Everything is whole again afterwards. */
const SCENARIOS: readonly { name: string; slow: boolean; run(stage: Stage): Promise<void> }[] = [
  {
    name: "one cut off for three seconds, another one frozen",
    slow: false,
    async run({ lan: net, people: [ada, ben] }) {
      net.pull("ada")
      ben!.freeze()
      await pause(1_500)
      ben!.thaw()
      const before = ada!.shown.length
      await pause(1_500)
      expect(ada!.shown.length).toBe(before)
      net.plug("ada")
    },
  },
  {
    name: "every tenth packet lost, the relay frozen",
    slow: false,
    async run({ lan: net, relay: { child } }) {
      net.lose("relay", 10)
      await pause(1_500)
      child.kill("SIGSTOP")
      await pause(1_000)
      child.kill("SIGCONT")
      await pause(1_500)
      net.lose("relay", 0)
    },
  },
  {
    name: "everybody cut off for a minute and a half",
    slow: true,
    async run({ lan: net }) {
      net.pull("relay")
      await pause(90_000)
      net.plug("relay")
    },
  },
  {
    name: "every fifth packet lost for half a minute",
    slow: true,
    async run({ lan: net }) {
      for (const name of NAMES) net.lose(name, 20)
      await pause(30_000)
      for (const name of NAMES) net.lose(name, 0)
    },
  },
  {
    name: "cables that come and go",
    slow: true,
    async run({ lan: net }) {
      for (let n = 0; n < 30; n++) {
        const name = NAMES[n % NAMES.length]!
        net.pull(name)
        await pause(Math.random() * 600)
        net.plug(name)
        await pause(Math.random() * 300)
      }
    },
  },
]

test.skipIf(why)(
  "what a failing network held up arrives once when it is whole",
  { timeout: (isSlow ? 900_000 : 200_000) + RANDOM * 150_000 },
  async () => {
    lan = new Lan(["relay", ...NAMES])
    const host = lan.addressOf("relay")
    relay = await program.relayUnder(lan.at("relay"), "relay", "--host", host)
    mkdirSync(program.path("people"))
    for (const name of NAMES) {
      const under = lan.at(name)
      const { invitation } = relay
      people.push(new ClientProcess({ name, folder: program.path("people"), invitation, under: () => under }))
    }
    await Promise.all(people.map((person) => person.start()))
    await allHere(people)

    const stage = { lan, relay, people }
    const healing: number[] = []
    const played = [...SCENARIOS.filter(({ slow }) => isSlow || !slow), ...randomScenarios(RANDOM)]
    let promised = 0
    for (const { run } of played) {
      for (const person of people)
        person.talk(["#everyone", ...NAMES.filter((name) => name !== person.name)], SPEAK_EVERY_MS)
      await pause(300)
      await run(stage)
      await pause(300)
      for (const person of people) await person.quiet()
      const outcome = await settledOutcome(people, CHATS)
      healing.push(outcome.ms)
      expectDelivered(outcome)
      expect(outcome.promised).toBeGreaterThan(promised)
      promised = outcome.promised
    }
    const sent = expectNoReuse(people)
    for (const person of people) expect(await person.stop()).toBe(0)
    expect(lan.lost).toBeGreaterThan(0)
    figures("partitions", {
      scenarios: played.length,
      "packets dropped": lan.lost,
      promised,
      "ciphertexts sent": sent,
      lost: 0,
      twice: 0,
      "keys used twice": 0,
      "ms to heal at most": Math.round(Math.max(...healing)),
    })
  },
)

function randomScenarios(count: number): typeof SCENARIOS {
  return Array.from({ length: count }, () => ({ name: "by chance", slow: true, run: byChance }))
}

/** Up to a minute of anything, several at once. */
async function byChance({ lan: net, relay: { child }, people: all }: Stage): Promise<void> {
  const someHost = () => ["relay", ...NAMES][Math.floor(Math.random() * 4)]!
  for (let n = 0; n < 6; n++) {
    const dice = Math.random()
    const ms = 500 + Math.random() * 9_000
    const host = someHost()
    const person = all[Math.floor(Math.random() * all.length)]!
    if (dice < 0.4) {
      net.pull(host)
      await pause(ms)
      net.plug(host)
    } else if (dice < 0.7) {
      net.lose(host, 1 + Math.floor(Math.random() * 20))
      await pause(ms)
      net.lose(host, 0)
    } else if (dice < 0.85) {
      person.freeze()
      await pause(ms)
      person.thaw()
    } else {
      child.kill("SIGSTOP")
      await pause(ms)
      child.kill("SIGCONT")
    }
  }
}
