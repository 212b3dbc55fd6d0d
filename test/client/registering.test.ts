/** By which entry a device comes into the directory (PROTOCOL.md §3.3), and when it stays out. */
import { beforeAll, expect, test } from "vitest"
import { equalBytes } from "../../src/bytes.ts"
import type { Identity } from "../../src/client/context.ts"
import { type Registration, registrationOf } from "../../src/client/registering.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { createDevice, leafSigner, verifyDeviceCertificate } from "../../src/crypto/identity.ts"
import { verify } from "../../src/crypto/signature.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import {
  decodeDirectoryEntry,
  type DirectoryEntry,
  encodeDirectoryStatement,
} from "../../src/protocol/directory-entry.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { seeded, seededRandom } from "../support/sim.ts"

const random = seededRandom(seeded(1))
const NONE = new Uint8Array(0)
let alice: RelayPerson
let ours: Identity

beforeAll(async () => {
  await sodiumReady()
  alice = new RelayPerson("alice", random)
  const device = createDevice(random)
  ours = {
    name: "alice",
    account: alice.account,
    device,
    inboxId: random.bytes(32),
    certificateEnd: 4_000_000_000_000,
    signer: leafSigner(alice.account, device.deviceId),
  }
})

const may = (mayReplace: boolean) => ({ mayReplace, approval: undefined, isOther: () => false })

function entryIn(registration: Registration): DirectoryEntry {
  if (registration.kind !== "entry") throw new Error(registration.kind)
  return decodeDirectoryEntry(registration.entry)
}

/** A directory entry that lists our device too. */
const withUs = (previous: Uint8Array, seq: number) =>
  alice.update(previous, seq, {}, [
    { keys: ours.device, inboxId: ours.inboxId, notAfter: ours.certificateEnd },
  ])

test("an account that the relay does not know registers", () => {
  for (const mayReplace of [false, true]) {
    const entry = entryIn(registrationOf(ours, NONE, undefined, may(mayReplace)))
    expect(entry).toMatchObject({ kind: 1, seq: 0, name: "alice" })
    expect(entry.previous).toEqual(new Uint8Array(32))
    expect(entry.devices.map(({ deviceId }) => deviceId)).toEqual([ours.device.deviceId])
  }
})

test("a restored device takes the place of the others, after the newest entry, under the account's name", () => {
  const first = alice.registration()
  const second = alice.update(first, 1, { name: "alice k" }, [alice.device, alice.anotherDevice()])
  for (const known of [undefined, decodeDirectoryEntry(first), decodeDirectoryEntry(second)]) {
    const entry = entryIn(registrationOf(ours, second, known, may(true)))
    expect(entry).toMatchObject({ kind: 2, seq: 2, name: "alice k" })
    expect(entry.previous).toEqual(labelledHash("directory entry", second))
    const [device, ...more] = entry.devices
    expect(more).toEqual([])
    expect(equalBytes(device!.deviceId, ours.device.deviceId)).toBe(true)
    const { accountEd, accountId, signature } = entry
    expect(verify(accountEd, "directory", encodeDirectoryStatement(entry), signature)).toBe(true)
    const { deviceId, authPublic, notAfter, certificate } = device!
    expect(verifyDeviceCertificate(accountEd, accountId, deviceId, authPublic, notAfter, certificate)).toBe(
      true,
    )
  }
})

test("a device that was not made to succeed the others does not put them out", () => {
  const newest = alice.registration()
  expect(registrationOf(ours, newest, undefined, may(false))).toEqual({ kind: "revoked" })
  expect(registrationOf(ours, newest, decodeDirectoryEntry(newest), may(false))).toEqual({ kind: "revoked" })
})

test("a relay that lost only our last entry gets it again, whoever we are", () => {
  const first = alice.registration()
  const second = withUs(first, 1)
  for (const mayReplace of [false, true]) {
    const again = registrationOf(ours, first, decodeDirectoryEntry(second), may(mayReplace))
    expect(again).toEqual({ kind: "entry", entry: second })
  }
})

test("what cannot be our newest entry is not continued", () => {
  const first = alice.registration()
  const second = withUs(first, 1)
  const third = withUs(second, 2)
  const forged = first.slice()
  forged[forged.length - 1]! ^= 1
  const listsUs = withUs(first, 1)
  const branch = alice.update(alice.registration({ name: "someone" }), 1)
  const cases: Record<string, [Uint8Array, DirectoryEntry | undefined]> = {
    "no entry at all": [new Uint8Array(50), undefined],
    "badly signed": [forged, undefined],
    "one that lists us": [listsUs, undefined],
    "two behind what we have read": [first, decodeDirectoryEntry(third)],
    "behind it, and of another story": [first, decodeDirectoryEntry(branch)],
  }
  for (const [what, [newest, known]] of Object.entries(cases)) {
    expect(registrationOf(ours, newest, known, may(true)), `an entry that is ${what}`).toEqual({
      kind: "inconsistent",
    })
  }
})

test("a key that was handed over to comes back with the same word of the one before", () => {
  const first = new RelayPerson("alice", random).registration()
  const known = decodeDirectoryEntry(alice.rotation(new RelayPerson("alice", random), first, 1))
  const entry = entryIn(registrationOf(ours, NONE, known, may(false)))
  expect(entry).toMatchObject({ kind: 3, seq: 1, origin: known.origin })
  expect(entry.devices.map(({ deviceId }) => deviceId)).toEqual([ours.device.deviceId])
})

test("whoever was replaced, or has closed the account, is told so", () => {
  const first = alice.registration()
  const thief = new RelayPerson("alice", random)
  const code = random.bytes(16)
  const replaced = thief.replacement(alice, first, 1, code)
  expect(registrationOf(ours, replaced, undefined, may(true))).toEqual({ kind: "replaced" })
  // Under a name that they took before or since, or in the second place.
  const renamed = thief.update(replaced, 2, { name: "alicia" })
  const rotated = thief.rotation(new RelayPerson("alicia", random), renamed, 3)
  for (const newest of [renamed, rotated, new RelayPerson("alicia", random).registration()])
    expect(registrationOf(ours, newest, undefined, may(true))).toEqual({ kind: "replaced" })
  const closed = thief.closing(renamed, 3)
  expect(registrationOf(ours, closed, undefined, may(true))).toEqual({ kind: "closed" })
  expect(registrationOf(ours, alice.closing(first, 1), undefined, may(true))).toEqual({ kind: "closed" })
})

test("somebody whom we know to be another person has not come after us, whatever the relay says", () => {
  const bob = new RelayPerson("bob", random)
  const isOther = (accountId: Uint8Array) => equalBytes(accountId, bob.accountId)
  for (const name of ["bob", "alice"])
    expect(registrationOf(ours, bob.registration({ name }), undefined, { ...may(true), isOther })).toEqual({
      kind: "inconsistent",
    })
})

test("a code is shown before anything else, and is good for our name only", () => {
  const code = random.bytes(16)
  const registration = registrationOf(ours, NONE, undefined, { ...may(false), approval: code })
  if (registration.kind !== "approval") throw new Error(registration.kind)
  const lost = new RelayPerson("Alice", random)
  const entry = decodeDirectoryEntry(registration.entryAfter(lost.registration())!)
  expect(entry).toMatchObject({ kind: 4, seq: 1, name: "Alice", origin: { accountId: lost.accountId } })
  expect(registration.entryAfter(new RelayPerson("bob", random).registration())).toBeUndefined()
  expect(registration.entryAfter(new Uint8Array(9))).toBeUndefined()
})
