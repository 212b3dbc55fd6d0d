/**
 * Writes into one of the product's stores for ever and says what is acknowledged, a line each, after it is:
 * `power-writer.ts relay|client PATH [lazy]`. With `lazy` the store's wish to have every commit synced is not heard:
 * what a power cut takes then, it must be seen to take.
 */
import Database from "better-sqlite3-multiple-ciphers"
import { writeSync } from "node:fs"
import { dirname, join } from "node:path"
import { ByteReader, u64 } from "../../src/bytes.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { checkOf } from "../../src/relay/damage.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { type SegmentFile, segmentFolder, type SegmentFolder } from "../../src/platform/segment-files.ts"
import { CLIENT_KEY, CLIENT_TABLE, POWER_CHANNEL } from "./power-check.ts"

/** Entries of one commit, as a busy relay has them. */
const GROUP = 4
const VALUE_BYTES = 700
/** Small, so that it is moved into the database again and again. */
const JOURNAL_BYTES = 131_072
/** The same: a new segment every few cuts. */
const SEGMENT_BYTES = 262_144
/** One transaction in so many is `synced`, as sending is among receiving. */
const SYNCED_EVERY = 5

const [kind = "", path = "", mode = ""] = process.argv.slice(2)
await sodiumReady()
if (mode === "lazy") hearNoSync()
await (kind === "relay" ? writeRelay() : writeClient())

async function writeRelay(): Promise<never> {
  const store = openRelayStore(path, {
    journalBytes: JOURNAL_BYTES,
    segmentBytes: SEGMENT_BYTES,
    layOut: true,
    ...(mode === "lazy" && { folderOf: lazyFolder }),
  })
  const found = store.findChannel(POWER_CHANNEL)
  const ref = found?.ref ?? store.createChannel(POWER_CHANNEL)
  let seq = found?.lastSeq ?? 0
  let head = found?.head ?? EMPTY_HEAD
  for (;;) {
    for (let n = 0; n < GROUP; n++) {
      seq++
      const bytes = systemRandom.bytes(VALUE_BYTES)
      const eid = nodePrimitives.sha("sha256", bytes)
      const before = head
      head = nextHead(before, seq, bytes[0]!, eid, seq)
      const row = { seq, time: seq, position: 0, before }
      const check = checkOf(nodePrimitives, row, eid)
      const none = { blobHash: undefined, tokenHash: undefined }
      store.append(ref, { ...row, eid, head, check, bytes, weight: bytes.length, ...none })
    }
    await store.commit()
    acknowledge(`${seq} ${Buffer.from(head).toString("hex")}`)
    store.tidy()
  }
}

async function writeClient(): Promise<never> {
  const store = openSqliteStore({ path, key: CLIENT_KEY })
  const last = store.range(CLIENT_TABLE, { reverse: true, limit: 1 })[0]
  let number = last === undefined ? 0 : new ByteReader(last.key).u64()
  for (;;) {
    number++
    const durability = number % SYNCED_EVERY === 0 ? "synced" : "ordered"
    store.transaction(durability, (tx) => tx.put(CLIENT_TABLE, u64(number), systemRandom.bytes(VALUE_BYTES)))
    acknowledge(`${number} ${durability}`)
  }
}

/** The pipe has it when this returns, whatever happens to us then. */
function acknowledge(line: string): void {
  writeSync(1, `${line}\n`)
}

function hearNoSync(): void {
  const { pragma } = Database.prototype
  Database.prototype.pragma = function (this: Database, text: string, options) {
    return pragma.call(this, text.replace(/synchronous = \w+/i, "synchronous = NORMAL"), options)
  }
}

/** Files of a log whose syncs do nothing. */
function lazyFolder(name: string): SegmentFolder {
  const folder = segmentFolder(join(dirname(path), name))
  const lazy = (file: SegmentFile): SegmentFile => ({
    get size() {
      return file.size
    },
    read: (at, into) => file.read(at, into),
    write: (at, bytes) => file.write(at, bytes),
    sync: () => Promise.resolve(),
    syncNow: () => {},
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  })
  return {
    list: () => folder.list(),
    open: (segment) => lazy(folder.open(segment)),
    create: (segment) => lazy(folder.create(segment)),
    remove: (segment) => folder.remove(segment),
    syncNames: () => {},
    close: () => folder.close(),
  }
}
