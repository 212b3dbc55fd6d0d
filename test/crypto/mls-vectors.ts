/**
 * The MLS working group's test vectors (github.com/mlswg/mls-implementations, test-vectors.md), one check per file.
 * A check goes through the cipher suite that it is given, and throws when a value differs.
 */
import { decodeAuthenticatedContent } from "ts-mls/authenticatedContent.js"
import { decodeGroupSecrets, groupSecretsEncoder } from "ts-mls/groupSecrets.js"
import { type ClientState, joinGroup, makePskIndex } from "ts-mls/clientState.js"
import { encode, type BufferEncoder } from "ts-mls/codec/tlsEncoder.js"
import type { Decoder } from "ts-mls/codec/tlsDecoder.js"
import { determineLength } from "ts-mls/codec/variableLength.js"
import { commitEncoder, decodeCommit } from "ts-mls/commit.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { refhash } from "ts-mls/crypto/hash.js"
import { decryptWithLabel, encryptWithLabel } from "ts-mls/crypto/hpke.js"
import { deriveSecret, deriveTreeSecret, expandWithLabel } from "ts-mls/crypto/kdf.js"
import { signWithLabel, verifyWithLabel } from "ts-mls/crypto/signature.js"
import { extractJoinerSecret, type GroupContext, groupContextEncoder } from "ts-mls/groupContext.js"
import {
  extractWelcomeSecret,
  verifyGroupInfoConfirmationTag,
  verifyGroupInfoSignature,
} from "ts-mls/groupInfo.js"
import { acceptAll } from "ts-mls/incomingMessageAction.js"
import { makeKeyPackageRef } from "ts-mls/keyPackage.js"
import { deriveKeySchedule, mlsExporter } from "ts-mls/keySchedule.js"
import { decodeMlsMessage, mlsMessageEncoder, type MLSMessage } from "ts-mls/message.js"
import { computePskSecret } from "ts-mls/presharedkey.js"
import { processMessage, processPrivateMessage } from "ts-mls/processMessages.js"
import * as proposals from "ts-mls/proposal.js"
import { decodeRatchetTree, ratchetTreeEncoder } from "ts-mls/ratchetTree.js"
import { createSecretTree, ratchetToGeneration, type SecretTree } from "ts-mls/secretTree.js"
import { expandSenderDataKey, expandSenderDataNonce, type ReuseGuard } from "ts-mls/sender.js"
import { createConfirmedHash, createInterimHash } from "ts-mls/transcriptHash.js"
import * as treemath from "ts-mls/treemath.js"
import { bytesToBase64 } from "ts-mls/util/byteArray.js"
import { decryptGroupInfo, decryptGroupSecrets } from "ts-mls/welcome.js"
import { expect } from "vitest"
import { fromHex, toHex } from "../../src/bytes.ts"
import { clientConfig } from "../../src/crypto/mls-profile.ts"
import { Roster } from "../../src/crypto/mls-roster.ts"

/** Checks one vector, an entry of a file as JSON gives it. */
export type Check = (vector: unknown, suite: CiphersuiteImpl) => Promise<void>

/** The files are what their document says; a field that is missing fails the check that reads it. */
export function checking<V>(check: (vector: V, suite: CiphersuiteImpl) => Promise<void>): Check {
  return (vector, suite) => check(vector as V, suite)
}

interface CryptoBasics {
  ref_hash: { label: string; value: string; out: string }
  expand_with_label: { secret: string; label: string; context: string; length: number; out: string }
  derive_secret: { secret: string; label: string; out: string }
  derive_tree_secret: { secret: string; label: string; generation: number; length: number; out: string }
  sign_with_label: Record<"priv" | "pub" | "content" | "label" | "signature", string>
  encrypt_with_label: Record<
    "priv" | "pub" | "label" | "context" | "plaintext" | "kem_output" | "ciphertext",
    string
  >
}
interface KeyScheduleEpoch extends Record<
  | "commit_secret"
  | "confirmation_key"
  | "confirmed_transcript_hash"
  | "encryption_secret"
  | "epoch_authenticator"
  | "exporter_secret"
  | "external_pub"
  | "external_secret"
  | "group_context"
  | "init_secret"
  | "joiner_secret"
  | "membership_key"
  | "psk_secret"
  | "resumption_psk"
  | "sender_data_secret"
  | "tree_hash"
  | "welcome_secret",
  string
