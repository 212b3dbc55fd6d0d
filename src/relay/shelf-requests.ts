/** What a device leaves at the relay: key packages for others, and its own generation record (PROTOCOL.md §5.6, §8.3). */
import { equalBytes } from "../bytes.ts"
import type { Refusal } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import type { Core } from "./core.ts"
import { deviceKey, type Directory } from "./directory.ts"
import { Packages, REFILL_AT, shelfOf } from "./packages.ts"
import type { Session } from "./session.ts"
import type { PackageCount } from "./store.ts"

const NO_RECORD = new Uint8Array(0)

export class ShelfRequests {
  readonly #core: Core
  readonly #directory: Directory
  readonly #holder: (device: string) => Session | undefined
  readonly #packages: Packages

  /** @param holder the connection of a device, by `deviceKey`. */
  constructor(core: Core, directory: Directory, holder: (device: string) => Session | undefined) {
    this.#core = core
    this.#directory = directory
    this.#holder = holder
    this.#packages = new Packages(core.store, core.config.limits)
  }

  putPackages(session: Session, { rid, packages, lastResort }: Of<"putPackages">): void {
    const { accountId, deviceId } = session.member!
    const put = this.#packages.put(shelfOf(accountId, deviceId), packages, lastResort)
    if (put.kind === "refused") this.#refuse(session, rid, put.code)
    else this.#core.promise(session, rid, { type: "done", rid })
  }

  takePackage(session: Session, { rid, accountId, deviceId }: Of<"takePackage">): void {
    const owner = deviceKey(accountId, deviceId)
    const exists = this.#directory
      .person(accountId)
      ?.devices.some((device) => deviceKey(accountId, device.deviceId) === owner)
    if (exists !== true) return this.#refuse(session, rid, "unknown-person")
    const taken = this.#packages.take(session.member!.root, shelfOf(accountId, deviceId), this.#core.now)
    if (taken.kind === "refused") return this.#refuse(session, rid, taken.code)
    const { keyPackage, lastResort, left } = taken
    this.#core.promise(session, rid, { type: "keyPackage", rid, lastResort, keyPackage })
    this.#core.later((committed) => {
      const holder = this.#holder(owner)
      if (committed && left <= REFILL_AT && holder)
        this.#core.effects.send(holder, { type: "packagesLeft", count: left })
    })
  }

  /**
   * Compare-and-swap of the device's own generation record (PROTOCOL.md §5.6). What is answered when nothing was
   * swapped is read after the commit: an earlier swap of this batch counts, or has not happened.
   */
  swapGeneration(session: Session, { rid, expected, record }: Of<"swapGeneration">): void {
    const { accountId, deviceId } = session.member!
    const { store, effects } = this.#core
    const owner = shelfOf(accountId, deviceId)
    if (record.length > 0 && equalBytes(store.findGeneration(owner) ?? NO_RECORD, expected)) {
      const kept = record.slice()
      store.putGeneration(owner, kept)
      return this.#core.promise(session, rid, { type: "generation", rid, swapped: true, record: kept })
    }
    this.#core.answer(session, rid, () => {
      const inForce = store.findGeneration(owner) ?? NO_RECORD
      effects.send(session, { type: "generation", rid, swapped: false, record: inForce })
    })
  }

  /** What lies there for others. */
  count(owner: Uint8Array): PackageCount {
    return this.#packages.count(owner)
  }

  /** Of how many devices an account took packages in the last hour, and how many. */
  takenBy(account: string): { who: number; times: number } {
    return this.#packages.takenBy(account, this.#core.now)
  }

  sweep(): void {
    this.#packages.sweep(this.#core.now)
  }

  #refuse(session: Session, rid: number, code: Refusal): void {
    this.#core.later(() => this.#core.effects.refuse(session, rid, code))
  }
}
