/** Files of the log that are not where they were, or not what they were, and a disk that does not give them today. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { PlatformError } from "../../src/platform/errors.ts"
import { crcChecksum, segmentFolder } from "../../src/platform/segment-files.ts"
import { EntryLog } from "../../src/relay/log.ts"
import { LogKeeper, SECRET } from "../support/log-keeper.ts"
import { SimSegments } from "../support/sim-segments.ts"

beforeAll(sodiumReady)
const scratch = mkdtempSync(join(tmpdir(), "log-files-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const NO_DAMAGE = { pieces: 0, bytes: 0, batches: 0, entries: 0 }
const DAY_MS = 86_400_000

/** Batches of which the database knows the first alone. */
async function written(batches: number, segmentBytes = 100_000): Promise<LogKeeper> {
  const keeper = new LogKeeper(new SimSegments(), 3, segmentBytes)
  for (let n = 0; n < batches; n++) {
    for (const ref of [1, 2, 3]) keeper.append(ref, 70)
    await keeper.commit()
  }
  return keeper
}

/** The same folder as it would be found. */
function found(keeper: LogKeeper): SimSegments {
  return keeper.disk.copy()
}

test.each([
  ["the end of one", (segment: number, at: number, length: number) => segment === 5 && at + length > 4_096],
  ["all of one", (segment: number) => segment === 5],
  ["a block of each", (_: number, at: number, length: number) => at < 5_000 && at + length > 4_500],
  ["the beginning of each", (_: number, at: number) => at < 4_096],
])("what the disk does not give at a start stays, whatever is tidied away: %s", async (_, isBad) => {
  const keeper = await written(200, 10_000)
  keeper.tend()
  const disk = found(keeper)
  const before = new Map([...disk.files].map(([segment, { cache }]) => [segment, cache]))
  const newest = disk.list().at(-1)!
  disk.unreadable = (segment, at, length) =>
    segment < newest && isBad(segment, at, length) ? "disk-failed" : undefined
  const other = keeper.on(disk)
  expect(other.log.damage.pieces).toBeGreaterThan(0)
  // It goes on behind it, and gives out no batch's number twice.
  for (let n = 0; n < 30; n++) {
    other.append(9)
    await other.commit()
    other.tend()
  }
  for (const [segment, bytes] of before)
    expect(disk.files.get(segment)!.cache.subarray(0, bytes.length)).toEqual(bytes)
  disk.unreadable = () => undefined
  other.reopen(disk.crash())
  expect(other.broken()).toEqual([])
  expect(other.log.damage).toEqual(NO_DAMAGE)
})

test("a disk that gives nothing at all is no damage: the relay does not start, and nothing is touched", async () => {
  const keeper = await written(20)
  const disk = found(keeper)
  disk.unreadable = () => "disk-failed"
  expect(() => keeper.on(disk)).toThrow(expect.objectContaining({ code: "failed" }))
  expect(disk.files.get(1)!.cache).toEqual(keeper.disk.files.get(1)!.cache)
})

test.each([
  ["of the newest segment", 100_000, 0, 1],
  ["of the newest segment, whatever number the database knows", 100_000, 0, 1_000],
  ["of one before it that the rows do not know yet", 4_000, 1, 1],
  ["of one before it that the rows know but for its end", 4_000, 1, 0],
])(
  "no entry's number is given out twice: the disk gives all %s, or the relay does not start",
  async (_, size, before, known) => {
    const keeper = await written(20, size)
    const disk = found(keeper)
    const bad = disk.list().at(-1)! - before
    keeper.database.number = known || keeper.log.state.segments.get(bad)!.lastBatch - 1
    const half = disk.files.get(bad)!.cache.length / 2
    disk.unreadable = (segment, at, length) =>
      segment === bad && at + length > half ? "disk-failed" : undefined
    const bytes = disk.files.get(bad)!.cache.slice()
    expect(() => keeper.on(disk)).toThrow(expect.objectContaining({ code: "failed" }))
    expect(disk.files.get(bad)!.cache).toEqual(bytes)
    disk.unreadable = () => undefined
    expect(keeper.on(disk).broken()).toEqual([])
  },
)