> {
  exporter: { label: string; context: string; length: number; secret: string }
}
interface KeyScheduleVector {
  group_id: string
  initial_init_secret: string
  epochs: KeyScheduleEpoch[]
}
interface PskVector {
  psks: { psk_id: string; psk: string; psk_nonce: string }[]
  psk_secret: string
}
type GenerationField = "application_key" | "application_nonce" | "handshake_key" | "handshake_nonce"
interface SecretTreeVector {
  encryption_secret: string
  sender_data: { sender_data_secret: string; ciphertext: string; key: string; nonce: string }
  leaves: (Record<GenerationField, string> & { generation: number })[][]
}
type TranscriptVector = Record<
  | "confirmation_key"
  | "authenticated_content"
  | "interim_transcript_hash_before"
  | "confirmed_transcript_hash_after"
  | "interim_transcript_hash_after",
  string
>
type WelcomeVector = Record<"init_priv" | "key_package" | "signer_pub" | "welcome", string>
interface PassiveVector extends Record<
  | "key_package"
  | "signature_priv"
  | "encryption_priv"
  | "init_priv"
  | "welcome"
  | "initial_epoch_authenticator",
  string
> {
  external_psks: { psk_id: string; psk: string }[]
  ratchet_tree: string | null
  epochs: { proposals: string[]; commit: string; epoch_authenticator: string }[]
}
interface TreeMathVector extends Record<"left" | "right" | "parent" | "sibling", (number | null)[]> {
  n_leaves: number
  n_nodes: number
  root: number
}

const accepting = { validateCredential: async () => true }
const LIBRARY = clientConfig(new Roster(), accepting)
export const CONFIG = {
  ...LIBRARY,
  keyRetentionConfig: {
    ...LIBRARY.keyRetentionConfig,
    maximumForwardRatchetSteps: 5_000,
    retainKeysForEpochs: 4,
  },
}
export const EMPTY: Uint8Array = new Uint8Array(0)

/** The whole of a hex string as one value of the library. */
export function decoded<T>(decoder: Decoder<T>, hex: string): T {
  const result = decoder(fromHex(hex), 0)
  if (result === undefined) throw new Error("does not decode")
  expect(result[1] * 2).toBe(hex.length)
  return result[0]
}

export function alike(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected)
}

export function same(actual: Uint8Array, hex: string): void {
  expect(toHex(actual)).toBe(hex)
}

export function context(
  v: { group_id: string; confirmed_transcript_hash: string },
  suite: CiphersuiteImpl,
  epoch: bigint,
  treeHash: string,
): GroupContext {
  return {
    version: "mls10",
    cipherSuite: suite.name,
    groupId: fromHex(v.group_id),
    epoch,
    treeHash: fromHex(treeHash),
    confirmedTranscriptHash: fromHex(v.confirmed_transcript_hash),
    extensions: [],
  }
}

export const cryptoBasics = checking<CryptoBasics>(async (v, suite) => {
  const { hash, kdf, signature, hpke } = suite
  const hex = fromHex
  same(await refhash(v.ref_hash.label, hex(v.ref_hash.value), hash), v.ref_hash.out)
  const e = v.expand_with_label
  same(await expandWithLabel(hex(e.secret), e.label, hex(e.context), e.length, kdf), e.out)
  same(await deriveSecret(hex(v.derive_secret.secret), v.derive_secret.label, kdf), v.derive_secret.out)
  const t = v.derive_tree_secret
  same(await deriveTreeSecret(hex(t.secret), t.label, t.generation, t.length, kdf), t.out)
  const s = v.sign_with_label
  alike(await verifyWithLabel(hex(s.pub), s.label, hex(s.content), hex(s.signature), signature), true)
  same(await signWithLabel(hex(s.priv), s.label, hex(s.content), signature), s.signature)
  const c = v.encrypt_with_label
  const key = await hpke.importPrivateKey(hex(c.priv))
  const opened = decryptWithLabel(key, c.label, hex(c.context), hex(c.kem_output), hex(c.ciphertext), hpke)
  same(await opened, c.plaintext)
  const publicKey = await hpke.importPublicKey(hex(c.pub))
  const again = await encryptWithLabel(publicKey, c.label, hex(c.context), hex(c.plaintext), hpke)
  same(await decryptWithLabel(key, c.label, hex(c.context), again.enc, again.ct, hpke), c.plaintext)
})

