/** How full the disk is. */
import { statfsSync } from "node:fs"
import { fileError } from "./errors.ts"

/** What a file system has, and what this user may still write to it. */
export interface Room {
  freeBytes: number
  totalBytes: number
}

export interface Space {
  /** Asks the system, which takes microseconds. @throws PlatformError when it has no answer. */
  look(): Room
}

/** @param folder exists; the file system that holds it is looked at. */
export function spaceOf(folder: string): Space {
  return {
    look: () => {
      try {
        const { bavail, blocks, bsize } = statfsSync(folder)
        return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
      } catch (cause) {
        throw fileError(cause, folder)
      }
    },
  }
}
