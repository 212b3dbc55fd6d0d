/**
 * The public face of the messaging engine: every interface (terminal, line mode, scripts, bots) is a guest
 * of these methods. Reads answer from the local store at once; writes resolve when they are on disk, never
 * when they have travelled: what happens afterwards arrives as events.
 */
import type { Verification } from "./verification.ts"
import type {
  ClientEvent,
  ConnectionView,
  DirectoryView,
  KeyView,
  MessageName,
  MessageView,
  PersonView,
  ReceiptView,
  RoomRef,
  RoomView,
  StampedEvent,
  ToldHead,
  TranscriptLine,
} from "./events.ts"
import type { SeesReport } from "./sees.ts"
import type { Millis } from "../platform/clock.ts"
import type { RoomLinks } from "./link.ts"
import type { Settings } from "./settings.ts"

export { holdsTwelveWords } from "../crypto/invitation-words.ts"
export { wordsOf } from "../crypto/sas.ts"
export { ClientError, fatalError } from "./errors.ts"
export { checkedSettings, DEFAULT_SETTINGS, NOTIFY_RULES, THEMES } from "./settings.ts"
export type { NotifyRule, Settings, ThemeName } from "./settings.ts"
export type { Verification, VerificationView, VerificationWhy } from "./verification.ts"
export type { HeldName } from "../protocol/held.ts"
export type { HeldSubject, HeldThing, SeesDifference, SeesReport } from "./sees.ts"

/** The relay's directory as a log that this client checks (PROTOCOL.md §8.6). */
export interface DirectoryGuest {
  view(): DirectoryView
  /** Who told which head, newest first. */
  told(): readonly ToldHead[]
  /** Everything computed again from the disk. @returns what is wrong, in words; empty when nothing is. */
  verify(): readonly string[]
  /** Text that proves a person's newest entry to anybody who knows the relay's pin. @throws ClientError `unknown-name`. */
  prove(personId: string): string
  /** What the last alarm rests on, as text. */
  evidence(): string | undefined
  /** The person has seen the alarm and goes on with this relay. Nothing happens without one. */
  accept(): Promise<void>
}

export interface Client {
  readonly directory: DirectoryGuest
  /** Connects, and reconnects until `stop`; while it waits, tries at once. Does nothing without a relay. */
  start(): void
  /** Saves, closes the connection and the store. The client must not be used afterwards. */
  stop(): Promise<void>
  /** Each event once, in order, after the state it speaks of can be read. The result unsubscribes. */
  on(listener: (stamped: StampedEvent) => void): () => void

  self(): PersonView
  connection(): ConnectionView
  /** Everybody in the relay's directory but oneself, by name. */
  people(): readonly PersonView[]
  /** `#everyone` first, then direct chats, newest first. */
  rooms(): readonly RoomView[]
  /** @throws ClientError `unknown-name`. */
  room(roomId: string): RoomView
  /** How many of our messages have not reached the relay. */
  outboxCount(): number

  /**
   * A person by alias or name (any case), by name and tag as screens show them (`Ravi?7f3c2k`), or by `u_…` id.
   * @throws ClientError `unknown-name`, `ambiguous-name`.
   */
  findPerson(name: string): PersonView
  /**
   * Gives a person a name that only this profile knows, shown instead of their own; undefined takes it away.
   * @throws ClientError `bad-name`, `alias-taken`, `unknown-name`.
   */
  setAlias(personId: string, alias: string | undefined): Promise<PersonView>
  /** Where `send TO` goes: `#everyone`, or a person's name. The chat need not exist. @throws as `findPerson`. */
  findRoom(to: string): RoomRef
  /** The room of a person, made if there is none yet; nothing is sent before the first message. */
  openChat(personId: string): Promise<RoomRef>

  /**
   * The newest `limit` lines before `before` (a line's `order`; undefined: the end), oldest first.
   * Messages still in the outbox come last.
   */
  transcript(roomId: string, limit: number, before?: string): readonly TranscriptLine[]
  /** How far one of our messages got with each person it was for. @throws ClientError `unknown-name` for no such message of ours. */
  receipts(roomId: string, messageId: string): readonly ReceiptView[]
  /** Lines in a room, for scroll bars and tests. */
  lineCount(roomId: string): number

  /**
   * Queues one message. Resolves with its id when it is on disk.
   * @throws ClientError `message-too-long`, `message-empty`, `key-changed`, `keys-differ`, `blocked`, `storage`, `unknown-name`,
   * `removed`, `inviter-unheard` (`link.goOnWithout` sends all the same); for `replyTo` as `remarks.find`.
   */
  send(roomId: string, text: string, replyTo?: MessageName): Promise<{ id: string }>
  readonly remarks: Remarks
  /** Everything in the room was on the screen: the count goes to zero and a receipt goes out, unless the settings say no. */
  markRead(roomId: string): Promise<void>

