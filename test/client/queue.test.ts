import { expect, test } from "vitest"
import { EventQueue } from "../../src/client/queue.ts"

function queue() {
  const failures: unknown[] = []
  return { queue: new EventQueue((cause) => void failures.push(cause)), failures }
}

/** A promise that a test settles. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: resolve }
}

test("an event is finished before the next one starts, in their order", async () => {
  const { queue: events } = queue()
  const seen: string[] = []
  const slow = gate()
  events.push(async () => {
    seen.push("one begins")
    await slow.promise
    seen.push("one ends")
  })
  events.push(() => void seen.push("two"))
  expect(seen).toEqual(["one begins"])
  slow.open()
  await events.idle()
  expect(seen).toEqual(["one begins", "one ends", "two"])
})

test("an event that throws is told of, and the next one runs", async () => {
  const { queue: events, failures } = queue()
  const seen: number[] = []
  const cause = new Error("broken")
  events.push(() => {
    throw cause
  })
  events.push(() => Promise.reject(cause))
  events.push(() => void seen.push(1))
  await events.idle()
  expect([failures, seen]).toEqual([[cause, cause], [1]])
})

test("an event may add events, which come after those that wait", async () => {
  const { queue: events } = queue()
  const seen: string[] = []
  const slow = gate()
  events.push(async () => {
    await slow.promise
    events.push(() => void seen.push("added"))
    seen.push("first")
  })
  events.push(() => void seen.push("second"))
  slow.open()
  await events.idle()
  expect(seen).toEqual(["first", "second", "added"])
})

test("what is done resolves with its result, and rejects with its error without failing the queue", async () => {
  const { queue: events, failures } = queue()
  expect(await events.do(() => 7)).toBe(7)
  expect(await events.do(async () => 8)).toBe(8)
  await expect(events.do(() => Promise.reject(new Error("no")))).rejects.toThrow("no")
  expect(failures).toEqual([])
})

test("nothing is idle while something runs or waits", async () => {
  const { queue: events } = queue()
  await events.idle()
  const slow = gate()
  events.push(() => slow.promise)
  let isIdle = false
  const idle = events.idle().then(() => (isIdle = true))
  await Promise.resolve()
  expect(isIdle).toBe(false)
  slow.open()
  await idle
  expect(isIdle).toBe(true)
})

test("closing waits for what runs, drops what waits, and takes nothing more", async () => {
  const { queue: events } = queue()
  const seen: string[] = []
  const slow = gate()
  events.push(async () => {
    await slow.promise
    seen.push("ran")
  })
  events.push(() => void seen.push("waited"))
  const closed = events.close()
  events.push(() => void seen.push("late"))
  slow.open()
  await closed
  await events.idle()
  expect(seen).toEqual(["ran"])
})

test("whoever waits for something that is dropped is told so", async () => {
  const { queue: events } = queue()
  const slow = gate()
  const running = events.do(() => slow.promise)
  const waiting = events.do(() => 1)
  const closed = events.close()
  slow.open()
  await expect(running).resolves.toBeUndefined()
  await expect(waiting).rejects.toThrow("stopped")
  await closed
  await expect(events.do(() => 2)).rejects.toThrow("stopped")
})
