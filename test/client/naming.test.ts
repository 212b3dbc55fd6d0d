import { beforeEach, describe, expect, test } from "vitest"
import { Contacts } from "../../src/client/contacts.ts"
import { personId } from "../../src/client/person-ref.ts"
import { keepsake, rowsOf } from "../../src/client/keepsake.ts"
import type { PersonRecord } from "../../src/client/person-record.ts"
import { decodeRecord } from "../../src/client/records.ts"
import { createAccount, type AccountKeys } from "../../src/crypto/identity.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { systemRandom } from "../../src/platform/random.ts"
import {
  decodeDirectoryEntry,
  DIRECTORY_KINDS,
  type DirectoryStatement,
} from "../../src/protocol/directory-entry.ts"
import { entryOf } from "../support/entries.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

let context: FakeContext
let contacts: Contacts
let people: AccountKeys[]

beforeEach(async () => {
  context = await fakeContext("alice")
  contacts = new Contacts(context)
  people = []
})

const coded = (code: string): unknown => expect.objectContaining({ name: "ClientError", code })
const events = (type: string) => context.told.map(({ event }) => event).filter((event) => event.type === type)

/** Somebody comes into the directory under this name, a minute after whoever came before. */
function comes(name: string): AccountKeys {
  const account = createAccount(systemRandom)
  context.clock.pass(60_000)
  contacts.learn(contacts.size, [entryOf(account, { name })])
  people.push(account)
  return account
}

function call({ accountId }: AccountKeys, alias: string | undefined): void {
  context.update("ordered", (update) => contacts.setAlias(update, accountId, alias))
}

function trust({ accountId }: AccountKeys): void {
  context.update("ordered", (update) => contacts.setTrust(update, accountId, "verified"))
}

const view = ({ accountId }: AccountKeys) => contacts.view(accountId)
const found = (typed: string) => personId(contacts.find(typed).entry.accountId)
const idOf = ({ accountId }: AccountKeys) => personId(accountId)

describe("look-alikes that a relay lets in", () => {
  test("both are ambiguous, the newcomer is named, and a tag selects", () => {
    const [bob, double] = [comes("bob"), comes("B0B")]
    expect([view(bob).ambiguous, view(bob).looksLike]).toEqual([true, undefined])
    expect([view(double).ambiguous, view(double).looksLike]).toEqual([true, "bob"])
    expect(events("error")).toMatchObject([
      { code: "look-alike", detail: expect.stringContaining('"B0B"') as string },
    ])
    for (const typed of ["bob", "BOB", "b0b", "B0B"])
      expect(() => contacts.find(typed)).toThrow(coded("ambiguous-name"))
    expect(() => contacts.find("bob")).toThrow(`bob?${view(bob).tag}`)
    expect(() => contacts.find("bob")).toThrow(`B0B?${view(double).tag}`)
    expect(found(`bob?${view(bob).tag}`)).toBe(idOf(bob))
    expect(found(`@bob ?${view(bob).tag}`)).toBe(idOf(bob))
    expect(found(`B0B?${view(double).tag}`)).toBe(idOf(double))
    expect(() => contacts.find("bob?aaaaaa")).toThrow(coded("unknown-name"))
    expect(() => contacts.find(`carol?${view(bob).tag}`)).toThrow(coded("unknown-name"))
  })

  test("the one who is verified is nobody's double, whoever came first", () => {
    const [double, bob] = [comes("B0B"), comes("bob")]
    trust(bob)
    expect([view(bob).looksLike, view(double).looksLike]).toEqual([undefined, "bob"])
  })

  test("two who come at once are each other's", () => {
    const [a, b] = [createAccount(systemRandom), createAccount(systemRandom)]
    contacts.learn(0, [entryOf(a, { name: "bob" }), entryOf(b, { name: "b0b" })])
    expect([view(a).looksLike, view(b).looksLike]).toEqual(["b0b", "bob"])
  })

  test("nobody looks like oneself unnoticed, also before one's own entry was read", () => {
    const double = comes("A1ice")
    expect(view(double)).toMatchObject({ ambiguous: true, looksLike: "alice" })
    expect(() => contacts.find("A1ice")).toThrow("alice (you)")
    expect(found(`A1ice?${view(double).tag}`)).toBe(idOf(double))
  })

  test("whoever takes another name looks like nobody any more, and that is told", () => {
    const bob = comes("bob")
    const double = createAccount(systemRandom)
    const first = entryOf(double, { name: "b0b" })
    contacts.learn(contacts.size, [first])
    const next = { kind: DIRECTORY_KINDS.update, seq: 1, previous: labelledHash("directory entry", first) }
    contacts.learn(contacts.size, [entryOf(double, { ...next, name: "carol" })])
    expect([view(bob).ambiguous, view(double).looksLike]).toEqual([false, undefined])
    expect(events("person.renamed")).toMatchObject([{ before: "b0b", person: { name: "carol" } }])
    expect(found("bob")).toBe(idOf(bob))
  })

  test("many doubles cost few tags", () => {
    const entries = Array.from({ length: 60 }, () => entryOf(createAccount(systemRandom), { name: "bob" }))
    for (let from = 0; from < entries.length; from += 16)
      contacts.learn(contacts.size, entries.slice(from, from + 16))
    expect(() => contacts.find("bob?aaaaaa")).toThrow(coded("unknown-name"))
    expect(() => contacts.find("bob")).toThrow(/, …/)
  })
})

