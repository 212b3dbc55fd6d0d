/**
 * The payload chain (PROTOCOL.md §13.1): what a new payload is to what is known of its chain. Pure.
 * A chain belongs to one leaf; a payload that names another leaf's chain is a fork of that leaf.
 */
import { equalBytes } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import type { Payload } from "../protocol/content.ts"
import type { ChainRecord } from "./records.ts"

export type Verdict =
  | { kind: "ok" }
  | { kind: "duplicate" }
  | { kind: "gap"; missing: number } // payloads between the last one and this one have not arrived
  | { kind: "late" } // one that was missing
  | { kind: "fork" } // this device says two things at one number

export function payloadHash(channelId: Uint8Array, payload: Uint8Array): Uint8Array {
  return labelledHash("payload", channelId, payload)
}

/** A leaf has one chain, and nobody else can have it. 16 bytes. */
export function chainIdOf(leafKey: Uint8Array): Uint8Array {
  return labelledHash("chain", leafKey).slice(0, 16)
}

/**
 * @param last the newest payload of the chain; undefined for a chain that is new here, whose first payload is its base.
 * @param known the hash of the payload that is stored at this number, if any.
 * @param isMissing whether the number lies in an open gap.
 */
export function judge(
  payload: Pick<Payload, "n" | "previous">,
  hash: Uint8Array,
  leafKey: Uint8Array,
  last: ChainRecord | undefined,
  known: Uint8Array | undefined,
  isMissing: boolean,
): Verdict {
  if (!last) return { kind: "ok" }
  if (!equalBytes(last.leafKey, leafKey)) return { kind: "fork" }
  if (payload.n > last.n + 1) return { kind: "gap", missing: payload.n - last.n - 1 }
  if (payload.n === last.n + 1) return { kind: equalBytes(payload.previous, last.hash) ? "ok" : "fork" }
  if (known !== undefined) return { kind: equalBytes(known, hash) ? "duplicate" : "fork" }
  // A number before our base, or of a payload that is forgotten by now, was never ours to judge, or is not any more.
  return { kind: isMissing ? "late" : "duplicate" }
}
