/** Who may take whose place: rotation, replacement with the operator's approval, and the end of an account. */
import { describe, expect, test } from "vitest"
import { equalBytes, toHex } from "../../src/bytes.ts"
import { decodeDirectoryEntry } from "../../src/protocol/directory-entry.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { Directory } from "../../src/relay/directory.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { approvalHash } from "../../src/relay/succession.ts"
import { ADMISSION, CoreBench, describe as line, START, type Wire } from "../support/core-bench.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { seeded, seededRandom } from "../support/sim.ts"

const random = seededRandom(seeded(7))
const code = random.bytes(16)
const wrong = random.bytes(16)
const never = () => false
const alice = new RelayPerson("alice", random)
const next = new RelayPerson("alice", random)
const third = new RelayPerson("alice", random)
const mallory = new RelayPerson("mallory", random)
const first = alice.registration()

/** A directory with these entries in it, each of which it takes. */
function directoryOf(...entries: readonly Uint8Array[]) {
  const store = new MemoryRelayStore(new MemoryDisk(new Uint8Array(16)))
  const directory = new Directory(store)
  for (const bytes of entries) add(directory, bytes)
  return { store, directory }
}

function add(directory: Directory, bytes: Uint8Array) {
  const entry = decodeDirectoryEntry(bytes)
  const shown = entry.origin?.kind === "replace" ? shownFor(alice, entry.origin.approval) : undefined
  const checked = directory.check(bytes, never, shown)
  if (checked.kind === "refused") throw new Error(checked.code)
  directory.add(bytes, checked.entry)
}

const shownFor = ({ accountId }: RelayPerson, hash = approvalHash(code)) => ({ accountId, hash })

describe("a rotation", () => {
  const update = alice.update(first, 1)
  const rotated = next.rotation(alice, first, 1)
  const swapped = (changes: object) => {
    const origin = { ...decodeDirectoryEntry(rotated).origin!, ...changes } as never
    return next.rotation(alice, first, 1, { origin })
  }
  test.each<[string, readonly Uint8Array[], Uint8Array, string]>([
    ["that both keys sign", [first], rotated, "fits"],
    ["after an update", [first, update], next.rotation(alice, update, 2), "fits"],
    // A relay that was put back from a backup has not seen what lies between.
    ["of an entry that was lost", [first], next.rotation(alice, update, 2), "fits"],
    ["of somebody who was lost", [], rotated, "fits"],
    [
      "that only the new key signs",
      [first],
      next.rotation(mallory, first, 1, { name: "alice" }),
      "name-taken",
    ],
    ["with somebody else's signature", [first], swapped({ handover: mallory.entry().signature }), "bad"],
    [
      "that the old key signed for another",
      [first],
      swapped({
        handover: (
          decodeDirectoryEntry(third.rotation(alice, first, 1)).origin as never as { handover: Uint8Array }
        ).handover,
      }),
      "bad",
    ],
    ["of a key into itself", [first], alice.rotation(alice, first, 1), "bad"],
    ["that is rolled back", [first, update], next.rotation(alice, first, 1), "bad"],
    ["with the number of another", [first, update], next.rotation(alice, update, 1), "bad"],
    ["that follows another entry", [first], next.rotation(alice, update, 1), "bad"],
    ["with another name", [first], next.rotation(alice, first, 1, { name: "alys" }), "bad"],
    ["without a device", [first], next.rotation(alice, first, 1, { devices: [] }), "bad"],
    ["that was seen before", [first, rotated], rotated, "bad"],
    ["a second time, into a third key", [first, rotated], third.rotation(alice, first, 1), "bad"],
    ["of the second key", [first, rotated], third.rotation(next, rotated, 2), "fits"],
    ["back into the first key", [first, rotated], alice.rotation(next, rotated, 2), "bad"],
    [
      "of a key that was closed",
      [first, alice.closing(first, 1)],
      next.rotation(alice, alice.closing(first, 1), 2),
      "bad",
    ],
    [
      "with the inbox of somebody else",
      [first],
      next.rotation(alice, first, 1, {
        devices: next.entry({}, [{ ...next.device, inboxId: alice.device.inboxId }]).devices,
      }),
      "bad",
    ],
  ])("%s", (_, held, bytes, outcome) => {
    const checked = directoryOf(...held).directory.check(bytes, never)
    const shown = outcome === "bad" ? "bad-directory-entry" : outcome
    expect(checked.kind === "refused" ? checked.code : checked.kind).toBe(shown)
  })

  test("the key before can do nothing more, and a restart remembers it", () => {
    const { store, directory } = directoryOf(first, rotated)
    for (const each of [directory, new Directory(store)]) {
      expect(each.check(alice.update(first, 1), never).kind).toBe("refused")
      expect(each.check(alice.closing(first, 1), never).kind).toBe("refused")
      expect(toHex(each.newest(each.person(alice.accountId)!).accountId)).toBe(toHex(next.accountId))
      expect(each.bearer("Alice")?.key).toBe(toHex(next.accountId))
      expect(each.check(mallory.registration({ name: "alice" }), never)).toMatchObject({ code: "name-taken" })
      expect(each.person(alice.accountId)!.devices).toEqual([])
    }
  })

  test("a name that the key before had is still the person's", () => {
    const renamed = alice.update(first, 1, { name: "alys" })
    const into = next.rotation(alice, renamed, 2, { name: "alys" })
    const { directory } = directoryOf(first, renamed, into)
    expect(directory.check(next.update(into, 3, { name: "alice" }), never).kind).toBe("fits")
    // An operator who approves the name of long ago approves nobody.
    expect(directory.bearer("alice")).toBeUndefined()
    expect(directory.bearer("alys")?.key).toBe(toHex(next.accountId))
  })
})

