/** The key that signs the directory's heads (PROTOCOL.md §8.5): derived from the relay's own key, which vouches for it. */
import type { Primitives } from "../platform/primitives.ts"
import type { LogSigner } from "./checkpoint.ts"
import { derive } from "./kdf.ts"
import { Secret } from "./secret.ts"
import { sign } from "./signature.ts"
import { ed25519KeyPair, ED25519_SEED_BYTES, ed25519Sign } from "./sodium.ts"

const NO_CONTEXT = new Uint8Array(0)

/** @param relaySeed 32 bytes: the seed of the relay's TLS key. The caller keeps it. */
export function createLogSigner(primitives: Pick<Primitives, "hkdf">, relaySeed: Uint8Array): LogSigner {
  const relay = ed25519KeyPair(relaySeed)
  const log = ed25519KeyPair(derive(primitives, relaySeed, "log key", NO_CONTEXT, ED25519_SEED_BYTES))
  const relaySecret = new Secret(relay.secret)
  const endorsement = sign(relaySecret, "log key", log.public)
  relaySecret.wipe()
  return {
    relayPublic: relay.public,
    logPublic: log.public,
    endorsement,
    sign: (message) => ed25519Sign(log.secret, message),
  }
}
