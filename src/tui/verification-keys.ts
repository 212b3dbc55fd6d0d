/** What keys do in the panels of a verification. Only a key answers, never a paste, and only one that the footer names. */
import type { VerificationView } from "../client/client.ts"
import type { Key } from "./key-decoder.ts"
import { panelActOf, pressedName } from "./key-map.ts"
import { safeLine, safeTyped, say, sliceSafe } from "./safe-text.ts"
import { clustersOf } from "./text-width.ts"
import { choicesOf, type Choice, type VerificationAct } from "./verification-choices.ts"
import { drawVerification } from "./verification-lines.ts"
import { isOver } from "./verification-words.ts"
import { waysOf } from "./verify-ways.ts"
import { still, type ChatView, type Overlay, type Step } from "./view.ts"

/** Longest file name or code that is typed. */
const MAX_TYPED = 4_296

export function overlayOf(id: string): Overlay {
  return { kind: "verification", id, offset: 0, asText: false }
}

/** The verification of a panel, as it is now. */
export function verificationIn(view: ChatView, id: string): VerificationView | undefined {
  return view.data.verifications.find((each) => each.id === id)
}

/** The answers of the footer: as text of a code is one of them. */
export function answersOf(view: ChatView, overlay: Overlay & { kind: "verification" }): readonly Answer[] {
  const verification = verificationIn(view, overlay.id)
  if (verification === undefined) return []
  const choices = choicesOf(verification).map((choice): Answer => ({ ...choice, act: choice.act }))
  if (verification.qr === undefined || verification.step !== "show") return choices
  const label = overlay.asText ? say`As code` : say`As text`
  return [{ key: "t", label, short: label, act: "as-text" }, ...choices]
}

export interface Answer extends Omit<Choice, "act" | "word"> {
  act: VerificationAct | "as-text"
}

export function onVerification(view: ChatView, overlay: Overlay & { kind: "verification" }, key: Key): Step {
  const verification = verificationIn(view, overlay.id)
  if (verification === undefined) return still({ ...view, overlay: undefined })
  const act = panelActOf(view.keys, key)
  const answers = answersOf(view, overlay)
  const over = isOver(verification)
  const drawn = drawVerification(view, verification, overlay.offset)
  const isLeft = over && (act === "panel-choose" || act === "panel-close" || act === "panel-page-down")
  // Enter alone says nothing: an answer is chosen first, so that nobody says "they match" with a key too many.
  const at = answers.findIndex((each) => each.key === overlay.chosen)
  const byArrows = act === "panel-choose" ? answers[at] : undefined
  const answer = isLeft ? answers.at(-1) : (byLetter(answers, key) ?? byArrows)
  if (answer?.act === "as-text") return still({ ...view, overlay: { ...overlay, asText: !overlay.asText } })
  if (answer !== undefined) {
    // An answer is about what stands on the screen.
    const needsAll = verification.step === "compare"
    if (needsAll && !drawn.isWhole) return still(view)
    const effects = [
      { kind: "verify-act", id: overlay.id, act: answer.act, attempt: verification.attempt } as const,
    ]
    const leave = answer.act === "done" || answer.act === "decline"
    // What is asked next is another question.
    const { chosen: _, ...asked } = overlay
    return { view: { ...view, overlay: leave ? undefined : asked }, effects }
  }
  const canScroll = drawn.mostOffset > 0
  const to = (offset: number): Step =>
    still({ ...view, overlay: { ...overlay, offset: Math.max(0, Math.min(drawn.mostOffset, offset)) } })
  const walk = (by: 1 | -1): Step =>
    still({
      ...view,
      overlay: { ...overlay, chosen: answers[walkedTo(at < 0 ? undefined : at, by, answers.length)]!.key },
    })
  switch (act) {
    case "panel-close":
    case "panel-verify":
      return still({ ...view, overlay: undefined })
    case "panel-left":
      return walk(-1)
    case "panel-right":
      return walk(1)
    case "panel-up":
      return canScroll ? to(overlay.offset - 1) : walk(-1)
    case "panel-down":
      return canScroll ? to(overlay.offset + 1) : walk(1)
    case "panel-page-up":
      return to(overlay.offset - 5)
    case "panel-page-down":
      return to(overlay.offset + 5)
    case "panel-first":
      return to(0)
    case "panel-last":
      return to(drawn.mostOffset)
    default:
      return still(view)
  }
}

