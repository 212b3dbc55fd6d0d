/** Signed heads and their text: what the relay signed is recognised, and nothing else is. */
import { createHash } from "node:crypto"
import { beforeAll, describe, expect, test } from "vitest"
import { fromUtf8, toBase64Url, utf8 } from "../../src/bytes.ts"
import {
  checkpointText,
  fromBase64,
  isSigned,
  judgeHead,
  type KnownLog,
  type LogSigner,
  noteOf,
  openNote,
  parseCheckpoint,
  parseNote,
  relayIdOf,
  signHead,
  toBase64,
} from "../../src/crypto/checkpoint.ts"
import { createLogSigner } from "../../src/crypto/log-key.ts"
import { leafHash, MerkleTree } from "../../src/crypto/merkle.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { createRelayKey } from "../../src/platform/certificate.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"

const sha = (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest())
const root = Uint8Array.from({ length: 32 }, (_, i) => 200 + i)
const head = { log: 1_800_000_000, size: 13, root }
let signer: LogSigner
let other: LogSigner
let relayId: Uint8Array

beforeAll(async () => {
  await sodiumReady()
  signer = createLogSigner(nodePrimitives, new Uint8Array(32).fill(1))
  other = createLogSigner(nodePrimitives, new Uint8Array(32).fill(2))
  relayId = relayIdOf(sha, signer.relayPublic)
})

test("a relay's id is the hash that certificates and invitations have", () => {
  const key = createRelayKey({ bytes: (length) => new Uint8Array(length).fill(1) })
  expect(relayId).toEqual(key.spkiSha256)
})

test("the text is what C2SP says, and the note verifies", () => {
  const origin = `secure-chat/${toBase64Url(relayId)}/1800000000`
  expect(checkpointText(relayId, head)).toBe(`${origin}\n13\n${Buffer.from(root).toString("base64")}\n`)
  const note = noteOf(sha, relayId, signHead(signer, relayId, head))
  const [text, line] = note.split("\n\n")
  expect(text).toBe(checkpointText(relayId, head).trimEnd())
  expect(line!.startsWith(`\u2014 ${origin} `)).toBe(true)
  const signed = Buffer.from(line!.trim().split(" ")[2]!, "base64")
  const keyId = sha(Buffer.concat([Buffer.from(`${origin}\n\u0001`), signer.logPublic])).slice(0, 4)
  expect(new Uint8Array(signed.subarray(0, 4))).toEqual(keyId)
  expect(signed.length).toBe(68)
  expect(openNote(sha, signer.logPublic, utf8(note))).toMatchObject({ ...head, relayId })
})

test("a signed head is one that this relay's key for heads signed, and whose key the relay vouches for", () => {
  const signed = signHead(signer, relayId, head)
  const relay = { relayId, relayPublic: signer.relayPublic }
  expect(isSigned(sha, relay, signed)).toBe(true)
  const others = { relayId: relayIdOf(sha, other.relayPublic), relayPublic: other.relayPublic }
  for (const [bad, by] of [
    [{ ...signed, size: 14 }, relay],
    [{ ...signed, log: 1 }, relay],
    [{ ...signed, root: new Uint8Array(32) }, relay],
    [{ ...signed, root: root.slice(1) }, relay],
    [{ ...signed, signature: new Uint8Array(64) }, relay],
    [{ ...signed, endorsement: other.endorsement }, relay],
    [{ ...signed, logPublic: other.logPublic }, relay],
    // Another relay's key cannot vouch for it, nor can ours be named as another's.
    [signHead(other, relayId, head), relay],
    [signed, others],
    [signed, { relayId, relayPublic: other.relayPublic }],
    [signed, { relayId, relayPublic: new Uint8Array(31) }],
  ] as const)
    expect(isSigned(sha, by, bad)).toBe(false)
})

