/** For the demonstration: what a stopped relay's files hold, and whether any of them holds a given text. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { toBase64Url, toHex } from "../bytes.ts"
import { decodeEntry } from "../protocol/envelope.ts"
import type { StoredEntry } from "../relay/store.ts"
import { openRelayStore } from "./relay-store.ts"

export interface StoredThing {
  /** Which channel or table, as the relay knows it. */
  where: string
  kind: string
  bytes: number
  /** The first sealed bytes, in hex. */
  begins: string
}

const SHOWN_BYTES = 24
/** More than the demonstration makes. */
const MAX_SHOWN = 1_000

/** Every entry, header and key package. The database must not be open elsewhere. */
export function storedAtRelay(path: string): StoredThing[] {
  const logs = entriesByRef(path)
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const channels = db
      .prepare<[], { ref: number; id: Uint8Array }>("SELECT ref, id FROM channel ORDER BY ref")
      .all()
    const entries = channels.flatMap(({ ref, id }) =>
      (logs.get(ref) ?? []).map(({ seq, bytes }) => {
        const { kind, sealed } = decodeEntry(bytes)
        return {
          where: `channel ${toHex(id.subarray(0, 4))}… #${seq}`,
          kind,
          bytes: bytes.length,
          begins: beginning(sealed),
        }
      }),
    )
    const headers = db
      .prepare<[], { bytes: Uint8Array }>("SELECT inline AS bytes FROM header")
      .all()
      .map(({ bytes }) => ({
        where: "header of a room",
        kind: "header",
        bytes: bytes.length,
        begins: beginning(bytes),
      }))
    return [...entries, ...headers]
  } finally {
    db.close()
  }
}

function entriesByRef(path: string): Map<number, StoredEntry[]> {
  const store = openRelayStore(path)
  try {
    const rows = store.channelsAfter(-1, MAX_SHOWN)
    return new Map(rows.map(({ ref }) => [ref, store.readEntries(ref, 0, MAX_SHOWN, Infinity)]))
  } finally {
    store.close()
  }
}

function beginning(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, SHOWN_BYTES))
}

/** The bytes of the relay's database, write-ahead log, log of entries and log file, as they lie on the disk now. */
export function relayBytes(dir: string): Buffer {
  const names = readdirSync(dir).flatMap((name) => {
    if (/^relay\.(db|log)/.test(name)) return [join(dir, name)]
    return name.startsWith("entries-")
      ? readdirSync(join(dir, name)).map((file) => join(dir, name, file))
      : []
  })
  return Buffer.concat(names.map((name) => readFileSync(name)))
}

/** How often a text stands in the bytes, in the writings that a careless program would use. */
export function timesFound(haystack: Buffer, text: string): number {
  const utf8 = Buffer.from(text)
  const writings = [
    utf8,
    Buffer.from(text, "utf16le"),
    Buffer.from(utf8.toString("hex")),
    Buffer.from(toBase64Url(utf8).slice(0, -2)),
  ]
  return writings.reduce((sum, writing) => sum + count(haystack, writing), 0)
}

function count(haystack: Buffer, needle: Buffer): number {
  let found = 0
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) found++
  return found
}
