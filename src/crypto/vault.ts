/**
 * A passphrase around the 32-byte data key of the store (PROTOCOL.md §15):
 *
 *     vault = version u8 ‖ memory KiB u32 ‖ passes u32 ‖ lanes u8 ‖ salt 16 ‖ nonce 24 ‖ XChaCha20-Poly1305(K, nonce, data key)
 *     K     = argon2id(NFKC(passphrase), salt, limits)        aad = "secure-chat/v1 vault" ‖ version … lanes ‖ profile id
 *
 * The limits travel with the vault, so old ones stay readable. They are checked before a byte of memory is taken and
 * are authenticated: neither a weakened vault nor one that would eat the machine is ever tried.
 */
import { ByteReader, ByteWriter, BytesError, concat, utf8 } from "../bytes.ts"
import type { Argon2idLimits, Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { Secret } from "./secret.ts"
import { wipe, XCHACHA_NONCE_BYTES, XCHACHA_TAG_BYTES, xchachaOpen, xchachaSeal } from "./sodium.ts"

export const DATA_KEY_BYTES = 32
/** About a second on a laptop. */
export const DEFAULT_LIMITS: Argon2idLimits = { memoryKiB: 262_144, passes: 3, lanes: 1 }
/** Below this a stolen disk is too cheap to guess at. */
export const LOWEST_LIMITS: Argon2idLimits = { memoryKiB: 65_536, passes: 3, lanes: 1 }
/** Above this opening could stop the machine. */
export const HIGHEST_LIMITS: Argon2idLimits = { memoryKiB: 2_097_152, passes: 16, lanes: 4 }

const VERSION = 1
const SALT_BYTES = 16
const SEALED_BYTES = DATA_KEY_BYTES + XCHACHA_TAG_BYTES
const AAD = utf8("secure-chat/v1 vault")

/**
 * @param dataKey 32 bytes.
 * @param passphrase NFKC-normalised here, so the same words typed on two keyboards give one key.
 * @param profileId names the profile that the vault belongs to; bound, not stored.
 */
export function wrapDataKey(
  primitives: Pick<Primitives, "argon2id">,
  random: Random,
  dataKey: Secret,
  passphrase: string,
  profileId: Uint8Array,
  limits: Argon2idLimits = DEFAULT_LIMITS,
): Uint8Array {
  if (dataKey.expose().length !== DATA_KEY_BYTES)
    throw new CryptoError("bad-key", "a data key of the wrong length")
  if (!acceptable(limits)) throw new CryptoError("bad-vault", "limits outside what a vault may have")
  const header = new ByteWriter().u8(VERSION).u32(limits.memoryKiB).u32(limits.passes).u8(limits.lanes).done()
  const salt = random.bytes(SALT_BYTES)
  const nonce = random.bytes(XCHACHA_NONCE_BYTES)
  const key = passphraseKey(primitives, passphrase, salt, limits)
  const sealed = xchachaSeal(key, nonce, concat(AAD, header, profileId), dataKey.expose())
  wipe(key)
  return concat(header, salt, nonce, sealed)
}

/** @throws CryptoError `bad-vault` before any work for a header out of bounds, `bad-passphrase` when it does not open. */
export function unwrapDataKey(
  primitives: Pick<Primitives, "argon2id">,
  vault: Uint8Array,
  passphrase: string,
  profileId: Uint8Array,
): Secret {
  const { header, limits, salt, nonce, sealed } = parse(vault)
  const key = passphraseKey(primitives, passphrase, salt, limits)
  const dataKey = xchachaOpen(key, nonce, concat(AAD, header, profileId), sealed)
  wipe(key)
  if (dataKey === undefined)
    throw new CryptoError("bad-passphrase", "the vault does not open with this passphrase")
  return new Secret(dataKey)
}

function parse(vault: Uint8Array) {
  try {
    const from = new ByteReader(vault)
    if (from.u8() !== VERSION) throw new CryptoError("bad-vault", "a vault of another version")
    const limits = { memoryKiB: from.u32(), passes: from.u32(), lanes: from.u8() }
    const header = vault.subarray(0, vault.length - from.left)
    const fields = {
      header,
      limits,
      salt: from.raw(SALT_BYTES),
      nonce: from.raw(XCHACHA_NONCE_BYTES),
      sealed: from.raw(SEALED_BYTES),
    }
    from.end()
    if (!acceptable(limits)) throw new CryptoError("bad-vault", "limits outside what a vault may have")
    return fields
  } catch (cause) {
    if (cause instanceof BytesError) throw new CryptoError("bad-vault", "a damaged vault", { cause })
    throw cause
  }
}

function acceptable(limits: Argon2idLimits): boolean {
  return (["memoryKiB", "passes", "lanes"] as const).every(
    (name) => limits[name] >= LOWEST_LIMITS[name] && limits[name] <= HIGHEST_LIMITS[name],
  )
}

function passphraseKey(
  primitives: Pick<Primitives, "argon2id">,
  passphrase: string,
  salt: Uint8Array,
  limits: Argon2idLimits,
): Uint8Array {
  const bytes = utf8(passphrase.normalize("NFKC"))
  const key = primitives.argon2id(bytes, salt, limits, 32)
  wipe(bytes)
  return key
}
