/** Verifications that are open, or were lately: in memory, and in the store so that a crash ends them with a word. */
import { equalBytes, toHex } from "../bytes.ts"
import type { Update } from "./context.ts"
import { decodeRecordIfSound, putRecord } from "./records.ts"
import type { StoreReader } from "./store.ts"
import { isOpenStep, type VerifyState } from "./verify-views.ts"

/** Kept so that one thing said twice, or a code read twice, is known. */
const KEPT_MS = 24 * 3_600_000
const MAX_KEPT = 200

/** A row that makes no sense is nothing that anybody waits for. */
function isSound(state: Partial<Record<keyof VerifyState, unknown>>): boolean {
  const { id, kind, step, at } = state
  const isKind = kind === "words" || kind === "room" || kind === "qr"
  return id instanceof Uint8Array && isKind && typeof step === "string" && typeof at === "number"
}

export class VerifyStore {
  readonly #byId = new Map<string, VerifyState>()

  constructor(store: StoreReader) {
    for (const { value } of store.range("verification", {})) {
      const state = decodeRecordIfSound<VerifyState>(value)
      if (state && isSound(state)) this.#byId.set(toHex(state.id), state)
    }
  }

  /** Oldest first. */
  all(): readonly VerifyState[] {
    return [...this.#byId.values()].sort((a, b) => a.at - b.at)
  }

  byId(id: Uint8Array): VerifyState | undefined {
    return this.#byId.get(toHex(id))
  }

  /** The attempt of a pair or a round that a message is about. */
  bySid(sid: Uint8Array): Exclude<VerifyState, { kind: "qr" }> | undefined {
    for (const state of this.#byId.values())
      if (state.kind !== "qr" && equalBytes(state.sid, sid)) return state
    return undefined
  }

  put(update: Update, state: VerifyState): void {
    putRecord(update.tx, "verification", state.id, state)
    update.after(() => void this.#byId.set(toHex(state.id), state))
  }

  /** Forgets what is long over, and the oldest of too many. */
  prune(update: Update, now: number): void {
    // Of somebody's yes a no may still be heard.
    const over = this.all().filter(({ step, endsAt }) => !isOpenStep(step) && endsAt === undefined)
    const tooMany = over.slice(0, Math.max(0, over.length - MAX_KEPT))
    const old = over.filter(({ at, dismissed }) => dismissed && at + KEPT_MS < now)
    for (const { id } of new Set([...tooMany, ...old])) {
      update.tx.delete("verification", id)
      update.after(() => void this.#byId.delete(toHex(id)))
    }
  }

  /** When the next step ends by itself. */
  nextEnd(): number | undefined {
    const ends = [...this.#byId.values()].flatMap(({ endsAt }) => (endsAt === undefined ? [] : [endsAt]))
    return ends.length === 0 ? undefined : Math.min(...ends)
  }
}
