/** What four people may do with the tokens that they have shown, as a list tells it (PROTOCOL.md §5.7). */
export const SETTLED_MS = 600_000

/** How often each thing that is tested for has happened. */
export const happened = new Map<string, number>()
export const count = (what: string) => void happened.set(what, (happened.get(what) ?? 0) + 1)

interface Handshake {
  position: number
  author: number
  /** The newest position that the author had shown. */
  base: number
  at: number
  /** Somebody can make its token. */
  isKnown: boolean
  /** Since the relay began anew nobody knows the author; who was the first to show its token. */
  isForgotten: boolean
  witness: number | undefined
}

/** What somebody has shown since they opened the channel. */
export interface Shown {
  isOpen: boolean
  opening: boolean
  position: number
  /** Since when they have shown nothing new, though others have something newer. */
  lackingSince: number | undefined
  /** When that was so for the first time, and how often they have opened since: that costs some of their time. */
  firstLack: number | undefined
  opened: number
  /** Numbers of the log's entries that they were sent. */
  got: number
}

export interface Model {
  log: Handshake[]
  entries: number
  confirmed: number
  /** Since when the relay knows authors. */
  knownSince: number | undefined
  people: Shown[]
}

/** What one of them does next. `back`: how far from the newest position. */
export type Act =
  | { kind: "opening" }
  | { kind: "prove"; back: number; isRight: boolean }
  | { kind: "commit"; back: number; isKnown: boolean }
  | { kind: "say"; back: number }
  | { kind: "put"; back: number }

export const nothing = (): Shown => ({
  isOpen: false,
  opening: false,
  position: -1,
  lackingSince: undefined,
  firstLack: undefined,
  opened: 0,
  got: 0,
})

export const opened = (): Shown => ({ ...nothing(), isOpen: true })

/** Positions are no less than 0. */
export const below = (position: number, by: number) => Math.max(0, position - by)
export const nextOf = ({ log }: Model) => (log.at(-1)?.position ?? -1) + 1
export const isReading = ({ isOpen, opening, position }: Shown) => isOpen && (opening || position >= 0)
const mayCommit = ({ confirmed }: Model, { opening, position }: Shown) =>
  confirmed < 0 ? opening || position >= 0 : position >= confirmed

function show(model: Model, who: number, position: number, now: number): void {
  const shown = model.people[who]!
  const isFirst = model.log[0]!.position === position
  const isContinued =
    model.confirmed >= 0 ? shown.position >= model.confirmed : isFirst ? shown.opening : shown.position >= 0
  if (isContinued) confirm(model, who, position, now)
  shown.position = position
  shown.lackingSince = undefined
}

function confirm(model: Model, who: number, position: number, now: number): void {
  if (position <= model.confirmed) return
  model.knownSince ??= now
  const shown = model.log.find((each) => each.position === position)!
  if (shown.isForgotten) {
    shown.witness ??= who
    if (shown.witness === who) return
  } else if (shown.author === who) return
  if (model.confirmed >= 0 && !isGood(model, who, shown, now)) return count("not settled")
  model.confirmed = position
  count(shown.isForgotten ? "confirmed by two after a restart" : "confirmed")
}

/** Whether they have written none of what it continues, or long ago. */
function isGood(model: Model, who: number, shown: Handshake, now: number): boolean {
  const isOld = (at: number) => now - at >= SETTLED_MS
  for (let at = shown.position; at > model.confirmed;) {
    const each = model.log.find(({ position }) => position === at)!
    if (each.isForgotten) return each === shown || isOld(model.knownSince!) || (each.witness ?? who) !== who
    if (each.author === who && !isOld(each.at)) return false
    at = each.base
  }
  return true
}

/** @returns how the relay answers, if it does. */
export function expected(model: Model, who: number, act: Act, now: number): string | undefined {
  const shown = model.people[who]!
  const next = nextOf(model)
  if (act.kind === "opening" || act.kind === "prove") {
    if (!shown.isOpen) return undefined
    if (act.kind === "opening") {
      shown.opening = true
      if (model.confirmed < 0 && shown.position >= 0 && shown.position === model.log[0]!.position)
        confirm(model, who, shown.position, now)
      return undefined
    }
    const position = below(next, 1 + act.back)
    const known = model.log.find((each) => each.position === position)
    if (act.isRight && known?.isKnown && position > shown.position) show(model, who, position, now)
    return undefined
  }
  if (!shown.isOpen) return act.kind === "put" ? "refused unknown-channel" : "rejected unknown-channel"
  switch (act.kind) {
    case "say": {
      const isLatest =
        shown.position >= 0 && shown.position === next - 1 && below(next, 1 + act.back) === next - 1
      if (isLatest) model.entries++
      return isLatest ? "accepted" : "stale"
    }
    case "put":
      if (!mayCommit(model, shown)) return "refused unproven"
      return next === 0 || act.back > 0 ? "refused bad-request" : "done"
    case "commit": {
      const position = below(next, act.back)
      if (next > 0 && act.back > 0) return "conflict"
      if (!mayCommit(model, shown)) return "rejected unproven"
      model.entries++
      model.knownSince ??= now
      const { isKnown } = act
      const made = {
        author: who,
        base: shown.position,
        at: now,
        isKnown,
        isForgotten: false,
        witness: undefined,
      }
      model.log.push({ position, ...made })
      return "accepted"
    }
    default:
      return undefined
  }
}

export function noteLack(model: Model, who: number, now: number): void {
  const shown = model.people[who]!
  const isLacking = isReading(shown) && shown.position < model.confirmed
  shown.lackingSince = isLacking ? (shown.lackingSince ?? now) : undefined
  if (isLacking && shown.firstLack === undefined) Object.assign(shown, { firstLack: now, opened: 0 })
}
