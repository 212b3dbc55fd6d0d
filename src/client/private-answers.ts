/**
 * Answers that only the asker reads (PROTOCOL.md §13.5): every question brings a key of its own. Its secret stays in
 * memory and for a few questions only, so that nothing that is taken later opens what was answered today.
 */
import { concat, equalBytes, utf8 } from "../bytes.ts"
import { isUsableXWing, wipe, XWING_SECRET_BYTES, xwingKeyPair } from "../crypto/sodium.ts"
import { openBox, sealBox } from "../crypto/xwing-box.ts"
import { type Content, decodeAnswered, encodeAnswered, KEY_NAME_BYTES } from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Context } from "./context.ts"

/** Questions whose answers are still read. */
const MAX_KEYS = 4
const INFO = utf8("secure-chat/v1 answer")

export class QuestionKeys {
  readonly #keys: { public: Uint8Array; secret: Uint8Array }[] = []

  /** A key for the next question. */
  fresh({ random }: Pick<Context, "random">): Uint8Array {
    const key = xwingKeyPair(random.bytes(XWING_SECRET_BYTES))
    this.#keys.push(key)
    if (this.#keys.length > MAX_KEYS) wipe(this.#keys.shift()!.secret)
    return key.public
  }

  /** What an answer to one of our questions brings; undefined for everybody else's, and for one that makes no sense. */
  open(
    { primitives }: Pick<Context, "primitives">,
    channelId: Uint8Array,
    { to, sealed }: Content & { type: "privateAnswer" },
  ): Uint8Array[] | undefined {
    const key = this.#keys.find((each) => equalBytes(nameOf(each.public), to))
    const plain = key && openBox(primitives, concat(INFO, channelId), key.secret, sealed)
    if (!plain) return undefined
    try {
      return decodeAnswered(plain)
    } catch (cause) {
      if (cause instanceof ProtocolError) return undefined
      throw cause
    }
  }
}

/** @returns the key of a question, when answers can be sealed to it. */
export function usableKey(key: Uint8Array): Uint8Array | undefined {
  return isUsableXWing(key) ? key.slice() : undefined
}

/** @param key `usableKey`. */
export function sealAnswer(
  { primitives, random }: Pick<Context, "primitives" | "random">,
  channelId: Uint8Array,
  key: Uint8Array,
  payloads: Uint8Array[],
): Content & { type: "privateAnswer" } {
  const sealed = sealBox(primitives, random, concat(INFO, channelId), key, encodeAnswered(payloads))
  return { type: "privateAnswer", to: nameOf(key), sealed }
}

function nameOf(key: Uint8Array): Uint8Array {
  return key.slice(0, KEY_NAME_BYTES)
}
