import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { CliError } from "../../src/cli/errors.ts"
import {
  advertisedHost,
  finishRelayDir,
  isPrivate,
  prepareRelayDir,
  type RelayOptions,
} from "../../src/cli/relay-dir.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { certificateTag, secretOf } from "../../src/crypto/invitation-words.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { tagOf } from "../../src/platform/certificate.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { parseInvitation } from "../../src/protocol/address.ts"
import { X509Certificate } from "node:crypto"

const root = mkdtempSync(join(tmpdir(), "secure-chat-relay-dir-"))
afterAll(() => rmSync(root, { recursive: true }))
beforeAll(sodiumReady)

let dirs = 0
const freshDir = () => mkdtempSync(join(root, `${dirs++}-`))
const prepare = (dir: string, options: RelayOptions = {}) =>
  prepareRelayDir(dir, options, { random: systemRandom, clock: systemClock })
const address = { host: "192.168.1.5", port: 7667 }

test("what the relay is told follows from what the invitation says, in both writings", () => {
  const dir = freshDir()
  const relay = prepare(dir, { name: "Class 8B" })
  const { link, words } = finishRelayDir(dir, relay, address)
  const parsed = parseInvitation(link)
  if (parsed.kind !== "link") throw new Error("no link")
  expect(parsed).toMatchObject({ host: address.host, port: address.port, pin: relay.key.spkiSha256 })
  expect(labelledHash("admission", parsed.admission!)).toEqual(relay.admissionHash)
  const secret = secretOf(words!.split(" ").slice(1).join(" "))!
  expect(secret).toEqual(relay.secret)
  expect(tagOf(new X509Certificate(relay.certificatePem))).toEqual(
    certificateTag(nodePrimitives, secret, relay.key.spkiSha256),
  )
})

test("a second start keeps key, secret and settings, and writes the new address", () => {
  const dir = freshDir()
  const first = prepare(dir, { name: "office", port: 0 })
  finishRelayDir(dir, first, { host: "10.0.0.1", port: 5_000 })
  writeFileSync(join(dir, "relay.db"), "something")
  const second = prepare(dir)
  expect(second).toMatchObject({
    key: first.key,
    secret: first.secret,
    settings: { name: "office", port: 5_000 },
  })
  const again = finishRelayDir(dir, second, { host: "10.0.0.2", port: 5_001 })
  expect(readFileSync(join(dir, "invitation"), "utf8")).toBe(`${again.link}\n${again.words}\n`)
  expect(again.words).toMatch(/^10\.0\.0\.2:5001 /)
  for (const file of ["invitation", "relay.key", "settings.json"]) {
    expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
  }
})

test("an interrupted first start is finished by the next one with the same secret", () => {
  const dir = freshDir()
  const first = prepare(dir)
  expect(prepare(dir).secret).toEqual(first.secret)
})

test("a database without its secrets is damage, never a reason for new ones", () => {
  for (const file of ["relay.key", "invitation", "settings.json"]) {
    const dir = freshDir()
    prepare(dir)
    writeFileSync(join(dir, "relay.db"), "something")
    rmSync(join(dir, file))
    expect(() => prepare(dir)).toThrow(
      expect.objectContaining({ constructor: CliError, code: "relay-damaged" }),
    )
  }
})

test("an open relay has no secret, and stays what it is", () => {
  const dir = freshDir()
  const relay = prepare(dir, { open: true })
  expect(relay).toMatchObject({ secret: undefined, admissionHash: undefined })
  expect(finishRelayDir(dir, relay, address)).toMatchObject({ words: undefined })
  expect(prepare(dir)).toMatchObject({ secret: undefined, settings: { open: true } })
  const closed = freshDir()
  prepare(closed)
  expect(() => prepare(closed, { open: true })).toThrow(expect.objectContaining({ code: "usage" }))
})

test.each(["", " ", "x".repeat(129)])("a name that no relay has: %j", (name) => {
  expect(() => prepare(freshDir(), { name })).toThrow(expect.objectContaining({ code: "usage" }))
})

test("the address in the invitation", () => {
  expect(advertisedHost("127.0.0.1", undefined)).toBe("127.0.0.1")
  expect(advertisedHost("::", "chat.school")).toBe("chat.school")
  expect(advertisedHost(undefined, undefined)).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  expect(["10.1.2.3", "192.168.0.1", "172.16.0.1", "172.31.9.9"].every(isPrivate)).toBe(true)
  expect(["11.1.2.3", "172.32.0.1", "172.15.0.1", "192.169.0.1", "8.8.8.8"].some(isPrivate)).toBe(false)
})
