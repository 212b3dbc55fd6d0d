/**
 * Key packages: made by a device, published, taken once by whoever adds it (PROTOCOL.md §10.7, §10.8).
 * Lifetimes are judged only here and by who fetches; on receipt nobody looks at them.
 */
import {
  makeKeyPackageRef,
  generateKeyPackageWithKey,
  type KeyPackage,
  type PrivateKeyPackage,
  verifyKeyPackage,
} from "ts-mls/keyPackage.js"
import { verifyLeafNodeSignatureKeyPackage } from "ts-mls/leafNode.js"
import { ByteReader, ByteWriter, BytesError, equalBytes } from "../bytes.ts"
import { CryptoError } from "./errors.ts"
import { labelledHash } from "./hash.ts"
import type { LeafSigner, OwnKeyPackage, SuiteName } from "./mls-engine.ts"
import { capabilitiesOf, type EngineContext, isUsableKey, suiteNamed } from "./mls-profile.ts"
import { encodeCredential, type Owner } from "./mls-roster.ts"
import { judgeNewNodes } from "./mls-tree.ts"
import { decodeMlsAs, encodeMls } from "./mls-wire.ts"

const VERSION = 1
const MAX_KEY_BYTES = 64
const SECOND_MS = 1_000

/** What inspection tells of somebody's package. */
export interface InspectedPackage {
  keyPackage: KeyPackage
  owner: Owner
  suite: SuiteName
  /** Unix milliseconds. */
  notAfter: number
  /** 32 bytes. */
  reference: Uint8Array
}

/** The library's package with fresh keys, the leaf key certified by the account. */
export async function generateLeaf(
  context: EngineContext,
  suite: SuiteName,
  signer: LeafSigner,
  lifetime: { notBefore: bigint; notAfter: bigint },
): Promise<{ publicPackage: KeyPackage; privatePackage: PrivateKeyPackage }> {
  const cs = context.suites[suite]
  const leafKeys = await cs.signature.keygen()
  const credential = encodeCredential(signer.identity, signer.certify(leafKeys.publicKey))
  const generated = await generateKeyPackageWithKey(
    credential,
    capabilitiesOf(suite),
    lifetime,
    [],
    leafKeys,
    cs,
  )
  if (!context.roster.isCertified(credential, leafKeys.publicKey)) {
    throw new CryptoError("bad-signature", "a signer that does not certify its own leaves")
  }
  return generated
}

/** @param notBefore, notAfter Unix milliseconds; kept in whole seconds. */
export async function createKeyPackage(
  context: EngineContext,
  suite: SuiteName,
  signer: LeafSigner,
  notBefore: number,
  notAfter: number,
): Promise<OwnKeyPackage> {
  const lifetime = { notBefore: seconds(notBefore), notAfter: seconds(notAfter) }
  const { publicPackage, privatePackage } = await generateLeaf(context, suite, signer, lifetime)
  return {
    public: encodeMls({ wireformat: "mls_key_package", keyPackage: publicPackage }),
    private: encodePrivate(privatePackage),
    reference: await referenceOf(context, suite, publicPackage),
  }
}

/** Everything that can be said of a package without a group and a clock. @throws CryptoError `bad-package`. */
export async function inspectKeyPackage(
  context: EngineContext,
  bytes: Uint8Array,
): Promise<InspectedPackage> {
  const keyPackage = decodeMlsAs("mls_key_package", bytes)?.keyPackage
  if (keyPackage === undefined) throw new CryptoError("bad-package", "not a key package")
  const { leafNode } = keyPackage
  const suite = suiteNamed(keyPackage.cipherSuite)
  const owner = context.roster.owner(leafNode.credential)
  const refuse = (why: string): never => {
    throw new CryptoError("bad-package", why)
  }
  if (suite === undefined) return refuse("a package of another suite")
  if (owner === undefined || !context.roster.isCertified(leafNode.credential, leafNode.signaturePublicKey)) {
    return refuse("a package whose leaf key is not certified")
  }
  const odd = judgeNewNodes(suite, [], [{ nodeType: "leaf", leaf: leafNode }])
  if (odd !== undefined) return refuse(odd)
  if (keyPackage.extensions.length > 0) return refuse("a package with extensions")
  if (!isUsableKey(suite, keyPackage.initKey) || equalBytes(keyPackage.initKey, leafNode.hpkePublicKey)) {
    return refuse("a package with an unusable key")
  }
  const { signature } = context.suites[suite]
  if (
    !(await verifyKeyPackage(keyPackage, signature)) ||
    !(await verifyLeafNodeSignatureKeyPackage(leafNode, signature))
  ) {
    return refuse("a package that its leaf key did not sign")
  }
  const reference = await referenceOf(context, suite, keyPackage)
  return { keyPackage, owner, suite, notAfter: Number(leafNode.lifetime.notAfter) * SECOND_MS, reference }
}

/** The package and its keys, as its owner kept them. @throws CryptoError `bad-package`. */
export function ownPackage(own: Pick<OwnKeyPackage, "public" | "private">): {
  publicPackage: KeyPackage
  privatePackage: PrivateKeyPackage
} {
  const publicPackage = decodeMlsAs("mls_key_package", own.public)?.keyPackage
  if (publicPackage === undefined)
    throw new CryptoError("bad-package", "an own key package that cannot be read")
  return { publicPackage, privatePackage: decodePrivate(own.private) }
}

/**
 * `H("package", KeyPackageRef)`: 32 bytes whatever the suite, and computable from a Welcome,
 * which names the packages that it is for by their KeyPackageRef (RFC 9420 §5.2).
 */
export function hashedReference(keyPackageRef: Uint8Array): Uint8Array {
  return labelledHash("package", keyPackageRef)
}

async function referenceOf(
  context: EngineContext,
  suite: SuiteName,
  keyPackage: KeyPackage,
): Promise<Uint8Array> {
  return hashedReference(await makeKeyPackageRef(keyPackage, context.suites[suite].hash))
}

function encodePrivate({
  initPrivateKey,
  hpkePrivateKey,
  signaturePrivateKey,
}: PrivateKeyPackage): Uint8Array {
  return new ByteWriter()
    .u8(VERSION)
    .sized(initPrivateKey)
    .sized(hpkePrivateKey)
    .sized(signaturePrivateKey)
    .done()
}

/** Copies what it keeps. */
function decodePrivate(bytes: Uint8Array): PrivateKeyPackage {
  try {
    const from = new ByteReader(bytes)
    if (from.u8() !== VERSION) throw new CryptoError("bad-package", "own package keys of another version")
    const key = () => from.sized(MAX_KEY_BYTES).slice()
    const keys = { initPrivateKey: key(), hpkePrivateKey: key(), signaturePrivateKey: key() }
    from.end()
    return keys
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new CryptoError("bad-package", "own package keys that cannot be read", { cause })
    throw cause
  }
}

function seconds(milliseconds: number): bigint {
  return BigInt(Math.floor(milliseconds / SECOND_MS))
}
