import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { certifyDevice, createAccount, createDevice } from "../../src/crypto/identity.ts"
import { verify } from "../../src/crypto/signature.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { deviceCertificateTranscript, type HelloParts, helloTranscript } from "../../src/protocol/hello.ts"
import { seeded, seededRandom } from "../support/sim.ts"

beforeAll(sodiumReady)

const fill = (byte: number, length: number) => new Uint8Array(length).fill(byte)
const parts: HelloParts = {
  relayId: fill(1, 32),
  exporter: fill(2, 32),
  accountId: fill(3, 32),
  deviceId: fill(4, 16),
  version: 0x0102,
}

test("the hello covers relay, connection, account, device, version and protocol, in that order", () => {
  expect(toHex(helloTranscript(parts))).toBe(
    "01".repeat(32) +
      "02".repeat(32) +
      "03".repeat(32) +
      "04".repeat(16) +
      "0102" +
      toHex(new TextEncoder().encode("secure-chat/1")),
  )
})

test.each(["relayId", "exporter", "accountId", "deviceId"] as const)(
  "another %s gives other bytes",
  (field) => {
    const other = { ...parts, [field]: parts[field].map((byte) => byte ^ 1) }
    expect(toHex(helloTranscript(other))).not.toBe(toHex(helloTranscript(parts)))
  },
)

test("the relay checks the bytes that an account signs when it certifies a device", () => {
  const random = seededRandom(seeded(1))
  const account = createAccount(random)
  const device = createDevice(random)
  const notAfter = 1_900_000_000_123
  const certificate = certifyDevice(account, device.deviceId, device.auth.public, notAfter)
  const covered = {
    accountId: account.accountId,
    deviceId: device.deviceId,
    devicePublic: device.auth.public,
    notAfter,
  }
  expect(verify(account.ed.public, "device", deviceCertificateTranscript(covered), certificate)).toBe(true)
  const later = deviceCertificateTranscript({ ...covered, notAfter: notAfter + 1 })
  expect(verify(account.ed.public, "device", later, certificate)).toBe(false)
})
