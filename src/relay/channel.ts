/**
 * The rules of a log (PROTOCOL.md §5, §6): what may be appended, and what a reader may resume.
 *
 * A channel is in memory while somebody has it open; its handle then names it on every connection, so that one
 * stamped frame serves all readers. It reaches the store with its first entry.
 */
import { equalBytes, isZero, toHex } from "../bytes.ts"
import { EMPTY_HEAD, nextHead } from "../crypto/hash.ts"
import type { Millis } from "../platform/clock.ts"
import type { Primitives } from "../platform/primitives.ts"
import { type EntryHead, ENTRY_KINDS } from "../protocol/envelope.ts"
import type { Refusal } from "../protocol/errors.ts"
import { MAX_POSITION, type Of } from "../protocol/messages.ts"
import type { Budget } from "./budget.ts"
import type { RelayLimits } from "./config.ts"
import type { Core } from "./core.ts"
import { checkEnd, checkOf, headAfter } from "./damage.ts"
import type { DiskWatch } from "./disk-watch.ts"
import { mayCommit, maySpeak, type Proof } from "./proof.ts"
import type { Session } from "./session.ts"
import type { SoundBlobs } from "./sound-blobs.ts"
import type { RelayStore } from "./store.ts"
import type { Tokens } from "./tokens.ts"
import { TurnQueue } from "./turns.ts"

/** One reader of one channel. */
export interface Subscription {
  session: Session
  channel: Channel
  /** `append`: somebody else's inbox, into which one may write and never look. */
  mode: "follow" | "append"
  /** The entry to send next. */
  next: number
  readonly proof: Proof
}

/** An entry of this batch, ready to leave. */
export interface Fresh {
  seq: number
  frame: Uint8Array
}

export interface Channel {
  readonly id: Uint8Array
  /** `id` in hex. */
  readonly key: string
  readonly handle: number
  /** The device that alone may read it; undefined for all but inboxes. */
  readonly owner: string | undefined
  /** Undefined until the first entry. */
  ref: number | undefined
  /** The oldest entry that is kept, and the running hash before it. */
  firstSeq: number
  base: Uint8Array
  lastSeq: number
  head: Uint8Array
  nextPosition: number
  /** As in the store's row. */
  confirmed: number
  weight: number
  readonly followers: Set<Subscription>
  /** Everybody who has it open, followers and writers. */
  holders: number
  readonly turns: TurnQueue<Session>
  /** Entries that the coming commit makes durable, oldest first. */
  fresh: Fresh[]
}

export type Verdict =
  | { kind: "appended"; seq: number; time: Millis }
  /** The same bytes were accepted before. */
  | { kind: "repeated"; seq: number; time: Millis }
  /** Sealed at a position that is not the latest handshake's, or without its token. */
  | { kind: "stale"; nextPosition: number }
  /** The handshake's place is taken, or does not exist yet. */
  | { kind: "conflict"; nextPosition: number }
  | { kind: "rejected"; code: Refusal }

/** A header that comes with a handshake, or alone. */
export interface HeaderChange {
  headerId: Uint8Array
  blobHash: Uint8Array | undefined
  inline: Uint8Array
}

/** Link generations of one room: the present one, the coming one, and some left behind. */
const MAX_HEADERS_PER_CHANNEL = 4
/** Every batch looks at every queue in which somebody waits. */
const MAX_TURNS_PER_CONNECTION = 64

export class Channels {
  readonly #store: RelayStore
  readonly #primitives: Primitives
  readonly #limits: RelayLimits
  readonly #disk: DiskWatch
  readonly #budget: Budget
  readonly #blobs: SoundBlobs
  readonly #tokens: Tokens
  readonly #byKey = new Map<string, Channel>()
  #lastHandle = 0

  constructor({ store, primitives, config, budget, blobs }: Core, disk: DiskWatch, tokens: Tokens) {
    this.#tokens = tokens
    this.#blobs = blobs
    this.#store = store
    this.#primitives = primitives
    this.#limits = config.limits
    this.#disk = disk
    this.#budget = budget
  }

