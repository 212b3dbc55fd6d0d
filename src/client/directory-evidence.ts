/**
 * Evidence about the relay's directory as text (PROTOCOL.md §8.6). A proof is a C2SP tlog-proof: anybody can check it
 * who knows the relay's pin, without a relay and without a profile. `extra` holds what it takes:
 *
 *     relay key 32 ‖ key for heads 32 ‖ the relay key's word for it 64 ‖ the directory entry
 */
import { BytesError, concat, fromUtf8, toHex, utf8 } from "../bytes.ts"
import { fromBase64, isSigned, noteOf, openNote, type RelayKeys, toBase64 } from "../crypto/checkpoint.ts"
import { leafHash, MAX_PROOF_LENGTH, type Sha256, verifyInclusion } from "../crypto/merkle.ts"
import { decodeDirectoryEntry, type DirectoryEntry } from "../protocol/directory-entry.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import type { AlarmRecord, DifferenceRecord, ProvenLeaf } from "./directory-records.ts"
import type { DirectoryAlarm } from "./events.ts"

const FIRST_LINE = "c2sp.org/tlog-proof@v1"
const KEY_BYTES = 32
const ENDORSEMENT_BYTES = 64
const KEYS_BYTES = 2 * KEY_BYTES + ENDORSEMENT_BYTES
/** Longest proof that is read. */
export const MAX_PROOF_TEXT_BYTES = 16_384

export interface Inclusion {
  head: SignedHead
  index: number
  path: readonly Uint8Array[]
  /** The directory entry as it was given out. */
  entry: Uint8Array
}

export function proofText(sha: Sha256, relay: RelayKeys, { head, index, path, entry }: Inclusion): string {
  const extra = toBase64(concat(relay.relayPublic, head.logPublic, head.endorsement, entry))
  const hashes = path.map(toBase64)
  const lines = [FIRST_LINE, `extra ${extra}`, `index ${index}`, ...hashes]
  return `${lines.join("\n")}\n\n${noteOf(sha, relay.relayId, head)}`
}

export interface CheckedProof {
  relayId: Uint8Array
  head: SignedHead
  index: number
  entry: DirectoryEntry
}

/** Undefined for everything that does not prove what it says. Total. */
export function checkProof(sha: Sha256, bytes: Uint8Array): CheckedProof | undefined {
  const text = bytes.length > MAX_PROOF_TEXT_BYTES ? undefined : textOf(bytes)
  const middle = text?.indexOf("\n\n") ?? -1
  if (text === undefined || middle < 0) return undefined
  const [first, extraLine, indexLine, ...hashes] = text.slice(0, middle).split("\n")
  const extra = fromBase64(/^extra (.+)$/.exec(extraLine ?? "")?.[1] ?? "")
  const index = Number(/^index (0|[1-9]\d{0,15})$/.exec(indexLine ?? "")?.[1])
  const path = hashes.map(fromBase64).filter((node) => node !== undefined)
  const isWhole = first === FIRST_LINE && extra && path.length === hashes.length
  if (!isWhole || path.length > MAX_PROOF_LENGTH || !Number.isSafeInteger(index)) return undefined
  const [relayPublic, logPublic] = [extra.slice(0, KEY_BYTES), extra.slice(KEY_BYTES, 2 * KEY_BYTES)]
  const opened = openNote(sha, logPublic, utf8(text.slice(middle + 2)))
  if (!opened) return undefined
  const { relayId, ...checkpoint } = opened
  const head = { ...checkpoint, logPublic, endorsement: extra.slice(2 * KEY_BYTES, KEYS_BYTES) }
  if (!isSigned(sha, { relayId, relayPublic }, head)) return undefined
  const entry = extra.slice(KEYS_BYTES)
  const place = { index, size: head.size }
  if (!verifyInclusion(sha, leafHash(sha, entry), place, path, head.root)) return undefined
  const decoded = entryOf(entry)
  return decoded && { relayId, head, index, entry: decoded }
}

/** What an alarm rests on: both heads, signed by the relay, and the keys to check them with. */
export function alarmText(
  sha: Sha256,
  relay: RelayKeys,
  alarm: DirectoryAlarm,
  heads: Pick<AlarmRecord, "ours" | "theirs" | "difference">,
): string {
  const { why, at, from } = alarm
  const keys = ({ logPublic, endorsement }: SignedHead) => [
    `key for heads: ${toHex(logPublic)}`,
    `the relay key's signature of it: ${toHex(endorsement)}`,
  ]
  const ours = heads.ours
    ? ["", "What was believed here:", "", noteOf(sha, relay.relayId, heads.ours), ...keys(heads.ours)]
    : []
  return [
    `secure-chat evidence about a relay's directory: ${why}`,
    `seen: ${new Date(at).toISOString()}`,
    `told by: ${from ? `${from.id} (${from.tag})` : "the relay"}`,
    `relay id: ${toHex(relay.relayId)}`,
    `relay key: ${toHex(relay.relayPublic)}`,
    ...ours,
    "",
    "What it was held against:",
    "",
    noteOf(sha, relay.relayId, heads.theirs),
    ...keys(heads.theirs),
    ...(heads.difference ? differenceLines(sha, relay, heads.difference) : []),
    "",
  ].join("\n")
}

/** Both leaves of the first place that differs: each by itself shows what the relay has signed there. */
function differenceLines(
  sha: Sha256,
  relay: RelayKeys,
  { place, ourLeaf, theirLeaf }: DifferenceRecord,
): string[] {
  const proven = ({ head, leaf, path, entry }: ProvenLeaf) =>
    entry.length > 0
      ? [proofText(sha, relay, { head, index: place, path, entry })]
      : [`leaf: ${toBase64(leaf)}`, ...path.map(toBase64), "", noteOf(sha, relay.relayId, head)]
  return [
    "",
    `The first place that differs: ${place}`,
    ...(ourLeaf ? ["", "What stands there in the list that was read here:", "", ...proven(ourLeaf)] : []),
    "",
    "What stands there in the other list:",
    "",
    ...proven(theirLeaf),
  ]
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    if (cause instanceof BytesError) return undefined
    throw cause
  }
}

function entryOf(bytes: Uint8Array): DirectoryEntry | undefined {
  try {
    return decodeDirectoryEntry(bytes)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}
