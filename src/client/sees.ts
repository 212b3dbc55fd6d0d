/**
 * What the relay says that it holds about us, next to what it must hold if it is honest (PROTOCOL.md §5.8). Nobody can
 * prove what a machine does not hold: this shows an honest relay's store, and catches a relay that contradicts itself.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { HELD_NAMES, HELD_SUBJECTS, type HeldSubjectKind } from "../protocol/held.ts"
import type { Of } from "../protocol/messages.ts"
import type { Contacts } from "./contacts.ts"
import type { Answer, Context } from "./context.ts"
import { ClientError } from "./errors.ts"
import type { RoomRef } from "./events.ts"
import type { Generation } from "./generation.ts"
import type { Inbox } from "./inbox.ts"
import type { Rooms } from "./rooms.ts"

/** One thing that the relay holds, over all rows of its kind. */
export interface HeldThing {
  /** One of `HELD_NAMES`; anything else is remote text. */
  name: string
  rows: number
  /** Of numbers. */
  least: number
  most: number
  /** Of bytes. */
  bytes: number
  /** Remote text. */
  text: string
}

export interface HeldSubject {
  kind: HeldSubjectKind | "unknown"
  /** Of a channel that we know. */
  room: RoomRef | undefined
  /** Of a device or an inbox: whether it is this one. */
  isOurs: boolean
  things: readonly HeldThing[]
}

/** Where what the relay says and what we know do not agree. */
export type SeesDifference = { subject: HeldSubject["kind"]; room: RoomRef | undefined } &
  /** A number is outside of what it must be. */
  (
    | { code: "other"; name: string; held: number; least: number; most: number }
    /** It says nothing about a channel that we read, or about our inbox. */
    | { code: "not-told" }
    /** It says that we have a channel open which we do not use. */
    | { code: "not-ours" }
    /** It holds something that this version does not know of. */
    | { code: "unknown"; name: string }
  )

export interface SeesReport {
  subjects: readonly HeldSubject[]
  differences: readonly SeesDifference[]
}

/** What a thing must be: its rows, or the largest of its numbers. */
interface Expected {
  name: string
  of: "rows" | "most"
  least: number
  /** Decided when everything that was on its way has been read. */
  most: () => number
}

interface Told {
  subject: HeldSubject
  id: Uint8Array
  expected: readonly Expected[]
}

/** One answer tells of eight; more subjects than a connection can have are a relay's joke. */
const MAX_SUBJECTS = 4_200
const NAMES: ReadonlySet<string> = new Set(HELD_NAMES)
const KINDS = new Map<number, HeldSubjectKind>(
  Object.entries(HELD_SUBJECTS).map(([kind, number]) => [number, kind as HeldSubjectKind]),
)

export class Sees {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  readonly #inbox: Inbox
  readonly #generation: Generation
  /** Whoever waits for an answer that this connection will not bring any more. */
  readonly #waiting = new Set<(cause: ClientError) => void>()

  constructor(
    context: Context,
    parts: { contacts: Contacts; rooms: Rooms; inbox: Inbox; generation: Generation },
  ) {
    this.#context = context
    this.#contacts = parts.contacts
    this.#rooms = parts.rooms
    this.#inbox = parts.inbox
    this.#generation = parts.generation
  }

