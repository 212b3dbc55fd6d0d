/** Messages in the line mode: printed with their numbers, and answered, changed, deleted, reacted to by them. */
import type { MessageView, TranscriptLine } from "../client/events.ts"
import { linksIn } from "./message-text.ts"
import { BELOW, plainRows } from "./plain-lines.ts"
import { yesOrNo } from "./plain-questions.ts"
import { refuse, type Tools } from "./plain-rooms.ts"
import { sayThere } from "./plain-saying.ts"
import { forwardedText, isOn, meantMessage, openable, whyNot } from "./remark-acts.ts"
import type { RemarkCommand } from "./remark-commands.ts"
import { quotedWords } from "./remark-words.ts"
import { roomFor } from "./performing.ts"
import { linesOf, safeBlock, safeLine, say, type SafeText } from "./safe-text.ts"
import { nameWithMark } from "./theme.ts"
import { plural } from "./words.ts"

/** Lines in which the message is looked for that no number names. */
const RECENT_LINES = 200

/** A line with the number of its message, and what opens each link in it. */
export function numberedRows(line: TranscriptLine, roomId: string, { state, symbols }: Tools): SafeText[] {
  if (line.kind === "notice") return [...plainRows(line, symbols)]
  const { id, text, deleted } = line.message
  const number = state.messages.numberOf(roomId, id)
  const links = deleted ? [] : linksIn(text)
  return [
    ...plainRows(line, symbols, number),
    ...links.map((link, at) => say`${BELOW}${openWords(number, at + 1)}: ${safeLine(link)}`),
  ]
}

/** How a link is opened: by the number of its message, and behind that by its own, unless it is the first. */
function openWords(number: number, link: number): SafeText {
  return link === 1 ? say`/open ${number}` : say`/open ${number} ${link}`
}

export async function runRemark(
  command: RemarkCommand,
  tools: Tools,
  openLink: ((address: string) => Promise<void>) | undefined,
): Promise<void> {
  const { client, state, print } = tools
  const { roomId, message } = meant(command, tools)
  const why = whyNot(command.kind, message)
  if (roomId === undefined) return refuse(tools, say`No room is open.`)
  if (why !== undefined || message === undefined) return refuse(tools, why ?? say``)
  const number = state.messages.numberOf(roomId, message.id)
  switch (command.kind) {
    case "reply":
      return sayThere(tools, roomId, command.text, message)
    case "edit":
      if (command.text !== undefined) return client.remarks.edit(roomId, message, command.text)
      return print(
        say`Write /edit ${number} and the new words. Now it says:`,
        ...linesOf(safeBlock(message.text)),
      )
    case "delete":
      return askDelete(roomId, message, tools)
    case "react":
      return client.remarks.react(roomId, message, command.reaction, !isOn(message, command.reaction))
    case "forward": {
      const to = await roomFor(client, command.to)
      // It may have been taken back while the way there was looked up.
      const now = find(tools, roomId, message.id)
      const gone = whyNot("forward", now)
      if (gone !== undefined || now === undefined) return refuse(tools, gone ?? say``)
      return sayThere(tools, to, forwardedText(now))
    }
    case "copy": {
      const texts = linesOf(safeBlock(message.text))
      // They stand as they are: how many are somebody else's words is said before.
      const count = plural(texts.length, say`line`, say`lines`)
      return print(say`[${number}] ${nameWithMark(message.from, tools.symbols)}, ${count}:`, ...texts)
    }
    case "open":
      return askOpen(roomId, message, command.link ?? 1, tools, openLink)
  }
}

function askDelete(roomId: string, message: MessageView, tools: Tools): void {
  const { client, state, print, symbols } = tools
  state.questions.ask(
    yesOrNo(
      say`Delete "${quotedWords(message, symbols)}", here and wherever it is read with an honest program? Somebody may have kept it all the same.`,
      async () => {
        await client.remarks.delete(roomId, message)
        return undefined
      },
      say`Not deleted.`,
      print,
      () => goneWords(roomId, message, tools),
    ),
  )
}

/** The whole address is printed before anything is opened. */
function askOpen(
  roomId: string,
  message: MessageView,
  which: number,
  tools: Tools,
  openLink: ((address: string) => Promise<void>) | undefined,
): void {
  const { state, print } = tools
  const link = linksIn(message.text)[which - 1]
  if (link === undefined) return refuse(tools, say`There is no such link here.`)
  const address = openable(link)
  if (address === undefined || openLink === undefined)
    return refuse(tools, say`This address is not opened from here: ${safeLine(link)}`)
  state.questions.ask(
    yesOrNo(
      say`Open it in your browser? Whoever runs it, and the network, learn that you open it.`,
      async () => {
        await openLink(address)
        return say`Opened.`
      },
      say`Not opened.`,
      print,
      () => goneWords(roomId, message, tools),
    ),
    safeLine(address),
  )
}

/** Undefined while the message stands there with the words that were asked about. */
function goneWords(roomId: string, { id, text }: MessageView, tools: Tools): SafeText | undefined {
  const now = find(tools, roomId, id)
  if (now === undefined || now.deleted) return say`The question is over: that message was deleted.`
  return now.text === text ? undefined : say`The question is over: that message was changed.`
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
