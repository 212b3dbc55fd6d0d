/**
 * A backup's seal (PROTOCOL.md §15.1): a stream of chunks under a key of twelve words, in order, with a marked end.
 *
 *     backup = header ‖ chunk 0 (no bytes) ‖ chunk 1 … chunk n          each chunk: secretstream(K, nonce), its bytes and 17 more
 *     header = "secure-chat backup" ‖ v u8 = 1 ‖ bytes in a chunk u32 ‖ nonce 24          additional data of every chunk
 *     K      = KDF(words, "backup", "", 32)
 *
 * The empty first chunk tells wrong words from a damaged file. Only the last chunk may be short, and only it says that
 * it is the last: a file that was cut off anywhere has no end. Nothing is compressed.
 */
import { ByteReader, ByteWriter, equalBytes, utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { derive } from "./kdf.ts"
import { Pieces } from "./pieces.ts"
import {
  type SealedStream,
  STREAM_CHUNK_OVERHEAD,
  STREAM_HEADER_BYTES,
  streamOf,
  streamOpen,
  streamSeal,
  wipe,
} from "./sodium.ts"

/** The random secret that the twelve words stand for; new with every backup. */
export const BACKUP_SECRET_BYTES = 16
/** Plain bytes of a chunk: what is held in memory at a time. */
const BACKUP_CHUNK_BYTES = 65_536
/** What a header may ask a reader to hold. */
export const MAX_BACKUP_CHUNK_BYTES = 1_048_576

const VERSION = 1
const MAGIC = utf8("secure-chat backup")
const HEADER_BYTES = MAGIC.length + 1 + 4 + STREAM_HEADER_BYTES
const EMPTY = new Uint8Array(0)

/**
 * Seals what `plain` gives, in pieces of any size.
 *
 * @param secret 16 random bytes, used for this backup alone.
 * @returns the file's bytes, in pieces that the caller owns.
 */
export function* sealBackup(
  primitives: Pick<Primitives, "hkdf">,
  random: Random,
  secret: Uint8Array,
  plain: Iterable<Uint8Array>,
  chunkBytes = BACKUP_CHUNK_BYTES,
): Generator<Uint8Array> {
  const nonce = random.bytes(STREAM_HEADER_BYTES)
  const header = new ByteWriter().raw(MAGIC).u8(VERSION).u32(chunkBytes).raw(nonce).done()
  const stream = streamWith(primitives, secret, nonce)
  yield header
  yield streamSeal(stream, EMPTY, header, false)
  const input = new Pieces(plain)
  let chunk = input.take(chunkBytes)
  // One chunk ahead, so that the last one is known to be the last.
  while (chunk.length === chunkBytes) {
    const next = input.take(chunkBytes)
    if (next.length === 0) break
    yield streamSeal(stream, chunk, header, false)
    chunk = next
  }
  yield streamSeal(stream, chunk, header, true)
}

/**
 * Opens a backup. Nothing that was yielded may have an effect before the generator has ended: only then is it known
 * that the file is whole.
 *
 * @throws CryptoError `bad-backup`, `backup-newer`, before more than one chunk is held; `bad-words`.
 */
export function* openBackup(
  primitives: Pick<Primitives, "hkdf">,
  secret: Uint8Array,
  file: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  const input = new Pieces(file)
  const header = input.take(HEADER_BYTES)
  const { chunkBytes, nonce } = parseHeader(header)
  const stream = streamWith(primitives, secret, nonce)
  const first = input.take(STREAM_CHUNK_OVERHEAD)
  if (first.length < STREAM_CHUNK_OVERHEAD) throw new CryptoError("bad-backup", CUT_OFF)
  const proof = streamOpen(stream, first, header)
  if (proof === undefined) throw new CryptoError("bad-words", "these are not the words of this backup")
  for (let isLast = proof.isLast; !isLast;) {
    const sealed = input.take(chunkBytes + STREAM_CHUNK_OVERHEAD)
    if (sealed.length === 0) throw new CryptoError("bad-backup", CUT_OFF)
    const opened = streamOpen(stream, sealed, header)
    if (opened === undefined) {
      const isShort = sealed.length < chunkBytes + STREAM_CHUNK_OVERHEAD
      throw new CryptoError("bad-backup", isShort ? CUT_OFF : "this backup is damaged: it was altered")
    }
    ;({ isLast } = opened)
    yield opened.plain
  }
  if (input.take(1).length > 0) throw new CryptoError("bad-backup", "this backup goes on after its end")
}

/** Whether this can be a backup that this program reads; says nothing about its words. @throws as `openBackup`. */
export function inspectBackup(file: Iterable<Uint8Array>): void {
  parseHeader(new Pieces(file).take(HEADER_BYTES))
}

const CUT_OFF = "this backup is damaged: it was cut off, or altered"

function parseHeader(header: Uint8Array): { chunkBytes: number; nonce: Uint8Array } {
  if (!equalBytes(header.subarray(0, MAGIC.length), MAGIC))
    throw new CryptoError("bad-backup", "this is not a backup of secure-chat")
  const version = header[MAGIC.length]
  if (version !== undefined && version > VERSION)
    throw new CryptoError("backup-newer", "a newer secure-chat wrote this backup; update the program")
  if (header.length < HEADER_BYTES) throw new CryptoError("bad-backup", CUT_OFF)
  const from = new ByteReader(header.subarray(MAGIC.length + 1))
  const chunkBytes = from.u32()
  if (version !== VERSION || chunkBytes === 0 || chunkBytes > MAX_BACKUP_CHUNK_BYTES)
    throw new CryptoError("bad-backup", "the beginning of this backup makes no sense")
  return { chunkBytes, nonce: from.raw(STREAM_HEADER_BYTES) }
}

function streamWith(
  primitives: Pick<Primitives, "hkdf">,
  secret: Uint8Array,
  nonce: Uint8Array,
): SealedStream {
  if (secret.length !== BACKUP_SECRET_BYTES) throw new RangeError(`a backup secret of ${secret.length} bytes`)
  const key = derive(primitives, secret, "backup", EMPTY, 32)
  const stream = streamOf(key, nonce)
  wipe(key)
  return stream
}
