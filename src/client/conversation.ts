/**
 * One conversation: its place in the log, its MLS group, its pending commit (PROTOCOL.md §10–§12, §16). Here are the
 * state and the routes; `reading.ts`, `sending.ts` and `joining.ts` are what it does.
 *
 * `advance` looks at what is saved and does the next thing that is missing; it is called after every event,
 * so a crash or a lost connection needs no plan of its own: the same look finds the same thing to do.
 */
import { compareBytes, equalBytes } from "../bytes.ts"
import { groupIdOf } from "../crypto/channel-keys.ts"
import type { Consumed, GroupState, ExpectedParameters } from "../crypto/mls-engine.ts"
import { type Refusal, refusalName } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import { askIfDue } from "./answers.ts"
import { beaconIfDue } from "./beacons.ts"
import { ChannelLog } from "./channel-log.ts"
import { type Contacts, roomId } from "./contacts.ts"
import type { Context, Update } from "./context.ts"
import type { RoomProblem, RoomRef } from "./events.ts"
import { doubtOf, follow, mayFollow } from "./following.ts"
import { sendHint } from "./inbox.ts"
import { joinOrOpen, offerPending } from "./joining.ts"
import { addNotice } from "./lines.ts"
import { noteDoor } from "./doorstep.ts"
import { moderateIfDue } from "./moderating.ts"
import { askHeader } from "./room-header.ts"
import { missHeader } from "./mending.ts"
import { Peers } from "./peers.ts"
import { readEntry } from "./reading.ts"
import { QuestionKeys } from "./private-answers.ts"
import { isUnanswered, rejoinIfDue } from "./rejoining.ts"
import { openingToken, proveAll } from "./proving.ts"
import { repairIfDue } from "./repairing.ts"
import { beginAnew, passDamaged, refill } from "./resetting.ts"
import {
  type ConversationRecord,
  getRecord,
  type PendingRecord,
  putRecord,
  type StoredNotice,
} from "./records.ts"
import { giveUpChannel, isOutOfUse } from "./reopening.ts"
import { type EpochKeys, epochKeys, wipeEpochKeys } from "./sealing.ts"
import { sayToDoubted, sendNext } from "./sending.ts"
import { removeStaleLeaves } from "./stale-leaves.ts"
import { prefixRange } from "./store.ts"
import { FRESH, type Transient } from "./transient.ts"
import { resolve } from "./uncertain.ts"
import { takeConflict, takeCut, takeRejection, takeStale } from "./verdicts.ts"

/** How long the relay, or a header that makes no sense, is left alone before the next try. */
const RETRY_MS = 5_000
const ROOM_KEY_BYTES = 32

/** A pending commit with the state that it will lead to. */
export interface Pending {
  record: PendingRecord
  state: GroupState
  /** Wiped once the commit is merged: until then it aliases live secrets. */
  consumed: Consumed | undefined
}

export class Conversation {
  readonly context: Context
  readonly contacts: Contacts
  log: ChannelLog
  record: ConversationRecord
  group: GroupState | undefined
  keys: EpochKeys | undefined
  pending: Pending | undefined
  now: Transient = { ...FRESH }
  /** When we owe the room a sign of life (PROTOCOL.md §12.3), and who was heard meanwhile. */
  beacon: { since: number; heard: Set<string>; cancel: () => void } | undefined
  /** Cancels the mending of the room's header that is to come. */
  mending: (() => void) | undefined
  readonly peers: Peers
  /** Empty commits made for a lost token since somebody else was heard. */
  repairs = 0
  /** Before then the relay is not believed that it has lost our token once more. */
  muteAgainAt = 0
  /** The process before this one did not end cleanly: a fresh epoch comes before anything is said (PROTOCOL.md §10.7). */
  mustHeal = false
  /** Chains, in hex, that have grown since we last spoke. */
  readonly moved = new Set<string>()
  readonly questionKeys = new QuestionKeys()
  /** When each device has asked last, for payloads and for the group; and which answers somebody has given when. */
  readonly questions = new Map<string, number>()
  readonly given = new Map<string, number>()
  readonly answered = new Map<string, number>()
  #nextLocal: number
  #wake: { at: number; cancel: () => void } | undefined

  constructor(context: Context, contacts: Contacts, record: ConversationRecord) {
    this.context = context
    this.contacts = contacts
    this.record = record
    this.log = new ChannelLog(context.link, context.primitives, record.channelId)
    this.peers = new Peers(context.store, record.room)
    this.#nextLocal = record.nextLocal
  }

  /** A number for the outbox; who uses it puts the record. */
  takeLocal(): number {
    return this.#nextLocal++
  }

