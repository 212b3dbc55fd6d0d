/** `/log`: what the program noticed since it was started, in the order in which it did. Messages are not in it. */
import type { Client } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import { alarmNews } from "./directory-words.ts"
import { messageSentence } from "./language.ts"
import { noticeWords, renamedWords } from "./notice-words.ts"
import { safeLine, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { nameInWords, roomInWords, span, type Span } from "./theme.ts"
import { limitWords, problemWords, timeOfDay } from "./words.ts"

export const LOG_TITLE = say`What was noticed since the start`

/** Lines that are kept; the oldest give way. */
const MAX_LOGGED = 300
/** Longest line, in UTF-16 units. */
const MAX_UNITS = 400

export class SessionLog {
  readonly #client: Client
  readonly #clock: Clock
  readonly #lines: { at: Millis; text: SafeText }[] = []

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  heard(event: ClientEvent): void {
    const text = wordsOf(event, this.#client)
    if (text === undefined) return
    if (this.#lines.length >= MAX_LOGGED) this.#lines.shift()
    const line = safeLine(text)
    this.#lines.push({
      at: this.#clock.now(),
      text: line.length > MAX_UNITS ? say`${safeLine(sliceSafe(line, 0, MAX_UNITS))}…` : line,
    })
  }

  lines(): readonly (readonly Span[])[] {
    if (this.#lines.length === 0) return [[span(say`Nothing so far.`)]]
    return this.#lines.map(({ at, text }) => [span(say`${timeOfDay(at)} ${text}`)])
  }
}

function wordsOf(event: ClientEvent, client: Client): SafeText | undefined {
  switch (event.type) {
    case "relay.connected":
      return say`connected to ${safeLine(event.relay.name)}`
    case "relay.disconnected":
      return problemWords(event.why)
    case "relay.limited":
      return limitWords(event.why)
    case "directory.split":
      return alarmNews(event.alarm)
    case "directory.replaced":
      return say`The relay began its list of people anew.`
    case "error":
      return say`Something went wrong: ${safeLine(messageSentence(event.detail))}`
    case "person.joined":
      return say`${nameInWords(event.person)} is on this relay`
    case "person.renamed":
      return renamedWords(event)
    case "notice":
      return say`${roomInWords(client.room(event.room.id))}: ${noticeWords(event.notice)}`
    case "message.state":
      return event.state === "failed"
        ? say`${roomInWords(client.room(event.room.id))}: A message did not arrive.`
        : undefined
    default:
      return undefined
  }
}
