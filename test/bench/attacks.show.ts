/**
 * What strangers and members do to a relay with its usual limits, and what the others notice: 50 pairs go on with 500
 * messages a second, and their p99 stands beside that of a quiet time. On loopback the limits of one address do not
 * hold, so this is worse than a network; and attackers, the others and the relay share one machine.
 *
 *     npm run bench -- attacks [--seconds 20] [--half-open 5000] [--trickle 1000] [--lengths 10000] [--hellos 5000]
 *                              [--strangers 20] [--burst 9000] [--fill 20] [--packages 20]
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { Floods } from "../support/relay-floods.ts"
import type { RelayPerson } from "../support/relay-people.ts"
import {
  buildGenerator,
  type Figures,
  missingForConnections,
  missingForLoad,
  runLoad,
} from "./loadgen/generator.ts"
import { Crowd } from "./loadgen/plan.ts"
import { scratchFolder, startRelay } from "./loadgen/servers.ts"
import { median, number, option } from "./loadgen/table.ts"

const PAIRS = 50
const RATE = 500
const ENTRY_BYTES = 1_097
/** Above this the relay would not be bounded. */
const MOST_MIB = 700
/** The relay's own deadlines, and some more on a busy machine. */
const PATIENCE_SECONDS = 240
/** Baselines before and after: a machine that others use is not the same for long. */
const AFTER_SECONDS = 10

const count = (name: string, usual: number) => Number(option(name) ?? usual)
const seconds = count("seconds", 20)
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

interface Stage {
  floods: Floods
  victim: RelayPerson
}

const ATTACKS: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  [`${counts.halfOpen} half-open connections`]: ({ floods }) => floods.halfOpen(counts.halfOpen),
  [`${counts.trickle} that send a byte at a time`]: ({ floods }) => floods.trickle(counts.trickle),
  [`${counts.lengths} lengths of 2^32 - 1`]: ({ floods }) => floods.lengths(counts.lengths),
  [`${counts.hellos} hellos that nobody signed`]: ({ floods }) => floods.hellos(counts.hellos),
  [`${counts.strangers} s of strangers who come again`]: ({ floods }) =>
    floods.strangers(counts.strangers * 1_000),
  [`${counts.burst} entries at once`]: ({ floods }) => floods.burst(counts.burst),
  [`${counts.fill} s of filling a channel`]: ({ floods }) => floods.fill(counts.fill * 1_000),
  [`${counts.packages} s of taking key packages`]: ({ floods, victim }) =>
    floods.keyPackages(victim, counts.packages * 1_000),
  "requests without end": ({ floods }) => floods.requests(20_000, seconds * 1_000),
}

const missing =
  missingForLoad() ?? missingForConnections(Math.max(counts.halfOpen, counts.lengths, counts.hellos) + 500)
if (missing !== undefined) {
  console.log(`left out: ${missing}`)
  process.exitCode = 1
} else {
  await sodiumReady()
  await buildProgram()
  const folder = scratchFolder("attacks")
  const { generator } = buildGenerator(folder)
  // The usual limits, but for the day's: the others write more than people do.
  const limits = { accountEntries: 10_000_000, accountBytes: 2 ** 36 }
  const relay = await startRelay(folder, { isPlainGroup: true, limits })
  const crowd = new Crowd(relay.pin, relay.admission, 2 * PAIRS)
  const plan = join(folder, "plan")
  const floods = new Floods(relay)
  const memory = () =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${relay.pid}/status`, "utf8"))?.[1]) / 1_024
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
    }
    const { port, pid } = relay
    const load = {
      protocol: "secure-chat",
      mode: "pairs",
      port,
      pid,
      options: { ...options, tls: true as const, plan },
    }
    return runLoad(generator, load, during + 90)
  }

  const quiet: number[] = []
  const rest = async () => {
    const p99 = (await others(AFTER_SECONDS))?.["p99Micros"]
    if (p99 !== undefined) quiet.push(p99 / 1_000)
  }
  try {
    const victim = await floods.member("victim")
    const stage = { floods, victim: victim.person }
    await rest()
    await rest()
    const filesBefore = files()
    console.log(`quiet: p99 ${number(median(quiet), 1)} ms, ${number(memory(), 0)} MiB, ${filesBefore} files`)
    const head = ["p99 ms", "× quiet", "lost", "MiB at most", "s to its end", "files after"]
    console.log(`  ${"".padEnd(36)}${head.map((word) => word.padStart(14)).join("")}`)
    for (const [name, attack] of Object.entries(ATTACKS)) {
      let most = memory()
      const watch = setInterval(() => (most = Math.max(most, memory())), 200)
      const began = performance.now()
      const over = Promise.race([
        attack(stage).then(() => (performance.now() - began) / 1_000),
        new Promise<undefined>((end) => setTimeout(() => end(undefined), PATIENCE_SECONDS * 1_000).unref()),
      ])
      const figures = await others(seconds)
      const ended = await over
      clearInterval(watch)
      if (ended === undefined) floods.end()
      const p99 = (figures?.["p99Micros"] ?? Number.NaN) / 1_000
      const cells = [
        number(p99, 1),
        number(p99 / median(quiet), 2),
        number((figures?.["missing"] ?? Number.NaN) + (figures?.["lost"] ?? Number.NaN), 0),
        number(most, 0),
        ended === undefined ? "never" : number(ended, 1),
        String(files()),
      ]
      console.log(`  ${name.padEnd(36)}${cells.map((cell) => cell.padStart(14)).join("")}`)
      if (ended === undefined || most > MOST_MIB || figures === undefined) process.exitCode = 1
      await rest()
    }
    const [least, highest] = [Math.min(...quiet), Math.max(...quiet)]
    console.log(
      `quiet meanwhile: p99 ${number(least, 1)} to ${number(highest, 1)} ms, median ${number(median(quiet), 1)}`,
    )
    victim.close()
  } finally {
    floods.end()
    await relay.stop()
  }
}
