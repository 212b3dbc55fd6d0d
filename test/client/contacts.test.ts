import { beforeEach, describe, expect, test } from "vitest"
import { Contacts, roomId } from "../../src/client/contacts.ts"
import { personId } from "../../src/client/person-ref.ts"
import type { PersonRecord } from "../../src/client/person-record.ts"
import { decodeRecord } from "../../src/client/records.ts"
import { createAccount, type AccountKeys } from "../../src/crypto/identity.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { DIRECTORY_KINDS } from "../../src/protocol/directory-entry.ts"
import { entryOf } from "../support/entries.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

let context: FakeContext
let contacts: Contacts
let bob: AccountKeys
beforeEach(async () => {
  context = await fakeContext("alice")
  contacts = new Contacts(context)
  bob = createAccount(systemRandom)
})

const unknown: unknown = expect.objectContaining({ code: "unknown-name" })
const ambiguous: unknown = expect.objectContaining({ code: "ambiguous-name" })
const self = () => context.identity.account
const told = () => context.told.map(({ event }) => event.type)

/** As after a restart. */
async function again(): Promise<Contacts> {
  context.store.close()
  context = await fakeContext("alice", context.disk)
  return new Contacts(context)
}

test("what was learned is known after a restart, with the place to go on from", async () => {
  contacts.learn(0, [entryOf(self(), { name: "alice" }), entryOf(bob, { name: "bob" })])
  expect([contacts.size, told()]).toEqual([2, ["person.joined"]])
  const later = await again()
  expect([later.size, later.find("bob").entry.accountId, later.others().length]).toEqual([
    2,
    bob.accountId,
    1,
  ])
})

test("a page that is not the next one is passed over", () => {
  contacts.learn(5, [entryOf(bob)])
  expect([contacts.size, contacts.others()]).toEqual([0, []])
})

test("a person's later entry replaces the earlier one and keeps the trust", () => {
  const first = entryOf(bob, { name: "bob" })
  contacts.learn(0, [first])
  context.update("ordered", (update) => contacts.setTrust(update, bob.accountId, "verified"))
  const next = { kind: DIRECTORY_KINDS.update, seq: 1, previous: labelledHash("directory entry", first) }
  contacts.learn(1, [entryOf(bob, { ...next, name: "robert" })])
  expect(() => contacts.find("bob")).toThrow(unknown)
  expect(contacts.view(contacts.find("robert").entry.accountId)).toMatchObject({
    name: "robert",
    trust: "verified",
  })
  expect(told()).toEqual(["person.joined", "person.renamed"])
})

test("a page whose transaction fails is not known, and can be learned again", () => {
  contacts.learn(0, [entryOf(bob, { name: "bob" })])
  const carol = createAccount(systemRandom)
  const update = {
    kind: DIRECTORY_KINDS.update,
    seq: 1,
    previous: labelledHash("directory entry", storedEntry()),
  }
  const page = [entryOf(carol, { name: "carol" }), entryOf(bob, { ...update, name: "robert" })]
  context.disk.failAt(context.disk.writes + 3)
  expect(() => contacts.learn(1, page)).toThrow(expect.objectContaining({ code: "storage" }))
  context.disk.failAt(undefined)
  expect([contacts.size, contacts.others().map(({ entry }) => entry.name)]).toEqual([1, ["bob"]])
  expect(() => contacts.find("carol")).toThrow(unknown)
  contacts.learn(1, page)
  expect(contacts.others().map(({ entry }) => entry.name)).toEqual(["robert", "carol"])
  expect(() => contacts.find("bob")).toThrow(unknown)
})

function storedEntry(): Uint8Array {
  return decodeRecord<PersonRecord>(context.store.range("person", {})[0]!.value).entry
}

test("names are found in any case, with or without @, and by id", () => {
  contacts.learn(0, [entryOf(bob, { name: "Bob Ray" })])
  for (const typed of ["Bob Ray", "bob ray", "@BOB RAY", "bob  ray", personId(bob.accountId)]) {
    expect(contacts.find(typed).entry.accountId).toEqual(bob.accountId)
  }
  for (const typed of ["bob", "", "@", "bob ray!", personId(self().accountId)])
    expect(() => contacts.find(typed)).toThrow(unknown)
})

test("a name that two people carry is nobody's, and neither is one's own", () => {
  const other = createAccount(systemRandom)
  contacts.learn(0, [
    entryOf(self(), { name: "alice" }),
    entryOf(bob, { name: "bob" }),
    entryOf(other, { name: "BOB" }),
  ])
  expect(() => contacts.find("bob")).toThrow(ambiguous)
  expect(() => contacts.find("alice")).toThrow(unknown)
  expect(contacts.find(personId(other.accountId)).entry.name).toBe("BOB")
  expect([contacts.view(bob.accountId).ambiguous, contacts.view(self().accountId).ambiguous]).toEqual([
    true,
    false,
  ])
})