  /** The channel that the conversation uses now. */
  get channelId(): Uint8Array {
    return this.record.channelId
  }

  /** Under which everything of this conversation is stored: its first channel's id. */
  get room(): Uint8Array {
    return this.record.room
  }

  get ref(): RoomRef {
    const { kind, peer, room } = this.record
    return { id: roomId(room), kind, name: peer ? this.contacts.ref(peer).name : "everyone" }
  }

  /** With somebody whose key is in doubt, or a relay that is, it is read and carries nothing, not even receipts. */
  get isInDoubt(): boolean {
    return doubtOf(this) !== undefined || this.context.heads().isDistrusted
  }

  /** What every member of this conversation's group must have agreed to. */
  get expected(): { groupId: Uint8Array; parameters: ExpectedParameters } {
    const { kind, peer, channelId } = this.record
    const groupId = groupIdOf(channelId)
    if (kind === "everyone" || !peer) return { groupId, parameters: { kind: "link" } }
    const own = this.context.identity.account.accountId
    const ordered = compareBytes(own, peer) < 0 ? ([own, peer] as const) : ([peer, own] as const)
    return { groupId, parameters: { kind: "direct", accountIds: ordered } }
  }

  /** Everything that was stored for us here has been read, or cannot be; a room has been joined, or cannot be now. */
  get settled(): boolean {
    if (this.record.problem !== undefined || this.now.notBefore > this.context.clock.now()) return true
    return this.log.isCaughtUp(this.record) && (this.record.kind === "direct" || this.group !== undefined)
  }

  /** Reads group and pending state from the store. @throws CryptoError `bad-group`. */
  async load(): Promise<void> {
    const { store, engine } = this.context
    if (this.record.member) {
      this.group = await engine.load(stripped(store.range("group", prefixRange(this.room))))
      await this.refreshKeys()
    }
    const record = getRecord<PendingRecord>(store, "pending", this.room)
    if (record) {
      const state = await engine.load(stripped(store.range("pendingGroup", prefixRange(this.room))))
      this.pending = { record, state, consumed: undefined }
    }
  }

  /** The epoch changed: its outer keys replace the old ones. */
  async refreshKeys(): Promise<void> {
    const before = this.keys
    this.keys = this.group && (await epochKeys(this.context.engine, this.group, this.channelId))
    wipeEpochKeys(before)
  }

  /** Out of the group: its secrets are overwritten. */
  forgetGroup(): void {
    if (this.group) this.context.engine.wipeEnded(this.group, undefined)
    wipeEpochKeys(this.keys)
    this.group = undefined
    this.keys = undefined
  }

  /** The connection is gone: what was asked will not be answered, what was offered may or may not be in the log. */
  disconnected(): void {
    this.log.forget()
    this.now = { ...FRESH }
  }

  stop(): void {
    this.#wake?.cancel()
    this.beacon?.cancel()
    this.mending?.()
  }

  /** Does the next thing that is missing, if the connection allows. Safe to call at any time. */
  async advance(): Promise<void> {
    const { clock } = this.context
    if (!this.context.mayTalk() || this.record.problem !== undefined || this.now.busy) return
    if (this.now.notBefore > clock.now()) return this.wakeAt(this.now.notBefore)
    if (mayFollow(this)) follow(this)
    const mayJoin = !this.group && !this.pending && !this.isInDoubt
    if (mayJoin && (await joinOrOpen(this))) return
    if (this.log.handle === undefined) return this.open()
    if (!this.log.isCaughtUp(this.record) || this.record.nextPosition < this.now.staleUntil) return
    if (await refill(this)) return
    if (this.isInDoubt) return sayToDoubted(this)
    if (await rejoinIfDue(this)) return
    if (isUnanswered(this) || isOutOfUse(this)) {
      giveUpChannel(this)
      return this.advance()
    }
    if (this.record.uncertain && (await resolve(this))) return
    if (this.pending) offerPending(this)
    if (!this.group || this.record.rejoin) return
    if (await repairIfDue(this)) return
    if ((await removeStaleLeaves(this)) || (await moderateIfDue(this))) return
    askIfDue(this)
    beaconIfDue(this)
    await sendNext(this)
    if (this.record.hintDue) sendHint(this)
  }

