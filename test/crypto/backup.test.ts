/** A backup's seal (PROTOCOL.md §15.1). Small chunks keep it quick. */
import sodium from "libsodium-wrappers"
import { beforeAll, expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { MAX_BACKUP_CHUNK_BYTES, openBackup, sealBackup } from "../../src/crypto/backup.ts"
import { derive } from "../../src/crypto/kdf.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const SECRET = new Uint8Array(16).fill(3)
const CHUNK = 32
const HEADER = 18 + 1 + 4 + 24
const PROOF = HEADER + 17
const codeOf = (code: string) => expect.objectContaining({ code }) as Error

function seal(plain: Uint8Array, chunkBytes = CHUNK, secret = SECRET): Uint8Array {
  return concat(...sealBackup(nodePrimitives, seededRandom("backup"), secret, [plain], chunkBytes))
}

function open(file: Uint8Array, secret = SECRET, pieceBytes = file.length): Uint8Array {
  const pieces = Array.from({ length: Math.ceil(file.length / Math.max(pieceBytes, 1)) }, (_, n) =>
    file.subarray(n * pieceBytes, (n + 1) * pieceBytes),
  )
  return concat(...openBackup(nodePrimitives, secret, pieces))
}

const plainOf = (length: number) => Uint8Array.from({ length }, (_, at) => at & 0xff)

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 7])(
  "%i bytes come back, however the file and what goes in are cut",
  (length) => {
    const plain = plainOf(length)
    const file = seal(plain)
    const chunks = Math.max(1, Math.ceil(length / CHUNK))
    expect(file.length).toBe(PROOF + length + chunks * 17)
    for (const pieceBytes of [1, 7, CHUNK + 17, file.length]) {
      expect(open(file, SECRET, pieceBytes)).toEqual(plain)
    }
    const inBytes = Array.from(plain, (byte) => Uint8Array.of(byte))
    expect(concat(...sealBackup(nodePrimitives, seededRandom("backup"), SECRET, inBytes, CHUNK))).toEqual(
      file,
    )
  },
)

test("libsodium's own stream opens the chunks, and we open those that it sealed", () => {
  const key = derive(nodePrimitives, SECRET, "backup", new Uint8Array(0), 32)
  const file = seal(plainOf(40))
  const header = file.subarray(0, HEADER)
  const reading = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header.subarray(HEADER - 24), key)
  const ends = [HEADER, PROOF, PROOF + CHUNK + 17, file.length]
  const opened = ends.slice(1).map((end, n) => {
    const chunk = sodium.crypto_secretstream_xchacha20poly1305_pull(
      reading,
      file.subarray(ends[n], end),
      header,
    )
    if (chunk === false) throw new Error(`chunk ${n} does not open`)
    return { bytes: chunk.message.length, tag: chunk.tag }
  })
  expect(opened).toEqual([
    { bytes: 0, tag: 0 },
    { bytes: CHUNK, tag: 0 },
    { bytes: 8, tag: 3 },
  ])

  const writing = sodium.crypto_secretstream_xchacha20poly1305_init_push(key)
  const theirs = concat(header.subarray(0, HEADER - 24), writing.header)
  const push = (plain: Uint8Array, tag: number) =>
    sodium.crypto_secretstream_xchacha20poly1305_push(writing.state, plain, theirs, tag)
  const theirFile = concat(theirs, push(plainOf(0), 0), push(plainOf(CHUNK), 0), push(plainOf(5), 3))
  expect(open(theirFile)).toEqual(concat(plainOf(CHUNK), plainOf(5)))
})

test("other words are told from damage", () => {
  const file = seal(plainOf(100))
  expect(() => open(file, SECRET.with(0, 4))).toThrow(codeOf("bad-words"))
  expect(() => open(file.with(HEADER - 1, file[HEADER - 1]! ^ 1))).toThrow(codeOf("bad-words"))
  expect(() => open(file.with(PROOF + 3, file[PROOF + 3]! ^ 1))).toThrow(codeOf("bad-backup"))
})

test("no byte can be changed", () => {
  const file = seal(plainOf(2 * CHUNK + 5))
  for (let at = 0; at < file.length; at++) {
    for (const bit of [1, 128]) {
      const broken = file.with(at, file[at]! ^ bit)
      expect(() => open(broken), `byte ${at}`).toThrow(
        expect.objectContaining({ name: "CryptoError" }) as Error,
      )
    }
  }
})

test("no end can be cut off, at the boundary of a chunk or elsewhere, and none can be added", () => {
  const file = seal(plainOf(3 * CHUNK))
  for (let length = 0; length < file.length; length++) {
    expect(() => open(file.subarray(0, length)), `${length} bytes`).toThrow(codeOf("bad-backup"))
  }
  for (const more of [Uint8Array.of(0), file.subarray(PROOF)]) {
    expect(() => open(concat(file, more))).toThrow(codeOf("bad-backup"))
  }
})

test("chunks keep their order and their file", () => {
  const file = seal(plainOf(3 * CHUNK))
  const size = CHUNK + 17
  const chunk = (n: number) => file.subarray(PROOF + n * size, PROOF + (n + 1) * size)
  const start = file.subarray(0, PROOF)
  for (const chunks of [[1, 0, 2], [0, 2], [2], [0, 0, 1, 2]]) {
    expect(() => open(concat(start, ...chunks.map(chunk))), `chunks ${chunks.join(" ")}`).toThrow(
      codeOf("bad-backup"),
    )
  }
  const other = concat(
    ...sealBackup(nodePrimitives, seededRandom("other"), SECRET, [plainOf(3 * CHUNK)], CHUNK),
  )
  expect(() => open(concat(start, other.subarray(PROOF)))).toThrow(codeOf("bad-backup"))
})

test("a header from elsewhere makes us hold nothing", () => {
  const file = seal(plainOf(10))
  const withHeader = (at: number, ...bytes: number[]) => {
    const copy = file.slice()
    copy.set(bytes, at)
    return copy
  }
  const drained: number[] = []
  const endless = function* (start: Uint8Array): Generator<Uint8Array> {
    yield start
    for (;;) {
      drained.push(1)
      yield new Uint8Array(65_536)
    }
  }
  const tooLarge = withHeader(19, 0, 0x10, 0, 1)
  expect(MAX_BACKUP_CHUNK_BYTES).toBe(0x10_0000)
  for (const [what, bytes, code] of [
    ["no backup", utf8("something else entirely, and long enough for a header"), "bad-backup"],
    ["nothing", new Uint8Array(0), "bad-backup"],
    ["chunks of no bytes", withHeader(19, 0, 0, 0, 0), "bad-backup"],
    ["chunks above the limit", tooLarge, "bad-backup"],
    ["version 0", withHeader(18, 0), "bad-backup"],
    ["a later version", withHeader(18, 2), "backup-newer"],
    ["the beginning of a later version", withHeader(18, 2).subarray(0, 19), "backup-newer"],
  ] as const) {
    expect(() => open(bytes), `a header of ${what}`).toThrow(codeOf(code))
  }
  expect(() => concat(...openBackup(nodePrimitives, SECRET, endless(tooLarge)))).toThrow(codeOf("bad-backup"))
  expect(() => concat(...openBackup(nodePrimitives, SECRET, endless(utf8("noise"))))).toThrow(
    codeOf("bad-backup"),
  )
  expect(drained.length).toBeLessThan(3)
})
