/** A client that had to end takes every program down that uses it: with one sentence, and the exit code for it. */
import { expect, test } from "vitest"
import { endOf, EXIT } from "../../src/cli/exit-codes.ts"
import { waitFor } from "../../src/cli/wait.ts"
import type { ClientEvent } from "../../src/client/events.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { runPlain } from "../../src/tui/plain.ts"
import { startSession } from "../../src/tui/session.ts"
import { FakeClient } from "../support/fake-client.ts"

const FAILED: ClientEvent = { type: "error", code: "storage-failed", detail: "the disk failed to sync" }
const DAMAGED: ClientEvent = { type: "error", code: "database-damaged", detail: "the database is damaged" }
const PASSING: ClientEvent = { type: "error", code: "internal", detail: "one event failed" }

for (const fatal of [FAILED, DAMAGED]) {
  const error: unknown = expect.objectContaining({ code: fatal.code, message: fatal.detail })

  test(`${fatal.code}: a command that waits ends, whatever it waits for`, async () => {
    const client = new FakeClient()
    const stop = new AbortController().signal
    const waited = waitFor({ client, clock: systemClock, deadline: undefined, stop }, () => undefined)
    client.emit(PASSING)
    client.emit(fatal)
    const ended = await waited.catch((cause: unknown) => cause)
    expect(ended).toEqual(error)
    expect(endOf(ended)).toMatchObject({ exit: EXIT.unavailable, sentence: fatal.detail })
  })

  test(`${fatal.code}: the line mode ends, though nobody types`, async () => {
    const client = new FakeClient()
    let written = ""
    const next = () => {
      client.emit(fatal)
      return new Promise<never>(() => {})
    }
    const running = runPlain({
      client,
      lines: { [Symbol.asyncIterator]: () => ({ next }) },
      write: (text) => (written += text),
      exportRoom: () => Promise.resolve(""),
      keepLanguage: () => {},
      readCode: () => Promise.resolve(""),
      relayNote: () => undefined,
      invitation: () => undefined,
      ascii: true,
      clock: systemClock,
    })
    await expect(running).rejects.toEqual(error)
    expect(written).not.toContain("Error")
  })

  test(`${fatal.code}: the screen ends, and asks the client for nothing any more`, () => {
    const client = new FakeClient()
    const failures: unknown[] = []
    const never = () => expect.fail("the client is gone")
    const session = startSession({
      client,
      clock: { now: () => 0, wakeAt: never },
      view: never,
      dispatch: never,
      exportRoom: never,
      keepLanguage: () => {},
      readCode: never,
      invitation: () => undefined,
      write: () => {},
      openLink: undefined,
      settled: never,
      heard: () => {},
      edit: never,
      pathsLike: never,
      redraw: never,
      suspend: never,
      going: never,
      canLock: false,
      leave: never,
      fail: (cause) => failures.push(cause),
    })
    client.emit(fatal)
    session.stop()
    expect(failures).toEqual([error])
  })
}
