/** Arbitrary messages of every kind. The messages' own types check the table: it does not compile with one missing. */
import fc from "fast-check"
import {
  BLOB_CHUNK_BYTES,
  MAX_ENTRY_BYTES,
  type Message,
  type MessageName,
} from "../../src/protocol/messages.ts"

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const upTo = (length: number) => fc.uint8Array({ maxLength: length })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const u64 = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const id = bytes(32)
const short = bytes(16)
const signature = bytes(64)
const flag = fc.boolean()
const words = fc.string({ maxLength: 30, unit: "grapheme" })
const words16 = fc.string({ maxLength: 8, unit: "binary" })
const many = <T>(item: fc.Arbitrary<T>, max: number) => fc.array(item, { maxLength: max })

type Fields<K extends MessageName> = {
  [F in Exclude<keyof Extract<Message, { type: K }>, "type">]: fc.Arbitrary<Extract<Message, { type: K }>[F]>
}

const treeHead = fc.record({
  logPublic: id,
  endorsement: signature,
  log: u64,
  size: u64,
  root: id,
  signature,
})

const fields: { [K in MessageName]: Fields<K> } = {
  hello: {
    version: u16,
    accountId: id,
    deviceId: short,
    devicePublic: id,
    notAfter: u64,
    certificate: signature,
    signature,
  },
  register: { rid: u32, admission: short, entry: upTo(300) },
  ping: { token: u32 },
  open: { rid: u32, channelId: id, incarnation: short, cursor: u64, head: id },
  close: { handle: u32 },
  getHead: { rid: u32, known: many(treeHead, 2) },
  treeHead: { rid: u32, relayPublic: id, opening: upTo(300), head: treeHead },
  handshake: {
    handle: u32,
    expect: u64,
    tokenHash: id,
    headerId: id,
    headerBlob: id,
    header: upTo(300),
    entry: upTo(300),
  },
  putHeader: { rid: u32, handle: u32, expect: u64, headerId: id, headerBlob: id, header: upTo(300) },
  getHeader: { rid: u32, headerId: id },
  turn: { handle: u32 },
  turnDone: { handle: u32 },
  putBlob: { rid: u32, hash: id, total: u32, offset: u32, chunk: upTo(300) },
  getBlob: { rid: u32, hash: id, offset: u32 },
  getDirectory: { rid: u32, from: u64 },
  putPackages: { rid: u32, lastResort: flag, packages: many(upTo(100), 7) },
  takePackage: { rid: u32, accountId: id, deviceId: short },
  look: { rid: u32, channelIds: many(id, 20) },
  prove: { handle: u32, position: u64, token: id },
  proveOpening: { handle: u32, token: id },
  swapGeneration: { rid: u32, expected: upTo(128), record: upTo(128) },
  showApproval: { rid: u32, admission: bytes(16), code: bytes(16) },
  sees: { rid: u32, from: u32 },
  pong: { token: u32 },
  entry: { handle: u32, seq: u64, time: u64, position: u64, entry: upTo(400) },
  ephemeral: { handle: u32, body: upTo(100) },
  ready: { relayName: words, open: flag, time: u64, directorySize: u64, packagesLeft: u16, lastResort: flag },
  registerFirst: { newest: upTo(3_900) },
  refused: { rid: u32, code: u16, detail: u64 },
  opened: {
    rid: u32,
    handle: u32,
    incarnation: short,
    resumed: flag,
    firstSeq: u64,
    head: id,
    lastSeq: u64,
    nextPosition: u64,
    nextUnconfirmed: u64,
  },
  accepted: { handle: u32, eid: id, seq: u64, time: u64 },
  stale: { handle: u32, eid: id, nextPosition: u64 },
  conflict: { handle: u32, eid: id, nextPosition: u64 },
  rejected: { handle: u32, eid: id, code: u16 },
  granted: { handle: u32, nextPosition: u64, leaseMs: u32 },
  header: { rid: u32, position: u64, nextPosition: u64, blob: id, header: upTo(300) },
  blobStored: { rid: u32, received: u32 },
  blobChunk: { rid: u32, total: u32, offset: u32, chunk: upTo(300) },
  directory: { rid: u32, from: u64, size: u64, entries: many(upTo(300), 16) },
  directoryGrew: { size: u64 },
  keyPackage: { rid: u32, lastResort: flag, keyPackage: upTo(300) },
  packagesLeft: { count: u16 },
  looked: { rid: u32, lastSeqs: many(u64, 20) },
  presence: { accountId: id, online: flag },
  done: { rid: u32 },
  damaged: { handle: u32, from: u64, to: u64, head: id, nextPosition: u64 },
  cut: { handle: u32 },
  generation: { rid: u32, swapped: flag, record: upTo(128) },
  approved: { rid: u32, newest: upTo(3_900) },
  seen: {
    rid: u32,
    from: u32,
    total: u32,
    subjects: many(
      fc.record({
        kind: fc.integer({ min: 0, max: 255 }),
        id: upTo(48),
        facts: many(
          fc.record({ name: words16, rows: u64, least: u64, most: u64, bytes: u64, text: words16 }),
          48,
        ),
      }),
      8,
    ),
  },
}

export const MESSAGE_NAMES = Object.keys(fields) as MessageName[]

export function arbitraryMessage(name: MessageName): fc.Arbitrary<Message> {
  return fc.record({
    type: fc.constant(name),
    ...(fields[name] as Record<string, fc.Arbitrary<unknown>>),
  }) as unknown as fc.Arbitrary<Message>
}

/** The longest message of the kinds that can be long. */
export const LONGEST: Message[] = [
  { type: "entry", handle: 1, seq: 2, time: 3, position: 4, entry: new Uint8Array(MAX_ENTRY_BYTES) },
  {
    type: "putBlob",
    rid: 1,
    hash: new Uint8Array(32),
    total: 1,
    offset: 0,
    chunk: new Uint8Array(BLOB_CHUNK_BYTES),
  },
  {
    type: "putPackages",
    rid: 1,
    lastResort: false,
    packages: Array.from({ length: 7 }, () => new Uint8Array(8_192)),
  },
  { type: "look", rid: 1, channelIds: Array.from({ length: 1_000 }, () => new Uint8Array(32)) },
  { type: "looked", rid: 1, lastSeqs: Array.from({ length: 1_000 }, () => Number.MAX_SAFE_INTEGER) },
  {
    type: "seen",
    rid: 1,
    from: 0,
    total: 1,
    subjects: Array.from({ length: 8 }, () => ({
      kind: 1,
      id: new Uint8Array(48),
      facts: Array.from({ length: 48 }, () => ({
        name: "n".repeat(32),
        rows: 1,
        least: 1,
        most: 1,
        bytes: 1,
        text: "t".repeat(64),
      })),
    })),
  },
]
