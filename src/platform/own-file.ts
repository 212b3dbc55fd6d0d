/**
 * A small file that knows whether it is still the one that we wrote: it holds its own number on the disk and the time it
 * was made, which no copy has. So what was put back from a backup is told from what never left.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from "node:fs"
import { equalBytes } from "../bytes.ts"
import { fileError } from "./errors.ts"
import { replaceFile } from "./files.ts"

const MARK_BYTES = 16

export interface OwnFile {
  /** Undefined when there is none. `isCopy`: it is not the one that `write` made. @throws PlatformError. */
  read(): { bytes: Uint8Array; isCopy: boolean } | undefined
  /** Replaces it in one step, mode 0600; when this returns, it is on the disk. @throws PlatformError. */
  write(bytes: Uint8Array): void
}

/** @param path in a folder that exists. */
export function ownFile(path: string): OwnFile {
  return {
    read: () => naming(path, () => read(path)),
    write: (bytes) => naming(path, () => replaceFile(path, bytes, markOf)),
  }
}

function read(path: string): { bytes: Uint8Array; isCopy: boolean } | undefined {
  if (!existsSync(path)) return undefined
  const file = openSync(path, "r")
  try {
    const whole = new Uint8Array(readFileSync(file))
    const isCopy = whole.length < MARK_BYTES || !equalBytes(whole.subarray(0, MARK_BYTES), markOf(file))
    return { bytes: whole.slice(MARK_BYTES), isCopy }
  } finally {
    closeSync(file)
  }
}

/** Neither writing nor a rename changes them; on a disk that keeps no time of making, that is 0. */
function markOf(file: number): Uint8Array {
  const { ino, birthtimeNs } = fstatSync(file, { bigint: true })
  const mark = new DataView(new ArrayBuffer(MARK_BYTES))
  mark.setBigUint64(0, BigInt.asUintN(64, ino))
  mark.setBigUint64(8, BigInt.asUintN(64, birthtimeNs))
  return new Uint8Array(mark.buffer)
}

function naming<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw fileError(error, path)
  }
}
