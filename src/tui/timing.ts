/** Messages that go at a time: `/later 14:30 TEXT`, `/scheduled`. */
import type { Client, LaterView } from "../client/client.ts"
import type { Millis } from "../platform/clock.ts"
import { safeLine, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { durationOf } from "./setting-table.ts"
import { roomInWords, span, type Span } from "./theme.ts"
import { plural, shortDay, timeOfDay } from "./words.ts"

export const SCHEDULED_TITLE = say`What goes at a time`

const TIMED = /^(\d{1,2}:\d{2}|\d{1,5}[smhd])(?:\s+(\S[^]*))?$/iu

/** What stands behind `/later`, when it begins with a time; undefined: it is about a person's key. */
export function timedText(rest: string): { time: string; text: string | undefined } | undefined {
  const found = TIMED.exec(rest.trim())
  // A person may be called "45m"; nobody is called 14:30.
  if (found === null || (found[2] === undefined && !found[1]!.includes(":"))) return undefined
  return { time: found[1]!.toLowerCase(), text: found[2] }
}

/** `14:30` → today, or tomorrow when it has passed, local; `45m` → from now on. Undefined for no such time. */
export function timeAt(time: string, now: Millis): Millis | undefined {
  const clock = /^(\d{1,2}):(\d{2})$/u.exec(time)
  if (clock === null) {
    const duration = durationOf(time)
    return duration === undefined ? undefined : now + duration
  }
  const [hours, minutes] = [Number(clock[1]), Number(clock[2])]
  if (hours > 23 || minutes > 59) return undefined
  const date = new Date(now)
  date.setHours(hours, minutes, 0, 0)
  if (date.getTime() <= now) date.setDate(date.getDate() + 1)
  // The hour that a clock skips in spring: what comes is still ahead.
  return date.getTime() > now ? date.getTime() : undefined
}

export function noTimeWords(time: string): SafeText {
  return say`Not planned: ${safeLine(time)} is no time within 30 days. Write 14:30, or 45m, 2h, 1d.`
}

/** @returns what is so then. @throws ClientError as `send`. */
export async function planMessage(
  client: Client,
  { roomId, time, text }: { roomId: string; time: string; text: string },
  now: Millis,
): Promise<SafeText> {
  const at = timeAt(time, now)
  if (at === undefined) return noTimeWords(time)
  const { number } = await client.desk.later.plan(roomId, text, at)
  return say`Goes to ${roomInWords(client.room(roomId))} at ${timeOfDay(at)}, ${shortDay(at)}, if the program runs then. /scheduled ${number} takes it back.`
}

/** @param number undefined: only the list. */
export async function scheduled(
  client: Client,
  number: number | undefined,
): Promise<{ said: SafeText } | { title: SafeText; lines: readonly (readonly Span[])[] }> {
  if (number === undefined) return { title: SCHEDULED_TITLE, lines: scheduledLines(client) }
  const { text } = await client.desk.later.cancel(number)
  return { said: say`Taken back, and not sent: ${short(text)}` }
}

/** At a start: what has not gone when it was to, for that was found before anybody listened. Undefined: nothing. */
export function unsentWords(client: Client): SafeText | undefined {
  const count = client.desk.later.all().filter(({ why }) => why !== undefined).length
  return count === 0
    ? undefined
    : say`NOT SENT when it was to be: ${plural(count, say`message`, say`messages`)} with a time. /scheduled has them.`
}

function scheduledLines(client: Client): readonly (readonly Span[])[] {
  const all = client.desk.later.all()
  if (all.length === 0) return [[span(say`Nothing waits for its time. /later 14:30 TEXT plans a message.`)]]
  return [
    ...all.map((each) => [
      span(lineOf(client, each), each.why === undefined ? "plain" : ("warning" as const)),
    ]),
    [span(say``)],
    [
      span(
        say`${plural(all.length, say`message`, say`messages`)}. They go only while the program runs. /scheduled N takes one back.`,
        "faint",
      ),
    ],
  ]
}

function lineOf(client: Client, { number, roomId, at, text, why }: LaterView): SafeText {
  const state =
    why === undefined
      ? say``
      : why === "missed"
        ? say` NOT SENT, the program did not run:`
        : say` NOT SENT, it could not be:`
  return say`${number}  ${shortDay(at)} ${timeOfDay(at)} ${whereOf(client, roomId)}:${state} ${short(text)}`
}

/** Of a room that has gone meanwhile only that. */
function whereOf(client: Client, roomId: string): SafeText {
  const room = client.rooms().find(({ id }) => id === roomId)
  return room === undefined ? say`a room that is not here` : roomInWords(room)
}

const MAX_UNITS = 160

function short(text: string): SafeText {
  const line = safeLine(text)
  return line.length > MAX_UNITS ? say`${safeLine(sliceSafe(line, 0, MAX_UNITS))}…` : line
}
