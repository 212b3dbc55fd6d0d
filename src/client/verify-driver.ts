/**
 * Drives verifications (PROTOCOL.md §14.4–§14.6): takes what a machine says should follow and does it in one change, so
 * that its state, the marks and what is to be sent are on disk before anything leaves. Wakes when a step has lasted.
 */
import { equalBytes } from "../bytes.ts"
import { SAS_RANDOM_BYTES, SID_BYTES } from "../crypto/sas.ts"
import type { VerificationContent } from "../protocol/content.ts"
import type { Contacts } from "./contacts.ts"
import type { Context, Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import type { ClientEvent } from "./events.ts"
import type { Rooms } from "./rooms.ts"
import { queueFirst, queueInside, withdraw } from "./sending.ts"
import type { VerificationView, VerifiedHow } from "./verification.ts"
import { type PairEvent, type PairState, stepPair } from "./verify-pair.ts"
import { type QrEvent, stepQr } from "./verify-qr.ts"
import { stepRound } from "./verify-round.ts"
import type { RoundEvent, RoundState } from "./verify-round-state.ts"
import { VerifyStore } from "./verify-store.ts"
import { eventsOf, isOpenStep, viewOf, type VerifyState } from "./verify-views.ts"

/** What two people tell each other of the relay's directory once they know each other's keys (PROTOCOL.md §14.4). */
export interface HeadExchange {
  headForExchange(): Uint8Array
  /** @param from accountId. */
  heard(from: Uint8Array, exchanged: Uint8Array): void
}

export class VerifyDriver {
  readonly context: Context
  readonly contacts: Contacts
  readonly rooms: Rooms
  readonly states: VerifyStore
  readonly heads: HeadExchange
  readonly #tell: (event: ClientEvent) => void
  #wake: { at: number; cancel: () => void } | undefined

  constructor(
    context: Context,
    contacts: Contacts,
    rooms: Rooms,
    tell: (event: ClientEvent) => void,
    heads: HeadExchange,
  ) {
    this.context = context
    this.contacts = contacts
    this.rooms = rooms
    this.states = new VerifyStore(context.store)
    this.#tell = tell
    this.heads = heads
  }

  /** The process before this one may have ended in the middle of something: that is over, and the others are told. */
  load(): void {
    for (const state of this.states.all())
      if (isOpenStep(state.step))
        this.change(state, (update) => this.step(update, state, { type: "restarted" }, 0))
    this.wakeLater()
  }

  stop(): void {
    this.#wake?.cancel()
  }

  /** @param body inside one change, which puts the conversation's record if there is one. */
  change(state: VerifyState, body: (update: Update) => void): void {
    const conversation = this.conversationOf(state)
    if (conversation) conversation.save("synced", {}, body)
    else this.context.update("synced", body)
  }

  step(
    update: Update,
    state: VerifyState,
    event: PairEvent | RoundEvent | QrEvent,
    order: number,
    where = this.conversationOf(state),
  ): void {
    const now = this.context.clock.now()
    switch (state.kind) {
      case "words": {
        const next = stepPair(state, event as PairEvent, now)
        if (next.mark && where) this.mark(update, where, state.peer.id, next.mark, "words", order)
        return this.apply(update, where, state, next)
      }
      case "room": {
        const next = stepRound(state, event as RoundEvent, now)
        if (next.mark === "take-back") this.#takeBack(update, state)
        const marked = next.mark === "verify" ? this.#markAll(update, next.state, now) : next.state.marked
        return this.apply(update, where, state, { ...next, state: { ...next.state, marked } })
      }
      case "qr": {
        const next = stepQr(state, event as QrEvent, now)
        if (next.mark && where && state.peer) this.mark(update, where, state.peer, next.mark, "qr", order)
        return this.apply(update, where, state, { ...next, send: [], withdraw: false })
      }
    }
  }

  apply(
    update: Update,
    conversation: Conversation | undefined,
    before: VerifyState | undefined,
    { state, send, withdraw: isOver }: { state: VerifyState; send: VerificationContent[]; withdraw: boolean },
  ): void {
    if (state === before) return
    const isUnheard =
      isOver && conversation !== undefined && before !== undefined && before.kind !== "qr"
        ? withdraw(conversation, update, before.sid)
        : false
    for (const content of conversation ? send : []) {
      // Nobody has heard of it.
      if (isUnheard && content.type === "verifyEnd") continue
      const isYes = content.type === "verifyAnswer" && content.matches
      const isNo = content.type === "verifyAnswer" && !content.matches && state.kind === "words"
      if (isNo) queueFirst(conversation!, update, content)
      else if (isYes) queueInside(conversation!, update, { ...content, heads: this.heads.headForExchange() })
      else queueInside(conversation!, update, content)
    }
    this.put(update, before, state)
  }

  put(update: Update, before: VerifyState | undefined, state: VerifyState): void {
    if (!before) this.#makeRoom(update, state)
    this.states.put(update, state)
    update.after(() => {
      this.wakeLater()
      if (state.dismissed) return
      for (const event of eventsOf(before, this.view(state))) this.#tell(event)
    })
  }

  /** A new one takes the place of what was over with the same person or in the same room. */
  #makeRoom(update: Update, state: VerifyState): void {
    this.states.prune(update, this.context.clock.now())
    for (const other of this.states.all()) {
      const isSame = nameOfOther(other) !== undefined && nameOfOther(other) === nameOfOther(state)
      if (isSame && !other.dismissed && !isOpenStep(other.step))
        this.states.put(update, { ...other, dismissed: true })
    }
  }

  mark(
    update: Update,
    conversation: Conversation,
    account: Uint8Array,
    trust: "verified" | "mismatch",
    how: VerifiedHow,
    order: number,
  ): void {
    const verified = trust === "verified" ? { how, at: this.context.clock.now() } : undefined
    this.contacts.setTrust(update, account, trust, verified)
    conversation.notice(update, order, { code: trust, account })
  }

  /** Exactly those on the list, but for oneself and for whoever is blocked. */
  #markAll(update: Update, { list }: RoundState, now: number): RoundState["marked"] {
    const marked: RoundState["marked"] = []
    for (const { id } of list ?? []) {
      const contact = this.contacts.isHandedOver(id) ? this.contacts.newest(id) : undefined
      if (!contact || this.contacts.isOwn(id) || contact.isBlocked) continue
      marked.push({ id, trust: contact.trust, verified: contact.verified })
      this.contacts.setTrust(update, id, "verified", { how: "room", at: now })
    }
    return marked
  }

  #takeBack(update: Update, { marked, at }: RoundState): void {
    for (const { id, trust, verified } of marked) {
      const now = this.contacts.newest(id)
      // What was decided since, by another way, stands.
      const isOurs = now?.trust === "verified" && now.verified?.how === "room" && now.verified.at <= at
      if (isOurs) this.contacts.setTrust(update, id, trust, verified)
    }
  }

  async #timePassed(): Promise<void> {
    const now = this.context.clock.now()
    const due = this.states.all().filter(({ endsAt }) => endsAt !== undefined && endsAt <= now)
    for (const state of due) {
      const isOnline = (id: Uint8Array) => this.isOnline(id)
      const event = { type: "time" as const, fresh: () => this.fresh(), isOnline }
      this.change(state, (update) => this.step(update, state, event, 0))
      await this.conversationOf(state)?.advance()
    }
    this.wakeLater()
  }

  wakeLater(): void {
    const at = this.states.nextEnd()
    if (at === this.#wake?.at) return
    this.#wake?.cancel()
    this.#wake = undefined
    if (at === undefined) return
    const cancel = this.context.later(at, () => {
      this.#wake = undefined
      return this.#timePassed()
    })
    this.#wake = { at, cancel }
  }

  view(state: VerifyState): VerificationView {
    return viewOf(state, this.contacts, state.kind === "room" ? this.conversationOf(state) : undefined)
  }

  open(): VerifyState[] {
    return this.states.all().filter(({ step }) => isOpenStep(step))
  }

  conversationOf(state: VerifyState): Conversation | undefined {
    if (state.kind === "room") return this.context.rooms().find(({ room }) => equalBytes(room, state.room))
    const peer = state.kind === "words" ? state.peer.id : state.peer
    return peer && this.rooms.with(peer)
  }

  pair(accountId: Uint8Array): Pick<PairState, "own" | "peer"> {
    const { own } = this.contacts
    return {
      own: { id: own, name: this.nameOf(own)! },
      peer: { id: accountId, name: this.nameOf(accountId)! },
    }
  }

  /** As the directory has it: what a person calls somebody here is nobody else's. */
  nameOf(id: Uint8Array): string | undefined {
    const { identity } = this.context
    const name = this.contacts.get(id)?.entry.name
    return name ?? (equalBytes(id, identity.account.accountId) ? identity.name : undefined)
  }

  /** For whom a leader waits. */
  isOnline(id: Uint8Array): boolean {
    return equalBytes(id, this.contacts.own) || this.contacts.onlineSince(id) !== undefined
  }

  fresh(): { sid: Uint8Array; random: Uint8Array } {
    return { sid: this.bytes(SID_BYTES), random: this.bytes(SAS_RANDOM_BYTES) }
  }

  bytes(length: number): Uint8Array {
    return this.context.random.bytes(length)
  }
}

function nameOfOther(state: VerifyState): string | undefined {
  const id = state.kind === "words" ? state.peer.id : state.kind === "qr" ? state.peer : state.room
  return id && `${state.kind} ${id.join()}`
}