describe("an alias", () => {
  test("stands instead of the name, which is still known and still finds", async () => {
    const bob = comes("bob")
    call(bob, " Prof.  Ray ")
    expect(view(bob)).toMatchObject({ name: "Prof. Ray", registeredName: "bob" })
    expect(["prof. ray", "Prof. Ray", "bob"].map(found)).toEqual(Array(3).fill(idOf(bob)))
    expect(events("person.renamed")).toMatchObject([
      { before: "bob", person: { name: "Prof. Ray", registeredName: "bob" } },
    ])
    context.store.close()
    context = await fakeContext("alice", context.disk)
    contacts = new Contacts(context)
    expect(view(bob)).toMatchObject({ name: "Prof. Ray", registeredName: "bob" })
    call(bob, undefined)
    expect(view(bob).name).toBe("bob")
    expect(view(bob)).not.toHaveProperty("registeredName")
    expect(() => contacts.find("prof. ray")).toThrow(coded("unknown-name"))
  })

  test("goes into a backup, and outlives trust and a newer entry", () => {
    const bob = comes("bob")
    call(bob, "Ray")
    trust(bob)
    const rows = [...keepsake(rowsOf(context.store))].filter(({ table }) => table === "person")
    expect(rows.map(({ value }) => decodeRecord<PersonRecord>(value))).toMatchObject([
      { alias: "Ray", trust: "verified" },
    ])
  })

  test("is a name, and looks like nobody else's", () => {
    const [bob, carol] = [comes("bob"), comes("carol")]
    call(carol, "Teacher")
    for (const alias of ["", "\u202eray", "everyone", "a".repeat(33)])
      expect(() => call(bob, alias)).toThrow(coded("bad-name"))
    for (const alias of ["carol", "caroI", "TEACHER", "alice", "A1ice"])
      expect(() => call(bob, alias)).toThrow(coded("alias-taken"))
    call(bob, "BOB")
    expect(view(bob)).toMatchObject({ name: "BOB", registeredName: "bob", ambiguous: false })
  })

  test("means its person, whatever a newcomer calls themselves", () => {
    const bob = comes("bob")
    call(bob, "Teacher")
    const double = comes("teacher")
    expect(found("teacher")).toBe(idOf(bob))
    expect(view(double)).toMatchObject({ looksLike: "Teacher", ambiguous: true })
    expect(found(`teacher?${view(double).tag}`)).toBe(idOf(double))
  })

  test("that could not be saved is none", () => {
    const bob = comes("bob")
    context.disk.failAt(context.disk.writes + 1)
    expect(() => call(bob, "Ray")).toThrow(coded("storage"))
    context.disk.failAt(undefined)
    expect(view(bob).name).toBe("bob")
    expect(() => contacts.find("ray")).toThrow(coded("unknown-name"))
    expect(events("person.renamed")).toEqual([])
  })
})

describe("a name that somebody had before", () => {
  /** The person's next entry. */
  const says = (account: AccountKeys, change: Partial<DirectoryStatement>) => {
    const before = decodeRecord<PersonRecord>(context.store.get("person", account.accountId)!).entry
    const { seq, devices } = decodeDirectoryEntry(before)
    const next = { seq: seq + 1, devices, previous: labelledHash("directory entry", before) }
    contacts.learn(contacts.size, [entryOf(account, { kind: DIRECTORY_KINDS.update, ...next, ...change })])
  }
  const doubles = () =>
    events("error").filter((event) => event.type === "error" && event.code === "look-alike")

  test.each<[string, Partial<DirectoryStatement>, string]>([
    ["and gave up for another", { name: "robert" }, "robert"],
    ["when the account was closed", { kind: DIRECTORY_KINDS.close, name: "bob", devices: [] }, "bob"],
  ])("%s, is nobody else's without a word", async (_, change, shown) => {
    const bob = comes("bob")
    trust(bob)
    says(bob, change)
    context.store.close()
    context = await fakeContext("alice", context.disk)
    contacts = new Contacts(context)
    const taker = comes("B0B")
    expect(doubles()).toHaveLength(1)
    expect([view(taker).ambiguous, view(taker).looksLike]).toEqual([true, shown])
    expect(() => contacts.find("b0b")).toThrow(coded("ambiguous-name"))
    expect(() => contacts.find("b0b")).toThrow(`${shown}?${view(bob).tag}`)
    expect(found(`B0B?${view(taker).tag}`)).toBe(idOf(taker))
    // Whoever gave the name up is called by the other one as before.
    if (shown === "robert") expect(found("robert")).toBe(idOf(bob))
  })

  test("may be taken back by whoever had it, and says nothing about them", () => {
    const bob = comes("bob")
    says(bob, { name: "robert" })
    says(bob, { name: "Bob" })
    expect(doubles()).toEqual([])
    expect([view(bob).ambiguous, view(bob).looksLike, found("bob")]).toEqual([false, undefined, idOf(bob)])
  })

  test("is kept for so many names as an honest relay gives to one person", () => {
    const bob = comes("bob")
    for (let n = 0; n < 12; n++) says(bob, { name: `name ${"abcdefghijkl"[n]!}x` })
    const row = decodeRecord<PersonRecord>(context.store.get("person", bob.accountId)!)
    expect(row.formerNames?.length).toBe(8)
  })

  test("is nobody's alias either", () => {
    const bob = comes("bob")
    says(bob, { name: "robert" })
    const carol = comes("carol")
    expect(() => call(carol, "bob")).toThrow(coded("alias-taken"))
    call(bob, "bob")
    expect(found("bob")).toBe(idOf(bob))
  })
})
