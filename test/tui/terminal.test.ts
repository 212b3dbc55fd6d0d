import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import type { Clock } from "../../src/platform/clock.ts"
import type { Key } from "../../src/tui/key-decoder.ts"
import {
  ANCHOR,
  expandAnchors,
  openTerminal,
  withAnchors,
  type TerminalInput,
} from "../../src/tui/terminal.ts"

const A = ANCHOR
const ESC = "\u001b"

test.each([
  ["no anchor at all", "no anchor at all"],
  [`${A}row`, `${ESC}[1G${ESC}[K row`],
  [`left${A}right`, `left${ESC}[5G${ESC}[K right`],
  [`a${A}b${A}c`, `a${ESC}[2G${ESC}[K b${ESC}[4G${ESC}[K c`],
  // Escape sequences take no cells; wide letters take what Ink reserved for them.
  [
    `${ESC}[1G${ESC}[K${ESC}[1mab${ESC}[22m${A}c`,
    `${ESC}[1G${ESC}[K${ESC}[1mab${ESC}[22m${ESC}[3G${ESC}[K c`,
  ],
  [`日本${A}c`, `日本${ESC}[5G${ESC}[K c`],
  [`one\n${A}two`, `one\n${ESC}[1G${ESC}[K two`],
])("%j is written as %j", (frame, written) => expect(expandAnchors(frame)).toBe(written))

test("the stream given to Ink is the stream, but for anchors", () => {
  const written: string[] = []
  const stream = {
    columns: 80,
    write(text: string) {
      written.push(text)
      return this === stream
    },
    size() {
      return this.columns
    },
  }
  const { stream: wrapped, hasDisputed } = withAnchors(stream)
  stream.columns = 100
  expect([wrapped.columns, wrapped.size()]).toEqual([100, 100])
  expect(wrapped.write(`${A}x`)).toBe(true)
  expect(written).toEqual([`${ESC}[1G${ESC}[K x`])
  expect(hasDisputed()).toBe(false)
  wrapped.write(`${A}\u0915\u093e`)
  expect(hasDisputed()).toBe(true)
})

class Input extends EventEmitter implements TerminalInput {
  raw = false
  broken = false

  setEncoding(): void {}

  setRawMode(on: boolean): void {
    if (this.broken) throw new Error("EIO")
    this.raw = on
  }

  resume(): void {}

  pause(): void {}
}

/** A clock that a test moves. */
class HandClock implements Clock {
  #now = 0
  readonly #wakes = new Set<{ at: number; wake: () => void }>()

  now(): number {
    return this.#now
  }

  wakeAt(at: number, wake: () => void): () => void {
    const entry = { at, wake }
    this.#wakes.add(entry)
    return () => this.#wakes.delete(entry)
  }

  forward(ms: number): void {
    this.#now += ms
    for (const entry of this.#wakes) {
      if (entry.at > this.#now) continue
      this.#wakes.delete(entry)
      entry.wake()
    }
  }

  get pending(): number {
    return this.#wakes.size
  }
}

function opened() {
  const input = new Input()
  const clock = new HandClock()
  const written: string[] = []
  const keys: Key[] = []
  let ended = 0
  const terminal = openTerminal(
    input,
    { write: (text) => written.push(text) },
    clock,
    (more) => keys.push(...more),
    () => (ended += 1),
  )
  terminal.enter()
  return { input, clock, written, keys, terminal, ended: () => ended }
}

test("every mode that is set is set back, once", () => {
  const { input, terminal, written } = opened()
  expect(input.raw).toBe(true)
  terminal.leave()
  terminal.leave()
  expect(input.raw).toBe(false)
  const modes = (end: "h" | "l") =>
    [...written.join("").matchAll(/\u001b\[\?(\d+)([hl])/gu)].filter((m) => m[2] === end).map((m) => m[1])
  expect(modes("h")).toEqual(["2004", "1004", "7"])
  expect(modes("l")).toEqual(["7", "1004", "2004"])
  expect(written.join("").endsWith(`${ESC}[?7h`)).toBe(true)
  expect(input.listenerCount("data")).toBe(0)
})

test("the mouse is reported only while it is asked for, and never to whoever comes after us", () => {
  const { terminal, written } = opened()
  const last = () => written.at(-1)
  terminal.mouse(false)
  expect(written).toHaveLength(1)
  terminal.mouse(true)
  expect(last()).toBe(`${ESC}[?1000h${ESC}[?1006h`)
  terminal.leave()
  expect(last()).toContain(`${ESC}[?1006l${ESC}[?1000l`)
  terminal.enter()
  expect(last()).toContain(`${ESC}[?1000h${ESC}[?1006h`)
  terminal.mouse(false)
  expect(last()).toBe(`${ESC}[?1006l${ESC}[?1000l`)
  terminal.leave()
  expect(last()).not.toContain("?1000")
})

test("a terminal that hung up is left without complaint", () => {
  const { input, terminal } = opened()
  input.broken = true
  expect(() => terminal.leave()).not.toThrow()
})

test("a lone Escape is a key after a moment, the beginning of a function key is not", () => {
  const { input, clock, keys } = opened()
  input.emit("data", ESC)
  expect([keys, clock.pending]).toEqual([[], 1])
  clock.forward(30)
  expect(keys).toEqual([{ kind: "chord", chord: "esc" }])
  input.emit("data", ESC)
  input.emit("data", "[15~")
  clock.forward(100)
  expect(keys.slice(1)).toEqual([{ kind: "chord", chord: "f5" }])
  expect(clock.pending).toBe(0)
})

test("the end of the input ends the screen", () => {
  const { input, ended } = opened()
  input.emit("end")
  expect(ended()).toBe(1)
})
