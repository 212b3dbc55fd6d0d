/**
 * Sentences of a verification (PROTOCOL.md §14.4–§14.6): what each step is, who must act, how it ended. The same in the
 * full screen, the line mode and the commands, and the steps are the same line on both screens.
 */
import type { VerificationView, VerificationWhy } from "../client/client.ts"
import type { PersonRef } from "../client/events.ts"
import { unreachable } from "../errors.ts"
import { joinSafe, say, type SafeText } from "./safe-text.ts"
import { nameAgain, nameInWords, nameToType, nameWithMark, roomTitle, type Symbols } from "./theme.ts"
import { timeOfDay } from "./words.ts"

/** Names in one sentence; more are counted. */
const MAX_NAMES = 5

export function isOver({ waitingFor }: VerificationView): boolean {
  return waitingFor === "nobody"
}

/** What comes first on a screen: the newest that is open, else the newest that stays until it is dismissed. */
export function foremost(views: readonly VerificationView[]): VerificationView | undefined {
  return views.find((view) => !isOver(view)) ?? views[0]
}

/** Somebody asks, and this person has not agreed yet. */
export function isAsked({ step }: VerificationView): boolean {
  return step === "accept?"
}

/** The other person, or the leader of a round; never empty. Then `otherAgain`. */
export function otherName({ person }: VerificationView): SafeText {
  return person === undefined ? say`somebody` : nameInWords(person)
}

/** The same, where the name stood with its tag before, and where it must be the same on both screens. */
export function otherAgain({ person }: VerificationView): SafeText {
  return person === undefined ? say`somebody` : nameAgain(person)
}

export function verificationTitle(view: VerificationView, symbols: Symbols): SafeText {
  if (view.kind === "room") return say`Verify everybody in ${roomOf(view)}`
  const who = view.person === undefined ? say`a code` : nameWithMark(view.person, symbols)
  return view.kind === "qr" ? say`Verify ${who} with a code` : say`Verify ${who} with seven words`
}

export function roomOf({ room }: VerificationView): SafeText {
  return room === undefined ? say`the room` : roomTitle(room)
}

/** The steps of one kind, the same words on every screen, and which of them it stands at; -1 behind the last one. */
export function stepsOf(view: VerificationView, self: PersonRef): { steps: readonly SafeText[]; at: number } {
  const [own, other] = [nameAgain(self), otherAgain(view)]
  const asks = view.role === "asker" || view.role === "leader" || view.role === "shower"
  const [first, second] = asks ? [own, other] : [other, own]
  switch (view.kind) {
    case "words":
      return {
        steps: [say`${first} asks`, say`${second} agrees`, say`both compare`, say`done`],
        at: isOver(view) ? 3 : view.step === "asked" || view.step === "accept?" ? 1 : 2,
      }
    case "room":
      return {
        steps: [say`${first} asks`, say`all come in`, say`all compare`, say`done`],
        at: isOver(view) ? 3 : view.step === "gathering" || view.step === "accept?" ? 1 : 2,
      }
    case "qr":
      return {
        steps: [say`${first} shows a code`, say`${second} reads it`, say`${first} confirms`, say`done`],
        at: isOver(view) ? 3 : view.step === "confirm?" ? 2 : 1,
      }
  }
}

/** Who must act now, in a sentence. */
export function turnWords(view: VerificationView): SafeText {
  const other = otherName(view)
  switch (view.waitingFor) {
    case "you":
      return say`Your turn.`
    case "them":
      return say`Waiting for ${view.kind === "room" ? say`the others` : other}.`
    case "both":
      return view.kind === "room" ? say`Everybody's turn.` : say`Your turn, and that of ${other}.`
    case "leader":
      return say`Waiting for ${other}, who leads.`
    case "programs":
      return view.culprits.length === 0
        ? say`The programs exchange their parts; nobody has to do anything.`
        : say`Waiting for the program of ${namesWords(view.culprits)}.`
    case "nobody":
      return say`Done.`
  }
}

/** `It ends by itself at 12:09.`, or nothing. A time of day, for a countdown would draw the screen every second. */
export function endWords({ endsAt }: VerificationView): SafeText {
  return endsAt === undefined ? say`` : say`It ends by itself at ${timeOfDay(endsAt)}.`
}

