import { beforeEach, expect, test } from "vitest"
import {
  MAX_PACKAGES,
  PACKAGE_LOW,
  PACKAGE_STOCK,
  type PackageRecord,
  PackageStock,
} from "../../src/client/packages.ts"
import { decodeRecord } from "../../src/client/records.ts"
import { MAX_PACKAGES_PER_PUT } from "../../src/protocol/messages.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const DAY = 24 * 3_600_000

let context: FakeContext
let stock: PackageStock
beforeEach(async () => {
  context = await fakeContext()
  stock = new PackageStock(context)
})

/** Answers until nothing is asked any more. @returns how many packages went up at a time, the last resort as "L". */
async function published(): Promise<(number | "L")[]> {
  const batches: (number | "L")[] = []
  while (context.link.questions.length > 0) {
    const question = context.link.questions[0]!
    if (question.type !== "putPackages") throw new RangeError(question.type)
    batches.push(question.lastResort ? "L" : question.packages.length)
    // Saved before it is handed out.
    expect(context.store.count("package", {})).toBeGreaterThanOrEqual(question.packages.length)
    await context.link.answer({ type: "done", rid: 1 })
  }
  return batches
}

test("a relay that has none gets a last resort and a full stock, in portions", async () => {
  await stock.refill(0, false)
  const batches = await published()
  expect(batches[0]).toBe("L")
  const counts = batches.slice(1).map(Number)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(PACKAGE_STOCK)
  expect(Math.max(...counts)).toBeLessThanOrEqual(MAX_PACKAGES_PER_PUT)
  expect(context.store.count("package", {})).toBe(PACKAGE_STOCK + 1)
})

test("what is published is what was saved, its private half beside it", async () => {
  await stock.refill(0, true)
  const question = context.link.questions[0]!
  const saved = context.store.range("package", {}).map(({ value }) => decodeRecord<PackageRecord>(value))
  expect(
    question.type === "putPackages" &&
      question.packages.every((each) => saved.some((own) => own.public.join() === each.join())),
  ).toBe(true)
  for (const own of saved) {
    expect(own.private.length).toBeGreaterThan(100)
    expect(own.notAfter).toBe(own.madeAt + 30 * DAY)
    const seen = await context.engine.inspectKeyPackage(own.public)
    expect([seen.accountId, seen.deviceId, seen.suite]).toEqual([
      context.identity.account.accountId,
      context.identity.device.deviceId,
      "xwing",
    ])
  }
})

for (const [left, wanted] of [
  [PACKAGE_STOCK, 0],
  [PACKAGE_LOW, 0],
  [PACKAGE_LOW - 1, PACKAGE_STOCK - PACKAGE_LOW + 1],
] as const) {
  test(`with ${left} left, ${wanted} are made`, async () => {
    await stock.refill(0, false)
    await published()
    await stock.refill(left, true)
    expect((await published()).reduce<number>((sum, count) => sum + Number(count), 0)).toBe(wanted)
  })
}

test("a last resort that we have lost is replaced, whatever the relay holds", async () => {
  await stock.refill(PACKAGE_STOCK, true)
  expect(await published()).toEqual(["L"])
  await stock.refill(PACKAGE_STOCK, true)
  expect(await published()).toEqual([])
})

test("one refill at a time; the end of the connection ends it", async () => {
  await stock.refill(PACKAGE_STOCK, true)
  await published()
  await stock.refill(0, true)
  await stock.refill(0, true)
  expect(context.link.questions).toHaveLength(1)
  stock.disconnected()
  await stock.refill(0, true)
  expect(context.link.questions).toHaveLength(2)
})

test("however often it is asked, no more than so many wait here", async () => {
  for (let i = 0; i < 14; i++) {
    await stock.refill(0, true)
    await published()
  }
  expect(context.store.count("package", {})).toBeLessThanOrEqual(MAX_PACKAGES + 1)
  await stock.refill(0, true)
  expect(await published()).toEqual([])
}, 300_000)

test("a last resort that ran out is replaced at once, and forgotten a week after its time", async () => {
  await stock.refill(PACKAGE_STOCK, true)
  await published()
  const [before] = context.store.range("package", {}).map(({ key }) => key)
  context.clock.pass(30 * DAY - 1)
  await stock.refill(PACKAGE_STOCK, true)
  expect(await published()).toEqual([])
  context.clock.pass(1)
  await stock.refill(PACKAGE_STOCK, true)
  expect(await published()).toEqual(["L"])
  // Somebody may have taken it in time.
  expect(context.store.get("package", before!)).toBeDefined()
  expect(context.store.count("package", {})).toBe(2)
  context.clock.pass(7 * DAY + 1)
  await stock.refill(PACKAGE_STOCK, true)
  expect(await published()).toEqual([])
  expect(context.store.get("package", before!)).toBeUndefined()
  expect(context.store.count("package", {})).toBe(1)
})

test("a relay that says again and again that it has no last resort gets the same one", async () => {
  await stock.refill(PACKAGE_STOCK, false)
  const first = context.link.questions[0]!
  await published()
  for (let i = 0; i < 5; i++) {
    stock.disconnected()
    await stock.refill(PACKAGE_STOCK, false)
    expect(context.link.questions).toMatchObject([first])
    await published()
  }
  expect(context.store.count("package", {})).toBe(1)
})