/** Only a key answers, never a paste. */
function byLetter<One extends { key: string }>(answers: readonly One[], key: Key): One | undefined {
  return key.kind === "paste" ? undefined : answers.find((each) => each.key === pressedName(key))
}

/** The first arrow comes to the first answer, or to the last. */
function walkedTo(chosen: number | undefined, by: 1 | -1, count: number): number {
  if (chosen === undefined) return by === 1 ? 0 : count - 1
  return (chosen + by + count) % count
}

/** What the question about 60 digits takes for an answer. */
export const DIGIT_ANSWERS = [
  { key: "y", match: true },
  { key: "n", match: false },
] as const

export function onDigits(view: ChatView, overlay: Overlay & { kind: "verify" }, key: Key): Step {
  const act = panelActOf(view.keys, key)
  const closed = { ...view, overlay: undefined }
  if (overlay.step !== "compare") {
    const leaves = act === "panel-close" || act === "panel-choose" || act === "panel-page-down"
    return still(leaves ? closed : view)
  }
  const byArrows =
    act === "panel-choose" && overlay.chosen !== undefined ? DIGIT_ANSWERS[overlay.chosen] : undefined
  const answer = byLetter(DIGIT_ANSWERS, key) ?? byArrows
  if (answer !== undefined) {
    const { person, number } = overlay
    return { view, effects: [{ kind: "answer-verify", person, number, match: answer.match }] }
  }
  const walk = (by: 1 | -1): Step =>
    still({ ...view, overlay: { ...overlay, chosen: walkedTo(overlay.chosen, by, DIGIT_ANSWERS.length) } })
  switch (act) {
    case "panel-close":
      return still(closed)
    case "panel-left":
    case "panel-up":
      return walk(-1)
    case "panel-right":
    case "panel-down":
      return walk(1)
    default:
      return still(view)
  }
}

export function onVerifyHow(view: ChatView, overlay: Overlay & { kind: "verify-how" }, key: Key): Step {
  const ways = waysOf(overlay.person)
  const act = panelActOf(view.keys, key)
  const put = (index: number): Step =>
    still({ ...view, overlay: { ...overlay, index: (index + ways.length) % ways.length } })
  const name = pressedName(key)
  const number = /^[1-9]$/u.test(name) && key.kind !== "paste" ? Number(name) : 0
  const way = act === "panel-choose" ? ways[overlay.index] : ways[number - 1]
  if (way !== undefined) return { view, effects: [{ kind: "verify", name: overlay.person.id, how: way.how }] }
  switch (act) {
    case "panel-close":
    case "panel-verify":
      return still({ ...view, overlay: undefined })
    case "panel-up":
      return put(overlay.index - 1)
    case "panel-down":
      return put(overlay.index + 1)
    case "panel-first":
      return put(0)
    case "panel-last":
      return put(ways.length - 1)
    default:
      return still(view)
  }
}

/** The one panel that takes a paste: a dragged file, or the text of a code. Enter reads it, nothing else does. */
export function onReadCode(view: ChatView, overlay: Overlay & { kind: "read-code" }, key: Key): Step {
  const closed = { ...view, overlay: undefined }
  const put = (typed: typeof overlay.typed): Step =>
    still({ ...view, overlay: { ...overlay, typed: sliceSafe(typed, 0, MAX_TYPED), trouble: undefined } })
  const act = panelActOf(view.keys, key, true)
  if (overlay.state === "reading") return still(act === "panel-close" ? closed : view)
  if (key.kind === "text") return put(say`${overlay.typed}${safeTyped(key.text)}`)
  if (key.kind === "paste") return put(say`${overlay.typed}${safeLine(key.text.trim())}`)
  switch (act) {
    case "panel-close":
      return still(closed)
    case "panel-erase": {
      const last = clustersOf(overlay.typed).at(-1)
      return last === undefined ? still(view) : put(sliceSafe(overlay.typed, 0, -last.length))
    }
    case "panel-clear":
      return put(say``)
    case "panel-choose":
      if (overlay.typed.trim() === "") return still(view)
      return {
        view: { ...view, overlay: { ...overlay, state: "reading", trouble: undefined } },
        effects: [{ kind: "read-code", personId: overlay.person.id, typed: overlay.typed }],
      }
    default:
      return still(view)
  }
}
