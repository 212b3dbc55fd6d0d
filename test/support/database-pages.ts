/**
 * Opens the pages of an encrypted database without the library that wrote them, to see what is really on the disk:
 * in rows, between rows, and in pages that nothing uses any more. For tests: the pages' tags are not checked.
 */
import { createCipheriv } from "node:crypto"

export const PAGE_BYTES = 4_096
const NONCE_BYTES = 16
const TAG_BYTES = 16
const CONTENT_BYTES = PAGE_BYTES - NONCE_BYTES - TAG_BYTES
/** The first page begins in the open: salt, page size and the like. */
const OPEN_BYTES_OF_FIRST = 24
const ONE_TIME_KEY_BYTES = 64

/** The content of each page, in the file's order. */
export function openedPages(file: Uint8Array, key: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.floor(file.length / PAGE_BYTES) }, (_, i) =>
    openedPage(file.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES), i + 1, key),
  )
}

/**
 * Content and nonce are followed by a tag. A key for this writing of the page comes from the database's key, the nonce
 * and a counter that the page's number is in; its second half opens the content.
 */
function openedPage(page: Uint8Array, number: number, key: Uint8Array): Uint8Array {
  const nonce = page.subarray(CONTENT_BYTES, CONTENT_BYTES + NONCE_BYTES)
  const counter = (new DataView(nonce.buffer, nonce.byteOffset).getUint32(12, true) ^ number) >>> 0
  const oneTimeKey = chacha20(key, nonce, counter, new Uint8Array(ONE_TIME_KEY_BYTES)).subarray(32)
  const from = number === 1 ? OPEN_BYTES_OF_FIRST : 0
  return chacha20(oneTimeKey, nonce, (counter + 1) >>> 0, page.subarray(from, CONTENT_BYTES))
}

function chacha20(key: Uint8Array, nonce: Uint8Array, counter: number, text: Uint8Array): Uint8Array {
  const start = new Uint8Array(16)
  new DataView(start.buffer).setUint32(0, counter, true)
  start.set(nonce.subarray(0, 12), 4)
  return createCipheriv("chacha20", key, start).update(text)
}
