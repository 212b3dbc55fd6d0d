import { beforeAll, expect, test } from "vitest"
import { labelledHash } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { addressOf, AddressGate, admits, isLoopback } from "../../src/relay/admission.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"

beforeAll(sodiumReady)

test.each([
  ["1.2.3.4:5000", "1.2.3.4"],
  ["1.2.3.4", "1.2.3.4"],
  ["[fe80::1]:5000", "fe80::1"],
  ["fe80::1", "fe80::1"],
  ["::1", "::1"],
])("%s is the address %s", (remote, address) => expect(addressOf(remote)).toBe(address))

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["10.127.0.1", false],
  ["12.7.0.1", false],
  ["::2", false],
])("%s is this machine: %s", (address, own) => expect(isLoopback(address)).toBe(own))

test("a code opens the door that its hash was made for, and an open door needs none", () => {
  const code = new Uint8Array(16).fill(7)
  const hash = labelledHash("admission", code)
  expect(admits(hash, code)).toBe(true)
  for (let at = 0; at < 16; at++) {
    const wrong = code.slice()
    wrong[at]! ^= 1
    expect(admits(hash, wrong)).toBe(false)
  }
  expect(admits(hash, new Uint8Array(16))).toBe(false)
  expect(admits(undefined, new Uint8Array(16))).toBe(true)
})

test("patience comes back with time, up to two seconds' worth, and addresses are forgotten", () => {
  const gate = new AddressGate({ ...DEFAULT_LIMITS, newPerSecond: 10, connectionsPerAddress: 1_000 })
  const burst = (now: number) => {
    let let_in = 0
    while (gate.enter("10.0.0.1", now)) let_in++
    for (let n = 0; n < let_in; n++) gate.left("10.0.0.1", now)
    return let_in
  }
  expect(burst(0)).toBe(20)
  expect(burst(0)).toBe(0)
  expect(burst(500)).toBe(5)
  expect(burst(60_000)).toBe(20)
  // A clock that goes back gives nothing.
  expect(burst(50_000)).toBe(0)
  gate.sweep(120_000)
  expect(burst(120_000)).toBe(20)
})
