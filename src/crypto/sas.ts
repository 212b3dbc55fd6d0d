/**
 * Short codes that people compare aloud (PROTOCOL.md §14.4, §14.5): commitments, and what seven words are made of. One
 * guess an attempt, because whoever chooses last has committed first; never used for anything without a commitment.
 */
import { BytesError, concat, fromBase64Url, toBase64Url, u16, u32, utf8 } from "../bytes.ts"
import { fiveDigitGroups } from "./fingerprint.ts"
import { labelledHash, labelledHash64 } from "./hash.ts"
import { SAS_WORDS } from "./sas-words.ts"

export const SID_BYTES = 16
export const SAS_RANDOM_BYTES = 32
export const SAS_WORD_COUNT = 7
const DIGITS_AT = 8

/** One side of a pair: 32 bytes of account id, and the name that the directory has for it. */
export interface SasPerson {
  id: Uint8Array
  name: string
}

/** H("sas commit", sid ‖ idA ‖ idB ‖ Ra): what A says before it knows Rb. */
export function pairCommitment(
  sid: Uint8Array,
  idA: Uint8Array,
  idB: Uint8Array,
  ra: Uint8Array,
): Uint8Array {
  return labelledHash("sas commit", sid, idA, idB, ra)
}

/** 64 bytes; A is who began. Two people have the same exactly if all of this is the same for both. */
export function pairOutput(input: {
  sid: Uint8Array
  a: SasPerson
  b: SasPerson
  commitment: Uint8Array
  rb: Uint8Array
  ra: Uint8Array
}): Uint8Array {
  const { sid, a, b, commitment, rb, ra } = input
  return labelledHash64("sas", sid, a.id, b.id, named(a.name), named(b.name), commitment, rb, ra)
}

/** H("room commit", sid ‖ id ‖ R). */
export function roomCommitment(sid: Uint8Array, id: Uint8Array, random: Uint8Array): Uint8Array {
  return labelledHash("room commit", sid, id, random)
}

export interface RoomSasPerson extends SasPerson {
  commitment: Uint8Array
  random: Uint8Array
}

/** @param people by id, ascending. @param authenticator of the epoch in which the round began. */
export function roomOutput(input: {
  sid: Uint8Array
  channelId: Uint8Array
  authenticator: Uint8Array
  people: readonly RoomSasPerson[]
}): Uint8Array {
  const { sid, channelId, authenticator, people } = input
  const each = people.map(({ id, name, commitment, random }) => concat(id, named(name), commitment, random))
  const epoch = concat(u32(authenticator.length), authenticator)
  return labelledHash64("room sas", sid, channelId, epoch, u16(people.length), ...each)
}

function named(name: string): Uint8Array {
  const bytes = utf8(name)
  return concat(u32(bytes.length), bytes)
}

/** Seven numbers, each the place of a word in every list. @param output 64 bytes. */
export function wordIndexes(output: Uint8Array): number[] {
  return [...output.subarray(0, SAS_WORD_COUNT)]
}

/** The same for those who have no language in common: six groups of five digits. */
export function outputDigits(output: Uint8Array): string {
  return fiveDigitGroups(output.subarray(DIGITS_AT))
}

/** @param indexes each 0 to 255. */
export function wordsOf(indexes: readonly number[]): {
  en: readonly string[]
  hi: readonly string[]
  hiLatin: readonly string[]
} {
  const of = (list: readonly string[]) => indexes.map((index) => list[index]!)
  return { en: of(SAS_WORDS.en), hi: of(SAS_WORDS.hi), hiLatin: of(SAS_WORDS.hiLatin) }
}

/** What a code shows: `s` shows it, `o` is whom the shower means, `n` is new for each code. */
export interface QrCode {
  shower: Uint8Array
  other: Uint8Array
  nonce: Uint8Array
}

export const QR_NONCE_BYTES = 16
const QR = /^secure-chat-verify:1\?s=([\w-]{43})&o=([\w-]{43})&n=([\w-]{22})$/
/** Longer than any code, with room for what a terminal adds around it. */
export const MAX_QR_TEXT = 256

export function encodeQr({ shower, other, nonce }: QrCode): string {
  return `secure-chat-verify:1?s=${toBase64Url(shower)}&o=${toBase64Url(other)}&n=${toBase64Url(nonce)}`
}

/** Undefined for anything else. */
export function decodeQr(text: string): QrCode | undefined {
  if (text.length > MAX_QR_TEXT) return undefined
  const [, s, o, n] = QR.exec(text.trim()) ?? []
  if (s === undefined || o === undefined || n === undefined) return undefined
  try {
    return { shower: fromBase64Url(s), other: fromBase64Url(o), nonce: fromBase64Url(n) }
  } catch (cause) {
    if (cause instanceof BytesError) return undefined
    throw cause
  }
}

/** H("qr", n ‖ s ‖ o): the reader has read it, and says so in the chat. */
export function qrAnswer({ shower, other, nonce }: QrCode): Uint8Array {
  return labelledHash("qr", nonce, shower, other)
}
