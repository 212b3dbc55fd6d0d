/**
 * What one message of 100 bytes costs the client's store in rooms of 2, 100 and 500: bytes written by its transaction,
 * and bytes by which the store has grown. Beside it, as baseline, what saving the whole group state would write.
 * Rooms of 2 and 100 use X-Wing, 500 the classic suite, as the product does. Goal: the same at every size.
 */
import { concat } from "../../src/bytes.ts"
import { START_OF_LOG } from "../../src/client/channel-log.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { Conversation } from "../../src/client/conversation.ts"
import { groupRowKey, newConversation, putRecord } from "../../src/client/records.ts"
import { followRoster, freshChain, ownLeafKey } from "../../src/client/roster.ts"
import { queueText } from "../../src/client/sending.ts"
import { TABLES } from "../../src/client/store.ts"
import { groupIdOf } from "../../src/crypto/channel-keys.ts"
import type { GroupState, SuiteName } from "../../src/crypto/mls-engine.ts"
import { systemRandom } from "../../src/platform/random.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { createPerson } from "../crypto/support.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const CHANNEL = new Uint8Array(32).fill(0x42)
const MESSAGES = 60
const TEXT = "x".repeat(100)
const DAY_MS = 86_400_000

/** What transactions write, and what the tables hold. */
class Scale {
  written = 0
  readonly #context: FakeContext

  constructor(context: FakeContext) {
    this.#context = context
    const { store } = context
    const { transaction } = store
    store.transaction = (durability, body) =>
      transaction.call(store, durability, (tx) => {
        const { put } = tx
        tx.put = (table, key, value) => {
          this.written += key.length + value.length
          put.call(tx, table, key, value)
        }
        return body(tx)
      }) as never
  }

  get held(): number {
    return TABLES.flatMap((table) => this.#context.store.range(table, {})).reduce(
      (sum, { key, value }) => sum + key.length + value.length,
      0,
    )
  }
}

/** The same room as two of its members have it. */
async function room(members: number, suite: SuiteName) {
  const [alice, bob] = [await fakeContext("alice"), await fakeContext("bob")]
  const { engine } = alice
  const groupId = groupIdOf(CHANNEL)
  const now = Date.now()
  const packageOf = (signer: FakeContext["identity"]["signer"]) =>
    engine.createKeyPackage(suite, signer, now - DAY_MS, now + DAY_MS)
  const own = await packageOf(bob.identity.signer)
  const others = []
  for (let n = 2; n < members; n++) others.push((await packageOf(createPerson(systemRandom).signer)).public)
  const first = await engine.create(suite, groupId, { kind: "link" }, alice.identity.signer)
  const { state, welcome } = await engine.commit(first, { add: [own.public, ...others] })
  const joined = await bob.engine.joinWelcome(welcome!, own, { groupId, parameters: { kind: "link" } })
  return { alice: await member(alice, state), bob: await member(bob, joined.state) }
}

async function member(context: FakeContext, group: GroupState) {
  const link = { secret: new Uint8Array(32), generation: 0 }
  const record = {
    ...newConversation(CHANNEL, "everyone", undefined, link),
    member: true,
    nextPosition: 1,
    epochAt: 0,
    joinedAt: 1,
    cursor: 1,
    healing: { at: context.clock.now(), due: false, messages: 0, lastOwn: false },
  }
  context.store.transaction("synced", (tx) => {
    putRecord(tx, "conversation", CHANNEL, record)
    for (const { key, value } of context.engine.rows(undefined, group))
      tx.put("group", groupRowKey(CHANNEL, key), value!)
  })
  const conversation = new Conversation(context, new Contacts(context), record)
  await conversation.load()
  const chain = freshChain(conversation, ownLeafKey(group))
  conversation.save("synced", { chain }, (update) =>
    followRoster(conversation, update, group, chain, true, 1, []),
  )
  await conversation.advance()
  await context.link.answer({
    type: "opened",
    rid: 1,
    handle: 1,
    resumed: true,
    firstSeq: 1,
    lastSeq: 1,
    nextPosition: 1,
    nextUnconfirmed: 0,
    incarnation: START_OF_LOG.incarnation,
    head: START_OF_LOG.head,
  })
  return { context, conversation, scale: new Scale(context) }
}

type Side = Awaited<ReturnType<typeof member>>

function report(what: string, { scale }: Side, before: { written: number; held: number }): string {
  const written = (scale.written - before.written) / MESSAGES
  const held = (scale.held - before.held) / MESSAGES
  return `${what} ${written.toFixed(0)} B written, ${held.toFixed(0)} B kept`
}

for (const [members, suite] of [
  [2, "xwing"],
  [100, "xwing"],
  [500, "classic"],
] as const) {
  const { alice, bob } = await room(members, suite)
  let seq = 1
  const say = async (): Promise<void> => {
    queueText(alice.conversation, TEXT)
    await alice.conversation.advance()
    const sent = alice.context.link.sent.findLast((each): each is Of<"entry"> => each.type === "entry")!
    const entry: Of<"entry"> = { ...sent, handle: 1, seq: ++seq, time: alice.context.clock.now() }
    for (const { conversation } of [alice, bob]) await conversation.received(entry)
  }
  for (let n = 0; n < 5; n++) await say()
  const before = [alice, bob].map(({ scale }) => ({ written: scale.written, held: scale.held }))
  for (let n = 0; n < MESSAGES; n++) await say()
  const whole = bob.context.engine
    .rows(undefined, bob.conversation.group!)
    .reduce((sum, { key, value }) => sum + concat(key, value ?? new Uint8Array(0)).length, 0)
  console.log(
    `store cost, ${members} members (${suite}): ${report("sent", alice, before[0]!)}; ${report("received", bob, before[1]!)}; the whole group state would be ${whole} B`,
  )
}
