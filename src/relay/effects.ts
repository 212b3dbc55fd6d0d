/**
 * What the relay's core asks its driver to do, and the list it collects that on. Nothing here is done before the
 * commit that it may promise: see `relay.ts`.
 */
import type { Millis } from "../platform/clock.ts"
import type { RelayMessage } from "../protocol/messages.ts"
import { encodeMessage } from "../protocol/messages.ts"
import { encodeFrame } from "../protocol/framing.ts"
import { refusalName, REFUSALS, type Refusal } from "../protocol/errors.ts"
import type { Cut, Monitor } from "./monitor.ts"
import type { OperatorEvent } from "./operator.ts"
import type { Session } from "./session.ts"

export type RelayEffect =
  /** One buffer may go to many connections: nobody may change it. */
  | { kind: "send"; id: number; frame: Uint8Array }
  /** This connection may send frames up to `MAX_FRAME_BYTES` from now on. */
  | { kind: "trust"; id: number }
  /** Take nothing more off this connection, or go on. */
  | { kind: "reading"; id: number; isOn: boolean }
  /** Flush, then close; a `disconnected` follows. */
  | { kind: "close"; id: number }
  /** End it at once, whether or not the other side does so too; a `disconnected` follows. */
  | { kind: "drop"; id: number }
  /** Look into the operator's notes for this code's hash; an `approval` event follows. */
  | { kind: "look-up-approval"; id: number; hash: Uint8Array }
  | { kind: "report"; event: OperatorEvent }

/** Above this a connection gets no large answers and no ephemeral frames, and its channels wait. */
export const SLOW_BYTES = 1_048_576
/** Above this a connection is dropped: it asks and asks, and never reads. */
export const STUCK_BYTES = 8 * SLOW_BYTES
/** The same for somebody who has not greeted yet, and has nothing to ask for. */
export const STUCK_STRANGER_BYTES = 65_536
/** What waits for a reader that has stopped reading may wait on, as long as it is no more than this. */
export const STALLED_BYTES = 65_536

export class Effects {
  readonly #monitor: Monitor
  readonly #now: () => Millis
  #list: RelayEffect[] = []

  /** @param now the core's clock. */
  constructor(monitor: Monitor, now: () => Millis) {
    this.#monitor = monitor
    this.#now = now
  }

  send(session: Session, message: RelayMessage): void {
    if (message.type === "refused" || message.type === "rejected")
      this.#monitor.refused(refusalName(message.code))
    else if (message.type === "stale" || message.type === "conflict") this.#monitor.lostRace(message.type)
    this.sendFrame(session, encodeFrame(encodeMessage(message)))
  }

  sendFrame(session: Session, frame: Uint8Array): void {
    if (session.state.kind === "closed") return
    if (session.outBytes === 0) session.fullSince = this.#now()
    session.outBytes += frame.length
    session.bytesOut += frame.length
    this.#monitor.sent(frame.length)
    const most = session.member === undefined ? STUCK_STRANGER_BYTES : STUCK_BYTES
    if (session.outBytes > most) this.cutSlow(session)
    else this.#list.push({ kind: "send", id: session.id, frame })
  }

  refuse(session: Session, rid: number, code: Refusal, detail = 0): void {
    this.send(session, { type: "refused", rid, code: REFUSALS[code], detail })
  }

  trust(session: Session): void {
    this.#list.push({ kind: "trust", id: session.id })
  }

  /**
   * What was sent before still leaves; nothing is sent or read afterwards.
   * @param why for the operator; undefined for a refusal, which the operator hears of as such.
   */
  close(session: Session, why?: Cut): void {
    if (session.state.kind === "closed") return
    if (why !== undefined) this.#monitor.cut(session.member?.accountId, session.remote, why)
    session.state = { kind: "closed" }
    this.#list.push({ kind: "close", id: session.id })
  }

  /** Also of a connection that was closed already, and whose other end does not hang up. */
  drop(session: Session, why: Cut): void {
    if (session.state.kind !== "closed") this.#monitor.cut(session.member?.accountId, session.remote, why)
    session.state = { kind: "closed" }
    this.#list.push({ kind: "drop", id: session.id })
  }

  lookUpApproval(session: Session, hash: Uint8Array): void {
    if (session.state.kind !== "closed") this.#list.push({ kind: "look-up-approval", id: session.id, hash })
  }

  /** It asks and never reads. A member is told why, should it read after all. */
  cutSlow(session: Session): void {
    if (session.state.kind === "closed") return
    const frame = encodeFrame(encodeMessage({ type: "refused", rid: 0, code: REFUSALS.busy, detail: 0 }))
    if (session.member !== undefined) this.#list.push({ kind: "send", id: session.id, frame })
    this.close(session, "slow")
  }

  /** Nothing more is read from it, until `resume`. */
  pause(session: Session): void {
    if (session.state.kind !== "closed") this.#list.push({ kind: "reading", id: session.id, isOn: false })
  }

  resume(session: Session): void {
    if (session.state.kind !== "closed") this.#list.push({ kind: "reading", id: session.id, isOn: true })
  }

  report(event: OperatorEvent): void {
    this.#monitor.notice(event)
    this.#list.push({ kind: "report", event })
  }

  /** Everything so far, in order; the list begins anew. */
  take(): RelayEffect[] {
    const list = this.#list
    this.#list = []
    return list
  }
}
