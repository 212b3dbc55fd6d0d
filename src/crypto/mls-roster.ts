/**
 * Who is in a group (PROTOCOL.md §10.2): reads and verifies what each leaf says of its owner.
 *
 *     credential = v u8 ‖ accountEd 32 ‖ accountX 32 ‖ deviceId 16 ‖ certificate 64 ‖ of version 2: former
 *     former     = accountEd 32 ‖ accountX 32 ‖ handover 64        the account that this one has taken the place of
 *
 * A leaf is accepted iff its credential parses, the certificate verifies for the leaf's signature key and the handover,
 * if there is one, for the account. No directory, clock or trust mark takes part. Answers are remembered per object, since states share the leaves that did not change.
 */
import type { AuthenticationService } from "ts-mls/authenticationService.js"
import type { Credential } from "ts-mls/credential.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import type { RatchetTree } from "ts-mls/ratchetTree.js"
import { ByteReader, concat, equalBytes, u8 } from "../bytes.ts"
import { accountIdOf, DEVICE_ID_BYTES, leafStatement } from "./identity.ts"
import type { LeafIdentity, Member } from "./mls-engine.ts"
import { verify } from "./signature.ts"
import { ED25519_PUBLIC_BYTES, ED25519_SIGNATURE_BYTES, X25519_BYTES } from "./sodium.ts"

const PLAIN = 1
const WITH_FORMER = 2
const PLAIN_BYTES = 1 + ED25519_PUBLIC_BYTES + X25519_BYTES + DEVICE_ID_BYTES + ED25519_SIGNATURE_BYTES
const FORMER_BYTES = ED25519_PUBLIC_BYTES + X25519_BYTES + ED25519_SIGNATURE_BYTES

/** A leaf's owner, as read from its credential. */
export type Owner = LeafIdentity & { accountId: Uint8Array; succeeds?: Uint8Array }

type Read = (Owner & { certificate: Uint8Array }) | undefined

export function encodeCredential(identity: LeafIdentity, certificate: Uint8Array): Credential {
  const { accountEd, accountX, deviceId, former } = identity
  const plain = concat(u8(former ? WITH_FORMER : PLAIN), accountEd, accountX, deviceId, certificate)
  const bytes = former ? concat(plain, former.accountEd, former.accountX, former.handover) : plain
  if (bytes.length !== PLAIN_BYTES + (former ? FORMER_BYTES : 0))
    throw new RangeError(`a credential of ${bytes.length} bytes`)
  return { credentialType: "basic", identity: bytes }
}

export class Roster {
  readonly #read = new WeakMap<Credential, { value: Read }>()
  readonly #verified = new WeakMap<Credential, { key: Uint8Array; valid: boolean }>()
  readonly #members = new WeakMap<RatchetTree, readonly Member[]>()

  /** Undefined when the credential does not parse. Verifies nothing. */
  owner(credential: Credential): Owner | undefined {
    return this.#parse(credential)
  }

  /** Whether the account certified this signature key for this device. */
  isCertified(credential: Credential, signatureKey: Uint8Array): boolean {
    const known = this.#verified.get(credential)
    if (known !== undefined && equalBytes(known.key, signatureKey)) return known.valid
    const read = this.#parse(credential)
    const valid =
      read !== undefined &&
      signatureKey.length === ED25519_PUBLIC_BYTES &&
      isHandedOver(read, read.accountId) &&
      verify(
        read.accountEd,
        "leaf",
        leafStatement(read.accountId, read.deviceId, signatureKey),
        read.certificate,
      )
    this.#verified.set(credential, { key: signatureKey, valid })
    return valid
  }

  /** For the library, which asks about each credential that enters a group. */
  get authService(): AuthenticationService {
    return {
      validateCredential: async (credential, signatureKey) => this.isCertified(credential, signatureKey),
    }
  }

  /** Everybody in the tree, by leaf. Each was verified when it came in. */
  members(tree: RatchetTree): readonly Member[] {
    const known = this.#members.get(tree)
    if (known !== undefined) return known
    const members: Member[] = []
    for (let node = 0; node < tree.length; node += 2) {
      const entry = tree[node]
      if (entry?.nodeType === "leaf") members.push(this.member(entry.leaf, node / 2))
    }
    this.#members.set(tree, members)
    return members
  }

