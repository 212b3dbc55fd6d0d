/** For the demonstration: what a stopped relay's files hold, and whether any of them holds a given text. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { toBase64Url, toHex } from "../bytes.ts"
import { decodeEntry } from "../protocol/envelope.ts"

export interface StoredThing {
  /** Which channel or table, as the relay knows it. */
  where: string
  kind: string
  bytes: number
  /** The first sealed bytes, in hex. */
  begins: string
}

const SHOWN_BYTES = 24

/** Every entry, header and key package. The database must not be open elsewhere. */
export function storedAtRelay(path: string): StoredThing[] {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const entries = db
      .prepare<[], { id: Uint8Array; seq: number; bytes: Uint8Array }>(
        "SELECT channel.id AS id, seq, bytes FROM entry JOIN channel USING (ref) ORDER BY channel.ref, seq",
      )
      .all()
      .map(({ id, seq, bytes }) => {
        const { kind, sealed } = decodeEntry(new Uint8Array(bytes))
        return {
          where: `channel ${toHex(id.subarray(0, 4))}… #${seq}`,
          kind,
          bytes: bytes.length,
          begins: beginning(sealed),
        }
      })
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

function beginning(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, SHOWN_BYTES))
}

/** The bytes of the relay's database, write-ahead log and log file, as they lie on the disk now. */
export function relayBytes(dir: string): Buffer {
  const names = readdirSync(dir).filter((name) => /^relay\.(db|log)/.test(name))
  return Buffer.concat(names.map((name) => readFileSync(join(dir, name))))
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
