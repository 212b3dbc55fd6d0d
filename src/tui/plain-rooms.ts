/** What the line mode says of rooms: which there are, who is in one, what was said, what is found. */
import type { Client } from "../client/client.ts"
import type { RoomView, TranscriptLine } from "../client/events.ts"
import type { Clock } from "../platform/clock.ts"
import type { MessageBook } from "./link-book.ts"
import { Meant } from "./mentions.ts"
import type { OwnCommand } from "./own-commands.ts"
import type { Questions } from "./plain-questions.ts"
import { numberedRows } from "./plain-remarks.ts"
import { plainAround, plainSearch } from "./plain-search.ts"
import { noReceiptsWords, plainReceipts, receiptsOf } from "./receipts.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import type { Hit } from "./search.ts"
import type { SessionLog } from "./session-log.ts"
import { changeSetting } from "./setting-session.ts"
import { formerWords, nameWithMark, roomHeading, type Span, type Symbols } from "./theme.ts"
import {
  peopleSentence,
  peopleWords,
  roomProblemWords,
  securityWords,
  troubleWords,
  trustWords,
} from "./words.ts"

/** Lines of a room that are shown when it is opened. */
const OPEN_LINES = 10
/** The same, of what is new; /older says the others. */
const MOST_NEW_LINES = 200
/** Lines that `/older` says. */
const OLDER_LINES = 20

export interface PlainState {
  roomId: string | undefined
  roomBefore: string | undefined
  /** No room was ever opened: the first that there is opens by itself. */
  isFresh: boolean
  questions: Questions
  /** What was last said of each verification: the same is not said twice. */
  told: Map<string, string>
  /** What was last said of the connection. */
  connection: SafeText | undefined
  /** By room, how far up it was said: the `order` of a line. */
  oldest: Map<string, string>
  /** What the last search found. */
  found: readonly Hit[]
  /** Numbers of what was printed. */
  messages: MessageBook
  /** Lines that were neither said nor obeyed. */
  notDone: number
  log: SessionLog
}

export interface Tools {
  client: Client
  state: PlainState
  print: (...lines: readonly SafeText[]) => void
  symbols: Symbols
}

/** What was asked for cannot be done. */
export function refuse({ state, print }: Tools, why: SafeText): void {
  state.notDone++
  print(why)
}

/** What is about this person's own screen and the client knows. */
export async function runOwn(
  command: Exclude<
    OwnCommand,
    { kind: "editor" | "language" | "bare" | "mute" | "say" | "cancel" | "reconnect" }
  >,
  tools: Tools,
  clock: Clock,
): Promise<void> {
  const { client, state, print, symbols } = tools
  if (command.kind === "older") return older(tools)
  if (command.kind === "set") {
    const { name, value, isHere } = command
    const wish = { name, value, roomId: isHere ? state.roomId : undefined }
    const { lines, isRefused } = await changeSetting(client, wish, clock.now())
    if (isRefused) state.notDone++
    return print(...lines)
  }
  if (command.kind === "search") {
    const roomId = command.everywhere ? undefined : state.roomId
    const { found, lines } = await plainSearch({ client, clock }, command.words, roomId, symbols)
    state.found = found
    return print(...lines)
  }
  const hit = state.found[command.number - 1]
  if (hit === undefined) return refuse(tools, say`Nothing of that number was found.`)
  enterRoom(hit.roomId, tools)
  const rowsOf = (line: TranscriptLine) => numberedRows(line, hit.roomId, tools)
  print(...(await plainAround({ client, clock }, hit, rowsOf)))
}

export function roomOf({ client, state }: Tools): RoomView | undefined {
  return state.roomId === undefined ? undefined : client.room(state.roomId)
}

export function lineOfSpans(spans: readonly Span[]): SafeText {
  return safeLine(spans.map(({ text }) => text).join(""))
}

