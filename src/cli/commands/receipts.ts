/** `secure-chat receipts TO [MESSAGE-ID]`: how far one of our messages got with each person it was for. */
import { ClientError } from "../../client/errors.ts"
import { receiptMark } from "../../tui/delivery.ts"
import { receiptsOf } from "../../tui/receipts.ts"
import { nameWithMark } from "../../tui/theme.ts"
import { personJson, resultJson, roomJson } from "../json-lines.ts"
import { syncIfPossible } from "../settle.ts"
import { say } from "../../tui/safe-text.ts"
import { type Invocation, withClient } from "./context.ts"
import type { ReadOptions } from "./read.ts"

/** No result is printed for a message that the relay does not have yet. @param id undefined: the newest of ours. */
export async function showReceipts(
  invocation: Invocation,
  to: string,
  id: string | undefined,
  { offline }: ReadOptions,
): Promise<void> {
  await withClient(invocation, async (session) => {
    const { client } = session
    if (!offline) await syncIfPossible(session, invocation.io)
    const room = client.findRoom(to)
    if (!client.rooms().some((known) => known.id === room.id))
      throw new ClientError("unknown-name", `there is no message of yours in ${to}`)
    const messageId = id ?? receiptsOf(client, room.id, 1)?.line.message.id
    if (messageId === undefined)
      throw new ClientError("unknown-name", `there is no message of yours in ${to}`)
    const receipts = client.receipts(room.id, messageId)
    if (receipts.length === 0)
      invocation.io.say(say`The relay does not have this message yet, so nobody has it.`)
    for (const { person, state } of receipts) {
      const fields = { room: roomJson(room), message: { id: messageId }, person: personJson(person), state }
      const { symbols } = invocation
      const text = `${receiptMark(state, symbols)}  ${nameWithMark(person, symbols)}`
      invocation.show(resultJson("receipt", client.self().name, fields), text)
    }
  })
}
