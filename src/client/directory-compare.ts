/**
 * After an alarm about the relay's directory two clients find out, inside sealed payloads, what their lists differ in
 * (PROTOCOL.md §8.7). Nothing is believed without a head that the relay has signed; every answer follows from what came
 * and from our own list, so that a crash costs no more than an answer that was not saved.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { fingerprint, keyTag } from "../crypto/fingerprint.ts"
import { leafHash } from "../crypto/merkle.ts"
import type { Member } from "../crypto/mls-engine.ts"
import { isComparison } from "../protocol/comparison.ts"
import type { ComparisonContent } from "../protocol/content.ts"
import { decodeDirectoryEntry, encodeDirectoryEntry } from "../protocol/directory-entry.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import type { Contacts } from "./contacts.ts"
import type { Context, Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import type { DirectoryAlarms } from "./directory-alarms.ts"
import type { DirectoryIndex } from "./directory-index.ts"
import type { DifferenceRecord, ProvenLeaf } from "./directory-records.ts"
import { judgeLeaf, nodesOf, type OwnList, searchStep } from "./directory-search.ts"
import { doubtOf } from "./following.ts"
import { outboxOf, queueFirst } from "./sending.ts"

/** What is said to one person, and to all together, in an hour: a list of 2^24 takes three steps. */
const SAID_TO_ONE = 8
const SAID_TO_ALL = 256
const HOUR_MS = 3_600_000
/** How long the relay is waited for, when it is asked for an entry that goes with a leaf. */
const FETCH_MS = 5_000
const NO_ENTRY = new Uint8Array(0)

/** Our list of one log: its index, and the newest head of it that we believe. */
export interface BelievedList extends OwnList {
  head: SignedHead
}

export interface ComparisonDeps {
  alarms: DirectoryAlarms
  index: DirectoryIndex
  believed(log: number): BelievedList | undefined
  /** By this relay, whose key is known. */
  isSigned(head: SignedHead): boolean
  relayPublic(): Uint8Array | undefined
}

export class DirectoryComparison {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #deps: ComparisonDeps
  /** By account: what was said since when. */
  readonly #said = new Map<string, { since: number; count: number; leaves: Set<string> }>()
  readonly #all = { since: 0, count: 0 }

  constructor(context: Context, contacts: Contacts, deps: ComparisonDeps) {
    this.#context = context
    this.#contacts = contacts
    this.#deps = deps
  }

  /** Asks whoever told us of the other head to compare, unless that is done or under way. */
  ask(update: Update): void {
    const { record, isOpen } = this.#deps.alarms
    const own = record && this.#deps.believed(record.theirs.log)
    if (!isOpen || !record?.from || record.difference || !own || this.#said.has(toHex(record.from))) return
    const conversation = this.#with(record.from)
    const isWaiting = ({ record: { content } }: { record: { content: { type: string } } }) =>
      isComparison(content)
    if (!conversation || outboxOf(update.tx, conversation.room).some(isWaiting)) return
    const size = Math.min(own.size, record.theirs.size)
    this.#say(conversation, update, record.from, {
      type: "directoryNodes",
      to: record.from,
      head: own.head,
      ...nodesOf(own, size),
    })
    conversation.put(update, {})
    update.after(() => this.#context.later(this.#context.clock.now(), () => conversation.advance()))
  }

