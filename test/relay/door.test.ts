/** Coming in, as the operator decides it: invitations, bans, the queue and the list, durable and never guessed. */
import { expect, test } from "vitest"
import { toBase64Url } from "../../src/bytes.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { REFUSALS, type Refusal } from "../../src/protocol/errors.ts"
import { Door, MAX_WAITING, WAITING_MS } from "../../src/relay/door.ts"
import { NOTE_KINDS } from "../../src/relay/door-store.ts"
import type { OperatorAct, OperatorAnswer } from "../../src/relay/operating.ts"
import { ADMISSION, CoreBench, describe as line } from "../support/core-bench.ts"
import type { RelayPerson } from "../support/relay-people.ts"

const code = (byte: number) => new Uint8Array(16).fill(byte)
const hashOf = (byte: number) => labelledHash("admission", code(byte))
const idOf = ({ accountId }: RelayPerson) => `u_${toBase64Url(accountId.subarray(0, 16))}`
const DAY_MS = 86_400_000

async function ask(bench: CoreBench, act: OperatorAct): Promise<OperatorAnswer> {
  let answer: OperatorAnswer | undefined
  bench.relay.step({ kind: "operator", act, answered: (given) => (answer = given) }, bench.now)
  await bench.settle()
  return answer!
}

/** What somebody new is told who tries to register with this code. */
async function tries(bench: CoreBench, person: RelayPerson, admission = ADMISSION): Promise<string> {
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, person))
  const answers = await wire.ask({ type: "register", rid: 1, admission, entry: person.registration() })
  await wire.drop()
  return answers
    .map(line)
    .filter((text) => text !== "presence")
    .join(" ")
}
const IN = "done ready directoryGrew"
const told = (refusal: Refusal) => `refused ${REFUSALS[refusal]}`

async function returns(bench: CoreBench, person: RelayPerson): Promise<string> {
  const wire = await bench.connect()
  const [first] = await wire.ask(bench.hello(wire, person))
  await wire.drop()
  return line(first!)
}

test("an invitation lets in as many as it says, until it ends, and not after it was revoked", async () => {
  const bench = new CoreBench()
  await ask(bench, { do: "invite", hash: hashOf(1), uses: 2, until: bench.now + DAY_MS })
  await ask(bench, { do: "invite", hash: hashOf(2), uses: undefined, until: undefined })
  const names = ["a", "b", "c", "d", "e"].map((name) => bench.person(name))
  expect(await tries(bench, names[0]!, code(1))).toBe(IN)
  const uses = (await ask(bench, { do: "invitations" })) as {
    invitations: { left?: number }[]
  } & OperatorAnswer
  expect(uses.invitations.map(({ left }) => left ?? 0).toSorted((a, b) => a - b)).toEqual([0, 0, 1])
  expect(await tries(bench, names[1]!, code(1))).toBe(IN)
  expect(await tries(bench, names[2]!, code(1))).toBe(told("not-allowed"))
  expect(await tries(bench, names[2]!, code(9))).toBe(told("not-allowed"))
  expect(await tries(bench, names[2]!, code(2))).toBe(IN)
  const { invitations } = (await ask(bench, { do: "invitations" })) as {
    invitations: { id: string }[]
  } & OperatorAnswer
  expect(invitations).toHaveLength(2)
  expect(await ask(bench, { do: "revoke", invitation: invitations[1]!.id })).toEqual({ ok: true, done: 1 })
  expect(await tries(bench, names[3]!, code(2))).toBe(told("not-allowed"))
  expect(await tries(bench, names[3]!)).toBe(IN)
})

test("an invitation ends by the clock, and is forgotten", async () => {
  const bench = new CoreBench()
  await ask(bench, { do: "invite", hash: hashOf(1), uses: undefined, until: bench.now + DAY_MS })
  bench.now += DAY_MS
  expect(await tries(bench, bench.person("late"), code(1))).toBe(told("not-allowed"))
  await bench.pass(60_000)
  expect(bench.store.door.all(NOTE_KINDS.invitation)).toEqual([])
})

test("the relay's own invitation can be revoked, and given back; who is here stays", async () => {
  const bench = new CoreBench()
  const { person } = await bench.join("alice")
  expect(await ask(bench, { do: "revoke", invitation: "main" })).toEqual({ ok: true, done: 1 })
  expect(await tries(bench, bench.person("bob"))).toBe(told("not-allowed"))
  expect(await returns(bench, person)).toBe("ready")
  expect(await ask(bench, { do: "invitations" })).toMatchObject({ invitations: [] })
  await ask(bench, { do: "invite-main" })
  expect(await tries(bench, bench.person("bob"))).toBe(IN)
})

