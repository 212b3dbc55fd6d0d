/**
 * The stand-in's keys. A public key is the hash of a secret, a signature is a hash that everybody can make, and a secret
 * is wrapped for whoever holds the key: enough to tell who may open what, and no protection against anybody who
 * reads this. Only the account's certificate of a leaf is a real signature, verified once for each leaf.
 */
import { concat, equalBytes, toHex } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { leafStatement } from "../../src/crypto/identity.ts"
import type { LeafSigner, OwnKeyPackage, SuiteName } from "../../src/crypto/mls-engine.ts"
import type { Plan } from "../../src/crypto/mls-policy.ts"
import { accountOf, isHandedOver, succession } from "../../src/crypto/mls-roster.ts"
import { verify } from "../../src/crypto/signature.ts"
import type { Random } from "../../src/platform/random.ts"
import { type Hash, type Leaf, SECRET_BYTES, TAG_BYTES, type Tree } from "./fast-engine-state.ts"
import {
  decode,
  type Change,
  leafOf,
  type PackageContent,
  readPackage,
  WRAPPED_BYTES,
  writePackage,
} from "./fast-engine-wire.ts"

/** Answers about certificates; several engines of one world may share them. */
export type Certificates = Map<string, boolean>

/** What an engine had certified for a signer: signing anew for each of two dozen packages would cost most of their time. */
interface Stem {
  accountId: Uint8Array
  stemKey: Uint8Array
  certificate: Uint8Array
}

/** What every part of the stand-in works with. */
export interface FastContext {
  hash: Hash
  random: Random
  certificates: Certificates
  stems: WeakMap<LeafSigner, Stem>
}

const SECOND_MS = 1_000
const PRIVATE_BYTES = 1 + 3 * SECRET_BYTES

export function isCertified(context: FastContext, leaf: Leaf): boolean {
  const { identity, accountId, stemKey, leafKey, binding, certificate } = leaf
  // Without the leaf's own keys: all leaves of one program have one certificate.
  const name = toHex(leaf.bytes.subarray(0, leaf.bytes.length - 3 * SECRET_BYTES))
  let valid = context.certificates.get(name)
  if (valid === undefined) {
    const stated = leafStatement(accountId, identity.deviceId, stemKey)
    valid = isHandedOver(identity, accountId) && verify(identity.accountEd, "leaf", stated, certificate)
    context.certificates.set(name, valid)
  }
  return valid && equalBytes(binding, signed(context.hash, stemKey, "leaf", leafKey))
}

/** Made with this context's own signer, so it need not be asked about. */
export function newLeaf(
  context: FastContext,
  signer: LeafSigner,
): { leaf: Leaf; leafSecret: Uint8Array; pathSecret: Uint8Array } {
  const { hash, random } = context
  const [leafSecret, pathSecret] = [random.bytes(SECRET_BYTES), random.bytes(SECRET_BYTES)]
  const leafKey = leafKeyOf(hash, leafSecret)
  const { identity } = signer
  const stem = stemOf(context, signer)
  const binding = signed(hash, stem.stemKey, "leaf", leafKey)
  const leaf = leafOf({ identity, ...stem, leafKey, binding, pathKey: hash("path key", pathSecret) })
  return { leaf, leafSecret, pathSecret }
}

/** The same leaf with a new path key. */
export function renewedLeaf(
  { hash, random }: FastContext,
  leaf: Leaf,
): { leaf: Leaf; pathSecret: Uint8Array } {
  const pathSecret = random.bytes(SECRET_BYTES)
  return { leaf: leafOf({ ...leaf, pathKey: hash("path key", pathSecret) }), pathSecret }
}

/** What others know of a leaf's secret; a wiped one gives a key that nobody knows. */
export function leafKeyOf(hash: Hash, leafSecret: Uint8Array): Uint8Array {
  return hash("leaf key", leafSecret)
}

export function signed(hash: Hash, leafKey: Uint8Array, what: string, content: Uint8Array): Uint8Array {
  return hash(`signature ${what}`, leafKey, content)
}

export function ownerOf(leaf: Leaf): Plan["added"][number] {
  return { ...leaf.identity, accountId: leaf.accountId, ...succession(leaf.identity) }
}

/** For the holder of the secret behind `publicKey`: salt, masked secret, tag. */
export function wrap({ hash, random }: FastContext, publicKey: Uint8Array, secret: Uint8Array): Uint8Array {
  const salt = random.bytes(TAG_BYTES)
  const mask = hash("mask", publicKey, salt)
  const tag = hash("wrapped", publicKey, salt, secret).subarray(0, TAG_BYTES)
  return concat(salt, masked(secret, mask), tag)
}

