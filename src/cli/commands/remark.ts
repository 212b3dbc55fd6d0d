/** `secure-chat edit|delete|react TO ID …`: something about a message, which waits until the relay has it. */
import type { Client } from "../../client/client.ts"
import type { MessageName, RoomRef } from "../../client/events.ts"
import { CliError } from "../errors.ts"
import { eventJson, jsonLine } from "../json-lines.ts"
import { settle } from "../settle.ts"
import { failIfRefused, lateError, waitFor } from "../wait.ts"
import { type Invocation, withClient } from "./context.ts"
import { findRoomSyncing } from "./find.ts"
import { messageText } from "./send.ts"

export interface RemarkOptions {
  /** Milliseconds. */
  timeout: number
}

export async function editMessage(
  invocation: Invocation,
  to: string,
  id: string,
  words: readonly string[],
  options: RemarkOptions,
): Promise<void> {
  const text = await messageText(invocation.io, words)
  await remark(invocation, to, id, options, "edited", (client, room, message) =>
    client.remarks.edit(room.id, message, text),
  )
}

export function deleteMessage(
  invocation: Invocation,
  to: string,
  id: string,
  options: RemarkOptions,
): Promise<void> {
  return remark(invocation, to, id, options, "deleted", (client, room, message) =>
    client.remarks.delete(room.id, message),
  )
}

export function reactTo(
  invocation: Invocation,
  to: string,
  id: string,
  reaction: string,
  options: RemarkOptions & { off: boolean },
): Promise<void> {
  return remark(
    invocation,
    to,
    id,
    options,
    options.off ? "taken back" : "reacted",
    (client, room, message) => client.remarks.react(room.id, message, reaction, !options.off),
  )
}

async function remark(
  invocation: Invocation,
  to: string,
  id: string,
  { timeout }: RemarkOptions,
  done: string,
  say: (client: Client, room: RoomRef, message: MessageName) => Promise<void>,
): Promise<void> {
  const { io, config } = invocation
  await withClient(invocation, async (session) => {
    const { client } = session
    const waiting = session.waiting(timeout)
    const room = await findRoomSyncing(session, to, waiting)
    if (!client.rooms().some((known) => known.id === room.id))
      throw new CliError("usage", `nothing was said in ${to} yet`)
    const leave = client.on((stamped) => {
      const { event } = stamped
      const isOurs =
        event.type === "message.edited" ||
        event.type === "message.deleted" ||
        event.type === "message.reaction"
      if (isOurs && event.message.id === id && config.json)
        io.result(jsonLine(eventJson(client.self().name, stamped)))
    })
    try {
      await say(client, room, { id })
      client.start()
      const waited = await waitFor(waiting, () => {
        const { unsent } = client.remarks.find(room.id, { id })
        if (unsent === "failed")
          throw new CliError("relay-refused", "this did not go out, and is not tried any more")
        if (unsent === undefined) return true
        failIfRefused(client.connection())
        return undefined
      })
      if (waited.kind === "stopped") return
      if (waited.kind === "late")
        throw lateError(
          client.connection(),
          "it waits here, and the next command that reaches the relay sends it",
        )
      if (!config.json) io.result(`${done} ${id}`)
      await settle(session)
    } finally {
      leave()
    }
  })
}
