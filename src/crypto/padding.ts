/**
 * ISO 7816-4 padding to a few sizes (PROTOCOL.md §9): the bytes, 0x80, zeros. What the relay and the
 * wire learn of a length is its bucket. Only authenticated bytes are ever unpadded.
 */

/** Padded sizes in bytes; larger things are padded to multiples of `BLOB_STEP_BYTES`. */
export const BUCKETS = [1_024, 5_120, 16_384, 61_440] as const
export const LARGEST_BUCKET = 61_440
export const BLOB_STEP_BYTES = 65_536

const MARK = 0x80

/** The bucket for `length` bytes and their mark; above the largest, the next multiple of 64 KiB. */
export function bucketFor(length: number): number {
  return (
    BUCKETS.find((bucket) => length < bucket) ?? (Math.floor(length / BLOB_STEP_BYTES) + 1) * BLOB_STEP_BYTES
  )
}

/** A new array of `size` bytes. RangeError when there is no room for the mark: our own bug. */
export function padTo(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length >= size) throw new RangeError(`${bytes.length} bytes do not fit a bucket of ${size}`)
  const padded = new Uint8Array(size)
  padded.set(bytes)
  padded[bytes.length] = MARK
  return padded
}

/** A view of what was padded; undefined when there is no mark. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  let end = padded.length
  while (end > 0 && padded[end - 1] === 0) end--
  return end > 0 && padded[end - 1] === MARK ? padded.subarray(0, end - 1) : undefined
}
