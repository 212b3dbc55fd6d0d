/**
 * The files of a log on a simulated disk, which knows what is in the page cache from what is on the platter. A crash
 * keeps what was synced, and of the rest any sectors, in any order: also those of a write without those before it.
 */
import { type PlatformCode, PlatformError } from "../../src/platform/errors.ts"
import type { SegmentFile, SegmentFolder } from "../../src/platform/segment-files.ts"
import type { Chance } from "./sim.ts"

const SECTOR_BYTES = 512

type Change = { at: number; bytes: Uint8Array } | { size: number }
type Operation = "write" | "sync" | "truncate" | "create" | "remove" | "names"

class SimFile {
  cache: Uint8Array = new Uint8Array(0)
  durable: Uint8Array = new Uint8Array(0)
  pending: Change[] = []
  isNamed = false
}

export class DeadDisk extends Error {}

export class SimSegments implements SegmentFolder {
  readonly files = new Map<number, SimFile>()
  /** Names that are gone, unless the power goes first. */
  readonly #removed = new Map<number, SimFile>()
  /** Asked at every operation, which count from 1; an answer is what happens instead. `torn`: a part of a write, then death. */
  failAt: (operation: number, kind: Operation) => "full" | "failed" | "die" | "torn" | undefined = () =>
    undefined
  /** Asked at every read; an answer is what happens instead. */
  unreadable: (segment: number, at: number, length: number) => PlatformCode | undefined = () => undefined
  /** So many files may be open. */
  descriptors = Infinity
  #open = 0
  operations = 0
  bytesWritten = 0
  #isDead = false

  list(): number[] {
    return [...this.files.keys()].sort((a, b) => a - b)
  }

  open(segment: number): SegmentFile {
    const file = this.files.get(segment)
    if (file === undefined) throw new PlatformError("not-found", `no segment ${segment}`)
    return this.#handle(segment, file)
  }

  create(segment: number): SegmentFile {
    this.#operate("create")
    if (this.files.has(segment)) throw new PlatformError("disk-failed", `segment ${segment} is there`)
    if (this.#open >= this.descriptors) throw new PlatformError("exhausted", "no descriptors")
    const file = new SimFile()
    this.files.set(segment, file)
    return this.#handle(segment, file)
  }

  remove(segment: number): void {
    this.#operate("remove")
    const file = this.files.get(segment)
    if (file?.isNamed) this.#removed.set(segment, file)
    this.files.delete(segment)
  }

  syncNames(): void {
    this.#operate("names")
    for (const file of this.files.values()) file.isNamed = true
    this.#removed.clear()
  }

  close(): void {}

  /** What the next process finds. Without `chance` all that was written, synced or not: as after kill -9. */
  crash(chance?: Chance): SimSegments {
    this.#isDead = true
    const next = new SimSegments()
    if (chance === undefined) {
      // The system has it, and the disk may not: the power can still go.
      for (const [segment, file] of this.files) next.files.set(segment, file)
      for (const [segment, file] of this.#removed) next.#removed.set(segment, file)
      return next
    }
    for (const [segment, file] of [...this.#removed, ...this.files]) {
      if (!file.isNamed && chance.below(2) === 0) continue
      if (this.#removed.has(segment) && chance.below(2) === 0) continue
      const left = new SimFile()
      left.cache = survivors(file, chance)
      left.durable = left.cache.slice()
      left.isNamed = true
      next.files.set(segment, left)
    }
    return next
  }

  copy(): SimSegments {
    const next = new SimSegments()
    for (const [segment, file] of this.files) {
      const same = new SimFile()
      same.cache = file.cache.slice()
      same.durable = file.cache.slice()
      same.isNamed = true
      next.files.set(segment, same)
    }
    return next
  }

  #operate(kind: Operation): "torn" | undefined {
    if (this.#isDead) throw new DeadDisk("the process is dead")
    const fault = this.failAt(++this.operations, kind)
    if (fault === "torn") return fault
    if (fault === "die") {
      this.#isDead = true
      throw new DeadDisk("the process died")
    }
    if (fault !== undefined)
      throw new PlatformError(
        fault === "full" ? "disk-full" : "disk-failed",
        `the simulated disk is ${fault}`,
      )
    return undefined
  }

  #handle(segment: number, file: SimFile): SegmentFile {
    if (this.#open >= this.descriptors) throw new PlatformError("exhausted", "no descriptors")
    let isOpen = true
    this.#open++
    const change = (each: Change) => {
      file.cache = changed(file.cache, each)
      file.pending.push(each)
    }
    const sync = () => {
      this.#operate("sync")
      for (const each of file.pending) file.durable = changed(file.durable, each)
      file.pending = []
    }
    return {
      get size() {
        return file.cache.length
      },
      read: (at, into) => {
        const code = this.unreadable(segment, at, into.length)
        if (code !== undefined) throw new PlatformError(code, "the simulated disk does not give it")
        const found = file.cache.subarray(at, at + into.length)
        into.set(found)
        return found.length
      },
      write: (at, bytes) => {
        const fault = this.#operate("write")
        const whole = bytes.slice()
        this.bytesWritten += whole.length
        if (fault !== "torn") return change({ at, bytes: whole })
        change({ at, bytes: whole.subarray(0, whole.length >> 1) })
        this.#isDead = true
        throw new DeadDisk("the process died")
      },
      sync: async () => {
        await Promise.resolve()
        if (!isOpen) throw new PlatformError("disk-failed", "the file is closed")
        sync()
      },
      syncNow: sync,
      truncate: (size) => {
        this.#operate("truncate")
        change({ size })
      },
      close: () => {
        if (isOpen) this.#open--
        isOpen = false
      },
    }
  }
}

function changed(bytes: Uint8Array, change: Change): Uint8Array {
  if ("size" in change) return resized(bytes, change.size)
  const grown = resized(bytes, Math.max(bytes.length, change.at + change.bytes.length))
  grown.set(change.bytes, change.at)
  return grown
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const next = new Uint8Array(size)
  next.set(bytes.subarray(0, size))
  return next
}

function survivors(file: SimFile, chance: Chance): Uint8Array {
  let left = file.durable
  for (const each of file.pending) {
    if ("size" in each) {
      if (chance.below(2) === 0) left = changed(left, each)
      continue
    }
    const { at, bytes } = each
    const share = chance.below(4)
    for (let from = 0; from < bytes.length;) {
      const to = Math.min(bytes.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES))
      if (chance.below(3) < share) left = changed(left, { at: at + from, bytes: bytes.subarray(from, to) })
      from = to
    }
  }
  return left
}
