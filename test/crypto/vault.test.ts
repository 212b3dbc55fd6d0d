/** The data key under a passphrase (PROTOCOL.md §15). The lowest limits keep this quick. */
import { beforeAll, describe, expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { Secret } from "../../src/crypto/secret.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import * as vault from "../../src/crypto/vault.ts"
import type { Primitives } from "../../src/platform/primitives.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const PROFILE = new Uint8Array(16).fill(1)
const KEY = new Uint8Array(32).fill(2)
const PHRASE = "correct horse"
/** A quick stand-in that still depends on every input; the real one is used in the first test and the vectors. */
const quick: Pick<Primitives, "argon2id"> = {
  argon2id: (passphrase, salt, { memoryKiB, passes, lanes }, length) =>
    nodePrimitives.hkdf("sha256", passphrase, salt, Uint8Array.of(memoryKiB >> 16, passes, lanes), length),
}
const wrap = (limits = vault.LOWEST_LIMITS, primitives = quick) =>
  vault.wrapDataKey(primitives, seededRandom("vault"), new Secret(KEY), PHRASE, PROFILE, limits)
const codeOf = (code: string) => expect.objectContaining({ code }) as Error

test("opens with its passphrase, in either of the forms that Unicode has for it", () => {
  const made = vault.wrapDataKey(
    nodePrimitives,
    seededRandom("nfkc"),
    new Secret(KEY),
    "pa\u0308sse",
    PROFILE,
    vault.LOWEST_LIMITS,
  )
  expect(vault.unwrapDataKey(nodePrimitives, made, "p\u00e4sse", PROFILE).expose()).toEqual(KEY)
  expect(() => vault.unwrapDataKey(nodePrimitives, made, "passe", PROFILE)).toThrow(codeOf("bad-passphrase"))
})

test("another profile's vault does not open", () => {
  expect(vault.unwrapDataKey(quick, wrap(), PHRASE, PROFILE).expose()).toEqual(KEY)
  expect(() => vault.unwrapDataKey(quick, wrap(), PHRASE, PROFILE.with(0, 9))).toThrow(
    codeOf("bad-passphrase"),
  )
})

test("every byte is authenticated or checked", () => {
  const made = wrap()
  for (let at = 0; at < made.length; at++) {
    const broken = made.with(at, made[at]! ^ 1)
    expect(() => vault.unwrapDataKey(quick, broken, PHRASE, PROFILE), `byte ${at}`).toThrow(/vault|limits/)
  }
})

describe("limits", () => {
  const none: Pick<Primitives, "argon2id"> = {
    argon2id: () => {
      throw new Error("work was done before the limits were checked")
    },
  }
  const withLimits = (memoryKiB: number, passes: number, lanes: number) => {
    const header = new DataView(new ArrayBuffer(10))
    header.setUint8(0, 1)
    header.setUint32(1, memoryKiB)
    header.setUint32(5, passes)
    header.setUint8(9, lanes)
    return concat(new Uint8Array(header.buffer), wrap().slice(10))
  }

  test.each([
    ["too little memory", 65_535, 3, 1],
    ["too much memory", 2_097_153, 3, 1],
    ["too few passes", 65_536, 2, 1],
    ["too many passes", 65_536, 17, 1],
    ["no lane", 65_536, 3, 0],
    ["too many lanes", 65_536, 3, 5],
  ])("%s is refused before any work", (_, memoryKiB, passes, lanes) => {
    const limits = { memoryKiB, passes, lanes }
    expect(() => vault.unwrapDataKey(none, withLimits(memoryKiB, passes, lanes), PHRASE, PROFILE)).toThrow(
      codeOf("bad-vault"),
    )
    expect(() => wrap(limits, none)).toThrow(codeOf("bad-vault"))
  })

  test.each([vault.LOWEST_LIMITS, vault.DEFAULT_LIMITS, vault.HIGHEST_LIMITS])(
    "%j are accepted",
    (limits) => {
      expect(vault.unwrapDataKey(quick, wrap(limits), PHRASE, PROFILE).expose()).toEqual(KEY)
    },
  )

  test("cut, longer and other vaults are damaged", () => {
    const made = wrap()
    for (const bytes of [made.slice(0, -1), concat(made, made), new Uint8Array(0), made.with(0, 2)]) {
      expect(() => vault.unwrapDataKey(none, bytes, PHRASE, PROFILE)).toThrow(codeOf("bad-vault"))
    }
  })
})

test("only keys of 32 bytes are wrapped", () => {
  const short = new Secret(KEY.slice(1))
  expect(() => vault.wrapDataKey(quick, seededRandom("x"), short, PHRASE, PROFILE)).toThrow(codeOf("bad-key"))
})
