/**
 * Account and device keys: create, certify, store (PROTOCOL.md §1, §8).
 *
 * The account is who a person is; everything else is certified by it. `accountId` is the only identity in any
 * binding, never a name. At rest a key is its seed: a public half that does not belong to it cannot be stored,
 * which would otherwise make Ed25519 sign two messages with one nonce.
 */
import { ByteReader, ByteWriter, BytesError, concat, u64 } from "../bytes.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { labelledHash } from "./hash.ts"
import type { Handover, LeafSigner } from "./mls-engine.ts"
import { Secret } from "./secret.ts"
import { sign, verify } from "./signature.ts"
import {
  ED25519_PUBLIC_BYTES,
  ED25519_SEED_BYTES,
  ed25519KeyPair,
  X25519_BYTES,
  x25519,
  x25519Public,
  XWING_ENCAPSULATION_SEED_BYTES,
  XWING_PUBLIC_BYTES,
  XWING_SECRET_BYTES,
  xwingEncapsulate,
  xwingKeyPair,
} from "./sodium.ts"

export const DEVICE_ID_BYTES = 16

export interface KeyHalves {
  public: Uint8Array
  secret: Secret
}

export interface AccountKeys {
  /** H("account", ed ‖ x): 32 bytes. */
  accountId: Uint8Array
  /** Ed25519; the secret has libsodium's 64 bytes. */
  ed: KeyHalves
  /** X25519. */
  x: KeyHalves
  /** X-Wing; the secret is its 32-byte seed. */
  kem: KeyHalves
}

export interface DeviceKeys {
  /** 16 random bytes. */
  deviceId: Uint8Array
  /** Ed25519; authenticates to the relay and does nothing else. */
  auth: KeyHalves
}

const VERSION = 1
const KNOWN_X_SECRET = new Uint8Array(X25519_BYTES).fill(1)
const KNOWN_KEM_SEED = new Uint8Array(XWING_ENCAPSULATION_SEED_BYTES).fill(1)

/** @param ed, x public keys, 32 bytes each. */
export function accountIdOf(ed: Uint8Array, x: Uint8Array): Uint8Array {
  if (ed.length !== ED25519_PUBLIC_BYTES || x.length !== X25519_BYTES) {
    throw new CryptoError("bad-key", "an account key of the wrong length")
  }
  return labelledHash("account", ed, x)
}

export function createAccount(random: Random): AccountKeys {
  return accountFrom(
    random.bytes(ED25519_SEED_BYTES),
    random.bytes(X25519_BYTES),
    random.bytes(XWING_SECRET_BYTES),
  )
}

/** Secret bytes, for the encrypted store only. The caller wipes them. */
export function encodeAccount(account: AccountKeys): Uint8Array {
  return new ByteWriter()
    .u8(VERSION)
    .raw(seedOf(account.ed))
    .raw(account.x.secret.expose())
    .raw(account.kem.secret.expose())
    .done()
}

/** Copies what it keeps. @throws CryptoError `bad-key`. */
export function decodeAccount(bytes: Uint8Array): AccountKeys {
  return stored(bytes, "account", (from) =>
    accountFrom(
      from.raw(ED25519_SEED_BYTES).slice(),
      from.raw(X25519_BYTES).slice(),
      from.raw(XWING_SECRET_BYTES).slice(),
    ),
  )
}

export function createDevice(random: Random): DeviceKeys {
  return {
    deviceId: random.bytes(DEVICE_ID_BYTES),
    auth: halves(ed25519KeyPair(random.bytes(ED25519_SEED_BYTES))),
  }
}

/** Secret bytes, for the encrypted store only. The caller wipes them. */
export function encodeDevice(device: DeviceKeys): Uint8Array {
  return new ByteWriter().u8(VERSION).raw(device.deviceId).raw(seedOf(device.auth)).done()
}

/** Copies what it keeps. @throws CryptoError `bad-key`. */
export function decodeDevice(bytes: Uint8Array): DeviceKeys {
  return stored(bytes, "device", (from) => ({
    deviceId: from.raw(DEVICE_ID_BYTES).slice(),
    auth: halves(ed25519KeyPair(from.raw(ED25519_SEED_BYTES).slice())),
  }))
}

