/**
 * Seven words between two people (PROTOCOL.md §14.4): the machine of one attempt, drawn the same on both sides.
 *
 *     asker      asked ──accept──────────────▶ compare ──own answer──▶ verified | mismatch
 *     answerer   accept? ──own yes──▶ exchanging ──reveal──▶ compare ──own answer──▶ verified | mismatch
 *
 * From every step before the last: cancelled, timed-out, failed. Somebody is verified by the answer of one's own person
 * and by nothing else; "no" on either side makes it a mismatch on both, for as long as the words stand.
 */
import { compareBytes, equalBytes } from "../bytes.ts"
import { outputDigits, pairCommitment, pairOutput, wordIndexes } from "../crypto/sas.ts"
import type { Millis } from "../platform/clock.ts"
import type { VerificationContent } from "../protocol/content.ts"
import { END_CODES, type EndCode, endName } from "../protocol/verification.ts"
import type { VerificationEnd, VerificationWhy } from "./verification.ts"

/** Each step waits so long for whoever must act. */
export const STEP_MS: Millis = 5 * 60_000

export interface PairState {
  kind: "words"
  /** What guests call it: the sid that it began with here. */
  id: Uint8Array
  sid: Uint8Array
  role: "asker" | "answerer"
  own: { id: Uint8Array; name: string }
  peer: { id: Uint8Array; name: string }
  /** Which of the peer's devices takes part, once it is known. */
  device: Uint8Array | undefined
  step: "asked" | "accept?" | "exchanging" | "compare" | VerificationEnd
  commitment: Uint8Array
  /** The asker's random bytes: its own until it shows them. */
  ra: Uint8Array | undefined
  rb: Uint8Array | undefined
  /** What was asked stands in the log. */
  isPlaced: boolean
  words: number[] | undefined
  digits: string | undefined
  ownAnswer: boolean | undefined
  theirAnswer: boolean | undefined
  /** When the step ends by itself; of `verified`: until when a "no" is heard. */
  endsAt: Millis | undefined
  why: VerificationWhy | undefined
  at: Millis
  dismissed: boolean
}

export type PairEvent =
  | { type: "heard"; content: VerificationContent; device: Uint8Array; random: Uint8Array }
  | { type: "placed"; content: VerificationContent }
  /** Our person agrees. @param random 32 fresh bytes. */
  | { type: "agreed"; random: Uint8Array }
  | { type: "answered"; matches: boolean }
  | { type: "cancelled"; why: "you-cancelled" | "not-possible" | "keys-changed" }
  | { type: "time" }
  | { type: "restarted" }

export interface Step<S> {
  state: S
  send: VerificationContent[]
  /** What the outbox still holds of this sid is not sent any more. */
  withdraw: boolean
}

type Next = Step<PairState> & { mark: "verified" | "mismatch" | undefined }

export interface PairStart {
  sid: Uint8Array
  own: PairState["own"]
  peer: PairState["peer"]
  now: Millis
}

/** @param ra 32 fresh bytes. */
export function ask({ sid, own, peer, now }: PairStart, ra: Uint8Array): Step<PairState> {
  const commitment = pairCommitment(sid, own.id, peer.id, ra)
  const state: PairState = {
    ...begun({ sid, own, peer, now }, "asker", "asked", commitment),
    ra,
  }
  return { state, send: [{ type: "verifyStart", sid, commitment }], withdraw: false }
}

/** Somebody asks. */
export function asked(start: PairStart, commitment: Uint8Array, device: Uint8Array): PairState {
  return { ...begun(start, "answerer", "accept?", commitment), device }
}

function begun(
  { sid, own, peer, now }: PairStart,
  role: PairState["role"],
  step: PairState["step"],
  commitment: Uint8Array,
): PairState {
  return {
    kind: "words",
    id: sid,
    sid,
    role,
    own,
    peer,
    device: undefined,
    step,
    commitment,
    ra: undefined,
    rb: undefined,
    isPlaced: false,
    words: undefined,
    digits: undefined,
    ownAnswer: undefined,
    theirAnswer: undefined,
    endsAt: now + STEP_MS,
    why: undefined,
    at: now,
    dismissed: false,
  }
}

/** Both have asked at once: the smaller account id's question counts (notes of PROTOCOL.md §14.4). */
export function theirsCounts({ own, peer }: PairState): boolean {
  return compareBytes(peer.id, own.id) < 0
}

export function isOpen({ step }: Pick<PairState, "step">): boolean {
  return step === "asked" || step === "accept?" || step === "exchanging" || step === "compare"
}

