/** A real profile with a long history: what a room looks like after years, without the years. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { concat, fromHex, u16, u64 } from "../../src/bytes.ts"
import { type ConversationRecord, decodeRecord, putRecord } from "../../src/client/records.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import { systemRandom } from "../../src/platform/random.ts"

const MINUTE = 60_000
const SOME_WORDS = "the quiz is on Tuesday, bring your sheet and a pen; page 41 नमस्ते and 日本 too".split(" ")

/**
 * Puts `count` messages before everything else in the profile's `#everyone`. The profile must lie under a key without
 * passphrase, and nobody may have it open.
 * @returns how the newest of them begins.
 */
export function writeHistory(profile: string, count: number, until: number): string {
  const key = fromHex(readFileSync(join(profile, "key"), "utf8").trim())
  const store = openSqliteStore({ path: join(profile, "chat.db"), key })
  const text = (n: number) => `message ${n} ${SOME_WORDS.slice(0, 2 + ((n * 7) % 13)).join(" ")}`
  try {
    const records = store
      .range("conversation", {})
      .map(({ value }) => decodeRecord<ConversationRecord>(value))
    const record = records.find(({ kind }) => kind === "everyone")
    const account = store.range("person", {})[0]?.key
    if (!record || !account) throw new Error("this profile is in no room")
    const { room } = record
    store.transaction("ordered", (tx) => {
      // What is said in this room from now on is placed behind them.
      const notices = tx.range("line", { from: room, to: concat(room, new Uint8Array(10).fill(255)) })
      for (const { key: place } of notices) tx.delete("line", place)
      putRecord(tx, "conversation", room, { ...record, orderBase: count + 1, lastAt: until })
      for (let n = 1; n <= count; n++) {
        putRecord(tx, "line", concat(room, u64(n), u16(0)), {
          kind: "message",
          at: until - (count - n) * MINUTE,
          account,
          own: n % 5 === 0,
          messageId: systemRandom.bytes(16),
          text: text(n),
          sentAt: until - (count - n) * MINUTE,
          state: n % 5 === 0 ? "relayed" : undefined,
        })
      }
    })
    store.tidy()
  } finally {
    store.close()
  }
  return `message ${count} `
}
