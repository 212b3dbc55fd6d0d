/** Databases of earlier versions: the tables as they were then, filled as that program filled them. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import Database from "better-sqlite3-multiple-ciphers"
import { nextHead } from "../../src/crypto/hash.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { checkOf } from "../../src/relay/damage.ts"
import { sealedEntry } from "./relay-people.ts"
import { bytes } from "./store-harness.ts"

const APPLICATION_ID = 0x7363524c
export const OLD_INCARNATION = bytes(0x1c, 16)
export const OLD_CHANNELS = [bytes(0xc1), bytes(0xc2)]
const BLOB = bytes(0xb1)
export const OLD_ENTRIES = 1_203

export interface Old {
  file: string
  version: number
}
export const OLD_VERSIONS: readonly Old[] = [
  { file: "1", version: 1 },
  { file: "2-early", version: 2 },
  { file: "2", version: 2 },
]

/** What the program of then left behind. @returns the path, and the heads after each entry of the first channel. */
export function oldDatabase(
  path: string,
  { file, version }: Old,
): { path: string; heads: Uint8Array[]; entries: Uint8Array[] } {
  const db = new Database(path)
  db.pragma("journal_mode = WAL")
  db.exec(readFileSync(fileURLToPath(new URL(`../relay/schemas/${file}.sql`, import.meta.url)), "utf8"))
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma(`user_version = ${version}`)
  db.prepare("INSERT INTO meta (name, value) VALUES ('incarnation', ?)").run(OLD_INCARNATION)
  db.prepare("INSERT INTO blob (hash, total, pins, loose_since) VALUES (?, ?, 1, 5)").run(BLOB, 60_000)
  const isOld = file !== "2"
  const insert = db.prepare<unknown[]>(
    isOld
      ? "INSERT INTO entry (ref, seq, time, position, eid, head, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)"
      : `INSERT INTO entry (ref, seq, time, position, eid, before, bytes, check_sum, weight, blob_hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  let heads: Uint8Array[] = []
  let entries: Uint8Array[] = []
  db.transaction(() => {
    for (const [at, id] of OLD_CHANNELS.toReversed().entries()) {
      const ref = at + 1
      const isFirst = at === 1
      ;[heads, entries] = [[new Uint8Array(32)], []]
      const count = isFirst ? OLD_ENTRIES : 3
      for (let seq = 1; seq <= count; seq++) {
        const entry = sealedEntry(systemRandom, seq === 2 ? { blobHash: BLOB } : {})
        const eid = nodePrimitives.sha("sha256", entry)
        const before = heads.at(-1)!
        const head = nextHead(before, seq, entry[0]!, eid, 1_000 + seq)
        const row = { seq, time: 1_000 + seq, position: 0, before }
        const isBlob = seq === 2
        if (isOld) insert.run(ref, seq, row.time, 0, eid, head, entry)
        else
          insert.run(
            ref,
            seq,
            row.time,
            0,
            eid,
            before,
            entry,
            checkOf(nodePrimitives, row, eid),
            entry.length + (isBlob ? 60_000 : 0),
            isBlob ? BLOB : null,
          )
        heads.push(head)
        entries.push(entry)
      }
      db.prepare(
        "INSERT INTO channel (ref, id, last_seq, head, next_position, weight) VALUES (?, ?, ?, ?, 1, 9)",
      ).run(...([ref, id, count, heads.at(-1)!] as unknown as []))
    }
    db.prepare<[Uint8Array]>("INSERT INTO directory VALUES (0, ?)").run(bytes(7, 70))
    db.prepare<[Uint8Array, Uint8Array]>(
      "INSERT INTO package (owner, last_resort, bytes) VALUES (?, 0, ?)",
    ).run(bytes(0x0e, 48), bytes(8, 80))
  })()
  db.close()
  return { path, heads, entries }
}
