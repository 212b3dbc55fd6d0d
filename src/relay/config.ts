/**
 * What a relay is set up with, and the limits that protect it (PROTOCOL.md §18.2). Each limit has its safe value and the
 * bounds within which an operator may set another; what others rely on to stay connected cannot be set away.
 */
import type { Millis } from "../platform/clock.ts"

/** A stranger has this long for a hello, and for the registration that may follow. */
export const HELLO_DEADLINE_MS: Millis = 10_000
/** A silent connection is pinged after the first and dropped after the second. */
export const PING_AFTER_MS: Millis = 20_000
export const DEAD_AFTER_MS: Millis = 45_000
/** How often deadlines and idle connections are looked at. */
export const SWEEP_EVERY_MS: Millis = 1_000
/** A clock that goes back further than this was set, and every wait begins anew. */
export const CLOCK_SLACK_MS: Millis = 1_000
/** How often blobs that nothing needs are looked for, and how old they have to be. */
export const BLOB_SWEEP_EVERY_MS: Millis = 60_000
/** When there are more of them than are dropped at a time. */
export const BLOB_SWEEP_STEP_MS: Millis = 50
export const LOOSE_BLOB_MS: Millis = 3_600_000
/** Entries and letters older than this go (PROTOCOL.md §5.5). */
export const RETENTION_MS: Millis = 30 * 86_400_000

interface Limit {
  value: number
  least: number
  most: number
  /** What it bounds, for the operator. */
  words: string
}

const KIB = 1_024
const MIB = 1_048_576
const GIB = 1_073_741_824
const HOUR_MS = 3_600_000

/** In the order in which they are shown. Names ending in `Ms` are milliseconds, in `Bytes` bytes. */
export const LIMITS = {
  connections: { value: 10_000, least: 1, most: 100_000, words: "connections at once that have logged in" },
  newcomers: { value: 1_024, least: 16, most: 100_000, words: "connections that have not logged in yet" },
  connectionsPerAddress: {
    value: 64,
    least: 1,
    most: 100_000,
    words: "connections at once from one address",
  },
  newPerSecond: { value: 20, least: 1, most: 10_000, words: "new connections a second from one address" },
  handshakes: { value: 256, least: 8, most: 10_000, words: "TLS handshakes in progress" },
  waitingHandshakes: {
    value: 2_048,
    least: 64,
    most: 100_000,
    words: "connections that wait for a TLS handshake",
  },
  handshakeMs: { value: 10_000, least: 1_000, most: 120_000, words: "for a TLS handshake, waiting included" },
  helloMs: {
    value: HELLO_DEADLINE_MS,
    least: 1_000,
    most: 120_000,
    words: "for a hello, and for a registration",
  },
  pingMs: {
    value: PING_AFTER_MS,
    least: 1_000,
    most: 25_000,
    words: "of silence until a connection is pinged",
  },
  deadMs: {
    value: DEAD_AFTER_MS,
    least: 30_000,
    most: 3_600_000,
    words: "of silence until a connection is ended",
  },
  stalledMs: {
    value: 120_000,
    least: 5_000,
    most: 3_600_000,
    words: "in which a reader must have read what it was sent",
  },
  unreadBytes: {
    value: 256 * MIB,
    least: 16 * MIB,
    most: 64 * GIB,
    words: "that wait for all slow readers together",
  },
  requestsPerSecond: {
    value: 1_000,
    least: 10,
    most: 1_000_000,
    words: "requests a second of one connection",
  },
  personRequestsPerSecond: {
    value: 2_000,
    least: 10,
    most: 1_000_000,
    words: "requests a second of one person",
  },
  addressRequestsPerSecond: {
    value: 10_000,
    least: 10,
    most: 10_000_000,
    words: "requests a second from one address",
  },
  bytesPerSecond: {
    value: 16 * MIB,
    least: 64 * KIB,
    most: 64 * GIB,
    words: "a second that one connection may send",
  },
  channelBytes: { value: GIB, least: MIB, most: 1_024 * GIB, words: "in one channel, blobs included" },
  channelEntries: { value: 1_000_000, least: 1_000, most: 1_000_000_000, words: "entries in one channel" },
  channelsPerConnection: {
    value: 4_096,
    least: 16,
    most: 1_000_000,
    words: "channels open on one connection",
  },
  inboxLetters: { value: 10_000, least: 100, most: 1_000_000, words: "letters in one inbox" },
  lettersPerHour: { value: 60, least: 4, most: 100_000, words: "letters an hour by one person to one inbox" },
  packageTakesPerHour: {
    value: 20,
    least: 2,
    most: 100_000,
    words: "key packages an hour by one person of one device",
  },
  accountBytes: {
    value: 256 * MIB,
    least: MIB,
    most: 1_024 * GIB,
    words: "that one person may add in a day",
  },
  accountEntries: {
    value: 100_000,
    least: 100,
    most: 1_000_000_000,
    words: "entries that one person may add in a day",
  },
  uploadBytesPerAccount: {
    value: 16 * MIB,
    least: 8 * MIB,
    most: GIB,
    words: "of unfinished uploads of one person",
  },
  uploadBytes: {
    value: 128 * MIB,
    least: 8 * MIB,
    most: 64 * GIB,
    words: "of unfinished uploads, all together",
  },
  lowDiskBytes: {
    value: 256 * MIB,
    least: 32 * MIB,
    most: 64 * GIB,
    words: "free on the disk, below which nothing is taken",
  },
  people: { value: 10_000, least: 1, most: 1_000_000, words: "people in the directory" },
  updatesPerHour: {
    value: 20,
    least: 2,
    most: 10_000,
    words: "changes an hour to one person's directory entry",
  },
  retentionMs: {
    value: RETENTION_MS,
    least: HOUR_MS,
    most: 3_650 * 24 * HOUR_MS,
    words: "until an entry or a letter goes",
  },
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof LIMITS
export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[]

export type RelayLimits = Record<LimitName, number> & {
  /** The machine's own users share one address: only the limit on all connections holds them. */
  loopbackExempt: boolean
}

export const DEFAULT_LIMITS: Readonly<RelayLimits> = {
  ...(Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMITS[name].value])) as Record<LimitName, number>),
  loopbackExempt: true,
}

export interface RelayConfig {
  /** What the relay calls itself, up to 128 bytes of UTF-8. */
  name: string
  /** `H("admission", a)` of the invitation's code, 32 bytes; undefined lets everybody register. */
  admissionHash: Uint8Array | undefined
  /** The relay's own: it changes while the relay runs, when the operator says so. */
  limits: RelayLimits
}
