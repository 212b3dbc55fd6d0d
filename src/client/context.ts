/**
 * What every part of the engine shares: the store, the edges, who we are, and `update`, the one way to change
 * anything: a transaction, and only after its commit the new state in memory, the events and the frames.
 */
import { ByteReader, u64, utf8 } from "../bytes.ts"
import type { AccountKeys, DeviceKeys } from "../crypto/identity.ts"
import type { LeafSigner, Member, MlsEngine } from "../crypto/mls-engine.ts"
import type { Clock } from "../platform/clock.ts"
import type { Log } from "../platform/log.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import type { ComparisonContent, VerificationContent } from "../protocol/content.ts"
import type { ClientMessage, Of, RelayMessage } from "../protocol/messages.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import type { Conversation } from "./conversation.ts"
import type { ClientEvent, StampedEvent } from "./events.ts"
import type { JournalRecord } from "./journal.ts"
import { putRecord } from "./records.ts"
import type { ClientStore, Durability, StoreWriter } from "./store.ts"

/** A message whose answer is matched by its `rid`, which the link fills in. */
export type Question =
  Extract<ClientMessage, { rid: number }> extends infer M
    ? M extends { rid: number }
      ? Omit<M, "rid">
      : never
    : never
export type Answer = Extract<RelayMessage, { rid: number }>

/** What the relay tells of itself, once we are in. */
export type Unasked = Of<
  | "entry"
  | "accepted"
  | "stale"
  | "conflict"
  | "rejected"
  | "granted"
  | "damaged"
  | "cut"
  | "ephemeral"
  | "directoryGrew"
  | "packagesLeft"
  | "presence"
>

/** The connection to the relay as conversations see it. Everything is dropped when it ends; nothing is repeated here. */
export interface RelayLink {
  readonly online: boolean
  send(message: ClientMessage): void
  /** `answered` runs as an event of the queue; never, when the connection ends first. */
  ask(question: Question, answered: (answer: Answer) => Promise<void> | void): void
  /** Ends the connection for good: who we are has changed, and another process goes on. */
  leave(): void
  /** The relay broke the protocol: drop the connection, say so, try again later. */
  distrust(detail: string): void
  /** Drop the connection, and do not try again before the person has decided. */
  giveUp(why: "directory-split"): void
}

/** Who is told of contents that belong to a verification, inside the change that stores them, which puts the record. */
export interface Verifier {
  /** @param order where lines about it go. */
  heard(
    conversation: Conversation,
    update: Update,
    content: VerificationContent,
    sender: Member,
    order: number,
  ): void
  /** Our own stands in the log. */
  placed(conversation: Conversation, update: Update, content: VerificationContent, order: number): void
}

export interface Identity {
  /** As the directory has it, once we are in it: another one when a new entry of ours was read. */
  name: string
  readonly account: AccountKeys
  readonly device: DeviceKeys
  readonly inboxId: Uint8Array
  /** End of the device certificate, Unix milliseconds. */
  readonly certificateEnd: number
  readonly signer: LeafSigner
}

/** One change: everything told here happens after the commit, or not at all. */
export interface Update {
  readonly tx: StoreWriter
  tell(event: ClientEvent): void
  /** An event that is kept, so that `eventsSince` finds it. */
  keep(record: JournalRecord, event: ClientEvent): void
  after(action: () => void): void
}

export interface Context {
  readonly store: ClientStore
  readonly clock: Clock
  readonly random: Random
  readonly primitives: Primitives
  readonly engine: MlsEngine
  readonly log: Log
  readonly identity: Identity
  /** SHA-256 of the relay's SPKI; with twelve words it is known from the first connection on. */
  relayId(): Uint8Array
  readonly link: RelayLink
  update<T>(durability: Durability, body: (update: Update) => T): T
  /** Every conversation there is. */
  rooms(): readonly Conversation[]
  /** Whether conversations may be read and written: not before we know that this is the newest copy of the profile. */
  mayTalk(): boolean
  verifier(): Verifier
  /** The relay's directory as the others see it (PROTOCOL.md §8.6). */
  heads(): {
    toTell(): SignedHead | undefined
    hear(from: Uint8Array, head: SignedHead): void
    /** The relay was caught lying, and the person has not decided yet: nothing is said but what finds the difference. */
    readonly isDistrusted: boolean
    /** @param sender whose list it is; inside the change that stores it, which puts the conversation's record. */
    compare(conversation: Conversation, update: Update, content: ComparisonContent, sender: Member): void
  }
  /** A payload has been sealed, and will be sent. */
  sealed(): void
  /** Runs `action` as an event of the queue at `at`; the result cancels it. */
  later(at: number, action: () => Promise<void> | void): () => void
}

export const JOURNAL_COUNTER = utf8("journal")
/** Kept events; older ones are forgotten, and `--since` then starts at the oldest. */
export const MAX_JOURNAL = 100_000

export function cursorText(number: number): string {
  return `c_${number.toString(36)}`
}

/** Undefined for text that is no cursor of ours. */
export function cursorNumber(text: string): number | undefined {
  const match = /^c_([0-9a-z]{1,11})$/.exec(text)
  const number = match ? Number.parseInt(match[1]!, 36) : undefined
  return number !== undefined && number < Number.MAX_SAFE_INTEGER ? number : undefined
}

/** Builds `Context.update` over a store. @param emit is called after the commit, in order. */
export function updater(
  store: ClientStore,
  clock: Clock,
  emit: (stamped: StampedEvent) => void,
): Context["update"] {
  const stored = store.get("meta", JOURNAL_COUNTER)
  let lastKept = stored ? new ByteReader(stored).u64() : 0
  return (durability, body) => {
    const told: StampedEvent[] = []
    const actions: (() => void)[] = []
    let kept = lastKept
    const at = clock.now()
    const result = store.transaction(durability, (tx) => {
      const done = body({
        tx,
        tell: (event) => void told.push({ event, at, cursor: undefined }),
        keep: (record, event) => {
          kept++
          putRecord(tx, "journal", u64(kept), record)
          told.push({ event, at: record.at, cursor: cursorText(kept) })
        },
        after: (action) => void actions.push(action),
      })
      if (kept > lastKept) {
        tx.put("meta", JOURNAL_COUNTER, u64(kept))
        if (kept > MAX_JOURNAL) tx.deleteRange("journal", { to: u64(kept - MAX_JOURNAL) })
      }
      return done
    })
    lastKept = kept
    for (const action of actions) action()
    for (const stamped of told) emit(stamped)
    return result
  }
}
