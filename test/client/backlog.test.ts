import { expect, test } from "vitest"
import { Backlog, LOW_BACKLOG_BYTES, MAX_BACKLOG_BYTES } from "../../src/client/backlog.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { encodeMessage } from "../../src/protocol/messages.ts"
import { HostileWorld, MINUTE } from "../support/hostile.ts"

test("past the limit nothing is read, until little is left", () => {
  const seen: boolean[] = []
  const backlog = new Backlog((isReading) => void seen.push(isReading))
  backlog.grew(MAX_BACKLOG_BYTES)
  expect(seen).toEqual([])
  backlog.grew(1)
  backlog.grew(1_000)
  expect(seen).toEqual([false])
  backlog.shrank(MAX_BACKLOG_BYTES + 1_001 - LOW_BACKLOG_BYTES)
  expect(seen).toEqual([false])
  backlog.shrank(1)
  backlog.shrank(1)
  expect(seen).toEqual([false, true])
})

test("a relay that pours is left unread while the client is behind, and read on when it is not", async () => {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  const flow: boolean[] = []
  alice.wire.setReading = (isReading) => void flow.push(isReading)
  const pings = new Uint8Array(60_000)
  const ping = encodeFrame(encodeMessage({ type: "pong", token: 1 }))
  for (let at = 0; at + ping.length <= pings.length; at += ping.length) pings.set(ping, at)
  const whole = pings.subarray(0, Math.floor(pings.length / ping.length) * ping.length)
  for (let poured = 0; poured <= MAX_BACKLOG_BYTES + whole.length; poured += whole.length)
    alice.wire.sayBytes(whole)
  expect(flow).toEqual([false])
  await world.run(MINUTE)
  expect(flow).toEqual([false, true])
  expect(alice.client.connection().state).toBe("online")
})
