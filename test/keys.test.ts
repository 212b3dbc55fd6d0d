/**
 * `keys/vectors`: known answers for each of our own derivations, so that a second implementation can check itself.
 * Each answer is recomputed here. UPDATE_GOLDEN=1 writes the answers anew; the difference is reviewed.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, test } from "vitest"
import { concat, fromHex, toHex, u8 } from "../src/bytes.ts"
import { openBackup, sealBackup } from "../src/crypto/backup.ts"
import { directKeys, groupIdOf, headerKeys, openRoomSecret, roomKeys } from "../src/crypto/channel-keys.ts"
import { isSigned, noteOf, relayIdOf, signHead } from "../src/crypto/checkpoint.ts"
import {
  openBlob,
  openEnvelope,
  openHeader,
  sealBlob,
  sealEnvelope,
  sealHeader,
} from "../src/crypto/envelope-seal.ts"
import { fingerprint, keyTag, safetyNumber } from "../src/crypto/fingerprint.ts"
import { labelledHash, labelledHash64, nextHead, tokenHash } from "../src/crypto/hash.ts"
import * as identity from "../src/crypto/identity.ts"
import { certificateTag, invitationSecrets, secretOf, wordsOf } from "../src/crypto/invitation-words.ts"
import { derive } from "../src/crypto/kdf.ts"
import { createLogSigner } from "../src/crypto/log-key.ts"
import { leafHash, MerkleTree } from "../src/crypto/merkle.ts"
import { QuestionKeys, sealAnswer } from "../src/client/private-answers.ts"
import { openLetter, sealLetter } from "../src/crypto/letter.ts"
import * as sas from "../src/crypto/sas.ts"
import { Secret } from "../src/crypto/secret.ts"
import { sign, type SignatureLabel, verify } from "../src/crypto/signature.ts"
import { ed25519KeyPair, sodiumReady, xwingKeyPair } from "../src/crypto/sodium.ts"
import { unwrapDataKey, wrapDataKey } from "../src/crypto/vault.ts"
import { nodePrimitives } from "../src/platform/primitives.ts"
import type { Random } from "../src/platform/random.ts"
import { skeletons } from "../src/protocol/name-skeleton.ts"
import { readName } from "../src/protocol/names.ts"

type Value = string | number | readonly string[] | { length: number; from: number }
type Inputs = Readonly<Record<string, Value>>
type Answers = Record<string, string>
interface VectorFile {
  source: string
  about: string
  cases: { name: string; in: Inputs; out: Answers }[]
}

const folder = fileURLToPath(new URL("../keys/vectors/", import.meta.url))
/** What is long is compared by its hash. */
const LONG_BYTES = 2_048

/** The inputs of one case, read by name and kind. */
class Case {
  readonly #inputs: Inputs

  constructor(inputs: Inputs) {
    this.#inputs = inputs
  }

  text(name: string): string {
    const value = this.#inputs[name]
    if (typeof value !== "string") throw new Error(`${name} is no text`)
    return value
  }

  number(name: string): number {
    const value = this.#inputs[name]
    if (typeof value !== "number") throw new Error(`${name} is no number`)
    return value
  }

  bytes(name: string): Uint8Array {
    const value = this.#inputs[name]
    if (typeof value !== "object" || !("from" in value)) return fromHex(this.text(name))
    return Uint8Array.from({ length: value.length }, (_, index) => value.from + index)
  }

  parts(name: string): Uint8Array[] {
    const value = this.#inputs[name]
    if (!Array.isArray(value)) throw new Error(`${name} is no list`)
    return value.map(fromHex)
  }

  has(name: string): boolean {
    return name in this.#inputs
  }

  /** Hands out the named inputs where the code asks for chance, in that order. */
  chance(...names: string[]): Random {
    return {
      bytes: (length) => {
        const bytes = this.bytes(names.shift() ?? "nothing is left")
        if (bytes.length !== length) throw new Error(`${length} bytes of chance, ${bytes.length} given`)
        return bytes
      },
    }
  }

