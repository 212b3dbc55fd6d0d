/**
 * Commands that people know from elsewhere and that this version does not have (decision 0036): what is typed is never
 * said as a message, and the answer names what comes nearest.
 */
import { safeLine, say, type SafeText } from "./safe-text.ts"

const NOT_YET: Readonly<Record<string, SafeText>> = {
  alert: say`/all TEXT says it to everybody in #everyone.`,
  announce: say`/all TEXT says it to everybody in #everyone.`,
  ask: say`No assistant is here; /all TEXT asks the people in #everyone.`,
  attach: say`Files are not sent. secure-chat send NAME - sends a text file as a message.`,
  ack: say`/receipts says who has a message, and who has read it.`,
  bundle: say`/export saves a room as a text file.`,
  canned: say`Ctrl+R finds what you wrote before.`,
  expire: say`/delete takes a message back.`,
  handover: say`/receipts says who has read what you wrote.`,
  history: say`Nothing is deleted here by itself; how long the relay keeps entries is its operator's to say.`,
  leave: say`/mute makes #everyone quiet; a moderator can /remove you.`,
  poll: say`/react puts a :word: to a message, and everybody sees how many did.`,
  print: say`/export saves a room as a text file, which any program prints.`,
  quiz: say`/react puts a :word: to a message, and everybody sees how many did.`,
  roll: say`/who says who is in this room, and who is online.`,
  room: say`There is #everyone, and a chat with each person: /go NAME opens one.`,
  saved: say`/search finds a message again, /export saves a room.`,
  topic: say`The room is called #everyone, and has no topic.`,
  wipe: say`/quit ends the program; then delete the folder of the profile.`,
}

/** Undefined for a word that is not known as a command anywhere. */
export function notYet(word: string): SafeText | undefined {
  const typed = word.toLowerCase()
  if (!Object.hasOwn(NOT_YET, typed)) return undefined
  return say`Not sent: there is no /${safeLine(typed)} yet. ${NOT_YET[typed]!}`
}
