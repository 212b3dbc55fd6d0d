/**
 * Verification as guests see it (PROTOCOL.md §14.4–§14.6): two people by seven words or by a QR code, a whole room in
 * one round. A view says what stands on the screen and who must act; what has ended stays until it is dismissed.
 */
import type { Millis } from "../platform/clock.ts"
import type { PersonRef, RoomRef } from "./events.ts"

/** `words`: seven words of two people; `room`: a whole room; `qr`: a code on one screen, read by the other. */
export type VerificationKind = "words" | "room" | "qr"

/** `asker` and `answerer` of words, `leader` and `member` of a room's round, `shower` and `reader` of a code. */
export type VerificationRole = "asker" | "answerer" | "leader" | "member" | "shower" | "reader"

/**
 * words: `asked` (asker) or `accept?` (answerer) → `exchanging` → `compare` → an end.
 * room:  `gathering` (leader, and members who have come in) or `accept?` (member) → `exchanging` → `compare` → an end.
 * qr:    `show` (shower: the code is on the screen) → `confirm?` (shower: is the tick on their screen?) → an end;
 *        the reader is at an end at once.
 *
 * Ends: `verified`, `mismatch`, `cancelled` (somebody ended it, or it could not go on), `timed-out`, `failed` (somebody
 * broke the rules, or what was read does not fit). `why` says more of every end but the first two.
 */
export type VerificationStep =
  | "asked"
  | "accept?"
  | "gathering"
  | "exchanging"
  | "compare"
  | "show"
  | "confirm?"
  | VerificationEnd

export type VerificationEnd = "verified" | "mismatch" | "cancelled" | "timed-out" | "failed"

/** Who must act next. `programs`: nobody, it goes on by itself. `nobody`: it is over. */
export type WaitingFor = "you" | "them" | "both" | "leader" | "programs" | "nobody"

/** Why it ended, for a sentence in plain words. */
export type VerificationWhy =
  | "you-cancelled"
  | "they-cancelled"
  | "no-answer" // five minutes passed, and the other person (or the leader) did not act
  | "you-did-not-answer" // five minutes passed, and this person did not act
  | "you-were-offline" // what was to be asked never reached the relay
  | "you-restarted"
  | "they-restarted"
  | "they-are-busy" // another verification is open there
  | "too-soon" // they were asked less than half a minute ago
  | "they-forgot" // their program does not know of it any more
  | "broken-rules" // a commitment that does not fit, or one thing said twice: `culprits` says who
  | "keys-changed" // the other person's keys are not those that it began with
  | "not-possible" // the chat or the room is stopped, or the person is blocked
  | "withheld" // `culprits` did not show their part in 60 s
  | "three-attempts" // the same, for the third time
  | "two-lists" // the leader said two different lists
  | "wrong-list" // the list names somebody with what they never said
  | "not-on-the-list" // this person is not on the leader's list, and nobody was verified here
  | "nobody-came" // fewer than two people
  | "somebody-said-no" // room: `saidNo` says who
  | "unknown-code" // qr: no code of ours, or damaged
  | "not-for-you" // qr: it was shown to somebody else, or the shower sees other keys of this person
  | "other-person" // qr: it is the code of somebody else than the person whose screen was meant
  | "unknown-person" // qr: nobody with these keys is known here; room: the list names somebody whom the directory lacks
  | "from-the-chat" // qr: it was sent as a message, and proves nothing
  | "old-code" // qr: it was read already

/** Indexes into the list of 256 words; index-equal in every language. */
export type WordIndexes = readonly number[]

export interface VerificationView {
  /** `v_` and 22 characters. */
  id: string
  kind: VerificationKind
  role: VerificationRole
  step: VerificationStep
  waitingFor: WaitingFor
  /** The other person; for a room its leader; undefined for a code of somebody unknown. */
  person: PersonRef | undefined
  /** The room of a round. */
  room: RoomRef | undefined
  /** Seven indexes from `compare` on; `wordsOf` gives the texts. */
  words: WordIndexes | undefined
  /** The same as six groups of five digits, for whoever has no common language. */
  digits: string | undefined
  /** The code to show; only in `show` and `confirm?`. */
  qr: string | undefined
  /** What this person said, and, for two people, what the other one said: for display only. */
  ownAnswer: boolean | undefined
  theirAnswer: boolean | undefined
  /** When it ends by itself; undefined once it is over. */
  endsAt: Millis | undefined
  /** Room: who has come in so far, from the closing of the list on who is on it, oneself included, by name. */
  people: readonly PersonRef[]
  /** Room: how many that are; stands large on the screen. */
  count: number
  /** Room: members of the room who have not come in, or are not on the list; they are not verified. */
  missing: readonly PersonRef[]
  /** Room: who answered that the words are the same, and who that they are not. */
  saidYes: readonly PersonRef[]
  saidNo: readonly PersonRef[]
  /** Room: who has not shown their part yet, or (at an end) who it failed because of. */
  culprits: readonly PersonRef[]
  /** Room: 1 to 3. */
  attempt: number
  why: VerificationWhy | undefined
  /** When this view last changed. */
  at: Millis
}

/** How a person was verified, and when: beside the mark. `number`: the 60 digits. */
export type VerifiedHow = "words" | "number" | "qr" | "room"

/** `client.verification`. Views are read at once; what acts resolves when it is on disk. */
export interface Verification {
  /** What the screen should show: the newest that is open, else the newest that was not dismissed. */
  current(): VerificationView | undefined
  /** Everything that is open or was not dismissed, newest first. */
  all(): readonly VerificationView[]
  /** @throws ClientError `unknown-name`: there is none, or it was dismissed. */
  view(id: string): VerificationView

  /**
   * Asks the other person to compare seven words; if they have asked already, this agrees.
   * @throws ClientError `unknown-name`, `key-changed`, `keys-differ` (say what else is open first), `blocked`,
   * `verify-busy` (one with them is open), `verify-too-soon` (half a minute between two).
   */
  askWords(personId: string): Promise<VerificationView>
  /** Asks a whole room; this person leads. @throws as `askWords`; `not-joined` for a room that is not open. */
  askRoom(roomId: string): Promise<VerificationView>
  /** The leader: everybody who is here has come in. @throws ClientError `verify-over`, `verify-too-few`. */
  closeList(id: string): Promise<VerificationView>
  /** This person agrees (words), or is here and wants to be on the list (room). @throws ClientError `verify-over`. */
  accept(id: string): Promise<VerificationView>
  /**
   * This person compared, aloud. Yes marks; no stops.
   * @param attempt of the words that they saw: a leader may begin the next one at any time.
   * @throws ClientError `verify-over`.
   */
  answer(id: string, matches: boolean, attempt?: number): Promise<VerificationView>
  /** Ends it on both sides. Nothing happens to one that is over. */
  cancel(id: string): Promise<void>
  /** Takes a result off the screen; an open one is cancelled first. */
  dismiss(id: string): Promise<void>

  /** Makes a code for this person to read off our screen. @throws as `askWords`. */
  qrText(personId: string): Promise<VerificationView>
  /**
   * What a camera, an image or the person's own typing brought from the screen of this person; never from a message.
   * Marks them, or says why not. @throws ClientError `unknown-name`.
   */
  readQr(personId: string, text: string): Promise<VerificationView>
  /** The shower: the other screen shows the tick, or does not. @throws ClientError `verify-over`. */
  confirmQr(id: string, seen: boolean): Promise<VerificationView>
}
