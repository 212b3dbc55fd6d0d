/** Databases of earlier versions: the tables as they were then, filled as that program filled them. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { NOTE_KINDS } from "../../src/relay/door-store.ts"
import { isIntact } from "../../src/relay/damage.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { SCHEMA, SCHEMA_VERSION } from "../../src/relay/store-sqlite-schema.ts"
import {
  OLD_CHANNELS,
  OLD_ENTRIES,
  OLD_INCARNATION,
  OLD_VERSIONS,
  oldDatabase,
} from "../support/old-database.ts"
import { bytes, newEntry } from "../support/store-harness.ts"

await sodiumReady()
const folder = mkdtempSync(join(tmpdir(), "relay-upgrade-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0

const open = (path: string) =>
  new SqliteRelayStore({ path, random: systemRandom, primitives: nodePrimitives })

test.each(OLD_VERSIONS)("version $version ($file) goes on as what it was", async (old) => {
  const { path, heads, entries } = oldDatabase(join(folder, `old-${++made}.db`), old)
  const store = open(path)
  expect(store.incarnation).toEqual(Buffer.from(OLD_INCARNATION))
  expect(store.isWhole).toBe(true)
  const channel = store.findChannel(OLD_CHANNELS[0]!)!
  expect(channel).toMatchObject({ firstSeq: 1, lastSeq: OLD_ENTRIES, nextPosition: 1, weight: 9 })
  const rows = store.readEntries(channel.ref, 0, OLD_ENTRIES, 1e9)
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
  store.append(channel.ref, newEntry(OLD_ENTRIES + 1, { before: heads.at(-1)! }))
  store.door.put(NOTE_KINDS.ban, { key: bytes(1), value: bytes(2, 8) })
  store.putGeneration(bytes(0x0e, 48), bytes(4, 44))
  store.confirm(channel.ref, 0)
  await store.commit()
  expect(store.findChannel(OLD_CHANNELS[0]!)!.confirmed).toBe(0)
  store.close()
  const again = open(path)
  expect(again.findChannel(OLD_CHANNELS[0]!)!.lastSeq).toBe(OLD_ENTRIES + 1)
  expect(again.door.all(NOTE_KINDS.ban)).toHaveLength(1)
  expect(again.countPackages(bytes(0x0e, 48)).oneUse).toBe(1)
  again.close()
  expect(shapeOf(path)).toEqual(newShape())
})

test("an upgrade that is cut short leaves the old database, which the next start brings forward", () => {
  const { path } = oldDatabase(join(folder, `old-${++made}.db`), OLD_VERSIONS[0]!)
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
