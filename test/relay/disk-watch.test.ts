/** The low mark and the ballast, as a function of what was seen of the disk. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ballastSize, type DiskRoom, DiskWatch, journalSize, lowMark } from "../../src/relay/disk-watch.ts"
import type { OperatorEvent } from "../../src/relay/operator.ts"

const MIB = 1_048_576
const GIB = 1_024 * MIB

function watch(limits = { lowDiskBytes: 256 * MIB }) {
  const events: OperatorEvent[] = []
  const disk = new DiskWatch({ report: (event) => void events.push(event) }, limits)
  const look = (room: Partial<DiskRoom>, now = 0) =>
    disk.look({ freeBytes: 0, reusableBytes: 0, totalBytes: 100 * GIB, storeBytes: 0, ...room }, now)
  return { events, disk, look }
}

test.each([
  { total: 2 * MIB, low: 209_715, ballast: 262_144, journal: 131_072 },
  { total: 32 * MIB, low: 3_355_443, ballast: 4 * MIB, journal: 2 * MIB },
  { total: 1 * GIB, low: 107_374_182, ballast: 32 * MIB, journal: 16 * MIB },
  { total: 1_000 * GIB, low: 256 * MIB, ballast: 32 * MIB, journal: 16 * MIB },
])("of a disk of $total bytes, what is kept free is in proportion, and never much", (row) => {
  expect([lowMark(row.total, 256 * MIB), ballastSize(row.total), journalSize(row.total)]).toEqual([
    row.low,
    row.ballast,
    row.journal,
  ])
})

describe("the low mark", () => {
  test("is where the operator sets it, from the next look on, and never above a tenth of the disk", () => {
    const limits = { lowDiskBytes: 2 * GIB }
    const { disk, look } = watch(limits)
    const taken = (freeBytes: number) => {
      look({ freeBytes })
      return disk.hasRoom(1)
    }
    expect([taken(3 * GIB), taken(2 * GIB - 1)]).toEqual([true, false])
    limits.lowDiskBytes = 1 * GIB
    expect(taken(2 * GIB - 1)).toBe(true)
    limits.lowDiskBytes = 64 * GIB
    expect([taken(10 * GIB - 1), taken(13 * GIB)]).toEqual([false, true])
  })

  test("each change is said once, and a little more space is no change", () => {
    const { events, disk, look } = watch()
    const seen: boolean[] = []
    for (const freeBytes of [
      GIB,
      256 * MIB,
      256 * MIB - 1,
      10 * MIB,
      0,
      300 * MIB,
      320 * MIB - 1,
      320 * MIB,
      GIB,
    ]) {
      look({ freeBytes })
      seen.push(disk.hasRoom(1))
    }
    expect(seen).toEqual([true, true, false, false, false, false, false, true, true])
    expect(events).toEqual([
      { type: "storage.low", freeBytes: 256 * MIB - 1 },
      { type: "storage.ok", freeBytes: 320 * MIB },
    ])
  })

  test("what the database has free inside counts as free", () => {
    const { disk, look, events } = watch()
    look({ freeBytes: 10 * MIB, reusableBytes: 250 * MIB })
    expect([disk.hasRoom(1_000), events]).toEqual([true, []])
  })

  test("a write that found no space counts for three seconds, whatever the system says of its space", () => {
    const { events, disk, look } = watch()
    look({ freeBytes: GIB }, 1_000)
    disk.full(2_000)
    look({ freeBytes: GIB }, 4_999)
    expect(disk.hasRoom(1)).toBe(false)
    look({ freeBytes: GIB }, 5_000)
    expect(disk.hasRoom(1)).toBe(true)
    expect(events.map(({ type }) => type)).toEqual(["storage.low", "storage.ok"])
  })

  test("where nobody looks, one failed write does not close the relay", () => {
    const { events, disk } = watch()
    disk.full(1_000)
    expect([disk.hasRoom(1), events]).toEqual([true, []])
  })

  test("a large blob needs its size twice, and nobody's look means no limit", () => {
    const { disk, look } = watch()
    expect(disk.hasRoom(1e15)).toBe(true)
    look({ freeBytes: 4 * MIB, totalBytes: 32 * MIB })
    expect([disk.hasRoom(2 * MIB), disk.hasRoom(2 * MIB + 1)]).toEqual([true, false])
  })
})

describe("the ballast", () => {
  test("is taken when there is plenty, and left alone when there is not", () => {
    const { disk, look } = watch()
    look({ freeBytes: 544 * MIB })
    expect(disk.ballast).toBe("take")
    look({ freeBytes: 544 * MIB - 1 })
    expect(disk.ballast).toBeUndefined()
    look({ freeBytes: 0 })
    expect(disk.ballast).toBeUndefined()
  })

  test("is given up when a write found no space, and not taken again for a minute", () => {
    const { disk, look } = watch()
    look({ freeBytes: GIB }, 1_000)
    disk.full(2_000)
    expect(disk.ballast).toBe("release")
    look({ freeBytes: GIB }, 61_999)
    expect(disk.ballast).toBeUndefined()
    look({ freeBytes: GIB }, 62_000)
    expect(disk.ballast).toBe("take")
  })

  test("comes back also when the clock was set back meanwhile", () => {
    const { disk, look } = watch()
    disk.full(1e9)
    look({ freeBytes: GIB }, 5)
    expect(disk.ballast).toBe("take")
  })
})

test("property: on any disk, giving up the ballast leaves room to move the whole journal and something over", () => {
  fc.assert(
    fc.property(fc.integer({ min: 262_144, max: 2 ** 50 }), (total) => {
      expect(journalSize(total)).toBeLessThan(ballastSize(total))
      expect(ballastSize(total) % 4_096).toBe(0)
      expect(ballastSize(total) + 2 * lowMark(total, 64 * GIB)).toBeLessThanOrEqual(total / 2)
    }),
  )
})
