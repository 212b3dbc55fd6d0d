/** The way in for somebody at a screen: being known to the relay is enough, the room may come later. */
import { expect, test } from "vitest"
import { CliError } from "../../src/cli/errors.ts"
import { enter, enterChat } from "../../src/cli/joining.ts"
import type { ConnectionView } from "../../src/client/events.ts"
import type { Clock, Millis } from "../../src/platform/clock.ts"
import { FakeClient } from "../support/fake-client.ts"

/** A clock that stands until the test moves it. */
class HandClock implements Clock {
  #now: Millis = 0
  readonly #alarms = new Map<() => void, Millis>()

  now(): Millis {
    return this.#now
  }

  wakeAt(at: Millis, wake: () => void): () => void {
    this.#alarms.set(wake, at)
    return () => void this.#alarms.delete(wake)
  }

  async to(now: Millis): Promise<void> {
    this.#now = now
    for (const [wake, at] of this.#alarms) if (at <= now && this.#alarms.delete(wake)) wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const online: ConnectionView = {
  state: "online",
  host: "10.0.0.1",
  port: 7667,
  relayName: "Class 8B",
  openRelay: false,
}

function waiting(client: FakeClient) {
  const clock = new HandClock()
  return { clock, waiting: { client, clock, deadline: 15_000, stop: new AbortController().signal } }
}

test("registered, and the room is not open yet: the chat is entered all the same, a script waits and fails", async () => {
  const client = new FakeClient()
  client.setRoom("r_everyone", { state: "joining" })
  const { clock, waiting: given } = waiting(client)
  let inside = false
  const entered = enterChat(client, given).then(() => (inside = true))
  const scripted = enter(client, given)
  client.setConnection(online)
  client.emit({ type: "sync.done" })
  await clock.to(0)
  await clock.to(4_999)
  expect(inside).toBe(false)
  await clock.to(5_000)
  await entered
  await Promise.all([expect(scripted).rejects.toMatchObject({ code: "too-slow" }), clock.to(15_000)])
})

test("a room that opens in time is waited for", async () => {
  const client = new FakeClient()
  client.setRoom("r_everyone", { state: "joining" })
  const { waiting: given } = waiting(client)
  const entered = enterChat(client, given)
  client.setConnection(online)
  client.setRoom("r_everyone", { state: "open" })
  await entered
  expect(client.rooms()[0]?.state).toBe("open")
})

test.each([
  ["nobody answers", { state: "waiting", host: "10.0.0.1", port: 7667, retryAt: 0, why: "unreachable" }],
  ["a relay that never lets us in", { state: "connecting", host: "10.0.0.1", port: 7667 }],
] as const)("%s: that is said when the time is up", async (_, connection) => {
  const client = new FakeClient()
  const { clock, waiting: given } = waiting(client)
  const entered = enterChat(client, given)
  client.setConnection(connection)
  const late = { constructor: CliError, code: "unreachable" }
  await Promise.all([expect(entered).rejects.toMatchObject(late), clock.to(15_000)])
})

test("a name that is taken is said at once", async () => {
  const client = new FakeClient()
  const { waiting: given } = waiting(client)
  const entered = enterChat(client, given)
  client.setConnection({ state: "refused", host: "10.0.0.1", port: 7667, why: "name-taken" })
  await expect(entered).rejects.toMatchObject({ code: "name-taken" })
})
