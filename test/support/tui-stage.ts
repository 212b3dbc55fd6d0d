/**
 * The full-screen interface on a virtual terminal, in this process: keys go in as bytes, the screen comes out as
 * text. The real input path, the real Ink, a real emulator; only the pseudo-terminal is missing.
 */
import { EventEmitter } from "node:events"
import type { Clock } from "../../src/platform/clock.ts"
import { runTui, type TuiOptions, type TuiResult } from "../../src/tui/main.tsx"
import { openRelayScreen, type RelayScreen, type RelayScreenOptions } from "../../src/tui/relay-main.tsx"
import { themeOf } from "../../src/tui/theme.ts"
import { feed, openVirtualTerminal, textOf, type VirtualTerminal } from "./virtual-screen.ts"

/** A window without a program. */
export class TerminalStage {
  readonly terminal: VirtualTerminal
  readonly written: string[] = []
  readonly #input = new FakeInput()
  readonly #output: FakeOutput
  #idle: Promise<void> = Promise.resolve()

  constructor(size: { columns: number; rows: number }) {
    this.terminal = openVirtualTerminal(size.columns, size.rows)
    // What a program asks of its terminal is answered where keys come from.
    this.terminal.onData((answer) => this.type(answer))
    this.#output = new FakeOutput(size, (text) => {
      this.written.push(text)
      this.#idle = this.#idle.then(() => feed(this.terminal, text))
    })
  }

  get input(): NodeJS.ReadStream {
    return this.#input as unknown as NodeJS.ReadStream
  }

  get output(): NodeJS.WriteStream {
    return this.#output as unknown as NodeJS.WriteStream
  }

  type(text: string): void {
    this.#input.emit("data", text)
  }

  resize(columns: number, rows: number): void {
    this.#output.columns = columns
    this.#output.rows = rows
    this.terminal.resize(columns, rows)
    this.#output.emit("resize")
  }

  /** Resolves once nothing has been written for `ms`: never, where something goes on writing. */
  async rest(ms: number): Promise<void> {
    for (let before = -1; before !== this.written.length;) {
      before = this.written.length
      await new Promise((resolve) => setTimeout(resolve, ms))
    }
  }

  /** The screen once `seen` is true of it; rejects with the screen when that does not come to be. */
  async until(seen: string | RegExp | ((screen: string) => boolean), turns = 2_000): Promise<string> {
    for (let turn = 0; turn < turns; turn++) {
      const screen = await this.screen()
      if (matches(screen, seen)) return screen
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error(`never seen: ${String(seen)}\n${await this.screen()}`)
  }

  async screen(): Promise<string> {
    await this.#idle
    return textOf(this.terminal)
  }

  rawMode(): boolean {
    return this.#input.raw
  }
}

/** The chat, or the first steps. */
export class Stage extends TerminalStage {
  readonly done: Promise<TuiResult>

  constructor(
    start: TuiOptions["start"],
    size: { columns: number; rows: number },
    clock: Clock,
    more: Partial<TuiOptions> = {},
  ) {
    super(size)
    this.done = runTui({
      start,
      clock,
      input: this.input,
      output: this.output,
      exportRoom: () => Promise.resolve("/tmp/room.txt"),
      keepLanguage: () => {},
      readCode: (typed) => Promise.resolve(typed),
      relayNote: () => undefined,
      invitation: () => undefined,
      ascii: false,
      color: false,
      ...more,
    })
  }
}

/** A relay's own screen. */
export class RelayStage extends TerminalStage {
  readonly screenOfRelay: RelayScreen
  readonly stop = new AbortController()

  constructor(
    size: { columns: number; rows: number },
    more: Pick<RelayScreenOptions, "facts" | "monitor" | "clock"> & Partial<RelayScreenOptions>,
  ) {
    super(size)
    this.screenOfRelay = openRelayScreen({
      input: this.input,
      output: this.output,
      theme: themeOf({ ascii: false, color: false }),
      stop: this.stop.signal,
      ...more,
    })
  }
}

function matches(screen: string, seen: string | RegExp | ((screen: string) => boolean)): boolean {
  if (typeof seen === "function") return seen(screen)
  return typeof seen === "string" ? screen.includes(seen) : seen.test(screen)
}

class FakeInput extends EventEmitter {
  readonly isTTY = true
  raw = false

  setEncoding(): this {
    return this
  }

  setRawMode(on: boolean): this {
    this.raw = on
    return this
  }

  resume(): this {
    return this
  }

  pause(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  read(): null {
    return null
  }
}

class FakeOutput extends EventEmitter {
  readonly isTTY = true
  readonly writable = true
  columns: number
  rows: number
  readonly #take: (text: string) => void

  constructor(size: { columns: number; rows: number }, take: (text: string) => void) {
    super()
    this.columns = size.columns
    this.rows = size.rows
    this.#take = take
  }

  write(text: string, done?: unknown): boolean {
    // A real terminal in raw mode still turns a line feed into a new line.
    this.#take(text.replaceAll(/\r?\n/gu, "\r\n"))
    if (typeof done === "function") queueMicrotask(() => (done as () => void)())
    return true
  }
}
