/**
 * The shared toolbox for bytes: compare, join, print, and read or write big-endian fields.
 * Readers are total: hostile input ends in `BytesError`, never in a wrong value or a large allocation.
 */
import { CodedError } from "./errors.ts"

/** The bytes do not have the shape that was asked for. */
export class BytesError extends CodedError<"truncated" | "too-long" | "trailing" | "bad-value"> {}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return joined(parts)
}

/** The same of a list of any length: a call can have some ten thousand arguments and no more. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Not constant time: for public values only. Secrets are compared by `crypto/sodium.ts`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Orders by unsigned bytes, shorter first on a tie: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Lower case. The engine's own where it has one (Node 25): accounts are looked up by it, all the time. */
export function toHex(bytes: Uint8Array): string {
  if (hasOwnHex(bytes)) return bytes.toHex()
  let text = ""
  for (const byte of bytes) text += HEX[byte]!
  return text
}

function hasOwnHex(bytes: Uint8Array): bytes is Uint8Array & { toHex(): string } {
  return "toHex" in bytes
}

/** @throws BytesError `bad-value` for anything but an even number of hex digits. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) throw new BytesError("bad-value", "not hexadecimal")
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  )
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
/** By character code: what a digit stands for, or −1. */
const BASE64URL_DIGITS = Int8Array.from({ length: 128 }, (_, code) =>
  BASE64URL.indexOf(String.fromCharCode(code)),
)

const UNPADDED_BASE64URL = { alphabet: "base64url", omitPadding: true } as const

/** Base64url without padding (RFC 4648 §5). The engine's own where it has one (Node 25): records are full of bytes. */
export function toBase64Url(bytes: Uint8Array): string {
  if (hasOwnBase64(bytes)) return bytes.toBase64(UNPADDED_BASE64URL)
  let text = ""
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const digits = Math.min(bytes.length - i, 3) + 1
    for (let d = 0; d < digits; d++) text += BASE64URL[(group >> (18 - 6 * d)) & 63]!
  }
  return text
}

function hasOwnBase64(
  bytes: Uint8Array,
): bytes is Uint8Array & { toBase64(as: typeof UNPADDED_BASE64URL): string } {
  return "toBase64" in bytes
}

/** @throws BytesError `bad-value` unless the text is canonical unpadded base64url. */
export function fromBase64Url(text: string): Uint8Array {
  if (text.length % 4 === 1) throw new BytesError("bad-value", "not base64url")
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let held = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const digit = BASE64URL_DIGITS[text.charCodeAt(i)]
    if (digit === undefined || digit < 0) throw new BytesError("bad-value", "not base64url")
    held = ((held << 6) | digit) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  // One text for one value: left-over bits that are not zero would be a second spelling.
  if ((held & ((1 << bits) - 1)) !== 0) throw new BytesError("bad-value", "not canonical base64url")
  return bytes
}

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @throws BytesError `bad-value` for bytes that are not well-formed UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new BytesError("bad-value", "not UTF-8", { cause })
  }
}

export function u8(value: number): Uint8Array {
  return new ByteWriter(1).u8(value).done()
}

export function u16(value: number): Uint8Array {
  return new ByteWriter(2).u16(value).done()
}

export function u32(value: number): Uint8Array {
  return new ByteWriter(4).u32(value).done()
}

export function u64(value: number): Uint8Array {
  return new ByteWriter(8).u64(value).done()
}

/** Writes 32 bits of `value`, big-endian, where they belong. */
export function setU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** The same with 64 bits. @param value up to 2^53−1. */
export function setU64(bytes: Uint8Array, at: number, value: number): void {
  setU32(bytes, at, Math.floor(value / 2 ** 32))
  setU32(bytes, at + 4, value >>> 0)
}

/** Appends big-endian fields to a buffer that grows. Values out of range are our own bug: RangeError. */
export class ByteWriter {
  #buffer: Uint8Array
  #length = 0

  /** @param room a guess of the bytes to come, of which a good one saves copies; or memory of the caller's to begin with. */
  constructor(room: number | Uint8Array = 256) {
    this.#buffer = typeof room === "number" ? new Uint8Array(room) : room
  }

  u8(value: number): this {
    const at = this.#claim(1, value, 0xff)
    this.#buffer[at] = value
    return this
  }

  u16(value: number): this {
    const at = this.#claim(2, value, 0xffff)
    this.#buffer[at] = value >>> 8
    this.#buffer[at + 1] = value
    return this
  }

  u32(value: number): this {
    const at = this.#claim(4, value, 0xffffffff)
    setU32(this.#buffer, at, value)
    return this
  }

  /** 64 bits on the wire, at most 2^53−1 in value: every counter and time of ours fits. */
  u64(value: number): this {
    const at = this.#claim(8, value, Number.MAX_SAFE_INTEGER)
    setU64(this.#buffer, at, value)
    return this
  }

  raw(bytes: Uint8Array): this {
    const at = this.#claim(bytes.length, 0, 0)
    this.#buffer.set(bytes, at)
    return this
  }

  /** A u32 length, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes)
  }

  /** The bytes written so far; the caller owns them. */
  done(): Uint8Array {
    // Where the guess was right no copy: whatever is written after that begins a new buffer.
    return this.#length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.#length)
  }

  #claim(bytes: number, value: number, max: number): number {
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
      throw new RangeError(`${value} does not fit the field`)
    const at = this.#length
    if (at + bytes > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#buffer.length * 2, at + bytes))
      grown.set(this.#buffer)
      this.#buffer = grown
    }
    this.#length = at + bytes
    return at
  }
}

/** Reads big-endian fields. Byte results are views of the input, unless said otherwise. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at: number

  /** @param from where to begin. */
  constructor(bytes: Uint8Array, from: number = 0) {
    this.#bytes = bytes
    this.#at = from
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#bytes[this.#claim(1)]!
  }

  u16(): number {
    const at = this.#claim(2)
    return this.#bytes[at]! * 2 ** 8 + this.#bytes[at + 1]!
  }

  u32(): number {
    return this.#u32At(this.#claim(4))
  }

  /** @throws BytesError `bad-value` above 2^53−1: no counter of ours gets there. */
  u64(): number {
    const at = this.#claim(8)
    const high = this.#u32At(at)
    if (high > 0x1fffff) throw new BytesError("bad-value", "a number above 2^53")
    return high * 2 ** 32 + this.#u32At(at + 4)
  }

  /** A view of the next `length` bytes. */
  raw(length: number): Uint8Array {
    const at = this.#claim(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** A view of a field that its u32 length precedes. @throws BytesError `too-long` above `max`. */
  sized(max: number): Uint8Array {
    const length = this.u32()
    if (length > max) throw new BytesError("too-long", `a field of ${length} bytes where ${max} are allowed`)
    return this.raw(length)
  }

  /** Everything that is left, as a view. */
  rest(): Uint8Array {
    return this.raw(this.left)
  }

  /** @throws BytesError `trailing` when anything is left: one value has one encoding. */
  end(): void {
    if (this.left > 0) throw new BytesError("trailing", `${this.left} bytes after the end`)
  }

  #u32At(at: number): number {
    const bytes = this.#bytes
    return bytes[at]! * 2 ** 24 + (bytes[at + 1]! * 2 ** 16 + bytes[at + 2]! * 2 ** 8 + bytes[at + 3]!)
  }

  #claim(length: number): number {
    if (length > this.left) throw new BytesError("truncated", `${length} bytes wanted, ${this.left} left`)
    const at = this.#at
    this.#at += length
    return at
  }
}