  /** @throws ClientError `no-answer`: no connection, one that ended meanwhile, or a relay that does not tell. */
  async ask(): Promise<SeesReport> {
    const told: Told[] = []
    for (let total = 1; told.length < total;) {
      const page = await this.#page(told.length)
      total = Math.min(page.total, MAX_SUBJECTS)
      if (page.from !== told.length || page.subjects.length === 0) break
      for (const each of page.subjects) told.push(this.#told(each))
    }
    // Whatever the first answers counted has been sent before this one.
    await this.#page(told.length)
    return { subjects: told.map(({ subject }) => subject), differences: this.#differences(told) }
  }

  /** The connection is gone. */
  lost(): void {
    for (const fail of this.#waiting) fail(noAnswer("the connection to the relay was lost; try again"))
    this.#waiting.clear()
  }

  #page(from: number): Promise<Of<"seen">> {
    return new Promise((resolve, reject) => {
      const { link, heads } = this.#context
      if (!link.online || heads().isDistrusted) return reject(noAnswer("there is no connection to the relay"))
      this.#waiting.add(reject)
      link.ask({ type: "sees", from }, (answer: Answer) => {
        this.#waiting.delete(reject)
        if (answer.type === "seen") return resolve(copied(answer))
        reject(noAnswer("the relay does not tell now what it holds; try again in a while"))
      })
    })
  }

  #told({ kind: number, id, facts }: Of<"seen">["subjects"][number]): Told {
    const kind = KINDS.get(number) ?? "unknown"
    const { identity } = this.#context
    const isOurs =
      (kind === "inbox" && equalBytes(id, identity.inboxId)) ||
      (kind === "device" && equalBytes(id.subarray(32), identity.device.deviceId))
    const conversation = kind === "channel" ? this.#conversation(id) : undefined
    const subject: HeldSubject = { kind, room: conversation?.ref, isOurs, things: facts }
    return { subject, id, expected: this.#expected(kind, id, isOurs) }
  }

  #conversation(channelId: Uint8Array) {
    return this.#rooms.all().find((each) => equalBytes(each.channelId, channelId))
  }

  #expected(kind: HeldSubject["kind"], id: Uint8Array, isOurs: boolean): Expected[] {
    const { store } = this.#context
    const most = (value: number) => () => value
    if (kind === "account") {
      const entry = this.#contacts.get(this.#contacts.own)?.entry
      const rows = entry && entry.seq + 1
      return rows === undefined
        ? []
        : [{ name: "directory.entry_index", of: "rows", least: rows, most: most(rows) }]
    }
    if (kind === "device" && isOurs) {
      const kept = this.#generation.isKept ? 1 : 0
      return [
        { name: "package.id", of: "rows", least: 0, most: () => store.count("package", {}) },
        { name: "generation.record", of: "rows", least: kept, most: most(1) },
      ]
    }
    if (kind === "inbox" && isOurs) {
      const inbox = this.#inbox
      return [logEnd(inbox.place.cursor, () => (inbox.settled ? inbox.place.cursor : ANY))]
    }
    const conversation = kind === "channel" ? this.#conversation(id) : undefined
    if (conversation === undefined) return []
    const { cursor, nextPosition, kind: roomKind } = conversation.record
    const end = (of: "cursor" | "nextPosition") => () =>
      conversation.log.isCaughtUp(conversation.record) ? conversation.record[of] : ANY
    return [
      logEnd(cursor, end("cursor")),
      { name: "channel.next_position", of: "most", least: nextPosition, most: end("nextPosition") },
      ...(roomKind === "direct" ? [{ name: "header.id", of: "rows" as const, least: 0, most: most(0) }] : []),
    ]
  }

  #differences(told: readonly Told[]): SeesDifference[] {
    const found: SeesDifference[] = []
    for (const { subject, id, expected } of told) {
      const { kind, room, things } = subject
      const about = { subject: kind, room }
      if (kind === "channel" && this.#conversation(id) === undefined)
        found.push({ ...about, code: "not-ours" })
      for (const { name, of, least, most } of expected) {
        const held = things.find((thing) => thing.name === name)?.[of] ?? 0
        const range = { least, most: most() }
        if (held < range.least || held > range.most)
          found.push({ ...about, code: "other", name, held, ...range })
      }
      if (kind === "unknown") found.push({ ...about, code: "unknown", name: "a subject" })
      for (const { name } of things) if (!NAMES.has(name)) found.push({ ...about, code: "unknown", name })
    }
    return [...found, ...this.#notTold(told)]
  }

  #notTold(told: readonly Told[]): SeesDifference[] {
    const ids = new Set(told.map(({ id }) => toHex(id)))
    const open = this.#rooms.all().filter(({ log }) => log.handle !== undefined)
    const isInboxTold = this.#inbox.log.handle === undefined || ids.has(toHex(this.#inbox.log.channelId))
    return [
      ...open
        .filter(({ channelId }) => !ids.has(toHex(channelId)))
        .map(({ ref }) => ({ subject: "channel" as const, room: ref, code: "not-told" as const })),
      ...(isInboxTold ? [] : [{ subject: "inbox" as const, room: undefined, code: "not-told" as const }]),
    ]
  }
}

const ANY = Number.MAX_SAFE_INTEGER

function logEnd(least: number, most: () => number): Expected {
  return { name: "channel.last_seq", of: "most", least, most }
}

/** Fields of a message are views of a frame, which is not ours to keep. */
function copied(answer: Of<"seen">): Of<"seen"> {
  return { ...answer, subjects: answer.subjects.map((each) => ({ ...each, id: each.id.slice() })) }
}

function noAnswer(sentence: string): ClientError {
  return new ClientError("no-answer", sentence)
}