export const keySchedule = checking<KeyScheduleVector>(async (v, suite) => {
  let initSecret = fromHex(v.initial_init_secret)
  for (const [epoch, e] of v.epochs.entries()) {
    const gc = context({ ...v, ...e }, suite, BigInt(epoch), e.tree_hash)
    same(encode(groupContextEncoder)(gc), e.group_context)
    const joiner = await extractJoinerSecret(gc, initSecret, fromHex(e.commit_secret), suite.kdf)
    same(joiner, e.joiner_secret)
    same(await extractWelcomeSecret(joiner, fromHex(e.psk_secret), suite.kdf), e.welcome_secret)
    const [schedule, encryption] = await deriveKeySchedule(joiner, fromHex(e.psk_secret), gc, suite.kdf)
    same(encryption, e.encryption_secret)
    same(schedule.initSecret, e.init_secret)
    same(schedule.senderDataSecret, e.sender_data_secret)
    same(schedule.exporterSecret, e.exporter_secret)
    same(schedule.epochAuthenticator, e.epoch_authenticator)
    same(schedule.externalSecret, e.external_secret)
    same(schedule.confirmationKey, e.confirmation_key)
    same(schedule.membershipKey, e.membership_key)
    same(schedule.resumptionPsk, e.resumption_psk)
    const external = await suite.hpke.deriveKeyPair(schedule.externalSecret)
    same(await suite.hpke.exportPublicKey(external.publicKey), e.external_pub)
    const { label, context: about, length, secret } = e.exporter
    same(await mlsExporter(schedule.exporterSecret, label, fromHex(about), length, suite), secret)
    initSecret = schedule.initSecret
  }
})

export const pskSecret = checking<PskVector>(async (v, suite) => {
  const psks = v.psks.map<Parameters<typeof computePskSecret>[0][number]>((p) => [
    { psktype: "external", pskId: fromHex(p.psk_id), pskNonce: fromHex(p.psk_nonce) },
    fromHex(p.psk),
  ])
  same(await computePskSecret(psks, suite), v.psk_secret)
})

export const secretTree = checking<SecretTreeVector>(async (v, suite) => {
  const data = v.sender_data
  const [secret, ciphertext] = [fromHex(data.sender_data_secret), fromHex(data.ciphertext)]
  same(await expandSenderDataKey(suite, secret, ciphertext), data.key)
  same(await expandSenderDataNonce(suite, secret, ciphertext), data.nonce)
  const fresh = await createSecretTree(v.leaves.length, fromHex(v.encryption_secret), suite.kdf)
  for (const contentType of ["application", "proposal"] as const) {
    const name = contentType === "application" ? "application" : "handshake"
    for (const [leafIndex, generations] of v.leaves.entries()) {
      let tree: SecretTree = fresh
      for (const g of generations) {
        const sender = { leafIndex, generation: g.generation, reuseGuard: new Uint8Array(4) as ReuseGuard }
        const step = await ratchetToGeneration(tree, sender, contentType, CONFIG.keyRetentionConfig, suite)
        same(step.key, g[`${name}_key`])
        same(step.nonce, g[`${name}_nonce`])
        tree = step.newTree
      }
    }
  }
})

export const transcriptHashes = checking<TranscriptVector>(async (v, suite) => {
  const { wireformat, content, auth } = decoded(decodeAuthenticatedContent, v.authenticated_content)
  if (content.contentType !== "commit" || auth.contentType !== "commit") throw new Error("not a commit")
  const input = { wireformat, content, signature: auth.signature }
  const confirmed = await createConfirmedHash(fromHex(v.interim_transcript_hash_before), input, suite.hash)
  same(confirmed, v.confirmed_transcript_hash_after)
  alike(await suite.hash.verifyMac(fromHex(v.confirmation_key), auth.confirmationTag, confirmed), true)
  same(await createInterimHash(confirmed, auth.confirmationTag, suite.hash), v.interim_transcript_hash_after)
})

export const welcome = checking<WelcomeVector>(async (v, suite) => {
  const keyPackage = messageOf("mls_key_package", v.key_package).keyPackage
  const made = messageOf("mls_welcome", v.welcome).welcome
  const initKey = await suite.hpke.importPrivateKey(fromHex(v.init_priv))
  const reference = await makeKeyPackageRef(keyPackage, suite.hash)
  const secrets = await decryptGroupSecrets(initKey, reference, made, suite.hpke)
  const noPsk = new Uint8Array(suite.kdf.size)
  const groupInfo = secrets && (await decryptGroupInfo(made, secrets.joinerSecret, noPsk, suite))
  if (secrets === undefined || groupInfo === undefined) throw new Error("the Welcome does not open")
  alike(await verifyGroupInfoSignature(groupInfo, fromHex(v.signer_pub), suite.signature), true)
  alike(await verifyGroupInfoConfirmationTag(groupInfo, secrets.joinerSecret, noPsk, suite), true)
})

