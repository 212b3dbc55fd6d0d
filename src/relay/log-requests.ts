/** What members ask of channels: open, append, take a turn, fetch a header, look (PROTOCOL.md §5, §6). */
import { toHex } from "../bytes.ts"
import { EMPTY_HEAD } from "../crypto/hash.ts"
import { decodeEntryHead, type EntryHead } from "../protocol/envelope.ts"
import { ProtocolError, REFUSALS, type Refusal } from "../protocol/errors.ts"
import { MAX_ENTRY_BYTES, MAX_EPHEMERAL_BYTES, type Of, stampEntry } from "../protocol/messages.ts"
import { type Channel, type Channels, headerChangeOf, type Subscription, type Verdict } from "./channel.ts"
import type { Core } from "./core.ts"
import { isDamage } from "./errors.ts"
import { acceptedFrame, type Delivery, entryFrame } from "./delivery.ts"
import type { Directory } from "./directory.ts"
import { SLOW_BYTES } from "./effects.ts"
import { HourlyLimit } from "./hourly-limit.ts"
import { maySpeak, noProof } from "./proof.ts"
import type { Session } from "./session.ts"
import type { Tokens } from "./tokens.ts"
import { leaseFor } from "./turns.ts"

export class LogRequests {
  readonly #core: Core
  readonly #channels: Channels
  readonly #directory: Directory
  readonly #delivery: Delivery
  readonly #tokens: Tokens
  /** Channels with fresh entries. */
  readonly #touched = new Set<Channel>()
  /** Channels where somebody waits for a turn. */
  readonly #queued = new Set<Channel>()
  /** By writer and inbox, which nobody may fill: honest clients write one a connection until they are answered. */
  readonly #letters: HourlyLimit

  constructor(core: Core, channels: Channels, directory: Directory, delivery: Delivery, tokens: Tokens) {
    this.#tokens = tokens
    this.#core = core
    this.#letters = new HourlyLimit(() => core.config.limits.lettersPerHour)
    this.#channels = channels
    this.#directory = directory
    this.#delivery = delivery
  }

