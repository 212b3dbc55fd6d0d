import { x25519 } from "@noble/curves/ed25519.js"
import { describe, expect, test } from "vitest"
import { fromHex } from "../../src/bytes.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { encodeDirectoryEntry } from "../../src/protocol/directory-entry.ts"
import { Directory } from "../../src/relay/directory.ts"
import { isSmallOrderPoint } from "../../src/relay/small-order.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import "../support/core-bench.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { seeded, seededRandom } from "../support/sim.ts"

test.each([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
])("%s agrees on zero with everybody, and is refused", (point) => {
  // A second library says the same: it throws where the result would be zero.
  expect(() => x25519.getSharedSecret(new Uint8Array(32).fill(9), fromHex(point))).toThrow(/invalid/)
  expect(isSmallOrderPoint(fromHex(point))).toBe(true)
})

test("an honest key is not of small order", () => {
  for (let n = 1; n < 20; n++) {
    expect(isSmallOrderPoint(x25519.getPublicKey(new Uint8Array(32).fill(n)))).toBe(false)
  }
})

test.each([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
])("nobody registers with %s, which agrees on zero with everybody", (point) => {
  const random = seededRandom(seeded(4))
  const directory = new Directory(new MemoryRelayStore(new MemoryDisk(random.bytes(16))))
  const person = new RelayPerson("mallory", random)
  expect(directory.check(person.registration(), () => false).kind).toBe("fits")
  const x = { ...person.account.x, public: fromHex(point) }
  // All else fits: the id is made of the key, and every signature is over that id.
  Object.assign(person.account, { x, accountId: labelledHash("account", person.account.ed.public, x.public) })
  expect(directory.check(person.registration(), () => false)).toEqual({
    kind: "refused",
    code: "bad-directory-entry",
  })
})

describe("the list", () => {
  const random = seededRandom(seeded(3))
  const alice = new RelayPerson("alice", random)
  const never = () => false

  function withAlice() {
    const store = new MemoryRelayStore(new MemoryDisk(new Uint8Array(16)))
    const directory = new Directory(store)
    const first = alice.registration()
    const checked = directory.check(first, never)
    if (checked.kind === "refused") throw new Error(checked.code)
    directory.add(first, checked.entry)
    return { store, directory, first }
  }

  const mallory = new RelayPerson("mallory", random)
  test.each<[string, (first: Uint8Array) => Uint8Array, string]>([
    ["the next entry", (first) => alice.update(first, 1), "fits"],
    ["a new name", (first) => alice.update(first, 1, { name: "alys" }), "fits"],
    ["the first one again", (first) => first, "bad-directory-entry"],
    ["one that leaves a number out", (first) => alice.update(first, 2), "bad-directory-entry"],
    ["one that follows another", () => alice.update(new Uint8Array(3), 1), "bad-directory-entry"],
    ["one that registers again", (first) => alice.update(first, 1, { kind: 1 }), "bad-directory-entry"],
    [
      "one of a kind that does not exist",
      (first) => alice.update(first, 1, { kind: 9 }),
      "bad-directory-entry",
    ],
    [
      "one with another X25519 key",
      (first) => alice.update(first, 1, { accountX: mallory.account.x.public }),
      "bad-directory-entry",
    ],
    [
      "one with another Ed25519 key",
      (first) => alice.update(first, 1, { accountEd: mallory.account.ed.public }),
      "bad-directory-entry",
    ],
    [
      "one that somebody else signed",
      (first) => mallory.update(first, 1, { accountId: alice.accountId }),
      "bad-directory-entry",
    ],
    [
      "one that was changed after signing",
      (first) => encodeDirectoryEntry({ ...alice.entry({ kind: 2, seq: 1 }), previous: first.slice(0, 32) }),
      "bad-directory-entry",
    ],
    [
      "one with a device twice",
      (first) => alice.update(first, 1, {}, [alice.device, alice.device]),
      "bad-directory-entry",
    ],
    ["one of another version", (first) => alice.update(first, 1, { v: 2 }), "bad-directory-entry"],
    [
      "a name that is none",
      (first) => alice.update(first, 1, { name: "ali\u200bce" }),
      "bad-directory-entry",
    ],
    ["an older name of somebody's own", (first) => alice.update(first, 1, { name: "ALICE" }), "fits"],
  ])("takes or refuses %s", (_, make, outcome) => {
    const { directory, first } = withAlice()
    const checked = directory.check(make(first), never)
    expect(checked.kind === "refused" ? checked.code : checked.kind).toBe(outcome)
  })

  test("nobody hoards names: the ninth is refused, an old one is not, and a restart counts again", () => {
    const { store, directory, first } = withAlice()
    let newest = first
    for (let seq = 1; seq < 8; seq++) {
      newest = alice.update(newest, seq, { name: `alice ${"x".repeat(seq)}` })
      const checked = directory.check(newest, never)
      if (checked.kind === "refused") throw new Error(checked.code)
      directory.add(newest, checked.entry)
    }
    for (const each of [directory, new Directory(store)]) {
      expect(each.check(alice.update(newest, 8, { name: "bob" }), never)).toEqual({
        kind: "refused",
        code: "quota",
      })
      expect(each.check(alice.update(newest, 8, { name: "Alice" }), never).kind).toBe("fits")
    }
  })

  test.each([
    "ALICE",
    "AlICE",
    "a1ice",
    "al ice",
    "\uff41lice",
    "ali\u0441e",
    "\u202ealice",
    "alice\u0301\u0301",
  ])("nobody gets in beside alice as %j", (name) => {
    const { directory } = withAlice()
    expect(directory.check(mallory.registration({ name }), never).kind).toBe("refused")
  })

  test("a name that somebody had stays theirs, and a restart remembers everything", () => {
    const { store, directory, first } = withAlice()
    const renamed = alice.update(first, 1, { name: "alys" })
    const checked = directory.check(renamed, never)
    if (checked.kind === "refused") throw new Error(checked.code)
    directory.add(renamed, checked.entry)
    for (const each of [directory, new Directory(store)]) {
      expect(each.check(mallory.registration({ name: "Alice" }), never)).toEqual({
        kind: "refused",
        code: "name-taken",
      })
      expect(each.check(mallory.registration({ name: "Alys" }), never)).toEqual({
        kind: "refused",
        code: "name-taken",
      })
      expect(each.check(mallory.registration(), never)).toMatchObject({ kind: "fits" })
      expect(each.person(alice.accountId)).toMatchObject({ name: "alys", seq: 1 })
      expect([each.size, each.people]).toEqual([2, 1])
    }
  })
})
