/**
 * A program in a real pseudo-terminal of which only the times matter: when was what written, how much processor time
 * and memory did it take. Nothing is emulated, so that no time of ours is counted as the program's.
 */
import { readdirSync, readFileSync } from "node:fs"
import pty from "@lydell/node-pty"

const SEEN_MS = 60_000

export class TimedTerminal {
  readonly ended: Promise<void>
  readonly began = performance.now()
  readonly #process: pty.IPty
  readonly #watchers = new Set<() => void>()
  #written = ""
  #lastAt = 0
  #isOver = false

  constructor(
    file: string,
    args: readonly string[],
    size: { columns: number; rows: number },
    env: Record<string, string>,
  ) {
    this.#process = pty.spawn(file, [...args], {
      name: "xterm-256color",
      cols: size.columns,
      rows: size.rows,
      env: {
        PATH: process.env["PATH"] ?? "",
        TERM: "xterm-256color",
        TZ: "UTC",
        LANG: "C.UTF-8",
        LC_ALL: "C.UTF-8",
        ...env,
      },
    })
    this.#process.onData((data) => {
      this.#lastAt = performance.now()
      this.#written += data
      for (const watch of this.#watchers) watch()
    })
    this.ended = new Promise((resolve) => {
      this.#process.onExit(() => {
        this.#isOver = true
        for (const watch of this.#watchers) watch()
        resolve()
      })
    })
  }

  /** Bytes written since the last `forget`, as text. */
  get written(): string {
    return this.#written
  }

  forget(): void {
    this.#written = ""
  }

  type(text: string): void {
    this.#process.write(text)
  }

  kill(): void {
    if (!this.#isOver) this.#process.kill("SIGKILL")
  }

  /** When it had written something that `fits`, counting from the last `forget`. @returns `performance.now()`. */
  seen(fits: (written: string) => boolean): Promise<number> {
    // Made here, so that its stack says which step it was.
    const trouble = new Error("this was never written")
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        this.#watchers.delete(watch)
      }
      const fail = () => {
        stop()
        trouble.message += `; it wrote ${JSON.stringify(this.#written.slice(-2_000))}`
        reject(trouble)
      }
      const watch = () => {
        if (fits(this.#written)) {
          stop()
          resolve(this.#lastAt)
        } else if (this.#isOver) fail()
      }
      const timer = setTimeout(fail, SEEN_MS)
      this.#watchers.add(watch)
      watch()
    })
  }

  /** Resolves once nothing was written for `ms`, counted from now on. */
  async quiet(ms = 60): Promise<void> {
    await sleep(ms)
    for (;;) {
      const rest = this.#lastAt + ms - performance.now()
      if (rest <= 0) return
      await sleep(rest)
    }
  }

  /** Milliseconds from the writing of `keys` to the first output that `fits`. */
  async after(keys: string, fits: (written: string) => boolean): Promise<number> {
    await this.quiet()
    this.forget()
    const pressed = performance.now()
    this.type(keys)
    return (await this.seen(fits)) - pressed
  }

  /** Processor time so far, of all threads that still run, in milliseconds. */
  cpu(): number {
    const threads = `/proc/${this.#process.pid}/task`
    const times = readdirSync(threads).map((thread) =>
      Number(readFileSync(`${threads}/${thread}/schedstat`, "utf8").split(" ")[0]),
    )
    return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1_000_000
  }

  /** Resident memory in MiB. */
  memory(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8")
    return Number(/^VmRSS:\s+(\d+) kB/mu.exec(status)?.[1] ?? 0) / 1_024
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
