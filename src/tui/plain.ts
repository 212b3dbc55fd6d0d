/**
 * The line mode: the same commands and events, one line each, only ever appended. For screen readers, dumb
 * terminals and pipes. Not one escape sequence is written.
 */
import { type Client, fatalError } from "../client/client.ts"
import type { Clock } from "../platform/clock.ts"
import { parseLine } from "./command-parsing.ts"
import { rowNamed } from "./commands.ts"
import type { Invitation } from "./invitation.ts"
import type { Language } from "./language.ts"
import { MessageBook } from "./link-book.ts"
import { runCommand } from "./plain-commands.ts"
import { isToBeHeard, onEvent, sayConnection } from "./plain-events.ts"
import { Questions } from "./plain-questions.ts"
import { closeRoom, openRoom, sayWhatIsNew, type PlainState, type Tools } from "./plain-rooms.ts"
import type { LeftFor } from "./program-commands.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { ASCII_SYMBOLS, UNICODE_SYMBOLS } from "./theme.ts"
import { SessionLog } from "./session-log.ts"
import { namesOf } from "./typed-names.ts"
import { unsentWords } from "./timing.ts"
import { errorWords } from "./words.ts"

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

export interface PlainEnd {
  left: LeftFor
  /** How many lines were neither said nor obeyed. */
  notDone: number
}

/** Runs until the input ends or `/quit`. The caller stops the client. */
export async function runPlain(options: PlainOptions): Promise<PlainEnd> {
  const { client } = options
  const symbols = options.ascii ? ASCII_SYMBOLS : UNICODE_SYMBOLS
  const print = (...lines: readonly SafeText[]) => {
    for (const line of lines) options.write(`${line}\n`)
  }
  const state: PlainState = {
    roomId: undefined,
    roomBefore: undefined,
    isFresh: true,
    questions: new Questions(print),
    told: new Map(),
    connection: undefined,
    oldest: new Map(),
    found: [],
    messages: new MessageBook(),
    notDone: 0,
    log: new SessionLog(client, options.clock),
  }
  print(say`secure-chat, line mode. You are ${safeName(client.self().name)}. /help lists the commands.`)
  const tools: Tools = { client, state, print, symbols }
  const note = options.relayNote()
  if (note !== undefined) print(safeLine(note))
  sayConnection(tools)
  const first = client.rooms()[0]
  if (first !== undefined) await openRoom(first.id, tools)
  sayWhatIsNew(tools)
  const unsent = unsentWords(client)
  if (unsent !== undefined) print(say`${symbols.mark} ${unsent}`)
  const failure = Promise.withResolvers<never>()
  // It may come while a command runs, and is looked at after that.
  failure.promise.catch(() => {})
  const unsubscribe = client.on(({ event }) => {
    const fatal = fatalError(event)
    if (fatal) return failure.reject(fatal)
    if (state.isFresh) {
      const room = client.rooms()[0]
      if (room !== undefined) openRoom(room.id, tools).catch((error: unknown) => print(errorWords(error)))
    }
    state.log.heard(event)
    onEvent(event, tools)
    state.questions.look()
    if (options.ring !== undefined && isToBeHeard(event, client, options.clock.now())) options.ring()
  })
  const input = options.lines[Symbol.asyncIterator]()
  const stopped = new Promise<"stop">((resolve) => {
    if (options.stop?.aborted === true) resolve("stop")
    options.stop?.addEventListener("abort", () => resolve("stop"), { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([input.next(), stopped, failure.promise])
      const left = next === "stop" || next.done === true ? "end" : await onLine(next.value, tools, options)
      if (left === undefined) continue
      if (state.questions.end()) state.notDone++
      return { left, notDone: state.notDone }
    }
  } finally {
    unsubscribe()
  }
}

async function onLine(line: string, tools: Tools, options: PlainOptions): Promise<LeftFor | undefined> {
  const { client, state, print } = tools
  const notDone = state.notDone
  try {
    const parsed = parseLine(line, namesOf(client.people()))
    const isCommand = parsed.kind === "command" && (parsed.command.kind !== "say" || line.startsWith("/"))
    if (!isCommand) {
      const taken = await state.questions.take(line, parsed.kind === "refused" ? parsed.why : undefined)
      if (taken === "not-done") state.notDone++
      if (taken !== undefined) return undefined
    }
    if (parsed.kind === "refused") {
      state.notDone++
      print(parsed.why)
    }
    return parsed.kind === "command" ? await runCommand(parsed.command, tools, options) : undefined
  } catch (error) {
    state.notDone++
    print(errorWords(error))
    return undefined
  } finally {
    const isDone = state.notDone === notDone
    const word = commandWord(line)
    if (!isDone && ELSEWHERE.has(word)) closeRoom(tools)
    if (ASKING.has(word)) state.questions.notAsked(!isDone && /\sread\s*$/iu.test(line) ? "text" : "word")
    else state.questions.notAsked(undefined)
  }
}

/** Whoever types such a line means the next one for another room. */
const ELSEWHERE = new Set<string | undefined>(["go", "win", "jump"])
/** Behind these stands an answer, where a pipe says everything at once. */
const ASKING = new Set<string | undefined>([
  "delete",
  "open",
  "remove",
  "unban",
  "promote",
  "demote",
  "link",
  "verify",
  "decide",
])

/** Of a command, however it was shortened; undefined for any other line. */
function commandWord(line: string): string | undefined {
  const word = /^\/(\S+)/u.exec(line)?.[1]
  return word === undefined ? undefined : rowNamed(word)?.word
}
