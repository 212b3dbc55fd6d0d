/**
 * A code on one screen, read by the other (PROTOCOL.md §14.6). Whoever reads it knows that the shower's program sees the
 * reader's real keys; the shower knows it once its own person has seen the tick on the other screen.
 *
 *     shower   show ──tick──▶ confirm? ──own answer──▶ verified | mismatch            reader   at an end at once
 */
import { BytesError, concat, equalBytes, fromBase64Url, toBase64Url, utf8 } from "../bytes.ts"
import { decodeQr, encodeQr, qrAnswer, type QrCode } from "../crypto/sas.ts"
import type { Millis } from "../platform/clock.ts"
import type { VerificationContent } from "../protocol/content.ts"
import { decodeRecordIfSound, type LineRecord } from "./records.ts"
import type { RemarkRecord } from "./remarks.ts"
import { STEP_MS } from "./verify-pair.ts"
import type { StoreReader, StoreWriter } from "./store.ts"
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
  | { type: "cancelled"; why: "you-cancelled" | "not-possible" | "keys-changed" }
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
      return end(event.why === "keys-changed" ? "failed" : "cancelled", event.why)
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
  if (store.get("meta", cameKey(code.nonce)) !== undefined || cameAsMessage(store, toBase64Url(code.nonce)))
    return failed("from-the-chat")
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

/** More than anybody reads a code out of. */
const MAX_NOTED = 64
const NONCE = /(?<![\w-])[\w-]{22}(?![\w-])/g

/** A text comes, first or as an edit: what could be a code's nonce in it is known also when the text is gone again. */
export function noteCodes(tx: StoreWriter, text: string): void {
  for (const [run] of Iterator.from(text.matchAll(NONCE)).take(MAX_NOTED)) {
    const nonce = nonceOf(run)
    if (nonce) tx.put("meta", cameKey(nonce), NOTHING)
  }
}

function nonceOf(text: string): Uint8Array | undefined {
  try {
    return fromBase64Url(text)
  } catch (cause) {
    if (cause instanceof BytesError) return undefined
    throw cause
  }
}

function cameKey(nonce: Uint8Array): Uint8Array {
  return concat(CAME, nonce)
}

const CAME = utf8("code that came ")
const NOTHING = new Uint8Array(0)

/** Lines looked at in one go. */
const SCANNED = 500

/** Whether a message of any conversation, or an edit of one, holds this text. */
function cameAsMessage(store: StoreReader, text: string): boolean {
  const ofLine = (row: Uint8Array) => {
    const line = decodeRecordIfSound<LineRecord>(row)
    return line?.kind === "message" ? line.text : undefined
  }
  const ofEdit = (row: Uint8Array) => decodeRecordIfSound<RemarkRecord>(row)?.edit?.text
  return isIn(store, "line", ofLine, text) || isIn(store, "remark", ofEdit, text)
}

function isIn(
  store: StoreReader,
  table: "line" | "remark",
  textOf: (row: Uint8Array) => string | undefined,
  text: string,
): boolean {
  let from: Uint8Array | undefined
  for (;;) {
    const rows = store.range(table, { ...(from ? { from } : {}), limit: SCANNED })
    if (rows.some(({ value }) => textOf(value)?.includes(text))) return true
    const last = rows.at(-1)
    if (!last || rows.length < SCANNED) return false
    from = Uint8Array.of(...last.key, 0)
  }
}
