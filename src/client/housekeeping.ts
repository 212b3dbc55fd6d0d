/**
 * What is done once an hour while the program runs (PROTOCOL.md §16.1): texts that nobody confirmed in 30 days fail,
 * what is kept for a while is forgotten, and overwritten secrets leave the disk. A little of each room at a time.
 */
import { concat, u8 } from "../bytes.ts"
import type { Context } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { tidyIfPossible } from "./disk-care.ts"
import { decodeRecord, type PayloadRecord, putRecord } from "./records.ts"
import { sweepWaiting } from "./remark-store.ts"
import { SEEN_FOR_MS, sweepSeen } from "./seen.ts"
import { failExpired, KEPT_FOR_MS } from "./sent.ts"
import { prefixRange } from "./store.ts"

const HOUR_MS = 3_600_000
/** Payloads looked at in one go; what is left waits for the next hour. */
const BATCH = 1_000

export class Housekeeping {
  readonly #context: Context
  /** Where the sweeps of each room go on. */
  readonly #seen = new Map<Conversation, Uint8Array>()
  readonly #payloads = new Map<Conversation, Uint8Array>()
  readonly #waiting = new Map<Conversation, Uint8Array>()
  #cancel: () => void = () => {}
  /** What waits for a time of its own. */
  alarms: { look(): void; stop(): void } | undefined

  constructor(context: Context) {
    this.#context = context
  }

  start(): void {
    const { clock, later } = this.#context
    this.alarms?.look()
    this.#cancel = later(clock.now() + HOUR_MS, () => {
      this.start()
      this.sweep()
      tidyIfPossible(this.#context.store)
    })
  }

  stop(): void {
    this.alarms?.stop()
    this.#cancel()
  }

  sweep(): void {
    for (const conversation of this.#context.rooms()) {
      failExpired(conversation)
      note(this.#seen, conversation, sweepSeen(conversation, this.#seen.get(conversation)))
      note(this.#waiting, conversation, sweepWaiting(conversation, this.#waiting.get(conversation)))
      note(this.#payloads, conversation, this.#sweepPayloads(conversation, this.#payloads.get(conversation)))
    }
  }

  /** The bytes go, the hash stays while it can tell a repeat from a lie, and then the row. */
  #sweepPayloads({ room }: Conversation, after: Uint8Array | undefined): Uint8Array | undefined {
    const { store, clock } = this.#context
    const rows = store.range("payload", {
      ...prefixRange(room),
      ...(after ? { from: after } : {}),
      limit: BATCH,
    })
    const now = clock.now()
    const old = rows
      .map(({ key, value }) => ({ key, record: decodeRecord<PayloadRecord>(value) }))
      .filter(({ record }) => now - record.at > (record.bytes ? KEPT_FOR_MS : SEEN_FOR_MS))
    if (old.length > 0) {
      this.#context.update("ordered", ({ tx }) => {
        for (const { key, record } of old) {
          if (now - record.at > SEEN_FOR_MS) tx.delete("payload", key)
          else putRecord(tx, "payload", key, { ...record, bytes: undefined } satisfies PayloadRecord)
        }
      })
    }
    return rows.length < BATCH ? undefined : concat(rows.at(-1)!.key, u8(0))
  }
}

function note(
  places: Map<Conversation, Uint8Array>,
  room: Conversation,
  place: Uint8Array | undefined,
): void {
  if (place) places.set(room, place)
  else places.delete(room)
}
