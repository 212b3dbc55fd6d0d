/**
 * libsodium that remembers, for simulations of very many worlds: the same people meet in each, and what costs most is to
 * compute the same keys and check the same signatures again. Every function here gives the same output for the same
 * input, so nobody can tell; results are copied, since callers wipe them.
 */
import sodium from "libsodium-wrappers"

/** Answers kept of each function: one generation that fills, and the one before it. */
const GENERATION = 4_000

type Bytes = Uint8Array
type Answer = Bytes | boolean | Readonly<Record<string, Bytes | string>>

const REMEMBERING = Symbol("remembering")

/** From now on this process's libsodium remembers. `sodiumReady()` comes first; asking again changes nothing. */
export function rememberSodium(): void {
  if (REMEMBERING in sodium) return
  Object.defineProperty(sodium, REMEMBERING, { value: true })
  const functions = sodium as unknown as Record<string, (...args: Bytes[]) => Answer>
  for (const name of [
    "crypto_sign_seed_keypair",
    "crypto_sign_detached",
    "crypto_sign_verify_detached",
    "crypto_scalarmult_base",
    "crypto_scalarmult",
    "crypto_kem_xwing_seed_keypair",
    "crypto_kem_xwing_enc_deterministic",
    "crypto_kem_xwing_dec",
  ]) {
    const original = functions[name]
    if (original === undefined) throw new Error(`libsodium has no ${name}`)
    functions[name] = remembering(original)
  }
}

/** What throws is not remembered. */
function remembering(original: (...args: Bytes[]) => Answer): (...args: Bytes[]) => Answer {
  let young = new Map<string, Answer>()
  let old = young
  return (...args) => {
    const name = args.map(keyOf).join("/")
    let answer = young.get(name) ?? old.get(name)
    if (answer === undefined) answer = original(...args)
    if (!young.has(name)) {
      if (young.size >= GENERATION) {
        old = young
        young = new Map()
      }
      young.set(name, answer)
    }
    return copyOf(answer)
  }
}

function keyOf(bytes: Bytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
}

function copyOf(answer: Answer): Answer {
  if (typeof answer === "boolean") return answer
  if (answer instanceof Uint8Array) return answer.slice()
  const entries = Object.entries(answer).map(([name, value]) => [
    name,
    typeof value === "string" ? value : value.slice(),
  ])
  return Object.fromEntries(entries) as Answer
}
