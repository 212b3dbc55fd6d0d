/**
 * A program in a real pseudo-terminal, its screen in an emulator. Nothing here sleeps: `until` looks again whenever
 * the program has written something, and rejects with the screen when the program ends or the test's time is over.
 */
import { fileURLToPath } from "node:url"
import pty from "@lydell/node-pty"
import { bundled } from "./bundle.ts"
import { COMPILED } from "./compiled.ts"
import { feed, openVirtualTerminal, rowsOf, textOf, type VirtualTerminal } from "./virtual-screen.ts"

/** Long enough for a cold start on a busy machine. */
const UNTIL_MS = 60_000

export const NODE = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url))

export type Seen = string | RegExp | ((screen: string) => boolean)

export interface Ended {
  code: number
  signal: number | undefined
}

export class TerminalProgram {
  readonly emulator: VirtualTerminal
  /** Every byte that was written, as text. */
  raw = ""
  readonly ended: Promise<Ended>
  readonly #process: pty.IPty
  #drawn: Promise<void> = Promise.resolve()
  #end: Ended | undefined
  readonly #watchers = new Set<() => void>()

  constructor(
    file: string,
    args: readonly string[],
    options: { columns: number; rows: number; cwd?: string; env?: Record<string, string> },
  ) {
    this.emulator = openVirtualTerminal(options.columns, options.rows)
    this.#process = pty.spawn(file, [...args], {
      name: "xterm-256color",
      cols: options.columns,
      rows: options.rows,
      cwd: options.cwd ?? process.cwd(),
      env: {
        PATH: process.env["PATH"] ?? "",
        TERM: "xterm-256color",
        TZ: "UTC",
        LANG: "C.UTF-8",
        CI: "1",
        ...options.env,
      },
    })
    // What a program asks of its terminal is answered where keys come from.
    this.emulator.onData((answer) => this.type(answer))
    this.#process.onData((data) => {
      this.raw += data
      this.#drawn = this.#drawn.then(() => feed(this.emulator, data)).then(() => this.#look())
    })
    this.ended = new Promise((resolve) => {
      this.#process.onExit(({ exitCode, signal }) => {
        const end = { code: exitCode, signal: signal === 0 ? undefined : signal }
        this.#end = end
        resolve(this.#drawn.then(() => this.#look()).then(() => end))
      })
    })
  }

  get pid(): number {
    return this.#process.pid
  }

  screen(): string {
    return textOf(this.emulator)
  }

  rows(): string[] {
    return rowsOf(this.emulator)
  }

  /** True while the program shows its own screen instead of the shell's. */
  alternate(): boolean {
    return this.emulator.buffer.active.type === "alternate"
  }

  type(text: string): void {
    this.#process.write(text)
  }

  /** As a terminal with bracketed paste hands it over. */
  paste(text: string): void {
    this.#process.write(`\u001b[200~${text}\u001b[201~`)
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows)
    this.#process.resize(columns, rows)
  }

  kill(signal: "SIGTERM" | "SIGHUP" | "SIGKILL"): void {
    this.#process.kill(signal)
  }

  /** The first screen on which `seen` is true. */
  until(seen: Seen): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        this.#watchers.delete(watch)
      }
      const watch = () => {
        const screen = this.screen()
        if (fits(screen, seen)) {
          stop()
          resolve(screen)
        } else if (this.#end !== undefined) {
          stop()
          reject(new Error(`ended with ${this.#end.code} before ${String(seen)}:\n${screen}`))
        }
      }
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`never seen: ${String(seen)}\n${this.screen()}`))
      }, UNTIL_MS)
      this.#watchers.add(watch)
      watch()
    })
  }

  #look(): void {
    for (const watch of this.#watchers) watch()
  }
}

function fits(screen: string, seen: Seen): boolean {
  if (typeof seen === "string") return screen.includes(seen)
  return seen instanceof RegExp ? seen.test(screen) : seen(screen)
}

const HERE = fileURLToPath(new URL("../..", import.meta.url))

/** What to give to Node to run the program that a file of this folder is. @param name without `.ts`. */
export async function fixtureCommand(name: string, ...args: readonly string[]): Promise<string[]> {
  return [await bundled(name), ...args]
}

/** Runs the program that a file of this folder is. */
export async function runFixture(
  name: string,
  args: readonly string[],
  size: { columns: number; rows: number; env?: Record<string, string> },
): Promise<TerminalProgram> {
  return new TerminalProgram(NODE, await fixtureCommand(name, ...args), {
    ...size,
    cwd: HERE,
    env: { ...COMPILED, ...size.env },
  })
}
