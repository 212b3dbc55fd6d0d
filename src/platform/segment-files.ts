/**
 * The files of an append-only log: numbers for names, written at the end and cut there, read anywhere. Offsets and
 * lengths are the caller's to bound. Reading and writing do not wait for the disk's platter; `sync` does.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { crc32 } from "node:zlib"
import { fileError, PlatformError, systemCode } from "./errors.ts"
import { syncFolder } from "./files.ts"

/** CRC-32 (ISO 3309) of the bytes, begun with `seed`: native, and one call for many kilobytes. */
export type Checksum = (bytes: Uint8Array, seed: number) => number

export const crcChecksum: Checksum = crc32

/** All methods but `close` throw PlatformError: `disk-full`, `disk-failed`, `not-permitted`, `not-found`, `exhausted`. */
export interface SegmentFile {
  readonly size: number
  /** Fills `into` from `at` on as far as the file goes. @returns how many bytes. */
  read(at: number, into: Uint8Array): number
  /** All of the bytes, or an error after which any part of them may be there. */
  write(at: number, bytes: Uint8Array): void
  /** Resolves when what was written is on the disk. After an error nobody knows what is: the process must stop. */
  sync(): Promise<void>
  /** The same, waited for. */
  syncNow(): void
  /** Cuts the file there. */
  truncate(size: number): void
  /** What counts was synced before: that it fails says nothing. */
  close(): void
}

export interface SegmentFolder {
  /** Numbers of the files, in order. Anything else that lies there is not looked at. */
  list(): number[]
  open(segment: number): SegmentFile
  /** An empty file. Its name is on the disk after `syncNames`. */
  create(segment: number): SegmentFile
  /** No error when there is none. */
  remove(segment: number): void
  syncNames(): void
  /** Of the folder itself, which keeps a descriptor once names were synced: later nobody else can take it. */
  close(): void
}

const NAME = /^(\d{10})\.segment$/
const MAX_SEGMENT = 2 ** 32 - 2

/** @param path of the folder; made when missing, mode 0700. @throws PlatformError. */
export function segmentFolder(path: string): SegmentFolder {
  const at = (segment: number) => join(path, `${String(segment).padStart(10, "0")}.segment`)
  const doing = <T>(file: string, act: () => T): T => {
    try {
      return act()
    } catch (cause) {
      throw fileError(cause, file)
    }
  }
  doing(path, () => {
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) syncFolder(dirname(path))
  })
  let names: number | undefined
  const open = (segment: number, flags: string) =>
    doing(at(segment), () => nodeFile(at(segment), openSync(at(segment), flags, 0o600)))
  return {
    list: () =>
      doing(path, () =>
        readdirSync(path)
          .flatMap((name) => Number(NAME.exec(name)?.[1] ?? 0))
          .filter((segment) => segment > 0 && segment <= MAX_SEGMENT)
          .sort((a, b) => a - b),
      ),
    open: (segment) => open(segment, "r+"),
    create: (segment) => {
      if (segment > MAX_SEGMENT)
        throw new PlatformError("disk-failed", `${path} has no name for another file`)
      return open(segment, "wx+")
    },
    remove: (segment) =>
      doing(at(segment), () => {
        try {
          unlinkSync(at(segment))
        } catch (cause) {
          if (systemCode(cause) !== "ENOENT") throw cause
        }
      }),
    syncNames: () =>
      doing(path, () => {
        if (process.platform !== "win32") fsyncSync((names ??= openSync(path, "r")))
      }),
    close: () => {
      if (names !== undefined) closeQuietly(names)
      names = undefined
    },
  }
}

function nodeFile(path: string, file: number): SegmentFile {
  const doing = <T>(act: () => T): T => {
    try {
      return act()
    } catch (cause) {
      throw fileError(cause, path)
    }
  }
  return {
    get size() {
      return doing(() => fstatSync(file).size)
    },
    read: (at, into) =>
      doing(() => {
        let done = 0
        while (done < into.length) {
          const count = readSync(file, into, done, into.length - done, at + done)
          if (count === 0) break
          done += count
        }
        return done
      }),
    write: (at, bytes) =>
      doing(() => {
        for (let done = 0; done < bytes.length;)
          done += writeSync(file, bytes, done, bytes.length - done, at + done)
      }),
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(file, (cause) => {
          if (cause === null) return resolve()
          const error = fileError(cause, path)
          reject(error instanceof Error ? error : cause)
        })
      }),
    syncNow: () => doing(() => fdatasyncSync(file)),
    truncate: (size) => doing(() => ftruncateSync(file, size)),
    close: () => closeQuietly(file),
  }
}

function closeQuietly(file: number): void {
  try {
    closeSync(file)
  } catch (cause) {
    if (systemCode(cause) === undefined) throw cause
  }
}
