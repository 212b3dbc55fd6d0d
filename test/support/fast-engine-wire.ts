/**
 * What the stand-in's messages look like. Each begins with its kind, and one value has one encoding:
 *
 *     message    1 suite groupId u64 epoch aad │ u32 leaf u32 generation plain tag
 *     member     2 suite groupId u64 epoch     │ u32 leaf content tag     content = change signature confirmation
 *     external   3 suite groupId u64 epoch     │ change signature confirmation
 *     welcome    4 suite { ref wrapped } info tag
 *     info       5 suite groupId u64 epoch parameters transcript tree externalKey confirmation u32 signer signature
 *     package    6 suite notBefore notAfter leaf initKey signature
 *     state      7 (at rest only)
 *
 * As with MLS, what fails left of the bar is void and right of it uncertain. Plain text is not hidden here: the entry's
 * own seal is the real one and hides it.
 */
import { ByteReader, ByteWriter, BytesError, concat, u8 } from "../../src/bytes.ts"
import { DEVICE_ID_BYTES } from "../../src/crypto/identity.ts"
import { accountOf } from "../../src/crypto/mls-roster.ts"
import type { RoomParameters, SuiteName } from "../../src/crypto/mls-engine.ts"
import { decodeParameters, encodeParameters, PARAMETERS_EXTENSION } from "../../src/crypto/mls-parameters.ts"
import { MAX_MEMBERS } from "../../src/crypto/mls-profile.ts"
import { ED25519_PUBLIC_BYTES, ED25519_SIGNATURE_BYTES, X25519_BYTES } from "../../src/crypto/sodium.ts"
import {
  type Leaf,
  type PublicState,
  SECRET_BYTES,
  TAG_BYTES,
  type Tree,
  treeOf,
} from "./fast-engine-state.ts"

const KINDS = { message: 1, member: 2, external: 3, welcome: 4, info: 5, package: 6, state: 7 } as const
export type Kind = keyof typeof KINDS
const SUITES: readonly SuiteName[] = ["xwing", "classic"]
const MAX_BYTES = 1_000_000
const MAX_PARAMETER_BYTES = 10_000
/** A wrapped secret: salt, masked secret, tag. */
export const WRAPPED_BYTES = TAG_BYTES + SECRET_BYTES + TAG_BYTES

export interface PackageContent {
  suite: SuiteName
  /** Unix seconds. */
  notBefore: number
  notAfter: number
  leaf: Leaf
  initKey: Uint8Array
}

/** What a commit wants: all of it is signed. */
export interface Change {
  added: readonly Uint8Array[]
  removed: readonly number[]
  /** What the room's parameters become; undefined: what they are. */
  parameters: RoomParameters | undefined
  /** The committer's leaf, renewed or new. */
  leaf: Leaf
  /** Of an external commit: the secret that stands in for `init`, wrapped for the members. */
  externalInit: Uint8Array | undefined
  /** The commit secret, wrapped for each leaf that was there and stays. */
  path: readonly { leaf: number; wrapped: Uint8Array }[]
}

export interface Place {
  suite: SuiteName
  groupId: Uint8Array
  epoch: number
}

/** Undefined for anything but exactly one value. */
export function decode<T>(bytes: Uint8Array, read: (from: ByteReader) => T): T | undefined {
  try {
    const from = new ByteReader(bytes)
    const value = read(from)
    from.end()
    return value
  } catch (error) {
    if (error instanceof BytesError) return undefined
    throw error
  }
}

export function start(kind: Kind, suite: SuiteName): ByteWriter {
  return new ByteWriter().u8(KINDS[kind]).u8(SUITES.indexOf(suite))
}

export function begun(from: ByteReader, kind: Kind): SuiteName {
  if (from.u8() !== KINDS[kind]) throw new BytesError("bad-value", `not a ${kind}`)
  const suite = SUITES[from.u8()]
  if (suite === undefined) throw new BytesError("bad-value", "an unknown suite")
  return suite
}