/** `Sign(account, "device", accountId ‖ deviceId ‖ authPublic ‖ u64 notAfter)`. @param notAfter Unix milliseconds. */
export function certifyDevice(
  account: AccountKeys,
  deviceId: Uint8Array,
  authPublic: Uint8Array,
  notAfter: number,
): Uint8Array {
  return sign(account.ed.secret, "device", deviceStatement(account.accountId, deviceId, authPublic, notAfter))
}

/** Says nothing about the time: the caller compares `notAfter` with its clock. */
export function verifyDeviceCertificate(
  accountEd: Uint8Array,
  accountId: Uint8Array,
  deviceId: Uint8Array,
  authPublic: Uint8Array,
  notAfter: number,
  certificate: Uint8Array,
): boolean {
  return verify(accountEd, "device", deviceStatement(accountId, deviceId, authPublic, notAfter), certificate)
}

/** Says that another account takes this one's place (PROTOCOL.md §8.1). */
export function handOver({ ed, x }: AccountKeys, to: Uint8Array): Handover {
  return { accountEd: ed.public, accountX: x.public, handover: sign(ed.secret, "rotate", to) }
}

/** Certifies new leaf keys of this device, one per leaf. @param former the account before this one. */
export function leafSigner(account: AccountKeys, deviceId: Uint8Array, former?: Handover): LeafSigner {
  const identity = { accountEd: account.ed.public, accountX: account.x.public, deviceId }
  return {
    identity: former ? { ...identity, former } : identity,
    certify: (leafPublic) =>
      sign(account.ed.secret, "leaf", leafStatement(account.accountId, deviceId, leafPublic)),
  }
}

/** What a leaf certificate covers: accountId ‖ deviceId ‖ leaf public key. */
export function leafStatement(
  accountId: Uint8Array,
  deviceId: Uint8Array,
  leafPublic: Uint8Array,
): Uint8Array {
  return concat(accountId, deviceId, leafPublic)
}

/** Answers the relay's greeting. @param transcript the bytes of PROTOCOL.md §3. */
export function signHello(device: DeviceKeys, transcript: Uint8Array): Uint8Array {
  return sign(device.auth.secret, "hello", transcript)
}

/**
 * Refuses public keys that nobody may register: wrong lengths, an X25519 key that agrees on zero with everybody,
 * an X-Wing key that cannot be sealed to.
 * @throws CryptoError `bad-key`.
 */
export function checkAccountKeys(ed: Uint8Array, x: Uint8Array, kem: Uint8Array): void {
  if (ed.length !== ED25519_PUBLIC_BYTES)
    throw new CryptoError("bad-key", "an Ed25519 key of the wrong length")
  if (kem.length !== XWING_PUBLIC_BYTES) throw new CryptoError("bad-key", "an X-Wing key of the wrong length")
  x25519(KNOWN_X_SECRET, x)
  xwingEncapsulate(kem, KNOWN_KEM_SEED)
}

function accountFrom(edSeed: Uint8Array, xSecret: Uint8Array, kemSeed: Uint8Array): AccountKeys {
  const ed = halves(ed25519KeyPair(edSeed))
  const x = halves({ public: x25519Public(xSecret), secret: xSecret })
  const kem = halves(xwingKeyPair(kemSeed))
  return { accountId: accountIdOf(ed.public, x.public), ed, x, kem }
}

function halves(pair: { public: Uint8Array; secret: Uint8Array }): KeyHalves {
  return { public: pair.public, secret: new Secret(pair.secret) }
}

/** The first half of libsodium's secret. A view. */
function seedOf(key: KeyHalves): Uint8Array {
  return key.secret.expose().subarray(0, ED25519_SEED_BYTES)
}

function deviceStatement(
  accountId: Uint8Array,
  deviceId: Uint8Array,
  authPublic: Uint8Array,
  notAfter: number,
): Uint8Array {
  return concat(accountId, deviceId, authPublic, u64(notAfter))
}

function stored<T>(bytes: Uint8Array, what: string, read: (from: ByteReader) => T): T {
  try {
    const from = new ByteReader(bytes)
    if (from.u8() !== VERSION) throw new CryptoError("bad-key", `a stored ${what} of another version`)
    const value = read(from)
    from.end()
    return value
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new CryptoError("bad-key", `a stored ${what} that cannot be read`, { cause })
    throw cause
  }
}
