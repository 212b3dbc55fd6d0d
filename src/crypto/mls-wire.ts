/** The library's messages as bytes: MLSMessage of RFC 9420 §6, exactly one, with nothing behind it. */
import type { Decoder } from "ts-mls/codec/tlsDecoder.js"
import {
  decodeMlsMessage,
  encodeMlsMessage,
  type MlsMessageContent,
  type MLSMessage,
} from "ts-mls/message.js"

/** What a message can be, by name. */
export type Wireformat = MLSMessage["wireformat"]
export type MessageOf<W extends Wireformat> = Extract<MLSMessage, { wireformat: W }>

export function encodeMls(content: MlsMessageContent): Uint8Array {
  return encodeMlsMessage({ version: "mls10", ...content })
}

/** Undefined for anything else. Works on a copy, since the library's values are views of what it decodes. */
export function decodeMls(bytes: Uint8Array): MLSMessage | undefined {
  return decodeWhole(decodeMlsMessage, bytes.slice())
}

/** A message of one kind; undefined for any other. */
export function decodeMlsAs<W extends Wireformat>(
  wireformat: W,
  bytes: Uint8Array,
): MessageOf<W> | undefined {
  const message = decodeMls(bytes)
  return message?.wireformat === wireformat ? (message as MessageOf<W>) : undefined
}

/** The value that fills `bytes`; undefined when there is none. Views of `bytes`. */
export function decodeWhole<T>(decoder: Decoder<T>, bytes: Uint8Array): T | undefined {
  try {
    const decoded = decoder(bytes, 0)
    return decoded !== undefined && decoded[1] === bytes.length ? decoded[0] : undefined
  } catch {
    // The decoders throw several kinds of errors for hostile bytes; all of them mean the same.
    return undefined
  }
}