describe("a replacement", () => {
  const replaced = next.replacement(alice, first, 1, code)
  test.each<[string, readonly Uint8Array[], Uint8Array, ReturnType<typeof shownFor> | undefined, string]>([
    ["that was approved", [first], replaced, shownFor(alice), "fits"],
    ["without approval", [first], replaced, undefined, "bad"],
    ["with approval for somebody else", [first, mallory.registration()], replaced, shownFor(mallory), "bad"],
    [
      "with another code than was shown",
      [first],
      next.replacement(alice, first, 1, wrong),
      shownFor(alice),
      "bad",
    ],
    ["of nobody", [], replaced, shownFor(alice), "bad"],
    ["with a number left out", [first], next.replacement(alice, first, 2, code), shownFor(alice), "bad"],
    [
      "with another name",
      [first],
      next.replacement(alice, first, 1, code, { name: "alys" }),
      shownFor(alice),
      "bad",
    ],
    ["a second time", [first, replaced], replaced, shownFor(alice), "bad"],
    [
      "of a key that has a successor",
      [first, replaced],
      third.replacement(alice, first, 1, wrong),
      shownFor(alice, approvalHash(wrong)),
      "bad",
    ],
    [
      "of the successor, with the same code",
      [first, replaced],
      third.replacement(next, replaced, 2, code),
      shownFor(next),
      "bad",
    ],
    [
      "of the successor, with a new code",
      [first, replaced],
      third.replacement(next, replaced, 2, wrong),
      shownFor(next, approvalHash(wrong)),
      "fits",
    ],
  ])("%s", (_, held, bytes, shown, outcome) => {
    const checked = directoryOf(...held).directory.check(bytes, never, shown)
    const expected = outcome === "bad" ? "bad-directory-entry" : outcome
    expect(checked.kind === "refused" ? checked.code : checked.kind).toBe(expected)
  })
})

describe("an end", () => {
  const end = alice.closing(first, 1)
  test.each<[string, readonly Uint8Array[], Uint8Array, string]>([
    ["of one's own account", [first], end, "fits"],
    ["that keeps a device", [first], alice.update(first, 1, { kind: 5 }), "bad"],
    ["with another name", [first], alice.closing(first, 1, { name: "alys" }), "bad"],
    ["of somebody else's account", [first], mallory.closing(first, 1, { accountId: alice.accountId }), "bad"],
    ["a second time", [first, end], alice.closing(end, 2), "bad"],
    ["of nobody", [], alice.closing(first, 1), "bad"],
    ["and an update after it", [first, end], alice.update(end, 2), "bad"],
    ["and the name for somebody else", [first, end], next.registration(), "name-taken"],
  ])("%s", (_, held, bytes, outcome) => {
    const checked = directoryOf(...held).directory.check(bytes, never)
    const expected = outcome === "bad" ? "bad-directory-entry" : outcome
    expect(checked.kind === "refused" ? checked.code : checked.kind).toBe(expected)
  })
})

const register = (entry: Uint8Array, admission = ADMISSION): Of<"register"> => ({
  type: "register",
  rid: 5,
  admission,
  entry,
})

