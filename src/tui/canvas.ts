/**
 * The canvas on which Ink composes a frame. Its own splits every row into cells, with the styles of each, and joins them
 * again; our rows are finished when Ink gets them (`painting.ts`), and go out as they are. The build puts this where Ink
 * takes its canvas from.
 */
import { isDrawn } from "./painting.ts"

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

/** A canvas that passes finished rows on, and draws everything else as `Original` does. */
export function passingRows(Original: InkCanvasClass): InkCanvasClass {
  return class Canvas implements InkCanvas {
    readonly #original: InkCanvas
    readonly #height: number
    #rows: string[] | undefined

    constructor(size: { width: number; height: number }) {
      this.#original = new Original(size)
      this.#height = size.height
    }

    write(x: number, y: number, text: string, options: { transformers: readonly Transformer[] }): void {
      const [row] = options.transformers
      if (row !== undefined && isDrawn(row)) this.#rows = text.split("\n").map(row)
      else this.#original.write(x, y, text, options)
    }

    clip(clip: Clip): void {
      this.#original.clip(clip)
    }

    unclip(): void {
      this.#original.unclip()
    }

    get(): { output: string; height: number } {
      if (this.#rows === undefined) return this.#original.get()
      return { output: this.#rows.slice(0, this.#height).join("\n"), height: this.#height }
    }
  }
}
