/** What the hourly housekeeping forgets, and what it must not (PROTOCOL.md §9.6, §16.1). */
import { expect, test } from "vitest"
import { concat, u64 } from "../../src/bytes.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { Conversation } from "../../src/client/conversation.ts"
import { Housekeeping } from "../../src/client/housekeeping.ts"
import {
  getRecord,
  linePlace,
  type LineRecord,
  newConversation,
  payloadKey,
  type PayloadRecord,
  putRecord,
  type SentRecord,
} from "../../src/client/records.ts"
import { KEPT_FOR_MS } from "../../src/client/sent.ts"
import { SEEN_FOR_MS, putSeen, readSeen } from "../../src/client/seen.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const ROOM = new Uint8Array(32).fill(1)
const PEER = new Uint8Array(32).fill(2)
const CHAIN = new Uint8Array(16).fill(3)
const EID = new Uint8Array(32).fill(4)
const PLACE = linePlace(7, 0)

/** A direct chat in which one text of ours stands in the log and nobody has confirmed it. */
async function chat() {
  const rooms: Conversation[] = []
  const context: FakeContext = { ...(await fakeContext()), rooms: () => rooms }
  const chain = {
    chainId: CHAIN,
    n: 1,
    previous: new Uint8Array(32),
    placed: undefined,
    continues: undefined,
    confirmed: { delivered: 0, read: 0 },
  }
  const record = { ...newConversation(ROOM, "direct", PEER, undefined), chain }
  const conversation = new Conversation(context, new Contacts(context), record)
  rooms.push(conversation)
  const at = context.clock.now()
  const line: LineRecord = {
    kind: "message",
    at,
    account: context.identity.account.accountId,
    own: true,
    messageId: new Uint8Array(16),
    text: "hello?",
    sentAt: at,
    state: "relayed",
    place: { chainId: CHAIN, n: 0 },
  }
  context.update("synced", (update) => {
    const { tx } = update
    const payload: PayloadRecord = { hash: EID, line: PLACE, bytes: EID, order: 7, at }
    putRecord(tx, "payload", payloadKey(ROOM, CHAIN, 0), payload)
    putRecord(tx, "sent", concat(ROOM, u64(1)), { n: 0, at, life: 0 } satisfies SentRecord)
    putRecord(tx, "line", concat(ROOM, PLACE), line)
    putSeen(conversation, update, EID, { ...record, cursor: 7 }, { kind: "payload", number: 1 })
  })
  const housekeeping = new Housekeeping(context)
  const state = () => {
    const stored = getRecord<LineRecord>(context.store, "line", concat(ROOM, PLACE))
    return stored?.kind === "message" ? stored.state : undefined
  }
  const payload = () => getRecord<PayloadRecord>(context.store, "payload", payloadKey(ROOM, CHAIN, 0))
  return { context, conversation, housekeeping, state, payload }
}

test("a text that nobody has confirmed in thirty days has failed, and is kept no longer", async () => {
  const { context, housekeeping, state, payload } = await chat()
  context.clock.pass(KEPT_FOR_MS - 1_000)
  housekeeping.sweep()
  expect([state(), context.store.count("sent", {})]).toEqual(["relayed", 1])
  context.clock.pass(2_000)
  housekeeping.sweep()
  expect([state(), context.store.count("sent", {})]).toEqual(["failed", 0])
  expect(payload()).toMatchObject({ hash: EID })
  expect(payload()?.bytes).toBeUndefined()
})

test("what no log can hold any more is forgotten", async () => {
  const { context, conversation, housekeeping, payload } = await chat()
  context.clock.pass(SEEN_FOR_MS - 1_000)
  housekeeping.sweep()
  expect(readSeen(conversation, EID)).toEqual({ kind: "payload", number: 1 })
  context.clock.pass(2_000)
  housekeeping.sweep()
  expect(readSeen(conversation, EID)).toBeUndefined()
  expect(payload()).toBeUndefined()
})

test("it comes every hour, and no more once it is stopped", async () => {
  const { context, housekeeping, state } = await chat()
  housekeeping.start()
  for (let hour = 0; hour <= 30 * 24; hour++) context.clock.pass(3_600_000)
  expect(state()).toBe("failed")
  housekeeping.stop()
  expect(context.clock.next).toBeUndefined()
})
