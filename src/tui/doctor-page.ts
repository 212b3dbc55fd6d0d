/** `/doctor`: what this client can check of itself at once, each with what to do about it. The words stand before the colours. */
import type { Client } from "../client/client.ts"
import type { Millis } from "../platform/clock.ts"
import { alarmWords } from "./directory-words.ts"
import { safeName, say, type SafeText } from "./safe-text.ts"
import { roomInWords, span, type Span } from "./theme.ts"
import { connectionWords, plural, roomProblemWords, timeOfDay } from "./words.ts"

export const DOCTOR_TITLE = say`What is in order, and what is not`

interface Check {
  isGood: boolean
  text: SafeText
}

/** @param canLock whether a passphrase protects this profile. */
export function doctorLines(
  client: Client,
  { canLock, now }: { canLock: boolean; now: Millis },
): readonly (readonly Span[])[] {
  const checks = [
    connection(client),
    outbox(client),
    ...directory(client),
    ...rooms(client),
    trust(client),
    passphrase(canLock),
    quiet(client, now),
  ]
  return [
    // One span each: only such a line is wrapped to a narrow screen.
    ...checks.map(({ isGood, text }) => [
      span(
        say`${isGood ? say`ok    ` : say`LOOK  `}${text}`,
        isGood ? ("plain" as const) : ("warning" as const),
      ),
    ]),
    [span(say``)],
    [span(say`More, outside of the chat: secure-chat doctor --net, --term, --attack.`, "faint")],
  ]
}

function connection(client: Client): Check {
  const view = client.connection()
  const where =
    view.state === "online"
      ? say`${safeName(view.relayName)}, its key is the pinned one`
      : connectionWords(view)
  return { isGood: view.state === "online", text: say`The relay: ${where}.` }
}

function outbox(client: Client): Check {
  const count = client.outboxCount()
  return count === 0
    ? { isGood: true, text: say`Nothing waits to be sent.` }
    : {
        isGood: false,
        text: say`${plural(count, say`message waits`, say`messages wait`)} here until the relay is reached.`,
      }
}

function directory(client: Client): Check[] {
  const { head, readAt, alarm } = client.directory.view()
  if (alarm !== undefined)
    return [{ isGood: false, text: say`${alarmWords(alarm.why)} /directory says more.` }]
  if (head === undefined || readAt === undefined)
    return [{ isGood: false, text: say`The list of people has not been read yet.` }]
  return [
    { isGood: true, text: say`The list of people fits what the relay has signed, at ${timeOfDay(readAt)}.` },
  ]
}

function rooms(client: Client): Check[] {
  const all = client.rooms()
  const faults = all.flatMap((room) => {
    const problem = roomProblemWords(room)
    return problem === undefined ? [] : [{ isGood: false, text: say`${roomInWords(room)}: ${problem}` }]
  })
  return faults.length > 0
    ? faults
    : [
        {
          isGood: true,
          text: say`${plural(all.length, say`room`, say`rooms`)}, and nothing is wrong in any.`,
        },
      ]
}

function trust(client: Client): Check {
  const people = client.people()
  const undecided = people.filter(({ mustDecide }) => mustDecide).length
  if (undecided > 0)
    return {
      isGood: false,
      text: say`${plural(undecided, say`key was`, say`keys were`)} replaced, and you have not decided: /trust says whose.`,
    }
  const verified = people.filter((person) => person.trust === "verified").length
  return {
    isGood: verified === people.length,
    text: say`You have verified ${verified} of ${plural(people.length, say`person`, say`people`)}; /verify does the rest.`,
  }
}

function passphrase(canLock: boolean): Check {
  return canLock
    ? { isGood: true, text: say`A passphrase protects this profile; /lock asks for it.` }
    : {
        isGood: false,
        text: say`No passphrase: whoever can read your files can read your messages.`,
      }
}

function quiet(client: Client, now: Millis): Check {
  const { quietUntil, rooms: rules, notify } = client.desk.settings()
  const muted = Object.values(rules).filter((rule) => rule === "off").length
  if (quietUntil > now)
    return {
      isGood: false,
      text: say`Nothing notifies you until ${timeOfDay(quietUntil)}; /dnd off ends that.`,
    }
  if (notify === "off" || muted > 0)
    return { isGood: true, text: say`Some rooms are quiet because you said so: /set notify, /unmute.` }
  return { isGood: true, text: say`Notifications are on.` }
}
