/** A log to which everything happens that may happen to one, and what was ever written there. */
import fc from "fast-check"
import { expect } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { MemoryDisk } from "../../src/relay/store-memory.ts"
import type { MemorySnapshot } from "../../src/relay/store-memory-disk.ts"
import type { ChannelRow } from "../../src/relay/store.ts"
import { CoreBench, handshake, open, START, upload } from "./core-bench.ts"
import { LogReader } from "./log-reader.ts"
import { RelayPerson, sealedEntry } from "./relay-people.ts"
import { ROOM } from "./room-bench.ts"
import { seeded, seededRandom } from "./sim.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** What may happen to a log. */
export const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("append" as const), count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("days" as const), count: fc.integer({ min: 1, max: 25 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("damage" as const),
      at: fc.nat(),
      how: fc.constantFrom("unreadable" as const, "altered" as const, "missing" as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("read" as const), who: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom("crash" as const, "backup" as const, "restore" as const) }),
  },
)
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** How often what is to be tested really came about. */
export const seen = { resumed: 0, reset: 0, damaged: 0, expired: 0, restored: 0 }

/** One relay, one log, three readers; time, damage, crashes and backups at hand. */
export class LogWorld {
  readonly #random = seededRandom(seeded(3))
  readonly #alice = new RelayPerson("alice", this.#random)
  readonly #disk = new MemoryDisk(this.#random.bytes(16))
  #bench = new CoreBench({ disk: this.#disk })
  #backup: MemorySnapshot | undefined
  /** Every entry that was ever accepted under a number, in hex: more than one after a backup was put back. */
  readonly #written = new Map<number, Set<string>>()
  readonly #readers = [new LogReader(), new LogReader(), new LogReader()]

  async begin(): Promise<void> {
    await this.#bench.join("alice", this.#alice)
    this.#backup = this.#disk.snapshot()
  }

  async step(what: Happening): Promise<void> {
    switch (what.kind) {
      case "append":
        return this.#append(what.count)
      case "days":
        for (let hours = 0; hours < what.count * 24; hours++) await this.#bench.pass(HOUR)
        return
      case "damage": {
        const ref = this.#disk.channels.get(toHex(ROOM))
        const seqs = ref === undefined ? [] : [...this.#disk.logs[ref]!.entries.keys()]
        if (seqs.length > 0) this.#disk.damage(ROOM, seqs[what.at % seqs.length]!, what.how)
        return
      }
      case "read":
        return this.read(what.who)
      case "backup":
        this.#backup = this.#disk.snapshot()
        return
      case "restore":
        seen.restored++
        return this.#restart(() => this.#disk.restore(this.#backup!))
      case "crash":
        return this.#restart(() => {})
    }
  }

  async #append(count: number): Promise<void> {
    const wire = await this.#bench.comeBack(this.#alice)
    const opened = await wire.expect(open(ROOM), "opened")
    await wire.drained()
    let { nextPosition } = opened
    for (let n = 0; n < count; n++) {
      const isHandshake = nextPosition === 0 || n % 3 === 2
      const entry = sealedEntry(this.#random, { kind: isHandshake ? "handshake" : "message" })
      const { handle } = opened
      const message = isHandshake
        ? handshake(handle, nextPosition++, entry)
        : upload(handle, nextPosition - 1, entry)
      const { seq } = await wire.expect(message, "accepted")
      this.#written.set(seq, (this.#written.get(seq) ?? new Set()).add(toHex(entry)))
    }
    await wire.drop()
  }

  async read(who: number): Promise<void> {
    const reader = this.#readers[who]!
    reader.entries.clear()
    reader.damaged.length = 0
    const from = reader.cursor
    const wire = await this.#bench.comeBack(this.#alice)
    const opened = (await reader.read(wire, ROOM))!
    const row = this.#bench.store.findChannel(ROOM)
    const begins = opened.resumed ? from + 1 : opened.firstSeq
    if (!opened.resumed && from >= opened.firstSeq - 1) seen.reset++
    if (opened.resumed && from > 0) seen.resumed++
    if (opened.firstSeq > 1) seen.expired++
    checkRead(reader, begins, this.#written, row)
    seen.damaged += reader.damaged.length
    if (opened.firstSeq > 1 && this.#bench.now <= START + 30 * DAY)
      throw new Error("something young has gone")
    await wire.drop()
  }

  #restart(meanwhile: () => void): void {
    const { now } = this.#bench
    this.#bench.store.crash()
    meanwhile()
    this.#bench = new CoreBench({ disk: this.#disk, seed: 2 })
    this.#bench.now = now
  }
}

/** All from there on, each as it was written or named, and what is said of the end is the end. */
function checkRead(
  reader: LogReader,
  begins: number,
  written: ReadonlyMap<number, Set<string>>,
  row: ChannelRow | undefined,
): void {
  const got = new Set(reader.entries.keys())
  for (const [first, last] of reader.damaged) for (let seq = first; seq <= last; seq++) got.add(seq)
  expect([...got].toSorted((a, b) => a - b)).toEqual(numbers(begins, reader.opened!.lastSeq))
  for (const [seq, entry] of reader.entries) expect(written.get(seq)!.has(entry)).toBe(true)
  expect(toHex(reader.head)).toBe(toHex(row?.head ?? new Uint8Array(32)))
  if (reader.opened!.lastSeq >= begins) expect(reader.nextPosition).toBe(row!.nextPosition)
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at)
}
