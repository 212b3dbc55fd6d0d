/**
 * What strangers and members do to a relay with its usual limits, and what the others notice: 50 pairs go on with 500
 * messages a second, and their p99 stands beside that of the quiet times before and after. On loopback the limits of one
 * address do not hold, which is worse than any network; with `--machines` they do, the strangers come from so many
 * addresses, and each pair has one of its own. Attackers (`attacker.ts`) share one core with the honest, who
 * come first, and the relay has the other one, and of theirs what they leave. With `--ephemeral` the honest say what no disk has a part in. `own` is
 * what the relay's thread makes others wait in CPU time, which other programs of the machine have no part in.
 * Started by root, the honest get their core at once, as they would on machines of their own.
 *
 *     npm run bench -- attacks [--only trickle,hellos] [--rounds 1] [--ephemeral] [--seconds 20] [--quiet 10]
 *                              [--half-open 5000] [--trickle 1000] [--lengths 10000] [--hellos 5000] [--strangers 20]
 *                              [--burst 9000] [--fill 20] [--packages 20] [--machines 8] [--program dist/secure-chat.js]
 */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { childrenOf, residentKib } from "../support/processes.ts"
import { type Attack, Attacker } from "./loadgen/attacker.ts"
import {
  buildGenerator,
  type Figures,
  missingForConnections,
  missingForLoad,
  pinTo,
  runLoad,
} from "./loadgen/generator.ts"
import { Crowd } from "./loadgen/plan.ts"
import { scratchFolder, startRelay } from "./loadgen/servers.ts"
import { median, number, option } from "./loadgen/table.ts"
import { Turns } from "./loadgen/turns.ts"

const PAIRS = 50
const RATE = 500
const USUAL_MACHINES = 8
const ENTRY_BYTES = 1_097
/** Above this the relay would not be bounded. */
const MOST_MIB = 700
/** The relay's own deadlines, and some more on a busy machine. */
const PATIENCE_SECONDS = 240

const count = (name: string, usual: number) => Number(option(name) ?? usual)
const seconds = count("seconds", 20)
/** Quiet times stand before and after each attack: a machine that others use is not the same for long. */
const quietSeconds = count("quiet", 10)
const rounds = count("rounds", 1)
const only = option("only")?.split(",")
const isEphemeral = process.argv.includes("--ephemeral")
const program = option("program")
const machines = option("machines")
const counts = {
  halfOpen: count("half-open", 5_000),
  trickle: count("trickle", 1_000),
  lengths: count("lengths", 10_000),
  hellos: count("hellos", 5_000),
  strangers: count("strangers", 20),
  burst: count("burst", 9_000),
  fill: count("fill", 20),
  packages: count("packages", 20),
}

const ATTACKS: Readonly<Record<Attack, { words: string; amount: number; seconds?: number }>> = {
  compute: { words: "nobody: somebody computes meanwhile", amount: seconds * 1_000 },
  halfOpen: { words: `${counts.halfOpen} half-open connections`, amount: counts.halfOpen },
  trickle: { words: `${counts.trickle} that send a byte at a time`, amount: counts.trickle },
  lengths: { words: `${counts.lengths} lengths of 2^32 - 1`, amount: counts.lengths },
  hellos: { words: `${counts.hellos} hellos that nobody signed`, amount: counts.hellos },
  strangers: { words: `${counts.strangers} s of strangers who come again`, amount: counts.strangers * 1_000 },
  burst: { words: `${counts.burst} entries at once`, amount: counts.burst },
  fill: { words: `${counts.fill} s of filling a channel`, amount: counts.fill * 1_000, seconds: counts.fill },
  packages: { words: `${counts.packages} s of taking key packages`, amount: counts.packages * 1_000 },
  requests: { words: "requests without end", amount: seconds * 1_000 },
}

const missing =
  missingForLoad() ?? missingForConnections(Math.max(counts.halfOpen, counts.lengths, counts.hellos) + 500)
