/** One round of a whole room as it stands (PROTOCOL.md §14.5), and what every step of it is made with. */
import { compareBytes, equalBytes } from "../bytes.ts"
import { roomCommitment } from "../crypto/sas.ts"
import type { Millis } from "../platform/clock.ts"
import type { VerificationContent } from "../protocol/content.ts"
import { type EndCode, MAX_ROUND_PEOPLE } from "../protocol/verification.ts"
import type { Verified } from "./events.ts"
import type { StoredTrust } from "./person-record.ts"
import type { VerificationEnd, VerificationWhy } from "./verification.ts"
import { endContent, type Step, STEP_MS } from "./verify-pair.ts"

export const MAX_ATTEMPTS = 3
/** After that the leader closes the list with those who are there, before they give it up. */
export const GATHER_MS: Millis = 4 * 60_000

export interface RoundState {
  kind: "room"
  id: Uint8Array
  sid: Uint8Array
  role: "leader" | "member"
  /** Under which the room is stored. */
  room: Uint8Array
  own: Uint8Array
  leader: Uint8Array
  attempt: number
  step: "accept?" | "gathering" | "exchanging" | "compare" | VerificationEnd
  /** Of the room where the start stands in its log. */
  place: { channelId: Uint8Array; authenticator: Uint8Array } | undefined
  /** What we have committed to; shown once at most. */
  random: Uint8Array | undefined
  /** The leader: whom it has asked, or from the second attempt on, who had agreed. When they have come in, the list closes. */
  expected: readonly Uint8Array[]
  /** The leader: everybody who is connected has come in, and `endsAt` is a moment for whoever just connects; then this. */
  gathersUntil: Millis | undefined
  /** The leader has said its list: there is no second one. */
  isClosing: boolean
  commits: { id: Uint8Array; device: Uint8Array; commitment: Uint8Array; hasLeft: boolean }[]
  /** The closed list, with what has been shown. */
  list: { id: Uint8Array; name: string; commitment: Uint8Array; random: Uint8Array | undefined }[] | undefined
  words: number[] | undefined
  digits: string | undefined
  ownAnswer: boolean | undefined
  saidYes: Uint8Array[]
  saidNo: Uint8Array[]
  culprits: Uint8Array[]
  endsAt: Millis | undefined
  why: VerificationWhy | undefined
  /** Whom our person's answer has verified, and what was thought of them before. */
  marked: { id: Uint8Array; trust: StoredTrust; verified: Verified | undefined }[]
  at: Millis
  dismissed: boolean
}

export type RoundEvent =
  /** An entry of the room; ours, when it is met in the log. @param names of accounts, as the directory has them. */
  | {
      type: "heard"
      content: VerificationContent
      from: Uint8Array
      device: Uint8Array
      nameOf: (id: Uint8Array) => string | undefined
      place: NonNullable<RoundState["place"]>
      /** 48 fresh bytes: a sid and a random. */
      fresh: () => { sid: Uint8Array; random: Uint8Array }
      isOnline: Online
    }
  /** Our person is here. */
  | { type: "agreed"; random: Uint8Array }
  /** The leader's person: everybody has come in. */
  | { type: "closed" }
  | { type: "answered"; matches: boolean }
  | { type: "cancelled"; why: "you-cancelled" | "not-possible" }
  | { type: "time"; fresh: () => { sid: Uint8Array; random: Uint8Array }; isOnline: Online }
  | { type: "restarted" }

/** Whether an account is connected now, our own always. */
export type Online = (id: Uint8Array) => boolean

/** `verify`: these accounts, by our own person's answer. `take-back`: what this round has verified. */
export type RoundNext = Step<RoundState> & { mark: "verify" | "take-back" | undefined }

export interface RoundStart {
  sid: Uint8Array
  room: Uint8Array
  own: Uint8Array
  leader: Uint8Array
  attempt: number
  now: Millis
}

