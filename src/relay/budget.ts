/**
 * What one account may add to the relay's disk in a day (PROTOCOL.md §18.2). In memory only: who wrote what is
 * kept nowhere, so a relay that starts again has forgotten it.
 */
import type { Millis } from "../platform/clock.ts"
import type { RelayLimits } from "./config.ts"

const HOUR_MS: Millis = 3_600_000
const HOURS = 24

interface Hour {
  /** Since the epoch. */
  hour: number
  entries: number
  bytes: number
}

export class Budget {
  readonly #limits: Pick<RelayLimits, "accountEntries" | "accountBytes">
  readonly #now: () => Millis
  /** By account: the hours in which it added something. Pruned by `sweep`. */
  readonly #used = new Map<string, Hour[]>()
  /** What this batch added. */
  #staged: { account: string; entries: number; bytes: number }[] = []

  constructor(limits: Pick<RelayLimits, "accountEntries" | "accountBytes">, now: () => Millis) {
    this.#limits = limits
    this.#now = now
  }

  allows(account: string, entries: number, bytes: number): boolean {
    const used = this.used(account)
    const { accountEntries, accountBytes } = this.#limits
    return used.entries + entries <= accountEntries && used.bytes + bytes <= accountBytes
  }

  /** What the account has added in the last 24 hours. */
  used(account: string): { entries: number; bytes: number } {
    const sum = { entries: 0, bytes: 0 }
    for (const each of this.#used.get(account) ?? []) {
      if (!this.#isRecent(each)) continue
      sum.entries += each.entries
      sum.bytes += each.bytes
    }
    return sum
  }

  /** Counts what is staged with this batch. */
  use(account: string, entries: number, bytes: number): void {
    this.#add(account, entries, bytes)
    const last = this.#staged.at(-1)
    if (last?.account === account) {
      last.entries += entries
      last.bytes += bytes
    } else this.#staged.push({ account, entries, bytes })
  }

  /** What was not kept is given back. */
  settle(committed: boolean): void {
    if (!committed)
      for (const { account, entries, bytes } of this.#staged) this.#add(account, -entries, -bytes)
    this.#staged = []
  }

  /** Forgets whoever added nothing within the day. */
  sweep(): void {
    for (const account of this.#used.keys())
      if (this.#recent(account).length === 0) this.#used.delete(account)
  }

  #add(account: string, entries: number, bytes: number): void {
    const hour = this.#hour
    const latest = this.#used.get(account)?.at(-1)
    if (latest?.hour === hour) {
      latest.entries += entries
      latest.bytes += bytes
      return
    }
    const used = this.#recent(account)
    const present = used.find((each) => each.hour === hour) ?? { hour, entries: 0, bytes: 0 }
    present.entries += entries
    present.bytes += bytes
    this.#used.set(account, [...used.filter((each) => each !== present), present])
  }

  #recent(account: string): Hour[] {
    return (this.#used.get(account) ?? []).filter((each) => this.#isRecent(each))
  }

  /** What lies ahead was added before the clock was set back, and is forgiven. */
  #isRecent({ hour }: Hour): boolean {
    return hour > this.#hour - HOURS && hour <= this.#hour
  }

  get #hour(): number {
    return Math.floor(this.#now() / HOUR_MS)
  }
}
