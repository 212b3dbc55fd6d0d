/**
 * Append tokens (PROTOCOL.md §5.7): who may read a channel, say something in it, or change its group. A token is shown
 * once for each subscription and compared with a hash; afterwards a number is all that is looked at.
 *
 *     opened ──opening or any known position──▶ reads ──latest position──▶ says something
 *                                                 │  └──confirmed or later──▶ changes the group
 *                                                 └── nothing as new as the confirmed position for too long ──▶ cut
 *
 * A position is *confirmed* when an account other than its author has shown its token: before that, the ones before it
 * still count, so a handshake with a token that nobody knows locks nobody out. Who wrote what is in memory only. After
 * a restart nobody knows it, and two accounts have to show the token of what was not confirmed then.
 */
import { equalBytes } from "../bytes.ts"
import { channelIdOf, tokenHash } from "../crypto/hash.ts"
import type { Millis } from "../platform/clock.ts"
import type { Of } from "../protocol/messages.ts"
import type { Channel, Subscription } from "./channel.ts"
import type { Core } from "./core.ts"
import type { Delivery } from "./delivery.ts"
import type { DiskWatch } from "./disk-watch.ts"
import { isDamage } from "./errors.ts"
import { freshLack, isLacking, type Lack, onlyOfNow } from "./proof.ts"
import type { Session } from "./session.ts"

/** A live reader has so long within an hour to show a token as new as the confirmed one. */
export const PROOF_DEADLINE_MS: Millis = 60_000
/** And so much longer for each newer one that it shows meanwhile: it comes along, though slowly; for all a minute. */
const PROGRESS_MS: Millis = 5_000
const MOST_PROGRESS_MS: Millis = 60_000
/** And while it waits in turn to come in: what it needs have only those who are in. */
const MOST_WAITING_MS: Millis = 300_000
/** What opening again costs: otherwise whoever looks in for a moment now and then reads on for an hour. */
const REOPENED_MS: Millis = 5_000
/** So many positions may wait to be confirmed; then only those may add to them who wrote none. */
export const MAX_UNCONFIRMED = 256
const HOUR_MS: Millis = 3_600_000
/** What a row that is written anew may take in the journal. */
const CONFIRM_BYTES = 4_096
/** What has stood for so long without anybody going over it is not what one member alone has made up. */
const SETTLED_MS: Millis = 600_000
/** Channels whose authors are remembered: whoever opens one after the other must not fill the memory. */
const MAX_AUTHORSHIPS = 16_384

/** Of one channel, and of positions that are not confirmed: accounts, in hex. */
interface Authorship {
  /** `base`: the newest position whose token the author had shown, and which the handshake continues. */
  authors: Map<number, { account: string; base: number; at: Millis }>
  /** The first to show the token of a position whose author nobody remembers. */
  witnesses: Map<number, string>
}

export class Tokens {
  readonly #core: Core
  readonly #disk: DiskWatch
  readonly #delivery: Delivery
  readonly #release: (subscription: Subscription) => void
  /** By the channel's id in hex: kept while nobody has it open, until its positions are confirmed. */
  readonly #authorship = new Map<string, Authorship>()
  readonly #lacking = new Set<Subscription>()
  /** By person and channel: how long they have read on old tokens, so that opening again gains nothing, with any device. */
  readonly #spent = new Map<string, { ms: Millis; at: Millis; lack: Lack }>()
  #sweptAt: Millis = 0
  /** Since when authors are known; what is older may be of any time before. */
  #knownSince: Millis | undefined

  /** @param release lets go of the channel that a subscription holds. */
  constructor(
    core: Core,
    disk: DiskWatch,
    delivery: Delivery,
    release: (subscription: Subscription) => void,
  ) {
    this.#core = core
    this.#disk = disk
    this.#delivery = delivery
    this.#release = release
  }

