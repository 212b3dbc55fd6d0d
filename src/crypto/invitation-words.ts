/**
 * The invitation as twelve words, to be read from a wall (PROTOCOL.md §17): one 128-bit secret from which follow
 * what lets one register, the key of the first room, and how to recognise the relay. The only importer of the word list.
 */
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/english.js"
import type { Primitives } from "../platform/primitives.ts"
import { derive } from "./kdf.ts"

export const INVITATION_SECRET_BYTES = 16
export const INVITATION_WORDS = 12

const EMPTY = new Uint8Array(0)

/** @param secret 16 random bytes. @returns twelve words, joined by spaces. */
export function wordsOf(secret: Uint8Array): string {
  if (secret.length !== INVITATION_SECRET_BYTES)
    throw new RangeError(`an invitation secret of ${secret.length} bytes`)
  return entropyToMnemonic(secret, wordlist)
}

/** Undefined for anything but twelve words of the list with a right checksum; case and spacing do not matter. */
export function secretOf(words: string): Uint8Array | undefined {
  const typed = words.normalize("NFKC").trim().toLowerCase().split(/\s+/)
  if (typed.length !== INVITATION_WORDS) return undefined
  try {
    return mnemonicToEntropy(typed.join(" "), wordlist)
  } catch {
    return undefined
  }
}

/**
 * Whether twelve words of the list follow each other in a text, with whatever stands between them: numbers, commas, line
 * ends. Wider than `secretOf`: words of which one is misspelt into another are as bad to say.
 */
export function holdsTwelveWords(text: string): boolean {
  let inRow = 0
  for (const [word] of text
    .normalize("NFKC")
    .toLowerCase()
    .matchAll(/\p{L}+/gu)) {
    inRow = isListed(word) ? inRow + 1 : 0
    if (inRow === INVITATION_WORDS) return true
  }
  return false
}

/** The list is in the order of its code units. */
function isListed(word: string): boolean {
  let low = 0
  let high = wordlist.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (wordlist[middle]! < word) low = middle + 1
    else high = middle
  }
  return wordlist[low] === word
}

/** The two values that an invitation link carries. @returns `admission` 16 bytes, `room` 32 bytes. */
export function invitationSecrets(
  primitives: Pick<Primitives, "hkdf">,
  secret: Uint8Array,
): { admission: Uint8Array; room: Uint8Array } {
  return {
    admission: derive(primitives, secret, "invitation admission", EMPTY, 16),
    room: derive(primitives, secret, "invitation room", EMPTY, 32),
  }
}

/**
 * What the relay's certificate carries, so that somebody who has only the words recognises its key: 32 bytes.
 * Everybody may see it; without the words it neither can be made for another key nor says anything about them.
 *
 * @param spkiSha256 32 bytes, SHA-256 of the certificate's public key.
 */
export function certificateTag(
  primitives: Pick<Primitives, "hkdf" | "hmac">,
  secret: Uint8Array,
  spkiSha256: Uint8Array,
): Uint8Array {
  return primitives.hmac(
    "sha256",
    derive(primitives, secret, "invitation certificate", EMPTY, 32),
    spkiSha256,
  )
}
