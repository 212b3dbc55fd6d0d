/**
 * The relay's directory as a log that we check (PROTOCOL.md §8.5, §8.6): every head that the relay shows and that others
 * tell us of is held against our own copy of the index. What an honest relay cannot bring about is an alarm: it is kept,
 * said, and ends the dealings with this relay until the person decides.
 */
import { equalBytes } from "../bytes.ts"
import { isSigned, judgeHead, type TreeHead } from "../crypto/checkpoint.ts"
import { leafHash } from "../crypto/merkle.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import {
  decodeHeads,
  decodeOpening,
  encodeHeads,
  type LogOpening,
  MAX_TOLD_HEADS,
  type SignedHead,
} from "../protocol/tree-head.ts"
import type { Contacts } from "./contacts.ts"
import type { Context, Update } from "./context.ts"
import { DirectoryIndex } from "./directory-index.ts"
import { DirectoryAlarms } from "./directory-alarms.ts"
import { type BelievedList, DirectoryComparison } from "./directory-compare.ts"
import {
  type AlarmRecord,
  keptTold,
  LOG_ROW,
  type LogRecord,
  putLog,
  putTold,
  readLog,
  readTold,
  type ToldRecord,
} from "./directory-records.ts"
import { putRelay, readRelay } from "./profile.ts"
import type { AlarmReason } from "./events.ts"

/** What came of reading: another question, the end of it, or the end of the connection. */
export type Reading = "again" | "done" | "stop"

export class DirectoryLog {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly index: DirectoryIndex
  readonly #alarms: DirectoryAlarms
  readonly #comparison: DirectoryComparison
  #log: LogRecord | undefined
  #told: ToldRecord[]
  /** The head that is being read up to. */
  #next: SignedHead | undefined
  /** What the present question showed to the relay. */
  #shown: readonly SignedHead[] = []
  /** By this process; a head that is known already says nothing. */
  #isInvitationHeard = false
  /** Asks the relay again. */
  lookAgain: () => void = () => {}

