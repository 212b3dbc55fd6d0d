/** Looks after connections: deadlines, silence, unread bytes, and those that ask too fast (PROTOCOL.md §3.4, §18.2). */
import type { Millis } from "../platform/clock.ts"
import type { ClientMessage } from "../protocol/messages.ts"
import type { Core } from "./core.ts"
import { STALLED_BYTES } from "./effects.ts"
import { Fairness } from "./fairness.ts"
import type { Session } from "./session.ts"

export class Tending {
  readonly #core: Core
  readonly #fairness: Fairness
  /** Nothing is read from these. */
  readonly #paused = new Set<Session>()

  constructor(core: Core) {
    this.#core = core
    this.#fairness = new Fairness(core.config.limits)
  }

  /** When somebody has waited long enough; Infinity when nobody waits. */
  get nextResume(): Millis {
    let next = Infinity
    for (const { pausedUntil } of this.#paused) next = Math.min(next, pausedUntil)
    return next
  }

  /** Too fast: nothing more is read from there for a while. */
  ask(session: Session, message: ClientMessage, bytes: number): void {
    const { now, effects } = this.#core
    const wait = this.#fairness.take(session, message, bytes, now)
    if (wait === 0) return
    const isPaused = session.pausedUntil > now
    session.pausedUntil = now + wait
    this.#paused.add(session)
    if (!isPaused) effects.pause(session)
  }

  /** Whoever has waited long enough is read from again; waiting was no silence of theirs. */
  resume(): void {
    const { now, effects } = this.#core
    for (const session of this.#paused) {
      if (session.pausedUntil > now) continue
      this.#paused.delete(session)
      session.heardAt = Math.max(session.heardAt, now)
      effects.resume(session)
    }
  }

  left(session: Session): void {
    this.#paused.delete(session)
  }

  /** The clock was set back: nobody waits for a time that is far ahead. */
  clockSet(): void {
    for (const session of this.#paused) session.pausedUntil = this.#core.now
  }

  sweep(): void {
    this.#fairness.sweep(this.#core.now)
  }

  sweepSessions(sessions: Iterable<Session>): void {
    const all = [...sessions]
    for (const session of all) this.#sweepSession(session)
    this.#boundUnread(all)
  }

  /** What waits for slow readers is bounded for all of them together: the slowest ones go first. */
  #boundUnread(sessions: readonly Session[]): void {
    const { effects, config } = this.#core
    const waiting = sessions.filter(({ outBytes, state }) => outBytes > 0 && state.kind !== "closed")
    let sum = waiting.reduce((all, { outBytes }) => all + outBytes, 0)
    if (sum <= config.limits.unreadBytes) return
    for (const session of waiting.sort((a, b) => b.outBytes - a.outBytes)) {
      if (sum <= config.limits.unreadBytes) return
      sum -= session.outBytes
      effects.cutSlow(session)
    }
  }

  #sweepSession(session: Session): void {
    const { now, effects } = this.#core
    const { helloMs, deadMs, pingMs, stalledMs } = this.#core.config.limits
    if (session.state.kind === "closed") return
    const isWaiting = session.state.kind !== "member"
    if (isWaiting && now - session.waitingSince >= helloMs) return effects.close(session, "late")
    if (now - session.heardAt >= deadMs) return effects.close(session, "silent")
    if (session.outBytes > STALLED_BYTES && now - session.fullSince >= stalledMs)
      return effects.cutSlow(session)
    const silent = now - Math.max(session.heardAt, session.pingedAt)
    if (!isWaiting && silent >= pingMs) {
      session.pingedAt = now
      effects.send(session, { type: "ping", token: 0 })
    }
  }
}
