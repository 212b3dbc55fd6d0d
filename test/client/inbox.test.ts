import { beforeEach, expect, test } from "vitest"
import { concat, u8 } from "../../src/bytes.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { Inbox } from "../../src/client/inbox.ts"
import { createAccount, type AccountKeys } from "../../src/crypto/identity.ts"
import { sealLetter } from "../../src/crypto/letter.ts"
import { sign } from "../../src/crypto/signature.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { encodeLetter, LETTER_KINDS, letterStatement } from "../../src/protocol/content.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { entryOf } from "../support/entries.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

let context: FakeContext
let inbox: Inbox
let bob: AccountKeys
let found: string[]
beforeEach(async () => {
  context = await fakeContext("alice")
  bob = createAccount(systemRandom)
  found = []
  inbox = make()
})

function make(): Inbox {
  const contacts = new Contacts(context)
  if (contacts.size === 0) contacts.learn(0, [entryOf(bob, { name: "bob" })])
  return new Inbox(
    context,
    contacts,
    async (from, { kind, counter }) => void found.push(`${contacts.ref(from).name} ${kind} ${counter}`),
  )
}

/** How often the relay's store was another one than before. */

async function opens(change: Partial<Of<"opened">> = {}): Promise<void> {
  inbox.open()
  await context.link.answer({
    type: "opened",
    rid: 1,
    handle: 5,
    incarnation: new Uint8Array(16).fill(1),
    resumed: true,
    firstSeq: 1,
    head: new Uint8Array(32),
    lastSeq: 0,
    nextPosition: 0,
    nextUnconfirmed: 0,
    ...change,
  })
}

function letter(seq: number, kind: number = LETTER_KINDS.hint): Of<"entry"> {
  const statement = {
    to: context.identity.account.accountId,
    from: bob.accountId,
    deviceId: new Uint8Array(16).fill(5),
    kind,
    counter: 2,
    body: new Uint8Array(0),
  }
  const plain = encodeLetter({
    ...statement,
    signature: sign(bob.ed.secret, "inbox", letterStatement(statement)),
  })
  const sealed = sealLetter(nodePrimitives, systemRandom, context.identity.account.kem.public, plain)
  return {
    type: "entry",
    handle: 5,
    seq,
    time: 0,
    position: 0,
    entry: concat(u8(3), new Uint8Array(32), systemRandom.bytes(24), sealed),
  }
}

test("a letter from somebody in the directory is told, once read", async () => {
  await opens()
  await inbox.received(letter(1))
  await inbox.received(letter(2, LETTER_KINDS.reopen))
  expect(found).toEqual([`bob ${LETTER_KINDS.hint} 2`, `bob ${LETTER_KINDS.reopen} 2`])
})

test("the place is kept: after a restart the next letter is the next one", async () => {
  await opens()
  await inbox.received(letter(1))
  context.store.close()
  context = await fakeContext("alice", context.disk)
  inbox = make()
  inbox.open()
  expect(context.link.questions).toMatchObject([
    { type: "open", cursor: 1, channelId: context.identity.inboxId },
  ])
})

test("an entry of another kind moves the place and says nothing", async () => {
  await opens()
  const other = letter(1)
  other.entry[0] = 1
  await inbox.received(other)
  await inbox.received(letter(2))
  expect(found).toHaveLength(1)
})

test("a number that does not follow is not believed, and what it brought is not read", async () => {
  await opens()
  await inbox.received(letter(2))
  expect([found, context.link.distrusted.length]).toEqual([[], 1])
})

test("an inbox of another life is read from its beginning", async () => {
  await opens()
  await inbox.received(letter(1))
  inbox.log.forget()
  await opens({ resumed: false, incarnation: new Uint8Array(16).fill(2), lastSeq: 1 })
  expect(inbox.settled).toBe(false)
  await inbox.received(letter(1))
  expect([found.length, inbox.settled, context.link.distrusted]).toEqual([2, true, []])
  inbox.log.forget()
  await opens({ resumed: true, incarnation: new Uint8Array(16).fill(2), lastSeq: 1 })
})

test("a refusal of our own inbox is a relay that makes no sense", async () => {
  inbox.open()
  await context.link.answer({ type: "refused", rid: 1, code: 11, detail: 0 })
  expect(context.link.distrusted).toHaveLength(1)
})