/** What to do in this step; a paragraph for each element. */
export function taskWords(view: VerificationView): readonly SafeText[] {
  const [other, again] = [otherName(view), otherAgain(view)]
  switch (view.step) {
    case "asked":
      return [
        say`${other} has been asked to compare seven words with you. Talk to ${again} meanwhile, side by side or on the phone: you will read the words to each other.`,
      ]
    case "accept?":
      return view.kind === "room"
        ? [
            say`${other} asks everybody in ${roomOf(view)} to verify each other in one round. Come in if you sit with them now, or hear them: the words are read aloud.`,
          ]
        : [
            say`${other} asks you to compare seven words. Agree when the two of you can talk now, side by side or on the phone, where you know the voice.`,
          ]
    case "gathering":
      return view.role === "leader"
        ? [
            say`Everybody presses F5 and then Y on their own screen now. When all who are with you have come in, close the list.`,
          ]
        : [say`You have come in. ${other} closes the list when everybody is there; then the words come.`]
    case "exchanging":
      return [say`The words are being made.`]
    case "compare":
      return view.kind === "room" ? roomQuestion(view) : [wordsQuestion(other)]
    case "show":
      return [
        say`Let ${other} read this code off your screen: as a photograph of it, or as text. ${again} opens "Verify", then "Read a code". A code that is sent as a message proves nothing.`,
      ]
    case "confirm?":
      return [
        say`${other} has read your code. Look at their screen, or ask: does it say VERIFIED, and your name? Only then is ${again} verified here.`,
      ]
    default:
      return outcomeWords(view)
  }
}

function wordsQuestion(other: SafeText): SafeText {
  return say`Read the words to each other, one the first and the other the next, side by side or on the phone. Never through this chat. ${other} must have the same ones.`
}

/** The leader asks aloud for count and roll: words alone do not show somebody whom all lists contain. */
function roomQuestion(view: VerificationView): readonly SafeText[] {
  const { count } = view
  const ask = say`"Are there ${count} screens here? Does everyone find their own name on the list, once?"`
  if (view.role === "leader") {
    return [say`Read the words aloud. Then ask: ${ask}`]
  }
  return [
    say`${otherName(view)} reads the words aloud and asks: ${ask} Yours are the same, and all of it is so?`,
  ]
}

/** How it ended; a paragraph for each element. The first one says it all. */
export function outcomeWords(view: VerificationView): readonly SafeText[] {
  const [other, again] = [otherName(view), otherAgain(view)]
  if (view.step === "verified") return verifiedWords(view)
  if (view.step === "mismatch") {
    if (view.kind === "room") return roomMismatchWords(view)
    const who =
      view.ownAnswer === false || view.theirAnswer !== false
        ? say`You said that they differ`
        : say`${other} said that they differ`
    const what = view.kind === "qr" ? say`STOPPED. The tick is not on the other screen` : say`STOPPED. ${who}`
    return [
      say`${what}, so nothing more is sent to ${other}.`,
      say`Somebody may stand between the two of you, or one of you slipped. Talk to ${other} in person, then begin again: /verify ${view.person === undefined ? again : nameToType(view.person)}.`,
    ]
  }
  return [whyWords(view), say`Nobody was marked as verified by this.`]
}

function verifiedWords(view: VerificationView): readonly SafeText[] {
  // Whoever carries the mark needs no tag.
  const other = otherAgain(view)
  if (view.kind === "room") {
    const missing =
      view.missing.length === 0
        ? []
        : [say`Not on the list, and not verified by this: ${namesWords(view.missing)}.`]
    return [
      say`VERIFIED. The ${view.count - 1} others on this list carry the mark from now on, on every line.`,
      say`${answersWords(view)} If somebody says afterwards that theirs differ, the marks of this round are taken back.`,
      ...missing,
    ]
  }
  if (view.kind === "qr") {
    const next =
      view.role === "reader"
        ? say`Show this screen to ${other}, who confirms that they see it: then you are verified there too.`
        : say`${other} has verified you by the code, and you have verified ${other}.`
    return [say`VERIFIED: ${other}. What ${other} writes carries the mark from now on, on every line.`, next]
  }
  const theirs =
    view.theirAnswer === undefined
      ? say`${other} has not answered yet; that is for their own screen, and changes nothing here.`
      : say`${other} has said so too.`
  return [say`VERIFIED: ${other}. What ${other} writes carries the mark from now on, on every line.`, theirs]
}

function roomMismatchWords(view: VerificationView): readonly SafeText[] {
  const who = view.saidNo.length === 0 ? say`Somebody` : namesWords(view.saidNo)
  return [
    say`STOPPED. ${who} found something that differs, so this round has verified nobody; marks that it made are taken back.`,
    say`Find the pair: whoever's screen is odd and ${view.role === "leader" ? say`you` : otherName(view)} read the list below to each other, name and letters, line by line. The line that differs names the pair between whom somebody stands. Those two talk in person; the others begin again without them.`,
  ]
}

/** How many have answered what. */
export function answersWords(view: VerificationView): SafeText {
  const { saidYes, count } = view
  if (saidYes.length >= count && count > 0) return say`All ${count} have said that they are the same.`
  return say`${saidYes.length} of ${count} have said that they are the same.`
}