/** Also reads `passive-client-handling-commit` and `passive-client-random`, which are longer stories of the same kind. */
export const passiveClient = checking<PassiveVector>(async (v, suite) => {
  const psks: Record<string, Uint8Array> = {}
  for (const p of v.external_psks) psks[bytesToBase64(fromHex(p.psk_id))] = fromHex(p.psk)
  const keys = {
    initPrivateKey: fromHex(v.init_priv),
    hpkePrivateKey: fromHex(v.encryption_priv),
    signaturePrivateKey: fromHex(v.signature_priv),
  }
  const keyPackage = messageOf("mls_key_package", v.key_package).keyPackage
  const made = messageOf("mls_welcome", v.welcome).welcome
  const tree = v.ratchet_tree === null ? undefined : decoded(decodeRatchetTree, v.ratchet_tree)
  const index = makePskIndex(undefined, psks)
  let state: ClientState = await joinGroup(made, keyPackage, keys, index, suite, tree, undefined, CONFIG)
  same(state.keySchedule.epochAuthenticator, v.initial_epoch_authenticator)
  for (const epoch of v.epochs) {
    for (const hex of [...epoch.proposals, epoch.commit]) {
      const message = decoded(decodeMlsMessage, hex)
      const known = makePskIndex(state, psks)
      if (message.wireformat === "mls_private_message") {
        state = (await processPrivateMessage(state, message.privateMessage, known, suite, acceptAll)).newState
      } else if (message.wireformat === "mls_public_message") {
        state = (await processMessage(message, state, known, acceptAll, suite)).newState
      } else throw new Error("not a handshake")
    }
    same(state.keySchedule.epochAuthenticator, epoch.epoch_authenticator)
  }
})

export const deserialization = checking<{ vlbytes_header: string; length: number }>(async (v) => {
  alike(determineLength(fromHex(v.vlbytes_header)), {
    length: v.length,
    lengthFieldSize: v.vlbytes_header.length / 2,
  })
})

export const treeMath = checking<TreeMathVector>(async (v) => {
  const { toNodeIndex, left, right, parent, sibling } = treemath
  alike([treemath.nodeWidth(v.n_leaves), treemath.root(v.n_leaves)], [v.n_nodes, v.root])
  for (let n = 0; n < v.n_nodes; n++) {
    const node = toNodeIndex(n)
    const orNull = (of: () => number) => {
      try {
        return of()
      } catch {
        return null
      }
    }
    alike(
      orNull(() => left(node)),
      v.left[n],
    )
    alike(
      orNull(() => right(node)),
      v.right[n],
    )
    alike(
      orNull(() => parent(node, v.n_leaves)),
      v.parent[n],
    )
    alike(
      orNull(() => sibling(node, v.n_leaves)),
      v.sibling[n],
    )
  }
})

export const messages = checking<Record<string, string>>(async (v) => {
  const roundTrip = <T>(field: string, decoder: Decoder<T>, encoder: BufferEncoder<T>) =>
    same(encode(encoder)(decoded(decoder, v[field]!)), v[field]!)
  for (const field of MESSAGE_FIELDS) roundTrip(field, decodeMlsMessage, mlsMessageEncoder)
  roundTrip("ratchet_tree", decodeRatchetTree, ratchetTreeEncoder)
  roundTrip("group_secrets", decodeGroupSecrets, groupSecretsEncoder)
  roundTrip("commit", decodeCommit, commitEncoder)
  roundTrip("add_proposal", proposals.decodeAdd, proposals.addEncoder)
  roundTrip("update_proposal", proposals.decodeUpdate, proposals.updateEncoder)
  roundTrip("remove_proposal", proposals.decodeRemove, proposals.removeEncoder)
  roundTrip("pre_shared_key_proposal", proposals.decodePSK, proposals.pskEncoder)
  roundTrip("re_init_proposal", proposals.decodeReinit, proposals.reinitEncoder)
  roundTrip("external_init_proposal", proposals.decodeExternalInit, proposals.externalInitEncoder)
  const { decodeGroupContextExtensions, groupContextExtensionsEncoder } = proposals
  roundTrip("group_context_extensions_proposal", decodeGroupContextExtensions, groupContextExtensionsEncoder)
})

const MESSAGE_FIELDS = [
  "mls_welcome",
  "mls_group_info",
  "mls_key_package",
  "public_message_application",
  "public_message_proposal",
  "public_message_commit",
  "private_message",
]

export function messageOf<W extends MLSMessage["wireformat"]>(wireformat: W, hex: string) {
  const message = decoded(decodeMlsMessage, hex)
  if (message.wireformat !== wireformat) throw new Error(`${message.wireformat} instead of ${wireformat}`)
  return message as Extract<MLSMessage, { wireformat: W }>
}
