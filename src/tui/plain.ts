/**
 * The line mode: the same commands and events, one line each, only ever appended. For screen readers, dumb
 * terminals and pipes. Not one escape sequence is written.
 */
import { type Client, fatalError } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import type { Clock } from "../platform/clock.ts"
import { COMMANDS, parseLine, type Command } from "./commands.ts"
import { invitationLines, type Invitation } from "./invitation.ts"
import { type Language, messageSentence } from "./language.ts"
import { languageAnswer } from "./language-choice.ts"
import { plainKeys } from "./key-actions.ts"
import {
  lineOfSpans,
  listRooms,
  openRoom,
  receipts,
  roomOf,
  runOwn,
  who,
  type PlainState,
  type Tools,
} from "./plain-rooms.ts"
import { LinkBook, MessageBook } from "./link-book.ts"
import { numberedRows, runRemark } from "./plain-remarks.ts"
import { lineOfMessage, messageLine, stateLine } from "./plain-lines.ts"
import { notificationOf } from "./notifying.ts"
import { SEES_TITLE, seesLines } from "./sees.ts"
import { fingerprintLines } from "./fingerprint.ts"
import { roomFor } from "./performing.ts"
import { DIRECTORY_TITLE, directoryLines } from "./directory-page.ts"
import { alarmDetail, alarmWords } from "./directory-words.ts"
import { Confirmer, invitationOf, linkRoom, roleLines, sendOrWarn } from "./room-acts.ts"
import { noticeWords, renamedWords } from "./notice-words.ts"
import { remarkLines } from "./remark-words.ts"
import { linesOf, safeBlock, safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { namesOf } from "./typed-names.ts"
import { ASCII_SYMBOLS, nameWithMark, noticeMark, roomInWords, UNICODE_SYMBOLS } from "./theme.ts"
import { answerQuestion, verifyEventLines, verifyInLines } from "./plain-verify.ts"
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
  stop?: AbortSignal
}

/** Runs until the input ends or `/quit`. The caller stops the client. */
export async function runPlain(options: PlainOptions): Promise<void> {
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
      if (next === "stop" || next.done === true) return
      if ((await onLine(next.value, tools, options)) === "quit") return
    }
  } finally {
    unsubscribe()
  }
}

/** There is no line to come back to: what was saved is sent, and never run as a command. */
async function sendEdited({ client, state, print }: Tools, { edit }: PlainOptions): Promise<void> {
  if (edit === undefined) return print(say`There is no editor here.`)
  if (state.roomId === undefined) return print(say`No room is open.`)
  print(say`What you save is sent when you leave the editor; an empty text is not.`)
  const text = await edit("")
  if (text.trim() === "") return print(say`Nothing was sent.`)
  await sendOrWarn(client, state.warned, state.roomId, text)
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

async function onLine(line: string, tools: Tools, options: PlainOptions): Promise<"quit" | undefined> {
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

async function runCommand(
  command: Command,
  tools: Tools,
  options: PlainOptions,
): Promise<"quit" | undefined> {
  const { client, state, print } = tools
  switch (command.kind) {
    case "say":
      if (state.roomId === undefined) print(say`Not sent: no room is open. /go NAME opens one.`)
      else await sendOrWarn(client, state.warned, state.roomId, command.text)
      return undefined
    case "msg":
      await sendOrWarn(client, state.warned, await roomFor(client, command.to), command.text)
      return undefined
    case "help":
      print(
        ...COMMANDS.map((row) => say`${row.usage}: ${row.what}`),
        say`//text: a message that starts with a slash`,
      )
      return undefined
    case "go":
      if (command.to === undefined) listRooms(tools)
      else await openRoom(await roomFor(client, command.to), tools)
      return undefined
    case "win": {
      const room = client.rooms()[command.number - 1]
      if (room === undefined) print(say`There is no room ${command.number}.`)
      else await openRoom(room.id, tools)
      return undefined
    }
    case "unread": {
      const room = client.rooms().find(({ unread, id }) => unread > 0 && id !== state.roomId)
      if (room === undefined) print(say`Nothing new anywhere.`)
      else await openRoom(room.id, tools)
      return undefined
    }
    case "close":
      if (state.roomBefore !== undefined) await openRoom(state.roomBefore, tools)
      return undefined
    case "who":
      who(tools)
      return undefined
    case "receipts":
      receipts(command.back, tools)
      return undefined
    case "alias":
      await client.setAlias(client.findPerson(command.name).id, command.alias)
      return undefined
    case "rename":
      await client.keys.rename(command.name)
      return undefined
    case "verify":
      state.question = await verifyInLines(command, state.roomId, { ...tools, readCode: options.readCode })
      return undefined
    case "keys":
    case "trust":
    case "decide":
    case "later":
    case "block":
    case "unblock":
      print(
        ...(await plainKeys(
          client,
          { action: command.kind, name: command.name, peer: roomOf(tools)?.peer },
          tools.symbols,
        )),
      )
      return undefined
    case "fingerprint":
      print(...fingerprintLines(client, command.name).map(lineOfSpans))
      return undefined
    case "invite":
    case "link":
      print(...invitationLines(await invitationOf(client, options.invitation())).map(lineOfSpans))
      return undefined
    case "moderators":
      print(...roleLines(linkRoom(client).link, tools.symbols))
      return undefined
    case "act":
      print((await state.confirmer.ask(client, command.act, command.name)).text)
      return undefined
    case "directory":
      print(DIRECTORY_TITLE, ...directoryLines(client, tools.symbols).map(lineOfSpans))
      return undefined
    case "sees":
      print(SEES_TITLE, ...seesLines(await client.sees()).map(lineOfSpans))
      return undefined
    case "export":
      if (state.roomId === undefined) print(say`No room is open.`)
      else
        print(
          say`Saved in ${safeLine(await options.exportRoom(state.roomId, command.path))}. The file is not encrypted.`,
        )
      return undefined
    case "reply":
    case "edit":
    case "delete":
    case "react":
    case "copy":
    case "forward":
    case "open":
      await runRemark(command, tools, options.openLink)
      return undefined
    case "search":
    case "jump":
    case "set":
      await runOwn(command, tools, options.clock)
      return undefined
    case "bare":
      print(say`Nothing stands beside the lines here.`)
      return undefined
    case "editor":
      await sendEdited(tools, options)
      return undefined
    case "language":
      print(languageAnswer(command.language, (language) => options.keepLanguage(language)))
      return undefined
    case "redraw":
      if (state.roomId !== undefined) await openRoom(state.roomId, tools)
      return undefined
    case "quit":
      return "quit"
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