  constructor(context: Context, contacts: Contacts) {
    this.#context = context
    this.#contacts = contacts
    this.index = new DirectoryIndex(context)
    this.#alarms = new DirectoryAlarms(context, contacts)
    this.#comparison = new DirectoryComparison(context, contacts, {
      alarms: this.#alarms,
      index: this.index,
      believed: (log) => this.#listOf(log),
      isSigned: (head) => this.#log !== undefined && this.#isSigned(head, this.#log.relayPublic),
      relayPublic: () => this.#log?.relayPublic,
    })
    this.#log = readLog(context.store)
    this.#told = readTold(context.store)
    this.#mendIndex()
  }

  get log(): LogRecord | undefined {
    return this.#log
  }

  get alarm(): AlarmRecord | undefined {
    return this.#alarms.record
  }

  get told(): readonly ToldRecord[] {
    return this.#told
  }

  /** The person has to decide before anything is believed. */
  get isDistrusted(): boolean {
    return this.#alarms.isOpen
  }

  // ── reading ─────────────────────────────────────────────────────────────────────────────────

  /** What the relay is shown with the next question: what we believed last, and one head that it has to explain. */
  question(): SignedHead[] {
    const own = this.#believed()
    const open = this.#told.findLast(({ verdict }) => verdict === "unknown")?.head
    this.#shown = [own, open].filter((head) => head !== undefined)
    return [...this.#shown]
  }

  /** The relay's newest head. @returns up to how many entries the directory is to be read now; undefined: it ended. */
  take({ relayPublic, opening: bytes, head }: Of<"treeHead">): number | undefined {
    const { link } = this.#context
    const opening = openingOf(bytes)
    if (!opening || opening.log !== head.log || head.size < 1 || !this.#isSigned(head, relayPublic)) {
      link.distrust("a head of the directory that it has not signed")
      return undefined
    }
    const why = this.#log ? this.#suspect(this.#log, head, opening) : undefined
    if (why) return this.#raise(why, head, undefined, relayPublic)
    if (this.#log?.log !== head.log) this.#begin(head.log, bytes.slice(), relayPublic.slice())
    else if (!equalBytes(this.index.tree(head.log)!.leaf(0), leafHash(this.index.sha, bytes))) {
      link.distrust("an opening that is not this log's")
      return undefined
    }
    this.#next = copied(head)
    return head.size - 1
  }

  /** Entries that were read are part of the log, in the transaction that learns them. */
  learned(update: Update, entries: readonly Uint8Array[]): void {
    if (this.#log) this.index.append(update, this.#log.log, entries)
  }

  /** The directory has been read as far as `take` said. */
  finish(): Reading {
    const [log, head] = [this.#log, this.#next]
    const tree = log && this.index.tree(log.log)
    if (!log || !head || !tree || tree.size < head.size) return "stop"
    this.#next = undefined
    const isSame = (each: TreeHead) => equalBytes(tree.root(each.size), each.root)
    if (log.head && !isSame(log.head)) return this.#stop("contradiction", head)
    if (!isSame(head)) return this.#stop("entries", head)
    const next = { ...log, head, readAt: this.#context.clock.now() }
    this.#context.update("ordered", ({ tx, after }) => {
      putLog(tx, next)
      after(() => (this.#log = next))
    })
    this.#hearInvitation()
    return this.isDistrusted ? "stop" : this.#settleTold()
  }

  /** Whoever invited us has told us, by a way of their own, what the relay had shown them. */
  #hearInvitation(): void {
    if (this.#isInvitationHeard) return
    this.#isInvitationHeard = true
    const { inviter, directory } = readRelay(this.#context.store) ?? {}
    if (inviter && directory) this.hear(inviter, directory)
  }

  /** A question was not answered on this connection. */
  lost(): void {
    this.#next = undefined
    this.#shown = []
  }

  /** Why the head that the relay shows cannot follow what we have read; undefined when it can. */
  #suspect(log: LogRecord, head: SignedHead, opening: LogOpening): AlarmReason | undefined {
    const own = this.#believed()
    if (own && !equalBytes(own.logPublic, head.logPublic)) return "two-keys"
    if (head.log < log.log) return "behind"
    if (head.log === log.log) {
      const before = log.head
      if (before?.size === head.size && !equalBytes(before.root, head.root)) return "contradiction"
      const tree = this.index.tree(log.log)!
      const isRead = head.size <= tree.size
      if (isRead && !equalBytes(tree.root(head.size), head.root))
        return before && head.size <= before.size ? "contradiction" : "entries"
      return before && head.size < before.size ? "behind" : undefined
    }
    for (const each of opening.former) {
      const tree = this.index.tree(each.log)
      const believed = this.#heads().find((mine) => mine.log === each.log)
      if (!tree || !believed || each.size > Math.min(tree.size, believed.size)) continue
      if (!equalBytes(tree.root(each.size), each.root)) return "contradiction"
    }
    const isNamed = opening.former.some((each) => own && each.log === own.log && each.size >= own.size)
    return own && !isNamed ? "unexplained" : undefined
  }

  /** Another log than the one before; whoever is known stays known. */
  #begin(log: number, opening: Uint8Array, relayPublic: Uint8Array): void {
    const before = this.#log
    const next: LogRecord = {
      log,
      opening,
      relayPublic,
      head: undefined,
      former: this.#heads().slice(0, MAX_TOLD_HEADS - 1),
      readAt: before?.readAt ?? 0,
    }
    this.#context.update("ordered", (update) => {
      this.index.begin(update, log, opening)
      const kept = new Set(next.former.map((each) => each.log))
      for (const each of before?.former ?? []) if (!kept.has(each.log)) this.index.drop(update, each.log)
      if (before && !before.head) this.index.drop(update, before.log)
      putLog(update.tx, next)
      this.#contacts.readAgain(update)
      if (before) this.#notice(update, { code: "directory-replaced" })
      if (before) update.tell({ type: "directory.replaced", log })
      update.after(() => (this.#log = next))
    })
  }

  /** Our own rows, held against the head that they gave: a disk that lost some costs another reading, no alarm. */
  #mendIndex(): void {
    const log = this.#log
    const tree = log && this.index.tree(log.log)
    const isWhole =
      tree !== undefined &&
      tree.size === this.#contacts.size + 1 &&
      (!log?.head || (log.head.size <= tree.size && equalBytes(tree.root(log.head.size), log.head.root)))
    if (isWhole || (!log && this.#contacts.size === 0)) return
    this.#context.update("ordered", (update) => {
      if (log) this.index.begin(update, log.log, log.opening)
      this.#contacts.readAgain(update)
    })
  }

  // ── what others have ────────────────────────────────────────────────────────────────────────

  /** The newest head that we believe, for whoever reads what we say; the ones of former logs behind it. */
  #heads(): SignedHead[] {
    const log = this.#log
    return log ? [...(log.head ? [log.head] : []), ...log.former] : []
  }

  #believed(): SignedHead | undefined {
    return this.#heads()[0]
  }

  /** What every payload may carry. */
  toTell(): SignedHead | undefined {
    return this.#log?.head
  }

  /** What is exchanged after a verification, to be authenticated by whoever exchanges it; empty: nothing is known yet. */
  headForExchange(): Uint8Array {
    const heads = this.#heads()
    return heads.length === 0 ? new Uint8Array(0) : encodeHeads(heads.slice(0, MAX_TOLD_HEADS))
  }

  /** The other side of an exchange. What makes no sense says nothing. @param from accountId. */
  heard(from: Uint8Array, exchanged: Uint8Array): void {
    if (exchanged.length === 0) return
    try {
      for (const head of decodeHeads(exchanged)) this.hear(from, head)
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
    }
  }

  /** Somebody says that the relay has shown them this head. One that the relay did not sign says nothing. */
  hear(from: Uint8Array, head: SignedHead): void {
    const log = this.#log
    if (!log || this.isDistrusted || this.#alarms.isSettled(head)) return
    const known = this.#told.find((each) => isOf(each, from, head))
    if (known && equalBytes(known.head.signature, head.signature)) return
    if (!this.#isSigned(head, log.relayPublic)) return
    const verdict = this.#judge(head)
    const own = this.#believed()
    if (own && !equalBytes(own.logPublic, head.logPublic)) return void this.#raise("two-keys", head, from)
    if (verdict === "contradicts") return void this.#raise("contradiction", head, from)
    this.#keepTold({ account: from, head: copied(head), at: this.#context.clock.now(), verdict })
    if (verdict === "unknown") this.lookAgain()
  }

  #judge(head: TreeHead): "fits" | "contradicts" | "unknown" {
    const log = this.#log
    const tree = log && this.index.tree(log.log)
    if (!log?.head || !tree) return "unknown"
    const { former } = decodeOpening(log.opening)
    return judgeHead({ log: log.log, tree, former, formerTree: (each) => this.index.tree(each) }, head)
  }

  /** What others told, once the relay was shown it: now everything has to fit. */
  #settleTold(): Reading {
    for (const told of this.#told.filter(({ verdict }) => verdict === "unknown")) {
      const verdict = this.#judge(told.head)
      const wasShown = this.#shown.some((each) => equalBytes(each.signature, told.head.signature))
      if (verdict === "contradicts") return this.#stop("contradiction", told.head, told.account)
      if (verdict === "unknown" && wasShown) return this.#stop("withheld", told.head, told.account)
      if (verdict === "fits") this.#keepTold({ ...told, verdict })
    }
    return this.#told.some(({ verdict }) => verdict === "unknown") ? "again" : "done"
  }

  #keepTold(told: ToldRecord): void {
    const all = keptTold([told, ...this.#told.filter((each) => !isOf(each, told.account, told.head))])
    this.#context.update("ordered", ({ tx, after }) => {
      putTold(tx, all)
      after(() => (this.#told = all))
    })
  }

  // ── alarms ──────────────────────────────────────────────────────────────────────────────────

  /** The person has seen the alarm and goes on: what the relay shows next is believed as if it were new. */
  accept(): void {
    if (!this.isDistrusted) return
    this.#context.update("synced", (update) => {
      this.#alarms.accept(update)
      const log = this.#log
      for (const each of this.#heads()) this.index.drop(update, each.log)
      if (log) this.index.drop(update, log.log)
      update.tx.delete("meta", LOG_ROW)
      putTold(update.tx, [])
      const relay = readRelay(this.#context.store)
      if (relay) putRelay(update.tx, { ...relay, directory: undefined })
      this.#contacts.readAgain(update)
      update.after(() => {
        this.#log = undefined
        this.#told = []
      })
    })
    // It may be there still, for comparing.
    this.#context.link.giveUp("directory-split")
  }

  /** With an alarm, on a connection: it ends, or stays for a while to find out what differs. */
  stay(): void {
    this.#alarms.stay()
    if (this.#context.link.online) this.#context.update("ordered", (update) => this.#comparison.ask(update))
  }

  /** What somebody says of their list, while it is stored. */
  compare(...said: Parameters<DirectoryComparison["take"]>): void {
    this.#comparison.take(...said)
  }

  #listOf(log: number): BelievedList | undefined {
    const head = this.#heads().find((each) => each.log === log)
    const tree = this.index.tree(log)
    return head && tree && head.size <= tree.size ? { head, tree, size: head.size } : undefined
  }

  #stop(why: AlarmReason, theirs: SignedHead, from?: Uint8Array): "stop" {
    this.#raise(why, theirs, from)
    return "stop"
  }

  #raise(
    why: AlarmReason,
    theirs: SignedHead,
    from: Uint8Array | undefined,
    relayPublic?: Uint8Array,
  ): undefined {
    if (this.isDistrusted) return
    const ours = this.#heads().find((each) => each.log === theirs.log) ?? this.#believed()
    const key = (relayPublic ?? this.#log!.relayPublic).slice()
    const evidence = { relayPublic: key, ours, theirs: copied(theirs) }
    this.#context.update("synced", (update) => this.#alarms.raise(update, { why, from, ...evidence }))
    if (this.#context.link.online) this.#context.update("ordered", (update) => this.#comparison.ask(update))
    return undefined
  }

  #notice(update: Update, notice: { code: "directory-replaced" }): void {
    for (const room of this.#context.rooms())
      if (room.record.kind === "everyone") room.notice(update, room.record.cursor, notice)
  }

  #isSigned(head: SignedHead, relayPublic: Uint8Array): boolean {
    return isSigned(this.index.sha, { relayId: this.#context.relayId(), relayPublic }, head)
  }
}

function isOf(told: ToldRecord, account: Uint8Array, { log }: TreeHead): boolean {
  return equalBytes(told.account, account) && told.head.log === log
}

function openingOf(bytes: Uint8Array): LogOpening | undefined {
  try {
    return decodeOpening(bytes)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

/** What came off the wire lies in memory that is used again. */
function copied(head: SignedHead): SignedHead {
  const { log, size } = head
  const [logPublic, endorsement] = [head.logPublic.slice(), head.endorsement.slice()]
  return { log, size, logPublic, endorsement, root: head.root.slice(), signature: head.signature.slice() }
}
