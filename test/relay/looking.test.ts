/** The driver looks at the disk now and then, however often it is woken. */
import { expect, test } from "vitest"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { startRelay } from "../../src/relay/server.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { someHeads } from "../support/heads.ts"

const START = 1_800_000_000_000

test("twice a second at most, and at once after the clock was set back", async () => {
  let now = START
  let wake: () => void = () => {}
  const looked: number[] = []
  const look = () => {
    looked.push(now - START)
    return { freeBytes: 1e12, totalBytes: 2e12 }
  }
  await startRelay({
    listen: async () => ({ port: 0, close: async () => {} }),
    clock: { now: () => now, wakeAt: (_, run) => ((wake = run), () => {}) },
    soon: () => {},
    store: new MemoryRelayStore(new MemoryDisk(new Uint8Array(16))),
    primitives: nodePrimitives,
    relayId: new Uint8Array(32),
    heads: someHeads(),
    config: { name: "x", admissionHash: undefined, limits: DEFAULT_LIMITS },
    disk: { space: { look }, ballast: { take: () => true, release: () => {} }, storeBytes: () => 0 },
    onEvent: () => {},
    onFatal: (error) => {
      throw error
    },
  })
  for (; now < START + 1_200; now += 50) wake()
  expect(looked).toEqual([0, 500, 1_000])
  now = START - 3_600_000
  wake()
  expect(looked.at(-1)).toBe(-3_600_000)
})