/** Undefined when it was not wrapped for this key. */
export function unwrap(hash: Hash, publicKey: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrapped.length !== WRAPPED_BYTES) return undefined
  const salt = wrapped.subarray(0, TAG_BYTES)
  const secret = masked(wrapped.subarray(TAG_BYTES, TAG_BYTES + SECRET_BYTES), hash("mask", publicKey, salt))
  const tag = hash("wrapped", publicKey, salt, secret).subarray(0, TAG_BYTES)
  return equalBytes(tag, wrapped.subarray(TAG_BYTES + SECRET_BYTES)) ? secret : undefined
}

/** The secret, wrapped for each leaf of the tree but these. */
export function pathFor(
  context: FastContext,
  tree: Tree,
  without: readonly number[],
  secret: Uint8Array,
): Change["path"] {
  return tree.leaves.flatMap((leaf, index) =>
    leaf === undefined || without.includes(index)
      ? []
      : [{ leaf: index, wrapped: wrap(context, leaf.pathKey, secret) }],
  )
}

export function createKeyPackage(
  context: FastContext,
  suite: SuiteName,
  signer: LeafSigner,
  notBefore: number,
  notAfter: number,
): OwnKeyPackage {
  const { hash, random } = context
  const { leaf, leafSecret, pathSecret } = newLeaf(context, signer)
  const initSecret = random.bytes(SECRET_BYTES)
  const content = writePackage({
    suite,
    notBefore: Math.floor(notBefore / SECOND_MS),
    notAfter: Math.floor(notAfter / SECOND_MS),
    leaf,
    initKey: hash("init key", initSecret),
  })
  const bytes = concat(content, signed(hash, leaf.leafKey, "package", content))
  const kept = concat(Uint8Array.of(1), leafSecret, pathSecret, initSecret)
  return { public: bytes, private: kept, reference: hashedReference(packageRef(hash, bytes)) }
}

/** @throws CryptoError `bad-package`. */
export function inspectKeyPackage(context: FastContext, bytes: Uint8Array) {
  const { hash } = context
  const found = decode(bytes, readPackage)
  if (found === undefined) throw new CryptoError("bad-package", "not a key package")
  const { leaf, suite, initKey, notAfter, signature } = found
  if (!isCertified(context, leaf)) throw new CryptoError("bad-package", "a leaf key that is not certified")
  const content = bytes.subarray(0, bytes.length - SECRET_BYTES)
  if (!equalBytes(signature, signed(hash, leaf.leafKey, "package", content)))
    throw new CryptoError("bad-package", "a package that its leaf key did not sign")
  if (equalBytes(initKey, leaf.pathKey)) throw new CryptoError("bad-package", "a key that serves twice")
  const ref = packageRef(hash, bytes)
  return { leaf, suite, initKey, ref, reference: hashedReference(ref), notAfter: notAfter * SECOND_MS }
}

/** @throws CryptoError `bad-package`. Copies what it keeps. */
export function ownPackage(
  hash: Hash,
  own: Pick<OwnKeyPackage, "public" | "private">,
): PackageContent & {
  ref: Uint8Array
  leafSecret: Uint8Array
  pathSecret: Uint8Array
  initSecret: Uint8Array
} {
  const content = decode(own.public, readPackage)
  if (content === undefined || own.private.length !== PRIVATE_BYTES || own.private[0] !== 1)
    throw new CryptoError("bad-package", "an own key package that cannot be read")
  const part = (n: number) => own.private.slice(1 + n * SECRET_BYTES, 1 + (n + 1) * SECRET_BYTES)
  return {
    ...content,
    ref: packageRef(hash, own.public),
    leafSecret: part(0),
    pathSecret: part(1),
    initSecret: part(2),
  }
}

export function hashedReference(ref: Uint8Array): Uint8Array {
  return labelledHash("package", ref)
}

function packageRef(hash: Hash, bytes: Uint8Array): Uint8Array {
  return hash("package", bytes)
}

function masked(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, i) => byte ^ mask[i]!)
}

function stemOf({ hash, random, stems }: FastContext, signer: LeafSigner): Stem {
  let stem = stems.get(signer)
  if (stem === undefined) {
    const stemKey = hash("stem key", random.bytes(SECRET_BYTES))
    stem = { accountId: accountOf(signer.identity), stemKey, certificate: signer.certify(stemKey) }
    stems.set(signer, stem)
  }
  return stem
}
