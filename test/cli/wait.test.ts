/** What commands say when time is up: the reason that a person can do something about. */
import { expect, test } from "vitest"
import type { Io } from "../../src/cli/io.ts"
import { syncIfPossible } from "../../src/cli/settle.ts"
import { lateError, type Waiting } from "../../src/cli/wait.ts"
import type { ConnectionView } from "../../src/client/events.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { FakeClient } from "../support/fake-client.ts"

const place = { host: "10.0.0.1", port: 7667 }
const full: ConnectionView = { state: "waiting", ...place, retryAt: 0, why: "storage" }
const away: ConnectionView = { state: "waiting", ...place, retryAt: 0, why: "unreachable" }
const online: ConnectionView = { state: "online", ...place, relayName: "Class", openRelay: false }

test.each<[string, ConnectionView, string, string]>([
  ["a full disk", full, "storage", "the disk is full: nothing is fetched or sent until there is room"],
  ["no relay", away, "unreachable", "no relay answers at 10.0.0.1:7667"],
  ["no relay known", { state: "offline" }, "unreachable", "there is no connection to a relay"],
  ["somebody who is away", online, "too-slow", "not yet"],
])("too late because of %s", (_, connection, code, message) => {
  expect(lateError(connection, "not yet")).toMatchObject({ code, message })
})

test.each<[ConnectionView, RegExp]>([
  [full, /^The disk is full, so nothing new was fetched: this is what is stored here\.$/u],
  [away, /^No relay answers at 10\.0\.0\.1:7667: this is what is stored here\.$/u],
])("what is stored is shown with the reason why nothing new came", async (connection, words) => {
  const client = new FakeClient()
  client.setConnection(connection)
  const said: string[] = []
  const io = { say: (line: string) => said.push(line) } as unknown as Io
  const waiting = (): Waiting => ({
    client,
    clock: systemClock,
    deadline: undefined,
    stop: new AbortController().signal,
  })
  await syncIfPossible({ client, waiting }, io)
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(words)
})
