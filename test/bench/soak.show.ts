/**
 * Messages at a steady rate for a long time, while faults happen: connections cut without a word, readers that read
 * nothing for a while, everybody of a room gone at once, a relay that stands still. Every entry that the relay accepted must
 * be met in the log by its author, every reader counts and hashes the log, and at the end all of a room have the same
 * head. The relay's open files stay as they are, and so does its memory, but for what the log's index takes for each entry
 * that is kept (decision 0035): nothing is old enough to go in an hour.
 *
 *     npm run bench -- soak [--minutes 60] [--rate 500] [--rooms 10]
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { channelOf } from "../support/channels.ts"
import { SteadyReader } from "../support/steady-reader.ts"
import { scratchFolder, startRelay } from "./loadgen/servers.ts"
import { median, number, option } from "./loadgen/table.ts"

const minutes = Number(option("minutes") ?? 60)
const rate = Number(option("rate") ?? 500)
const rooms = Number(option("rooms") ?? 10)
const PER_ROOM = 4
const STEP_MS = 20
/** How much memory may differ between the second quarter and the last beside the index, and how many files. */
const MEMORY_SLACK = 1.15
const INDEX_BYTES = 64
const FILES_SLACK = 8
const DRAIN_MS = 60_000

const folder = scratchFolder("soak")
await sodiumReady()
await buildProgram()
const limits = {
  accountEntries: 1_000_000_000,
  accountBytes: 2 ** 40,
  channelEntries: 1_000_000_000,
  channelBytes: 2 ** 40,
}
const relay = await startRelay(folder, { limits })
const people = Array.from({ length: rooms }, (_, room) => {
  const channelId = channelOf(room)
  return Array.from(
    { length: PER_ROOM },
    (_unused, n) => new SteadyReader(relay, channelId, `soak ${room} ${n}`, n === 0),
  )
}).flat()
const faults: Record<string, number> = {}
const samples: { mib: number; files: number; p99: number; accepted: number }[] = []
const status = () => readFileSync(`/proc/${relay.pid}/status`, "utf8")
const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms))
const pick = <T>(all: readonly T[]) => all[Math.floor(Math.random() * all.length)]!

/** One of them, now and then. */
const FAULTS: Readonly<Record<string, () => void>> = {
  "connections cut": () => pick(people).cut(),
  "readers that stood still": () => pick(people).standStill(500 + Math.random() * 4_000),
  "rooms cut": () => {
    const room = Math.floor(Math.random() * rooms) * PER_ROOM
    for (const person of people.slice(room, room + PER_ROOM)) person.cut()
  },
  "relays that stood still": () => {
    process.kill(relay.pid, "SIGSTOP")
    setTimeout(() => process.kill(relay.pid, "SIGCONT"), 200 + Math.random() * 2_000)
  },
}

/** Without the log's segments, of which up to 64 stay open (decision 0035). */
function openFiles(): number {
  const links = `/proc/${relay.pid}/fd`
  return readdirSync(links).filter((each) => !targetOf(`${links}/${each}`).endsWith(".segment")).length
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return "" // closed meanwhile
  }
}

function sample(): void {
  const mib = Number(/^VmRSS:\s+(\d+)/m.exec(status())?.[1]) / 1_024
  const delays = people.flatMap((person) => person.takeDelays()).sort((a, b) => a - b)
  const p99 = delays[Math.floor(delays.length * 0.99)] ?? Number.NaN
  const accepted = people.reduce((sum, person) => sum + person.accepted, 0)
  samples.push({ mib, files: openFiles(), p99, accepted })
  const { files } = samples.at(-1)!
  console.log(
    `  ${number(accepted, 0)} accepted, p99 ${number(p99, 0)} ms, ${number(mib, 0)} MiB, ${files} files`,
  )
}

try {
  console.log(`${minutes} minutes of ${rate} messages a second, ${people.length} people in ${rooms} rooms`)
  for (const person of people) person.start()
  await pause(3_000)
  const began = performance.now()
  const isOver = () => performance.now() - began > minutes * 60_000
  const everyMs = Math.max(5_000, (minutes * 60_000) / 40)
  let said = 0
  let nextSample = began + everyMs
  let nextFault = began + 5_000
  while (!isOver()) {
    const now = performance.now()
    for (const due = ((now - began) / 1_000) * rate; said < due; said++) people[said % people.length]!.say()
    if (now > nextFault) {
      const [name, happen] = pick(Object.entries(FAULTS))
      faults[name] = (faults[name] ?? 0) + 1
      happen()
      nextFault = now + 1_000 + Math.random() * 5_000
    }
    if (now > nextSample) {
      nextSample += everyMs
      sample()
    }
    await pause(STEP_MS)
  }
  const until = performance.now() + DRAIN_MS
  while (performance.now() < until && people.some((person) => !person.isDone)) await pause(100)
  // Nobody says anything more: all of a room read to the same end.
  await pause(2_000)
  sample()
  let apart = 0
  for (let at = 0; at < people.length; at += PER_ROOM) {
    const ends = people.slice(at, at + PER_ROOM).map((person) => person.end)
    if (new Set(ends).size !== 1) apart++
  }
  const lost = people.reduce((sum, person) => sum + person.unmet, 0)
  const late = people.filter((person) => !person.isDone).length
  const quarter = Math.max(1, samples.length >> 2)
  const early = samples.slice(quarter, 2 * quarter + 1)
  const final = samples.slice(-quarter)
  const over = (what: "mib" | "files" | "accepted") =>
    [early, final].map((some) => median(some.map((each) => each[what]))) as [number, number]
  const [mibThen, mibNow] = over("mib")
  const [filesThen, filesNow] = over("files")
  const [keptThen, keptNow] = over("accepted")
  const index = ((keptNow - keptThen) * INDEX_BYTES) / 2 ** 20
  console.log(
    `said ${number(said, 0)}, accepted and lost ${lost}, never accepted ${late} people's, rooms that differ ${apart}`,
  )
  console.log(
    `p99 from saying to reading: ${number(median(samples.map(({ p99 }) => p99)), 0)} ms in the middle sample`,
  )
  console.log(
    `memory ${number(mibThen, 0)} then ${number(mibNow, 0)} MiB, of which ${number(index, 0)} for the index of ` +
      `${number(keptNow - keptThen, 0)} entries more; files ${filesThen} then ${filesNow}`,
  )
  console.log(
    `faults: ${Object.entries(faults)
      .map(([name, times]) => `${times} ${name}`)
      .join(", ")}`,
  )
  if (
    lost + apart + late > 0 ||
    mibNow - index > mibThen * MEMORY_SLACK ||
    filesNow > filesThen + FILES_SLACK
  )
    process.exitCode = 1
} finally {
  for (const person of people) person.stop()
  await relay.stop()
}