describe("notes that are none", () => {
  const good = () => noteOf(sha, relayId, signHead(signer, relayId, head))
  const spoilt: readonly (readonly [string, (note: string) => string])[] = [
    ["nothing", () => ""],
    ["no signature", (note) => note.slice(0, note.indexOf("\u2014"))],
    ["no empty line", (note) => note.replace("\n\n", "\n")],
    ["no end of line", (note) => note.trimEnd()],
    ["a dash", (note) => note.replace("\u2014", "-")],
    ["another size", (note) => note.replace("\n13\n", "\n14\n")],
    ["a size with a zero before it", (note) => note.replace("\n13\n", "\n013\n")],
    ["a negative size", (note) => note.replace("\n13\n", "\n-13\n")],
    ["a size beyond numbers", (note) => note.replace("\n13\n", "\n9999999999999999\n")],
    ["an extension", (note) => note.replace("\n\n", "\nmore\n\n")],
    ["a carriage return", (note) => note.replace("\n13\n", "\r\n13\n")],
    ["a control", (note) => note.replace("\n13\n", "\n1\u00003\n")],
    ["another name beside the signature", (note) => note.replace("\u2014 secure", "\u2014 Secure")],
    ["a root without padding", (note) => note.replace("=\n\n", "\n\n")],
    ["a name with a plus", (note) => note.replace("\u2014 secure", "\u2014 +secure")],
    ["the same signature twice", (note) => note + note.slice(note.indexOf("\u2014"))],
    ["too many signatures", (note) => note + "\u2014 witness AAAAAAAA\n".repeat(4)],
    ["a signature of nothing", (note) => `${note}\u2014 witness AAAA\n`],
    ["very much", (note) => note.replace("\u2014", `${"x".repeat(2_000)}\n\n\u2014`)],
    ["other base64", (note) => note.replace(/(.)\n$/, "-\n")],
  ]
  test.each(spoilt)("%s", (_what, change) => {
    const note = change(good())
    expect(note).not.toBe(good())
    expect(openNote(sha, signer.logPublic, utf8(note))).toBeUndefined()
  })

  test("bytes that are no text, and other keys", () => {
    expect(parseNote(Uint8Array.of(0xff, 0x0a))).toBeUndefined()
    expect(openNote(sha, other.logPublic, utf8(good()))).toBeUndefined()
    expect(openNote(sha, new Uint8Array(5), utf8(good()))).toBeUndefined()
    expect(parseCheckpoint("secure-chat//1\n1\n\n")).toBeUndefined()
  })

  test("a witness's line is passed over", () => {
    const note = `${good()}\u2014 witness.example ${toBase64(new Uint8Array(76))}\n`
    expect(openNote(sha, signer.logPublic, utf8(note))).toMatchObject(head)
    expect(parseNote(utf8(note))?.signatures).toHaveLength(2)
  })
})

test("base64 has one spelling", () => {
  for (let length = 0; length < 40; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 37)
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"))
    expect(fromBase64(toBase64(bytes))).toEqual(bytes)
  }
  for (const text of ["AA", "AA=", "AB==", "A", "AA==\n", "A-==", "===="])
    expect(fromBase64(text)).toBeUndefined()
  expect(fromUtf8(utf8(toBase64(utf8("?>?>"))))).toBe("Pz4/Pg==")
})

describe("a head against what one has read", () => {
  const tree = (leaves: number, start = 0) => {
    const made = new MerkleTree(sha)
    for (let i = 0; i < leaves; i++) made.append(leafHash(sha, Uint8Array.of(start, i)))
    return made
  }
  const now = tree(9)
  const before = tree(6, 7)
  const known = (more: Partial<KnownLog> = {}): KnownLog => ({
    log: 20,
    tree: now,
    former: [{ log: 10, size: 6, root: before.root() }],
    formerTree: () => undefined,
    ...more,
  })
  const withOld = known({ formerTree: (log) => (log === 10 ? before : undefined) })
  const at = (log: number, size: number, of: MerkleTree) => ({ log, size, root: of.root(size) })

  test("of the present log", () => {
    expect(judgeHead(known(), at(20, 9, now))).toBe("fits")
    expect(judgeHead(known(), at(20, 4, now))).toBe("fits")
    expect(judgeHead(known(), { log: 20, size: 4, root: now.root(5) })).toBe("contradicts")
    expect(judgeHead(known(), { log: 20, size: 9, root })).toBe("contradicts")
    expect(judgeHead(known(), { log: 20, size: 10, root })).toBe("unknown")
  })

  test("of a later one, and of one that nobody named", () => {
    expect(judgeHead(known(), at(21, 1, now))).toBe("unknown")
    expect(judgeHead(known(), at(11, 1, now))).toBe("unknown")
  })

  test("of a former one", () => {
    expect(judgeHead(known(), at(10, 6, before))).toBe("fits")
    expect(judgeHead(known(), { log: 10, size: 6, root })).toBe("contradicts")
    expect(judgeHead(known(), { log: 10, size: 7, root })).toBe("unknown")
    // Nothing is left to compare it with.
    expect(judgeHead(known(), { log: 10, size: 5, root })).toBe("fits")
    expect(judgeHead(withOld, { log: 10, size: 5, root })).toBe("contradicts")
    expect(judgeHead(withOld, at(10, 5, before))).toBe("fits")
    expect(judgeHead(withOld, { log: 10, size: 7, root })).toBe("unknown")
  })
})
