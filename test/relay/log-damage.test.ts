/** Damage to segments of the log: every bit of them, every page, and every place where a write can end. */
import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { isIntact } from "../../src/relay/damage.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { keysOf, segmentHead } from "../../src/relay/log-format.ts"
import type { EntryLog } from "../../src/relay/log.ts"
import { LogKeeper, SECRET } from "../support/log-keeper.ts"
import { seeded } from "../support/sim.ts"
import { SimSegments } from "../support/sim-segments.ts"

beforeAll(sodiumReady)

const CHANNELS = [1, 2, 3]
/** What is appended after the damage. */
const LATER = "2 5"

/** A few batches of a few channels, of which the database knows all or only the first. */
async function written(batches: number, isKnown: boolean): Promise<LogKeeper> {
  const keeper = new LogKeeper(new SimSegments(), 3, 100_000)
  for (let n = 0; n < batches; n++) {
    for (const ref of CHANNELS) keeper.append(ref, 70)
    keeper.append(1, 90)
    await keeper.commit()
  }
  if (isKnown) keeper.database.number = keeper.log.number
  return keeper
}

/** As a reader gets it: entries as they were written, by channel; the others are named as damaged. */
function readable(log: EntryLog): Map<string, string> {
  const found = new Map<string, string>()
  for (const ref of CHANNELS)
    for (let seq = log.first(ref); seq <= (log.end(ref)?.lastSeq ?? 0); seq++) {
      const record = log.read(ref, seq)
      const isWhole = record !== undefined && isIntact(nodePrimitives, record, seq)
      found.set(`${ref} ${seq}`, isWhole ? toHex(record.eid) : "damaged")
    }
  return found
}

/** Nothing else than what was written, or named. @returns how many are named, and how many are not even counted. */
function compare(whole: Map<string, string>, now: Map<string, string>): { named: number; gone: number } {
  let named = 0
  for (const [name, eid] of now) {
    if (eid === "damaged") named++
    else if (name !== LATER) expect([name, eid]).toEqual([name, whole.get(name)])
  }
  return { named, gone: whole.size - now.size }
}

function spoilt(keeper: LogKeeper, spoil: (bytes: Uint8Array) => void): LogKeeper | StoreError {
  const disk = keeper.disk.copy()
  spoil(disk.files.get(1)!.cache)
  try {
    return keeper.on(disk)
  } catch (cause) {
    if (cause instanceof StoreError) return cause
    throw cause
  }
}

test("any bit of a segment flips: at most one entry is named, and none is another", async () => {
  const keeper = await written(4, true)
  const whole = readable(keeper.log)
  const { length } = keeper.disk.files.get(1)!.cache
  const seen = { whole: 0, named: 0 }
  for (let at = 0; at < length; at++) {
    const found = spoilt(keeper, (bytes) => (bytes[at]! ^= 1 << (at % 8)))
    if (found instanceof StoreError) throw found
    const { named, gone } = compare(whole, readable(found.log))
    expect({ at, gone, isOne: named <= 1 }).toEqual({ at, gone: 0, isOne: true })
    for (const ref of CHANNELS) expect(toHex(found.log.end(ref)!.head)).toBe(toHex(keeper.log.end(ref)!.head))
    if (named === 0) seen.whole++
    else seen.named++
    expect(found.log.damage.pieces).toBe(1)
    // The log goes on behind it, and the next start finds the same.
    found.append(2)
    await found.commit()
    found.reopen(found.disk.crash())
    expect(compare(whole, readable(found.log)).named).toBe(named)
  }
  expect(seen.named).toBeGreaterThan(length / 3)
  expect(seen.whole).toBeGreaterThan(length / 20)
}, 300_000)

