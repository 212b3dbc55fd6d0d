/** What a relay is set up with, and the limits that protect it (PROTOCOL.md §18). */
import type { Millis } from "../platform/clock.ts"

export interface RelayLimits {
  /** Connections at once, from everywhere. */
  connections: number
  /** Connections at once, and new ones in a second, from one address. */
  connectionsPerAddress: number
  newPerSecond: number
  /** The machine's own users share one address: only the limit on all connections holds them. */
  loopbackExempt: boolean
  /** Entries and blobs of one channel, in bytes. */
  channelBytes: number
  channelEntries: number
  inboxLetters: number
  /** What one account may append and upload in 24 hours. */
  accountBytes: number
  accountEntries: number
  /** Accounts in the directory, which every client copies. */
  people: number
  /** Channels that one connection may have open. */
  channelsPerConnection: number
}

export const DEFAULT_LIMITS: RelayLimits = {
  connections: 12_000,
  connectionsPerAddress: 64,
  newPerSecond: 20,
  loopbackExempt: true,
  channelBytes: 1_073_741_824,
  channelEntries: 1_000_000,
  inboxLetters: 10_000,
  accountBytes: 268_435_456,
  accountEntries: 100_000,
  people: 10_000,
  channelsPerConnection: 4_096,
}

export interface RelayConfig {
  /** What the relay calls itself, up to 128 bytes of UTF-8. */
  name: string
  /** `H("admission", a)` of the invitation's code, 32 bytes; undefined lets everybody register. */
  admissionHash: Uint8Array | undefined
  limits: RelayLimits
}

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