/** From here on lines are said in this room. */
function enterRoom(roomId: string, { client, state, print, symbols }: Tools): RoomView {
  const room = client.room(roomId)
  if (state.roomId !== roomId) state.roomBefore = state.roomId
  state.roomId = roomId
  state.isFresh = false
  const people = room.kind === "everyone" ? say`, ${peopleWords(room)}` : say``
  print(say`${symbols.mark} ${roomHeading(room, symbols)}${people}, ${securityWords(room).text}`)
  return room
}

/** The room that was asked for is not to be had: what is typed next is not for the one that was open. */
export function closeRoom({ state, print }: Tools): void {
  state.isFresh = false
  if (state.roomId === undefined) return
  state.roomBefore = state.roomId
  state.roomId = undefined
  print(
    say`No room is open now, so that nothing goes where it was not meant. /close goes back, /go NAME opens another.`,
  )
}

export async function openRoom(roomId: string, tools: Tools): Promise<void> {
  const { client, state, print } = tools
  const room = enterRoom(roomId, tools)
  for (const problem of [troubleWords(client.connection()), roomProblemWords(room)])
    if (problem !== undefined && problem !== state.connection) print(problem)
  const lines = client.transcript(roomId, Math.max(OPEN_LINES, Math.min(room.unread, MOST_NEW_LINES)))
  if (room.unread > MOST_NEW_LINES)
    print(say`${room.unread} are new here; these are the newest. /older says those before.`)
  sayLines(roomId, lines, tools)
  if (room.unread > 0) await client.markRead(roomId)
}

function sayLines(roomId: string, lines: readonly TranscriptLine[], tools: Tools): void {
  const [first] = lines
  if (first !== undefined) tools.state.oldest.set(roomId, first.order)
  for (const line of lines) tools.print(...numberedRows(line, roomId, tools))
}

function older(tools: Tools): void {
  const { client, state, print } = tools
  if (state.roomId === undefined) return refuse(tools, say`No room is open.`)
  const lines = client.transcript(state.roomId, OLDER_LINES, state.oldest.get(state.roomId))
  if (lines.length === 0) print(say`Nothing older is here.`)
  sayLines(state.roomId, lines, tools)
}

export function listRooms({ client, print, symbols }: Tools): void {
  const meant = new Meant().of(client)
  for (const [index, room] of client.rooms().entries()) {
    const named = room.kind === "everyone" && meant.has(room.id) ? say`, you are named` : say``
    const news = room.unread > 0 ? say`, ${room.unread} new${named}` : say``
    print(say`${index + 1} ${roomHeading(room, symbols)}${news}`)
  }
}

/** Rooms besides the one that is open, of which nothing was printed yet. */
export function sayWhatIsNew({ client, state, print, symbols }: Tools): void {
  const others = client.rooms().filter(({ id, unread }) => id !== state.roomId && unread > 0)
  for (const room of others) print(say`${symbols.mark} ${roomHeading(room, symbols)}, ${room.unread} new`)
  if (others.length > 0) print(say`/unread opens the next of them.`)
}

export function who(tools: Tools): void {
  const { client, print, symbols } = tools
  const room = roomOf(tools)
  if (room === undefined) return refuse(tools, say`No room is open.`)
  const members =
    room.kind === "direct"
      ? room.peer === undefined
        ? []
        : [{ person: room.peer, here: true, former: [] }]
      : room.members
  if (room.kind === "everyone") print(peopleSentence(room))
  print(say`${safeName(client.self().name)}, you`)
  print(...(room.ownFormer ?? []).map((key) => say`  ${formerWords(key, symbols)}`))
  for (const { person, here: isHere, former } of members) {
    const listed = isHere ? say`` : say`, only listed`
    print(
      say`${nameWithMark(person, symbols)}, ${person.online ? say`online` : say`offline`}, ${trustWords(person)}${listed}`,
    )
    print(...former.map((key) => say`  ${formerWords(key, symbols)}`))
  }
}

export function receipts(back: number, tools: Tools): void {
  const { client, state, print, symbols } = tools
  if (state.roomId === undefined) return refuse(tools, say`No room is open.`)
  const found = receiptsOf(client, state.roomId, back)
  if (found === undefined) return refuse(tools, noReceiptsWords(back))
  print(...plainReceipts(found, symbols))
}