export function kindOf(bytes: Uint8Array): Kind | undefined {
  return (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind] === bytes[0])
}

export function startPlaced(kind: "message" | "member" | "external", place: Place): ByteWriter {
  return start(kind, place.suite).sized(place.groupId).u64(place.epoch)
}

export function placed(from: ByteReader, kind: "message" | "member" | "external"): Place {
  return { suite: begun(from, kind), groupId: from.sized(255).slice(), epoch: from.u64() }
}

export function leafOf(parts: Omit<Leaf, "bytes">): Leaf {
  const { identity, certificate, stemKey, leafKey, binding, pathKey } = parts
  const { accountEd, accountX, deviceId, former } = identity
  const before = former ? [former.accountEd, former.accountX, former.handover] : []
  const stem = [accountEd, accountX, deviceId, ...before, certificate, stemKey]
  return { ...parts, bytes: concat(u8(former ? 2 : 1), ...stem, leafKey, binding, pathKey) }
}

export function readLeaf(from: ByteReader): Leaf {
  const leaf = readPlace(from)
  if (leaf === undefined) throw new BytesError("bad-value", "not a leaf")
  return leaf
}

/** A leaf or a blank. Copies: leaves live as long as the group. */
function readPlace(from: ByteReader): Leaf | undefined {
  const isLeaf = from.u8()
  if (isLeaf > 2) throw new BytesError("bad-value", "neither a leaf nor a blank")
  if (isLeaf === 0) return undefined
  const part = (length: number) => from.raw(length).slice()
  const accountEd = part(ED25519_PUBLIC_BYTES)
  const accountX = part(X25519_BYTES)
  const deviceId = part(DEVICE_ID_BYTES)
  const former = isLeaf === 2 && {
    accountEd: part(ED25519_PUBLIC_BYTES),
    accountX: part(X25519_BYTES),
    handover: part(ED25519_SIGNATURE_BYTES),
  }
  const certificate = part(ED25519_SIGNATURE_BYTES)
  const identity = { accountEd, accountX, deviceId, ...(former && { former }) }
  const keys = {
    stemKey: part(SECRET_BYTES),
    leafKey: part(SECRET_BYTES),
    binding: part(SECRET_BYTES),
    pathKey: part(SECRET_BYTES),
  }
  return leafOf({ identity, accountId: accountOf(identity), certificate, ...keys })
}

export function writePackage({ suite, notBefore, notAfter, leaf, initKey }: PackageContent): Uint8Array {
  return start("package", suite).u64(notBefore).u64(notAfter).raw(leaf.bytes).raw(initKey).done()
}

export function readPackage(from: ByteReader): PackageContent & { signature: Uint8Array } {
  const suite = begun(from, "package")
  const [notBefore, notAfter] = [from.u64(), from.u64()]
  const leaf = readLeaf(from)
  return {
    suite,
    notBefore,
    notAfter,
    leaf,
    initKey: from.raw(SECRET_BYTES).slice(),
    signature: from.raw(SECRET_BYTES),
  }
}

export function writeChange({ added, removed, parameters, leaf, externalInit, path }: Change): Uint8Array {
  const into = new ByteWriter().u32(added.length)
  for (const each of added) into.sized(each)
  into.u32(removed.length)
  for (const each of removed) into.u32(each)
  if (parameters === undefined) into.u32(0)
  else writeParameters(into, parameters)
  into
    .raw(leaf.bytes)
    .sized(externalInit ?? new Uint8Array(0))
    .u32(path.length)
  for (const each of path) into.u32(each.leaf).raw(each.wrapped)
  return into.done()
}

