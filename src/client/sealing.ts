/**
 * From MLS bytes to an entry and back (PROTOCOL.md §9): which key, which form, inline or in a blob.
 * One epoch per position: the keys tried are those of the group's present epoch and no others.
 */
import { appendToken, envelopeKey, externalKey } from "../crypto/channel-keys.ts"
import {
  MAX_INLINE_BODY_BYTES,
  openBlob,
  openEnvelope,
  sealBlob,
  sealEnvelope,
} from "../crypto/envelope-seal.ts"
import type { GroupState, MlsEngine } from "../crypto/mls-engine.ts"
import { wipe } from "../crypto/sodium.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { encodeEntry, type Entry, ENTRY_KINDS, type EntryKind } from "../protocol/envelope.ts"

/** The outer keys of one epoch, and its append token; they die with it. */
export interface EpochKeys {
  envelope: Uint8Array
  external: Uint8Array
  append: Uint8Array
}

export async function epochKeys(
  engine: MlsEngine,
  state: GroupState,
  channelId: Uint8Array,
): Promise<EpochKeys> {
  return {
    envelope: await envelopeKey(engine, state, channelId),
    external: await externalKey(engine, state, channelId),
    append: await appendToken(engine, state, channelId),
  }
}

export function wipeEpochKeys(keys: EpochKeys | undefined): void {
  if (keys) wipe(keys.envelope, keys.external, keys.append)
}

export interface SealedEntry {
  entry: Uint8Array
  /** SHA-256 of the entry. */
  eid: Uint8Array
  /** To be held by the relay before the entry is offered. */
  blob: Uint8Array | undefined
}

export function packEntry(
  deps: { random: Random; primitives: Primitives },
  kind: EntryKind,
  key: Uint8Array,
  channelId: Uint8Array,
  form: number,
  body: Uint8Array,
): SealedEntry {
  const { random, primitives } = deps
  const inline = body.length <= MAX_INLINE_BODY_BYTES
  const blob = inline ? undefined : sealBlob({ key, channelId, body, random })
  const blobHash = blob && primitives.sha("sha256", blob)
  const { nonce, sealed } = sealEnvelope({
    kind: ENTRY_KINDS[kind],
    key,
    channelId,
    blobHash,
    form,
    body: inline ? body : new Uint8Array(0),
    random,
  })
  const entry = encodeEntry({ kind, blobHash, nonce, sealed })
  return { entry, eid: primitives.sha("sha256", entry), blob }
}

/** @param blob the bytes that `entry.blobHash` names. Undefined when it does not open under `key`. */
export function unpackEntry(
  entry: Entry,
  key: Uint8Array,
  channelId: Uint8Array,
  blob: Uint8Array | undefined,
): { form: number; body: Uint8Array } | undefined {
  const { kind, blobHash, nonce, sealed } = entry
  const opened = openEnvelope({ kind: ENTRY_KINDS[kind], key, channelId, blobHash, nonce, sealed })
  if (!opened || !blobHash) return opened
  const body = blob && openBlob({ key, channelId, bytes: blob })
  return body && { form: opened.form, body }
}