function whyWords(view: VerificationView): SafeText {
  if (view.why === undefined) return say`It ended without a result.`
  const { culprits } = view
  const other = { other: otherName(view), again: otherAgain(view) }
  const who =
    culprits.length === 0
      ? { who: other.other, whoAgain: other.again }
      : { who: namesWords(culprits), whoAgain: namesWords(culprits, nameAgain) }
  return reasonWords(view.why, { ...other, ...who })
}

/** `other`: the other person, or the leader; `who`: those whom it failed because of. Each with its tag, then without. */
function reasonWords(
  why: VerificationWhy,
  { other, again, who, whoAgain }: Record<"other" | "again" | "who" | "whoAgain", SafeText>,
): SafeText {
  switch (why) {
    case "you-cancelled":
      return say`You ended it.`
    case "they-cancelled":
      return say`${other} ended it, or did not want to.`
    case "no-answer":
      return say`${other} did not answer within five minutes. Perhaps they are not at their computer; ask again when they are.`
    case "you-did-not-answer":
      return say`You did not answer within five minutes, so it ended by itself.`
    case "you-were-offline":
      return say`There was no connection to the relay, so ${other} was never asked.`
    case "you-restarted":
      return say`This program was closed meanwhile. Begin again.`
    case "they-restarted":
      return say`The program of ${other} was closed meanwhile. Begin again.`
    case "they-are-busy":
      return say`${other} has another verification open. Ask again when it is finished.`
    case "too-soon":
      return say`${other} was asked a moment ago. Wait half a minute, then ask again.`
    case "they-forgot":
      return say`The program of ${other} does not know of this any more. Begin again.`
    case "broken-rules":
      return say`What came from the program of ${who} does not fit together. That is no slip of a person: a program is broken, or somebody changed what it sent. Ask ${whoAgain} in person.`
    case "keys-changed":
      return say`The key of ${other} changed meanwhile, so this proves nothing. Begin again with the new one, and ask ${again} why.`
    case "not-possible":
      return say`This chat is stopped, or ${other} is blocked: it cannot be done now.`
    case "withheld":
      return say`The program of ${who} did not show its part within a minute. Perhaps it lost the connection. Begin again.`
    case "three-attempts":
      return say`The program of ${who} did not show its part three times in a row. Begin again without ${whoAgain}, and ask why.`
    case "two-lists":
      return say`The program of ${other}, who leads, told different people different lists. Ask ${again} in person; somebody else should lead.`
    case "wrong-list":
      return say`The list of ${other} names somebody with what that person never said. Somebody else should lead.`
    case "not-on-the-list":
      return say`You are not on the list of ${other}: you came in too late, or were left out. Begin again together.`
    case "nobody-came":
      return say`Nobody else came in.`
    case "somebody-said-no":
      return say`${who} said that something differs.`
    case "unknown-code":
      return say`This is no code of secure-chat, or it is damaged. Read it again, whole and sharp.`
    case "not-for-you":
      return say`This code does not fit your keys: it was shown to somebody else, or ${other} sees another key under your name. Ask ${again} to open "Show a code" for you, and compare the 60 digits if it goes wrong again.`
    case "other-person":
      return say`This is not the code of ${other}, but of somebody else. Read it off the screen of ${again}; if you did, compare the 60 digits.`
    case "unknown-person":
      return say`Nobody whom this computer knows has the key of this code. If ${other} stands before you, the relay may have given you another key for them: compare the 60 digits.`
    case "from-the-chat":
      return say`This code came as a message, so it proves nothing: whoever can change messages can change a code. Read it off the other screen.`
    case "old-code":
      return say`This code has been read before. Ask ${other} to show a new one.`
    default:
      return unreachable(why)
  }
}

/** One line that tells of a verification that is not on the screen, with the key that opens it. */
export function noticeOfVerification(view: VerificationView, symbols: Symbols): SafeText {
  const who = view.person === undefined ? say`somebody` : nameWithMark(view.person, symbols)
  if (isOver(view)) return outcomeWords(view)[0] ?? say`It ended.`
  if (isAsked(view)) {
    return view.kind === "room"
      ? say`${who} asks everybody in ${roomOf(view)} to verify each other now.`
      : say`${who} asks you to compare seven words now.`
  }
  const what =
    view.kind === "room" ? say`Verifying everybody in ${roomOf(view)}` : say`Verification with ${who}`
  return say`${what} is open. ${turnWords(view)}`
}

export function namesWords(people: readonly PersonRef[], nameOf = nameInWords): SafeText {
  const names = people.slice(0, MAX_NAMES).map((person) => nameOf(person))
  const more = people.length - names.length
  if (more > 0) return say`${joinSafe(names, say`, `)} and ${more} more`
  const last = names.at(-1) ?? say`nobody`
  return names.length < 2 ? last : say`${joinSafe(names.slice(0, -1), say`, `)} and ${last}`
}
