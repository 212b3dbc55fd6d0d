/**
 * Our key packages (PROTOCOL.md §8.3, §10.8): a stock at the relay so that others can add this device while it is
 * off, and one package of last resort. Each is used once; the private halves lie here until then.
 */
import type { OwnKeyPackage } from "../crypto/mls-engine.ts"
import type { Millis } from "../platform/clock.ts"
import { MAX_PACKAGES_PER_PUT } from "../protocol/messages.ts"
import type { Context } from "./context.ts"
import { decodeRecord, putRecord } from "./records.ts"

/** Packages at the relay after a refill; each costs it about 3 KiB. */
export const PACKAGE_STOCK = 24
/** Refill below this. */
export const PACKAGE_LOW = 12
/** Most private halves that wait here. Whoever takes packages without using them gets the one of last resort at the end. */
export const MAX_PACKAGES = 240
const DAY_MS = 24 * 3_600_000
const PACKAGE_LIFETIME_MS = 30 * DAY_MS
/** Clocks of a room differ: a package counts from a day ago. */
const CLOCK_SLACK_MS = DAY_MS
/** Private halves of packages whose lifetime ended are kept this long for a Welcome that is on its way. */
const GRACE_MS = 7 * DAY_MS

/** A row of the table `package`, by its reference. */
export interface PackageRecord {
  public: Uint8Array
  private: Uint8Array
  lastResort: boolean
  madeAt: Millis
  notAfter: Millis
}

export class PackageStock {
  readonly #context: Context
  #busy = false

  constructor(context: Context) {
    this.#context = context
  }

  disconnected(): void {
    this.#busy = false
  }

  /** @param left packages that the relay still has of ours; @param lastResort whether it holds that one. */
  async refill(left: number, lastResort: boolean): Promise<void> {
    if (this.#busy || this.#context.heads().isDistrusted) return
    const stock = this.#forgetExpired()
    // A relay may claim few again and again: the stock here bounds what we make for it.
    const room = MAX_PACKAGES - this.#context.store.count("package", {})
    const wanted = left < PACKAGE_LOW ? Math.min(PACKAGE_STOCK - left, room) : 0
    await this.#refillLastResort(stock, lastResort)
    if (wanted > 0) {
      this.#busy = true
      await this.#publishAll(wanted)
    }
  }

  async #publishAll(count: number): Promise<void> {
    const now = Math.min(count, MAX_PACKAGES_PER_PUT)
    await this.#publish(now, false, () => (count > now ? this.#publishAll(count - now) : this.disconnected()))
  }

  /** Saved first: a package that others can take and we cannot open would be worse than none. */
  async #publish(
    count: number,
    lastResort: boolean,
    done: () => Promise<void> | void = () => {},
  ): Promise<void> {
    const { engine, identity, clock, link } = this.#context
    const madeAt = clock.now()
    const notAfter = madeAt + PACKAGE_LIFETIME_MS
    const made: OwnKeyPackage[] = []
    for (let i = 0; i < count; i++) {
      made.push(await engine.createKeyPackage("xwing", identity.signer, madeAt - CLOCK_SLACK_MS, notAfter))
    }
    this.#context.update("synced", ({ tx }) => {
      for (const { reference, ...halves } of made) {
        putRecord(tx, "package", reference, {
          ...halves,
          lastResort,
          madeAt,
          notAfter,
        } satisfies PackageRecord)
      }
    })
    link.ask({ type: "putPackages", lastResort, packages: made.map((each) => each.public) }, done)
  }

  /** What we hold has not been used: a relay without it gets the same again, so that none makes us fill our disk. */
  async #refillLastResort(stock: readonly PackageRecord[], isThere: boolean): Promise<void> {
    const { clock, link } = this.#context
    const held = stock.findLast(({ lastResort, notAfter }) => lastResort && notAfter > clock.now())
    if (!held) return this.#publish(1, true)
    if (!isThere) link.ask({ type: "putPackages", lastResort: true, packages: [held.public] }, () => {})
  }

  /** @returns what is left, read once: the whole stock is some hundred records. */
  #forgetExpired(): readonly PackageRecord[] {
    const { store, clock } = this.#context
    const stock = store
      .range("package", {})
      .map(({ key, value }) => ({ key, record: decodeRecord<PackageRecord>(value) }))
    const isExpired = ({ record }: { record: PackageRecord }) => record.notAfter + GRACE_MS < clock.now()
    const expired = stock.filter(isExpired)
    if (expired.length > 0) {
      this.#context.update("ordered", ({ tx }) => {
        for (const { key } of expired) tx.delete("package", key)
      })
    }
    return stock.filter((each) => !isExpired(each)).map(({ record }) => record)
  }
}