export function stepPair(state: PairState, event: PairEvent, now: Millis): Next {
  const next = (change: Partial<PairState>, ...send: VerificationContent[]): Next => ({
    state: { ...state, at: now, ...change },
    send,
    withdraw: false,
    mark: undefined,
  })
  const end = (step: VerificationEnd, why: VerificationWhy, code?: EndCode): Next => ({
    ...next({ step, why, endsAt: undefined, ra: undefined }, ...(code ? [endContent(state.sid, code)] : [])),
    withdraw: true,
  })
  const nothing: Next = { state, send: [], withdraw: false, mark: undefined }

  switch (event.type) {
    case "placed":
      return event.content.type === "verifyStart"
        ? { ...nothing, state: { ...state, isPlaced: true } }
        : nothing
    case "agreed":
      if (state.step !== "accept?") return nothing
      return next(
        { step: "exchanging", rb: event.random, endsAt: now + STEP_MS },
        { type: "verifyAccept", sid: state.sid, random: event.random },
      )
    case "answered": {
      if (state.step !== "compare") return nothing
      const answer = answerContent(state.sid, event.matches)
      const { matches } = event
      return matches
        ? { ...next({ step: "verified", ownAnswer: true, ra: undefined }, answer), mark: "verified" }
        : { ...next({ ...mismatch, ownAnswer: false }, answer), mark: "mismatch" }
    }
    case "cancelled":
      if (!isOpen(state)) return nothing
      return end(event.why === "keys-changed" ? "failed" : "cancelled", event.why, "cancelled")
    case "restarted":
      return isOpen(state) ? end("cancelled", "you-restarted", "restarted") : nothing
    case "time":
      if (state.endsAt === undefined || now < state.endsAt) return nothing
      if (!isOpen(state)) return { ...nothing, state: { ...state, endsAt: undefined } }
      return end("timed-out", whoDidNot(state), "no-answer")
    case "heard":
      return heard(state, event, now, { next, end, nothing })
  }
}

const mismatch = { step: "mismatch", endsAt: undefined, ra: undefined, why: undefined } as const

function heard(
  state: PairState,
  { content, device, random }: PairEvent & { type: "heard" },
  now: Millis,
  {
    next,
    end,
    nothing,
  }: {
    next: (change: Partial<PairState>, ...send: VerificationContent[]) => Next
    end: (step: VerificationEnd, why: VerificationWhy, code?: EndCode) => Next
    nothing: Next
  },
): Next {
  // What another of their devices says belongs to another attempt.
  if (state.device && !equalBytes(state.device, device)) return nothing
  const broken = () => end("failed", "broken-rules", "broken-rules")
  switch (content.type) {
    case "verifyStart":
      if (!isOpen(state)) return nothing
      if (equalBytes(content.sid, state.sid)) return broken()
      if (state.step !== "asked" || !theirsCounts(state)) return nothing
      // They have asked as well, and so has our person: that is a yes.
      return {
        ...next(
          {
            role: "answerer",
            sid: content.sid,
            device,
            commitment: content.commitment,
            ra: undefined,
            rb: random,
            step: "exchanging",
            endsAt: now + STEP_MS,
          },
          { type: "verifyAccept", sid: content.sid, random },
        ),
        withdraw: true,
      }
    case "verifyAccept": {
      if (!isOpen(state)) return nothing
      if (state.step !== "asked" || !state.ra) return broken()
      const shown = { ...state, device, rb: content.random }
      return next(
        { device, rb: content.random, step: "compare", endsAt: now + STEP_MS, ...outputOf(shown, state.ra) },
        { type: "verifyReveal", sid: state.sid, random: state.ra },
      )
    }
    case "verifyReveal": {
      if (!isOpen(state)) return nothing
      if (state.step !== "exchanging") return broken()
      const { peer, own } = state
      const fits = equalBytes(pairCommitment(state.sid, peer.id, own.id, content.random), state.commitment)
      if (!fits) return broken()
      return next({ step: "compare", endsAt: now + STEP_MS, ...outputOf(state, content.random) })
    }
    case "verifyAnswer":
      return theirAnswer(state, content.matches, { next, nothing, broken })
    case "verifyEnd":
      return isOpen(state) ? end("cancelled", theirEnd(endName(content.why))) : nothing
    default:
      return nothing
  }
}

/** A yes of theirs is shown and does nothing; a no counts for as long as ours does. */
function theirAnswer(
  state: PairState,
  matches: boolean,
  {
    next,
    nothing,
    broken,
  }: {
    next: (change: Partial<PairState>) => Next
    nothing: Next
    broken: () => Next
  },
): Next {
  const isHeard = state.step === "compare" || (state.step === "verified" && state.endsAt !== undefined)
  if (!isHeard) return isOpen(state) ? broken() : nothing
  if (!matches) return { ...next({ ...mismatch, theirAnswer: false }), mark: "mismatch" }
  if (state.theirAnswer !== undefined) return nothing
  return next({ theirAnswer: true })
}

function outputOf(state: PairState, ra: Uint8Array): Pick<PairState, "words" | "digits"> {
  const { sid, own, peer, commitment, role } = state
  const [a, b] = role === "asker" ? [own, peer] : [peer, own]
  const output = pairOutput({ sid, a, b, commitment, rb: state.rb!, ra })
  return { words: wordIndexes(output), digits: outputDigits(output) }
}

function whoDidNot({ step, isPlaced }: PairState): VerificationWhy {
  if (step === "asked" && !isPlaced) return "you-were-offline"
  return step === "accept?" || step === "compare" ? "you-did-not-answer" : "no-answer"
}

/** The driver adds the heads of the directory to a yes. */
export function answerContent(sid: Uint8Array, matches: boolean): VerificationContent {
  return { type: "verifyAnswer", sid, matches, heads: new Uint8Array(0) }
}

export function endContent(sid: Uint8Array, code: EndCode): VerificationContent {
  return { type: "verifyEnd", sid, why: END_CODES[code] }
}

export function theirEnd(code: EndCode): VerificationWhy {
  switch (code) {
    case "no-answer":
      return "no-answer"
    case "restarted":
      return "they-restarted"
    case "busy":
      return "they-are-busy"
    case "too-soon":
      return "too-soon"
    case "forgot":
      return "they-forgot"
    case "broken-rules":
    case "wrong-list":
      return code
    case "not-possible":
    case "cancelled":
      return "they-cancelled"
  }
}
