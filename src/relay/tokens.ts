/**
 * Append tokens (PROTOCOL.md §5.7): who may read a channel, say something in it, or change its group. A token is shown
 * once for each subscription and compared with a hash; afterwards a number is all that is looked at.
 *
 *     opened ──opening or any known position──▶ reads ──latest position──▶ says something
 *                                                 │  └──confirmed or later──▶ changes the group
 *                                                 └── nothing as new as the confirmed position for a minute ──▶ cut
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
import type { Session } from "./session.ts"

/** A live reader has so long within an hour to show a token as new as the confirmed one. */
export const PROOF_DEADLINE_MS: Millis = 60_000
/** And so much longer for each newer one that it shows meanwhile: it comes along, though slowly. */
const PROGRESS_MS: Millis = 5_000
/** So many positions may wait to be confirmed; then only those may add to them who wrote none. */
export const MAX_UNCONFIRMED = 256
const HOUR_MS: Millis = 3_600_000
/** What a row that is written anew may take in the journal. */
const CONFIRM_BYTES = 4_096

/** What a subscription has shown. Nothing of it outlives the subscription. */
export interface Proof {
  /** The channel's opening token. */
  opening: boolean
  /** The newest position whose token it has shown; -1 for none. */
  position: number
  /** It is a reader. */
  admitted: boolean
  /** Since when it reads without a token as new as the confirmed position; undefined: it has one. */
  lackingSince: Millis | undefined
  /** The newest position that its device had shown when it last read like this; -1 for none. */
  before: number
}

/** Of one channel, and of positions that are not confirmed: accounts, in hex. */
interface Authorship {
  /** `base`: the newest position whose token the author had shown, and which the handshake continues. */
  authors: Map<number, { account: string; base: number }>
  /** The first to show the token of a position whose author nobody remembers. */
  witnesses: Map<number, string>
}

export function noProof(): Proof {
  return { opening: false, position: -1, admitted: false, lackingSince: undefined, before: -1 }
}

export class Tokens {
  readonly #core: Core
  readonly #disk: DiskWatch
  readonly #delivery: Delivery
  readonly #release: (subscription: Subscription) => void
  /** By the channel's id in hex: kept while nobody has it open, until its positions are confirmed. */
  readonly #authorship = new Map<string, Authorship>()
  readonly #lacking = new Set<Subscription>()
  /** By device and channel: how long it has read on old tokens, so that opening again gains nothing. */
  readonly #spent = new Map<string, { ms: Millis; at: Millis; position: number }>()
  #sweptAt: Millis = 0

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
    const known = this.#core.store.tokenHash(channel.ref, position)
    if (known === undefined || !equalBytes(known, tokenHash(channel.id, position, token))) return
    if (this.#isContinued(subscription, position))
      this.#confirm(channel, position, session.member!.accountKey)
    proof.position = position
    this.#follow(subscription)
    this.#core.later(() => this.#progress(subscription))
  }

  proveOpening(session: Session, { handle, token }: Of<"proveOpening">): void {
    const subscription = readerOf(session, handle)
    if (subscription === undefined || !equalBytes(channelIdOf(token), subscription.channel.id)) return
    subscription.proof.opening = true
    this.#follow(subscription)
  }

  /** A handshake has just been appended. */
  appended({ channel, proof }: Subscription, position: number, account: string): void {
    this.#authorshipOf(channel).authors.set(position, { account, base: proof.position })
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
    const { lackingSince, before, position: shown } = subscription.proof
    const { now } = this.#core
    if (this.#lacking.delete(subscription) && lackingSince !== undefined) {
      const position = Math.max(before, shown)
      this.#spent.set(spender(subscription), { ms: Math.max(0, now - lackingSince), at: now, position })
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
      const { proof, channel, session } = subscription
      const since = Math.min(proof.lackingSince ?? now, now)
      // What is stored may be read; and whoever waits in turn to come in cannot have what only members have.
      const isIdle = subscription.next <= channel.lastSeq || channel.turns.isWaiting(session)
      proof.lackingSince = isIdle ? Math.min(since + passed, now) : since
      if (this.#isSpent(subscription)) this.#core.later(() => this.#cut(subscription))
    }
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
    const { store } = this.#core
    if (channel.confirmed >= 0) return proof.position >= channel.confirmed
    const isFirst = store.countTokens(channel.ref!, -1) === store.countTokens(channel.ref!, position - 1)
    return isFirst ? proof.opening : proof.position >= 0
  }

  #confirm(channel: Channel, position: number, account: string): void {
    if (position <= channel.confirmed) return
    const { authors, witnesses } = this.#authorshipOf(channel)
    if (!authors.has(position)) {
      const witness = witnesses.get(position)
      if (witness === undefined) witnesses.set(position, account)
      if (witness === undefined || witness === account) return
    }
    // Whoever wrote what it continues has not been believed by anybody yet either: a newcomer whom somebody has led into
    // a room of their making writes honestly, and continues what is not good.
    for (let at = position; at > channel.confirmed;) {
      const written = authors.get(at)
      if (written === undefined) break
      if (written.account === account) return
      at = written.base
    }
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

  #authorshipOf(channel: Channel): Authorship {
    const known = this.#authorship.get(channel.key)
    if (known !== undefined) return known
    const fresh = { authors: new Map(), witnesses: new Map() }
    this.#authorship.set(channel.key, fresh)
    return fresh
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
      if (this.#isSpent(subscription)) return this.#cut(subscription)
      proof.admitted = true
      channel.followers.add(subscription)
      if (subscription.next <= channel.lastSeq) this.#delivery.catchUp(subscription)
    })
  }

  #watch(subscription: Subscription): void {
    if (!isLacking(subscription) || this.#lacking.has(subscription)) return
    const { now } = this.#core
    const before = this.#spent.get(spender(subscription))
    const isRecent = before !== undefined && before.at <= now && before.at >= now - HOUR_MS
    subscription.proof.lackingSince = now - (isRecent ? before.ms : 0)
    if (isRecent) subscription.proof.before = before.position
    this.#lacking.add(subscription)
  }

  #isSpent({ proof }: Subscription): boolean {
    return proof.lackingSince !== undefined && this.#core.now - proof.lackingSince >= PROOF_DEADLINE_MS
  }

  /** A newer token than before has been shown. */
  #progress(subscription: Subscription): void {
    const { proof } = subscription
    if (proof.lackingSince === undefined || !this.#lacking.has(subscription)) return
    if (isLacking(subscription)) {
      if (proof.position > proof.before)
        proof.lackingSince = Math.min(proof.lackingSince + PROGRESS_MS, this.#core.now)
      return
    }
    this.#lacking.delete(subscription)
    this.#spent.delete(spender(subscription))
    proof.lackingSince = undefined
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
  return `${session.member!.deviceKey} ${channel.key}`
}

/** Whether it has shown the token of the latest handshake: only then it may say something. */
export function maySpeak({ channel, proof }: Subscription): boolean {
  return proof.position >= 0 && proof.position === channel.nextPosition - 1
}

/** Whether what it has shown is as new as the confirmed position; before there is one, the opening is. */
export function mayCommit({ channel, proof }: Subscription): boolean {
  return channel.confirmed < 0 ? proof.opening || proof.position >= 0 : proof.position >= channel.confirmed
}

function isLacking({ channel, proof }: Subscription): boolean {
  return proof.position < channel.confirmed
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
