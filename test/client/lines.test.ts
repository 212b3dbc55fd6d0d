import { beforeEach, expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { Conversation } from "../../src/client/conversation.ts"
import type { RoomRef } from "../../src/client/events.ts"
import { addNotice, messageIdText, noticeView, readLines } from "../../src/client/lines.ts"
import {
  linePlace,
  type LineRecord,
  newConversation,
  putRecord,
  type StoredNotice,
  UNPLACED,
} from "../../src/client/records.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const ROOM = fill(32, 1)
const REF: RoomRef = { id: "r_x", name: "somewhere", kind: "direct" }
const SOMEBODY = fill(32, 9)

let context: FakeContext
let contacts: Contacts
beforeEach(async () => {
  context = await fakeContext()
  contacts = new Contacts(context)
})

function write(text: string, order: number, own = false, room = ROOM): void {
  const account = own ? context.identity.account.accountId : SOMEBODY
  const line: LineRecord = {
    kind: "message",
    at: order,
    account,
    own,
    messageId: fill(16, order % 256),
    text,
    sentAt: order,
    state: own ? "relayed" : "read",
    place: undefined,
  }
  context.update("ordered", ({ tx }) => putRecord(tx, "line", concat(room, linePlace(order, 0)), line))
}

const somewhere = () =>
  new Conversation(context, contacts, newConversation(ROOM, "direct", SOMEBODY, undefined))
const read = (limit: number, before?: string) => readLines(somewhere(), limit, before)
const texts = (limit: number, before?: string) =>
  read(limit, before).map((line) => (line.kind === "message" ? line.message.text : line.notice.code))

test("the newest lines come last, and those before them page by page", () => {
  for (let i = 1; i <= 7; i++) write(`line ${i}`, i)
  write("queued", UNPLACED)
  expect(texts(3)).toEqual(["line 6", "line 7", "queued"])
  const seen: string[] = []
  let before: string | undefined
  for (;;) {
    const page = read(3, before)
    if (page.length === 0) break
    seen.unshift(...page.map((line) => (line.kind === "message" ? line.message.text : "")))
    before = page[0]!.order
  }
  expect(seen).toEqual([...Array.from({ length: 7 }, (_, i) => `line ${i + 1}`), "queued"])
})

test("lines of other rooms are not this room's", () => {
  write("here", 1)
  write("there", 2, false, fill(32, 2))
  expect(texts(10)).toEqual(["here"])
})

test("a message says who and when; its state only to its author", () => {
  write("mine", 1, true)
  write("yours", 2)
  expect(
    read(2).map(
      (line) =>
        line.kind === "message" && [
          line.message.own,
          line.message.state,
          line.message.from.trust,
          line.at,
          line.message.id,
        ],
    ),
  ).toEqual([
    [true, "relayed", "self", 1, messageIdText(fill(16, 1))],
    [false, undefined, "unverified", 2, messageIdText(fill(16, 2))],
  ])
})

test("a notice stands after what is at its place, and is told", () => {
  write("five", 5)
  write("six", 6)
  const notice: StoredNotice = { code: "joined", account: SOMEBODY }
  context.update("ordered", (update) => addNotice(context, contacts, update, REF, ROOM, 5, notice))
  expect(texts(9)).toEqual(["five", "joined", "six"])
  expect(context.told.at(-1)!.event).toMatchObject({
    type: "notice",
    room: REF,
    notice: { code: "joined", person: { name: "?" } },
  })
})

const notices: readonly (readonly [StoredNotice, object])[] = [
  [
    { code: "gap", account: SOMEBODY, missing: 3 },
    { code: "gap", missing: 3, person: { name: "?" } },
  ],
  [
    { code: "fork", account: SOMEBODY },
    { code: "fork", person: { name: "?" } },
  ],
  [
    { code: "unreadable", detail: "why" },
    { code: "unreadable", detail: "why" },
  ],
  [{ code: "log-reset" }, { code: "log-reset" }],
]

for (const [stored, shown] of notices) {
  test(`notice: ${stored.code}`, () => expect(noticeView(stored, contacts)).toMatchObject(shown))
}