if (missing !== undefined) {
  console.log(`left out: ${missing}`)
  process.exitCode = 1
} else {
  await sodiumReady()
  if (program === undefined) await buildProgram()
  const folder = scratchFolder("attacks")
  const { generator } = buildGenerator(folder)
  // The usual limits, but for the day's: the others write more than people do.
  const limits = {
    accountEntries: 10_000_000,
    accountBytes: 2 ** 36,
    ...(machines && { loopbackExempt: false }),
  }
  const turns = new Turns(join(folder, "turns"))
  const relay = await startRelay(folder, {
    flags: turns.flags,
    isPlainGroup: true,
    areAllCores: true,
    limits,
    ...(program && { program }),
  })
  const crowd = new Crowd(relay.pin, relay.admission, 2 * PAIRS)
  const plan = join(folder, "plan")
  const memory = () => residentKib(relay.pid) / 1_024
  /** The process that the relay has beside it shares the other core with the attackers: where both meet, they take turns. */
  const known = new Set<number>()
  const moved = (child: number) => {
    if (known.has(child)) return
    known.add(child)
    for (const thread of readdirSync(`/proc/${child}/task`)) pinTo(1, Number(thread))
  }
  const files = () => readdirSync(`/proc/${relay.pid}/fd`).length

  /** @returns what the others noticed meanwhile. */
  async function others(during: number): Promise<Figures | undefined> {
    crowd.write(plan, PAIRS)
    const options = {
      count: PAIRS,
      rate: RATE,
      warm: 1,
      seconds: during,
      size: ENTRY_BYTES,
      groups: "X25519",
      ...(machines && { addresses: PAIRS }),
    }
    const { port, pid } = relay
    const load = {
      protocol: isEphemeral ? "secure-chat-ephemeral" : "secure-chat",
      mode: "pairs",
      port,
      pid,
      options: { ...options, tls: true as const, plan },
      comesFirst: process.getuid!() === 0,
    }
    return runLoad(generator, load, during + 90)
  }

  const millis = (figures: Figures | undefined, name: string) => (figures?.[name] ?? Number.NaN) / 1_000
  const rest = async () => millis(await others(quietSeconds), "p99Micros")

  /** @returns p99 of the others to that of the quiet times before and after. */
  async function suffer(attack: Attack, before: number): Promise<{ ratio: number; after: number }> {
    const { words, amount, seconds: during = seconds } = ATTACKS[attack]
    const attacker = new Attacker(relay, attack, amount, Number(machines ?? USUAL_MACHINES))
    await attacker.isReady
    let most = memory()
    const watch = setInterval(() => (most = Math.max(most, memory())), 200)
    const moving = setInterval(() => childrenOf(relay.pid).forEach(moved), 10)
    const began = performance.now()
    const from = Date.now()
    const over = Promise.race([
      attacker.isOver.then(() => (performance.now() - began) / 1_000),
      new Promise<undefined>((end) =>
        setTimeout(() => end(undefined), (during + PATIENCE_SECONDS) * 1_000).unref(),
      ),
    ])
    attacker.begin()
    const figures = await others(during)
    const ended = await over
    const own = await turns.waits(from, from + 1_000 * (ended ?? PATIENCE_SECONDS))
    clearInterval(watch)
    clearInterval(moving)
    attacker.end()
    const left = files()
    const after = await rest()
    const p99 = millis(figures, "p99Micros")
    const ratio = p99 / ((before + after) / 2)
    const cells = [
      number(millis(figures, "p50Micros"), 1),
      number(p99, 1),
      `${number(before, 1)}, ${number(after, 1)}`,
      number(ratio, 2),
      `${number(own.p99, 1)}, ${number(own.most, 0)}`,
      number((figures?.["missing"] ?? Number.NaN) + (figures?.["lost"] ?? Number.NaN), 0),
      number(most, 0),
      ended === undefined ? "never" : number(ended, 1),
      String(left),
    ]
    console.log(`  ${words.padEnd(36)}${cells.map((cell) => cell.padStart(14)).join("")}`)
    if (ended === undefined || most > MOST_MIB || figures === undefined) process.exitCode = 1
    return { ratio, after }
  }

  try {
    await rest()
    let quiet = await rest()
    console.log(`quiet: p99 ${number(quiet, 1)} ms, ${number(memory(), 0)} MiB, ${files()} files`)
    const head = [
      "p50 ms",
      "p99 ms",
      "quiet",
      "× quiet",
      "own p99, most",
      "lost",
      "MiB at most",
      "s to its end",
      "files after",
    ]
    console.log(`  ${"".padEnd(36)}${head.map((word) => word.padStart(14)).join("")}`)
    const chosen = (Object.keys(ATTACKS) as Attack[]).filter((attack) => only?.includes(attack) ?? true)
    const ratios = new Map(chosen.map((attack) => [attack, [] as number[]]))
    for (let round = 0; round < rounds; round++)
      for (const attack of chosen) {
        const { ratio, after } = await suffer(attack, quiet)
        ratios.get(attack)!.push(ratio)
        quiet = after
      }
    if (rounds > 1)
      for (const [attack, all] of ratios)
        console.log(`  ${ATTACKS[attack].words.padEnd(36)} median of ${rounds}: × ${number(median(all), 2)}`)
  } finally {
    await relay.stop()
  }
}
