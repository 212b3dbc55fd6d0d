/**
 * Key packages (PROTOCOL.md §8): published per device, handed out once each. Nobody may empty somebody's shelf:
 * a requester gets 20 an hour per device, and when the shelf is empty the last-resort package still serves.
 */
import { concat, toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { Refusal } from "../protocol/errors.ts"
import type { RelayLimits } from "./config.ts"
import { isDamage } from "./errors.ts"
import { HourlyLimit } from "./hourly-limit.ts"
import type { PackageCount, RelayStore } from "./store.ts"

const MAX_ONE_USE = 64
/** From here on the owner is told to publish more. */
export const REFILL_AT = 16

export type Put = { kind: "put" } | { kind: "refused"; code: Refusal }
export type Taken =
  | { kind: "taken"; keyPackage: Uint8Array; lastResort: boolean; left: number }
  | { kind: "refused"; code: Refusal }

export class Packages {
  readonly #store: RelayStore
  /** By requester and target. */
  readonly #takes: HourlyLimit

  constructor(store: RelayStore, limits: Pick<RelayLimits, "packageTakesPerHour">) {
    this.#takes = new HourlyLimit(() => limits.packageTakesPerHour)
    this.#store = store
  }

  /** A shelf that cannot be read is called full: its owner comes in, and is not asked for more. @param owner accountId ‖ deviceId. */
  count(owner: Uint8Array): PackageCount {
    try {
      return this.#store.countPackages(owner)
    } catch (cause) {
      if (isDamage(cause)) return { oneUse: MAX_ONE_USE, lastResort: true }
      throw cause
    }
  }

  put(owner: Uint8Array, packages: readonly Uint8Array[], lastResort: boolean): Put {
    if (packages.length === 0 || packages.some((one) => one.length === 0)) return refused("bad-request")
    if (lastResort) {
      if (packages.length !== 1) return refused("bad-request")
      this.#store.setLastResort(owner, packages[0]!.slice())
      return { kind: "put" }
    }
    if (this.#store.countPackages(owner).oneUse + packages.length > MAX_ONE_USE) return refused("quota")
    for (const one of packages) this.#store.addPackage(owner, one.slice())
    return { kind: "put" }
  }

  /** @param requesterKey names the account that asks. */
  take(requesterKey: string, owner: Uint8Array, now: Millis): Taken {
    const pair = `${requesterKey} ${toHex(owner)}`
    if (!this.#takes.allows(pair, now)) return refused("busy")
    const taken = this.#store.takePackage(owner)
    if (taken === undefined) return refused("no-package")
    this.#takes.count(pair, now)
    return { kind: "taken", ...taken, left: this.#store.countPackages(owner).oneUse }
  }

  /** From how many devices the requester took packages in the last hour, and how many. */
  takenBy(requesterKey: string, now: Millis): { who: number; times: number } {
    return this.#takes.of(`${requesterKey} `, now)
  }

  /** Forgets takes that no longer count. */
  sweep(now: Millis): void {
    this.#takes.sweep(now)
  }
}

/** The name of a device's shelf. */
export function shelfOf(accountId: Uint8Array, deviceId: Uint8Array): Uint8Array {
  return concat(accountId, deviceId)
}

function refused(code: Refusal): { kind: "refused"; code: Refusal } {
  return { kind: "refused", code }
}
