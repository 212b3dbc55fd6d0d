/**
 * What is said when somebody's key has changed: what happened, the likely cause and the rare one, what to do
 * (PROTOCOL.md §14.2). No word of it is to frighten, and none to make it go away.
 */
import type { KeyView, PersonView, RoomView } from "../client/events.ts"
import type { Millis } from "../platform/clock.ts"
import { safeLine, type SafeText, safeName, say } from "./safe-text.ts"
import { nameAgain, nameInWords, nameToType } from "./theme.ts"

/** People in a room about whom something has to be decided. */
export function undecided(room: RoomView): readonly PersonView[] {
  const people = room.peer === undefined ? room.members.map(({ person }) => person) : [room.peer]
  return people.filter(({ mustDecide }) => mustDecide)
}

/** Why a room stands still, in a line. */
export function stoppedByKey(room: RoomView): SafeText {
  const [first, ...more] = undecided(room)
  if (first === undefined) {
    const name = room.peer === undefined ? say`somebody here` : nameInWords(room.peer)
    const again = room.peer === undefined ? name : nameToType(room.peer)
    return say`STOPPED: you compared keys with ${name} and they differ. Talk in person; /verify ${again} compares again, /block ${again} hides them.`
  }
  const others = more.length === 0 ? say`` : say` (and of ${more.length} more)`
  return say`STOPPED: the key of ${nameInWords(first)}${others} was replaced. /decide ${nameToType(first)} says why, and what you can do.`
}

/** The whole of it, for the panel and the line mode; each line is a paragraph. */
export function changedKeyText(person: PersonView): readonly SafeText[] {
  const name = nameAgain(person)
  return [
    say`The relay's operator has given the name ${nameInWords(person)} to another key.`,
    say`Mostly this means that ${name} has a new computer, or installed the program again and had no backup. In rare cases somebody else has taken the name, or the relay is lying.`,
    say`Nothing is sent to ${name} until you decide:`,
  ]
}

export const CHOICES = [
  {
    key: "v",
    word: say`verify now`,
    meaning: say`compare keys, face to face or by telephone`,
    short: say`compare keys`,
  },
  {
    key: "l",
    word: say`later`,
    meaning: say`send all the same; the mark stays until you have compared`,
    short: say`send all the same`,
  },
  {
    key: "b",
    word: say`block`,
    meaning: say`show nothing more of them, and send nothing`,
    short: say`hide, send nothing`,
  },
] as const

function verifiedWords(by: NonNullable<KeyView["verified"]>["how"]): SafeText {
  switch (by) {
    case "number":
      return say`safety number`
    case "words":
      return say`seven words`
    case "qr":
      return say`QR code`
    case "room":
      return say`whole room`
  }
}

/** One key of somebody's history: when and how it came, what became of it, how it was verified. */
export function keyLines({
  began,
  since,
  state,
  verified,
  differs,
  fingerprint,
  tag,
}: KeyView): readonly SafeText[] {
  const came =
    began === "registered"
      ? say`first key`
      : began === "rotated"
        ? say`signed by the key before`
        : say`given by the relay's operator`
  const now =
    state === "current"
      ? say`the key now`
      : state === "handed-over"
        ? say`handed over to the next`
        : state === "closed"
          ? say`account closed`
          : say`replaced`
  const checked =
    verified === undefined
      ? differs
        ? say`compared, and they differ`
        : say`not verified`
      : say`verified by ${verifiedWords(verified.how)} on ${dayText(verified.at)}`
  return [
    say`${dayText(since)}  ?${safeName(tag)}  ${came}, ${now}, ${checked}`,
    say`  ${safeName(fingerprint)}`,
  ]
}

function dayText(at: Millis): SafeText {
  return safeLine(new Date(at).toISOString().slice(0, 10))
}

export function keyNoticeWords(
  code: "key-changed" | "key-rotated" | "key-accepted" | "blocked" | "unblocked",
  name: SafeText,
): SafeText {
  switch (code) {
    case "key-changed":
      return say`The operator gave the name ${name} to another key: mostly a new computer, rarely somebody else. /decide says more.`
    case "key-rotated":
      return say`${name} has a new key, which the old one has signed. What you knew of the old one holds.`
    case "key-accepted":
      return say`You send to the new key of ${name} without having compared it. /verify compares.`
    case "blocked":
      return say`You blocked ${name}: nothing of them is shown or kept, and nothing is sent to them.`
    case "unblocked":
      return say`You unblocked ${name}. What they wrote meanwhile was not kept.`
  }
}

/** Why a room stands still, in two words. */
export function stoppedWords(room: RoomView): SafeText {
  switch (room.problem) {
    case "key-changed":
      return say`STOPPED: key changed`
    case "keys-differ":
      return say`STOPPED: keys differ`
    case "removed":
      return say`you were removed`
    case "blocked":
      return say`BLOCKED`
    case "closed":
      return say`CLOSED`
    default:
      return say`STOPPED`
  }
}
