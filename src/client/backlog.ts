/**
 * What has come and has not been read yet. A log of gigabytes arrives faster than it can be opened; past a limit the
 * connection is left unread, and the relay, which sends no more than what leaves, waits with us.
 */
/** Unread bytes above which nothing more is taken off the wire … */
export const MAX_BACKLOG_BYTES = 4_194_304
/** … until they are fewer than this. */
export const LOW_BACKLOG_BYTES = 1_048_576

export class Backlog {
  readonly #setReading: (isReading: boolean) => void
  #bytes = 0
  #isReading = true

  constructor(setReading: (isReading: boolean) => void) {
    this.#setReading = setReading
  }

  grew(bytes: number): void {
    this.#bytes += bytes
    if (this.#isReading && this.#bytes > MAX_BACKLOG_BYTES) this.#set(false)
  }

  shrank(bytes: number): void {
    this.#bytes -= bytes
    if (!this.#isReading && this.#bytes < LOW_BACKLOG_BYTES) this.#set(true)
  }

  #set(isReading: boolean): void {
    this.#isReading = isReading
    this.#setReading(isReading)
  }
}
