/**
 * A file that holds nothing but room. Deleting from a database needs room to write what is to be deleted; on a full
 * disk this file is given up for as long as that takes.
 */
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs"
import { dirname } from "node:path"

export interface Ballast {
  /** Makes the room free. Nothing happens when none is held. */
  release(): void
  /**
   * Takes the room again: all of it when as much stays free, else half, so that the other half is for what comes now
   * and there is something to give up the next time. A disk that has not even that is no error.
   */
  take(): void
}

const BLOCK_BYTES = 65_536

/** @param bytes how much room to hold. The file is not made before `take`. */
export function fileBallast(path: string, bytes: number): Ballast {
  const held = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const release = () => rmSync(path, { force: true })
  const free = () => {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize
  }
  return {
    release,
    take() {
      try {
        if (held() === bytes) return
        if (free() + held() >= 2 * bytes) writeZeros(path, bytes)
        else if (held() === 0) writeZeros(path, bytes / 2)
      } catch {
        // Whatever the reason, a part of it would help nobody.
        release()
      }
    },
  }
}

/** Written out: a file with a hole in it takes no room. */
function writeZeros(path: string, bytes: number): void {
  const file = openSync(path, "w", 0o600)
  try {
    const block = new Uint8Array(BLOCK_BYTES)
    for (let left = bytes; left > 0;) left -= writeSync(file, block, 0, Math.min(left, block.length))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
