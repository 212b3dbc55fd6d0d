/**
 * `secure-chat listen`: prints events as they come. It goes on where the last `listen` of this profile ended, so
 * that nothing which arrived in between is lost; `--since` chooses another place and leaves that mark alone.
 */
import { fromUtf8, utf8 } from "../../bytes.ts"
import type { Client } from "../../client/client.ts"
import type { StampedEvent } from "../../client/events.ts"
import type { ClientStore } from "../../client/store.ts"
import { cursorNumber } from "../../client/context.ts"
import { LISTENED } from "../../client/profile.ts"
import { CliError } from "../errors.ts"
import { eventJson, jsonLine } from "../json-lines.ts"
import { settleReceipts } from "../settle.ts"
import { eventText } from "../transcript-text.ts"
import { failIfRefused, lateError, waitFor } from "../wait.ts"
import { type Invocation, withClient } from "./context.ts"

export interface ListenOptions {
  max?: number
  /** Milliseconds; undefined: until stopped. */
  timeout?: number
  type: readonly string[]
  since?: string
}

const PAGE = 500

export async function listen(invocation: Invocation, options: ListenOptions): Promise<void> {
  const { max, timeout, type: types, since } = options
  await withClient(invocation, async (session) => {
    const { client, store } = session
    const { io, config, symbols } = invocation
    const profile = client.self().name
    const read: Promise<void>[] = []
    let counted = 0
    const enough = () => max !== undefined && counted >= max

    const take = (stamped: StampedEvent) => {
      if (enough()) return
      const { event, at, cursor } = stamped
      const wanted = types.length === 0 || types.includes(event.type)
      const line = config.json ? jsonLine(eventJson(profile, stamped)) : eventText(event, at, symbols)
      if (wanted && line !== undefined) {
        io.result(line)
        if (types.length > 0 || event.type === "message.received") counted++
        // Whoever reads our output has it now.
        if (event.type === "message.received") read.push(client.markRead(event.room.id))
      }
      if (since === undefined && cursor !== undefined) note(store, cursor)
    }

    replay(client, since ?? noted(store), (stamped) => {
      take(stamped)
      return !enough()
    })
    const waiting = session.waiting(timeout)
    const leave = client.on(take)
    client.start()
    const waited = await waitFor(waiting, () => {
      if (enough()) return true
      failIfRefused(client.connection())
      return undefined
    })
    leave()
    await Promise.all(read)
    if (waited.kind === "late" && (max !== undefined || client.connection().state !== "online")) {
      throw lateError(client.connection(), `${counted} of ${max ?? 0} came in time`)
    }
    if (waited.kind === "found") await settleReceipts(session)
  })
}

/** Kept events in order, for as long as `take` wants more. */
function replay(client: Client, from: string | undefined, take: (stamped: StampedEvent) => boolean): void {
  let cursor = from
  for (;;) {
    const page = client.eventsSince(cursor, PAGE)
    for (const stamped of page) if (!take(stamped)) return
    if (page.length === 0) return
    cursor = page.at(-1)?.cursor
  }
}

/** Types that `--type` may name are those of the event format; a misspelt one would wait for ever. */
export function checkType(type: string): string {
  if (!/^[a-z]+(\.[a-zA-Z]+)?$/.test(type)) throw new CliError("usage", `"${type}" is no type of event`)
  return type
}

/** A cursor as our events carry it. @throws CliError `usage`. */
export function checkCursor(cursor: string): string {
  if (cursorNumber(cursor) === undefined)
    throw new CliError("usage", `"${cursor}" is no cursor; take one from an event`)
  return cursor
}

function noted(store: ClientStore): string | undefined {
  const cursor = store.get("meta", LISTENED)
  return cursor && fromUtf8(cursor)
}

function note(store: ClientStore, cursor: string): void {
  store.transaction("ordered", (tx) => tx.put("meta", LISTENED, utf8(cursor)))
}