test("somebody nobody knows is shown by a tag alone", () => {
  const ref = contacts.ref(bob.accountId)
  expect(ref).toMatchObject({ id: personId(bob.accountId), name: "?", trust: "unverified" })
  expect(ref.tag).toHaveLength(6)
})

test("trust: one's own, the person's decision, a change of keys, and a mismatch, which is none", async () => {
  contacts.learn(0, [entryOf(bob)])
  expect([contacts.trust(self().accountId), contacts.trust(bob.accountId)]).toEqual(["self", "unverified"])
  for (const [stored, shown] of [
    ["verified", "verified"],
    ["mismatch", "differs"],
    ["changed", "changed"],
    ["later", "changed"],
  ] as const) {
    context.update("ordered", (update) => contacts.setTrust(update, bob.accountId, stored))
    expect(contacts.trust(bob.accountId)).toBe(shown)
    contacts = await again()
    expect(contacts.trust(bob.accountId)).toBe(shown)
  }
})

test("trust that could not be saved is not believed", () => {
  contacts.learn(0, [entryOf(bob)])
  context.disk.failAt(context.disk.writes + 1)
  expect(() =>
    context.update("ordered", (update) => contacts.setTrust(update, bob.accountId, "verified")),
  ).toThrow(expect.objectContaining({ code: "storage" }))
  expect(contacts.trust(bob.accountId)).toBe("unverified")
})

test("presence is told when it changes, and forgotten with the connection", () => {
  contacts.learn(0, [entryOf(bob)])
  const steps = [true, true, false, false, true].map((online) => contacts.setOnline(bob.accountId, online))
  expect([steps, contacts.view(bob.accountId).online]).toEqual([[true, false, true, false, true], true])
  contacts.nobodyOnline()
  expect(contacts.view(bob.accountId).online).toBe(false)
  expect(contacts.view(self().accountId).online).toBe(true)
  context.link.online = false
  expect(contacts.view(self().accountId).online).toBe(false)
})

test("ids of people and rooms cannot be taken for each other", () => {
  const bytes = new Uint8Array(32).fill(3)
  expect([personId(bytes), roomId(bytes)]).toEqual(["u_AwMDAwMDAwMDAwMDAwMDAw", "r_AwMDAwMDAwMDAwMDAwMDAw"])
})

describe("a key that hands over twice", () => {
  const key = () => new RelayPerson("carol", systemRandom)
  const learn = (...entries: readonly Uint8Array[]) => contacts.learn(contacts.size, entries)
  const compare = ({ accountId }: RelayPerson) =>
    context.update("ordered", (update) =>
      contacts.setTrust(update, accountId, "verified", { how: "words", at: context.clock.now() }),
    )
  const trustIn = ({ accountId }: RelayPerson) => contacts.trust(accountId)

  test("makes its person changed, once for each key, whatever was decided before", async () => {
    const [a, b, c, d, e] = [key(), key(), key(), key(), key()]
    const registered = a.registration()
    const toB = b.rotation(a, registered, 1)
    learn(registered)
    compare(a)
    learn(toB, c.rotation(a, registered, 1))
    expect(trustIn(b)).toBe("changed")
    compare(b)
    // What is read again says nothing new.
    context.update("ordered", (update) => contacts.readAgain(update))
    learn(registered, toB, c.rotation(a, registered, 1))
    expect(trustIn(b)).toBe("verified")
    contacts = await again()
    // The next key is stolen as well: it is not carried by what was found out about the one before.
    learn(d.rotation(b, toB, 2))
    expect(trustIn(d)).toBe("verified")
    learn(e.rotation(b, toB, 2))
    expect([trustIn(d), contacts.isAlarming(d.accountId)]).toEqual(["changed", true])
  })

  test("also after the operator gave its person another one", () => {
    const [a, b, c, d] = [key(), key(), key(), key()]
    const registered = a.registration()
    const given = b.replacement(a, registered, 1, systemRandom.bytes(16))
    learn(registered)
    compare(a)
    learn(given)
    compare(b)
    learn(c.rotation(b, given, 2))
    expect(trustIn(c)).toBe("verified")
    learn(d.rotation(b, given, 2))
    expect([trustIn(c), contacts.isAlarming(c.accountId)]).toEqual(["changed", true])
  })
})
