import { expect, test } from "vitest"
import type { ConnectionProblem } from "../../src/client/events.ts"
import { nextTimeout, type Session, type SessionEvent, step } from "../../src/client/session.ts"

const NOW = 1_000_000
const states: Record<Session["kind"], Session> = {
  idle: { kind: "idle" },
  dialing: { kind: "dialing", attempt: 3 },
  greeting: { kind: "greeting", attempt: 3 },
  registering: { kind: "registering", attempt: 3 },
  ready: { kind: "ready", attempt: 3, since: NOW },
  waiting: { kind: "waiting", attempt: 3, retryAt: NOW + 5_000, why: "lost" },
  refused: { kind: "refused", why: "name-taken" },
}
const KINDS = Object.keys(states) as Session["kind"][]

/** The next state and what is done on the way, as one word: `greeting+hello`. `=` stands for the same state. */
function after(from: Session["kind"], event: SessionEvent, now = NOW): string {
  const { state, effects } = step(states[from], event, now, 0)
  return [state === states[from] ? "=" : state.kind, ...effects].join("+")
}

// One line per event; one word per state, in the order of `KINDS`.
const table: readonly (readonly [name: string, event: SessionEvent, ...words: string[]])[] = [
  //                                                 idle           dialing     greeting               registering   ready       waiting   refused
  ["start", { kind: "start" }, /*                 */ "dialing+dial", "=", /*  */ "=", /*              */ "=", /*    */ "=", /*   */ "=", /*  */ "dialing+dial"],
  ["opened", { kind: "opened" }, /*               */ "=", /*      */ "greeting+hello", "=", /*        */ "=", /*    */ "=", /*   */ "=", /*  */ "="],
  ["register first", { kind: "register-first" }, /* */ "=+close", /* */ "=+close", "registering+register", "=+close", "=+close", "=+close", "=+close"],
  ["ready", { kind: "ready" }, /*                 */ "=+close", /* */ "=+close", "ready", /*           */ "ready", /* */ "=+close", "=+close", "=+close"],
  ["lost", { kind: "closed", why: "lost" }, /*    */ "=", "waiting", "waiting", "waiting", "waiting", "=", "="],
  ["refused", { kind: "closed", why: "not-allowed" }, "=", "refused", "refused", "refused", "refused", "refused", "="],
  ["too early", { kind: "time-passed" }, /*       */ "=", "=", "=", "=", "=", "=", "="],
] // prettier-ignore

for (const [name, event, ...words] of table) {
  for (const [i, kind] of KINDS.entries()) {
    test(`${kind}, ${name}: ${words[i]}`, () => expect(after(kind, event)).toBe(words[i]))
  }
}

test("waiting ends at its time, not before, and the attempt is counted on", () => {
  expect(after("waiting", { kind: "time-passed" }, NOW + 4_999)).toBe("=")
  expect(after("waiting", { kind: "time-passed" }, NOW + 5_000)).toBe("dialing+dial")
  expect(step(states.waiting, { kind: "time-passed" }, NOW + 5_000, 0).state).toEqual({
    kind: "dialing",
    attempt: 3,
  })
})

const FINAL = ["wrong-pin", "not-allowed", "name-taken", "superseded", "bad-version"] as const
const PASSING = ["unreachable", "lost", "relay-inconsistent", "busy"] as const

for (const why of FINAL) {
  test(`${why} waits for the person`, () => {
    expect(step(states.greeting, { kind: "closed", why }, NOW, 0).state).toEqual({ kind: "refused", why })
  })
}

for (const why of PASSING) {
  test(`${why} is tried again by itself`, () => {
    expect(step(states.greeting, { kind: "closed", why }, NOW, 0).state).toMatchObject({
      kind: "waiting",
      why,
      attempt: 4,
    })
  })
}

test.each([
  ["unreachable", 15_250],
  ["lost", 15_250],
  ["busy", 60_250],
  ["awaiting", 60_250],
  ["relay-inconsistent", 60_250],
] as const)("property: a retry after %s lies between a quarter of a second and %d ms ahead", (why, most) => {
  for (let attempt = 0; attempt < 2_000; attempt = attempt * 2 + 1) {
    for (const chance of [0, 0.5, 0.999_999]) {
      const { state } = step({ kind: "dialing", attempt }, { kind: "closed", why }, NOW, chance)
      const wait = nextTimeout(state)! - NOW
      expect(wait).toBeGreaterThanOrEqual(250)
      expect(wait).toBeLessThanOrEqual(most)
    }
  }
})

test.each([
  ["unreachable", [1_250, 2_250, 4_250, 8_250, 15_250, 15_250, 15_250]],
  ["busy", [1_250, 2_250, 4_250, 8_250, 16_250, 32_250, 60_250]],
] as const)("each failure in a row waits longer, until its limit: %s", (why, expected) => {
  let state: Session = { kind: "dialing", attempt: 0 }
  const waits: number[] = []
  for (let i = 0; i < expected.length; i++) {
    state = step(state, { kind: "closed", why }, NOW, 1).state
    waits.push(nextTimeout(state)! - NOW)
    state = step(state, { kind: "time-passed" }, nextTimeout(state)!, 1).state
  }
  expect(waits).toEqual(expected)
})

const closedWhenReady = (why: ConnectionProblem, later: number) =>
  step(states.ready, { kind: "closed", why }, NOW + later, 0).state

test("a connection that was good starts the count again", () => {
  expect(closedWhenReady("lost", 10)).toMatchObject({ attempt: 1 })
  expect(closedWhenReady("unreachable", 10)).toMatchObject({ attempt: 1 })
})

test("a relay that is given up soon after each greeting is asked less and less", () => {
  expect(closedWhenReady("relay-inconsistent", 60_000)).toMatchObject({ attempt: 4 })
  expect(closedWhenReady("relay-inconsistent", 60_001)).toMatchObject({ attempt: 1 })
})

test("only waiting has a time", () => {
  expect(KINDS.map((kind) => nextTimeout(states[kind]))).toEqual(
    KINDS.map((kind) => (kind === "waiting" ? NOW + 5_000 : undefined)),
  )
})

test("a full disk is looked at every five seconds, however long it is full, and whatever was before", () => {
  for (const from of [states.ready, states.dialing, states.registering]) {
    let { state } = step(from, { kind: "closed", why: "storage" }, NOW, 1)
    for (let at = NOW + 5_000; at < NOW + 60_000; at += 5_000) {
      expect(state).toEqual({ kind: "waiting", attempt: 0, retryAt: at, why: "storage" })
      expect(step(state, { kind: "time-passed" }, at - 1, 1).state).toBe(state)
      state = step(state, { kind: "still-full" }, at, 1).state
    }
    expect(step(state, { kind: "time-passed" }, NOW + 60_000, 1)).toEqual({
      state: { kind: "dialing", attempt: 0 },
      effects: ["dial"],
    })
  }
  for (const kind of KINDS) {
    if (kind !== "waiting") expect(after(kind, { kind: "still-full" })).toBe("=")
  }
})
