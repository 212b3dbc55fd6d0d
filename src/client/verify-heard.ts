/** What others say of verifications, and our own words when they are met in the log: which machine it is for (PROTOCOL.md §14.4, §14.5). */
import { equalBytes } from "../bytes.ts"
import type { Member } from "../crypto/mls-engine.ts"
import { SAS_RANDOM_BYTES } from "../crypto/sas.ts"
import type { VerificationContent } from "../protocol/content.ts"
import type { Update, Verifier } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { queueInside } from "./sending.ts"
import type { VerifyDriver } from "./verify-driver.ts"
import { asked, endContent, isOpen, type PairEvent, type PairState, theirsCounts } from "./verify-pair.ts"
import { awaitsRetry, invited, isOpenRound, type RoundEvent, type RoundState } from "./verify-round-state.ts"
import { isOpenStep } from "./verify-views.ts"

/** One person asks, or is asked by one person, no more often. */
export const BETWEEN_MS = 30_000
/** So many people may ask at once. */
const MAX_ASKING = 8

export class VerifyHeard implements Verifier {
  readonly #driver: VerifyDriver

  constructor(driver: VerifyDriver) {
    this.#driver = driver
  }

  heard(
    conversation: Conversation,
    update: Update,
    content: VerificationContent,
    sender: Member,
    order: number,
  ): void {
    const { accountId, deviceId } = sender
    const { peer, kind } = conversation.record
    if (kind !== "direct") return this.#heardInRoom(conversation, update, content, accountId, deviceId, order)
    if (!peer || !equalBytes(peer, accountId) || !this.#driver.contacts.get(peer)) return
    if (this.#driver.contacts.trust(peer) === "blocked") return
    this.#heardHeads(update, peer, content)
    if (content.type === "verifyTick") return this.#heardTick(conversation, update, content, peer, order)
    if (!("sid" in content)) return
    const state = this.#driver.states.bySid(content.sid)
    const event: PairEvent = {
      type: "heard",
      content,
      device: deviceId,
      random: this.#driver.bytes(SAS_RANDOM_BYTES),
    }
    if (state) {
      if (state.kind === "words" && equalBytes(state.peer.id, peer))
        this.#driver.step(update, state, event, order)
      return
    }
    // What is known here by that name already is something else.
    if (this.#driver.states.byId(content.sid)) return
    if (content.type === "verifyStart")
      return this.#heardStart(conversation, update, content, event, peer, order)
    // They go on with what is forgotten here.
    if (content.type === "verifyAccept" || content.type === "verifyReveal")
      queueInside(conversation, update, endContent(content.sid, "forgot"))
  }

  /** After the change: whoever tells of an alarm makes a change of its own. */
  #heardHeads(update: Update, from: Uint8Array, content: VerificationContent): void {
    if (content.type !== "verifyAnswer" || content.heads.length === 0) return
    update.after(() => this.#driver.heads.heard(from, content.heads))
  }

  #heardStart(
    conversation: Conversation,
    update: Update,
    { sid, commitment }: VerificationContent & { type: "verifyStart" },
    event: PairEvent & { type: "heard" },
    peer: Uint8Array,
    order: number,
  ): void {
    const now = this.#driver.context.clock.now()
    const withThem = this.#driver.states
      .all()
      .filter((state): state is PairState => state.kind === "words" && equalBytes(state.peer.id, peer))
    const open = withThem.find(isOpen)
    if (open?.step === "asked") {
      // Ours counts: they find that out as well, by the same rule.
      if (theirsCounts(open)) this.#driver.step(update, open, event, order)
      return
    }
    const asking = this.#driver.open().filter(({ step }) => step === "accept?").length
    const isTooSoon = withThem.some(({ role, at }) => role === "answerer" && now < at + BETWEEN_MS)
    if (isTooSoon || (!open && asking >= MAX_ASKING))
      return queueInside(conversation, update, endContent(sid, isTooSoon ? "too-soon" : "busy"))
    if (open) {
      // Whoever begins anew has forgotten what was before.
      const gone: PairEvent = { ...event, content: endContent(open.sid, "restarted") }
      this.#driver.step(update, open, gone, order)
    }
    const start = { sid, ...this.#driver.pair(peer), now }
    this.#driver.put(update, undefined, asked(start, commitment, event.device))
  }

  #heardTick(
    conversation: Conversation,
    update: Update,
    content: VerificationContent,
    peer: Uint8Array,
    order: number,
  ): void {
    for (const state of this.#driver.open())
      if (state.kind === "qr" && state.peer && equalBytes(state.peer, peer))
        this.#driver.step(update, state, { type: "heard", content }, order, conversation)
  }

  #heardInRoom(
    conversation: Conversation,
    update: Update,
    content: VerificationContent,
    from: Uint8Array,
    device: Uint8Array,
    order: number,
  ): void {
    if (!("sid" in content) || !conversation.group) return
    const event = this.#roundEvent(conversation, content, from, device)
    const inRoom = this.#driver.states
      .all()
      .filter(
        (state): state is RoundState => state.kind === "room" && equalBytes(state.room, conversation.room),
      )
    const state = inRoom.find(({ sid }) => equalBytes(sid, content.sid))
    if (state && !equalBytes(from, this.#driver.contacts.own)) this.#heardHeads(update, from, content)
    if (state) return this.#driver.step(update, state, event, order)
    if (content.type !== "roundStart" || equalBytes(from, this.#driver.contacts.own)) return
    if (this.#driver.states.byId(content.sid)) return
    const now = this.#driver.context.clock.now()
    const failed = inRoom.find((each) => equalBytes(each.leader, from) && awaitsRetry(each, now))
    if (failed && content.attempt > 1) return this.#driver.step(update, failed, event, order)
    const open = inRoom.find(isOpenRound)
    const isTheirs = open !== undefined && equalBytes(open.leader, from)
    const isOursToo = open?.role === "leader" && !open.place
    if (open && !isTheirs && !isOursToo) return
    const isTooSoon = inRoom.some(
      ({ leader, at, step }) => equalBytes(leader, from) && !isOpenStep(step) && now < at + BETWEEN_MS,
    )
    if (!open && isTooSoon) return
    if (open) this.#driver.step(update, open, { type: "cancelled", why: "not-possible" }, order)
    const { sid } = content
    const start = {
      sid,
      room: conversation.room,
      own: this.#driver.contacts.own,
      leader: from,
      attempt: 1,
      now,
    }
    const state0 = invited(start, event.place)
    this.#driver.put(update, undefined, state0)
    // Two have asked at once: who asks is here.
    if (isOursToo)
      this.#driver.step(
        update,
        state0,
        { type: "agreed", random: this.#driver.bytes(SAS_RANDOM_BYTES) },
        order,
      )
  }

  #roundEvent(
    { group, channelId }: Conversation,
    content: VerificationContent,
    from: Uint8Array,
    device: Uint8Array,
  ): RoundEvent & { type: "heard" } {
    return {
      type: "heard",
      content,
      from,
      device,
      isOnline: (id) => this.#driver.isOnline(id),
      nameOf: (id) => this.#driver.nameOf(id),
      place: { channelId, authenticator: group!.epochAuthenticator.slice() },
      fresh: () => this.#driver.fresh(),
    }
  }

  placed(conversation: Conversation, update: Update, content: VerificationContent, order: number): void {
    const own = this.#driver.contacts.own
    if (conversation.record.kind !== "direct") {
      const { deviceId } = this.#driver.context.identity.device
      return this.#heardInRoom(conversation, update, content, own, deviceId, order)
    }
    const state = "sid" in content ? this.#driver.states.bySid(content.sid) : undefined
    if (state?.kind === "words") this.#driver.step(update, state, { type: "placed", content }, order)
  }
}
