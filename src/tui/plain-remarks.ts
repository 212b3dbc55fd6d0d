/** Messages in the line mode: printed with their numbers, and answered, changed, deleted, reacted to by them. */
import type { MessageView, TranscriptLine } from "../client/events.ts"
import { linksIn } from "./message-text.ts"
import type { Tools } from "./plain-rooms.ts"
import { forwardedText, isOn, meantMessage, openable, whyNot } from "./remark-acts.ts"
import type { RemarkCommand } from "./remark-commands.ts"
import { quotedWords } from "./remark-words.ts"
import { sendOrWarn } from "./room-acts.ts"
import { roomFor } from "./performing.ts"
import { linesOf, safeBlock, safeLine, say, type SafeText } from "./safe-text.ts"
import { plainRows } from "./transcript-rows.ts"

/** Lines in which the message is looked for that no number names. */
const RECENT_LINES = 200

/** A line with the number of its message, and of each link in it. */
export function numberedRows(line: TranscriptLine, roomId: string, { state, symbols }: Tools): SafeText[] {
  if (line.kind === "notice") return [...plainRows(line, symbols)]
  const { id, text, deleted } = line.message
  const links = deleted ? [] : linksIn(text)
  return [
    ...plainRows(line, symbols, state.messages.numberOf(roomId, id)),
    ...links.map(
      (link, at) =>
        say`      ${symbols.vertical} /open ${state.links.numberOf(`${roomId} ${id}`, at)}: ${safeLine(link)}`,
    ),
  ]
}

export async function runRemark(
  command: RemarkCommand,
  tools: Tools,
  openLink: ((address: string) => Promise<void>) | undefined,
): Promise<void> {
  const { client, state, print, symbols } = tools
  const sure = state.sure
  state.sure = undefined
  if (command.kind === "open" && command.number !== undefined) {
    const place = state.links.placeOf(command.number)
    const [roomId = "", id = ""] = place?.id.split(" ") ?? []
    const message = place && find(tools, roomId, id)
    return open(message && linksIn(message.text)[place.index], command.number, sure, tools, openLink)
  }
  const { roomId, message } = meant(command, tools)
  const why = whyNot(command.kind, message)
  if (roomId === undefined) return print(say`No room is open.`)
  if (why !== undefined || message === undefined) return print(why ?? say``)
  const number = state.messages.numberOf(roomId, message.id)
  switch (command.kind) {
    case "reply":
      await sendOrWarn(client, state.warned, roomId, command.text, message)
      return
    case "edit":
      if (command.text !== undefined) return client.remarks.edit(roomId, message, command.text)
      return print(
        say`Write /edit ${number} and the new words. Now it says:`,
        ...linesOf(safeBlock(message.text)),
      )
    case "delete":
      if (sure === `delete ${message.id}`) return client.remarks.delete(roomId, message)
      state.sure = `delete ${message.id}`
      return print(
        say`/delete ${number} again deletes "${quotedWords(message, symbols)}", here and wherever it is read with an honest program. Somebody may have kept it all the same.`,
      )
    case "react":
      return client.remarks.react(roomId, message, command.reaction, !isOn(message, command.reaction))
    case "forward":
      await sendOrWarn(client, state.warned, await roomFor(client, command.to), forwardedText(message))
      return
    case "copy":
      return print(...linesOf(safeBlock(message.text)))
    case "open": {
      const link = linksIn(message.text)[0]
      return open(link, state.links.numberOf(`${roomId} ${message.id}`, 0), sure, tools, openLink)
    }
  }
}

function meant(
  command: RemarkCommand,
  tools: Tools,
): { roomId: string | undefined; message: MessageView | undefined } {
  const { client, state } = tools
  if (command.number !== undefined) {
    const named = state.messages.messageOf(command.number)
    return { roomId: named?.roomId ?? state.roomId, message: named && find(tools, named.roomId, named.id) }
  }
  if (state.roomId === undefined) return { roomId: undefined, message: undefined }
  const messages = client
    .transcript(state.roomId, RECENT_LINES)
    .flatMap((line) => (line.kind === "message" ? [line.message] : []))
  return { roomId: state.roomId, message: meantMessage(messages, command.kind) }
}

function find({ client }: Tools, roomId: string, id: string): MessageView | undefined {
  try {
    return client.remarks.find(roomId, { id })
  } catch {
    return undefined
  }
}

/** The whole address is printed before anything is opened. */
async function open(
  link: string | undefined,
  number: number,
  sure: string | undefined,
  { state, print }: Tools,
  openLink: ((address: string) => Promise<void>) | undefined,
): Promise<void> {
  const address = link === undefined ? undefined : openable(link)
  if (link === undefined) return print(say`There is no such link here.`)
  if (address === undefined || openLink === undefined)
    return print(say`This address is not opened from here: ${safeLine(link)}`)
  if (sure === `open ${address}`) {
    await openLink(address)
    return print(say`Opened.`)
  }
  state.sure = `open ${address}`
  print(safeLine(address), say`/open ${number} again opens it in your browser.`)
}
