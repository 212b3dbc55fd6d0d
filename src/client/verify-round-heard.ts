/** What the entries of a room do to a round (PROTOCOL.md §14.5), in the order of its log; our own are among them. */
import { compareBytes, equalBytes } from "../bytes.ts"
import { outputDigits, roomCommitment, roomOutput, wordIndexes } from "../crypto/sas.ts"
import type { Millis } from "../platform/clock.ts"
import { type EndCode, endName } from "../protocol/verification.ts"
import { STEP_MS } from "./verify-pair.ts"
import {
  awaitsRetry,
  begun,
  closing,
  isFull,
  isOpenRound,
  type RoundEvent,
  type RoundNext,
  type RoundState,
  type Tools,
} from "./verify-round-state.ts"

/** Programs show their part at once; whoever has not done so by then withholds it. */
const REVEAL_MS: Millis = 60_000

/** For whoever connects at this moment. */
const LATE_MS: Millis = 3_000

/** The next attempt of a round that our person had agreed to. */
function retry(
  state: RoundState,
  event: RoundEvent & { type: "heard" },
  sid: Uint8Array,
  now: Millis,
): RoundNext {
  const { room, own, leader, id, attempt, culprits } = state
  const { random } = event.fresh()
  const again = begun({ sid, room, own, leader, attempt: attempt + 1, now })
  return {
    state: { ...again, id, culprits, place: event.place, random },
    send: [{ type: "roundCommit", sid, commitment: roomCommitment(sid, own, random) }],
    withdraw: true,
    mark: undefined,
  }
}

export function heardInRound(
  state: RoundState,
  event: RoundEvent & { type: "heard" },
  now: Millis,
  tools: Tools,
): RoundNext {
  const { next, nothing } = tools
  const { content, from, device } = event
  const isLeader = equalBytes(from, state.leader)
  switch (content.type) {
    case "roundStart":
      if (!isLeader) return nothing
      if (equalBytes(content.sid, state.sid)) {
        // Ours has its place in the log now.
        const isOurs = state.role === "leader" && !state.place && isOpenRound(state)
        if (isOurs) return next({ place: event.place })
        return isOpenRound(state) ? tools.end("failed", "broken-rules", [from]) : nothing
      }
      return awaitsRetry(state, now) && content.attempt === state.attempt + 1
        ? retry(state, event, content.sid, now)
        : nothing
    case "roundCommit": {
      // The first one of each account counts: whoever lists another is found out.
      if (state.list || !isOpenRound(state) || has(state.commits, from)) return nothing
      const commits = [...state.commits, { id: from, device, commitment: content.commitment, hasLeft: false }]
      const more = next({ commits })
      if (!isFull(more.state, event.isOnline)) return more
      if (state.attempt > 1) return next({ ...more.state, isClosing: true }, closing(more.state))
      if (state.gathersUntil !== undefined || !state.endsAt) return more
      return next({ commits, gathersUntil: state.endsAt, endsAt: Math.min(state.endsAt, now + LATE_MS) })
    }
    case "roundClose":
      return isLeader ? closed(state, event, content.people, now, tools) : nothing
    case "roundReveal":
      return shown(state, from, content.random, now, tools)
    case "verifyAnswer":
      return answeredBy(state, from, content.matches, tools)
    case "verifyEnd":
      return leftBy(state, from, endName(content.why), tools)
    default:
      return nothing
  }
}

