/** Accounts, devices, certificates and signatures under labels (PROTOCOL.md §1, §8). */
import { beforeAll, describe, expect, test } from "vitest"
import { inspect } from "node:util"
import { concat, toHex } from "../../src/bytes.ts"
import * as identity from "../../src/crypto/identity.ts"
import { sign, type SignatureLabel, verify } from "../../src/crypto/signature.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const LABELS: readonly SignatureLabel[] = ["device", "leaf", "directory", "rotate", "hello", "inbox"]
const MESSAGE = Uint8Array.of(1, 2, 3)

describe("signatures", () => {
  test.each(LABELS)("what is signed as %s verifies as nothing else", (label) => {
    const { ed } = identity.createAccount(seededRandom("labels"))
    const signature = sign(ed.secret, label, MESSAGE)
    expect(LABELS.filter((other) => verify(ed.public, other, MESSAGE, signature))).toEqual([label])
    expect(verify(ed.public, label, MESSAGE.slice(1), signature)).toBe(false)
    expect(verify(ed.public.slice(1), label, MESSAGE, signature)).toBe(false)
    expect(verify(ed.public, label, MESSAGE, signature.slice(1))).toBe(false)
  })
})

describe("accounts", () => {
  const account = () => identity.createAccount(seededRandom("account"))

  test("have an id of both public keys, and come back from storage the same", () => {
    const made = account()
    expect(made.accountId).toEqual(identity.accountIdOf(made.ed.public, made.x.public))
    const other = identity.createAccount(seededRandom("other"))
    expect(identity.accountIdOf(made.ed.public, other.x.public)).not.toEqual(made.accountId)
    expect(identity.accountIdOf(other.ed.public, made.x.public)).not.toEqual(made.accountId)
    const stored = identity.decodeAccount(identity.encodeAccount(made))
    for (const key of ["ed", "x", "kem"] as const) {
      expect(stored[key].public).toEqual(made[key].public)
      expect(stored[key].secret.expose()).toEqual(made[key].secret.expose())
    }
    expect(stored.accountId).toEqual(made.accountId)
  })

  test("do not print their secrets", () => {
    const made = account()
    const secret = toHex(made.x.secret.expose()).slice(0, 16)
    for (const text of [inspect(made, { depth: 9 }), JSON.stringify(made), String(made.ed.secret)]) {
      expect(text).not.toContain(secret)
    }
    expect(inspect(made, { depth: 9 })).toContain("[secret]")
  })

  test.each([
    ["nothing", (bytes: Uint8Array) => bytes.slice(0, 0)],
    ["too little", (bytes: Uint8Array) => bytes.slice(0, -1)],
    ["too much", (bytes: Uint8Array) => concat(bytes, bytes)],
    ["another version", (bytes: Uint8Array) => bytes.with(0, 9)],
  ])("storage with %s is refused", (_, damage) => {
    expect(() => identity.decodeAccount(damage(identity.encodeAccount(account())))).toThrow(/stored account/)
    const device = identity.createDevice(seededRandom("device"))
    expect(() => identity.decodeDevice(damage(identity.encodeDevice(device)))).toThrow(/stored device/)
  })

  test.each<[string, (keys: ReturnType<typeof account>) => [Uint8Array, Uint8Array, Uint8Array]]>([
    ["a short Ed25519 key", ({ ed, x, kem }) => [ed.public.slice(1), x.public, kem.public]],
    ["an X25519 key that agrees on zero", ({ ed, kem }) => [ed.public, new Uint8Array(32), kem.public]],
    ["a short X-Wing key", ({ ed, x, kem }) => [ed.public, x.public, kem.public.slice(1)]],
    ["an X-Wing key out of range", ({ ed, x, kem }) => [ed.public, x.public, kem.public.map(() => 0xff)]],
  ])("nobody registers %s", (_, keys) => {
    const made = account()
    expect(() => identity.checkAccountKeys(made.ed.public, made.x.public, made.kem.public)).not.toThrow()
    expect(() => identity.checkAccountKeys(...keys(made))).toThrow(
      expect.objectContaining({ code: "bad-key" }),
    )
  })
})

test("a device certificate holds for exactly its account, device, key and end", () => {
  const random = seededRandom("certificates")
  const [account, other] = [identity.createAccount(random), identity.createAccount(random)]
  const [device, second] = [identity.createDevice(random), identity.createDevice(random)]
  const certificate = identity.certifyDevice(account, device.deviceId, device.auth.public, 1_000)
  const { ed, accountId } = account
  const holds = identity.verifyDeviceCertificate
  expect(holds(ed.public, accountId, device.deviceId, device.auth.public, 1_000, certificate)).toBe(true)
  expect(holds(other.ed.public, accountId, device.deviceId, device.auth.public, 1_000, certificate)).toBe(
    false,
  )
  expect(holds(ed.public, other.accountId, device.deviceId, device.auth.public, 1_000, certificate)).toBe(
    false,
  )
  expect(holds(ed.public, accountId, second.deviceId, device.auth.public, 1_000, certificate)).toBe(false)
  expect(holds(ed.public, accountId, device.deviceId, second.auth.public, 1_000, certificate)).toBe(false)
  expect(holds(ed.public, accountId, device.deviceId, device.auth.public, 1_001, certificate)).toBe(false)
})

test("leaves and hellos are signed by the right key under the right label", () => {
  const random = seededRandom("signers")
  const account = identity.createAccount(random)
  const device = identity.createDevice(random)
  const signer = identity.leafSigner(account, device.deviceId)
  expect(signer.identity).toEqual({
    accountEd: account.ed.public,
    accountX: account.x.public,
    deviceId: device.deviceId,
  })
  const leaf = random.bytes(32)
  const statement = concat(account.accountId, device.deviceId, leaf)
  expect(verify(account.ed.public, "leaf", statement, signer.certify(leaf))).toBe(true)
  expect(verify(device.auth.public, "hello", MESSAGE, identity.signHello(device, MESSAGE))).toBe(true)
})
