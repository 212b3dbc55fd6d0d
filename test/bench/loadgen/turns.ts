/** What the relay's thread takes at a stretch, as `turns.mjs` notes it beside the relay. */
import { appendFileSync, readFileSync } from "node:fs"

const HOOK = new URL("turns.mjs", import.meta.url).href
/** How long a line may take into the file. */
const LATE_MS = 500

export class Turns {
  readonly flags = ["--import", HOOK] as const
  readonly #file: string

  /** @param file in which the relay notes them; to be made before the relay is started. */
  constructor(file: string) {
    this.#file = file
    appendFileSync(file, "")
    process.env["TURNS_FILE"] = file
  }

  /**
   * Of somebody who comes at any moment between the two: how long the relay's thread is busy with others, in milliseconds
   * of CPU time. @returns what 99 of 100 wait at most, and all.
   */
  async waits(from: number, to: number): Promise<{ p99: number; most: number }> {
    await new Promise((wake) => setTimeout(wake, LATE_MS))
    const turns: number[] = []
    for (const line of readFileSync(this.#file, "utf8").split("\n")) {
      const [at, ms] = line.split(" ").map(Number)
      if (at! >= from && at! <= to) turns.push(ms!)
    }
    const most = Math.max(0, ...turns)
    let [low, high] = [0, most]
    while (high - low > 0.01) {
      const wait = (low + high) / 2
      const longer = turns.reduce((sum, ms) => sum + Math.max(0, ms - wait), 0)
      if (longer > (to - from) / 100) low = wait
      else high = wait
    }
    return { p99: high, most }
  }
}
