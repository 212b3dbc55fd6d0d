/**
 * Messages that go at a time (PROTOCOL.md §9.4): kept on this computer until then, and sent by the program if it runs
 * then. One that is found too late is kept and never sent by itself: what was right at half past two is wrong at night.
 */
import { concat, u32, utf8 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { LaterDesk, LaterView } from "./client.ts"
import type { Context, Update } from "./context.ts"
import { ClientError } from "./errors.ts"
import type { ClientEvent } from "./events.ts"
import type { Run } from "./keys.ts"
import { checkOutgoing, checkRoom } from "./outgoing.ts"
import { decodeRecordIfSound, putRecord } from "./records.ts"
import type { Rooms } from "./rooms.ts"
import { queueText } from "./sending.ts"
import { prefixRange } from "./store.ts"

const LATER = utf8("later ")
/** Messages that wait for their time. */
export const MAX_LATER = 100
/** How far ahead one may be. */
export const MAX_AHEAD_MS = 30 * 86_400_000
/** A message goes at most so long after its time. */
export const LATE_MS = 5 * 60_000

interface LaterRecord {
  roomId: string
  at: Millis
  text: string
  why: LaterView["why"]
}

/** A row that somebody else has written is none. */
function readRow(value: Uint8Array): LaterRecord | undefined {
  const { roomId, at, text, why } = decodeRecordIfSound<Partial<LaterRecord>>(value) ?? {}
  if (typeof roomId !== "string" || typeof text !== "string") return undefined
  if (typeof at !== "number" || !Number.isSafeInteger(at)) return undefined
  return { roomId, at, text, why: why === "missed" || why === "refused" ? why : undefined }
}

function keyOf(number: number): Uint8Array {
  return concat(LATER, u32(number))
}

export class Laters implements LaterDesk {
  readonly #context: Context
  readonly #rooms: Pick<Rooms, "byId">
  readonly #run: Run
  readonly #tell: (event: ClientEvent) => void
  #cancel: () => void = () => {}

  constructor(
    context: Context,
    rooms: Pick<Rooms, "byId">,
    edges: { run: Run; tell: (event: ClientEvent) => void },
  ) {
    this.#context = context
    this.#rooms = rooms
    this.#run = edges.run
    this.#tell = edges.tell
  }

  all(): readonly LaterView[] {
    return this.#rows()
      .map(({ number, record }) => ({ number, ...record }))
      .toSorted((a, b) => a.at - b.at || a.number - b.number)
  }

  plan(roomId: string, text: string, at: Millis): Promise<LaterView> {
    return this.#run(() => {
      const conversation = this.#rooms.byId(roomId)
      const now = this.#context.clock.now()
      if (!(at > now && at <= now + MAX_AHEAD_MS)) throw new RangeError("a time that is not ahead")
      checkOutgoing(text, conversation)
      checkRoom(conversation)
      const rows = this.#rows()
      if (rows.length >= MAX_LATER)
        throw new ClientError(
          "not-now",
          `${MAX_LATER} messages wait for their time already; take one back first`,
        )
      const number = Math.max(0, ...rows.map((row) => row.number)) + 1
      const record: LaterRecord = { roomId, at, text, why: undefined }
      this.#context.update("synced", ({ tx }) => putRecord(tx, "meta", keyOf(number), record))
      this.look()
      return { number, ...record }
    })
  }

  cancel(number: number): Promise<LaterView> {
    return this.#run(() => {
      const found = this.#rows().find((row) => row.number === number)
      if (!found)
        throw new ClientError("unknown-message", `no message with the number ${number} waits for its time`)
      this.#context.update("synced", ({ tx }) => tx.delete("meta", keyOf(number)))
      this.look()
      return { number, ...found.record }
    })
  }

  /** Waits for the next one. */
  look(): void {
    this.#cancel()
    const times = this.#rows().flatMap(({ record }) => (record.why === undefined ? [record.at] : []))
    if (times.length === 0) return
    this.#cancel = this.#context.later(Math.min(...times), () => this.#due())
  }

  stop(): void {
    this.#cancel()
  }

  async #due(): Promise<void> {
    const now = this.#context.clock.now()
    for (const { number, record } of this.#rows()) {
      if (record.why !== undefined || record.at > now) continue
      if (now - record.at > LATE_MS) this.#keep(number, { ...record, why: "missed" }, MISSED)
      else await this.#send(number, record)
    }
    this.look()
  }

  /** It leaves the list with the change that puts it into the outbox: it is sent once, whatever happens in between. */
  async #send(number: number, record: LaterRecord): Promise<void> {
    try {
      const conversation = this.#rooms.byId(record.roomId)
      checkOutgoing(record.text, conversation)
      checkRoom(conversation)
      queueText(conversation, record.text, undefined, ({ tx }: Update) => tx.delete("meta", keyOf(number)))
      await conversation.advance()
    } catch (cause) {
      if (!(cause instanceof ClientError) || cause.code === "storage" || cause.code === "storage-failed")
        throw cause
      this.#keep(number, { ...record, why: "refused" }, `${cause.message}; ${REFUSED}`)
    }
  }

  #keep(number: number, record: LaterRecord, detail: string): void {
    this.#context.update("ordered", ({ tx }) => putRecord(tx, "meta", keyOf(number), record))
    this.#tell({ type: "error", code: "later", detail })
  }

  #rows(): { number: number; record: LaterRecord }[] {
    return this.#context.store
      .range("meta", { ...prefixRange(LATER), limit: MAX_LATER })
      .flatMap(({ key, value }) => {
        const record = readRow(value)
        const number = new DataView(key.buffer, key.byteOffset, key.byteLength)
        return record && key.length === LATER.length + 4
          ? [{ number: number.getUint32(LATER.length), record }]
          : []
      })
  }
}

const MISSED = "the program did not run when a message was to go, and it was not sent; /scheduled has it"
const REFUSED = "the message that was to go now was not sent; /scheduled has it"
