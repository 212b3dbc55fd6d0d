/**
 * The line mode: the same commands and events, one line each, only ever appended. For screen readers, dumb
 * terminals and pipes. Not one escape sequence is written.
 */
import { type Client, fatalError } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import type { Clock } from "../platform/clock.ts"
import { parseLine } from "./command-parsing.ts"
import { runCommand } from "./plain-commands.ts"
import type { Invitation } from "./invitation.ts"
import { type Language, messageSentence } from "./language.ts"
import { openRoom, type PlainState, type Tools } from "./plain-rooms.ts"
import { LinkBook, MessageBook } from "./link-book.ts"
import { numberedRows } from "./plain-remarks.ts"
import { lineOfMessage, messageLine, stateLine } from "./plain-lines.ts"
import type { LeftFor } from "./program-commands.ts"
import { notificationOf } from "./notifying.ts"
import { alarmDetail, alarmWords } from "./directory-words.ts"
import { Confirmer } from "./room-acts.ts"
import { noticeWords, renamedWords } from "./notice-words.ts"
import { remarkLines } from "./remark-words.ts"
import { linesOf, safeBlock, safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { namesOf } from "./typed-names.ts"
import { ASCII_SYMBOLS, nameWithMark, noticeMark, roomInWords, UNICODE_SYMBOLS } from "./theme.ts"
import { answerQuestion, verifyEventLines } from "./plain-verify.ts"
import { connectionWords, errorWords, limitWords, troubleWords } from "./words.ts"

export interface PlainOptions {
  client: Client
  /** What the person types, without line ends. The end of it quits. */
  lines: AsyncIterable<string>
  /** Appends text; every call ends in a line feed. */
  write(text: string): void
  exportRoom(roomId: string, path: string | undefined): Promise<string>
  /** The text of a QR code: of the picture in a file whose name was typed, or the typed text itself. */
  readCode(typed: string): Promise<string>
  /** What to know while chatting, for example that a relay goes on running here. */
  relayNote(): string | undefined
  /** What `/invite` shows; undefined when this computer runs no relay of its own. */
  invitation(): Invitation | undefined
  /** Writes down which language the next start speaks. */
  keepLanguage(language: Language): void
  /** Shows an address in the system's browser. */
  openLink?: ((address: string) => Promise<void>) | undefined
  ascii: boolean
  clock: Clock
  /** The text as the person's editor left it; undefined where there is none. */
  edit?(text: string): Promise<string>
  /** Makes the terminal sound once; undefined where nobody hears it. */
  ring?(): void
  /** There is a passphrase to come back with. */
  canLock?: boolean
  stop?: AbortSignal
}

/** Runs until the input ends or `/quit`. The caller stops the client. */
export async function runPlain(options: PlainOptions): Promise<LeftFor> {
  const { client } = options
  const symbols = options.ascii ? ASCII_SYMBOLS : UNICODE_SYMBOLS
  const state: PlainState = {
    roomId: undefined,
    roomBefore: undefined,
    question: undefined,
    told: new Map(),
    warned: new Set(),
    confirmer: new Confirmer(),
    found: [],
    messages: new MessageBook(),
    links: new LinkBook(),
    sure: undefined,
  }
  const print = (...lines: readonly SafeText[]) => {
    for (const line of lines) options.write(`${line}\n`)
  }
  print(say`secure-chat, line mode. You are ${safeName(client.self().name)}. /help lists the commands.`)
  const tools: Tools = { client, state, print, symbols }
  const note = options.relayNote()
  if (note !== undefined) print(safeLine(note))
  const first = client.rooms()[0]
  if (first !== undefined) await openRoom(first.id, { client, state, print, symbols })
  const failure = Promise.withResolvers<never>()
  // It may come while a command runs, and is looked at after that.
  failure.promise.catch(() => {})
  const unsubscribe = client.on(({ event }) => {
    const fatal = fatalError(event)
    if (fatal) return failure.reject(fatal)
    if (state.roomId === undefined) {
      const room = client.rooms()[0]
      if (room !== undefined) openRoom(room.id, tools).catch((error: unknown) => print(errorWords(error)))
    }
    onEvent(event, tools)
    ringFor(event, client, options)
  })
  const input = options.lines[Symbol.asyncIterator]()
  const stopped = new Promise<"stop">((resolve) => {
    if (options.stop?.aborted === true) resolve("stop")
    options.stop?.addEventListener("abort", () => resolve("stop"), { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([input.next(), stopped, failure.promise])
      if (next === "stop" || next.done === true) return "end"
      const left = await onLine(next.value, tools, options)
      if (left !== undefined) return left
    }
  } finally {
    unsubscribe()
  }
}

/** Whoever listens to lines is told of each; the bell is for what the settings say. */
function ringFor(event: ClientEvent, client: Client, { clock, ring }: PlainOptions): void {
  const settings = client.desk.settings()
  const told = notificationOf(event, {
    settings,
    self: client.self().name,
    isWatched: false,
    now: clock.now(),
  })
  if (told !== undefined) ring?.()
}

async function onLine(line: string, tools: Tools, options: PlainOptions): Promise<LeftFor | undefined> {
  const { client, state, print } = tools
  try {
    if (state.question !== undefined) {
      state.question = await answerQuestion(line, state.question, { ...tools, readCode: options.readCode })
      return undefined
    }
    const parsed = parseLine(line, namesOf(client.people()))
    if (parsed.kind === "refused") print(parsed.why)
    if (parsed.kind !== "command") return undefined
    return await runCommand(parsed.command, tools, options)
  } catch (error) {
    print(errorWords(error))
    return undefined
  }
}

/** One line per event that a person wants to hear of. */
function onEvent(event: ClientEvent, tools: Tools): void {
  const { client, state, print, symbols } = tools
  switch (event.type) {
    case "message.received":
    case "message.sent": {
      const where =
        event.room.id === state.roomId ? say`` : say`[${roomInWords(client.room(event.room.id))}] `
      const line = messageLine(client, event.room.id, event.message.id) ?? lineOfMessage(event.message)
      const rows = numberedRows(line, event.room.id, tools)
      print(...rows.map((row, index) => (index === 0 ? say`${where}${row}` : row)))
      if (event.type === "message.received" && event.room.id === state.roomId) {
        client.markRead(event.room.id).catch((error: unknown) => print(errorWords(error)))
      }
      return
    }
    case "message.edited":
    case "message.deleted":
    case "message.reaction":
      return print(...remarkLines(event, client, symbols))
    case "message.state":
      return print(stateLine(event, client, symbols))
    case "notice":
      return print(
        say`${noticeMark(event.notice, symbols)} ${roomInWords(client.room(event.room.id))}: ${noticeWords(event.notice)}`,
      )
    case "relay.connected":
    case "relay.disconnected":
      return print(
        say`${symbols.mark} ${troubleWords(client.connection()) ?? connectionWords(client.connection())}`,
      )
    case "relay.limited":
      return print(say`${symbols.mark} ${limitWords(event.why)}`)
    case "person.renamed":
      // What somebody else did stands in the rooms that they are in.
      return event.by === "them" ? undefined : print(say`${symbols.mark} ${renamedWords(event)}`)
    case "person.joined":
      return print(say`${symbols.mark} ${nameWithMark(event.person, symbols)} is on this relay`)
    case "person.presence":
      return print(
        say`${symbols.mark} ${nameWithMark(event.person, symbols)} is ${event.online ? say`online` : say`offline`}`,
      )
    case "person.blocked":
    case "person.keyChanged":
      return
    case "verify.mismatch":
    case "verify.done":
    case "verify.requested":
    case "verify.accepted":
    case "verify.compare":
    case "verify.roomDone":
    case "verify.cancelled":
    case "verify.changed":
      return print(...verifyEventLines(event, client.self(), state.told, symbols))
    case "directory.split":
      return print(say`${symbols.mark} ${alarmWords(event.alarm.why)} ${alarmDetail(event.alarm)}`)
    case "error":
      return print(
        ...linesOf(safeBlock(messageSentence(event.detail))).map((text) => say`${symbols.mark} ${text}`),
      )
    case "directory.replaced":
    case "gap.detected":
    case "ready":
    case "room.changed":
    case "room.joined":
    case "sync.done":
      return
  }
}
