/**
 * The alarm about the relay's directory (PROTOCOL.md §8.6): kept with its evidence, said, and the end of the dealings with
 * this relay until the person decides. Where another person's list differs the connection stays for a minute, on which
 * nothing is said but what finds the difference (§8.7).
 */
import { equalBytes } from "../bytes.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import type { Contacts } from "./contacts.ts"
import type { Context, Update } from "./context.ts"
import { type AlarmRecord, type DifferenceRecord, putAlarm, readAlarm } from "./directory-records.ts"
import { alarmView } from "./directory-views.ts"
import type { StoredNotice } from "./records.ts"

/** How long two lists are compared after an alarm, and after each start with one. */
export const COMPARE_MS = 60_000

export class DirectoryAlarms {
  readonly #context: Context
  readonly #contacts: Contacts
  #record: AlarmRecord | undefined
  /** When the connection ends that is only for comparing; undefined: this process has not begun to. */
  #until: number | undefined
  #cancel: () => void = () => {}

  constructor(context: Context, contacts: Contacts) {
    this.#context = context
    this.#contacts = contacts
    this.#record = readAlarm(context.store)
  }

  get record(): AlarmRecord | undefined {
    return this.#record
  }

  /** The person has to decide before anything is believed. */
  get isOpen(): boolean {
    return this.#record !== undefined && !this.#record.accepted
  }

  /** Whether the person has decided about this very head. */
  isSettled({ signature }: Pick<SignedHead, "signature">): boolean {
    return this.#record?.accepted === true && equalBytes(this.#record.theirs.signature, signature)
  }

  raise(update: Update, found: Omit<AlarmRecord, "at" | "accepted">): void {
    const record = { ...found, at: this.#context.clock.now(), accepted: false }
    this.#put(update, record)
    this.#notice(update, { code: "directory-split", why: record.why })
    if (record.difference) this.#sayDifference(update, record.difference)
    update.after(() => {
      this.#context.log.write("error", "directory.split", { why: record.why })
      this.stay()
    })
  }

  /** What differs, of an alarm that is open. */
  learn(update: Update, difference: DifferenceRecord): void {
    this.#put(update, { ...this.#record!, difference })
    this.#sayDifference(update, difference)
  }

  accept(update: Update): void {
    const accepted = { ...this.#record!, accepted: true }
    putAlarm(update.tx, accepted)
    update.after(() => {
      this.#record = accepted
      this.#until = undefined
      this.#cancel()
    })
  }

  /** Whether the connection may stay for now; it ends at once when nobody's list can be held against ours. */
  stay(): void {
    const { clock, link, later } = this.#context
    const record = this.#record
    if (!record || record.accepted) return
    const now = clock.now()
    const isComparable =
      record.from !== undefined && (record.why === "contradiction" || record.why === "withheld")
    if (isComparable && this.#until === undefined) {
      if (!link.online) return
      this.#until = now + COMPARE_MS
      this.#cancel = later(this.#until, () => this.stay())
    }
    if (!isComparable || now >= this.#until!) link.giveUp("directory-split")
  }

  #put(update: Update, record: AlarmRecord): void {
    putAlarm(update.tx, record)
    update.tell({ type: "directory.split", alarm: alarmView(record, this.#contacts) })
    update.after(() => (this.#record = record))
  }

  #sayDifference(update: Update, difference: DifferenceRecord): void {
    const { kind, place, by, ours, theirs } = difference
    this.#notice(update, { code: "directory-differs", difference: { kind, place, by, ours, theirs } })
  }

  /** A line where everybody talks. */
  #notice(update: Update, notice: StoredNotice): void {
    for (const room of this.#context.rooms())
      if (room.record.kind === "everyone") room.notice(update, room.record.cursor, notice)
  }
}
