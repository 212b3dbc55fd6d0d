/**
 * The edge to the terminal: modes on and off again, keys in, and the anchors of `painting.ts` out.
 *
 * Autowrap is off while we draw: a row that this terminal finds wider than we do is cut at the edge instead of
 * pushing every row below it. An anchor goes further: before each pane the cursor is sent to the column where the
 * pane begins and the row is erased from there, so that letters of disputed width move nothing but themselves.
 */
import type { Clock } from "../platform/clock.ts"
import { RESTORE_TITLE, SAVE_TITLE } from "./notifying.ts"
import { KeyDecoder, type Key } from "./key-decoder.ts"
import { drawnCells } from "./text-width.ts"

/** Takes one cell in Ink's grid. Never part of a `SafeText`, so no peer can set one. */
export const ANCHOR = "\t"

/** No autowrap, bracketed paste, reports of focus. */
const ENTER = "\u001b[?7l\u001b[?2004h\u001b[?1004h"
const LEAVE = "\u001b[?1004l\u001b[?2004l\u001b[?7h"

/** Presses and the wheel, in the form that knows wide screens. */
const MOUSE_ON = "\u001b[?1000h\u001b[?1006h"
const MOUSE_OFF = "\u001b[?1006l\u001b[?1000l"

/** How long a lone Escape is waited on, in milliseconds: the rest of a function key comes in less. */
const ESCAPE_MS = 30

/** What is needed of a terminal to read from. `process.stdin` is one. */
export interface TerminalInput {
  isTTY?: boolean
  setEncoding(encoding: "utf8"): unknown
  setRawMode?(on: boolean): unknown
  on(event: "data", listener: (chunk: string) => void): unknown
  on(event: "end" | "close", listener: () => void): unknown
  off(event: "data", listener: (chunk: string) => void): unknown
  off(event: "end" | "close", listener: () => void): unknown
  resume(): unknown
  pause(): unknown
}

export interface Terminal {
  enter(): void
  /** Whether the terminal reports its mouse; while it does, Shift selects text. Stays so over `leave` and `enter`. */
  mouse(on: boolean): void
  /** Puts every mode back. Safe to call twice; what is called on every way out. */
  leave(): void
}

/** @param onKeys keys in the order they were pressed, one call per chunk. */
export function openTerminal(
  input: TerminalInput,
  output: { write(text: string): unknown },
  clock: Clock,
  onKeys: (keys: readonly Key[]) => void,
  onEnd: () => void,
  hasTitle = false,
): Terminal {
  const decoder = new KeyDecoder()
  let cancelFlush: (() => void) | undefined
  let entered = false
  let hasMouse = false
  const onData = (chunk: string) => {
    cancelFlush?.()
    cancelFlush = undefined
    onKeys(decoder.push(String(chunk)))
    if (!decoder.waiting) return
    cancelFlush = clock.wakeAt(clock.now() + ESCAPE_MS, () => {
      cancelFlush = undefined
      onKeys(decoder.flush())
    })
  }
  return {
    mouse(on) {
      if (on === hasMouse) return
      hasMouse = on
      if (entered) output.write(on ? MOUSE_ON : MOUSE_OFF)
    },
    enter() {
      if (entered) return
      entered = true
      output.write((hasTitle ? SAVE_TITLE : "") + ENTER + (hasMouse ? MOUSE_ON : ""))
      input.setEncoding("utf8")
      input.setRawMode?.(true)
      input.on("data", onData)
      input.on("end", onEnd)
      input.on("close", onEnd)
      input.resume()
    },
    leave() {
      if (!entered) return
      entered = false
      cancelFlush?.()
      input.off("data", onData)
      input.off("end", onEnd)
      input.off("close", onEnd)
      // A terminal that hung up cannot be set back, and need not be.
      attempt(() => input.setRawMode?.(false))
      input.pause()
      attempt(() => output.write((hasMouse ? MOUSE_OFF : "") + LEAVE + (hasTitle ? RESTORE_TITLE : "")))
    },
  }
}

function attempt(work: () => unknown): void {
  try {
    work()
  } catch {
    // On the way out nothing can be done about a terminal that is gone.
  }
}

/** The same stream for Ink, with anchors turned into what they mean. */
export function withAnchors<Stream extends { write: (...args: never[]) => unknown }>(output: Stream): Stream {
  const write = output.write as unknown as (this: Stream, text: unknown, ...rest: unknown[]) => unknown
  return new Proxy(output, {
    get(target, property) {
      if (property === "write") {
        return (text: unknown, ...rest: unknown[]) =>
          write.call(target, typeof text === "string" ? expandAnchors(text) : text, ...rest)
      }
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === "function" ? (value.bind(target) as unknown) : value
    },
  })
}

const CONTROL_SEQUENCES = /\u001b\[[0-9;?]*[ -/]*[@-~]/gu

/**
 * Replaces each anchor by: go to its column, erase to the right, one blank cell. A row with anchors is always written
 * from its first column (Ink repaints whole rows that hold a control character), so the column can be counted here.
 */
export function expandAnchors(frame: string): string {
  if (!frame.includes(ANCHOR)) return frame
  return frame.split("\n").map(expandRow).join("\n")
}

function expandRow(row: string): string {
  if (!row.includes(ANCHOR)) return row
  const pieces = row.split(ANCHOR)
  let column = 0
  let expanded = pieces[0]!
  column += drawnCells(expanded.replaceAll(CONTROL_SEQUENCES, ""))
  for (const piece of pieces.slice(1)) {
    expanded += `\u001b[${column + 1}G\u001b[K ${piece}`
    column += 1 + drawnCells(piece.replaceAll(CONTROL_SEQUENCES, ""))
  }
  return expanded
}
