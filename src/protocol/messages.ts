/**
 * Every message between client and relay (PROTOCOL.md §4): one table, one closed union, one encoder,
 * one decoder. A frame body is `type u8 ‖ fields`; numbers of types are for ever.
 *
 * `entry` is the only hot one. It travels both ways in the same layout; the relay overwrites
 * `handle`, `seq` and `time` in place (`stampEntry`), so that one buffer serves every member.
 */
import { ByteReader, ByteWriter, BytesError, setU32, setU64 } from "../bytes.ts"
import { ProtocolError } from "./errors.ts"
import { FRAME_HEADER_BYTES } from "./framing.ts"
import {
  type Field,
  fixed,
  flag,
  list,
  record,
  type RecordOf,
  rest,
  sized,
  text,
  u16,
  u32,
  u64,
  u8,
} from "./fields.ts"
import { MAX_OPENING_BYTES, MAX_SHOWN_HEADS, signedHead } from "./tree-head.ts"

/** Version in the hello; one per release, never negotiated down. */
export const PROTOCOL_VERSION = 1
/** Longest directory entry, encoded: five devices fit. Also bounds what a stranger may register. */
export const MAX_DIRECTORY_ENTRY_BYTES = 3_900
export const MAX_KEY_PACKAGE_BYTES = 8_192
/** Largest piece of a blob in one message. */
export const BLOB_CHUNK_BYTES = 49_152
/** Largest blob, padding included. Bounds what one upload can take of the relay's disk. */
export const MAX_BLOB_BYTES = 8_388_608
/** Largest header inside a message; a larger one travels as a blob. */
export const MAX_INLINE_HEADER_BYTES = 32_768
/** Largest entry in a message: 61,440 padded bytes, seal and fields. What is larger goes to a blob. */
export const MAX_ENTRY_BYTES = 62_000
export const MAX_LOOK_IDS = 1_000
/** How many people's entries one `directory` answer may hold. */
export const MAX_DIRECTORY_PAGE = 16
export const MAX_PACKAGES_PER_PUT = 7
export const MAX_RELAY_NAME_BYTES = 128
export const MAX_EPHEMERAL_BYTES = 4_096
/** Largest generation record of a device, sealed by the device for itself. */
export const MAX_GENERATION_BYTES = 128
/** What the relay tells of one subject, and of how many subjects at once: a page fits a frame. */
export const MAX_HELD_FACTS = 48
export const MAX_HELD_SUBJECTS = 8
export const MAX_HELD_NAME_BYTES = 32
export const MAX_HELD_TEXT_BYTES = 64
/** No position is beyond; what is computed from one fits every field. */
export const MAX_POSITION = 2 ** 48

const id = fixed(32)
const requestId = { rid: u32 }
/** One thing that the relay holds (PROTOCOL.md §5.8). */
const heldFact = record({
  name: text(MAX_HELD_NAME_BYTES),
  rows: u64,
  least: u64,
  most: u64,
  bytes: u64,
  text: text(MAX_HELD_TEXT_BYTES),
})

