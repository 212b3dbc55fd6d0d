/** What keys do in the panels of a verification. Only a key answers, never a paste, and only one that the footer names. */
import type { VerificationView } from "../client/client.ts"
import type { Key } from "./key-decoder.ts"
import { safeLine, safeTyped, say, sliceSafe } from "./safe-text.ts"
import { clustersOf } from "./text-width.ts"
import { choicesOf } from "./verification-choices.ts"
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

export function nameOf(key: Key): string {
  if (key.kind === "chord") return key.chord
  return key.kind === "text" ? key.text.toLowerCase() : ""
}

export function onVerification(view: ChatView, overlay: Overlay & { kind: "verification" }, key: Key): Step {
  const name = nameOf(key)
  const verification = verificationIn(view, overlay.id)
  if (verification === undefined) return still({ ...view, overlay: undefined })
  if (verification.qr !== undefined && name === "t")
    return still({ ...view, overlay: { ...overlay, asText: !overlay.asText } })
  const over = isOver(verification)
  const leaves = over ? ["enter", "esc", " "] : []
  const choice = choicesOf(verification).find((each) => each.key === name || (leaves.includes(name) && over))
  const drawn = drawVerification(view, verification, overlay.offset)
  if (choice !== undefined) {
    // An answer is about what stands on the screen.
    const needsAll = verification.step === "compare"
    if (needsAll && !drawn.isWhole) return still(view)
    const effects = [
      { kind: "verify-act", id: overlay.id, act: choice.act, attempt: verification.attempt } as const,
    ]
    const leave = choice.act === "done" || choice.act === "stop" || choice.act === "decline"
    return { view: leave && choice.act !== "stop" ? { ...view, overlay: undefined } : view, effects }
  }
  const to = (offset: number): Step =>
    still({ ...view, overlay: { ...overlay, offset: Math.max(0, Math.min(drawn.mostOffset, offset)) } })
  switch (name) {
    case "esc":
    case "f5":
      return still({ ...view, overlay: undefined })
    case "up":
      return to(overlay.offset - 1)
    case "down":
      return to(overlay.offset + 1)
    case "pageup":
      return to(overlay.offset - 5)
    case "pagedown":
      return to(overlay.offset + 5)
    case "home":
      return to(0)
    case "end":
      return to(drawn.mostOffset)
    default:
      return still(view)
  }
}

export function onVerifyHow(view: ChatView, overlay: Overlay & { kind: "verify-how" }, key: Key): Step {
  const ways = waysOf(overlay.person)
  const name = nameOf(key)
  const put = (index: number): Step =>
    still({ ...view, overlay: { ...overlay, index: (index + ways.length) % ways.length } })
  const number = /^[1-9]$/u.test(name) ? Number(name) : 0
  const way = name === "enter" ? ways[overlay.index] : ways[number - 1]
  if (way !== undefined) return { view, effects: [{ kind: "verify", name: overlay.person.id, how: way.how }] }
  switch (name) {
    case "esc":
    case "f5":
      return still({ ...view, overlay: undefined })
    case "up":
    case "shift+tab":
    case "ctrl+p":
      return put(overlay.index - 1)
    case "down":
    case "tab":
    case "ctrl+n":
      return put(overlay.index + 1)
    default:
      return still(view)
  }
}

/** The one panel that takes a paste: a dragged file, or the text of a code. Enter reads it, nothing else does. */
export function onReadCode(view: ChatView, overlay: Overlay & { kind: "read-code" }, key: Key): Step {
  const closed = { ...view, overlay: undefined }
  const put = (typed: typeof overlay.typed): Step =>
    still({ ...view, overlay: { ...overlay, typed: sliceSafe(typed, 0, MAX_TYPED), trouble: undefined } })
  if (overlay.state === "reading") return still(nameOf(key) === "esc" ? closed : view)
  if (key.kind === "text") return put(say`${overlay.typed}${safeTyped(key.text)}`)
  if (key.kind === "paste") return put(say`${overlay.typed}${safeLine(key.text.trim())}`)
  if (key.kind !== "chord") return still(view)
  switch (key.chord) {
    case "esc":
      return still(closed)
    case "backspace": {
      const last = clustersOf(overlay.typed).at(-1)
      return last === undefined ? still(view) : put(sliceSafe(overlay.typed, 0, -last.length))
    }
    case "ctrl+u":
      return put(say``)
    case "enter":
      if (overlay.typed.trim() === "") return still(view)
      return {
        view: { ...view, overlay: { ...overlay, state: "reading", trouble: undefined } },
        effects: [{ kind: "read-code", personId: overlay.person.id, typed: overlay.typed }],
      }
    default:
      return still(view)
  }
}