describe("at the door", () => {
  async function greet(bench: CoreBench, person: RelayPerson, remote?: string): Promise<Wire> {
    const wire = await bench.connect(remote)
    await wire.expect(bench.hello(wire, person), "registerFirst")
    return wire
  }

  test("a new key that the old one signed needs no invitation; the old one is sent away and told why", async () => {
    const bench = new CoreBench()
    const { person, wire } = await bench.join("alice")
    const fresh = bench.person("alice")
    const entry = fresh.rotation(person, person.registration(), 1)
    const again = await greet(bench, fresh)
    await again.expect(register(entry, new Uint8Array(16)), "ready")
    await bench.settle()
    expect(wire.closed).toBe(true)
    const late = await bench.connect()
    const { newest } = await late.expect(bench.hello(late, person), "registerFirst")
    expect(equalBytes(newest, entry)).toBe(true)
    expect((await late.ask(register(person.update(person.registration(), 1)))).map(line)).toEqual([
      `refused ${REFUSALS["bad-directory-entry"]}`,
    ])
  })

  test("an operator's code opens one name, once, for as long as the note says", async () => {
    const bench = new CoreBench()
    const { person, wire: lost } = await bench.join("alice")
    bench.approvals.set(toHex(approvalHash(code)), { name: "Alice", until: START + 1_000 })
    const fresh = bench.person("alice")
    const wire = await greet(bench, fresh)
    expect((await wire.ask(register(fresh.registration()))).map(line)).toEqual([
      `refused ${REFUSALS["name-taken"]}`,
    ])
    const { newest } = await wire.expect(
      { type: "showApproval", rid: 6, admission: ADMISSION, code },
      "approved",
    )
    expect(equalBytes(newest, person.registration())).toBe(true)
    await wire.expect(register(fresh.replacement(person, newest, 1, code)), "ready")
    await bench.settle()
    expect(lost.closed).toBe(true)
    // The note is still there; what it was good for has happened.
    const other = await greet(bench, bench.person("alice"))
    expect((await other.ask({ type: "showApproval", rid: 6, admission: ADMISSION, code })).map(line)).toEqual(
      [`refused ${REFUSALS["not-allowed"]}`],
    )
    expect(other.closed).toBe(true)
  })

  test.each<[string, Partial<Of<"showApproval">>, number]>([
    ["a code that nobody wrote down", { code: wrong }, 0],
    ["no invitation", { admission: new Uint8Array(16) }, 0],
    ["a note that is too old", {}, 1_000],
  ])("refused: %s", async (_, changes, pass) => {
    const bench = new CoreBench()
    await bench.join("alice")
    bench.approvals.set(toHex(approvalHash(code)), { name: "alice", until: START + 1_000 })
    await bench.pass(pass)
    const wire = await greet(bench, bench.person("alice"))
    const show = { type: "showApproval" as const, rid: 6, admission: ADMISSION, code, ...changes }
    expect((await wire.ask(show)).map(line)).toEqual([`refused ${REFUSALS["not-allowed"]}`])
    expect(wire.closed).toBe(true)
  })

  test("an approval is one connection's, and a member has none to show", async () => {
    const bench = new CoreBench()
    const { person, wire } = await bench.join("alice")
    bench.approvals.set(toHex(approvalHash(code)), { name: "alice", until: START + 1_000 })
    const fresh = bench.person("alice")
    const one = await greet(bench, fresh)
    await one.expect({ type: "showApproval", rid: 6, admission: ADMISSION, code }, "approved")
    const two = await greet(bench, fresh)
    const entry = fresh.replacement(person, person.registration(), 1, code)
    expect((await two.ask(register(entry))).map(line)).toEqual([`refused ${REFUSALS["bad-directory-entry"]}`])
    await wire.ask({ type: "showApproval", rid: 6, admission: ADMISSION, code })
    expect(wire.closed).toBe(true)
  })

  test("whoever closes an account is sent away, and does not come back", async () => {
    const bench = new CoreBench()
    const { person, wire } = await bench.join("alice")
    const end = person.closing(person.registration(), 1)
    expect((await wire.ask(register(end))).map(line)).toContain("done")
    expect(wire.closed).toBe(true)
    const late = await bench.connect()
    expect((await late.expect(bench.hello(late, person), "registerFirst")).newest).toEqual(end)
    const namesake = bench.person("Alice")
    const taken = await greet(bench, namesake)
    expect((await taken.ask(register(namesake.registration()))).map(line)).toEqual([
      `refused ${REFUSALS["name-taken"]}`,
    ])
  })
})