export function begun({ sid, room, own, leader, attempt, now }: RoundStart): RoundState {
  return {
    kind: "room",
    id: sid,
    sid,
    role: equalBytes(own, leader) ? "leader" : "member",
    room,
    own,
    leader,
    attempt,
    step: "gathering",
    place: undefined,
    random: undefined,
    expected: [],
    gathersUntil: undefined,
    isClosing: false,
    commits: [],
    list: undefined,
    words: undefined,
    digits: undefined,
    ownAnswer: undefined,
    saidYes: [],
    saidNo: [],
    culprits: [],
    endsAt: now + STEP_MS,
    why: undefined,
    marked: [],
    at: now,
    dismissed: false,
  }
}

/** Our person asks the room. @param random 32 fresh bytes. @param expected whom it asks. */
export function lead(
  start: RoundStart,
  random: Uint8Array,
  expected: readonly Uint8Array[],
): Step<RoundState> {
  const { sid, own, attempt } = start
  const send: VerificationContent[] = [
    { type: "roundStart", sid, attempt },
    { type: "roundCommit", sid, commitment: roomCommitment(sid, own, random) },
  ]
  const endsAt = start.now + GATHER_MS
  return { state: { ...begun(start), random, expected, endsAt }, send, withdraw: false }
}

/** A leader asks us. */
export function invited(start: RoundStart, place: NonNullable<RoundState["place"]>): RoundState {
  return { ...begun(start), step: "accept?", place }
}

export function isOpenRound({ step }: Pick<RoundState, "step">): boolean {
  return step === "accept?" || step === "gathering" || step === "exchanging" || step === "compare"
}

/**
 * An attempt that its leader may follow with the next one. It is the leader who finds that somebody withholds their
 * part: to others it may look done, or not failed yet.
 */
export function awaitsRetry(state: RoundState, now: Millis): boolean {
  const { step, why, attempt, random, at, dismissed } = state
  const isUndone = step === "exchanging" || step === "compare" || (step === "failed" && why === "withheld")
  return isUndone && !dismissed && attempt < MAX_ATTEMPTS && random !== undefined && now < at + STEP_MS
}

/** Whether the leader may close: two people at least. */
export function canClose({ role, step, commits, isClosing }: RoundState): boolean {
  if (role !== "leader" || step !== "gathering" || isClosing) return false
  return commits.filter(({ hasLeft }) => !hasLeft).length >= 2
}

/** Whether everybody whom the leader waits for has come in: of those it has asked who is connected now. */
export function isFull(state: RoundState, isOnline: Online): boolean {
  const { attempt, expected, commits } = state
  const awaited = attempt > 1 ? expected : expected.filter(isOnline)
  const hasCome = (id: Uint8Array) => commits.some((each) => equalBytes(each.id, id))
  return canClose(state) && awaited.length > 1 && awaited.every(hasCome)
}

export interface Tools {
  next(change: Partial<RoundState>, ...send: VerificationContent[]): RoundNext
  end(step: VerificationEnd, why: VerificationWhy, culprits: Uint8Array[], code?: EndCode): RoundNext
  nothing: RoundNext
}

export function toolsOf(state: RoundState, now: Millis): Tools {
  const next = (change: Partial<RoundState>, ...send: VerificationContent[]): RoundNext => ({
    state: { ...state, at: now, ...change },
    send,
    withdraw: false,
    mark: undefined,
  })
  return {
    next,
    end: (step, why, culprits, code) => ({
      ...next(
        { step, why, culprits, random: why === "withheld" ? state.random : undefined, endsAt: undefined },
        ...(code ? [endContent(state.sid, code)] : []),
      ),
      withdraw: true,
    }),
    nothing: { state, send: [], withdraw: false, mark: undefined },
  }
}

export function closing({ sid, commits }: RoundState): VerificationContent {
  const people = commits
    .filter(({ hasLeft }) => !hasLeft)
    .slice(0, MAX_ROUND_PEOPLE)
    .map(({ id, commitment }) => ({ id, commitment }))
    .sort((a, b) => compareBytes(a.id, b.id))
  return { type: "roundClose", sid, people }
}