test("a use counts only with the registration that it let in", async () => {
  let isFull = false
  const bench = new CoreBench({ failAt: (_, kind) => (isFull && kind === "sync" ? "full" : undefined) })
  await ask(bench, { do: "invite", hash: hashOf(1), uses: 1, until: undefined })
  isFull = true
  expect(await tries(bench, bench.person("alice"), code(1))).toBe(told("storage"))
  isFull = false
  expect(await tries(bench, bench.person("bob"), code(1))).toBe(IN)
  expect(await tries(bench, bench.person("carol"), code(1))).toBe(told("not-allowed"))
})

test("whoever is banned is put out at once, told why, and stays out with the next key too", async () => {
  const bench = new CoreBench()
  const { person, wire } = await bench.join("mallory")
  const { wire: other } = await bench.join("alice")
  expect(await ask(bench, { do: "ban", who: "mallory" })).toEqual({ ok: true, done: 1 })
  expect(wire.take().map(line).at(-1)).toBe(told("banned"))
  expect([wire.closed, other.closed]).toEqual([true, false])
  await wire.drop()
  expect(await returns(bench, person)).toBe(told("banned"))
  // Somebody else who says that they are mallory does not learn it.
  const liar = bench.person("mallory")
  const stranger = await bench.connect()
  const hello = { ...bench.hello(stranger, liar), accountId: person.accountId }
  expect((await stranger.ask(hello)).map(line)).toEqual([told("not-allowed")])
  // A key that follows the banned one is the same person's.
  const next = bench.person("mallory")
  const wire2 = await bench.connect()
  await wire2.ask(bench.hello(wire2, next))
  const entry = next.rotation(person, person.registration(), 1)
  expect((await wire2.ask({ type: "register", rid: 1, admission: ADMISSION, entry })).map(line)).toEqual([
    told("banned"),
  ])
  expect(await ask(bench, { do: "bans" })).toMatchObject({ bans: [{ name: "mallory" }] })
  expect(await ask(bench, { do: "unban", who: idOf(person).slice(0, 12) })).toEqual({ ok: true, done: 1 })
  expect(await returns(bench, person)).toBe("ready")
})

test("a ban that did not reach the disk is none", async () => {
  let isFull = false
  const bench = new CoreBench({ failAt: (_, kind) => (isFull && kind === "sync" ? "full" : undefined) })
  const { person, wire } = await bench.join("alice")
  isFull = true
  expect(await ask(bench, { do: "ban", who: "alice" })).toEqual({ ok: false, why: "storage" })
  isFull = false
  expect(wire.closed).toBe(false)
  expect(await returns(bench, person)).toBe("ready")
})

test("whoever is kicked may come back", async () => {
  const bench = new CoreBench()
  const { person, wire } = await bench.join("alice")
  expect(await ask(bench, { do: "kick", who: "alice" })).toEqual({ ok: true, done: 1 })
  expect(wire.closed).toBe(true)
  await wire.drop()
  expect(await returns(bench, person)).toBe("ready")
  expect(bench.relay.monitor.snapshot(bench.now).cut).toEqual({ kicked: 1 })
  expect(await ask(bench, { do: "kick", who: "nobody" })).toEqual({ ok: false, why: "unknown" })
  expect(await ask(bench, { do: "kick", who: "u_" })).toEqual({ ok: false, why: "unknown" })
})

test("approval is of a person under a name: whoever comes under another one then waits again", async () => {
  const bench = new CoreBench()
  await ask(bench, { do: "mode", mode: "approval" })
  const person = bench.person("asha")
  expect(await tries(bench, person)).toBe(told("awaiting"))
  expect(await ask(bench, { do: "admit", who: "asha" })).toEqual({ ok: true, done: 1 })
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, person))
  const entry = person.registration({ name: "headmaster" })
  const answers = await wire.ask({ type: "register", rid: 1, admission: ADMISSION, entry })
  expect(answers.map(line)).toEqual([told("awaiting")])
  expect(await ask(bench, { do: "queue" })).toMatchObject({ waiting: [{ name: "headmaster" }] })
  // Also after a restart.
  const again = new Door(bench.store, undefined)
  expect(["headmaster", "Asha"].map((name) => again.asks(person.accountId, name, bench.now))).toEqual([
    "awaiting",
    undefined,
  ])
  expect(await tries(bench, person)).toBe(IN)
})

