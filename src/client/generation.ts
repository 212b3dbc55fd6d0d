/**
 * The generation record (PROTOCOL.md §10.9): a counter that this device keeps at the relay, sealed for itself, and moves
 * on at every start and now and then. A copy of the profile that finds it moved by somebody else is the older one.
 *
 * The next record is saved before it is offered, so a crash at any point leaves the relay with one that we know.
 */
import { ByteReader, concat, equalBytes, u64, utf8 } from "../bytes.ts"
import { type GenerationKey, openGeneration, sealGeneration } from "../crypto/generation.ts"
import type { Of } from "../protocol/messages.ts"
import type { Context } from "./context.ts"
import { getRecord, putRecord } from "./records.ts"

/** Payloads sealed before the record moves on. */
export const SEALS_PER_GENERATION = 256
const KEY = utf8("generation")
const SECRET = utf8("device secret")
const SECRET_BYTES = 32
const TAG_BYTES = 16

interface GenerationState {
  /** Counts the records that this device has made. */
  count: number
  /** What the relay has for certain, as it has it; empty before the first. */
  confirmed: Uint8Array
  /** What it may have. */
  offered: Uint8Array | undefined
}

export class Generation {
  readonly #context: Context
  readonly #rolledBack: () => void
  #state: GenerationState
  #isSettled = false
  #isAsking = false
  #seals = 0

  /** @param rolledBack the relay holds a record that this profile does not know of. */
  constructor(context: Context, rolledBack: () => void) {
    this.#context = context
    this.#rolledBack = rolledBack
    this.#state = getRecord<GenerationState>(context.store, "meta", KEY) ?? {
      count: 0,
      confirmed: new Uint8Array(0),
      offered: undefined,
    }
  }

  /** Once per start, before anything is read or sent; `done` runs when the relay has answered. */
  begin(done: () => Promise<void> | void): Promise<void> | void {
    if (this.#isSettled) return done()
    this.#ask(new Uint8Array(0), new Uint8Array(0), (answer) => {
      this.#judge(answer.record)
      return this.#moveOn(answer.record, async () => {
        this.#isSettled = true
        await done()
      })
    })
  }

  /** Whether this process knows that no newer copy of the profile has been at the relay. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Whether the relay has taken a record of this device. */
  get isKept(): boolean {
    return this.#state.confirmed.length > 0
  }

  /** A payload has been sealed. */
  sealed(): void {
    if (++this.#seals < SEALS_PER_GENERATION || this.#isAsking || !this.#context.link.online) return
    this.#seals = 0
    this.#moveOn(this.#state.confirmed, () => {})
  }

  disconnected(): void {
    this.#isAsking = false
  }

  /** Is this record ours? A relay that has an older one, or none, has lost something, and we have not. */
  #judge(record: Uint8Array): void {
    const { confirmed, offered, count } = this.#state
    if (record.length === 0 || equalBytes(record, confirmed) || (offered && equalBytes(record, offered)))
      return
    const plain = openGeneration(this.#context.primitives, this.#key(), record)
    const theirs = plain ? new ByteReader(plain).u64() : Number.MAX_SAFE_INTEGER
    if (theirs < count) return
    if (plain) this.#state = { ...this.#state, count: theirs }
    this.#rolledBack()
  }

  /** Offers the next record in place of `expected`. */
  #moveOn(expected: Uint8Array, done: () => Promise<void> | void): void {
    const { random, primitives } = this.#context
    const count = this.#state.count + 1
    const record = sealGeneration(
      primitives,
      random,
      this.#key(),
      concat(u64(count), random.bytes(TAG_BYTES)),
    )
    this.#save({ count, confirmed: expected, offered: record })
    this.#ask(expected, record, (answer) => {
      if (answer.swapped) this.#save({ count, confirmed: record, offered: undefined })
      // Two copies of one profile at the same time: the other one was faster.
      else this.#judge(answer.record)
      return done()
    })
  }

  #ask(
    expected: Uint8Array,
    record: Uint8Array,
    answered: (answer: Of<"generation">) => Promise<void> | void,
  ): void {
    this.#isAsking = true
    this.#context.link.ask({ type: "swapGeneration", expected, record }, (answer) => {
      this.#isAsking = false
      if (answer.type !== "generation") return this.#context.link.distrust("no answer about our generation")
      return answered({ ...answer, record: answer.record.slice() })
    })
  }

  /** The device's secret is made when it is first needed. */
  #key(): GenerationKey {
    const { store, random, identity, update } = this.#context
    const { deviceId } = identity.device
    const deviceSecret = store.get("meta", SECRET)
    if (deviceSecret) return { deviceSecret, deviceId }
    const made = random.bytes(SECRET_BYTES)
    update("synced", ({ tx }) => tx.put("meta", SECRET, made))
    return { deviceSecret: made, deviceId }
  }

  #save(state: GenerationState): void {
    this.#context.update("synced", ({ tx }) => putRecord(tx, "meta", KEY, state))
    this.#state = state
  }
}
