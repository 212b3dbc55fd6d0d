/**
 * Two builds of the relay in turns, under the same load: what a change is worth. Ratios of medians of CPU time.
 *
 *     cp -r dist dist-before; … ; npm run bench -- builds --before dist-before [--rounds 5] [--only "pairs 16"]
 */
import { join, resolve } from "node:path"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { buildGenerator, missingForLoad, runLoad } from "./loadgen/generator.ts"
import { Crowd } from "./loadgen/plan.ts"
import { scratchFolder, startRelay } from "./loadgen/servers.ts"
import { inTurns, option, printRounds } from "./loadgen/table.ts"

const ENTRY_BYTES = 1_097
const TIMES = { warm: 0.4, seconds: 1.2 }
const LOADS = {
  "pairs 16": { mode: "pairs", count: 50, window: 16 },
  "pairs 1": { mode: "pairs", count: 50, window: 1 },
  "one to 100": { mode: "fanout", count: 100, window: 16 },
  "one to 1,000": { mode: "fanout", count: 1_000, window: 16 },
  "one to 1,000, one by one": { mode: "fanout", count: 1_000, window: 1 },
  durable: { mode: "durable", count: 50, window: 32 },
  "durable, one by one": { mode: "durable", count: 50, window: 1 },
  "log in": { mode: "handshakes", count: 500, "at-once": 16 },
  "come in, all at once": { mode: "idle", count: 1_000, hold: 2 },
} as const
const EPHEMERAL = ["pairs 16", "pairs 1"]

const before = option("before")
const rounds = Number(option("rounds") ?? 5)
const only = option("only")

const missing = missingForLoad()
if (missing !== undefined) console.log(`left out: ${missing}`)
else if (before === undefined) console.log("--before FOLDER: the build to compare with")
else {
  await sodiumReady()
  await buildProgram()
  const folder = scratchFolder("builds")
  const { generator } = buildGenerator(folder)
  const builds = { before: resolve(before, "secure-chat.js"), now: undefined }
  const relays = new Map<string, { load(of: string, protocol: string): ReturnType<typeof runLoad> }>()
  const ends: (() => Promise<void>)[] = []
  try {
    for (const [build, program] of Object.entries(builds)) {
      const relay = await startRelay(folder, { isPlainGroup: true, ...(program && { program }) })
      ends.push(relay.stop)
      const crowd = new Crowd(relay.pin, relay.admission, 1_100)
      const plan = join(folder, `${build}-plan`)
      relays.set(build, {
        load(of, protocol) {
          const { mode, ...options } = LOADS[of as keyof typeof LOADS]
          crowd.write(plan, 1_100)
          const all = { ...TIMES, ...options, size: ENTRY_BYTES, tls: true as const, plan, groups: "X25519" }
          const { port, pid } = relay
          return runLoad(generator, { protocol, mode, port, pid, options: all })
        },
      })
      // Everybody registers.
      await relays.get(build)!.load("come in, all at once", "secure-chat")
    }
    for (const name of Object.keys(LOADS)) {
      if (only !== undefined && !name.startsWith(only)) continue
      const kinds = EPHEMERAL.includes(name) ? ["secure-chat", "secure-chat-ephemeral"] : ["secure-chat"]
      for (const protocol of kinds) {
        const runs = [...relays].map(([build, relay]) => [build, () => relay.load(name, protocol)] as const)
        const columns = [
          ["µs CPU each", "cpuMicros", 2],
          ["a second", "perSecond", 0],
          ["KiB each", "kibPerConnection", 1],
        ] as const
        const title = `${name}${protocol === "secure-chat" ? "" : ", ephemeral"}`
        printRounds(title, await inTurns(rounds, Object.fromEntries(runs)), columns, "before")
      }
    }
  } finally {
    for (const end of ends) await end()
  }
}
