/** What guests see of verifications: made from the machines' states when it is asked for. */
import { equalBytes, toBase64Url } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import type { Contacts } from "./contacts.ts"
import type { Conversation } from "./conversation.ts"
import type { ClientEvent, PersonRef } from "./events.ts"
import { qrTextOf, type QrState } from "./verify-qr.ts"
import type { PairState } from "./verify-pair.ts"
import type { RoundState } from "./verify-round-state.ts"
import type { VerificationStep, VerificationView, WaitingFor } from "./verification.ts"

export type VerifyState = PairState | RoundState | QrState

export function viewId(id: Uint8Array): string {
  return `v_${toBase64Url(id)}`
}

export function isOpenStep(step: VerificationStep): boolean {
  switch (step) {
    case "asked":
    case "accept?":
    case "gathering":
    case "exchanging":
    case "compare":
    case "show":
    case "confirm?":
      return true
    default:
      return false
  }
}

/** @param room of a round, if it is still there. */
export function viewOf(
  state: VerifyState,
  contacts: Contacts,
  room: Conversation | undefined,
): VerificationView {
  const ref = (id: Uint8Array) => contacts.ref(id)
  const base: VerificationView = {
    id: viewId(state.id),
    kind: state.kind,
    role: state.role,
    step: state.step,
    waitingFor: waitingFor(state),
    person: undefined,
    room: undefined,
    words: undefined,
    digits: undefined,
    qr: undefined,
    ownAnswer: state.ownAnswer,
    theirAnswer: undefined,
    endsAt: isOpenStep(state.step) ? endOf(state) : undefined,
    people: [],
    count: 0,
    missing: [],
    saidYes: [],
    saidNo: [],
    culprits: [],
    attempt: 1,
    why: state.why,
    at: state.at,
  }
  switch (state.kind) {
    case "words": {
      const { peer, words, digits, theirAnswer } = state
      return { ...base, person: ref(peer.id), words, digits, theirAnswer }
    }
    case "qr":
      return { ...base, person: state.peer && ref(state.peer), qr: qrTextOf(state) }
    case "room":
      return { ...base, ...roundOf(state, contacts, room) }
  }
}

/** A moment more for whoever just connects is no end that anybody should hurry for. */
function endOf(state: VerifyState): number | undefined {
  const isGathering = state.kind === "room" && state.step === "gathering"
  return (isGathering ? state.gathersUntil : undefined) ?? state.endsAt
}

function roundOf(
  state: RoundState,
  contacts: Contacts,
  room: Conversation | undefined,
): Partial<VerificationView> {
  const { leader, words, digits, attempt, list, commits, own } = state
  const here = (list ?? commits.filter(({ hasLeft }) => !hasLeft)).map(({ id }) => id)
  const refs = (ids: readonly Uint8Array[]) => sorted(ids.map((id) => contacts.ref(id)))
  const isHere = (id: Uint8Array) => here.some((each) => equalBytes(each, id))
  const hasSaid = (ids: readonly Uint8Array[], answer: boolean) =>
    refs(state.ownAnswer === answer ? [...ids, own] : ids)
  const unshown = list?.filter(({ random }) => !random).map(({ id }) => id) ?? []
  return {
    person: contacts.ref(leader),
    room: room?.ref,
    words,
    digits,
    attempt,
    people: refs(here),
    count: here.length,
    missing: refs(accountsOf(room?.group).filter((id) => !isHere(id))),
    saidYes: hasSaid(state.saidYes, true),
    saidNo: hasSaid(state.saidNo, false),
    culprits: refs(state.step === "exchanging" ? unshown : state.culprits),
  }
}

/** Each account of a group once. */
export function accountsOf(group: GroupState | undefined): Uint8Array[] {
  const accounts: Uint8Array[] = []
  const seen = new Set<string>()
  for (const { accountId } of group?.members ?? []) {
    const name = toBase64Url(accountId)
    if (!seen.has(name)) accounts.push(accountId)
    seen.add(name)
  }
  return accounts
}

function sorted(people: PersonRef[]): PersonRef[] {
  return people.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
}

function waitingFor(state: VerifyState): WaitingFor {
  switch (state.step) {
    case "asked":
    case "show":
      return "them"
    case "accept?":
    case "confirm?":
      return "you"
    case "gathering":
      return state.role === "leader" ? "you" : "leader"
    case "exchanging":
      return "programs"
    case "compare":
      return "both"
    default:
      return "nobody"
  }
}

/** What has happened, by the steps before and after; a pair's agreement and its words are two events. */
export function eventsOf(before: VerifyState | undefined, verification: VerificationView): ClientEvent[] {
  const { step, person, room, kind } = verification
  if (before?.step === step) return [{ type: "verify.changed", verification }]
  switch (step) {
    case "asked":
    case "show":
    case "gathering":
      return [{ type: "verify.changed", verification }]
    case "accept?":
      return [{ type: "verify.requested", verification }]
    case "exchanging":
      return [
        before?.step === "asked"
          ? { type: "verify.accepted", verification }
          : { type: "verify.changed", verification },
      ]
    case "confirm?":
      return [{ type: "verify.accepted", verification }]
    case "compare":
      return [
        ...(before?.step === "asked" ? [{ type: "verify.accepted" as const, verification }] : []),
        { type: "verify.compare", verification },
      ]
    case "verified":
    case "mismatch":
      if (kind === "room") return room ? [{ type: "verify.roomDone", room, verification }] : []
      if (!person) return []
      return [{ type: step === "verified" ? "verify.done" : "verify.mismatch", person, verification }]
    case "cancelled":
    case "timed-out":
    case "failed":
      return [{ type: "verify.cancelled", verification }]
  }
}
