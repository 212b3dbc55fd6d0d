/**
 * What the store keeps that has to do with one account, table by table (PROTOCOL.md §5.8). Nobody's authorship is
 * kept, so the tables are asked by what they do know: a number in the directory, a device, a channel.
 */

/** By what a table is asked. */
export type About =
  /** What the relay keeps of itself. */
  | { kind: "relay" }
  /** Numbers of entries of the directory; the operator's notes are asked by the account itself. */
  | { kind: "account"; entries: readonly number[]; accountId: Uint8Array }
  /** `accountId ‖ deviceId`, 48 bytes. */
  | { kind: "device"; owner: Uint8Array }
  | { kind: "channel"; channelId: Uint8Array }

/** One column, over the rows that were looked at. A column without any value in them is not told. */
export interface Held {
  /** `table.column`. */
  column: string
  /** Rows with a value, at least 1. */
  rows: number
  /** Of numbers; 0 for bytes and text. */
  least: number
  most: number
  /** Of bytes and text, all together; 0 for numbers. */
  bytes: number
}

/** Of one log, this many of the oldest entries and of the newest are looked at; the others are like them. */
export const HELD_ENTRIES = 128
/** Pieces of blobs that are looked at. */
export const HELD_PIECES = 256

/** Which tables are asked by what. Every table of the store is here: a test compares the list with the real ones. */
export const HELD_TABLES = {
  relay: ["meta"],
  account: ["directory", "door"],
  device: ["package", "generation"],
  channel: ["channel", "entry", "token", "header", "blob", "blob_piece"],
} as const satisfies Record<About["kind"], readonly string[]>

/** Numbers of a damaged store may be anything; what is told is a `u64`. */
export function asCount(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0
}