  /** A token that is not the one it should be changes nothing, and is not answered. */
  prove(session: Session, { handle, position, token }: Of<"prove">): void {
    const subscription = readerOf(session, handle)
    if (subscription === undefined) return
    const { channel, proof } = subscription
    if (channel.ref === undefined || position >= channel.nextPosition || position <= proof.position) return
    const known = this.#hashAt(channel.ref, position)
    if (known === undefined || !equalBytes(known, tokenHash(channel.id, position, token))) return
    if (this.#isContinued(subscription, position)) this.#confirm(channel, position, session.member!.root)
    proof.position = position
    this.#core.later(() => this.#progress(subscription))
    this.#follow(subscription)
  }

  proveOpening(session: Session, { handle, token }: Of<"proveOpening">): void {
    const subscription = readerOf(session, handle)
    if (subscription === undefined || !equalBytes(channelIdOf(token), subscription.channel.id)) return
    const { channel, proof } = subscription
    proof.opening = true
    if (channel.confirmed < 0 && proof.position >= 0 && this.#isFirst(channel, proof.position))
      this.#confirm(channel, proof.position, session.member!.root)
    this.#follow(subscription)
  }

  /** A handshake has just been appended. */
  appended({ channel, proof }: Subscription, position: number, account: string): void {
    const at = this.#core.now
    this.#authorshipOf(channel).authors.set(position, { account, base: proof.position, at })
  }

  /** Whether there are so many unconfirmed positions that this account may add none. */
  isFull(channel: Channel, author: string): boolean {
    if (channel.ref === undefined) return false
    if (this.#core.store.countTokens(channel.ref, channel.confirmed) < MAX_UNCONFIRMED) return false
    for (const [position, { account }] of this.#authorship.get(channel.key)?.authors ?? [])
      if (position > channel.confirmed && account === author) return true
    return false
  }

  /** The subscription is over. */
  end(subscription: Subscription): void {
    const { admitted, lack, position } = subscription.proof
    const { now } = this.#core
    // Whoever was sent nothing has used nothing: else those who try on would never have time again.
    if (this.#lacking.delete(subscription) && lack !== undefined && admitted) {
      const before = Math.max(lack.before, position)
      const used = Math.max(0, now - lack.since)
      const key = spender(subscription)
      const other = this.#spent.get(key)
      // Another device of theirs has ended meanwhile: that this one read less gives nothing back.
      const ms = other !== undefined && other.at >= lack.from ? Math.max(other.ms, used) : used
      this.#spent.set(key, { ms, at: now, lack: { ...lack, before } })
    }
    this.#delivery.forget(subscription)
    this.#release(subscription)
  }

  /** After a batch that was not kept: nobody has shown, or written, what is not in the log. */
  rolledBack(channel: Channel): void {
    const { authors, witnesses } = this.#authorship.get(channel.key) ?? {}
    for (const map of [authors, witnesses])
      for (const position of map?.keys() ?? []) if (position >= channel.nextPosition) map!.delete(position)
    for (const { proof } of channel.followers)
      proof.position = Math.min(proof.position, channel.nextPosition - 1)
  }

  /** Cuts whoever has read on old tokens for too long. */
  sweep(): void {
    const { now } = this.#core
    const passed = Math.max(0, now - this.#sweptAt)
    this.#sweptAt = now
    for (const subscription of this.#lacking) {
      const { channel, session } = subscription
      const lack = subscription.proof.lack!
      // What was stored then may be read in peace.
      const isReading = subscription.next <= Math.min(lack.stored, channel.lastSeq)
      const isWaiting = !isReading && channel.turns.isWaiting(session)
      const waited = isWaiting ? Math.min(passed, MOST_WAITING_MS - lack.waiting) : 0
      lack.waiting += waited
      lack.since = Math.min(lack.since + (isReading ? passed : waited), now)
      const isDue = subscription.proof.admitted || now >= lack.patience
      if (isDue && this.#isSpent(subscription)) this.#core.later(() => this.#cut(subscription))
    }
  }

  /** What is remembered of a person: handshakes they wrote or were the first to follow; where they read on, how long. */
  of(person: string): { handshakes: number; overdue: readonly Millis[] } {
    let handshakes = 0
    for (const { authors, witnesses } of this.#authorship.values()) {
      for (const { account } of authors.values()) if (account === person) handshakes++
      for (const account of witnesses.values()) if (account === person) handshakes++
    }
    const overdue = [...this.#spent].filter(([key]) => key.startsWith(`${person} `))
    return { handshakes, overdue: overdue.map(([, { ms }]) => ms) }
  }

  forgetSpent(): void {
    const { now } = this.#core
    for (const [key, { at }] of this.#spent) if (at > now || at < now - HOUR_MS) this.#spent.delete(key)
  }

  /**
   * Whether it comes from what is known to be good. A newcomer has its token from a header, which anybody with the link
   * may have written: what it shows must not turn out those who were there.
   */
  #isContinued({ channel, proof }: Subscription, position: number): boolean {
    if (channel.confirmed >= 0) return proof.position >= channel.confirmed
    return this.#isFirst(channel, position) ? proof.opening : proof.position >= 0
  }

  /** Whether no position of the log is known before this one. */
  #isFirst({ ref }: Channel, position: number): boolean {
    const { store } = this.#core
    return store.countTokens(ref!, -1) === store.countTokens(ref!, position - 1)
  }

  #confirm(channel: Channel, position: number, account: string): void {
    if (position <= channel.confirmed) return
    const { authors, witnesses } = this.#authorshipOf(channel)
    const author = authors.get(position)
    const witness = witnesses.get(position)
    if (author === undefined && witness === undefined) witnesses.set(position, account)
    // Nobody's word counts for what they wrote themselves.
    if (author === undefined ? (witness ?? account) === account : author.account === account) return
    if (channel.confirmed >= 0 && !this.#isGood(channel, position, account)) return
    // It waits until there is room: nobody else's request may fail for it.
    if (!this.#disk.hasRoom(CONFIRM_BYTES)) return
    this.#core.store.confirm(channel.ref!, position)
    channel.confirmed = position
    this.#core.later((committed) => {
      if (!committed) return
      forgetUpTo(this.#authorship, channel.key, position)
      for (const follower of channel.followers) this.#watch(follower)
    })
  }

  /**
   * Whoever wrote what it continues has not been believed by anybody yet either: a newcomer whom somebody has led into
   * a room of their making writes honestly, and continues what is not good. Those who were there have time to go over it.
   */
  #isGood(channel: Channel, position: number, account: string): boolean {
    const { authors, witnesses } = this.#authorshipOf(channel)
    for (let at = position; at > channel.confirmed;) {
      const written = authors.get(at)
      if (written === undefined) {
        // Of `position` itself two have shown the token. The author of what it continues may be this account.
        const witness = witnesses.get(at)
        return at === position || this.#isSettled(this.#knownSince) || (witness ?? account) !== account
      }
      if (written.account === account && !this.#isSettled(written.at)) return false
      at = written.base
    }
    return true
  }

  #isSettled(at: Millis = this.#core.now): boolean {
    return at > this.#core.now || this.#core.now - at >= SETTLED_MS
  }

  #authorshipOf(channel: Channel): Authorship {
    const known = this.#authorship.get(channel.key)
    if (known !== undefined) return known
    const fresh = { authors: new Map(), witnesses: new Map() }
    const [oldest] = this.#authorship.size < MAX_AUTHORSHIPS ? [] : this.#authorship.keys()
    if (oldest !== undefined && this.#authorship.delete(oldest)) this.#knownSince = this.#core.now
    this.#knownSince ??= this.#core.now
    this.#authorship.set(channel.key, fresh)
    return fresh
  }

  /** A hash that cannot be read any more is one that nobody can show the token of. */
  #hashAt(ref: number, position: number): Uint8Array | undefined {
    try {
      return this.#core.store.tokenHash(ref, position)
    } catch (cause) {
      if (!isDamage(cause)) throw cause
      this.#core.later(() => this.#core.effects.report({ type: "storage.trouble", refused: 1 }))
      return undefined
    }
  }

  /** From the end of this batch on it reads. */
  #follow(subscription: Subscription): void {
    this.#core.later(() => {
      const { proof, session, channel } = subscription
      if (session.subscriptions.get(channel.handle) !== subscription || session.state.kind === "closed")
        return
      proof.position = Math.min(proof.position, channel.nextPosition - 1)
      if (proof.admitted) return
      this.#watch(subscription)
      // A newer token may be on its way still: until then nothing is sent.
      if (this.#isSpent(subscription)) return
      proof.admitted = true
      channel.followers.add(subscription)
      if (subscription.next <= channel.lastSeq) this.#delivery.catchUp(subscription)
    })
  }

  #watch(subscription: Subscription): void {
    if (!isLacking(subscription) || this.#lacking.has(subscription)) return
    const { now } = this.#core
    const spent = this.#spent.get(spender(subscription))
    const isRecent = spent !== undefined && spent.at <= now && spent.at >= now - HOUR_MS
    const fresh = freshLack(subscription.channel, now)
    subscription.proof.lack = isRecent
      ? { ...spent.lack, ...onlyOfNow(fresh), since: now - spent.ms - REOPENED_MS }
      : fresh
    this.#lacking.add(subscription)
  }

  #isSpent({ proof: { lack } }: Subscription): boolean {
    return lack !== undefined && this.#core.now - lack.since >= PROOF_DEADLINE_MS
  }

  /** A newer token than before has been shown. */
  #progress(subscription: Subscription): void {
    const { proof, channel } = subscription
    const { lack } = proof
    if (lack === undefined || !this.#lacking.has(subscription)) return
    if (!isLacking(subscription)) {
      this.#lacking.delete(subscription)
      this.#spent.delete(spender(subscription))
      proof.lack = undefined
    } else if (proof.position >= lack.wanted) {
      // It was in, then; more has happened while it read.
      this.#spent.delete(spender(subscription))
      proof.lack = freshLack(channel, this.#core.now)
    } else if (proof.position > lack.before) {
      const gained = Math.min(PROGRESS_MS, MOST_PROGRESS_MS - lack.progress)
      lack.progress += gained
      lack.since = Math.min(lack.since + gained, this.#core.now)
    }
  }

  #cut(subscription: Subscription): void {
    const { session, channel } = subscription
    if (session.subscriptions.get(channel.handle) !== subscription || !this.#lacking.has(subscription)) return
    session.subscriptions.delete(channel.handle)
    this.end(subscription)
    this.#core.effects.send(session, { type: "cut", handle: channel.handle })
  }
}

function spender({ session, channel }: Subscription): string {
  return `${session.member!.root} ${channel.key}`
}

function readerOf(session: Session, handle: number): Subscription | undefined {
  const subscription = session.subscriptions.get(handle)
  return subscription?.mode === "follow" && subscription.channel.owner === undefined
    ? subscription
    : undefined
}

function forgetUpTo(known: Map<string, Authorship>, key: string, confirmed: number): void {
  const authorship = known.get(key)
  if (authorship === undefined) return
  for (const map of [authorship.authors, authorship.witnesses])
    for (const position of map.keys()) if (position <= confirmed) map.delete(position)
  if (authorship.authors.size + authorship.witnesses.size === 0) known.delete(key)
}
