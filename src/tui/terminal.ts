/**
 * The edge to the terminal: modes on and off again, keys in, and the anchors of `painting.ts` out.
 *
 * Autowrap is off while we draw: a row that this terminal finds wider than we do is cut at the edge instead of
 * pushing every row below it. An anchor goes further: before each pane the cursor is sent to the column where the
 * pane begins and the row is erased from there, and behind every letter of disputed width to the column that follows, so
 * that such letters move nothing but themselves.
 */
import type { Clock } from "../platform/clock.ts"
import { RESTORE_TITLE, SAVE_TITLE } from "./notifying.ts"
import { KeyDecoder, type Key, type OnPlace } from "./key-decoder.ts"
import { SINGLE_CELLS } from "./graphemes.ts"
import { isDisputed } from "./terminal-widths.ts"
import { clustersOf, drawnCells } from "./text-width.ts"

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
  { hasTitle = false, onPlace }: { hasTitle?: boolean; onPlace?: OnPlace } = {},
): Terminal {
  const decoder = new KeyDecoder(onPlace)
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

/** What Ink writes when it takes a screen of its own. */
const OWN_SCREEN = "\u001b[?1049h"

export interface Anchored<Stream> {
  /** For Ink: anchors are turned into what they mean. */
  stream: Stream
  /** Whether letters of disputed width were written: they stand elsewhere once their width is known. */
  hasDisputed(): boolean
}

/** @param first written once, on the empty screen that Ink has taken, before its first frame */
export function withAnchors<Stream extends { write: (...args: never[]) => unknown }>(
  output: Stream,
  first = "",
): Anchored<Stream> {
  const write = output.write as unknown as (this: Stream, text: unknown, ...rest: unknown[]) => unknown
  let due = first
  let hasDisputed = false
  const given = (text: string) => {
    const frame = expandFrame(text)
    hasDisputed ||= frame.disputed
    if (due === "" || !text.includes(OWN_SCREEN)) return frame.text
    const all = frame.text + due
    due = ""
    return all
  }
  const stream = new Proxy(output, {
    get(target, property) {
      if (property === "write") {
        return (text: unknown, ...rest: unknown[]) =>
          write.call(target, typeof text === "string" ? given(text) : text, ...rest)
      }
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === "function" ? (value.bind(target) as unknown) : value
    },
  })
  return { stream, hasDisputed: () => hasDisputed }
}

const CONTROL_SEQUENCES = /(\u001b\[[0-9;?]*[ -/]*[@-~])/u

/**
 * Replaces each anchor by: go to its column, erase to the right, one blank cell. Behind each cluster of disputed width it
 * puts: go to the next column, so that no error grows along a row. A row with anchors is always written from its first
 * column (Ink repaints whole rows that hold a control character), so columns can be counted here.
 */
export function expandAnchors(frame: string): string {
  return expandFrame(frame).text
}

/** What was placed of a row, or of a frame, so far. */
interface Placed {
  text: string
  column: number
  disputed: boolean
}

function expandFrame(frame: string): Placed {
  const placed: Placed = { text: "", column: 0, disputed: false }
  if (!frame.includes(ANCHOR)) return { ...placed, text: frame }
  for (const [index, row] of frame.split("\n").entries()) {
    if (index > 0) placed.text += "\n"
    if (row.includes(ANCHOR)) expandRow(row, placed)
    else placed.text += row
  }
  return placed
}

function expandRow(row: string, placed: Placed): void {
  placed.column = 0
  for (const [index, piece] of row.split(ANCHOR).entries()) {
    if (index > 0) {
      placed.text += `\u001b[${placed.column + 1}G\u001b[K `
      placed.column += 1
    }
    place(piece, placed)
  }
}

/** Puts a piece behind what is placed. */
function place(piece: string, placed: Placed): void {
  // Every other part is a control sequence.
  for (const [index, part] of piece.split(CONTROL_SEQUENCES).entries()) {
    if (index % 2 === 1) placed.text += part
    else if (SINGLE_CELLS.test(part)) {
      placed.text += part
      placed.column += part.length
    } else placeClusters(part, placed)
  }
}

function placeClusters(text: string, placed: Placed): void {
  for (const cluster of clustersOf(text)) {
    placed.text += cluster
    placed.column += drawnCells(cluster)
    if (!isDisputed(cluster)) continue
    placed.text += `\u001b[${placed.column + 1}G`
    placed.disputed = true
  }
}