const shapes = {
  // client → relay
  hello: [
    1,
    record({
      version: u16,
      accountId: id,
      deviceId: fixed(16),
      devicePublic: id,
      notAfter: u64,
      certificate: fixed(64),
      signature: fixed(64),
    }),
  ],
  register: [2, record({ ...requestId, admission: fixed(16), entry: sized(MAX_DIRECTORY_ENTRY_BYTES) })],
  ping: [3, record({ token: u32 })],
  open: [5, record({ ...requestId, channelId: id, incarnation: fixed(16), cursor: u64, head: id })],
  close: [6, record({ handle: u32 })],
  handshake: [
    17,
    record({
      handle: u32,
      expect: u64,
      tokenHash: id,
      headerId: id,
      headerBlob: id,
      header: sized(MAX_INLINE_HEADER_BYTES),
      entry: rest,
    }),
  ],
  putHeader: [
    18,
    record({
      ...requestId,
      handle: u32,
      expect: u64,
      headerId: id,
      headerBlob: id,
      header: sized(MAX_INLINE_HEADER_BYTES),
    }),
  ],
  getHeader: [19, record({ ...requestId, headerId: id })],
  turn: [20, record({ handle: u32 })],
  turnDone: [21, record({ handle: u32 })],
  putBlob: [23, record({ ...requestId, hash: id, total: u32, offset: u32, chunk: sized(BLOB_CHUNK_BYTES) })],
  getBlob: [24, record({ ...requestId, hash: id, offset: u32 })],
  getDirectory: [25, record({ ...requestId, from: u64 })],
  putPackages: [
    26,
    record({
      ...requestId,
      lastResort: flag,
      packages: list(sized(MAX_KEY_PACKAGE_BYTES), MAX_PACKAGES_PER_PUT),
    }),
  ],
  takePackage: [27, record({ ...requestId, accountId: id, deviceId: fixed(16) })],
  look: [28, record({ ...requestId, channelIds: list(id, MAX_LOOK_IDS) })],
  swapGeneration: [
    29,
    record({ ...requestId, expected: sized(MAX_GENERATION_BYTES), record: sized(MAX_GENERATION_BYTES) }),
  ],
  showApproval: [32, record({ ...requestId, admission: fixed(16), code: fixed(16) })],

  prove: [34, record({ handle: u32, position: u64, token: id })],
  proveOpening: [35, record({ handle: u32, token: id })],
  sees: [38, record({ ...requestId, from: u32 })],
  /** `known`: the highest head of this relay that the client has, and one that somebody told it of. */
  getHead: [30, record({ ...requestId, known: list(signedHead, MAX_SHOWN_HEADS) })],

  // both ways
  pong: [4, record({ token: u32 })],
  entry: [16, record({ handle: u32, seq: u64, time: u64, position: u64, entry: rest })],
  ephemeral: [22, record({ handle: u32, body: rest })],

  // relay → client
  ready: [
    64,
    record({
      relayName: text(MAX_RELAY_NAME_BYTES),
      open: flag,
      time: u64,
      directorySize: u64,
      packagesLeft: u16,
      lastResort: flag,
    }),
  ],
  /** The account's newest directory entry, of which the device is not part; empty for an unknown account. */
  registerFirst: [65, record({ newest: sized(MAX_DIRECTORY_ENTRY_BYTES) })],
  refused: [66, record({ ...requestId, code: u16, detail: u64 })],
  opened: [
    67,
    record({
      ...requestId,
      handle: u32,
      incarnation: fixed(16),
      resumed: flag,
      firstSeq: u64,
      head: id,
      lastSeq: u64,
      nextPosition: u64,
      /** The position after the newest confirmed one; 0 when none is. */
      nextUnconfirmed: u64,
    }),
  ],
  accepted: [69, record({ handle: u32, eid: id, seq: u64, time: u64 })],
  stale: [70, record({ handle: u32, eid: id, nextPosition: u64 })],
  conflict: [71, record({ handle: u32, eid: id, nextPosition: u64 })],
  rejected: [72, record({ handle: u32, eid: id, code: u16 })],
  granted: [73, record({ handle: u32, nextPosition: u64, leaseMs: u32 })],
  header: [
    74,
    record({
      ...requestId,
      position: u64,
      nextPosition: u64,
      blob: id,
      header: sized(MAX_INLINE_HEADER_BYTES),
    }),
  ],
  blobStored: [75, record({ ...requestId, received: u32 })],
  blobChunk: [76, record({ ...requestId, total: u32, offset: u32, chunk: sized(BLOB_CHUNK_BYTES) })],
  directory: [
    77,
    record({
      ...requestId,
      from: u64,
      size: u64,
      entries: list(sized(MAX_DIRECTORY_ENTRY_BYTES), MAX_DIRECTORY_PAGE),
    }),
  ],
  directoryGrew: [78, record({ size: u64 })],
  keyPackage: [79, record({ ...requestId, lastResort: flag, keyPackage: sized(MAX_KEY_PACKAGE_BYTES) })],
  packagesLeft: [80, record({ count: u16 })],
  looked: [81, record({ ...requestId, lastSeqs: list(u64, MAX_LOOK_IDS) })],
  presence: [82, record({ accountId: id, online: flag })],
  done: [83, record({ ...requestId })],
  damaged: [84, record({ handle: u32, from: u64, to: u64, head: id, nextPosition: u64 })],
  generation: [85, record({ ...requestId, swapped: flag, record: sized(MAX_GENERATION_BYTES) })],
  /** The newest entry of the person whose place may be taken. */
  approved: [89, record({ ...requestId, newest: sized(MAX_DIRECTORY_ENTRY_BYTES) })],
  cut: [90, record({ handle: u32 })],
  seen: [
    92,
    record({
      ...requestId,
      from: u32,
      total: u32,
      subjects: list(
        record({ kind: u8, id: sized(48), facts: list(heldFact, MAX_HELD_FACTS) }),
        MAX_HELD_SUBJECTS,
      ),
    }),
  ],
  /** The relay's own key, leaf 0 of the log, and its newest head. */
  treeHead: [
    86,
    record({ ...requestId, relayPublic: id, opening: sized(MAX_OPENING_BYTES), head: signedHead }),
  ],
} as const satisfies Record<string, readonly [number, unknown]>

