/**
 * A code on one screen, read by the other (PROTOCOL.md §14.6). Whoever reads it knows that the shower's program sees the
 * reader's real keys; the shower knows it once its own person has seen the tick on the other screen.
 *
 *     shower   show ──tick──▶ confirm? ──own answer──▶ verified | mismatch            reader   at an end at once
 */
import { equalBytes, toBase64Url } from "../bytes.ts"
import { decodeQr, encodeQr, qrAnswer, type QrCode } from "../crypto/sas.ts"
import type { Millis } from "../platform/clock.ts"
import type { VerificationContent } from "../protocol/content.ts"
import { decodeRecordIfSound, type LineRecord } from "./records.ts"
import { STEP_MS } from "./verify-pair.ts"
import type { StoreReader } from "./store.ts"
import type { VerificationEnd, VerificationWhy } from "./verification.ts"

export interface QrState {
  kind: "qr"
  /** The code's nonce; of what is no code, anything fresh. */
  id: Uint8Array
  role: "shower" | "reader"
  own: Uint8Array
  peer: Uint8Array | undefined
  step: "show" | "confirm?" | VerificationEnd
  ownAnswer: boolean | undefined
  endsAt: Millis | undefined
  why: VerificationWhy | undefined
  at: Millis
  dismissed: boolean
}

export type QrEvent =
  | { type: "heard"; content: VerificationContent }
  | { type: "answered"; matches: boolean }
  | { type: "cancelled"; why: "you-cancelled" | "not-possible" }
  | { type: "time" }
  | { type: "restarted" }

export interface QrNext {
  state: QrState
  mark: "verified" | "mismatch" | undefined
}

export function show(own: Uint8Array, peer: Uint8Array, nonce: Uint8Array, now: Millis): QrState {
  return { ...begun(own, nonce, now), role: "shower", peer, step: "show", endsAt: now + STEP_MS }
}

function begun(own: Uint8Array, id: Uint8Array, now: Millis): QrState {
  return {
    kind: "qr",
    id,
    role: "reader",
    own,
    peer: undefined,
    step: "failed",
    ownAnswer: undefined,
    endsAt: undefined,
    why: undefined,
    at: now,
    dismissed: false,
  }
}

export function codeOf({ own, peer, id, role }: QrState): QrCode | undefined {
  return role === "shower" && peer ? { shower: own, other: peer, nonce: id } : undefined
}

export function qrTextOf(state: QrState): string | undefined {
  const code = isOpenQr(state) ? codeOf(state) : undefined
  return code && encodeQr(code)
}

export function isOpenQr({ step }: Pick<QrState, "step">): boolean {
  return step === "show" || step === "confirm?"
}

export function stepQr(state: QrState, event: QrEvent, now: Millis): QrNext {
  const next = (change: Partial<QrState>, mark?: QrNext["mark"]): QrNext => ({
    state: { ...state, at: now, ...change },
    mark,
  })
  const end = (step: VerificationEnd, why: VerificationWhy) => next({ step, why, endsAt: undefined })
  const nothing: QrNext = { state, mark: undefined }
  if (!isOpenQr(state)) return nothing
  switch (event.type) {
    case "heard": {
      const { content } = event
      const isTick = content.type === "verifyTick" && equalBytes(content.answer, qrAnswer(codeOf(state)!))
      return isTick && state.step === "show" ? next({ step: "confirm?", endsAt: now + STEP_MS }) : nothing
    }
    case "answered": {
      if (state.step !== "confirm?") return nothing
      const step = event.matches ? "verified" : "mismatch"
      return next({ step, ownAnswer: event.matches, endsAt: undefined }, step)
    }
    case "cancelled":
      return end("cancelled", event.why)
    case "restarted":
      return end("cancelled", "you-restarted")
    case "time":
      if (now < state.endsAt!) return nothing
      return end("timed-out", state.step === "show" ? "no-answer" : "you-did-not-answer")
  }
}

/** What the reader knows of what it has read. */
export interface Reading {
  text: string
  own: Uint8Array
  /** Whose screen it was read from, as the reader's person says. */
  expected: Uint8Array
  isKnown: (id: Uint8Array) => boolean
  wasRead: (nonce: Uint8Array) => boolean
  store: StoreReader
  /** An id for what is no code. */
  fresh: Uint8Array
  now: Millis
}

/** @returns an end; `verified`: the shower's keys are right. */
export function read({ text, own, expected, isKnown, wasRead, store, fresh, now }: Reading): QrState {
  const code = decodeQr(text)
  const failed = (why: VerificationWhy): QrState => ({ ...begun(own, fresh, now), peer: expected, why })
  if (!code) return failed("unknown-code")
  // Whoever can send us a message could have put anybody's keys into it.
  if (cameAsMessage(store, toBase64Url(code.nonce))) return failed("from-the-chat")
  if (!equalBytes(code.other, own)) return failed("not-for-you")
  if (equalBytes(code.shower, own) || !isKnown(code.shower)) return failed("unknown-person")
  // Somebody who shows the code of an account that only claims to be another person must not get it a mark.
  if (!equalBytes(code.shower, expected)) return failed("other-person")
  if (wasRead(code.nonce)) return failed("old-code")
  return { ...begun(own, code.nonce, now), peer: code.shower, step: "verified", ownAnswer: true }
}

export function tickOf(code: QrCode): VerificationContent {
  return { type: "verifyTick", answer: qrAnswer(code) }
}

/** Lines looked at in one go. */
const SCANNED = 500

/** Whether a message of any conversation holds this text. */
function cameAsMessage(store: StoreReader, text: string): boolean {
  let from: Uint8Array | undefined
  for (;;) {
    const rows = store.range("line", { ...(from ? { from } : {}), limit: SCANNED })
    const lines = rows.map(({ value }) => decodeRecordIfSound<LineRecord>(value))
    if (lines.some((line) => line?.kind === "message" && line.text.includes(text))) return true
    const last = rows.at(-1)
    if (!last || rows.length < SCANNED) return false
    from = Uint8Array.of(...last.key, 0)
  }
}
