/**
 * What a person can do in each step of a verification: one table, from which the footer, the keys, the line mode and
 * the commands all read. A key that is not in the footer does nothing.
 */
import type { Verification, VerificationView } from "../client/client.ts"
import { say, type SafeText } from "./safe-text.ts"
import { isOver, otherAgain } from "./verification-words.ts"

export type VerificationAct =
  | "accept"
  | "decline"
  | "match"
  | "differ"
  | "seen"
  | "not-seen"
  | "close-list"
  | "stop"
  | "done"

export interface Choice {
  /** On the full screen. */
  key: string
  /** After `/verify` in the line mode, and on the standard input of a command. */
  word: string
  label: SafeText
  /** For narrow screens. */
  short: SafeText
  act: VerificationAct
}

const STOP: Choice = { key: "x", word: "stop", label: say`Give up`, short: say`give up`, act: "stop" }

/** In the order in which they are offered. */
export function choicesOf(view: VerificationView): readonly Choice[] {
  if (isOver(view)) return [{ key: "enter", word: "done", label: say`Done`, short: say`done`, act: "done" }]
  switch (view.step) {
    case "accept?":
      return [
        // Not the key that says "they match": held or pressed twice, it would say so of words that nobody has read.
        {
          key: "a",
          word: "yes",
          label: view.kind === "room" ? say`I am here` : say`Yes, now`,
          short: say`yes`,
          act: "accept",
        },
        { key: "n", word: "no", label: say`No`, short: say`no`, act: "decline" },
      ]
    case "gathering":
      if (view.role !== "leader") return [STOP]
      // A round of one compares nothing.
      if (view.count < 2) return [STOP]
      return [
        { key: "c", word: "close", label: say`Close the list`, short: say`close`, act: "close-list" },
        STOP,
      ]
    case "compare":
      // What was said is said.
      if (view.ownAnswer !== undefined) return [STOP]
      return [
        { key: "y", word: "match", label: say`They match`, short: say`match`, act: "match" },
        { key: "n", word: "differ", label: say`They differ, stop`, short: say`differ`, act: "differ" },
      ]
    case "confirm?":
      return [
        {
          key: "y",
          word: "seen",
          label: say`The screen of ${otherAgain(view)} says VERIFIED`,
          short: say`it does`,
          act: "seen",
        },
        { key: "n", word: "not-seen", label: say`It does not`, short: say`no`, act: "not-seen" },
      ]
    default:
      return [STOP]
  }
}

/** @param seen what the person acts on, as it stood on the screen. */
export function actOnVerification(
  verification: Verification,
  { id, attempt }: Pick<VerificationView, "id" | "attempt">,
  act: VerificationAct,
): Promise<unknown> {
  switch (act) {
    case "accept":
      return verification.accept(id)
    case "match":
      return verification.answer(id, true, attempt)
    case "differ":
      return verification.answer(id, false, attempt)
    case "seen":
      return verification.confirmQr(id, true)
    case "not-seen":
      return verification.confirmQr(id, false)
    case "close-list":
      return verification.closeList(id)
    case "decline":
    case "stop":
      return verification.cancel(id)
    case "done":
      return verification.dismiss(id)
  }
}
