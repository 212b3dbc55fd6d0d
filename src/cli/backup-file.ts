/**
 * The file of a backup: written under another name, read again, and given its own name only when it is whole and on the
 * disk (PROTOCOL.md §15.1). Nothing is ever overwritten.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs"
import { dirname, resolve } from "node:path"
import { toHex } from "../bytes.ts"
import { fileError, systemCode } from "../platform/errors.ts"
import { syncFolder } from "../platform/files.ts"
import { systemRandom } from "../platform/random.ts"
import { CliError } from "./errors.ts"

const PIECE_BYTES = 65_536

/**
 * Writes a new file, mode 0600.
 *
 * @param check looks at the whole file, which is on the disk but has no name yet; when it throws, there is no file.
 * @returns the absolute path. @throws CliError `output-exists`; PlatformError; what `pieces` and `check` throw.
 */
export async function writeBackupFile(
  path: string,
  pieces: Iterable<Uint8Array>,
  check: (file: Iterable<Uint8Array>) => Promise<void>,
): Promise<string> {
  const absolute = resolve(path)
  if (existsSync(absolute)) throw outputExists(absolute)
  const fresh = `${absolute}.${toHex(systemRandom.bytes(6))}.new`
  try {
    naming(absolute, () => writeAll(fresh, pieces))
    await check(readPieces(fresh))
    naming(absolute, () => giveName(fresh, absolute))
  } finally {
    rmSync(fresh, { force: true })
  }
  return absolute
}

/** A file in pieces; each use of the result reads it from the beginning. @throws PlatformError. */
export function readPieces(path: string): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      const file = naming(path, () => openSync(path, "r"))
      try {
        for (;;) {
          const piece = new Uint8Array(PIECE_BYTES)
          const length = naming(path, () => readSync(file, piece))
          if (length === 0) return
          yield piece.subarray(0, length)
        }
      } finally {
        closeSync(file)
      }
    },
  }
}

function writeAll(path: string, pieces: Iterable<Uint8Array>): void {
  const file = openSync(path, "wx", 0o600)
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at)
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A link fails where the name is taken, in one step; some sticks have no links. */
function giveName(fresh: string, path: string): void {
  try {
    linkSync(fresh, path)
  } catch (cause) {
    if (existsSync(path)) throw outputExists(path, cause)
    renameSync(fresh, path)
  }
  syncFolder(dirname(path))
}

function outputExists(path: string, cause?: unknown): CliError {
  return new CliError("output-exists", `${path} exists already`, { cause })
}

/** The system's errors, under the name of the file; a file that is to be made cannot be missing, its folder is. */
function naming<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    if (systemCode(cause) === undefined) throw cause
    throw fileError(
      cause,
      systemCode(cause) === "ENOENT" && !existsSync(dirname(path)) ? dirname(path) : path,
    )
  }
}