test("a page is overwritten in the middle: what stands behind it is never cut off", async () => {
  const keeper = await written(40, false)
  const whole = readable(keeper.log)
  const { length } = keeper.disk.files.get(1)!.cache
  for (let at = 0; at < length - 8_192; at += 512) {
    const found = spoilt(keeper, (bytes) => void bytes.fill(0xa5, at, at + 4_096))
    if (found instanceof StoreError) throw found
    const { named, gone } = compare(whole, readable(found.log))
    expect({ at, gone, isSome: named > 0 && named < 40 }).toEqual({ at, gone: 0, isSome: true })
    // It stays as it was found.
    expect(found.disk.files.get(1)!.cache.slice(at, at + 4_096)).toEqual(new Uint8Array(4_096).fill(0xa5))
  }
}, 60_000)

test.each([
  ["the file ends there", (bytes: Uint8Array, at: number) => bytes.subarray(0, at)],
  ["zeros follow", (bytes: Uint8Array, at: number) => bytes.fill(0, at)],
  ["something else follows", (bytes: Uint8Array, at: number) => bytes.fill(0x5c, at)],
])(
  "the last write is torn at every place (%s): it never was",
  async (_, tear) => {
    const keeper = await written(2, true)
    const before = readable(keeper.log)
    const from = keeper.disk.files.get(1)!.cache.length
    for (const ref of CHANNELS) keeper.append(ref, 80)
    await keeper.commit()
    const size = keeper.disk.files.get(1)!.cache.length
    for (let at = from; at < size - 8; at++) {
      const disk = keeper.disk.copy()
      const file = disk.files.get(1)!
      file.cache = tear(file.cache, at).slice()
      const other = keeper.on(disk)
      expect(readable(other.log)).toEqual(before)
      expect(other.log.damage.pieces).toBe(0)
      expect(file.cache.length).toBe(from)
      other.append(1)
      await other.commit()
      other.reopen(other.disk.crash())
      expect(readable(other.log).size).toBe(before.size + 1)
    }
  },
  60_000,
)

test("a last batch that the database knows of is not taken for a torn write", async () => {
  const keeper = await written(3, true)
  const whole = readable(keeper.log)
  const found = spoilt(keeper, (bytes) => (bytes[bytes.length - 200]! ^= 1))
  if (found instanceof StoreError) throw found
  expect(compare(whole, readable(found.log)).gone).toBe(0)
})

test("a database older than the log is refused: numbers would be given out twice", async () => {
  const keeper = await written(2, true)
  const older = structuredClone(keeper.database)
  keeper.append(7)
  await keeper.commit()
  keeper.append(1)
  await keeper.commit()
  Object.assign(keeper.database, older)
  expect(() => keeper.reopen(keeper.disk.crash())).toThrow(expect.objectContaining({ code: "damaged" }))
})

test("a log that is gone is not begun anew, and one of a later version is not touched", async () => {
  const keeper = await written(2, true)
  expect(() => keeper.on(new SimSegments())).toThrow(expect.objectContaining({ code: "damaged" }))
  const disk = keeper.disk.copy()
  disk.files.get(1)!.cache.set(segmentHead(keysOf(SECRET, 1), 9))
  expect(() => keeper.on(disk)).toThrow(expect.objectContaining({ code: "unsuitable" }))
})

test("what a client uploads is never taken for a part of the log", async () => {
  const keeper = await written(2, false)
  const { cache } = keeper.disk.files.get(1)!
  // An entry that holds a whole batch of another log, and one of this log as an enemy without its secret knows it.
  const stranger = cache.slice(64)
  const chance = seeded(4)
  for (let at = 0; at < stranger.length; at += 4)
    if (chance.below(2) === 0) stranger[at]! ^= 1 + chance.below(255)
  keeper.append(1, 70)
  await keeper.commit()
  const found = spoilt(keeper, (bytes) => bytes.set(stranger.subarray(0, 300), 200))
  if (found instanceof StoreError) throw found
  for (const eid of readable(found.log).values())
    expect(eid === "damaged" || [...readable(keeper.log).values()].includes(eid)).toBe(true)
})
