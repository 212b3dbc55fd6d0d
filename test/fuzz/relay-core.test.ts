/**
 * Hostile frames at the relay's core: random bytes, well-formed nonsense and half-broken messages, from strangers and
 * members, in any order with everything else that can happen to a connection. It never throws, the log never has a
 * gap, and an honest member is served as before.
 */
import { openTokenOf, proofAt, ROOM, tokenHashAt } from "../support/channels.ts"
import fc from "fast-check"
import { expect, test } from "vitest"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { CLIENT_MESSAGES, encodeMessage, type Message } from "../../src/protocol/messages.ts"
import { CoreBench, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { arbitraryMessage, MESSAGE_NAMES } from "../support/message-arbitraries.ts"
import { sealedEntry } from "../support/relay-people.ts"

const RUNS = Number(process.env["SEEDS"] ?? "20")

type Attack =
  | { kind: "noise"; from: number; body: Uint8Array }
  | { kind: "message"; from: number; message: Message }
  | { kind: "aimed"; from: number; message: Message; flip: number }
  | { kind: "drained" | "dropped" | "malformed"; from: number }
  | { kind: "settle" }
  | { kind: "pass" }

/** Connections 0 and 1 are strangers', 2 and 3 members'. */
const from = fc.nat(3)
const member = fc.integer({ min: 2, max: 3 })
const message = fc.oneof(...MESSAGE_NAMES.map(arbitraryMessage))
/** Half of them are what a log is made of: with tokens little else gets past the door. */
const aimable = fc.oneof(
  { weight: 12, arbitrary: arbitraryMessage("entry") },
  { weight: 12, arbitrary: arbitraryMessage("handshake") },
  ...CLIENT_MESSAGES.filter((name) => name !== "hello").map((name) => ({
    weight: 1,
    arbitrary: arbitraryMessage(name),
  })),
)
const attack: fc.Arbitrary<Attack> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("noise" as const),
      from,
      body: fc.uint8Array({ minLength: 1, maxLength: 200 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("message" as const), from, message }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("aimed" as const),
      from: member,
      message: aimable,
      flip: fc.nat(4_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("drained" as const, "dropped" as const, "malformed" as const),
      from,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("settle" as const, "pass" as const) }) },
)

test("nothing that arrives brings the relay down, or a log out of order", async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(fc.array(attack, { maxLength: 60 }), fc.nat(), async (attacks, failing) => {
      let operations = 0
      const bench = new CoreBench({
        open: true,
        failAt: () => (++operations % 97 === failing % 97 ? "full" : undefined),
      })
      const eve: Wire[] = [await bench.connect(), await bench.connect()]
      const people = [await joinStubbornly(bench, "eve"), await joinStubbornly(bench, "mallory")]
      for (const { wire } of people) eve.push(wire)
      for (const one of attacks) {
        if (one.kind === "settle") await bench.settle()
        else if (one.kind === "pass") await bench.pass(700)
        else {
          const attacker = people[one.from - 2]
          // Whoever was thrown out comes back.
          if (attacker !== undefined && eve[one.from]!.closed)
            eve[one.from] = await bench.comeBack(attacker.person)
          accepted += await attackWith(bench, eve, one)
        }
      }
      await bench.settle()
      await checkLog(bench)
    }),
    { numRuns: RUNS * 5 },
  )
  // The attacks must get further than the door, or this test shows nothing.
  expect(accepted).toBeGreaterThan(RUNS / 4)
})

async function attackWith(
  bench: CoreBench,
  eve: Wire[],
  one: Exclude<Attack, { kind: "settle" } | { kind: "pass" }>,
) {
  const wire = eve[one.from]!
  const send = (body: Uint8Array) =>
    bench.relay.step({ kind: "frame", id: wire.id, frame: encodeFrame(body) }, bench.now)
  switch (one.kind) {
    case "noise":
      send(one.body)
      return 0
    case "message":
      send(encodeMessage(one.message))
      return 0
    case "aimed": {
      const [opened] = (await wire.ask(open(ROOM))).filter((answer) => answer.type === "opened")
      const aimed = aim(one.message, opened?.handle ?? 0, bench)
      const body = encodeMessage(aimed)
      const { nextPosition = 0 } = bench.store.findChannel(ROOM) ?? {}
      if (nextPosition > 0) send(encodeMessage(proofAt(opened?.handle ?? 0, ROOM, nextPosition - 1)))
      // One in four is damaged somewhere.
      if (one.flip < 1_000) body[one.flip % body.length]! ^= 1 << (one.flip % 8)
      send(body)
      await bench.settle()
      return wire.of("accepted").length
    }
    case "malformed":
      bench.relay.step({ kind: "malformed", id: wire.id }, bench.now)
      return 0
    case "drained":
      await wire.drained()
      return 0
    case "dropped":
      await wire.drop()
      eve[one.from] = await bench.connect()
      return 0
  }
}

/** The same message with what an attacker who looks around would put in. */
function aim(wanted: Message, handle: number, bench: CoreBench): Message {
  const row = bench.store.findChannel(ROOM)
  const next = row?.nextPosition ?? 0
  const aimed = { ...wanted }
  if ("handle" in aimed) aimed.handle = handle
  if ("channelId" in aimed) aimed.channelId = ROOM
  if (aimed.type === "handshake")
    return handshake(handle, next, sealedEntry(bench.random, { kind: "handshake" }), {
      tokenHash: tokenHashAt(ROOM, next),
      header: aimed.header,
      headerId: aimed.headerId,
    })
  if (aimed.type === "entry") return upload(handle, next - 1 < 0 ? 0 : next - 1, sealedEntry(bench.random))
  if (aimed.type === "proveOpening") aimed.token = openTokenOf(ROOM)!
  if (aimed.type === "prove") return proofAt(handle, ROOM, aimed.position % (next + 1))
  if (aimed.type === "open" && row !== undefined) aimed.cursor %= row.lastSeq + 2
  return aimed
}

async function joinStubbornly(bench: CoreBench, name: string) {
  const person = bench.person(name)
  for (;;) {
    try {
      return await bench.join(name, person)
    } catch {
      // The disk was full just then; a connection that gave up is left as it is.
    }
  }
}

/** Reads the room from the beginning as somebody new: no gap, nothing twice, and as long as the store says. */
async function checkLog(bench: CoreBench) {
  const { wire } = await joinStubbornly(bench, "honest")
  wire.post(open(ROOM))
  await bench.settle()
  const lastSeq = bench.store.findChannel(ROOM)?.lastSeq ?? 0
  for (let n = 0; n < 50 && wire.of("entry").length < lastSeq; n++) await wire.drained()
  expect(wire.of("entry").map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, at) => at + 1))
}