  /** Words, codes, whole rooms; below is the number that two people compare. */
  readonly verification: Verification
  /** 60 digits in 12 groups, the same on both sides. */
  safetyNumber(personId: string): string
  /** How each person's key came, and what to do about it. */
  readonly keys: KeysApi
  /** This person compared and says they match. */
  markVerified(personId: string): Promise<void>
  /** This person compared and says they differ: nothing more is sent to them until `markVerified`. */
  markMismatch(personId: string): Promise<void>

  /**
   * What the relay says that it holds about this account, and where that differs from what it must hold.
   * @throws ClientError `no-answer`.
   */
  sees(): Promise<SeesReport>
  /** Links, and what moderators of their rooms do. */
  readonly link: RoomLinks

  /** What this installation keeps for its own screens. */
  readonly desk: Desk

  /** Kept events after `cursor` (undefined: from the beginning), oldest first, at most `limit`. */
  eventsSince(cursor: string | undefined, limit: number): readonly (StampedEvent & { event: ClientEvent })[]
}

/** What this installation keeps for its own screens; nobody else learns any of it. */
export interface Desk {
  settings(): Settings
  /** Values that make no sense change nothing. @returns what holds from now on. @throws ClientError `storage`. */
  change(change: Partial<Settings>): Promise<Settings>
  /** What was being written in a room when the screen was last closed; empty: nothing. @throws ClientError `unknown-name`. */
  draft(roomId: string): string
  /** An empty text forgets it. @throws ClientError `unknown-name`, `storage`. */
  keepDraft(roomId: string, text: string): Promise<void>
  readonly later: LaterDesk
}

/** Messages that go at a time, if the program runs then; they are kept over restarts. */
export interface LaterDesk {
  /** The next one first; those that were missed or refused stay until they are taken back. */
  all(): readonly LaterView[]
  /** @param at ahead, by 30 days at most. @throws ClientError as `send`; `not-now` when 100 wait already. */
  plan(roomId: string, text: string, at: Millis): Promise<LaterView>
  /** Takes one back. @throws ClientError `unknown-message`. */
  cancel(number: number): Promise<LaterView>
}

export interface LaterView {
  /** By which it is taken back. */
  number: number
  roomId: string
  at: Millis
  text: string
  /** Why it will not go any more: nobody ran the program then, or it could not be sent. */
  why: "missed" | "refused" | undefined
}

/**
 * What is said about messages (PROTOCOL.md §13.7). Each resolves when it is on disk, and throws what `send` throws, and
 * ClientError `unknown-message`, `message-deleted`.
 */
export interface Remarks {
  /** One message as it is now. @throws ClientError `unknown-message`. */
  find(roomId: string, message: MessageName): MessageView
  /** New words for an own message. @throws ClientError `not-yours`, also for one that has failed. */
  edit(roomId: string, message: MessageName, text: string): Promise<void>
  /** Takes an own message back: here, and wherever it is read by an honest program. @throws ClientError `not-yours`. */
  delete(roomId: string, message: MessageName): Promise<void>
  /** Puts an emoji or a `:word:` to a message, or takes it away. @throws ClientError `bad-reaction`. */
  react(roomId: string, message: MessageName, reaction: string, on: boolean): Promise<void>
}

/** How each person's key came, and what this person does about it. */
export interface KeysApi {
  /** Every key that a person has had, newest first; the person's own for `self().id`. @throws ClientError `unknown-name`. */
  history(personId: string): readonly KeyView[]
  /** Goes on sending to somebody whose key was replaced, without having compared the new one. */
  decideLater(personId: string): Promise<void>
  /** Shows nothing more of somebody, and sends them nothing. */
  block(personId: string): Promise<void>
  unblock(personId: string): Promise<void>
  /**
   * Makes this person's next key. It counts when this resolves; the client must be stopped then, and opened again.
   * @throws ClientError `not-now`.
   */
  rotate(): Promise<void>
  /**
   * Registers another name for this person. Resolves when it stands in the directory that was read.
   * @throws ClientError `bad-name`, `name-taken`, `too-many-names`, `not-now`, `no-answer`.
   */
  rename(name: string): Promise<void>
  /** Gives up the account and its name, for good. Resolves when the relay has it. @throws ClientError `not-now`. */
  close(): Promise<void>
}
