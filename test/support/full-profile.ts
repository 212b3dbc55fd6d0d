/** A profile with something in every table, in a real database of about 200 pages, none of it on the same page twice. */
import Database from "better-sqlite3-multiple-ciphers"
import { concat, toHex, u16, u64, utf8 } from "../../src/bytes.ts"
import { createProfile } from "../../src/client/profile.ts"
import { newConversation, putRecord } from "../../src/client/records.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import { TABLES } from "../../src/client/store.ts"
import type { Random } from "../../src/platform/random.ts"
import { DIRECTORY_KINDS, encodeDirectoryEntry } from "../../src/protocol/directory-entry.ts"
import { accountIdOf, createAccount } from "../../src/crypto/identity.ts"
import { seeded, seededRandom } from "./sim.ts"

export const PROFILE_KEY = new Uint8Array(32).fill(0x5c)
const PEOPLE = 60
const LINES = 200
const START = 1_700_000_000_000

/** Needs `sodiumReady`. Closed when this returns, with its log folded in. */
export function writeFullProfile(path: string): void {
  const random = seededRandom(seeded(11))
  const store = openSqliteStore({ path, key: PROFILE_KEY })
  createProfile(store, { random, clock: { now: () => START, wakeAt: () => () => {} } }, "nora")
  const account = createAccount(random)
  const peer = accountIdOf(account.ed.public, account.x.public)
  const rooms = [random.bytes(32), random.bytes(32), random.bytes(32)]
  for (const [i, room] of rooms.entries()) {
    store.transaction("ordered", (tx) => {
      const link = { secret: random.bytes(32), generation: 0 }
      const record =
        i === 0
          ? newConversation(room, "everyone", undefined, link)
          : newConversation(room, "direct", peer, undefined)
      putRecord(tx, "conversation", room, { ...record, member: true, unread: i, lastAt: START + i })
      for (let n = 1; n <= LINES; n++) {
        // Some are long enough for pages of their own, so that damage can hit a value and spare its key.
        const text = `line ${i}/${n} `.repeat(n % 60 === 0 ? 900 : 12 + (n % 30))
        const key = concat(room, u64(n), u16(0))
        const own = n % 2 === 0
        putRecord(tx, "line", key, {
          kind: "message",
          at: START + n,
          account: peer,
          own,
          messageId: random.bytes(16),
          text,
          sentAt: START + n,
          state: own ? (n > LINES - 6 ? "queued" : "relayed") : undefined,
        })
        putRecord(tx, "journal", u64(i * LINES + n), {
          at: START + n,
          type: "message.received",
          room,
          line: key.subarray(32),
          messageId: random.bytes(16),
        })
      }
    })
  }
  store.transaction("ordered", (tx) => {
    for (let n = 0; n < PEOPLE; n++) {
      const accountId = random.bytes(32)
      const entry = entryOf(accountId, `person ${n}`, random)
      putRecord(tx, "person", accountId, { entry, trust: "verified", firstSeenAt: START + n })
    }
    tx.put("meta", utf8("directory"), u64(PEOPLE))
    tx.put("meta", utf8("journal"), u64(3 * LINES))
    // What must not be carried, in all other tables.
    for (const table of TABLES) {
      if (["meta", "person", "conversation", "line", "journal"].includes(table)) continue
      for (let n = 0; n < 6; n++) tx.put(table, concat(rooms[0]!, random.bytes(8)), random.bytes(300))
    }
  })
  // What was deleted and overwritten must not come back.
  store.transaction("ordered", (tx) => {
    tx.deleteRange("line", { from: concat(rooms[1]!, u64(100)), to: concat(rooms[1]!, u64(130)) })
    tx.deleteRange("journal", { to: u64(20) })
  })
  store.close()
}

/** As the relay's directory holds it; nobody checks the signatures of what is stored. */
function entryOf(accountId: Uint8Array, name: string, random: Random): Uint8Array {
  return encodeDirectoryEntry({
    v: 1,
    kind: DIRECTORY_KINDS.register,
    seq: 0,
    previous: new Uint8Array(32),
    name,
    accountId,
    accountEd: random.bytes(32),
    accountX: random.bytes(32),
    accountKem: random.bytes(1_216),
    devices: [
      {
        deviceId: random.bytes(16),
        authPublic: random.bytes(32),
        inboxId: random.bytes(32),
        notAfter: START,
        certificate: random.bytes(64),
      },
    ],
    signature: random.bytes(64),
  })
}

/** The pages, from 1, that hold a table's rows, in the order of their keys. */
export function leavesOf(path: string, table: string): number[] {
  const db = new Database(path, { readonly: true })
  db.pragma("cipher = 'chacha20'")
  db.key(Buffer.from(`raw:${toHex(PROFILE_KEY)}`))
  const leaves = db.prepare<[string], { pageno: number }>(
    "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path",
  )
  const pages = leaves.all(table).map(({ pageno }) => pageno)
  db.close()
  return pages
}
