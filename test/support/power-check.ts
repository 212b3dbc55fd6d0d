/** What `power-writer.ts` was told is kept, against what is. Works on copies: the next writer finds what the cut left. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { ByteReader, toHex } from "../../src/bytes.ts"
import { openSqliteStore, STORE_KEY_BYTES } from "../../src/client/store-sqlite.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { isIntact } from "../../src/relay/damage.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { copyRelayStore } from "./relay-store-files.ts"
import type { TableName } from "../../src/client/store.ts"

export const POWER_CHANNEL = new Uint8Array(32).fill(0x70)
export const CLIENT_KEY = new Uint8Array(STORE_KEY_BYTES).fill(7)
export const CLIENT_TABLE: TableName = "quarantine"

export interface Found {
  /** Numbers that were acknowledged as synced and are not there, or are there with other contents. */
  lost: number
  /** The same of those whose loss is allowed. */
  forgotten: number
  /** Numbers that are there. */
  kept: number
}

/** @param said lines `SEQ HEAD`. @throws for a log that is not whole. */
export function lookAtRelay(path: string, scratch: string, said: readonly string[]): Found {
  return onCopy(path, scratch, (copy) => {
    const store = openRelayStore(copy)
    try {
      const row = store.findChannel(POWER_CHANNEL)
      if (row === undefined) return { lost: said.length, forgotten: 0, kept: 0 }
      const kept = row.lastSeq
      let head = EMPTY_HEAD
      let seq = 0
      const heads = new Map<number, string>()
      while (seq < kept) {
        for (const entry of store.readEntries(row.ref, seq, 500, 10_000_000)) {
          if (!isIntact(nodePrimitives, entry, ++seq))
            throw new Error(`what stands as entry ${seq} is not it`)
          head = nextHead(head, seq, entry.bytes[0]!, nodePrimitives.sha("sha256", entry.bytes), entry.time)
          heads.set(seq, toHex(head))
        }
      }
      if (toHex(row.head) !== toHex(head)) throw new Error("the running hash does not fit the entries")
      const acknowledged = said.map((line) => line.split(" ") as [string, string])
      const lost = acknowledged.filter(([number, hash]) => heads.get(Number(number)) !== hash).length
      return { lost, forgotten: 0, kept }
    } finally {
      store.close()
    }
  })
}

/** @param said lines `NUMBER synced|ordered`. @throws when rows are missing in the middle. */
export function lookAtClient(path: string, scratch: string, said: readonly string[]): Found {
  return onCopy(path, scratch, (copy) => {
    const store = openSqliteStore({ path: copy, key: CLIENT_KEY })
    try {
      const numbers = store.range(CLIENT_TABLE, {}).map(({ key }) => new ByteReader(key).u64())
      const hole = numbers.findIndex((number, at) => number !== at + 1)
      if (hole >= 0) throw new Error(`row ${hole + 1} is missing, and later ones are there`)
      const kept = numbers.length
      const gone = said.map((line) => line.split(" ")).filter(([number]) => Number(number) > kept)
      // A synced one takes everything before it to the disk.
      const lost = gone.filter(([, durability]) => durability === "synced").length
      return { lost, forgotten: gone.length - lost, kept }
    } finally {
      store.close()
    }
  })
}

function onCopy(path: string, scratch: string, look: (copy: string) => Found): Found {
  mkdirSync(scratch)
  try {
    for (const suffix of ["", "-wal"]) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, join(scratch, basename(path) + suffix))
    }
    copyRelayStore(dirname(path), scratch)
    return look(join(scratch, basename(path)))
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** Where a copy may be made for a moment. */
export function scratchBeside(disk: string): string {
  return join(dirname(disk), "copy")
}
