/** What a conversation knows of the present connection, and forgets with it. */
import type { Doorstep } from "./doorstep.ts"
import type { PositionProof } from "./proving.ts"

/** What belongs to the present connection only. */
export interface Transient {
  /** Where our wish for the handshake turn stands (PROTOCOL.md §6.1). */
  turn: "none" | "asked" | "granted"
  /** The position at which the pending commit was offered on this connection. */
  offeredAt: number | undefined
  /** The entry that is on its way; one at a time, so that payloads stay in order. */
  inFlight: Uint8Array | undefined
  /** Read on to here before sealing again: the relay said STALE. */
  staleUntil: number
  /** Nothing is offered before: the relay, or a person who is away, made us wait. */
  notBefore: number
  /** Receipts that are owed wait until then for company. */
  receiptAt: number
  /** Something was asked for and must be answered before `advance` goes on. */
  busy: boolean
  /** How often, and when next, the other side of a chat we opened is told of it. */
  hints: number
  hintAt: number
  /** The handshake that is being put back into the log. */
  refilling: Uint8Array | undefined
  /** The newest position whose token was shown on this subscription; -1 for none. */
  proven: number
  /** By which a header lets us in. */
  wayIn: PositionProof | undefined
  /** We were cut: the header's token is asked for before we open again. */
  needsWay: boolean
  /** The header was asked for, to refill with its token. */
  hasAskedWay: boolean
  /** Our epoch's position, when the relay does not know its token. */
  mute: number | undefined
  /** Since when nobody can show the token of the newest handshake. */
  muteSince: number | undefined
  /** Since when, and when next, the other side is asked for the group. */
  askingSince: number | undefined
  askAt: number
  /** The signature of the directory's head that was last told here. */
  toldHead: Uint8Array
  /** Where a room's link led us, so far. */
  door: Doorstep | undefined
}

export const FRESH: Transient = {
  turn: "none",
  offeredAt: undefined,
  inFlight: undefined,
  staleUntil: 0,
  notBefore: 0,
  receiptAt: 0,
  busy: false,
  hints: 0,
  hintAt: 0,
  refilling: undefined,
  proven: -1,
  wayIn: undefined,
  needsWay: false,
  hasAskedWay: false,
  mute: undefined,
  muteSince: undefined,
  askingSince: undefined,
  askAt: 0,
  toldHead: new Uint8Array(0),
  door: undefined,
}
