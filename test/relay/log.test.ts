/** The log of entries on a simulated disk: crashes, power cuts, torn writes, full and failing disks, refused batches. */
import { beforeAll, describe, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { LogKeeper } from "../support/log-keeper.ts"
import { type Chance, seeded } from "../support/sim.ts"
import { DeadDisk, SimSegments } from "../support/sim-segments.ts"

beforeAll(sodiumReady)

const CHANNELS = 5

/** Some writes of one batch; now and then something is dropped. */
function stage(keeper: LogKeeper, chance: Chance): void {
  for (let n = 1 + chance.below(6); n > 0; n--) keeper.append(1 + chance.below(CHANNELS))
  if (chance.below(3) === 0) keeper.drop(1 + chance.below(CHANNELS), 1 + chance.below(30))
}

async function work(keeper: LogKeeper, chance: Chance, batches: number): Promise<void> {
  for (let n = 0; n < batches; n++) {
    stage(keeper, chance)
    if (chance.below(6) === 0) await keeper.refuse()
    else if (chance.below(8) === 0) keeper.rollBack()
    else await keeper.commit()
    if (chance.below(4) === 0) keeper.tend()
  }
}

test("entries come back in order, by number and by name, through many segments", async () => {
  const keeper = new LogKeeper(new SimSegments(), 1)
  await work(keeper, seeded(2), 200)
  expect(keeper.broken()).toEqual([])
  expect(keeper.disk.list().length).toBeGreaterThan(2)
  keeper.reopen(keeper.disk.crash())
  expect(keeper.broken()).toEqual([])
  expect(keeper.log.damage).toEqual({ pieces: 0, bytes: 0, batches: 0, entries: 0 })
})

test("what was dropped leaves the disk: it stays in proportion to what is kept", async () => {
  const keeper = new LogKeeper(new SimSegments(), 1)
  for (let round = 0; round < 60; round++) {
    for (let n = 0; n < 10; n++) for (let ref = 1; ref <= CHANNELS; ref++) keeper.append(ref, 400)
    await keeper.commit()
    for (let ref = 1; ref <= CHANNELS; ref++) keeper.drop(ref, 9)
    // One channel is never read up: its entries stand alone in every segment.
    keeper.append(9, 100)
    await keeper.commit()
    keeper.tend()
  }
  expect(keeper.broken()).toEqual([])
  const kept = [...keeper.log.state.segments.values()].reduce((sum, { live }) => sum + live, 0)
  const taken = [...keeper.disk.files.values()].reduce((sum, { cache }) => sum + cache.length, 0)
  expect(taken).toBeLessThan(2 * kept + 4 * 30_000)
  keeper.reopen(keeper.disk.crash())
  expect(keeper.broken()).toEqual([])
})

describe("whatever the moment", () => {
  const LIVES = 6
  const WORLDS = Number(process.env["SEEDS"] ?? 60)

  test.each(["kill -9", "a power cut", "kill -9, and a power cut after the next start"])(
    "of %s, what was promised is there, and of the rest all or nothing",
    async (how) => {
      let batches = 0
      for (let seed = 1; seed <= WORLDS; seed++) {
        const chance = seeded(seed)
        const keeper = new LogKeeper(new SimSegments(), seed)
        for (let life = 0; life < LIVES; life++) {
          const deadAt = 1 + chance.below(60)
          keeper.disk.failAt = (n) => (n < deadAt ? undefined : chance.below(3) === 0 ? "torn" : "die")
          keeper.diesBeforeDatabase = () => chance.below(25) === 0
          await work(keeper, chance, 25).catch((cause: unknown) => {
            if (!(cause instanceof DeadDisk) && !(cause instanceof Error && cause.cause instanceof DeadDisk))
              throw cause
          })
          if (how.startsWith("kill")) keeper.reopen(keeper.disk.crash())
          if (how.includes("power")) keeper.reopen(keeper.disk.crash(chance))
          expect({ seed, life, broken: keeper.broken() }).toEqual({ seed, life, broken: [] })
        }
        batches += keeper.log.number
      }
      expect(batches).toBeGreaterThan(WORLDS * 20)
    },
  )

  test.each(["full", "failed"] as const)("the disk is %s at each operation in turn", async (fault) => {
    for (let deadAt = 1; deadAt <= 60; deadAt++) {
      const chance = seeded(5)
      const keeper = new LogKeeper(new SimSegments(), 5)
      keeper.disk.failAt = (n) => (n === deadAt ? fault : undefined)
      const failure = await work(keeper, chance, 25).then(
        () => undefined,
        (cause: unknown) => cause,
      )
      expect(failure).toMatchObject({ name: "StoreError" })
      const isOver = (failure as { code: string }).code === "failed"
      if (fault === "failed") expect(isOver).toBe(true)
      if (!isOver) {
        // It goes on: nothing of the batch was kept, and there is room again.
        keeper.rollBack()
        expect(keeper.broken()).toEqual([])
        await work(keeper, chance, 10)
        expect(keeper.broken()).toEqual([])
      }
      keeper.reopen(keeper.disk.crash())
      expect(keeper.broken()).toEqual([])
    }
  })
})

test("the index has a limit, which refuses new entries; a channel counts as ten", async () => {
  const keeper = new LogKeeper(new SimSegments(), 1, 8_000, 13)
  for (let n = 0; n < 3; n++) keeper.append(1)
  await keeper.commit()
  expect(() => keeper.append(1)).toThrow(expect.objectContaining({ code: "full" }))
  keeper.rollBack()
  keeper.drop(1, 1)
  await keeper.commit()
  keeper.append(2)
  await keeper.commit()
  expect(keeper.broken()).toEqual([])
  expect(() => keeper.append(3)).toThrow(expect.objectContaining({ code: "full" }))
  keeper.rollBack()
})

test("of channels whose entries are all gone nothing stays in memory, and they go on where they were", async () => {
  const keeper = new LogKeeper(new SimSegments(), 1)
  const refs = Array.from({ length: 50 }, (_, n) => n + 1)
  for (let round = 0; round < 3; round++) {
    for (const ref of refs) keeper.append(ref)
    await keeper.commit()
    expect(keeper.log.state.channels.size).toBe(50)
    for (const ref of refs) keeper.drop(ref, 1)
    await keeper.commit()
    expect(keeper.log.state.channels.size).toBe(0)
    expect(keeper.broken()).toEqual([])
    if (round > 0) keeper.tend()
    keeper.reopen(keeper.disk.crash())
    expect(keeper.log.state.channels.size).toBe(0)
    expect(keeper.broken()).toEqual([])
  }
})

test("of many segments some are open, and never is the one closed that is being synced", async () => {
  const disk = new SimSegments()
  const keeper = new LogKeeper(disk, 1, 500)
  for (let n = 0; n < 200; n++) {
    keeper.append(1, 300)
    await keeper.commit()
  }
  expect(disk.list().length).toBeGreaterThan(70)
  keeper.append(1, 300)
  const committing = keeper.commit()
  for (let seq = 1; seq <= 200; seq++) expect(keeper.log.read(1, seq)?.seq).toBe(seq)
  await committing
  expect(keeper.broken()).toEqual([])
  keeper.reopen(disk.crash())
  expect(keeper.broken()).toEqual([])
})

test("copies of old entries begin no segments of their own", async () => {
  const keeper = new LogKeeper(new SimSegments(), 1, 60_000)
  for (let n = 0; n < 100; n++) {
    for (let m = 0; m < 4; m++) keeper.append(1, 300)
    if (n % 3 === 0) keeper.append(2, 300)
    await keeper.commit()
  }
  keeper.drop(1, 400)
  keeper.now += 30 * 86_400_000
  keeper.append(3)
  await keeper.commit()
  const before = keeper.disk.list().at(-1)!
  for (let n = 0; n < 10; n++) {
    keeper.tend()
    keeper.append(3)
    await keeper.commit()
  }
  expect(keeper.disk.list().at(-1)! - before).toBeLessThan(3)
  expect(keeper.broken()).toEqual([])
})
