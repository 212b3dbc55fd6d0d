/**
 * Keys that come while a room is being opened. They were meant for that room: in the one that is still on the screen,
 * a line for one person would be said to all.
 */
import type { Key } from "./key-decoder.ts"

/** What never waits, so that nobody is held up by a room that does not open. */
const AT_ONCE: ReadonlySet<string> = new Set(["esc", "ctrl+c", "ctrl+l", "ctrl+z"])

export class TypedAhead {
  #until: Promise<void> | undefined
  #keys: Key[] = []
  readonly #give: (keys: readonly Key[]) => void

  constructor(give: (keys: readonly Key[]) => void) {
    this.#give = give
  }

  wait(until: Promise<void>): void {
    this.#until = until
    until.then(
      () => this.#end(until, () => true),
      // That room is not to be had: what was typed stays to be looked at, and nothing is sent to those before.
      () => this.#end(until, ({ kind }) => kind === "text" || kind === "paste"),
    )
  }

  /** Whether the key waits. Esc and Ctrl+C wait no longer: what was typed ahead goes with them. */
  takes(key: Key): boolean {
    if (this.#until === undefined || key.kind === "focus") return false
    if (key.kind === "chord" && AT_ONCE.has(key.chord)) {
      if (key.chord === "esc" || key.chord === "ctrl+c") this.#forget()
      return false
    }
    this.#keys.push(key)
    return true
  }

  #end(until: Promise<void>, isGiven: (key: Key) => boolean): void {
    if (this.#until !== until) return
    const keys = this.#keys
    this.#forget()
    this.#give(keys.filter(isGiven))
  }

  #forget(): void {
    this.#until = undefined
    this.#keys = []
  }
}