export function readChange(from: ByteReader): Change {
  const added = list(from, () => from.sized(MAX_BYTES))
  const removed = list(from, () => from.u32())
  const changed = from.sized(MAX_PARAMETER_BYTES).slice()
  const parameters = changed.length === 0 ? undefined : parametersIn(changed)
  const leaf = readLeaf(from)
  const init = from.sized(WRAPPED_BYTES)
  const path = list(from, () => ({ leaf: from.u32(), wrapped: from.raw(WRAPPED_BYTES) }))
  if (init.length !== 0 && init.length !== WRAPPED_BYTES)
    throw new BytesError("bad-value", "not a wrapped key")
  return { added, removed, parameters, leaf, externalInit: init.length === 0 ? undefined : init, path }
}

export interface InfoContent extends PublicState {
  externalKey: Uint8Array
  confirmation: Uint8Array
  signer: number
}

export function writeInfo(info: InfoContent): Uint8Array {
  const { suite, groupId, epoch, parameters, transcript, tree, externalKey, confirmation, signer } = info
  const into = start("info", suite).sized(groupId).u64(epoch)
  writeParameters(into, parameters)
  into.raw(transcript)
  writeTree(into, tree)
  return into.raw(externalKey).raw(confirmation).u32(signer).done()
}

export function readInfo(from: ByteReader): InfoContent & { signature: Uint8Array } {
  const suite = begun(from, "info")
  const groupId = from.sized(255).slice()
  const epoch = from.u64()
  const parameters = readParameters(from)
  const transcript = from.raw(SECRET_BYTES).slice()
  const tree = readTree(from)
  const externalKey = from.raw(SECRET_BYTES).slice()
  const confirmation = from.raw(SECRET_BYTES).slice()
  const signer = from.u32()
  const signature = from.raw(SECRET_BYTES)
  return {
    suite,
    groupId,
    epoch,
    parameters,
    transcript,
    tree,
    externalKey,
    confirmation,
    signer,
    signature,
  }
}

export interface WelcomeContent {
  suite: SuiteName
  secrets: readonly { ref: Uint8Array; wrapped: Uint8Array }[]
  info: Uint8Array
  tag: Uint8Array
}

export function writeWelcome({ suite, secrets, info, tag }: WelcomeContent): Uint8Array {
  const into = start("welcome", suite).u32(secrets.length)
  for (const { ref, wrapped } of secrets) into.raw(ref).raw(wrapped)
  return into.sized(info).raw(tag).done()
}

export function readWelcome(from: ByteReader): WelcomeContent {
  const suite = begun(from, "welcome")
  const secrets = list(from, () => ({
    ref: from.raw(SECRET_BYTES).slice(),
    wrapped: from.raw(WRAPPED_BYTES),
  }))
  return { suite, secrets, info: from.sized(MAX_BYTES), tag: from.raw(TAG_BYTES) }
}

export function writeParameters(into: ByteWriter, parameters: RoomParameters): ByteWriter {
  return into.sized(encodeParameters(parameters)[0]!.extensionData)
}

export function readParameters(from: ByteReader): RoomParameters {
  return parametersIn(from.sized(MAX_PARAMETER_BYTES).slice())
}

function parametersIn(extensionData: Uint8Array): RoomParameters {
  const parameters = decodeParameters([{ extensionType: PARAMETERS_EXTENSION, extensionData }])
  if (parameters === undefined) throw new BytesError("bad-value", "not room parameters")
  return parameters
}

export function writeTree(into: ByteWriter, tree: Tree): ByteWriter {
  into.u32(tree.leaves.length)
  for (const leaf of tree.leaves) {
    if (leaf === undefined) into.u8(0)
    else into.raw(leaf.bytes)
  }
  return into
}

export function readTree(from: ByteReader): Tree {
  return treeOf(list(from, () => readPlace(from)))
}

function list<T>(from: ByteReader, read: () => T): T[] {
  const count = from.u32()
  if (count > MAX_MEMBERS) throw new BytesError("too-long", `a list of ${count}`)
  return Array.from({ length: count }, read)
}
