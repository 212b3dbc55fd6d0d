/** What a lying relay's entries are worth to a client, whoever helped it (PROTOCOL.md §8.2, §14.2). */
import { beforeAll, describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { checkEntry, type Contact } from "../../src/client/entries.ts"
import { Lineage } from "../../src/client/lineage.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { decodeDirectoryEntry, type DirectoryEntry } from "../../src/protocol/directory-entry.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { seeded, seededRandom } from "../support/sim.ts"

beforeAll(sodiumReady)

const NOW = 1_800_000_000_000
const random = seededRandom(seeded(11))
const code = random.bytes(16)
const alice = new RelayPerson("alice", random)
const next = new RelayPerson("alice", random)
const third = new RelayPerson("alice", random)
const mallory = new RelayPerson("mallory", random)
const first = alice.registration()
const update = alice.update(first, 1)
const rotated = next.rotation(alice, first, 1)
const replaced = next.replacement(alice, first, 1, code)

/** What a client knows after these entries, the first of which this person has verified. */
function knowing(...entries: readonly Uint8Array[]): Lineage {
  const lineage = new Lineage()
  for (const [index, bytes] of entries.entries()) {
    const checked = checkEntry(bytes, (id) => lineage.get(id), NOW)
    if (checked?.kind !== "contact") throw new Error(`entry ${index} is ${checked?.kind ?? "bad"}`)
    const { contact, former } = checked
    if (former) lineage.put({ ...former, successor: contact.entry.accountId })
    lineage.put(index === 0 ? { ...contact, trust: "verified" } : contact)
  }
  return lineage
}

const asForged = (changes: Partial<DirectoryEntry>) => {
  const origin = { ...decodeDirectoryEntry(rotated).origin!, ...changes } as never
  return next.rotation(alice, first, 1, { origin })
}

describe("an entry", () => {
  test.each<[string, readonly Uint8Array[], () => Uint8Array, string]>([
    ["that both keys signed", [first], () => rotated, "verified"],
    ["that follows an update", [first, update], () => next.rotation(alice, update, 2), "verified"],
    [
      "whose handover is somebody else's signature",
      [first],
      () => asForged({ handover: mallory.entry().signature } as never),
      "bad",
    ],
    [
      "that only the new key signed, for a known account",
      [first],
      () => asForged({ handover: next.entry().signature } as never),
      "bad",
    ],
    [
      "that hands over to another name",
      [first],
      () => next.rotation(alice, first, 1, { name: "alys" }),
      "bad",
    ],
    ["that is rolled back behind what is known", [first, update], () => rotated, "bad"],
    ["that hands over to itself", [first], () => alice.rotation(alice, first, 1), "bad"],
    ["that is seen again", [first, rotated], () => rotated, "known"],
    ["of before, seen again", [first, rotated], () => first, "known"],
    ["of a key that was given up", [first, rotated], () => update, "bad"],
    [
      "by which a key hands over twice",
      [first, rotated],
      () => third.rotation(alice, first, 1),
      "second-successor",
    ],
    [
      "by which a key hands over after it was replaced",
      [first, replaced],
      () => third.rotation(alice, first, 1),
      "second-successor",
    ],
    [
      "with the number of another",
      [first, update],
      () => alice.update(first, 1, {}, [alice.anotherDevice()]),
      "contradiction",
    ],
    ["without the old key, approved or not", [first], () => replaced, "changed"],
    [
      "without the old key and with another name",
      [first],
      () => next.replacement(alice, first, 1, code, { name: "alys" }),
      "bad",
    ],
    [
      "that replaces what was replaced",
      [first, replaced],
      () => third.replacement(alice, first, 1, code),
      "bad",
    ],
    [
      "that replaces a closed account",
      [first, alice.closing(first, 1)],
      () => next.replacement(alice, first, 2, code),
      "bad",
    ],
    [
      "that continues a closed account",
      [first, alice.closing(first, 1)],
      () => alice.update(alice.closing(first, 1), 2),
      "bad",
    ],
    ["that ends an account and keeps a device", [first], () => alice.update(first, 1, { kind: 5 }), "bad"],
    ["of somebody of whom nobody has heard", [], () => rotated, "unverified"],
  ])("%s", (_, known, bytes, outcome) => {
    const lineage = knowing(...known)
    const checked = checkEntry(bytes(), (id) => lineage.get(id), NOW)
    expect(checked?.kind === "contact" ? checked.contact.trust : (checked?.kind ?? "bad")).toBe(outcome)
  })

  test("that replaces a key keeps the block and that there was somebody to be mistaken for, and nothing else", () => {
    const lineage = knowing(first)
    const before: Contact = {
      ...lineage.get(alice.accountId)!,
      isBlocked: true,
      verified: { how: "qr", at: 1 },
    }
    lineage.put(before)
    const checked = checkEntry(replaced, (id) => lineage.get(id), NOW)
    expect(checked).toMatchObject({ contact: { trust: "changed", isBlocked: true, wasVerified: true } })
    expect(checked).not.toHaveProperty("contact.verified")
  })
})

describe("the accounts of a person", () => {
  test("are one line as long as each was handed over", () => {
    const lineage = knowing(first, rotated, third.replacement(next, rotated, 2, code))
    const ids = (accounts: readonly Uint8Array[]) => accounts.map(toHex)
    expect(toHex(lineage.newest(alice.accountId)!.entry.accountId)).toBe(toHex(third.accountId))
    expect(toHex(lineage.first(third.accountId))).toBe(toHex(alice.accountId))
    expect(ids(lineage.line(next.accountId))).toEqual(ids([next.accountId, alice.accountId]))
    expect(ids(lineage.line(third.accountId))).toEqual(ids([third.accountId]))
    expect([alice, next, third].map(({ accountId }) => lineage.isHandedOver(accountId))).toEqual([
      false,
      false,
      true,
    ])
  })

  test("that go round in a circle, as rows of a backup may, are each met once", () => {
    const lineage = knowing(first, rotated)
    lineage.put({ ...lineage.get(next.accountId)!, successor: alice.accountId })
    lineage.put({ ...lineage.get(alice.accountId)!, origin: { kind: "rotate", account: next.accountId } })
    expect(lineage.all(alice.accountId)).toHaveLength(2)
    expect(lineage.newest(alice.accountId)).toBeDefined()
  })
})