type Shapes = typeof shapes
export type MessageName = keyof Shapes
type FieldsOf<K extends MessageName> = Shapes[K][1] extends Field<infer T> ? T : never

/** One message, by name: `Of<"hello">`. */
export type Of<K extends MessageName> = K extends MessageName ? { type: K } & FieldsOf<K> : never
export type Message = { [K in MessageName]: Of<K> }[MessageName]

export const CLIENT_MESSAGES = [
  "hello", "register", "ping", "pong", "open", "close", "entry", "handshake", "putHeader", "getHeader", "turn", "turnDone",
  "ephemeral", "putBlob", "getBlob", "getDirectory", "putPackages", "takePackage", "look",
  "swapGeneration", "getHead", "showApproval", "prove", "proveOpening",
  "sees",
] as const satisfies MessageName[] // prettier-ignore
export const RELAY_MESSAGES = [
  "ready", "registerFirst", "refused", "opened", "entry", "ephemeral", "accepted", "stale", "conflict", "rejected", "granted",
  "header", "blobStored", "blobChunk", "directory", "directoryGrew", "keyPackage", "packagesLeft", "looked", "presence",
  "done", "damaged", "generation", "treeHead", "approved", "cut", "ping", "pong",
  "seen",
] as const satisfies MessageName[] // prettier-ignore
export type ClientMessage = Of<(typeof CLIENT_MESSAGES)[number]>
export type RelayMessage = Of<(typeof RELAY_MESSAGES)[number]>

/** The number of each message on the wire; PROTOCOL.md §4 lists the same. */
export const MESSAGE_NUMBERS = Object.fromEntries(
  Object.entries(shapes).map(([name, [number]]) => [name, number]),
) as Record<MessageName, number>
const byNumber = new Map<number, MessageName>(
  Object.entries(shapes).map(([name, [number]]) => [number, name as MessageName]),
)
const CLIENT_SET: ReadonlySet<MessageName> = new Set(CLIENT_MESSAGES)
const RELAY_SET: ReadonlySet<MessageName> = new Set(RELAY_MESSAGES)

/** The frame body of a message. RangeError for a field out of its bounds: our own bug. */
export function encodeMessage(message: Message): Uint8Array {
  const [number, field] = shapes[message.type] as readonly [number, Field<Message>]
  const to = new ByteWriter().u8(number)
  field.write(to, message)
  return to.done()
}

/**
 * What a client sent. Byte fields are views of `bytes`.
 * @param at where the body begins.
 * @throws ProtocolError `unknown-message` or `bad-message`.
 */
export function decodeClientMessage(bytes: Uint8Array, at = 0): ClientMessage {
  return decode(bytes, at, CLIENT_SET) as ClientMessage
}

/** What the relay sent. @throws ProtocolError `unknown-message` or `bad-message`. Byte fields are views of `body`. */
export function decodeRelayMessage(body: Uint8Array): RelayMessage {
  return decode(body, 0, RELAY_SET) as RelayMessage
}

function decode(bytes: Uint8Array, at: number, accepted: ReadonlySet<MessageName>): Message {
  const name = byNumber.get(bytes[at] ?? 0)
  if (name === undefined || !accepted.has(name))
    throw new ProtocolError("unknown-message", `message type ${bytes[at]}`)
  const from = new ByteReader(bytes, at + 1)
  try {
    const message = read(name, from)
    from.end()
    return message
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new ProtocolError("bad-message", `${name}: ${cause.message}`, { cause })
    throw cause
  }
}

/** The two that come by the thousand are read without the table, which takes three times as long. */
function read(name: MessageName, from: ByteReader): Message {
  switch (name) {
    case "entry": {
      const [handle, seq, time, position] = [from.u32(), from.u64(), from.u64(), from.u64()]
      return { type: name, handle, seq, time, position, entry: from.rest() }
    }
    case "ephemeral":
      return { type: name, handle: from.u32(), body: from.rest() }
    default: {
      const fields = (shapes[name][1] as Field<RecordOf<Record<string, Field<unknown>>>>).read(from)
      return { type: name, ...fields } as Message
    }
  }
}

const ENTRY_HANDLE_AT = FRAME_HEADER_BYTES + 1
const ENTRY_SEQ_AT = ENTRY_HANDLE_AT + 4
const ENTRY_TIME_AT = ENTRY_SEQ_AT + 8

/** Fills the relay's fields of an `entry` message's frame in place: the delivered frame is the uploaded one. */
export function stampEntry(frame: Uint8Array, handle: number, seq: number, time: number): void {
  setU32(frame, ENTRY_HANDLE_AT, handle)
  setU64(frame, ENTRY_SEQ_AT, seq)
  setU64(frame, ENTRY_TIME_AT, time)
}
