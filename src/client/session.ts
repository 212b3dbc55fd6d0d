/**
 * Our connection to the relay (PROTOCOL.md §3): plain data and a pure step; the driver in `relay-link.ts` performs.
 *
 *     idle ──start──▶ dialing ──opened──▶ greeting ──ready──▶ ready
 *                        ▲                   │  └─registerFirst─▶ registering ──ready──▶ ready
 *                        │                   ▼                         │
 *                     waiting ◀───closed or distrusted (backoff)───────┴── any
 *                     refused ◀───wrong pin, not allowed, banned, name taken, superseded, bad version, directory split
 */
import type { Millis } from "../platform/clock.ts"
import type { ConnectionProblem } from "./events.ts"

export type Session =
  | { kind: "idle" }
  | { kind: "dialing"; attempt: number }
  | { kind: "greeting"; attempt: number }
  | { kind: "registering"; attempt: number }
  | { kind: "ready"; attempt: number; since: Millis }
  | { kind: "waiting"; attempt: number; retryAt: Millis; why: ConnectionProblem }
  | { kind: "refused"; why: ConnectionProblem }

export type SessionEvent =
  | { kind: "start" }
  | { kind: "opened" }
  | { kind: "register-first" }
  | { kind: "ready" }
  | { kind: "closed"; why: ConnectionProblem }
  | { kind: "time-passed" }
  /** The time of a retry came, and there is still no room to save what the relay would send. */
  | { kind: "still-full" }

export type SessionEffect = "dial" | "hello" | "register" | "close"

export interface SessionStep {
  state: Session
  effects: readonly SessionEffect[]
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 60_000
/** Where nobody answers nobody is burdened, and a relay that is back is soon noticed. */
const LAST_RETRY_UNREACHED_MS = 15_000
/** A full disk is our own affair and costs nobody anything to look at, so that it is soon noticed when there is room. */
const DISK_RETRY_MS = 5_000

/** What will not get better by trying again: the person has to do something. */
const FINAL: ReadonlySet<ConnectionProblem> = new Set([
  "wrong-pin",
  "not-allowed",
  "revoked",
  "replaced",
  "closed",
  "not-approved",
  "name-taken",
  "superseded",
  "bad-version",
  "banned",
  "directory-split",
])

/** @param chance 0 to 1, for the jitter that keeps a room full of clients from returning at once. */
export function step(state: Session, event: SessionEvent, now: Millis, chance: number): SessionStep {
  switch (event.kind) {
    case "start":
      return state.kind === "idle" || state.kind === "refused" ? dial(0) : stay(state)
    case "opened":
      return state.kind === "dialing"
        ? { state: { kind: "greeting", attempt: state.attempt }, effects: ["hello"] }
        : stay(state)
    case "register-first":
      return state.kind === "greeting"
        ? { state: { kind: "registering", attempt: state.attempt }, effects: ["register"] }
        : { state, effects: ["close"] }
    case "ready":
      return state.kind === "greeting" || state.kind === "registering"
        ? { state: { kind: "ready", attempt: state.attempt, since: now }, effects: [] }
        : { state, effects: ["close"] }
    case "closed":
      if (state.kind === "idle" || state.kind === "refused") return stay(state)
      return closed(state, event.why, now, chance)
    case "time-passed":
      return state.kind === "waiting" && now >= state.retryAt ? dial(state.attempt) : stay(state)
    case "still-full":
      return stay(
        state.kind === "waiting" ? { ...state, why: "storage", retryAt: now + DISK_RETRY_MS } : state,
      )
  }
}

export function nextTimeout(state: Session): Millis | undefined {
  return state.kind === "waiting" ? state.retryAt : undefined
}

function closed(state: Session, why: ConnectionProblem, now: Millis, chance: number): SessionStep {
  if (FINAL.has(why)) return stay({ kind: "refused", why })
  if (state.kind === "waiting") return stay(state)
  if (why === "storage") return stay({ kind: "waiting", attempt: 0, retryAt: now + DISK_RETRY_MS, why })
  const attempt = isFreshStart(state, why, now) ? 1 : "attempt" in state ? state.attempt + 1 : 1
  const last = why === "unreachable" || why === "lost" ? LAST_RETRY_UNREACHED_MS : LAST_RETRY_MS
  const ceiling = Math.min(last, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10))
  // Full jitter above a floor: a lone client comes back at once, a crowd spreads.
  return stay({
    kind: "waiting",
    attempt,
    retryAt: now + FIRST_RETRY_MS / 2 + Math.floor(chance * ceiling),
    why,
  })
}

/** A connection that was good counts as a success, unless we gave it up soon: what was wrong then is still wrong. */
function isFreshStart(state: Session, why: ConnectionProblem, now: Millis): boolean {
  return state.kind === "ready" && (why !== "relay-inconsistent" || now - state.since > LAST_RETRY_MS)
}

function dial(attempt: number): SessionStep {
  return { state: { kind: "dialing", attempt }, effects: ["dial"] }
}

function stay(state: Session): SessionStep {
  return { state, effects: [] }
}