test("a damaged file goes when what came after it has gone", async () => {
  const keeper = await written(200, 10_000)
  const disk = found(keeper)
  disk.files.get(2)!.cache.fill(0xa5, 3_000, 7_000)
  const other = keeper.on(disk)
  for (const ref of [1, 2, 3]) other.drop(ref, 1_000)
  await other.commit()
  other.append(1)
  await other.commit()
  other.tend()
  expect(disk.list()).toHaveLength(1)
})

test("a segment under another number is neither read nor cut, and is there again under its own", async () => {
  const keeper = await written(20, 4_000)
  const disk = found(keeper)
  const last = disk.list().at(-1)!
  const file = disk.files.get(last)!
  const before = file.cache
  disk.files.delete(last)
  disk.files.set(last + 1, file)
  const other = keeper.on(disk)
  expect(other.log.damage.pieces).toBeGreaterThan(0)
  expect(other.log.end(1)!.lastSeq).toBeLessThan(20)
  expect(other.log.number).toBeGreaterThanOrEqual(keeper.log.number)
  expect(file.cache).toEqual(before)
  disk.files.delete(last + 1)
  disk.files.set(last, file)
  other.reopen(disk)
  expect(other.broken()).toEqual([])
})

test("a copy of a segment, and a segment of another relay, at the end of the log change nothing in it", async () => {
  const keeper = await written(20)
  const stranger = new LogKeeper(new SimSegments(), 8)
  stranger.append(1)
  await stranger.commit()
  const another = stranger.disk.files.get(1)!.cache
  another.fill(7, 16, 32)
  for (const bytes of [keeper.disk.files.get(1)!.cache, another]) {
    const disk = found(keeper)
    const before = bytes.slice()
    const handle = disk.create(5)
    handle.write(0, before)
    handle.syncNow()
    const other = keeper.on(disk)
    expect(other.broken()).toEqual([])
    other.tend()
    other.append(1)
    await other.commit()
    other.reopen(disk.crash())
    expect(other.broken()).toEqual([])
    expect(disk.files.get(5)!.cache.subarray(0, before.length)).toEqual(before)
  }
})

test("a segment that is gone in the middle is said by the entries that are missing", async () => {
  const keeper = await written(60, 4_000)
  const disk = found(keeper)
  const gone = disk.list()[3]!
  const live = [...keeper.log.state.channels.values()].flatMap(({ places }) =>
    Array.from({ length: places.next - places.first }, (_, n) => places.get(places.first + n)!.segment),
  )
  disk.files.delete(gone)
  const { damage } = keeper.on(disk).log
  expect(damage).toEqual({ ...NO_DAMAGE, entries: live.filter((segment) => segment === gone).length })
  expect(damage.entries).toBeGreaterThan(10)
})

test("a name that is nearly a segment's is nobody's: no segment is read twice", () => {
  const path = join(scratch, "names")
  const folder = segmentFolder(path)
  folder.create(1).close()
  for (const name of ["1.segment", "00000000001.segment", "0000000000.segment", "0000000002.segment~"])
    writeFileSync(join(path, name), "x")
  expect(folder.list()).toEqual([1])
  expect(() => folder.create(2 ** 32 - 1)).toThrow(expect.objectContaining({ code: "disk-failed" }))
})

test.skipIf(process.platform === "win32")(
  "once names were synced nobody else can take the descriptor for it, and what cannot be deleted says so",
  () => {
    const path = join(scratch, "descriptor")
    const folder = segmentFolder(path)
    folder.syncNames()
    mkdirSync(join(path, "0000000007.segment"))
    expect(() => folder.remove(7)).toThrow(PlatformError)
    folder.remove(8)
    renameSync(path, `${path}-elsewhere`)
    folder.syncNames()
    folder.close()
    expect(() => folder.syncNames()).toThrow(PlatformError)
  },
)

