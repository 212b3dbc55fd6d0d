/** The sentences about the relay's list of people: what was caught, and what a person can do. */
import type { AlarmReason, DifferenceView, DirectoryAlarm } from "../client/events.ts"
import { safeName, say, type SafeText } from "./safe-text.ts"
import { nameAgain, nameInWords } from "./theme.ts"

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

/** What there is to be said of an alarm now: that there is one, and once it is known, whom it is about. */
export function alarmNews({ why, difference }: DirectoryAlarm): SafeText {
  return difference === undefined ? alarmWords(why) : differenceWords(difference)
}

/** The line that stays in the transcript. */
export function splitNotice(why: AlarmReason): SafeText {
  return say`${alarmWords(why)} Nothing is sent until you decide.`
}

/** Who told of the other head, how long both lists are, what they differ in, and what to do about it. */
export function alarmDetail({ from, ours, theirs, difference }: DirectoryAlarm): SafeText {
  const teller = from === undefined ? say`the relay itself` : nameInWords(from)
  const sizes =
    ours === undefined
      ? say`Theirs has ${theirs.size} places.`
      : say`Yours has ${ours.size} places, the other one ${theirs.size}.`
  const told = say`Told by ${teller}. ${sizes}`
  return difference === undefined
    ? say`${told} Which place differs is not known.`
    : say`${told} ${differenceWords(difference)} ${adviceWords(difference)}`
}

/** The first place at which the two lists differ, and whose it is: with the tags of both keys. */
export function differenceWords({ kind, place, by, ours, theirs }: DifferenceView): SafeText {
  const other = nameInWords(by)
  const there = theirs && say`${safeName(theirs.name)} ?${safeName(theirs.tag)}`
  if (kind === "more") {
    return there === undefined
      ? say`The relay keeps back from you what the list of ${other} has from place ${place} on.`
      : say`The relay keeps back from you what the list of ${other} has from place ${place} on: there it has ${there}.`
  }
  const here =
    ours &&
    (ours.trust === "self"
      ? say`you, ?${safeName(ours.tag)}`
      : say`${safeName(ours.name)} ?${safeName(ours.tag)}`)
  if (here === undefined)
    return there === undefined
      ? say`The lists differ at place ${place}, in something that is nobody's.`
      : say`At place ${place} the list of ${other} has ${there}; yours has nobody there.`
  if (there === undefined)
    return say`At place ${place} your list has ${here}; the list of ${other} has something else there.`
  return say`At place ${place} your list has ${here}; the list of ${other} has ${there} there.`
}

function adviceWords({ by, ours, theirs }: DifferenceView): SafeText {
  const other = nameAgain(by)
  if (ours?.trust === "self")
    return say`That place is yours: tell ${other} and everybody else in person, for whoever reads the other list may be writing to somebody else.`
  const name = ours === undefined ? theirs?.name : nameAgain(ours)
  if (name === undefined) return say`Tell ${other} in person, and whoever runs the relay.`
  return say`One of the two keys may be a stranger's: write nothing to ${safeName(name)} before you have compared keys in person, and tell ${other}.`
}

export const SPLIT_TROUBLE: SafeText = say`The relay was caught showing different lists of people, so nothing is sent or fetched. Tell the others, in person, and ask whoever runs it. "secure-chat directory evidence" prints the proof; "secure-chat directory accept" goes on anyway.`
