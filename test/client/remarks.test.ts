/** Edits, deletions and reactions (PROTOCOL.md §13.7): one view of a message, in whatever order they come. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { payloadHash } from "../../src/client/chain.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { storePayload } from "../../src/client/contents.ts"
import { Conversation } from "../../src/client/conversation.ts"
import type { ClientEvent } from "../../src/client/events.ts"
import { readLines } from "../../src/client/lines.ts"
import { newConversation, nextPlace } from "../../src/client/records.ts"
import { MAX_WAITING_REMARKS, sweepWaiting } from "../../src/client/remark-store.ts"
import { joinRemark } from "../../src/client/remarks.ts"
import { type Content, encodePayload, type RemarkContent } from "../../src/protocol/content.ts"
import { sortedReactions } from "../../src/protocol/remarks.ts"
import { holds } from "../support/holds.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const ROOM = fill(32, 1)
const BOB = fill(32, 0xb0)
const CAROL = fill(32, 0xc0)
const MESSAGE = fill(16, 9)
const ABOUT = { author: BOB, messageId: MESSAGE }

interface Came {
  account: Uint8Array
  content: Content
}

const hello: Came = {
  account: BOB,
  content: { type: "text", messageId: MESSAGE, sentAt: 1, text: "hello there" },
}
const edit = (at: number, text: string, account = BOB): Came => ({
  account,
  content: { type: "edit", about: ABOUT, at, text },
})
const gone = (at = 50, account = BOB): Came => ({ account, content: { type: "delete", about: ABOUT, at } })
const react = (at: number, reactions: string[], account = CAROL): Came => ({
  account,
  content: { type: "reaction", about: ABOUT, at, reactions: sortedReactions(reactions) },
})

/** A reader to whom payloads come, each the next of its author's chain. */
class Reader {
  readonly context: FakeContext
  readonly conversation: Conversation
  readonly #counts = new Map<string, number>()

  constructor(context: FakeContext) {
    this.context = context
    const record = newConversation(ROOM, "everyone", undefined, { secret: fill(32, 2), generation: 0 })
    this.conversation = new Conversation(context, new Contacts(context), record)
  }

  static async make(): Promise<Reader> {
    return new Reader(await fakeContext())
  }

  hear({ account, content }: Came): void {
    const n = this.#counts.get(toHex(account)) ?? 0
    this.#counts.set(toHex(account), n + 1)
    const chainId = account.slice(0, 16)
    const bytes = encodePayload({
      chainId,
      n,
      previous: fill(32, 0),
      continues: [],
      frontier: [],
      content,
    })
    const hash = payloadHash(ROOM, bytes)
    this.context.update("ordered", (update) => {
      const place = nextPlace(update.tx, ROOM, 5)
      storePayload(this.conversation, update, {
        content,
        chainId,
        n,
        hash,
        bytes,
        order: 5,
        time: 7,
        account,
        place,
      })
    })
  }

  /** The message, without what says who is who. */
  seen(): unknown {
    return readLines(this.conversation, 10, undefined).map((line) => {
      if (line.kind !== "message") return line.notice.code
      const { text, edited, deleted, reactions = [] } = line.message
      const said = reactions.map(({ reaction, people }) => [reaction, people.map(({ id }) => id).sort()])
      return { text, edited, deleted, said }
    })
  }

  get told(): ClientEvent["type"][] {
    return this.context.told.map(({ event }) => event.type).filter((type) => type.startsWith("message."))
  }
}

const came = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom("first words", "second words", "third words"))
    .map(([at, text]) => edit(at, text)),
  fc.integer({ min: 1, max: 4 }).map((at) => edit(at, "not carol's", CAROL)),
  fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.uniqueArray(fc.constantFrom(":a:", ":b:", "\u{1f44d}"), { maxLength: 3 }),
      fc.constantFrom(BOB, CAROL),
    )
    .map(([at, reactions, account]) => react(at, reactions, account)),
  fc.constantFrom(gone(2), gone(9), gone(3, CAROL)),
)

test("everybody sees the same in the end, in whatever order things came", async () => {
  const property = fc.asyncProperty(
    fc
      .array(came, { maxLength: 8 })
      .chain((all) =>
        fc.tuple(
          fc.constant([hello, ...all]),
          fc.shuffledSubarray([hello, ...all], { minLength: all.length + 1 }),
        ),
      ),
    async ([one, other]) => {
      const [first, second] = [await Reader.make(), await Reader.make()]
      for (const each of one) first.hear(each)
      for (const each of other) second.hear(each)
      // Accounts that are nobody's here are named by themselves.
      expect(second.seen()).toEqual(first.seen())
      const isGone = one.some(({ account, content }) => account === BOB && content.type === "delete")
      for (const reader of [first, second])
        for (const words of ["hello there", "first words", "second words", "third words"])
          expect(isGone && holds(reader.context.store, words) ? words : "").toBe("")
    },
  )
  await fc.assert(property, { numRuns: 25 })
})

