/** The sentences about the relay's list of people: what was caught, and what a person can do. */
import type { AlarmReason, DirectoryAlarm } from "../client/events.ts"
import { say, type SafeText } from "./safe-text.ts"
import { nameInWords } from "./theme.ts"

/** What is wrong, in one sentence. */
export function alarmWords(why: AlarmReason): SafeText {
  switch (why) {
    case "contradiction":
      return say`ALARM: the relay has shown two different lists of people. Somebody may be standing between you and others.`
    case "behind":
      return say`ALARM: the relay shows an older list of people than it has shown before.`
    case "entries":
      return say`ALARM: the list of people that the relay hands out is not the one it has signed.`
    case "withheld":
      return say`ALARM: the relay keeps back from you what it has shown to somebody else.`
    case "unexplained":
      return say`ALARM: the relay began a new list of people that does not continue the one you have read.`
    case "two-keys":
      return say`ALARM: the relay signs its list of people with two different keys.`
  }
}

/** The line that stays in the transcript. */
export function splitNotice(why: AlarmReason): SafeText {
  return say`${alarmWords(why)} Nothing is sent until you decide.`
}

/** Who told of the other head, and how long both lists are. */
export function alarmDetail({ from, ours, theirs }: DirectoryAlarm): SafeText {
  const teller = from === undefined ? say`the relay itself` : nameInWords(from)
  const sizes =
    ours === undefined
      ? say`Theirs has ${theirs.size} places.`
      : say`Yours has ${ours.size} places, the other one ${theirs.size}.`
  return say`Told by ${teller}. ${sizes} Which place differs is not known.`
}

export const SPLIT_TROUBLE: SafeText = say`The relay was caught showing different lists of people, so nothing is sent or fetched. Tell the others, in person, and ask whoever runs it. "secure-chat directory evidence" prints the proof; "secure-chat directory accept" goes on anyway.`