test("approval: newcomers wait, come in when they are let in, and nobody else's place is taken meanwhile", async () => {
  const bench = new CoreBench()
  const { person: alice } = await bench.join("alice")
  await ask(bench, { do: "mode", mode: "approval" })
  const [bob, carol] = [bench.person("bob"), bench.person("carol")]
  expect(await tries(bench, bob)).toBe(told("awaiting"))
  expect(await tries(bench, bob)).toBe(told("awaiting"))
  expect(await tries(bench, carol)).toBe(told("awaiting"))
  expect(await tries(bench, bench.person("dave"), code(9))).toBe(told("not-allowed"))
  expect(await returns(bench, alice)).toBe("ready")
  expect(await ask(bench, { do: "queue" })).toMatchObject({ waiting: [{ name: "bob" }, { name: "carol" }] })
  expect(await ask(bench, { do: "admit", who: "bob" })).toEqual({ ok: true, done: 1 })
  expect(await ask(bench, { do: "turn-away", who: idOf(carol) })).toEqual({ ok: true, done: 1 })
  expect(await ask(bench, { do: "admit", who: "carol" })).toEqual({ ok: false, why: "unknown" })
  expect(await tries(bench, bob)).toBe(IN)
  expect(bench.store.door.all(NOTE_KINDS.admitted)).toEqual([])
  expect(await tries(bench, carol)).toBe(told("awaiting"))
})

test("the queue is bounded, and forgets who went elsewhere", async () => {
  const bench = new CoreBench()
  await ask(bench, { do: "mode", mode: "approval" })
  for (let i = 0; i < MAX_WAITING; i++) {
    const person = bench.person(`p${i}`)
    expect(await tries(bench, person)).toBe(told("awaiting"))
  }
  const late = bench.person("late")
  expect(await tries(bench, late)).toBe(told("busy"))
  bench.now += WAITING_MS
  await bench.pass(60_001)
  expect(await tries(bench, late)).toBe(told("awaiting"))
})

test("two who wait under one name are told apart by their ids only", async () => {
  const bench = new CoreBench()
  await ask(bench, { do: "mode", mode: "approval" })
  const [one, two] = [bench.person("bob"), bench.person("bob")]
  for (const person of [one, two]) await tries(bench, person)
  expect(await ask(bench, { do: "admit", who: "bob" })).toEqual({ ok: false, why: "ambiguous" })
  expect(await ask(bench, { do: "admit", who: idOf(two) })).toEqual({ ok: true, done: 1 })
  expect(await tries(bench, two)).toBe(IN)
})

test("list: only names on it come in, however they are written, and still with a good code", async () => {
  const bench = new CoreBench()
  await ask(bench, { do: "mode", mode: "list" })
  await ask(bench, { do: "list", name: "Ravi" })
  expect(await tries(bench, bench.person("asha"))).toBe(told("not-allowed"))
  expect(await tries(bench, bench.person("ravi"), code(9))).toBe(told("not-allowed"))
  expect(await tries(bench, bench.person("ravi"))).toBe(IN)
  expect(await ask(bench, { do: "listed" })).toEqual({ ok: true, mode: "list", listed: ["Ravi"] })
  await ask(bench, { do: "unlist", name: "RAVI" })
  expect(await ask(bench, { do: "listed" })).toMatchObject({ listed: [] })
})

test("what was decided is there after a start", async () => {
  const bench = new CoreBench()
  const { person } = await bench.join("mallory")
  await ask(bench, { do: "ban", who: "mallory" })
  await ask(bench, { do: "mode", mode: "list" })
  await ask(bench, { do: "list", name: "ravi" })
  await ask(bench, { do: "invite", hash: hashOf(1), uses: 3, until: undefined })
  const again = new CoreBench({ disk: bench.disk, headFile: bench.headFile, now: bench.now })
  expect(await returns(again, person)).toBe(told("banned"))
  expect(await ask(again, { do: "listed" })).toEqual({ ok: true, mode: "list", listed: ["ravi"] })
  expect(await ask(again, { do: "invitations" })).toMatchObject({
    invitations: [{ id: "main" }, { left: 3 }],
  })
})

test("the list of connections says nothing of what is read or written to whom", async () => {
  const bench = new CoreBench()
  await bench.join("alice")
  await bench.connect("10.0.0.9")
  const answer = (await ask(bench, { do: "clients" })) as { clients: object[] } & OperatorAnswer
  expect(answer.clients).toMatchObject([{ name: "alice" }, { name: "", tag: "", remote: "10.0.0.9" }])
  expect(Object.keys(answer.clients[0]!).toSorted()).toEqual(
    ["name", "tag", "remote", "since", "heardAt", "bytesIn", "bytesOut", "unread"].toSorted(),
  )
})
