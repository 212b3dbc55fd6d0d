/** Which people are online: those with at least one authenticated connection. Kept in memory only. */

export class Presence {
  readonly #devices = new Map<string, { accountId: Uint8Array; count: number }>()

  /** @returns whether the person was offline until now. */
  enter(accountKey: string, accountId: Uint8Array): boolean {
    const entry = this.#devices.get(accountKey)
    if (entry === undefined) this.#devices.set(accountKey, { accountId, count: 1 })
    else entry.count++
    return entry === undefined
  }

  /** @returns whether this was the person's last connection. */
  leave(accountKey: string): boolean {
    const entry = this.#devices.get(accountKey)
    if (entry === undefined) return false
    entry.count--
    if (entry.count > 0) return false
    this.#devices.delete(accountKey)
    return true
  }

  get online(): number {
    return this.#devices.size
  }

  /** The accountIds of everybody online. */
  *people(): Iterable<Uint8Array> {
    for (const { accountId } of this.#devices.values()) yield accountId
  }
}
