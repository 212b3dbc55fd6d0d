/**
 * The QR code on a photograph or a screenshot (PROTOCOL.md §14.6). Bytes in, text out, and nothing
 * is allocated for a picture before its size is known and small enough. Runs in a process of its own (`qr-file.ts`):
 * a picture comes from anywhere, and what a decoder does with a hostile one ends there.
 */
import jpeg from "jpeg-js"
import pngjs from "pngjs"
import { decodeQR } from "qr/decode.js"
import { CliError } from "./errors.ts"

/** More than a phone's photograph. */
export const MAX_IMAGE_BYTES = 16 * 1024 * 1024
/** 4096 × 4096. A photograph of 12 megapixels fits; decoding this many takes some 0.8 GB for a moment. */
export const MAX_IMAGE_PIXELS = 16_777_216
/** Longest side that the QR decoder takes; larger pictures are made smaller first. */
const MAX_SIDE = 4_096
/** Memory for the JPEG decoder, in MB of its own count. */
const MAX_JPEG_MEGABYTES = 1_024
/** Longest text that is given on; ours has about 160 characters, the largest QR code holds 4,296. */
const MAX_QR_TEXT = 4_296

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff])
/** Length, `IHDR`, width, height, depth, colours, compression, filter, interlacing. */
const PNG_HEADER_BYTES = 29

interface Picture {
  width: number
  height: number
  /** RGBA, 8 bits each. */
  data: Uint8Array
}

/** @throws CliError `bad-image` with a sentence that says what is wrong, `image-too-large`. */
export function readQrImage(bytes: Uint8Array): string {
  if (bytes.length > MAX_IMAGE_BYTES) throw tooLarge(`${Math.ceil(bytes.length / 1e6)} MB`)
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const picture = small(onWhite(decodePicture(file)))
  for (const look of [picture, () => mirrored(picture), () => negative(picture)]) {
    const text = textOn(typeof look === "function" ? look() : look)
    if (text !== undefined) return text.slice(0, MAX_QR_TEXT)
  }
  throw new CliError(
    "bad-image",
    "no QR code was found in this picture: it must show the whole code with its white edge, sharp and not too small",
  )
}

function decodePicture(file: Buffer): Picture {
  if (file.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return decodePng(file)
  if (file.subarray(0, JPEG_START.length).equals(JPEG_START)) return decodeJpeg(file)
  throw new CliError("bad-image", "this file is neither a PNG nor a JPEG picture")
}

function decodePng(file: Buffer): Picture {
  const at = PNG_SIGNATURE.length
  if (file.length < PNG_HEADER_BYTES || file.toString("latin1", at + 4, at + 8) !== "IHDR") throw damaged()
  checkSize(file.readUInt32BE(at + 8), file.readUInt32BE(at + 12))
  // The decoder unpacks interlaced pictures without a limit.
  if (file[at + 20] !== 0)
    throw new CliError("bad-image", "this PNG is interlaced; save it as a plain PNG or as a JPEG")
  return decoded(() => pngjs.PNG.sync.read(file))
}

function decodeJpeg(file: Buffer): Picture {
  return decoded(() =>
    jpeg.decode(file, {
      useTArray: true,
      maxResolutionInMP: MAX_IMAGE_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_JPEG_MEGABYTES,
    }),
  )
}

/** Whatever a decoder throws is the file's fault. */
function decoded(decode: () => Picture): Picture {
  let picture: Picture
  try {
    picture = decode()
  } catch (cause) {
    if (/^max(Resolution|Memory)/.test(cause instanceof Error ? cause.message : "")) throw tooLarge()
    throw damaged(cause)
  }
  const { width, height, data } = picture
  checkSize(width, height)
  if (data.length !== width * height * 4) throw damaged()
  return picture
}

function checkSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw damaged()
  if (width * height > MAX_IMAGE_PIXELS) throw tooLarge(`${width} × ${height} points`)
}

function damaged(cause?: unknown): CliError {
  return new CliError("bad-image", "this picture is damaged: it cannot be read to its end", { cause })
}

function tooLarge(size?: string): CliError {
  const has = size === undefined ? "" : ` (${size})`
  return new CliError(
    "image-too-large",
    `this picture is too large${has}: at most 16 MB and 4096 × 4096 points`,
  )
}

/** A transparent point shows what is under it: we put it on paper. */
function onWhite(picture: Picture): Picture {
  const { data } = picture
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3]!
    if (alpha === 255) continue
    for (let channel = at; channel < at + 3; channel++)
      data[channel] = 255 + ((data[channel]! - 255) * alpha) / 255
    data[at + 3] = 255
  }
  return picture
}

/** Every `step`-th point in both directions, so that no side is longer than the decoder takes. */
function small(picture: Picture): Picture {
  const step = Math.ceil(Math.max(picture.width, picture.height) / MAX_SIDE)
  if (step === 1) return picture
  const width = Math.floor(picture.width / step)
  const height = Math.floor(picture.height / step)
  if (width === 0 || height === 0) return picture
  return mapped(picture, width, height, (x, y) => [x * step, y * step])
}

/** Cameras that look at their owner turn pictures round. */
function mirrored(picture: Picture): Picture {
  const { width, height } = picture
  return mapped(picture, width, height, (x, y) => [width - 1 - x, y])
}

/** Somebody drew light on dark. */
function negative({ width, height, data }: Picture): Picture {
  return { width, height, data: data.map((value, at) => (at % 4 === 3 ? value : 255 - value)) }
}

function mapped(
  from: Picture,
  width: number,
  height: number,
  source: (x: number, y: number) => readonly [number, number],
): Picture {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = source(x, y)
      const at = (fromY * from.width + fromX) * 4
      data.set(from.data.subarray(at, at + 4), (y * width + x) * 4)
    }
  }
  return { width, height, data }
}

function textOn(picture: Picture): string | undefined {
  try {
    return decodeQR(picture, { effort: Number.POSITIVE_INFINITY, timeLimit: Number.POSITIVE_INFINITY })
  } catch {
    // It throws when there is no code, whatever the reason.
    return undefined
  }
}