const A = "\u{1f44d}"
const LAST: [name: string, remarks: Came[], expected: object][] = [
  ["the later words count", [edit(5, "new"), edit(4, "old")], { text: "new", edited: 5 }],
  ["of one moment the larger", [edit(5, "a"), edit(5, "b")], { text: "b", edited: 5 }],
  ["nobody else's words count", [edit(5, "mine now", CAROL)], { text: "hello there" }],
  ["nobody else takes it back", [gone(5, CAROL)], { text: "hello there", deleted: undefined }],
  ["what is gone is not edited", [gone(5), edit(6, "back")], { text: "", deleted: true }],
  ["nor reacted to", [react(5, [A]), gone(6)], { text: "", deleted: true, said: [] }],
  ["a reaction is taken back", [react(5, [A]), react(6, [])], { said: [] }],
  ["and an older one does not return it", [react(6, []), react(5, [A])], { said: [] }],
]

test.each(LAST)("%s", async (_, remarks, expected) => {
  const reader = await Reader.make()
  for (const each of [hello, ...remarks]) reader.hear(each)
  expect(reader.seen()).toEqual([expect.objectContaining(expected)])
})

test("what changes nothing that is seen is not told", async () => {
  const reader = await Reader.make()
  reader.hear(edit(4, "before it came"))
  expect(reader.told).toEqual([])
  reader.hear(hello)
  for (const each of [
    edit(3, "older"),
    edit(4, "before it came"),
    edit(5, "newer"),
    edit(9, "foreign", CAROL),
  ])
    reader.hear(each)
  for (const each of [react(2, [A]), react(2, [A]), react(1, [])]) reader.hear(each)
  for (const each of [gone(1), gone(2), edit(90, "late"), react(99, [A])]) reader.hear(each)
  expect(reader.told).toEqual(["message.received", "message.edited", "message.reaction", "message.deleted"])
  const [received] = reader.context.told
    .map(({ event }) => event)
    .filter(({ type }) => type === "message.received")
  expect(received).toMatchObject({ message: { text: "before it came", edited: 4 } })
})

test("a reply to what is not here says so, and shows it when it comes", async () => {
  const reader = await Reader.make()
  const replies = () =>
    readLines(reader.conversation, 10, undefined).flatMap((line) =>
      line.kind === "message" && line.message.replyTo ? [line.message.replyTo] : [],
    )
  const content: Content = { type: "text", messageId: fill(16, 3), sentAt: 2, text: "yes", replyTo: ABOUT }
  reader.hear({ account: CAROL, content })
  expect(replies()).toMatchObject([{ state: "unknown", text: "" }])
  reader.hear({ ...hello, content: { ...hello.content, text: "\n first line\nsecond" } as Content })
  expect(replies()).toMatchObject([{ state: "there", text: "first line" }])
  reader.hear(edit(4, "other words"))
  expect(replies()).toMatchObject([{ state: "there", text: "other words" }])
  reader.hear(gone())
  expect(replies()).toMatchObject([{ state: "deleted", text: "" }])
})

test("a copy of a deleted message under another number is emptied too", async () => {
  const reader = await Reader.make()
  for (const each of [hello, hello, gone(), hello]) reader.hear(each)
  expect(reader.seen()).toEqual([expect.objectContaining({ text: "", deleted: true })])
  expect(holds(reader.context.store, "hello there")).toBe(false)
})

test("so many remarks of one account wait for messages that are not here; the oldest gives way", async () => {
  const reader = await Reader.make()
  const about = (n: number) => ({
    author: BOB,
    messageId: fill(16, 0)
      .fill(n >> 8, 0, 1)
      .fill(n & 0xff, 1, 2),
  })
  const { store, clock } = reader.context
  for (let n = 0; n < MAX_WAITING_REMARKS + 5; n++) {
    clock.pass(1)
    reader.hear({ account: CAROL, content: { type: "edit", about: about(n), at: 1, text: `number ${n}.` } })
    reader.hear({ account: CAROL, content: { type: "reaction", about: about(n), at: 1, reactions: [A] } })
  }
  reader.hear({ account: BOB, content: { type: "reaction", about: ABOUT, at: 1, reactions: [A] } })
  expect([store.count("waiting", {}), store.count("remark", {})]).toEqual([
    MAX_WAITING_REMARKS + 1,
    MAX_WAITING_REMARKS + 1,
  ])
  reader.hear(hello)
  expect(store.count("waiting", {})).toBe(MAX_WAITING_REMARKS)
  clock.pass(31 * 24 * 3_600_000)
  let after: Uint8Array | undefined
  do after = sweepWaiting(reader.conversation, after)
  while (after)
  expect([store.count("waiting", {}), store.count("remark", {})]).toEqual([0, 1])
})

test("joining is the same in any order, and joining again changes nothing", () => {
  const all = [edit(2, "a"), edit(2, "b"), edit(3, ""), gone(4), gone(5)]
  const contents = [...all, react(1, [A]), react(1, [":b:"]), react(2, [])].map(
    ({ content }) => content as RemarkContent,
  )
  fc.assert(
    fc.property(fc.shuffledSubarray([...contents, ...contents], { minLength: 16 }), (order) => {
      const row = order.reduce<ReturnType<typeof joinRemark> | undefined>(joinRemark, undefined)
      expect(row).toEqual({
        edit: undefined,
        gone: 5,
        reaction: { at: 2, reactions: [] },
        places: [],
        unsent: undefined,
      })
    }),
  )
})
