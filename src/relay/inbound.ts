/**
 * What connections have sent, on its way to the core: round by round (`rounds.ts`), each connection in order, and with
 * nothing more read from one of which much waits.
 */
import type { Millis } from "../platform/clock.ts"
import type { Soon } from "../platform/soon.ts"
import { NEWCOMER_WAITING, NEWCOMERS_A_ROUND, Rounds } from "./rounds.ts"
import type { RelayEvent } from "./relay.ts"

export interface InboundSetup {
  soon: Soon
  /** Whether a commit is under way: the core takes nothing then, and `commitEnded` follows. */
  isCommitting(): boolean
  /** Whether the relay serves; once it does not, nobody waits for others any more. */
  isOpen(): boolean
  take(events: readonly RelayEvent[]): void
  /** Goes on reading from the connection, or stops. */
  read(id: number, isOn: boolean): void
}

export class Inbound {
  readonly #setup: InboundSetup
  readonly #rounds: Rounds
  /** Not read from, since much of theirs waits. */
  readonly #held = new Set<number>()
  /** Not read from, since the core wants it so. */
  readonly #paused = new Set<number>()
  /** They have logged in. */
  readonly #members = new Set<number>()
  /** Those who are gone, and of whom something waits. */
  readonly #gone = new Set<number>()
  #isRoundDue = false

  constructor(setup: InboundSetup) {
    this.#setup = setup
    this.#rounds = new Rounds((id) => !this.#members.has(id))
  }

  /** Frames, and what ends them. */
  arrived(id: number, events: readonly RelayEvent[]): void {
    const { isCommitting, isOpen, take, read } = this.#setup
    if (events.length === 0) return
    if (isCommitting()) this.#rounds.keep(id, events)
    else take(isOpen() ? this.#rounds.offer(id, events) : events)
    if (!this.#rounds.isWaiting(id)) return
    if (!this.#members.has(id) && this.#rounds.count(id) > NEWCOMER_WAITING) {
      this.#rounds.forget(id)
      this.#rounds.keep(id, [{ kind: "malformed", id }])
    }
    if (this.#rounds.isFull(id) && !this.#held.has(id)) {
      this.#held.add(id)
      if (!this.#paused.has(id)) read(id, false)
    }
    this.#dueRound()
  }

  /** The connection is gone; what a member said is still taken, in its turn. */
  closed(id: number): void {
    if (!this.#members.has(id)) this.#rounds.forget(id)
    this.#held.delete(id)
    this.#paused.delete(id)
    this.arrived(id, [{ kind: "disconnected", id }])
    if (this.#rounds.isWaiting(id)) this.#gone.add(id)
    else this.#members.delete(id)
  }

  /** It has logged in. */
  trust(id: number): void {
    this.#members.add(id)
  }

  /** What the core wants. */
  setReading(id: number, isOn: boolean): void {
    if (isOn) this.#paused.delete(id)
    else this.#paused.add(id)
    if (!this.#held.has(id)) this.#setup.read(id, isOn)
  }

  /** @param before what else waited for it. @param ms how long it took: for so long newcomers may take as well. */
  commitEnded(before: readonly RelayEvent[], ms: Millis): void {
    this.#round(before, Math.max(NEWCOMERS_A_ROUND, ms))
  }

  /** Nobody waits for others any more. */
  close(): void {
    if (!this.#setup.isCommitting()) this.#round([])
  }

  #dueRound(): void {
    if (this.#isRoundDue || this.#rounds.isEmpty || this.#setup.isCommitting()) return
    this.#isRoundDue = true
    this.#setup.soon(() => {
      this.#isRoundDue = false
      if (!this.#setup.isCommitting()) this.#round([])
    })
  }

  #round(before: readonly RelayEvent[], newcomers?: number): void {
    const { isOpen, take, read } = this.#setup
    take([...before, ...(isOpen() ? this.#rounds.next(newcomers) : this.#rounds.all())])
    for (const id of this.#held) {
      if (this.#rounds.isWaiting(id)) continue
      this.#held.delete(id)
      if (!this.#paused.has(id)) read(id, true)
    }
    for (const id of this.#gone) {
      if (this.#rounds.isWaiting(id)) continue
      this.#gone.delete(id)
      this.#members.delete(id)
    }
    this.#dueRound()
  }
}
