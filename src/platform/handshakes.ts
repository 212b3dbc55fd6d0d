/**
 * Places for TLS handshakes in progress, shared fairly: when all are taken, a newcomer takes the oldest one of the
 * address that holds the most, unless that is its own. So whoever opens connections and says nothing keeps out
 * nobody else.
 */
interface Handshake {
  address: string
  cut: () => void
}

export class Handshakes {
  readonly #places: number
  /** By connection, oldest first. */
  readonly #open = new Map<string, Handshake>()

  constructor(places: number) {
    this.#places = places
  }

  /**
   * @param end names the connection.
   * @param cut ends it when its place is taken.
   * @returns whether there is a place; then `left` follows, sooner or later.
   */
  enter(end: string, address: string, cut: () => void): boolean {
    if (this.#open.size >= this.#places && !this.#makeRoom(address)) return false
    this.#open.set(end, { address, cut })
    return true
  }

  left(end: string): void {
    this.#open.delete(end)
  }

  #makeRoom(address: string): boolean {
    const counts = new Map<string, number>()
    for (const held of this.#open.values()) counts.set(held.address, (counts.get(held.address) ?? 0) + 1)
    const most = Math.max(...counts.values())
    if ((counts.get(address) ?? 0) + 1 >= most) return false
    for (const [end, held] of this.#open) {
      if (counts.get(held.address) !== most) continue
      this.#open.delete(end)
      held.cut()
      return true
    }
    return false
  }
}
