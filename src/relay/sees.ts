/**
 * What this relay holds about whoever asks, told to them and to nobody else (PROTOCOL.md §5.8): from the store as it is,
 * and from the memory of the process. Only what belongs to the asking account and connection is looked at.
 */
import { concat, toHex } from "../bytes.ts"
import { MAX_HELD_NAME_BYTES, MAX_HELD_SUBJECTS, MAX_HELD_TEXT_BYTES, type Of } from "../protocol/messages.ts"
import { HELD_SUBJECTS, type HeldSubjectKind } from "../protocol/held.ts"
import type { BlobRequests } from "./blob-requests.ts"
import type { Core } from "./core.ts"
import type { Directory } from "./directory.ts"
import { SLOW_BYTES } from "./effects.ts"
import { type About, asCount, type Held } from "./held.ts"
import { HourlyLimit } from "./hourly-limit.ts"
import { tagOf } from "./monitor.ts"
import type { LogRequests } from "./log-requests.ts"
import type { PeopleRequests } from "./people-requests.ts"
import type { Session } from "./session.ts"

/** Enough to be told of every channel that one connection may have open; each page reads some thousand rows at most. */
const PAGES_PER_HOUR = 600
/** Entries of one's own in the directory that are looked at, the newest ones. */
const MAX_OWN_ENTRIES = 1_000

type Subject = Of<"seen">["subjects"][number]
type Fact = Subject["facts"][number]

export class Sees {
  readonly #core: Core
  readonly #directory: Directory
  readonly #people: PeopleRequests
  readonly #logs: LogRequests
  readonly #blobs: BlobRequests
  /** By account. */
  readonly #pages = new HourlyLimit(PAGES_PER_HOUR)

  constructor(
    core: Core,
    directory: Directory,
    people: PeopleRequests,
    logs: LogRequests,
    blobs: BlobRequests,
  ) {
    this.#core = core
    this.#directory = directory
    this.#people = people
    this.#logs = logs
    this.#blobs = blobs
  }

  /** Subjects from number `from` on, as many as one answer holds. */
  tell(session: Session, { rid, from }: Of<"sees">): void {
    const { effects } = this.#core
    this.#core.answer(session, rid, () => {
      const account = session.member!.root
      const isTooMuch = session.outBytes > SLOW_BYTES || !this.#pages.allows(account, this.#core.now)
      if (isTooMuch) return effects.refuse(session, rid, "busy")
      this.#pages.count(account, this.#core.now)
      const all = this.#subjectsOf(session)
      const subjects = all.slice(from, from + MAX_HELD_SUBJECTS).map((tell) => tell())
      effects.send(session, { type: "seen", rid, from, total: all.length, subjects })
    })
  }

  sweep(): void {
    this.#pages.sweep(this.#core.now)
  }

  /** Each is looked at only when it is told. */
  #subjectsOf(session: Session): (() => Subject)[] {
    const { accountId, root } = session.member!
    const person = this.#directory.person(accountId)
    const entries = person?.indexes.slice(-MAX_OWN_ENTRIES) ?? []
    const devices = person?.devices ?? []
    const inboxes = new Set(devices.map(({ inboxId }) => toHex(inboxId)))
    const channels = [...session.subscriptions.values()].filter(
      ({ mode, channel }) => mode === "follow" && !inboxes.has(channel.key),
    )
    const stored =
      (kind: HeldSubjectKind, id: Uint8Array, ...about: About[]) =>
      () =>
        subject(kind, id, about.flatMap((each) => this.#core.store.held(each)).map(factOf))
    return [
      stored("relay", NO_ID, { kind: "relay" }),
      () => subject("memory", NO_ID, this.#remembered(session, root)),
      stored("account", accountId, { kind: "account", entries, accountId }),
      ...devices.map(({ deviceId }) => {
        const owner = concat(accountId, deviceId)
        return stored("device", owner, { kind: "device", owner })
      }),
      ...devices.map(({ inboxId }) => stored("inbox", inboxId, { kind: "channel", channelId: inboxId })),
      ...channels.map(({ channel: { id } }) => stored("channel", id, { kind: "channel", channelId: id })),
    ]
  }

  /** What the process knows and no disk does. */
  #remembered(session: Session, account: string): Fact[] {
    const { budget } = this.#core
    const used = budget.used(account)
    const upload = this.#blobs.unfinished(account)
    const { updates, taken } = this.#people.lastHour(account)
    const letters = this.#logs.lettersOf(account)
    const { handshakes, overdue } = this.#logs.tokensOf(account)
    const tag = tagOf(session.member!.accountId)
    const logins = this.#core.monitor.recent().filter((event) => "tag" in event && event.tag === tag)
    return [
      { ...NOTHING, name: "memory.address", rows: 1, text: session.remote.slice(0, MAX_HELD_TEXT_BYTES) },
      { ...NOTHING, name: "memory.heard", rows: 1, least: session.heardAt, most: session.heardAt },
      { ...NOTHING, name: "memory.channels", rows: session.subscriptions.size },
      { ...NOTHING, name: "memory.day", rows: used.entries, bytes: asCount(used.bytes) },
      { ...NOTHING, name: "memory.uploads", rows: upload.count, bytes: upload.received },
      { ...NOTHING, name: "memory.updates", rows: updates },
      { ...NOTHING, name: "memory.packages", rows: taken.times, most: taken.who },
      { ...NOTHING, name: "memory.letters", rows: letters.times, most: letters.who },
      { ...NOTHING, name: "memory.handshakes", rows: handshakes },
      { ...NOTHING, name: "memory.overdue", rows: overdue.length, most: asCount(Math.max(0, ...overdue)) },
      { ...NOTHING, name: "memory.logins", rows: logins.length },
      { ...NOTHING, name: "memory.asked", rows: this.#pages.of(account, this.#core.now).times },
    ]
  }
}

const NO_ID = new Uint8Array(0)
const NOTHING: Fact = { name: "", rows: 0, least: 0, most: 0, bytes: 0, text: "" }

function subject(kind: HeldSubjectKind, id: Uint8Array, facts: Fact[]): Subject {
  return { kind: HELD_SUBJECTS[kind], id, facts }
}

function factOf({ column, rows, least, most, bytes }: Held): Fact {
  return { ...NOTHING, name: column.slice(0, MAX_HELD_NAME_BYTES), rows, least, most, bytes }
}
