/** Puts a planted bug into the source of one module. Sources on disk are never touched: see `register.ts`. */
import { fileURLToPath } from "node:url"

const root = new URL("../../", import.meta.url)

/**
 * `plain`: processes and links die. `noisy`: and somebody among them means harm. `lossy`: and backups are put back, logs
 * are lost, disks fill up or fail. `relay`: clients of the relay that offer again what they have not read.
 */
export type Lives = "plain" | "noisy" | "lossy" | "relay"

/** One piece of the program and what stands in its place. */
export interface Change {
  /** Path from the repository's root. */
  file: string
  /** Stands exactly once in that file. */
  find: string
  replace: string
}

/** One mistake that somebody could make, and that the simulation must notice. */
export interface Bug extends Change {
  name: string
  /** What goes wrong with it, in a person's words. */
  why: string
  /** The lives that find it; `plain` ones when not said. */
  lives?: Lives
}

export function pathOf({ file }: Pick<Change, "file">): string {
  return fileURLToPath(new URL(file, root))
}

/** @throws Error unless the text to replace is there exactly once: code that has moved on needs another bug. */
export function plant(source: string, { file, find, replace }: Change, name: string): string {
  const pieces = source.split(find)
  if (pieces.length !== 2) {
    throw new Error(`${name}: the text to replace stands ${pieces.length - 1} times in ${file}, not once`)
  }
  return pieces.join(replace)
}