  account(prefix = ""): identity.AccountKeys {
    const name = (field: string) =>
      prefix === "" ? field : prefix + field[0]!.toUpperCase() + field.slice(1)
    const kemSeed = this.has(name("kemSeed")) ? this.bytes(name("kemSeed")) : new Uint8Array(32)
    return identity.decodeAccount(
      concat(u8(1), this.bytes(name("edSeed")), this.bytes(name("xSecret")), kemSeed),
    )
  }
}

const answers: Readonly<Record<string, (inputs: Case) => Answers>> = {
  hash: (v) => {
    switch (v.text("kind")) {
      case "hash": {
        const [label, parts] = [v.text("label"), v.parts("parts")]
        return { hash: toHex(labelledHash(label, ...parts)), hash64: toHex(labelledHash64(label, ...parts)) }
      }
      case "head": {
        const [previous, eid] = [v.bytes("previous"), v.bytes("eid")]
        return {
          head: toHex(nextHead(previous, v.number("seq"), v.number("entryKind"), eid, v.number("time"))),
        }
      }
      case "eid":
        return { eid: toHex(nodePrimitives.sha("sha256", v.bytes("entry"))) }
      case "token":
        return { hash: toHex(tokenHash(v.bytes("channelId"), v.number("position"), v.bytes("token"))) }
      case "group":
        return { groupId: toHex(groupIdOf(v.bytes("channelId"))) }
      default:
        return { secret: toHex(openRoomSecret(v.bytes("relayId"))) }
    }
  },
  kdf: (v) => {
    const [key, context] = [v.bytes("key"), v.bytes("context")]
    return { key: toHex(derive(nodePrimitives, key, v.text("label"), context, v.number("length"))) }
  },
  signature: (v) => {
    const pair = ed25519KeyPair(v.bytes("seed"))
    const label = v.text("label") as SignatureLabel
    const signature = sign(new Secret(pair.secret), label, v.bytes("message"))
    expect(verify(pair.public, label, v.bytes("message"), signature)).toBe(true)
    return { public: toHex(pair.public), signature: toHex(signature) }
  },
  account: (v) => {
    const account = v.account()
    const device = identity.decodeDevice(concat(u8(1), v.bytes("deviceId"), v.bytes("authSeed")))
    const { deviceId, auth } = device
    const notAfter = v.number("notAfter")
    const certificate = identity.certifyDevice(account, deviceId, auth.public, notAfter)
    const { ed, accountId } = account
    const fits = identity.verifyDeviceCertificate(
      ed.public,
      accountId,
      deviceId,
      auth.public,
      notAfter,
      certificate,
    )
    expect(fits).toBe(true)
    return {
      accountEd: toHex(account.ed.public),
      accountX: toHex(account.x.public),
      accountKem: toHex(account.kem.public),
      accountId: toHex(account.accountId),
      authPublic: toHex(auth.public),
      deviceCertificate: toHex(certificate),
      leafCertificate: toHex(identity.leafSigner(account, deviceId).certify(v.bytes("leafPublic"))),
      storedAccount: toHex(identity.encodeAccount(account)),
      storedDevice: toHex(identity.encodeDevice(device)),
    }
  },
  channel: (v) => {
    const relayId = v.bytes("relayId")
    if (v.text("kind") === "room") return inHex(roomKeys(nodePrimitives, v.bytes("roomSecret"), relayId))
    if (v.text("kind") === "header") return inHex(headerKeys(nodePrimitives, v.bytes("linkSecret"), relayId))
    const peer = v.account("peer")
    const other = { accountId: peer.accountId, x: peer.x.public }
    return inHex(directKeys(nodePrimitives, v.account("own"), other, relayId, v.number("r")))
  },
  seal: (v) => {
    const [key, random] = [v.bytes("key"), v.chance("nonce")]
    if (v.text("kind") === "header") {
      const [headerId, position, plain] = [v.bytes("headerId"), v.number("position"), v.bytes("plain")]
      const header = sealHeader(key, headerId, position, plain, random)
      expect(openHeader(key, headerId, position, header)).toEqual(plain)
      return { header: shown(header) }
    }
    const [channelId, body] = [v.bytes("channelId"), v.bytes("body")]
    if (v.text("kind") === "blob") {
      const blob = sealBlob({ key, channelId, body, random })
      expect(openBlob({ key, channelId, bytes: blob })).toEqual(body)
      return { blob: shown(blob), length: String(blob.length) }
    }
    const [kind, form] = [v.number("entryKind"), v.number("form")]
    const blobHash = v.has("blobHash") ? v.bytes("blobHash") : undefined
    const { nonce, sealed } = sealEnvelope({ kind, key, channelId, blobHash, form, body, random })
    expect(openEnvelope({ kind, key, channelId, blobHash, nonce, sealed })).toEqual({ form, body })
    const entry = concat(u8(kind), blobHash ?? new Uint8Array(32), nonce, sealed)
    return { entry: shown(entry), eid: toHex(nodePrimitives.sha("sha256", entry)) }
  },
  letter: (v) => {
    const { public: publicKey, secret } = xwingKeyPair(v.bytes("kemSeed"))
    const letter = sealLetter(nodePrimitives, v.chance("encapsulationSeed"), publicKey, v.bytes("plain"))
    expect(openLetter(nodePrimitives, new Secret(secret), letter)).toEqual(v.bytes("plain"))
    return { letter: shown(letter) }
  },
  answer: (v) => {
    const { public: key } = xwingKeyPair(v.bytes("kemSeed"))
    const keys = new QuestionKeys()
    keys.fresh({ random: v.chance("kemSeed") })
    const [channelId, payloads] = [v.bytes("channelId"), [v.bytes("first"), v.bytes("second")]]
    const deps = { primitives: nodePrimitives, random: v.chance("encapsulationSeed") }
    const answer = sealAnswer(deps, channelId, key, payloads)
    expect(keys.open(deps, channelId, answer)).toEqual(payloads)
    return { to: toHex(answer.to), sealed: shown(answer.sealed) }
  },
  fingerprint: (v) => {
    const [own, other] = [
      { ed: v.bytes("ed"), x: v.bytes("x") },
      { ed: v.bytes("otherEd"), x: v.bytes("otherX") },
    ]
    const made = fingerprint(nodePrimitives, own.ed, own.x)
    const safety = safetyNumber(nodePrimitives, own, other)
    return { bytes: toHex(made.bytes), digits: made.digits, tag: keyTag(made), safetyNumber: safety }
  },
  sas: (v) => {
    const sid = v.has("sid") ? v.bytes("sid") : new Uint8Array(0)
    if (v.text("kind") === "qr") {
      const code = { shower: v.bytes("s"), other: v.bytes("o"), nonce: v.bytes("n") }
      const text = sas.encodeQr(code)
      expect(sas.decodeQr(text)).toEqual(code)
      return { text, answer: toHex(sas.qrAnswer(code)) }
    }
    const [a, b] = [
      { id: v.bytes("idA"), name: v.text("nameA") },
      { id: v.bytes("idB"), name: v.text("nameB") },
    ]
    if (v.text("kind") === "pair") {
      const [ra, rb] = [v.bytes("ra"), v.bytes("rb")]
      const commitment = sas.pairCommitment(sid, a.id, b.id, ra)
      const output = sas.pairOutput({ sid, a, b, commitment, rb, ra })
      return { commitment: toHex(commitment), ...spoken(output) }
    }
    const [channelId, authenticator] = [v.bytes("channelId"), v.bytes("authenticator")]
    const people = [
      { ...a, random: v.bytes("ra") },
      { ...b, random: v.bytes("rb") },
    ].map((person) => ({ ...person, commitment: sas.roomCommitment(sid, person.id, person.random) }))
    const output = sas.roomOutput({ sid, channelId, authenticator, people })
    return { commitments: people.map(({ commitment }) => toHex(commitment)).join(" "), ...spoken(output) }
  },
  vault: (v) => {
    const limits = { memoryKiB: v.number("memoryKiB"), passes: v.number("passes"), lanes: v.number("lanes") }
    const [passphrase, profileId] = [v.text("passphrase"), v.bytes("profileId")]
    const dataKey = new Secret(v.bytes("dataKey"))
    const vault = wrapDataKey(
      nodePrimitives,
      v.chance("salt", "nonce"),
      dataKey,
      passphrase,
      profileId,
      limits,
    )
    expect(unwrapDataKey(nodePrimitives, vault, passphrase, profileId).expose()).toEqual(dataKey.expose())
    return { vault: toHex(vault) }
  },
  backup: (v) => {
    const [secret, plain, chunkBytes] = [v.bytes("secret"), v.bytes("plain"), v.number("chunkBytes")]
    const file = concat(...sealBackup(nodePrimitives, v.chance("nonce"), secret, [plain], chunkBytes))
    expect(concat(...openBackup(nodePrimitives, secret, [file]))).toEqual(plain)
    return { words: wordsOf(secret), file: shown(file) }
  },
  log: (v) => {
    const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)
    if (v.text("kind") === "tree") {
      const tree = new MerkleTree(sha)
      for (const leaf of v.parts("leaves")) tree.append(leafHash(sha, leaf))
      const [index, from] = [v.number("index"), v.number("from")]
      return {
        leafHash: toHex(tree.leaf(index)),
        root: toHex(tree.root()),
        inclusion: tree.inclusion(index).map(toHex).join(" "),
        consistency: tree.consistency(from).map(toHex).join(" "),
      }
    }
    const signer = createLogSigner(nodePrimitives, v.bytes("relaySeed"))
    const relayId = relayIdOf(sha, signer.relayPublic)
    const place = { log: v.number("log"), size: v.number("size"), root: v.bytes("root") }
    const head = signHead(signer, relayId, place)
    expect(isSigned(sha, { relayId, relayPublic: signer.relayPublic }, head)).toBe(true)
    return {
      relayPublic: toHex(signer.relayPublic),
      relayId: toHex(relayId),
      logPublic: toHex(signer.logPublic),
      endorsement: toHex(signer.endorsement),
      note: noteOf(sha, relayId, head),
    }
  },
  invitation: (v) => {
    const secret = v.bytes("secret")
    const words = wordsOf(secret)
    expect(secretOf(words)).toEqual(secret)
    const tag = toHex(certificateTag(nodePrimitives, secret, v.bytes("relayId")))
    return { words, ...inHex(invitationSecrets(nodePrimitives, secret)), tag }
  },
  name: (v) => {
    const read = readName(v.text("typed"))
    if (read.kind === "fault") return { fault: read.fault }
    return { name: read.name, skeletons: skeletons(read.name).map(escaped).join(" ") }
  },
}

