/** What the parts of the relay's core share while they handle one batch of events. */
import type { Millis } from "../platform/clock.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { RelayMessage } from "../protocol/messages.ts"
import { Budget } from "./budget.ts"
import type { RelayConfig } from "./config.ts"
import { Effects } from "./effects.ts"
import { isDamage } from "./errors.ts"
import { Monitor } from "./monitor.ts"
import { Newcomers } from "./newcomers.ts"
import type { Session } from "./session.ts"
import { SoundBlobs } from "./sound-blobs.ts"
import type { LogDamage, RelayStore } from "./store.ts"
import type { Heads } from "./tree-log.ts"

export interface RelaySetup {
  store: RelayStore
  primitives: Primitives
  config: RelayConfig
  /** SHA-256 of the SPKI of the relay's key, 32 bytes. */
  relayId: Uint8Array
  /** What the store found of its log at the start. */
  damage?: LogDamage
  /** What signs the directory's heads, and remembers the last one. */
  heads: Heads
}

/** Runs when the batch's fate is known: everything it staged is durable, or nothing of it is. */
export type Outcome = (committed: boolean) => void

export class Core {
  readonly store: RelayStore
  readonly primitives: Primitives
  readonly config: RelayConfig
  readonly relayId: Uint8Array
  readonly monitor: Monitor
  readonly effects: Effects
  readonly budget: Budget
  readonly blobs: SoundBlobs
  readonly newcomers: Newcomers
  /** For deadlines and limits: goes back only when the clock was set back. */
  now: Millis = 0
  /** What entries are stamped with: never goes back while the process lives. */
  stamp: Millis = 0
  #outcomes: { run: Outcome; session: Session | undefined; rid: number }[] = []

  constructor({ store, primitives, config, relayId, heads }: RelaySetup) {
    this.monitor = new Monitor(() => this.now, heads.now())
    this.effects = new Effects(this.monitor, () => this.now)
    this.store = store
    this.primitives = primitives
    this.config = config
    this.relayId = relayId
    this.blobs = new SoundBlobs(store, primitives)
    this.newcomers = new Newcomers(config.limits)
    this.budget = new Budget(config.limits, () => this.now)
  }

  /** Everything a client may rely on, and everything that reads, waits here for the commit. */
  later(run: Outcome): void {
    this.#outcomes.push({ run, session: undefined, rid: 0 })
  }

  /** Answers a request that only reads: `refused storage` when the place it reads is damaged. */
  answer(session: Session, rid: number, run: () => void): void {
    this.#outcomes.push({ run, session, rid })
  }

  /** Answers a request that staged something: `refused storage` when the commit fails. */
  promise(session: Session, rid: number, answer: RelayMessage): void {
    this.later((committed) => {
      if (committed) this.effects.send(session, answer)
      else this.effects.refuse(session, rid, "storage")
    })
  }

  /** Runs the outcomes in the order of their events. @returns how many there were. */
  settle(committed: boolean): number {
    const outcomes = this.#outcomes
    this.#outcomes = []
    for (const { run, session, rid } of outcomes) {
      try {
        run(committed)
      } catch (cause) {
        if (session === undefined || !isDamage(cause)) throw cause
        this.effects.report({ type: "storage.trouble", refused: 1 })
        this.effects.refuse(session, rid, "storage")
      }
    }
    return outcomes.length
  }
}
