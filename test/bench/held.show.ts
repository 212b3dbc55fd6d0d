/**
 * 10,000 connections over TLS, held and served: 2,000 people with five devices each, in 5,000 channels of two, with
 * 1,000 messages a second in all. In the middle 1,000 readers lose their connection at one moment and come back at once.
 * Every reader counts the numbers of its log: nothing may be missing, come twice or out of turn.
 *
 *     npm run bench -- held [--connections 10000] [--rate 1000] [--seconds 60] [--storm 1000]
 */
import { join } from "node:path"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { buildGenerator, missingForConnections, missingForLoad, runLoad } from "./loadgen/generator.ts"
import { Crowd } from "./loadgen/plan.ts"
import { scratchFolder, startRelay } from "./loadgen/servers.ts"
import { number, option } from "./loadgen/table.ts"

const ENTRY_BYTES = 1_097
/** For people to come in, on a machine that does other things as well. */
const SETUP_SECONDS = 600

const connections = Number(option("connections") ?? 10_000)
const rate = Number(option("rate") ?? 1_000)
const seconds = Number(option("seconds") ?? 60)
const storm = Number(option("storm") ?? 1_000)

const missing = missingForLoad() ?? missingForConnections(connections + 200)
if (missing !== undefined) {
  console.log(`left out: ${missing}`)
  process.exitCode = 1
} else {
  await sodiumReady()
  await buildProgram()
  const folder = scratchFolder("held")
  const { generator } = buildGenerator(folder)
  const relay = await startRelay(folder, { isPlainGroup: true })
  try {
    const plan = join(folder, "plan")
    const count = connections / 2
    new Crowd(relay.pin, relay.admission, connections).write(plan, count)
    console.log(
      `${number(connections, 0)} connections come in, then ${seconds} s of ${number(rate, 0)} messages a second`,
    )
    const options = { count, rate, storm, seconds, warm: 5, every: 10, addresses: 8, size: ENTRY_BYTES }
    const began = performance.now()
    const figures = await runLoad(
      generator,
      {
        protocol: "secure-chat",
        mode: "pairs",
        port: relay.port,
        pid: relay.pid,
        options: { ...options, tls: true, plan, groups: "X25519" },
      },
      SETUP_SECONDS + seconds,
    )
    if (figures === undefined) process.exitCode = 1
    else {
      const all = (performance.now() - began) / 1_000
      const of = (name: string, digits = 0, factor = 1) =>
        number((figures[name] ?? Number.NaN) * factor, digits)
      console.log(
        `  in after                ${number(figures["setUpSeconds"]!, 1)} s, all over after ${number(all, 0)} s`,
      )
      console.log(`  sent, arrived           ${of("sent")}, ${of("arrived")}`)
      console.log(
        `  lost, out of turn       ${of("missing")}, ${of("outOfTurn")}; connections lost ${of("lost")}`,
      )
      console.log(
        `  p50, p99, p99.9         ${of("p50Micros", 1, 0.001)}, ${of("p99Micros", 1, 0.001)}, ${of("p999Micros", 1, 0.001)} ms`,
      )
      console.log(
        `  the relay's memory      ${of("mib")} MiB, ${number((figures["mib"]! * 1_024) / connections, 1)} KiB a connection`,
      )
      console.log(`  the relay's core        ${of("serverShare", 2)}, ${of("cpuMicros", 0)} µs a message`)
      console.log(
        `  ${number(storm, 0)} back at once     ${of("backMillis")} ms until the last one reads again, ${of("retries")} tries more`,
      )
      if (figures["missing"]! + figures["outOfTurn"]! + figures["lost"]! > 0) process.exitCode = 1
    }
  } finally {
    await relay.stop()
  }
}