function closed(
  state: RoundState,
  { nameOf, from, place }: RoundEvent & { type: "heard" },
  people: readonly { id: Uint8Array; commitment: Uint8Array }[],
  now: Millis,
  { next, end, nothing }: Tools,
): RoundNext {
  if (!isOpenRound(state)) return nothing
  if (state.list) return end("failed", "two-lists", [from], "broken-rules")
  const isSorted = people.every(({ id }, at) => at === 0 || compareBytes(people[at - 1]!.id, id) < 0)
  const isHeard = people.every(({ id, commitment }) =>
    state.commits.some((each) => equalBytes(each.id, id) && equalBytes(each.commitment, commitment)),
  )
  if (people.length < 2 || !isSorted || !isHeard) return end("failed", "wrong-list", [from], "wrong-list")
  const own = people.find(({ id }) => equalBytes(id, state.own))
  const { random, sid } = state
  // Another device of ours may be on it: that is not this screen.
  if (!own || !random || !equalBytes(roomCommitment(sid, state.own, random), own.commitment))
    return end("cancelled", "not-on-the-list", [])
  // The room is another one than where the round began.
  if (!state.place || !equalBytes(state.place.channelId, place.channelId))
    return end("failed", "wrong-list", [from], "wrong-list")
  const unknown = people.filter(({ id }) => nameOf(id) === undefined).map(({ id }) => id)
  if (unknown.length > 0) return end("failed", "unknown-person", unknown, "wrong-list")
  const list = people.map(({ id, commitment }) => ({
    id,
    commitment,
    name: nameOf(id)!,
    random: undefined,
  }))
  return next(
    { list, step: "exchanging", endsAt: now + REVEAL_MS, culprits: [] },
    { type: "roundReveal", sid, random },
  )
}

function shown(
  state: RoundState,
  from: Uint8Array,
  random: Uint8Array,
  now: Millis,
  { next, end, nothing }: Tools,
): RoundNext {
  if (!isOpenRound(state)) return nothing
  const known = state.list?.find(({ id }) => equalBytes(id, from))
  if (state.list && !known) return nothing
  const fits = known && !known.random && equalBytes(roomCommitment(state.sid, from, random), known.commitment)
  if (!state.list || !fits) return end("failed", "broken-rules", [from], "broken-rules")
  const list = state.list.map((each) => (each === known ? { ...each, random } : each))
  if (list.some((each) => !each.random)) return next({ list })
  const { sid, place } = state
  const people = list.map((each) => ({ ...each, random: each.random! }))
  const output = roomOutput({ sid, ...place!, people })
  return next({
    list,
    step: "compare",
    words: wordIndexes(output),
    digits: outputDigits(output),
    endsAt: now + STEP_MS,
  })
}

/** One person's no is everybody's: what this round has verified here is taken back. */
function answeredBy(
  state: RoundState,
  from: Uint8Array,
  matches: boolean,
  { next, nothing }: Tools,
): RoundNext {
  const isListed = has(state.list ?? [], from)
  const isHeard = state.step === "compare" || state.step === "exchanging" || state.step === "mismatch"
  const isLate = state.step === "verified" && state.endsAt !== undefined
  if (!isListed || equalBytes(from, state.own) || !(isHeard || isLate)) return nothing
  if (!matches) {
    const saidNo = including(state.saidNo, from)
    const why = "somebody-said-no" as const
    return { ...next({ saidNo, step: "mismatch", why, endsAt: undefined }), mark: "take-back" }
  }
  return next({ saidYes: including(state.saidYes, from) })
}

function leftBy(
  state: RoundState,
  from: Uint8Array,
  code: EndCode,
  { next, end, nothing }: Tools,
): RoundNext {
  if (!isOpenRound(state) || equalBytes(from, state.own)) return nothing
  if (equalBytes(from, state.leader)) {
    if (code === "wrong-list" || code === "broken-rules") return end("failed", code, [from])
    return end(
      code === "no-answer" ? "timed-out" : "cancelled",
      code === "no-answer" ? "no-answer" : code === "restarted" ? "they-restarted" : "they-cancelled",
      [],
    )
  }
  const commits = state.commits.map((each) => (equalBytes(each.id, from) ? { ...each, hasLeft: true } : each))
  return state.list ? nothing : next({ commits })
}

function has(people: readonly { id: Uint8Array }[], id: Uint8Array): boolean {
  return people.some((each) => equalBytes(each.id, id))
}

function including(list: readonly Uint8Array[], id: Uint8Array): Uint8Array[] {
  return list.some((each) => equalBytes(each, id)) ? [...list] : [...list, id]
}
