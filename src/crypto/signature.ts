/**
 * Signatures under a label (PROTOCOL.md §1): Ed25519 over "secure-chat/v1/" ‖ label ‖ 0x00 ‖ message.
 * The labels are a closed list, so that what was signed for one purpose verifies for no other.
 */
import { labelled } from "./hash.ts"
import type { Secret } from "./secret.ts"
import { ed25519Sign, ed25519Verify } from "./sodium.ts"

export type SignatureLabel =
  | "device" // account → device key
  | "leaf" // account → leaf key of a group
  | "directory" // account → its entry in the directory
  | "rotate" // account → the account that takes its place
  | "hello" // device → one connection
  | "inbox" // account → one letter
  | "log key" // relay → the key of its directory's heads

/** @param secret 64 bytes: seed, then public key. @returns 64 bytes. */
export function sign(secret: Secret, label: SignatureLabel, message: Uint8Array): Uint8Array {
  return ed25519Sign(secret.expose(), labelled(label, [message]))
}

/** False for anything that is not exactly such a signature, malformed keys included. */
export function verify(
  publicKey: Uint8Array,
  label: SignatureLabel,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return ed25519Verify(publicKey, labelled(label, [message]), signature)
}
