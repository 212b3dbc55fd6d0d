/**
 * A whole room in one round (PROTOCOL.md §14.5). Everything is an entry of the room, our own as well, and is handled
 * here when it is met in the log: so all members see one order.
 *
 *     leader   gathering ──list closed──▶ exchanging ──all have shown──▶ compare ──own answer──▶ verified | mismatch
 *     member   accept? ──own yes──▶ gathering ──close──▶ exchanging ──▶ …                 the same
 *
 * Whoever does not show their part in a minute costs the attempt and is named; the third one that fails is the last.
 */
import { roomCommitment } from "../crypto/sas.ts"
import type { Millis } from "../platform/clock.ts"
import { answerContent, STEP_MS } from "./verify-pair.ts"
import { heardInRound } from "./verify-round-heard.ts"
import {
  canClose,
  closing,
  isFull,
  isOpenRound,
  lead,
  MAX_ATTEMPTS,
  type RoundEvent,
  type RoundNext,
  type RoundState,
  type Tools,
  toolsOf,
} from "./verify-round-state.ts"

/** The next attempt begins with whoever has come back by then. */
const RETRY_GATHERING_MS: Millis = 15_000

export function stepRound(state: RoundState, event: RoundEvent, now: Millis): RoundNext {
  const tools = toolsOf(state, now)
  const { next, end, nothing } = tools
  switch (event.type) {
    case "heard":
      return heardInRound(state, event, now, tools)
    case "agreed":
      if (state.step !== "accept?") return nothing
      return next(
        { step: "gathering", random: event.random },
        {
          type: "roundCommit",
          sid: state.sid,
          commitment: roomCommitment(state.sid, state.own, event.random),
        },
      )
    case "closed":
      return canClose(state) ? next({ isClosing: true }, closing(state)) : nothing
    case "answered": {
      if (state.step !== "compare") return nothing
      const answer = answerContent(state.sid, event.matches)
      return event.matches
        ? { ...next({ step: "verified", ownAnswer: true }, answer), mark: "verify" }
        : next({ step: "mismatch", ownAnswer: false, why: "somebody-said-no", endsAt: undefined }, answer)
    }
    case "cancelled":
      return isOpenRound(state) ? end("cancelled", event.why, [], "cancelled") : nothing
    case "restarted":
      return isOpenRound(state) ? end("cancelled", "you-restarted", [], "restarted") : nothing
    case "time":
      return timePassed(state, event, now, tools)
  }
}

function timePassed(
  state: RoundState,
  { fresh, isOnline }: RoundEvent & { type: "time" },
  now: Millis,
  { next, end, nothing }: Tools,
): RoundNext {
  const { step, role, endsAt, gathersUntil, isClosing } = state
  if (endsAt === undefined || now < endsAt) return nothing
  switch (step) {
    case "accept?":
      return end("timed-out", "you-did-not-answer", [])
    case "gathering":
      // Somebody has connected meanwhile, and may be about to come in.
      if (gathersUntil !== undefined && now < gathersUntil && !isFull(state, isOnline))
        return next({ endsAt: gathersUntil, gathersUntil: undefined })
      // With whoever has come in by now, or come back.
      if (canClose(state)) return next({ isClosing: true, endsAt: now + STEP_MS }, closing(state))
      if (role === "leader") {
        if (!state.place || isClosing) return end("timed-out", "you-were-offline", [])
        return end("timed-out", "nobody-came", [], "no-answer")
      }
      return end("timed-out", "no-answer", [])
    case "exchanging":
      return withheld(state, fresh(), now, { next, end, nothing })
    case "compare":
      return end("timed-out", "you-did-not-answer", [])
    default:
      return { ...nothing, state: { ...state, endsAt: undefined } }
  }
}

/** Somebody has seen the others' parts, perhaps, and does not show their own. */
function withheld(
  state: RoundState,
  fresh: { sid: Uint8Array; random: Uint8Array },
  now: Millis,
  { end }: Tools,
): RoundNext {
  const { list, own, attempt, role } = state
  const culprits = list!.flatMap(({ id, random }) => (random ? [] : [id]))
  if (attempt >= MAX_ATTEMPTS) return end("failed", "three-attempts", culprits)
  if (role === "member") return end("failed", "withheld", culprits)
  const { sid, random } = fresh
  const { room, leader, id } = state
  const everybody = list!.map((each) => each.id)
  const next = { sid, room, own, leader, attempt: attempt + 1, now }
  const { state: again, send } = lead(next, random, everybody)
  return {
    state: { ...again, id, culprits, endsAt: now + RETRY_GATHERING_MS },
    send,
    withdraw: true,
    mark: undefined,
  }
}