test("segments in which no batch is whole are read in one go, and the fields in them are found", async () => {
  const keeper = await written(300)
  const disk = found(keeper)
  // A bit of each entry's bytes: each batch fails its checksum, and no field is another.
  for (const ref of [1, 2, 3])
    for (let seq = 1; seq <= 300; seq++) {
      const { segment, at, size } = keeper.log.state.channels.get(ref)!.places.get(seq)!
      disk.files.get(segment)!.cache[at + size - 20]! ^= 1
    }
  let checked = 0
  const log = new EntryLog(
    {
      folder: disk,
      secret: SECRET,
      checksum: (bytes, seed) => {
        checked += bytes.length
        return crcChecksum(bytes, seed)
      },
    },
    (ref) => keeper.database.rows.get(ref),
    keeper.log.number,
  )
  expect(log.damage.pieces).toBe(300)
  expect(log.end(1)!.lastSeq).toBe(300)
  expect(checked).toBeLessThan(3 * keeper.log.state.bytes)
})

test("also a relay that is started every day begins a segment for each day", async () => {
  const keeper = new LogKeeper(new SimSegments(), 1)
  for (let n = 0; n < 10; n++) {
    keeper.append(1, 100)
    await keeper.commit()
    keeper.now += DAY_MS * 0.75
    keeper.reopen(keeper.disk.crash())
  }
  expect(keeper.disk.list().length).toBeGreaterThan(3)
  expect(keeper.broken()).toEqual([])
})

test("when everything has expired, one segment is left that says how far the log was", async () => {
  const keeper = await written(30, 2_000)
  for (const ref of [1, 2, 3]) keeper.drop(ref, 100)
  await keeper.commit()
  keeper.tend()
  const left = keeper.disk.list()
  expect(left).toHaveLength(1)
  for (let n = 0; n < 5; n++) {
    keeper.tend()
    expect(keeper.disk.list()).toEqual(left)
    expect(keeper.log.state.bytes).toBeLessThan(100)
    const { number } = keeper.log
    keeper.reopen(keeper.disk.crash())
    expect(keeper.log.number).toBe(number)
    expect(keeper.log.damage).toEqual(NO_DAMAGE)
  }
  keeper.append(2)
  await keeper.commit()
  keeper.reopen(keeper.disk.crash())
  expect(keeper.broken()).toEqual([])
})

test("when others have all descriptors, nothing is damaged: the log makes room among its own", async () => {
  const young = await written(2, 100_000)
  young.disk.descriptors = 1
  for (let n = 0; n < 200; n++) {
    young.append(1)
    await young.commit()
  }
  expect(young.disk.list().length).toBeGreaterThan(1)
  young.disk.descriptors = 2
  expect(young.broken()).toEqual([])
  const keeper = await written(60, 1_000)
  const disk = found(keeper)
  disk.descriptors = 2
  const other = keeper.on(disk)
  expect(disk.list().length).toBeGreaterThan(10)
  expect(other.broken()).toEqual([])
  for (let n = 0; n < 20; n++) {
    other.append(1)
    await other.commit()
  }
  expect(other.broken()).toEqual([])
})

test("a file that may not be opened says nothing of the entries in it", async () => {
  const keeper = await written(20)
  keeper.disk.unreadable = () => "not-permitted"
  for (const read of [() => keeper.log.read(1, 3), () => keeper.log.readFrom(1, 1, 10, 10_000)])
    expect(read).toThrow(expect.objectContaining({ code: "failed" }))
  keeper.disk.unreadable = () => undefined
  expect(keeper.broken()).toEqual([])
})

test("entries that cannot be read are left out, and those beside them are read", async () => {
  const keeper = await written(20)
  const { at } = keeper.log.state.channels.get(1)!.places.get(7)!
  keeper.disk.unreadable = (_, from, length) => (from <= at && at < from + length ? "disk-failed" : undefined)
  const numbers = keeper.log.readFrom(1, 1, 100, Infinity).map(({ seq }) => seq)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n + 1).filter((seq) => seq !== 7))
  expect(keeper.log.read(1, 7)).toBeUndefined()
  expect(keeper.log.readHeld(1, 6, 8).map(({ seq }) => seq)).toEqual([6, 8])
})
