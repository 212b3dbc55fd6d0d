/**
 * What people say about messages (PROTOCOL.md §13.7): edits, deletions, reactions. One row for each account and message,
 * in which the latest counts; what is seen follows from the rows and the message, in whatever order they came.
 */
import { compareBytes, concat, equalBytes, toHex, utf8 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { RemarkContent } from "../protocol/content.ts"
import type { MessageRef } from "../protocol/remarks.ts"
import type { Contacts } from "./contacts.ts"
import { decodeRecordIfSound, type LineRecord, messageKey, type PayloadPlace } from "./records.ts"
import { prefixRange, type StoreReader } from "./store.ts"

/** Payloads of edits that are remembered, so that they can be emptied when their message is deleted. */
export const MAX_EDIT_PLACES = 64

/** What one account has said about one message. */
export interface RemarkRecord {
  edit: { at: Millis; text: string } | undefined
  /** Since when it is taken back. */
  gone: Millis | undefined
  reaction: { at: Millis; reactions: readonly string[] } | undefined
  /** Where the edits stand, oldest first. */
  places: readonly PayloadPlace[]
  /** Of our own: the newest that has not reached the relay, or that never will. */
  unsent: { at: Millis; failed: boolean } | undefined
}

export interface Remark extends RemarkRecord {
  account: Uint8Array
}

export type MessageLine = LineRecord & { kind: "message" }

/** Where messages and what is said about them lie. */
export interface Where {
  store: StoreReader
  contacts: Contacts
  room: Uint8Array
}

/** What follows from all remarks about one message. */
export interface Folded {
  /** The newest words of the author, if they changed them. */
  edit: { at: Millis; text: string } | undefined
  isGone: boolean
  /** Of each reaction: the accounts it is from. */
  reactions: ReadonlyMap<string, readonly Uint8Array[]>
  unsent: "queued" | "failed" | undefined
}

export const NOTHING_SAID: RemarkRecord = {
  edit: undefined,
  gone: undefined,
  reaction: undefined,
  places: [],
  unsent: undefined,
}

/** The row once `content` has been heard as well; the same object when that changes nothing. */
export function joinRemark(before: RemarkRecord | undefined, content: RemarkContent): RemarkRecord {
  const row = before ?? NOTHING_SAID
  const { at } = content
  switch (content.type) {
    case "edit": {
      const edit = { at, text: content.text }
      const isNews = row.gone === undefined && isLater(edit, row.edit, ({ text }) => text)
      return isNews ? { ...row, edit } : row
    }
    case "delete":
      return row.gone !== undefined && row.gone >= at ? row : { ...row, edit: undefined, gone: at }
    case "reaction": {
      const reaction = { at, reactions: content.reactions }
      return isLater(reaction, row.reaction, wordsOf) ? { ...row, reaction } : row
    }
  }
}

function wordsOf({ reactions }: { reactions: readonly string[] }): string {
  return reactions.join(" ")
}

/** By its time, and of one time the larger bytes: everybody decides alike. */
function isLater<T extends { at: Millis }>(
  one: T,
  other: T | undefined,
  textOf: (value: T) => string,
): boolean {
  if (!other || one.at !== other.at) return !other || one.at > other.at
  return compareBytes(utf8(textOf(one)), utf8(textOf(other))) > 0
}

/** What is seen of a message of `author`. */
export function foldRemarks(contacts: Contacts, author: Uint8Array, remarks: readonly Remark[]): Folded {
  const authors = remarks.filter(({ account }) => maySpeakFor(contacts, account, author))
  const isGone = authors.some(({ gone }) => gone !== undefined)
  const edits = authors.flatMap(({ edit }) => (edit ? [edit] : []))
  const edit = edits.reduce<Folded["edit"]>(
    (best, each) => (isLater(each, best, ({ text }) => text) ? each : best),
    undefined,
  )
  const unsent = remarks.find((each) => each.unsent && contacts.isOwn(each.account))?.unsent
  return {
    edit: isGone ? undefined : edit,
    isGone,
    reactions: isGone ? new Map() : reactionsOf(contacts, remarks),
    unsent: unsent && (unsent.failed ? "failed" : "queued"),
  }
}

/** Of a person who has had more than one key the latest counts. */
function reactionsOf(contacts: Contacts, remarks: readonly Remark[]): Map<string, Uint8Array[]> {
  type Said = NonNullable<RemarkRecord["reaction"]> & { account: Uint8Array }
  const byPerson = new Map<string, Said>()
  for (const { account, reaction } of remarks) {
    if (!reaction) continue
    const said = { ...reaction, account }
    const person = personOf(contacts, account)
    if (isLater(said, byPerson.get(person), wordsOf)) byPerson.set(person, said)
  }
  const found = new Map<string, Uint8Array[]>()
  for (const { account, reactions } of byPerson.values())
    for (const each of reactions) found.set(each, [...(found.get(each) ?? []), account])
  return found
}

/** Whether this account, or one that has handed over to it, wrote what `author` wrote. */
export function maySpeakFor(contacts: Contacts, account: Uint8Array, author: Uint8Array): boolean {
  return contacts.line(account).some((each) => equalBytes(each, author))
}

/** The oldest account that led to this one by handovers. */
function personOf(contacts: Contacts, account: Uint8Array): string {
  return toHex(contacts.line(account).at(-1) ?? account)
}

/** Every account under which the author's message may be known. */
export function accountsOf(contacts: Contacts, author: Uint8Array): Uint8Array[] {
  const person = personOf(contacts, author)
  const all = contacts.history(author).map(({ entry }) => entry.accountId)
  const same = all.filter((account) => personOf(contacts, account) === person)
  return same.length === 0 ? [author] : same
}

/** The message that is meant, and the end of its line's key; undefined when we do not have it. */
export function lineOf(
  { store, contacts, room }: Where,
  { author, messageId }: MessageRef,
): { place: Uint8Array; line: MessageLine } | undefined {
  for (const account of accountsOf(contacts, author)) {
    const place = store.get("message", messageKey(room, account, messageId))
    const row = place && store.get("line", concat(room, place))
    const line = row && decodeRecordIfSound<LineRecord>(row)
    if (place && line?.kind === "message") return { place, line }
  }
  return undefined
}

/** Every remark about a message, whichever account of its author it names. */
export function remarksOn({ store, contacts, room }: Where, { author, messageId }: MessageRef): Remark[] {
  return accountsOf(contacts, author).flatMap((account) => {
    const name = messageKey(room, account, messageId)
    return store.range("remark", prefixRange(name)).flatMap(({ key, value }) => {
      const record = decodeRecordIfSound<RemarkRecord>(value)
      return record ? [{ ...record, account: key.slice(name.length) }] : []
    })
  })
}

export function refOf({ account, messageId }: MessageLine): MessageRef {
  return { author: account, messageId }
}

export function remarkKey(room: Uint8Array, { author, messageId }: MessageRef, account: Uint8Array) {
  return concat(messageKey(room, author, messageId), account)
}