  /** Subscribes at the saved place. */
  open(): void {
    const { link } = this.record
    const { needsWay, wayIn } = this.now
    // Nothing would be sent to us: only the header has a token.
    if (link && !wayIn && (needsWay || (!this.group && !openingToken(this)))) {
      return askHeader(this, link, ({ kind }) => {
        if (kind !== "found" && !this.group) return missHeader(this)
        this.now.needsWay = false
        return this.open()
      })
    }
    this.log.open(this.record, async (answer) => {
      if (answer.type === "refused") return this.pause(refusalName(answer.code))
      proveAll(this, answer)
      if (!answer.resumed) return beginAnew(this, answer)
      // What was read of a log cannot be gone from it.
      if (answer.lastSeq < this.record.cursor) return this.context.link.distrust("a log that shrank")
      if (!equalBytes(answer.incarnation, this.record.incarnation)) {
        this.save("ordered", { incarnation: answer.incarnation.slice() })
      }
      return this.advance()
    })
  }

  async received(
    message: Of<
      "entry" | "damaged" | "accepted" | "stale" | "conflict" | "rejected" | "granted" | "ephemeral" | "cut"
    >,
  ): Promise<void> {
    switch (message.type) {
      case "entry":
        return readEntry(this, message)
      case "damaged":
        return passDamaged(this, message)
      case "stale":
        return takeStale(this, message)
      case "rejected":
        return takeRejection(this, message.eid, refusalName(message.code))
      case "cut":
        return takeCut(this)
      case "granted":
        if (this.now.turn !== "asked") return
        this.now.turn = "granted"
        return this.advance()
      case "conflict":
        return takeConflict(this, message)
      // The log itself tells: one code path for an answer, a lost answer and a crash.
      case "accepted":
      case "ephemeral":
        return
    }
  }

  isInFlight(eid: Uint8Array): boolean {
    return this.now.inFlight !== undefined && equalBytes(this.now.inFlight, eid)
  }

  askTurn(): void {
    if (this.now.turn !== "none" || this.log.handle === undefined) return
    this.now.turn = "asked"
    this.context.link.send({ type: "turn", handle: this.log.handle })
  }

  endTurn(): void {
    if (this.now.turn !== "none" && this.log.handle !== undefined) {
      this.context.link.send({ type: "turnDone", handle: this.log.handle })
    }
    this.now.turn = "none"
  }

  /** Stops the stream, and what hangs on it: the relay forgets our turn, and we do not hear what becomes of an entry. */
  closeLog(): void {
    this.log.close()
    this.subscriptionEnded()
  }

  /** What hung on the stream hangs on it no more. */
  subscriptionEnded(): void {
    Object.assign(this.now, {
      turn: "none",
      offeredAt: undefined,
      inFlight: undefined,
      proven: -1,
    } satisfies Partial<Transient>)
  }

  /** Tries again in a while; `why` is said to the person. */
  pause(why: Refusal | "no-header" | "shut-out" | "no-package-yet", delay = RETRY_MS): void {
    this.now.notBefore = this.context.clock.now() + delay
    noteDoor(this, why)
    this.now.inFlight = undefined
    this.now.offeredAt = undefined
    this.now.refilling = undefined
    this.endTurn()
    if (why === "quota" || why === "storage" || why === "too-large") {
      this.context.update("ordered", (update) => update.tell({ type: "relay.limited", why }))
    }
    this.wakeAt(this.now.notBefore)
  }

  wakeAt(at: number): void {
    if (this.#wake && this.#wake.at <= at && this.#wake.at > this.context.clock.now()) return
    this.#wake?.cancel()
    const cancel = this.context.later(at, () => {
      this.#wake = undefined
      return this.advance()
    })
    this.#wake = { at, cancel }
  }

  /** One change of the record (and whatever `more` adds), then the record in memory. */
  save(
    durability: "synced" | "ordered",
    change: Partial<ConversationRecord>,
    more?: (update: Update) => void,
  ): void {
    this.context.update(durability, (update) => {
      more?.(update)
      this.put(update, change)
    })
  }

  /** As `save`, inside a change that is under way. */
  put(update: Update, change: Partial<ConversationRecord>): void {
    const next = { ...this.record, ...change, nextLocal: this.#nextLocal }
    putRecord(update.tx, "conversation", this.room, next)
    update.after(() => {
      this.record = next
    })
  }

  notice(update: Update, order: number, notice: StoredNotice): void {
    addNotice(this.context, this.contacts, update, this.ref, this.room, this.record.orderBase + order, notice)
  }

  /** Sending stops until a person, or a later part of the protocol, decides. */
  stopFor(problem: RoomProblem): void {
    this.endTurn()
    this.save("ordered", { problem }, (update) => update.tell({ type: "room.changed", room: this.ref }))
  }
}

function stripped(
  rows: readonly { key: Uint8Array; value: Uint8Array }[],
): { key: Uint8Array; value: Uint8Array }[] {
  return rows.map(({ key, value }) => ({ key: key.slice(ROOM_KEY_BYTES), value }))
}
