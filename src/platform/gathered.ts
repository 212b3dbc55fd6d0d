/**
 * Lines that come in quick succession leave in one write, in their order: soon after the first of them, when many have
 * gathered, when it is asked for, and at the latest when the process ends.
 */
import type { Millis } from "./clock.ts"

const GATHER_MS: Millis = 50
const MOST_CHARS = 65_536

export class Gathered {
  readonly #write: (text: string) => void
  #text = ""
  #soon: NodeJS.Timeout | undefined
  readonly #atExit = () => this.flush()

  /** @param write takes whole lines, and has written them when it returns. */
  constructor(write: (text: string) => void) {
    this.#write = write
    process.once("exit", this.#atExit)
  }

  /** @param line with its end. */
  add(line: string): void {
    this.#text += line
    if (this.#text.length >= MOST_CHARS) return this.flush()
    this.#soon ??= setTimeout(() => this.flush(), GATHER_MS).unref()
  }

  flush(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    const text = this.#text
    this.#text = ""
    if (text !== "") this.#write(text)
  }

  /** Flushes; nothing is added afterwards. */
  close(): void {
    this.flush()
    process.off("exit", this.#atExit)
  }
}