  member(leaf: LeafNode, index: number): Member {
    const owner = this.#parse(leaf.credential)
    if (owner === undefined) throw new RangeError("a leaf that nobody verified is in the group")
    const { accountEd, accountX, deviceId, accountId, former, succeeds } = owner
    const before = former && succeeds ? { former, succeeds } : {}
    return {
      leaf: index,
      accountId,
      accountEd,
      accountX,
      deviceId,
      ...before,
      leafKey: leaf.signaturePublicKey,
    }
  }

  /** Whether the newcomer's device is the one that has this leaf, under this account or the one before. */
  isSuccessor(newcomer: LeafNode, present: LeafNode): boolean {
    const [one, other] = [this.#parse(newcomer.credential), this.#parse(present.credential)]
    return one !== undefined && other !== undefined && takesOver(other, one)
  }

  sameDevice(a: LeafNode, b: LeafNode): boolean {
    const [one, other] = [this.#parse(a.credential), this.#parse(b.credential)]
    return one !== undefined && other !== undefined && isSameDevice(one, other)
  }

  #parse(credential: Credential): Read {
    let known = this.#read.get(credential)
    if (known === undefined) {
      known = { value: parse(credential) }
      this.#read.set(credential, known)
    }
    return known.value
  }
}

export function accountOf({ accountEd, accountX }: Pick<LeafIdentity, "accountEd" | "accountX">): Uint8Array {
  return accountIdOf(accountEd, accountX)
}

export function isSameAccount(a: Pick<Owner, "accountId">, b: Pick<Owner, "accountId">): boolean {
  return equalBytes(a.accountId, b.accountId)
}

export function isSameDevice(
  a: Pick<Owner, "accountId" | "deviceId">,
  b: Pick<Owner, "accountId" | "deviceId">,
): boolean {
  return isSameAccount(a, b) && equalBytes(a.deviceId, b.deviceId)
}

/** Whether a newcomer's device is the one that has this leaf: of the same account, or of the one before it. */
export function takesOver(
  present: Pick<Owner, "accountId" | "deviceId">,
  newcomer: Pick<Owner, "accountId" | "deviceId" | "succeeds">,
): boolean {
  const { deviceId, succeeds } = newcomer
  return (
    isSameDevice(present, newcomer) ||
    (succeeds !== undefined && isSameDevice(present, { accountId: succeeds, deviceId }))
  )
}

/** The accounts that a leaf's owner speaks for: its own, and the one before. */
export function accountsOf({ accountId, succeeds }: Pick<Owner, "accountId" | "succeeds">): Uint8Array[] {
  return succeeds === undefined ? [accountId] : [accountId, succeeds]
}

/** The account that an identity says it has taken the place of, as a field of its owner. */
export function succession({ former }: Pick<LeafIdentity, "former">): Pick<Owner, "succeeds"> {
  return former === undefined ? {} : { succeeds: accountOf(former) }
}

/** Whether the account before, if one is named, has signed that this account takes its place. */
export function isHandedOver({ former }: Pick<LeafIdentity, "former">, accountId: Uint8Array): boolean {
  if (former === undefined) return true
  const isItself = equalBytes(accountOf(former), accountId)
  return !isItself && verify(former.accountEd, "rotate", accountId, former.handover)
}

function parse(credential: Credential): Read {
  if (credential.credentialType !== "basic") return undefined
  const bytes = "identity" in credential ? credential.identity : undefined
  const isPlain = bytes?.length === PLAIN_BYTES && bytes[0] === PLAIN
  const hasFormer = bytes?.length === PLAIN_BYTES + FORMER_BYTES && bytes[0] === WITH_FORMER
  if (bytes === undefined || !(isPlain || hasFormer)) return undefined
  const from = new ByteReader(bytes.subarray(1))
  const accountEd = from.raw(ED25519_PUBLIC_BYTES)
  const accountX = from.raw(X25519_BYTES)
  const deviceId = from.raw(DEVICE_ID_BYTES)
  const certificate = from.raw(ED25519_SIGNATURE_BYTES)
  const plain = { accountEd, accountX, deviceId, certificate, accountId: accountIdOf(accountEd, accountX) }
  if (isPlain) return plain
  const former = {
    accountEd: from.raw(ED25519_PUBLIC_BYTES),
    accountX: from.raw(X25519_BYTES),
    handover: from.raw(ED25519_SIGNATURE_BYTES),
  }
  return { ...plain, former, ...succession({ former }) }
}
