/**
 * One attack on a relay, in a process of its own: its parent says whom, waits until it is ready, and says when. It has
 * the core that the relay has not, and of that only what everybody else leaves, at once: on a network attackers bring their own
 * machines, and what they compute there takes nothing from the relay and from those whom it serves.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { sodiumReady } from "../../../src/crypto/sodium.ts"
import { fromHex, toHex } from "../../../src/bytes.ts"
import { Floods } from "../../support/relay-floods.ts"
import { pinned } from "./generator.ts"
import type { RelayServer } from "./servers.ts"

/** @param amount how many, or for how many milliseconds. */
const ATTACKS = {
  compute: (_, amount) => compute(amount),
  halfOpen: (floods, amount) => floods.halfOpen(amount),
  trickle: (floods, amount) => floods.trickle(amount),
  lengths: (floods, amount) => floods.lengths(amount),
  hellos: (floods, amount) => floods.hellos(amount),
  strangers: (floods, amount) => floods.strangers(amount),
  burst: (floods, amount) => floods.burst(amount),
  fill: (floods, amount) => floods.fill(amount),
  packages: async (floods, amount) => {
    const victim = await floods.member("victim")
    await floods.keyPackages(victim.person, amount)
    victim.close()
  },
  requests: (floods, amount) => floods.requests(20_000, amount),
} as const satisfies Record<string, (floods: Floods, amount: number) => Promise<unknown>>
export type Attack = keyof typeof ATTACKS

interface Order {
  attack: Attack
  amount: number
  port: number
  pin: string
  admission: string
  machines: number
}

export class Attacker {
  readonly #child: ChildProcess
  readonly #heard = new Map<string, () => void>()
  readonly isReady: Promise<void>
  /** Resolves when the relay has ended all of it; never, if it does not. */
  readonly isOver: Promise<void>

  /** @param machines addresses that strangers come from. */
  constructor({ port, pin, admission }: RelayServer, attack: Attack, amount: number, machines: number) {
    const command = [
      "chrt",
      "--idle",
      "0",
      process.execPath,
      ...process.execArgv,
      fileURLToPath(import.meta.url),
    ]
    const [program, ...args] = pinned(1, command)
    this.#child = spawn(program!, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
    const heard = (word: string) => new Promise<void>((done) => this.#heard.set(word, done))
    this.isReady = heard("ready")
    this.isOver = heard("over")
    this.#child.on("message", (word) => this.#heard.get(word as string)?.())
    const target = { port, pin: toHex(pin), admission: toHex(admission), machines }
    this.#child.send({ attack, amount, ...target } satisfies Order)
  }

  begin(): void {
    this.#child.send("begin")
  }

  end(): void {
    this.#child.kill("SIGKILL")
  }
}

/** No attack: what the others notice of a machine on which somebody computes. */
async function compute(ms: number): Promise<void> {
  const until = performance.now() + ms
  while (performance.now() < until) {
    const rest = performance.now() + 5
    while (performance.now() < rest);
    await new Promise((resolve) => setImmediate(resolve))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.once("message", (order) => void obey(order as Order))

async function obey({ attack, amount, port, pin, admission, machines }: Order): Promise<void> {
  process.once("disconnect", () => process.exit())
  await sodiumReady()
  const floods = new Floods({ port, pin: fromHex(pin), admission: fromHex(admission), machines })
  process.once("message", () => void ATTACKS[attack](floods, amount).then(() => process.send!("over")))
  process.send!("ready")
}