  /** Decided after the commit: a reader is told of nothing that could still vanish. */
  open(session: Session, message: Of<"open">): void {
    this.#core.answer(session, message.rid, () => {
      if (session.state.kind === "closed") return
      if (session.subscriptions.size >= this.#core.config.limits.channelsPerConnection) {
        this.#core.effects.refuse(session, message.rid, "quota")
        return
      }
      const owner = this.#directory.inboxOwner(toHex(message.channelId))
      const channel = this.#channels.hold(message.channelId, owner)
      const before = session.subscriptions.get(channel.handle)
      if (before !== undefined) this.#tokens.end(before)
      const mode = owner === undefined || owner === session.member?.deviceKey ? "follow" : "append"
      const resumed = mode === "append" || this.#channels.resumes(channel, message)
      const next = resumed ? message.cursor + 1 : channel.firstSeq
      const subscription: Subscription = { session, channel, mode, next, proof: noProof() }
      session.subscriptions.set(channel.handle, subscription)
      this.#core.effects.send(session, {
        type: "opened",
        rid: message.rid,
        handle: channel.handle,
        incarnation: this.#core.store.incarnation,
        resumed,
        firstSeq: mode === "append" ? 1 : channel.firstSeq,
        head: mode === "append" ? EMPTY_HEAD : channel.base,
        lastSeq: mode === "append" ? 0 : channel.lastSeq,
        nextPosition: mode === "append" ? 0 : channel.nextPosition,
        nextUnconfirmed: mode === "append" ? 0 : channel.confirmed + 1,
      })
      // Whoever follows a channel is sent nothing before it has shown a token; an inbox is its owner's.
      if (owner === undefined || mode === "append") return
      channel.followers.add(subscription)
      if (subscription.next <= channel.lastSeq) this.#delivery.catchUp(subscription)
    })
  }

  close(session: Session, message: Of<"close">): void {
    this.#core.later(() => {
      const subscription = session.subscriptions.get(message.handle)
      if (subscription === undefined) return
      session.subscriptions.delete(message.handle)
      this.#tokens.end(subscription)
    })
  }

  /** The connection is gone. */
  closeAll(session: Session): void {
    for (const subscription of session.subscriptions.values()) this.#tokens.end(subscription)
    session.subscriptions.clear()
  }

  /** @param frame the whole frame, which is stamped and sent on as it is. */
  entry(session: Session, message: Of<"entry">, frame: Uint8Array): void {
    const upload = this.#received(session, message)
    if (upload === undefined) return
    const { subscription, channel, eid, entry } = upload
    const { stamp, now } = this.#core
    // A letter belongs to no position; zero, so that its sender can say nothing there.
    const position = entry.kind === "letter" ? 0 : message.position
    const author = session.member!.root
    const isLetter = entry.kind === "letter"
    const writer = isLetter ? `${author} ${channel.key}` : ""
    const verdict = judged(() => {
      if (isLetter && !this.#letters.allows(writer, now) && !this.#channels.holds(channel, eid))
        return { kind: "rejected", code: "busy" }
      return this.#channels.appendEntry(subscription, entry, message.entry, eid, position, author, stamp)
    })
    if (verdict.kind === "appended") {
      const { seq, time } = verdict
      stampEntry(frame, channel.handle, seq, time)
      if (isLetter) this.#letters.count(writer, now)
      const stamped = isLetter ? { seq, time, position, bytes: message.entry } : undefined
      this.#fresh(channel, seq, stamped === undefined ? frame : entryFrame(channel.handle, stamped))
    }
    this.#answer(session, channel, eid, verdict)
  }

  handshake(session: Session, message: Of<"handshake">): void {
    const upload = this.#received(session, message)
    if (upload === undefined) return
    const { subscription, channel, eid, entry } = upload
    const change = headerChangeOf(message)
    const author = session.member!.root
    const { stamp } = this.#core
    const verdict = judged(() =>
      this.#channels.appendHandshake(subscription, entry, message, eid, change, author, stamp),
    )
    if (verdict.kind === "appended") {
      const { seq, time } = verdict
      this.#fresh(
        channel,
        seq,
        entryFrame(channel.handle, { seq, time, position: message.expect, bytes: message.entry }),
      )
    }
    this.#answer(session, channel, eid, verdict)
    this.#core.later((committed) => {
      if (committed && verdict.kind === "appended") this.#channels.leaveTurn(channel, session)
    })
  }

  putHeader(session: Session, message: Of<"putHeader">): void {
    const subscription = session.subscriptions.get(message.handle)
    const change = headerChangeOf(message)
    const refusal =
      subscription === undefined
        ? "unknown-channel"
        : change === undefined
          ? "bad-request"
          : this.#channels.mendHeader(subscription, message.expect, change, this.#core.now)
    if (refusal === undefined) this.#core.promise(session, message.rid, { type: "done", rid: message.rid })
    else this.#core.later(() => this.#core.effects.refuse(session, message.rid, refusal))
  }

  getHeader(session: Session, { rid, headerId }: Of<"getHeader">): void {
    this.#core.answer(session, rid, () => {
      const { store, effects } = this.#core
      const header = store.findHeader(headerId)
      if (header === undefined) return effects.refuse(session, rid, "unknown-channel")
      if (session.outBytes > SLOW_BYTES) return effects.refuse(session, rid, "busy")
      const { position, nextPosition, blobHash, inline } = header
      effects.send(session, {
        type: "header",
        rid,
        position,
        nextPosition,
        blob: blobHash ?? NO_HASH,
        header: inline,
      })
    })
  }

  turn(session: Session, { handle }: Of<"turn">): void {
    this.#core.later(() => {
      const subscription = session.subscriptions.get(handle)
      if (subscription?.proof.admitted !== true) return
      this.#channels.takeTurn(subscription.channel, session)
      this.#queued.add(subscription.channel)
    })
  }

  turnDone(session: Session, { handle }: Of<"turnDone">): void {
    this.#core.later(() => {
      const channel = session.subscriptions.get(handle)?.channel
      if (channel !== undefined) this.#channels.leaveTurn(channel, session)
    })
  }

  /** Forwarded as it came, kept nowhere; a slow reader does without. */
  ephemeral(session: Session, message: Of<"ephemeral">, frame: Uint8Array): void {
    const subscription = session.subscriptions.get(message.handle)
    if (subscription === undefined || !maySpeak(subscription) || message.body.length > MAX_EPHEMERAL_BYTES)
      return
    this.#delivery.pass(subscription, frame)
  }

  look(session: Session, { rid, channelIds }: Of<"look">): void {
    this.#core.answer(session, rid, () => {
      const lastSeqs = channelIds.map((id) => {
        const owner = this.#directory.inboxOwner(toHex(id))
        return owner === undefined || owner === session.member?.deviceKey ? this.#channels.lastSeq(id) : 0
      })
      this.#core.effects.send(session, { type: "looked", rid, lastSeqs })
    })
  }

  /** To how many inboxes the account wrote in the last hour, and how many letters. */
  lettersOf(account: string): { who: number; times: number } {
    return this.#letters.of(`${account} `, this.#core.now)
  }

  tokensOf(person: string): ReturnType<Tokens["of"]> {
    return this.#tokens.of(person)
  }

  sweep(): void {
    this.#letters.sweep(this.#core.now)
  }

  /** Before the outcomes of a batch that was not kept: every log is as long as the store says. */
  rollBack(): void {
    for (const channel of this.#channels.live) {
      this.#channels.reload(channel)
      this.#tokens.rolledBack(channel)
    }
  }

  /** After the outcomes of a batch: what became durable goes out, then turns, so that a holder is up to date. */
  settle(): void {
    this.#delivery.forward()
    for (const channel of this.#touched) this.#delivery.deliver(channel)
    this.#touched.clear()
    this.#grantTurns()
    this.#delivery.pump()
  }

  /** When the next lease ends that somebody waits for. */
  get nextTurn(): number | undefined {
    let earliest: number | undefined
    for (const { turns } of this.#queued) {
      const at = turns.nextStep
      if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at
    }
    return earliest
  }

  #grantTurns(): void {
    for (const channel of this.#queued) {
      const lease = () =>
        leaseFor(channel.ref === undefined ? 0 : this.#core.store.countHeaders(channel.ref).largest)
      const granted = channel.turns.step(lease, this.#core.now)
      if (granted !== undefined) {
        granted.owner.turns--
        this.#core.effects.send(granted.owner, {
          type: "granted",
          handle: channel.handle,
          nextPosition: channel.nextPosition,
          leaseMs: granted.leaseMs,
        })
      }
      if (channel.turns.nextStep === undefined) this.#queued.delete(channel)
    }
  }

  /** What was uploaded, or undefined when it was rejected at once. */
  #received(
    session: Session,
    { handle, entry: bytes }: Of<"entry"> | Of<"handshake">,
  ): { subscription: Subscription; channel: Channel; eid: Uint8Array; entry: EntryHead } | undefined {
    const subscription = session.subscriptions.get(handle)
    const eid = this.#channels.eidOf(bytes)
    const entry = readEntry(bytes)
    if (subscription === undefined) this.#reject(session, handle, eid, "unknown-channel")
    else if (entry === undefined) this.#reject(session, handle, eid, "bad-request")
    else if (bytes.length > MAX_ENTRY_BYTES) this.#reject(session, handle, eid, "too-large")
    else return { subscription, channel: subscription.channel, eid, entry }
    return undefined
  }

  #fresh(channel: Channel, seq: number, frame: Uint8Array): void {
    channel.fresh.push({ seq, frame })
    this.#touched.add(channel)
  }

  #answer(session: Session, { handle }: Channel, eid: Uint8Array, verdict: Verdict): void {
    this.#core.later((committed) => {
      const { effects } = this.#core
      if (!committed) return effects.send(session, { type: "rejected", handle, eid, code: REFUSALS.storage })
      switch (verdict.kind) {
        case "appended":
        case "repeated":
          return effects.sendFrame(session, acceptedFrame(handle, eid, verdict))
        case "stale":
        case "conflict":
          return effects.send(session, {
            type: verdict.kind,
            handle,
            eid,
            nextPosition: verdict.nextPosition,
          })
        case "rejected":
          return effects.send(session, { type: "rejected", handle, eid, code: REFUSALS[verdict.code] })
      }
    })
  }

  #reject(session: Session, handle: number, eid: Uint8Array, code: Refusal): void {
    this.#core.later(() =>
      this.#core.effects.send(session, { type: "rejected", handle, eid, code: REFUSALS[code] }),
    )
  }
}

/** A log that cannot be looked into takes nothing; its writer is told so for this entry alone. */
function judged(append: () => Verdict): Verdict {
  try {
    return append()
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    return { kind: "rejected", code: "storage" }
  }
}

const NO_HASH = new Uint8Array(32)

function readEntry(bytes: Uint8Array): EntryHead | undefined {
  try {
    return decodeEntryHead(bytes)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}
