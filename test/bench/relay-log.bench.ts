/**
 * The relay's store by itself: what an entry costs in the log and in SQLite, in turns in one run, and how long a start
 * with a million entries takes. Entries of the size of our smallest envelope; each commit is synced.
 *
 *     npm run bench -- relay-log [--entries 1000000]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { checkOf } from "../../src/relay/damage.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import type { NewEntry, RelayStore } from "../../src/relay/store.ts"

const ENTRY_BYTES = 1_097
const CHANNELS = 50
const ROUNDS = 5
const COMMITS = 150
const BATCHES = [1, 8, 64] as const

const option = process.argv.indexOf("--entries")
const ENTRIES = option < 0 ? 1_000_000 : Number(process.argv[option + 1])

await sodiumReady()
const base = mkdtempSync(join(tmpdir(), "bench-log-"))
let folders = 0
const freshPath = () => {
  const folder = join(base, String(++folders))
  mkdirSync(folder)
  return join(folder, "relay.db")
}

/** Fills channels in turn. Making the entries is not measured. */
class Filler {
  readonly #channels = Array.from({ length: CHANNELS }, () => ({ ref: 0, seq: 0, head: EMPTY_HEAD }))
  #turn = 0

  constructor(store: RelayStore) {
    for (const channel of this.#channels) channel.ref = store.createChannel(systemRandom.bytes(32))
  }

  next(): { ref: number; entry: NewEntry } {
    const channel = this.#channels[this.#turn++ % CHANNELS]!
    const bytes = systemRandom.bytes(ENTRY_BYTES)
    bytes[0] = 1
    const eid = nodePrimitives.sha("sha256", bytes)
    const [seq, before, time] = [++channel.seq, channel.head, 1_000 + this.#turn]
    channel.head = nextHead(before, seq, 1, eid, time)
    const check = checkOf(nodePrimitives, { before, seq, time, position: 0 }, eid)
    const none = { blobHash: undefined, tokenHash: undefined }
    const entry = {
      seq,
      time,
      position: 0,
      eid,
      before,
      head: channel.head,
      check,
      bytes,
      weight: ENTRY_BYTES,
      ...none,
    }
    return { ref: channel.ref, entry }
  }
}

function written(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1] ?? 0)
}

interface Cost {
  cpu: number
  bytes: number
  ms: number
}

async function cost(store: RelayStore, filler: Filler, batch: number): Promise<Cost> {
  const total = { cpu: 0, bytes: 0, ms: 0 }
  for (let commit = 0; commit < COMMITS; commit++) {
    const entries = Array.from({ length: batch }, () => filler.next())
    const [before, cpu, began] = [written(), process.cpuUsage(), performance.now()]
    for (const { ref, entry } of entries) {
      store.findEntry(ref, entry.eid)
      store.append(ref, entry)
    }
    await store.commit()
    store.tidy()
    total.ms += performance.now() - began
    const { user, system } = process.cpuUsage(cpu)
    total.cpu += user + system
    total.bytes += written() - before
  }
  const count = COMMITS * batch
  return { cpu: total.cpu / count, bytes: total.bytes / count, ms: total.ms / COMMITS }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

const stores = {
  log: openRelayStore(freshPath(), { layOut: true }),
  SQLite: new SqliteRelayStore({ path: freshPath(), random: systemRandom, layOut: true }),
}
const sides = Object.entries(stores).map(([name, store]) => ({ name, store, filler: new Filler(store) }))
for (const { store } of sides) await store.commit()
for (const batch of BATCHES) {
  const found = new Map<string, Cost[]>(sides.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, store, filler } of sides) found.get(name)!.push(await cost(store, filler, batch))
  const of = (name: string, what: keyof Cost) => median(found.get(name)!.map((each) => each[what]))
  for (const { name } of sides)
    console.log(
      `${String(batch).padStart(3)} a commit, ${name.padEnd(6)}: ${of(name, "cpu").toFixed(1)} µs CPU and ${of(name, "bytes").toFixed(0)} B written an entry, ${of(name, "ms").toFixed(2)} ms a commit`,
    )
  console.log(
    `     log ÷ SQLite: CPU ${(of("log", "cpu") / of("SQLite", "cpu")).toFixed(2)}, bytes ${(of("log", "bytes") / of("SQLite", "bytes")).toFixed(2)}`,
  )
}
for (const { store } of sides) store.close()

const path = freshPath()
const large = openRelayStore(path)
const filler = new Filler(large)
for (let n = 0; n < ENTRIES; n++) {
  const { ref, entry } = filler.next()
  large.append(ref, entry)
  if (n % 2_000 === 1_999) await large.commit()
}
await large.commit()
large.close()
const [before, began, cpu] = [process.memoryUsage().rss, performance.now(), process.cpuUsage()]
const again = openRelayStore(path)
const { user, system } = process.cpuUsage(cpu)
const grown = (process.memoryUsage().rss - before) / 1_048_576
console.log(
  `start with ${ENTRIES} entries, ${(again.logBytes / 1_048_576).toFixed(0)} MiB: ${((performance.now() - began) / 1_000).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s CPU, ${grown.toFixed(0)} MiB more memory`,
)
again.close()
rmSync(base, { recursive: true, force: true })
