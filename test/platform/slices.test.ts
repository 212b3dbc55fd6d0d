/** What nobody waits for is done in order, a little in each turn of the event loop. */
import { expect, test } from "vitest"
import { Slices } from "../../src/platform/slices.ts"

const turn = () => new Promise<void>((done) => void setImmediate(done))

test("in each turn a little is done, in order, also what is added meanwhile", async () => {
  const slices = new Slices()
  const done: number[] = []
  for (let n = 0; n < 10; n++) slices.add(() => done.push(n))
  expect(done).toEqual([])
  const after: number[] = []
  while (done.length < 11) {
    await turn()
    after.push(done.length)
    if (after.length === 1) slices.add(() => done.push(10))
  }
  expect(done).toEqual(Array.from({ length: 11 }, (_, n) => n))
  expect(after).toEqual([2, 4, 6, 8, 10, 11])
})

test("what is to be finished is done at once, and once", async () => {
  const slices = new Slices()
  const done: number[] = []
  for (let n = 0; n < 10; n++) slices.add(() => done.push(n))
  slices.finish()
  expect(done).toHaveLength(10)
  await turn()
  expect(done).toHaveLength(10)
})