  /** Every channel that somebody has open. */
  get live(): Iterable<Channel> {
    return this.#byKey.values()
  }

  /** The channel in memory, read from the store if need be. Each call is followed by one `release`. */
  hold(channelId: Uint8Array, owner: string | undefined): Channel {
    const key = toHex(channelId)
    let channel = this.#byKey.get(key)
    if (channel === undefined) {
      channel = {
        id: channelId.slice(),
        key,
        handle: ++this.#lastHandle,
        owner,
        ref: undefined,
        firstSeq: 1,
        base: EMPTY_HEAD,
        lastSeq: 0,
        head: EMPTY_HEAD,
        nextPosition: 0,
        confirmed: -1,
        weight: 0,
        followers: new Set(),
        holders: 0,
        turns: new TurnQueue(),
        fresh: [],
      }
      this.reload(channel)
      if (channel.ref !== undefined) checkEnd(this.#store, this.#primitives, { ...channel, ref: channel.ref })
      this.#byKey.set(key, channel)
    }
    channel.holders++
    return channel
  }

  release(subscription: Subscription): void {
    const { channel } = subscription
    channel.followers.delete(subscription)
    this.leaveTurn(channel, subscription.session)
    if (--channel.holders === 0) this.#byKey.delete(channel.key)
  }

  /** Does nothing above the limit: the turn is advice, and whoever waits in so many places wants none of them. */
  takeTurn(channel: Channel, session: Session): void {
    if (session.turns < MAX_TURNS_PER_CONNECTION && channel.turns.take(session)) session.turns++
  }

  leaveTurn(channel: Channel, session: Session): void {
    if (channel.turns.leave(session)) session.turns--
  }

  /** Number of the newest entry of any channel, 0 for an empty or unknown one. */
  lastSeq(channelId: Uint8Array): number {
    return this.#byKey.get(toHex(channelId))?.lastSeq ?? this.#store.findChannel(channelId)?.lastSeq ?? 0
  }

  /** Whether anybody reads or has written a channel that is nobody's inbox. */
  isUsed(channelId: Uint8Array): boolean {
    return this.#byKey.has(toHex(channelId)) || this.#store.findChannel(channelId) !== undefined
  }

  /** Takes the channel as the store has it: at first, and after a failed commit. */
  reload(channel: Channel): void {
    const row = this.#store.findChannel(channel.id)
    channel.ref = row?.ref
    channel.firstSeq = row?.firstSeq ?? 1
    channel.base = row?.base ?? EMPTY_HEAD
    channel.lastSeq = row?.lastSeq ?? 0
    channel.head = row?.head ?? EMPTY_HEAD
    channel.nextPosition = row?.nextPosition ?? 0
    const confirmed = row?.confirmed ?? -1
    // A damaged row must not ask for a token that nobody can have.
    channel.confirmed = confirmed < channel.nextPosition ? confirmed : -1
    channel.weight = row?.weight ?? 0
    channel.fresh = []
  }

  /** These channels begin later now; what is staged for them stays. */
  shortened(refs: ReadonlySet<number>): void {
    for (const channel of this.#byKey.values()) {
      if (channel.ref === undefined || !refs.has(channel.ref)) continue
      const row = this.#store.findChannel(channel.id)!
      channel.firstSeq = row.firstSeq
      channel.base = row.base
      channel.weight = row.weight
    }
  }

  /** Whether a reader that has read up to `cursor` may go on from there (PROTOCOL.md §5.1). */
  resumes(channel: Channel, { incarnation, cursor, head }: Of<"open">): boolean {
    if (cursor === 0) return channel.firstSeq === 1
    if (!equalBytes(incarnation, this.#store.incarnation)) return false
    if (cursor < channel.firstSeq - 1 || cursor > channel.lastSeq) return false
    if (cursor === channel.lastSeq) return equalBytes(channel.head, head)
    const known = headAfter(this.#store, this.#primitives, channel.ref!, channel, cursor)
    return known !== undefined && equalBytes(known, head)
  }

  /**
   * A message or a letter. Its eid is looked for first, so that a repeat of what was accepted is accepted.
   * @param bytes the entry as uploaded, which `entry` was decoded from.
   */
  appendEntry(
    subscription: Subscription,
    entry: EntryHead,
    bytes: Uint8Array,
    eid: Uint8Array,
    position: number,
    author: string,
    now: Millis,
  ): Verdict {
    const { channel } = subscription
    const repeated = this.#findRepeated(channel, eid)
    if (repeated !== undefined) return repeated
    if (entry.kind === "handshake" || (entry.kind === "letter") !== (channel.owner !== undefined)) {
      return { kind: "rejected", code: "bad-request" }
    }
    const isInForce = position === channel.nextPosition - 1 && maySpeak(subscription)
    if (entry.kind === "message" && !isInForce) return { kind: "stale", nextPosition: channel.nextPosition }
    return this.#append(channel, entry, bytes, eid, position, undefined, author, now)
  }

  /** Compare-and-swap on the handshake position; the header, if any, changes in the same transaction. */
  appendHandshake(
    subscription: Subscription,
    entry: EntryHead,
    message: Of<"handshake">,
    eid: Uint8Array,
    change: HeaderChange | undefined,
    author: string,
    now: Millis,
  ): Verdict {
    const { channel } = subscription
    const repeated = this.#findRepeated(channel, eid)
    if (repeated !== undefined) return repeated
    const { expect } = message
    if (entry.kind !== "handshake" || channel.owner !== undefined || expect > MAX_POSITION)
      return { kind: "rejected", code: "bad-request" }
    // An empty channel is one that the relay lost, or a new one: who fills it says where it begins.
    if (channel.lastSeq > 0 && expect !== channel.nextPosition)
      return { kind: "conflict", nextPosition: channel.nextPosition }
    if (!mayCommit(subscription)) return { kind: "rejected", code: "unproven" }
    if (this.#tokens.isFull(channel, author)) return { kind: "rejected", code: "busy" }
    const refusal = change && this.#headerRefusal(channel, change)
    // Somebody about to be removed fills the places; the handshake that removes them brings a header all the same.
    if (refusal !== undefined && refusal !== "quota") return { kind: "rejected", code: refusal }
    const verdict = this.#append(
      channel,
      entry,
      message.entry,
      eid,
      expect,
      message.tokenHash.slice(),
      author,
      now,
    )
    if (verdict.kind !== "appended") return verdict
    this.#tokens.appended(subscription, expect, author)
    if (refusal === "quota") this.#dropOldestHeader(channel, now)
    if (change !== undefined) this.#putHeader(channel, change, expect, now)
    return verdict
  }

  /**
   * A header without a handshake, to mend one that came with a void handshake. It counts as made at the latest
   * position, like the one it replaces. @returns why not, or undefined when it was put.
   */
  mendHeader(
    subscription: Subscription,
    expect: number,
    change: HeaderChange,
    now: Millis,
  ): Refusal | undefined {
    const { channel } = subscription
    if (!mayCommit(subscription)) return "unproven"
    if (channel.nextPosition === 0 || expect !== channel.nextPosition) return "bad-request"
    const refusal = this.#headerRefusal(channel, change)
    if (refusal === undefined) this.#putHeader(channel, change, expect - 1, now)
    return refusal
  }

  /** Whether the entry was appended before. */
  holds(channel: Channel, eid: Uint8Array): boolean {
    return this.#findRepeated(channel, eid) !== undefined
  }

  #findRepeated(channel: Channel, eid: Uint8Array): Verdict | undefined {
    const found = channel.ref === undefined ? undefined : this.#store.findEntry(channel.ref, eid)
    return found && { kind: "repeated", ...found }
  }

  #append(
    channel: Channel,
    entry: EntryHead,
    bytes: Uint8Array,
    eid: Uint8Array,
    position: number,
    tokenHash: Uint8Array | undefined,
    author: string,
    now: Millis,
  ): Verdict {
    let { length: weight } = bytes
    if (entry.blobHash !== undefined) {
      const blob = this.#blobs.find(entry.blobHash)
      if (blob === undefined) return { kind: "rejected", code: "missing-blob" }
      weight += blob.total
    }
    const most = channel.owner === undefined ? this.#limits.channelEntries : this.#limits.inboxLetters
    const isFull =
      channel.lastSeq - channel.firstSeq + 1 >= most ||
      channel.weight + weight > this.#limits.channelBytes ||
      !this.#budget.allows(author, 1, bytes.length)
    if (isFull) return { kind: "rejected", code: "quota" }
    if (!this.#disk.hasRoom(bytes.length)) return { kind: "rejected", code: "storage" }
    if (entry.blobHash !== undefined) this.#store.pinBlob(entry.blobHash, 1, now)
    channel.ref ??= this.#store.createChannel(channel.id)
    const seq = channel.lastSeq + 1
    const before = channel.head
    const head = nextHead(before, seq, ENTRY_KINDS[entry.kind], eid, now)
    const check = checkOf(this.#primitives, { before, seq, time: now, position }, eid)
    const blobHash = entry.blobHash?.slice()
    const row = { seq, time: now, position, eid, before, head, check, blobHash, bytes, weight, tokenHash }
    this.#store.append(channel.ref, row)
    this.#budget.use(author, 1, bytes.length)
    channel.lastSeq = seq
    channel.head = head
    channel.weight += weight
    if (tokenHash !== undefined) channel.nextPosition = position + 1
    return { kind: "appended", seq, time: now }
  }

  #headerRefusal(channel: Channel, { headerId, blobHash }: HeaderChange): Refusal | undefined {
    const known = this.#store.findHeader(headerId)
    if (known !== undefined && known.ref !== channel.ref) return "not-allowed"
    if (blobHash !== undefined && this.#blobs.find(blobHash) === undefined) return "missing-blob"
    if (known !== undefined || channel.ref === undefined) return undefined
    return this.#store.countHeaders(channel.ref).count >= MAX_HEADERS_PER_CHANNEL ? "quota" : undefined
  }

  /** Neither bytes nor blob: the header goes, and its link leads nowhere. */
  #putHeader(
    channel: Channel,
    { headerId, blobHash, inline }: HeaderChange,
    position: number,
    now: Millis,
  ): void {
    const known = this.#store.findHeader(headerId)
    if (blobHash !== undefined) this.#store.pinBlob(blobHash, 1, now)
    if (known?.blobHash !== undefined) this.#store.pinBlob(known.blobHash, -1, now)
    if (blobHash === undefined && inline.length === 0) this.#store.deleteHeader(headerId)
    else
      this.#store.putHeader(headerId.slice(), {
        ref: channel.ref!,
        position,
        blobHash,
        inline: inline.slice(),
      })
  }

  #dropOldestHeader({ ref }: Channel, now: Millis): void {
    const { oldest } = this.#store.countHeaders(ref!)
    const header = oldest && this.#store.findHeader(oldest)
    if (header?.blobHash !== undefined) this.#store.pinBlob(header.blobHash, -1, now)
    if (header !== undefined) this.#store.deleteHeader(oldest!)
  }

  /** SHA-256 of the entry. */
  eidOf(bytes: Uint8Array): Uint8Array {
    return this.#primitives.sha("sha256", bytes)
  }
}

/** The header part of a handshake or of a `putHeader`; undefined when it names none. */
export function headerChangeOf(message: Of<"handshake"> | Of<"putHeader">): HeaderChange | undefined {
  if (isZero(message.headerId)) return undefined
  const blobHash = isZero(message.headerBlob) ? undefined : message.headerBlob.slice()
  return { headerId: message.headerId, blobHash, inline: message.header }
}
