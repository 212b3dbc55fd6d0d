/** Databases of earlier versions: the tables as they were then, filled as that program filled them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, expect, test } from "vitest"
import { nextHead } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { NOTE_KINDS } from "../../src/relay/door-store.ts"
import { checkOf, isIntact } from "../../src/relay/damage.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { SCHEMA, SCHEMA_VERSION } from "../../src/relay/store-sqlite-schema.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { bytes, newEntry } from "../support/store-harness.ts"

await sodiumReady()
const folder = mkdtempSync(join(tmpdir(), "relay-upgrade-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0

const APPLICATION_ID = 0x7363524c
const INCARNATION = bytes(0x1c, 16)
const CHANNELS = [bytes(0xc1), bytes(0xc2)]
const BLOB = bytes(0xb1)
const ENTRIES = 1_203

interface Old {
  file: string
  version: number
}
const OLD: readonly Old[] = [
  { file: "1", version: 1 },
  { file: "2-early", version: 2 },
  { file: "2", version: 2 },
]

/** What the program of then left behind. @returns the path, and the heads after each entry of the first channel. */
function oldDatabase({ file, version }: Old): { path: string; heads: Uint8Array[]; entries: Uint8Array[] } {
  const path = join(folder, `old-${++made}.db`)
  const db = new Database(path)
  db.pragma("journal_mode = WAL")
  db.exec(readFileSync(fileURLToPath(new URL(`schemas/${file}.sql`, import.meta.url)), "utf8"))
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma(`user_version = ${version}`)
  db.prepare("INSERT INTO meta (name, value) VALUES ('incarnation', ?)").run(INCARNATION)
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
    for (const [at, id] of CHANNELS.toReversed().entries()) {
      const ref = at + 1
      const isFirst = at === 1
      ;[heads, entries] = [[new Uint8Array(32)], []]
      const count = isFirst ? ENTRIES : 3
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

const open = (path: string) =>
  new SqliteRelayStore({ path, random: systemRandom, primitives: nodePrimitives })

test.each(OLD)("version $version ($file) goes on as what it was", async (old) => {
  const { path, heads, entries } = oldDatabase(old)
  const store = open(path)
  expect(store.incarnation).toEqual(Buffer.from(INCARNATION))
  expect(store.isWhole).toBe(true)
  const channel = store.findChannel(CHANNELS[0]!)!
  expect(channel).toMatchObject({ firstSeq: 1, lastSeq: ENTRIES, nextPosition: 1, weight: 9 })
  const rows = store.readEntries(channel.ref, 0, ENTRIES, 1e9)
  expect(rows.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1))
  for (const [at, row] of rows.entries()) {
    expect(Buffer.compare(row.bytes, entries[at]!)).toBe(0)
    expect(Buffer.compare(row.before, heads[at]!)).toBe(0)
    expect(isIntact(nodePrimitives, row, at + 1)).toBe(true)
  }
  expect(
    store.oldEntries(channel.ref, 9_999, 2).map(({ weight, blobHash }) => [weight, blobHash?.length]),
  ).toEqual([
    [entries[0]!.length, undefined],
    [entries[1]!.length + 60_000, 32],
  ])
  // What this version brings works, and the rest goes on.
  store.append(channel.ref, newEntry(ENTRIES + 1, { before: heads.at(-1)! }))
  store.door.put(NOTE_KINDS.ban, { key: bytes(1), value: bytes(2, 8) })
  store.putGeneration(bytes(0x0e, 48), bytes(4, 44))
  store.confirm(channel.ref, 0)
  await store.commit()
  expect(store.findChannel(CHANNELS[0]!)!.confirmed).toBe(0)
  store.close()
  const again = open(path)
  expect(again.findChannel(CHANNELS[0]!)!.lastSeq).toBe(ENTRIES + 1)
  expect(again.door.all(NOTE_KINDS.ban)).toHaveLength(1)
  expect(again.countPackages(bytes(0x0e, 48)).oneUse).toBe(1)
  again.close()
  expect(shapeOf(path)).toEqual(newShape())
})

test("an upgrade that is cut short leaves the old database, which the next start brings forward", () => {
  const { path } = oldDatabase(OLD[0]!)
  const cut = { sha: () => { throw new Error("the power went") } } // prettier-ignore
  expect(() => new SqliteRelayStore({ path, random: systemRandom, primitives: cut })).toThrow(
    "the power went",
  )
  expect(versionOf(path)).toBe(1)
  open(path).close()
  expect(versionOf(path)).toBe(SCHEMA_VERSION)
})

test("a database of a later version is not touched", () => {
  const path = join(folder, "later.db")
  open(path).close()
  const db = new Database(path)
  db.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
  db.close()
  expect(() => open(path)).toThrow(expect.objectContaining({ code: "unsuitable" }))
  expect(versionOf(path)).toBe(SCHEMA_VERSION + 1)
})

function versionOf(path: string): unknown {
  const db = new Database(path)
  const version = db.pragma("user_version", { simple: true })
  db.close()
  return version
}

/** Every table's columns, sorted; and every index. */
function shapeOf(path: string): string[] {
  const db = new Database(path)
  const found = db
    .prepare<[], { name: string }>(
      `SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" AS name
       FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.name NOT LIKE 'sqlite_%' ORDER BY 1`,
    )
    .all()
  db.close()
  return found.map(({ name }) => name)
}

function newShape(): string[] {
  const path = join(folder, `new-${++made}.db`)
  const db = new Database(path)
  db.exec(SCHEMA)
  db.close()
  return shapeOf(path)
}
