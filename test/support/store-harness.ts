/** What the contract tests of the relay's stores share: a store on a disk that can fail, and rows to put there. */
import { expect } from "vitest"
import { toHex } from "../../src/bytes.ts"
import type { NewEntry, RelayStore } from "../../src/relay/store.ts"

export interface StoreHarness {
  store: RelayStore
  /** The process ends without warning; a new one opens the same disk. */
  crash(): RelayStore
  /** The next staged write or commit finds the disk full. */
  fillDisk(): void
  /** There is room again. */
  emptyDisk(): void
}

export const bytes = (byte: number, length = 32) => new Uint8Array(length).fill(byte)

export function newEntry(seq: number, overrides: Partial<NewEntry> = {}): NewEntry {
  const eid = new Uint8Array(32)
  new DataView(eid.buffer).setUint32(0, seq)
  return {
    seq,
    time: 1_000 + seq,
    position: 0,
    eid,
    before: bytes((seq - 1) % 256),
    head: bytes(seq % 256),
    check: bytes(seq % 256, 8),
    blobHash: undefined,
    bytes: bytes(seq % 256, 100),
    weight: 110,
    tokenHash: undefined,
    ...overrides,
  }
}

/** Results without regard to which kind of byte array they are made of. */
export const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, v: unknown) => (v instanceof Uint8Array ? toHex(v) : asBytes(v))),
  )
// A Buffer turns itself into an object before the replacer sees it.
const asBytes = (v: unknown): unknown =>
  typeof v === "object" && v !== null && "type" in v && v.type === "Buffer" && "data" in v
    ? toHex(Uint8Array.from(v.data as number[]))
    : v

export const same = (seen: unknown, wanted: unknown) => expect(plain(seen)).toEqual(plain(wanted))
