/**
 * Small files of our own: keys, the invitation, settings, exports. Each is written whole or not at all, and
 * only its owner may read it. The databases have their own ways to the disk.
 */
import { randomBytes } from "node:crypto"
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, statSync } from "node:fs"
import { renameSync, rmSync, statfsSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { concat } from "../bytes.ts"
import { fileError, PlatformError } from "./errors.ts"

/** All methods throw PlatformError: `not-permitted`, `disk-full`, `disk-failed`, and what else they say. */
export interface Files {
  /** A folder that this user may not look into is an error, and not an empty one. */
  exists(path: string): boolean
  /** The whole file. @throws PlatformError `not-found`, or `too-large` before anything is read. */
  read(path: string, maxBytes?: number): Uint8Array
  /** Replaces the file in one step, mode 0600; when this returns, it is on the disk. */
  writeAtomic(path: string, bytes: Uint8Array): void
  /** Makes the folder and those above it, mode 0700. One that is there already keeps its mode. */
  ensureFolder(path: string): void
  /** No error when there is none. */
  remove(path: string): void
  /** What this user may still write to the disk that holds `path`, a folder that exists. */
  freeBytes(path: string): number
}

/** More than any file of ours holds, little enough to read at once. */
const MAX_READ_BYTES = 16 * 1024 * 1024

export const nodeFiles: Files = {
  exists: (path) => naming(path, () => statSync(path, { throwIfNoEntry: false }) !== undefined),
  read: (path, maxBytes = MAX_READ_BYTES) => naming(path, () => readWhole(path, maxBytes)),
  writeAtomic: (path, bytes) => naming(path, () => replaceFile(path, bytes)),
  ensureFolder: (path) => naming(path, () => ensureFolder(path)),
  remove: (path) => naming(path, () => rmSync(path, { force: true })),
  freeBytes: (path) =>
    naming(path, () => {
      const { bavail, bsize } = statfsSync(path)
      return bavail * bsize
    }),
}

function readWhole(path: string, maxBytes: number): Uint8Array {
  const file = openSync(path, "r")
  try {
    const { size } = fstatSync(file)
    if (size > maxBytes)
      throw new PlatformError("too-large", `${path} has ${size} bytes, more than ${maxBytes}`)
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const count = readSync(file, bytes, at, size - at, at)
      if (count === 0) break
      at += count
    }
    return bytes.subarray(0, at)
  } finally {
    closeSync(file)
  }
}

/**
 * Replaces a file in one step, mode 0600; when this returns, it is on the disk.
 * @param begin what stands before the bytes, given the descriptor of the file that is written.
 */
export function replaceFile(
  path: string,
  content: Uint8Array,
  begin: (file: number) => Uint8Array = () => new Uint8Array(0),
): void {
  // In the same folder, so that the rename is one step; a name nobody can have put a link under.
  const fresh = `${path}.${randomBytes(6).toString("hex")}.new`
  try {
    const file = openSync(fresh, "wx", 0o600)
    try {
      const bytes = concat(begin(file), content)
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/** The new name is on the disk only when its folder is. Windows neither can nor need do this. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return
  const folder = openSync(path, "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function naming<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw fileError(error, path)
  }
}

/** One folder after the other: the runtime's own way of making all of them never ends below /proc. */
function ensureFolder(path: string): void {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) ensureFolder(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(path)) throw error
  }
}
