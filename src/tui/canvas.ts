/**
 * The canvas on which Ink composes a frame, with what did not change kept. Ink's own tokenises and styles every cell
 * of the screen for every key; here each row is composed by Ink's canvas only when something on it differs from the
 * frame before, so that a key costs the rows that it changes. The build puts this where Ink takes its canvas from.
 */

type Transformer = (line: string, index: number) => string

interface Clip {
  x1: number | undefined
  x2: number | undefined
  y1: number | undefined
  y2: number | undefined
}

/** What Ink asks of its canvas: texts at places in cells, between clips, then the frame. */
export interface InkCanvas {
  write(x: number, y: number, text: string, options: { transformers: readonly Transformer[] }): void
  clip(clip: Clip): void
  unclip(): void
  get(): { output: string; height: number }
}

export type InkCanvasClass = new (size: { width: number; height: number }) => InkCanvas

/** One line of a text on its row. */
interface Piece {
  x: number
  line: string
  index: number
  transformers: readonly Transformer[]
  clip: Clip | undefined
}

type Operation =
  | { kind: "write"; x: number; y: number; text: string; transformers: readonly Transformer[] }
  | { kind: "clip"; clip: Clip }
  | { kind: "unclip" }

/** A canvas that draws as `Original` does, and keeps the rows of the newest frame. */
export function keepingRows(Original: InkCanvasClass): InkCanvasClass {
  /** By what stands on the row. Replaced by each frame, so that it never holds more than a screen. */
  let kept = new Map<string, string>()

  return class Canvas implements InkCanvas {
    readonly #width: number
    readonly #height: number
    readonly #operations: Operation[] = []

    constructor({ width, height }: { width: number; height: number }) {
      this.#width = width
      this.#height = height
    }

    write(
      x: number,
      y: number,
      text: string,
      { transformers }: { transformers: readonly Transformer[] },
    ): void {
      if (text !== "") this.#operations.push({ kind: "write", x, y, text, transformers })
    }

    clip(clip: Clip): void {
      this.#operations.push({ kind: "clip", clip })
    }

    unclip(): void {
      this.#operations.push({ kind: "unclip" })
    }

    get(): { output: string; height: number } {
      const rows = this.#pieces()
      if (rows === undefined) return this.#whole()
      const fresh = new Map<string, string>()
      const drawn = rows.map((pieces) => {
        if (pieces.length === 0) return ""
        const key = `${this.#width}\n${pieces.map(keyOf).join("\n")}`
        const row = kept.get(key) ?? this.#draw(pieces)
        fresh.set(key, row)
        return row
      })
      kept = fresh
      return { output: drawn.join("\n"), height: this.#height }
    }

    /** Undefined when a style goes on over a line break, which only the whole text can tell. */
    #pieces(): Piece[][] | undefined {
      const rows: Piece[][] = Array.from({ length: this.#height }, () => [])
      const clips: Clip[] = []
      for (const operation of this.#operations) {
        if (operation.kind === "clip") clips.push(within(clips.at(-1), operation.clip))
        else if (operation.kind === "unclip") clips.pop()
        else {
          const { x, y, text, transformers } = operation
          if (text.includes("\n") && text.includes("\u001b")) return undefined
          const clip = clips.at(-1)
          if (clip !== undefined && isEmpty(clip)) continue
          for (const [index, line] of text.split("\n").entries()) {
            const row = y + index
            if (isSeen(row, clip) && line !== "") rows[row]?.push({ x, line, index, transformers, clip })
          }
        }
      }
      return rows
    }

    #draw(pieces: readonly Piece[]): string {
      const canvas = new Original({ width: this.#width, height: 1 })
      for (const { x, line, index, transformers, clip } of pieces) {
        if (clip !== undefined) canvas.clip({ x1: clip.x1, x2: clip.x2, y1: undefined, y2: undefined })
        canvas.write(x, 0, line, {
          transformers: transformers.map((transform) => (text: string) => transform(text, index)),
        })
        if (clip !== undefined) canvas.unclip()
      }
      return canvas.get().output
    }

    #whole(): { output: string; height: number } {
      const canvas = new Original({ width: this.#width, height: this.#height })
      for (const operation of this.#operations) {
        if (operation.kind === "clip") canvas.clip(operation.clip)
        else if (operation.kind === "unclip") canvas.unclip()
        else canvas.write(operation.x, operation.y, operation.text, operation)
      }
      return canvas.get()
    }
  }
}

/** As Ink has it, half a clip is none. */
function isSeen(row: number, clip: Clip | undefined): boolean {
  if (clip?.y1 === undefined || clip.y2 === undefined) return true
  return row >= clip.y1 && row < clip.y2
}

/** Transformers are new functions in every frame; what they make of the line is what counts. */
function keyOf({ x, line, index, transformers, clip }: Piece): string {
  let transformed = line
  for (const transform of transformers) transformed = transform(transformed, index)
  return `${x} ${clip?.x1 ?? ""} ${clip?.x2 ?? ""} ${line.length} ${line}${transformed}`
}

function within(outer: Clip | undefined, inner: Clip): Clip {
  if (outer === undefined) return inner
  const tighter = (a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number) =>
    a === undefined ? b : b === undefined ? a : pick(a, b)
  return {
    x1: tighter(outer.x1, inner.x1, Math.max),
    x2: tighter(outer.x2, inner.x2, Math.min),
    y1: tighter(outer.y1, inner.y1, Math.max),
    y2: tighter(outer.y2, inner.y2, Math.min),
  }
}

function isEmpty({ x1, x2, y1, y2 }: Clip): boolean {
  return (
    (x1 !== undefined && x2 !== undefined && x1 >= x2) || (y1 !== undefined && y2 !== undefined && y1 >= y2)
  )
}
