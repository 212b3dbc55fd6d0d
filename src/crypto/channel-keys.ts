/**
 * Where a conversation lies and what opens it from outside (PROTOCOL.md §1, §11, §12): keys that exist before
 * the group does come from key agreement or from the invitation, all others from the group's exporter.
 *
 * Nothing here reads messages: MLS does. These keys hide from the relay what it forwards, and say who may append.
 */
import { compareBytes, concat, u32 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import { channelIdOf, labelledHash } from "./hash.ts"
import type { AccountKeys } from "./identity.ts"
import { derive } from "./kdf.ts"
import type { GroupState, MlsEngine } from "./mls-engine.ts"
import { wipe, x25519 } from "./sodium.ts"

const KEY_BYTES = 32

/** Of a channel that is to be opened: 32 bytes each. */
export interface OpeningKeys {
  /** The channel's id. */
  channel: Uint8Array
  /** Seals the entry at position 0. */
  open: Uint8Array
  /** Proves the right to open the channel, whose id is made of it. */
  token: Uint8Array
}

export interface HeaderKeys {
  /** Where the header of a link room lies at the relay. */
  headerId: Uint8Array
  /** What seals it. */
  headerKey: Uint8Array
}

/** What the exporter helpers need of the engine. */
export type Exporter = Pick<MlsEngine, "export">

/**
 * Of the direct chat with `peer`: both sides compute the same, nobody else can (PROTOCOL.md §11). Both accountIds are
 * in it, so that a person who registers another's X25519 key gets another channel.
 *
 * @param relayId 32 bytes, the pinned key of the relay.
 * @param r how often this pair has had to open anew, from 0.
 * @throws CryptoError `bad-key` when the peer's key agrees on zero.
 */
export function directKeys(
  primitives: Primitives,
  own: AccountKeys,
  peer: { accountId: Uint8Array; x: Uint8Array },
  relayId: Uint8Array,
  r: number,
): OpeningKeys {
  const shared = x25519(own.x.secret.expose(), peer.x)
  const ordered = [own.accountId, peer.accountId].sort(compareBytes)
  const context = concat(relayId, ...ordered, u32(r))
  const keys = openingKeys(primitives, shared, "direct", context)
  wipe(shared)
  return keys
}

/** Of the room that everybody with the relay's invitation is in. @param s0 32 bytes, the invitation's room secret. */
export function roomKeys(primitives: Primitives, s0: Uint8Array, relayId: Uint8Array): OpeningKeys {
  return openingKeys(primitives, s0, "room", relayId)
}

/** @param secret 32 bytes, `S_g` of the link's present generation. */
export function headerKeys(primitives: Primitives, secret: Uint8Array, relayId: Uint8Array): HeaderKeys {
  return {
    headerId: derive(primitives, secret, "header id", relayId, KEY_BYTES),
    headerKey: derive(primitives, secret, "header key", relayId, KEY_BYTES),
  }
}

/** `S_0` of a relay that is open to all: no secret, and the room says so. */
export function openRoomSecret(relayId: Uint8Array): Uint8Array {
  return labelledHash("open room", relayId)
}

/** The MLS group_id of a channel; whoever joins checks it. */
export function groupIdOf(channelId: Uint8Array): Uint8Array {
  return labelledHash("group", channelId)
}

/** `K_env`: the outer seal of every entry that a member writes in the state's epoch. Dies with the epoch. */
export function envelopeKey(engine: Exporter, state: GroupState, channelId: Uint8Array): Promise<Uint8Array> {
  return engine.export(state, "envelope", channelId, KEY_BYTES)
}

/** `K_ext`: the outer seal of an external commit that leaves the state's epoch. Also in the header. */
export function externalKey(engine: Exporter, state: GroupState, channelId: Uint8Array): Promise<Uint8Array> {
  return engine.export(state, "external", channelId, KEY_BYTES)
}

/** `K_eph`: typing and presence. */
export function ephemeralKey(
  engine: Exporter,
  state: GroupState,
  channelId: Uint8Array,
): Promise<Uint8Array> {
  return engine.export(state, "ephemeral", channelId, KEY_BYTES)
}

/** `S_{g+1}`: made by the epoch in which a closed link opens again (PROTOCOL.md §12.5). @param generation g + 1. */
export function nextLinkSecret(
  engine: Exporter,
  state: GroupState,
  channelId: Uint8Array,
  generation: number,
): Promise<Uint8Array> {
  return engine.export(state, "link", concat(channelId, u32(generation)), KEY_BYTES)
}

/** `T(e)`: shows the relay that its owner is in epoch e, wherever in the log the handshake stands that opened it. */
export function appendToken(engine: Exporter, state: GroupState, channelId: Uint8Array): Promise<Uint8Array> {
  return engine.export(state, "append", channelId, KEY_BYTES)
}

function openingKeys(
  primitives: Primitives,
  secret: Uint8Array,
  kind: "direct" | "room",
  context: Uint8Array,
): OpeningKeys {
  const token = derive(primitives, secret, `${kind} token`, context, KEY_BYTES)
  const open = derive(primitives, secret, `${kind} open`, context, KEY_BYTES)
  return { channel: channelIdOf(token), open, token }
}