  /** What somebody says of their list, inside the change that stores it, which puts the conversation's record. */
  take(conversation: Conversation, update: Update, content: ComparisonContent, { accountId }: Member): void {
    const own = this.#deps.believed(content.head.log)
    // Whoever is in doubt may show what the relay has signed, and gets no answer.
    const isForUs = this.#contacts.isOwn(content.to) && !doubtOf(conversation)
    if (!own || !this.#deps.isSigned(content.head)) return
    if (content.type === "directoryLeaf") {
      const found = judgeLeaf(this.#deps.index.sha, own, content.head, content)
      if (found) this.#found(update, own, content, { kind: found, by: accountId })
      if (found === "other" && isForUs) this.#sayLeaf(conversation, update, accountId, own, content.index)
      return
    }
    const step = isForUs ? searchStep(own, content, content.head.size) : undefined
    if (step?.kind === "found") this.#sayLeaf(conversation, update, accountId, own, step.index)
    if (step?.kind !== "nodes") return
    const { head } = own
    this.#say(conversation, update, accountId, { type: "directoryNodes", to: accountId, head, ...step.nodes })
  }

  #found(
    update: Update,
    own: BelievedList,
    { head, index, leaf, path, entry }: ComparisonContent & { type: "directoryLeaf" },
    { kind, by }: Pick<DifferenceRecord, "kind" | "by">,
  ): void {
    const { alarms } = this.#deps
    const difference = (): DifferenceRecord => {
      const ourLeaf = kind === "other" ? this.#leafOf(own, index) : undefined
      const ours = ourLeaf && this.#accountAt(own, index)
      const theirLeaf = { head, leaf, path, entry }
      return { kind, place: index, by, ours, theirs: this.#whoseIs(entry), theirLeaf, ourLeaf }
    }
    if (alarms.isOpen) {
      const { difference: known, why, theirs } = alarms.record!
      // That somebody has read more is nothing, unless the relay was caught keeping it from us.
      const isIt = kind === "other" ? why === "contradiction" || why === "withheld" : why === "withheld"
      if (known === undefined && isIt && theirs.log === head.log) alarms.learn(update, difference())
      return
    }
    const relayPublic = this.#deps.relayPublic()
    if (kind === "more" || !relayPublic || alarms.isSettled(head)) return
    // Two leaves at one place, each under a head of one log.
    const evidence = { ours: own.head, theirs: head, relayPublic: relayPublic.slice() }
    alarms.raise(update, { why: "contradiction", from: by, ...evidence, difference: difference() })
  }

  #sayLeaf(
    conversation: Conversation,
    update: Update,
    to: Uint8Array,
    own: BelievedList,
    index: number,
  ): void {
    const name = `${own.head.log} ${index}`
    const before = this.#said.get(toHex(to))
    if (before?.leaves.has(name) || !this.#mayStill(to)) return
    this.#said.get(toHex(to))!.leaves.add(name)
    const { head, ...leaf } = this.#leafOf(own, index)
    const content = { type: "directoryLeaf" as const, to, head, index, ...leaf }
    if (leaf.entry.length > 0 || index === 0) return queueFirst(conversation, update, content)
    update.after(() =>
      this.#bring(index, leaf.leaf, (entry) => this.#sayLate(conversation, { ...content, entry })),
    )
  }

  #sayLate(conversation: Conversation, content: ComparisonContent): Promise<void> {
    conversation.save("ordered", {}, (update) => queueFirst(conversation, update, content))
    return conversation.advance()
  }

  /** An entry that another one has followed is not kept here: the relay has it, and its hash says whether it is the one. */
  #bring(index: number, leaf: Uint8Array, done: (entry: Uint8Array) => Promise<void>): void {
    const { link, clock, later } = this.#context
    let isDone = false
    const finish = (entry: Uint8Array) => {
      if (isDone) return undefined
      isDone = true
      cancel()
      return done(entry)
    }
    const cancel = later(clock.now() + FETCH_MS, () => finish(NO_ENTRY))
    link.ask({ type: "getDirectory", from: index - 1 }, (answer) => {
      const bytes = answer.type === "directory" ? answer.entries[0] : undefined
      const isIt = bytes !== undefined && equalBytes(leafHash(this.#deps.index.sha, bytes), leaf)
      return finish(isIt ? bytes.slice() : NO_ENTRY)
    })
  }

  #say(conversation: Conversation, update: Update, to: Uint8Array, content: ComparisonContent): void {
    if (this.#mayStill(to)) queueFirst(conversation, update, content)
  }

  /** Counts one more that is said to somebody; false when it would be too many. */
  #mayStill(to: Uint8Array): boolean {
    const now = this.#context.clock.now()
    const known = this.#said.get(toHex(to))
    const said =
      known && now - known.since < HOUR_MS ? known : { since: now, count: 0, leaves: new Set<string>() }
    if (now - this.#all.since >= HOUR_MS) Object.assign(this.#all, { since: now, count: 0 })
    if (said.count >= SAID_TO_ONE || this.#all.count >= SAID_TO_ALL) return false
    said.count++
    this.#all.count++
    this.#said.set(toHex(to), said)
    return true
  }

  /** Where what is said to somebody reaches them: the chat with them, or a room that they are in. */
  #with(account: Uint8Array): Conversation | undefined {
    const open = this.#context
      .rooms()
      .filter((room) => room.group && !room.record.problem && !room.record.rejoin && !doubtOf(room))
    const isChat = ({ record: { peer } }: Conversation) =>
      peer !== undefined && this.#contacts.isSamePerson(peer, account)
    const isRoom = ({ record, group }: Conversation) =>
      record.kind === "everyone" && group!.members.some((member) => equalBytes(member.accountId, account))
    return open.find(isChat) ?? open.find(isRoom)
  }

  #leafOf({ tree, head, size }: BelievedList, index: number): ProvenLeaf {
    const leaf = tree.leaf(index)
    const account = this.#accountAt({ head }, index)
    const known = account && this.#contacts.get(account)?.entry
    const bytes = known && encodeDirectoryEntry(known)
    const isIt = bytes !== undefined && equalBytes(leafHash(this.#deps.index.sha, bytes), leaf)
    return { head, leaf, path: tree.inclusion(index, size), entry: isIt ? bytes : NO_ENTRY }
  }

  /** Of an entry that we have read; undefined for the opening, and for what is none. */
  #accountAt({ head: { log } }: Pick<BelievedList, "head">, index: number): Uint8Array | undefined {
    const account = this.#deps.index.row(log, index)?.accountId
    return account?.some((byte) => byte !== 0) === true ? account : undefined
  }

  /** What stands in an entry that the relay has signed into somebody's list, whether or not we would believe it. */
  #whoseIs(entry: Uint8Array): DifferenceRecord["theirs"] {
    if (entry.length === 0) return undefined
    try {
      const { name, accountEd, accountX } = decodeDirectoryEntry(entry)
      return { name, tag: keyTag(fingerprint(this.#context.primitives, accountEd, accountX)) }
    } catch (cause) {
      if (cause instanceof ProtocolError) return undefined
      throw cause
    }
  }
}