beforeAll(sodiumReady)

test("every vector file is recomputed, and nothing else lies there", () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(answers)
      .map((name) => `${name}.json`)
      .sort(),
  )
})

describe.each(Object.keys(answers))("keys/vectors/%s.json", (name) => {
  const file = JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as VectorFile

  test.each(file.cases)("$name", (vector) => {
    const out = answers[name]!(new Case(vector.in))
    if (process.env["UPDATE_GOLDEN"] === "1") {
      vector.out = out
      writeFileSync(`${folder}${name}.json`, `${JSON.stringify(file, null, 2)}\n`)
    }
    expect(out).toEqual(vector.out)
  })

  test("says where it comes from, and holds different answers", () => {
    expect(file.source).not.toBe("")
    expect(file.cases.length).toBeGreaterThan(1)
  })
})

/** With what no editor shows well as an escape. */
function escaped(text: string): string {
  return text.replace(/[^\x21-\x7e]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
}

function inHex(keys: object): Answers {
  return Object.fromEntries(
    Object.entries(keys as Record<string, Uint8Array>).map(([name, key]) => [name, toHex(key)]),
  )
}

function spoken(output: Uint8Array): Answers {
  const { en, hi } = sas.wordsOf(sas.wordIndexes(output))
  return { output: toHex(output), en: en.join(" "), hi: hi.join(" "), digits: sas.outputDigits(output) }
}

/** The bytes themselves, or the SHA-256 of what is long. */
function shown(bytes: Uint8Array): string {
  return bytes.length <= LONG_BYTES ? toHex(bytes) : `sha256 ${toHex(nodePrimitives.sha("sha256", bytes))}`
}
