/** Which people are online: those with at least one authenticated connection. Kept in memory only. */
import { joined } from "../bytes.ts"
import { presenceFrame } from "./news.ts"

export class Presence {
  /** With the frame that says that they are online. */
  readonly #devices = new Map<string, { frame: Uint8Array; count: number }>()
  #frames: Uint8Array | undefined

  /** @returns whether the person was offline until now. */
  enter(accountKey: string, accountId: Uint8Array): boolean {
    const entry = this.#devices.get(accountKey)
    if (entry === undefined) {
      this.#devices.set(accountKey, { frame: presenceFrame({ accountId, online: true }), count: 1 })
      this.#frames = undefined
    } else entry.count++
    return entry === undefined
  }

  /** @returns whether this was the person's last connection. */
  leave(accountKey: string): boolean {
    const entry = this.#devices.get(accountKey)
    if (entry === undefined) return false
    entry.count--
    if (entry.count > 0) return false
    this.#devices.delete(accountKey)
    this.#frames = undefined
    return true
  }

  get online(): number {
    return this.#devices.size
  }

  /** A `presence` for everybody online, one after the other: what a newcomer is told. */
  get frames(): Uint8Array {
    this.#frames ??= joined(Array.from(this.#devices.values(), ({ frame }) => frame))
    return this.#frames
  }
}
