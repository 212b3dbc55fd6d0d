/**
 * A verification in lines, for the line mode and the commands: everything that the panel shows, in the order in which it
 * is heard.
 */
import { wordsOf, type VerificationView } from "../client/client.ts"
import type { PersonRef } from "../client/events.ts"
import { joinSafe, safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { ASCII_SYMBOLS, type Symbols } from "./theme.ts"
import { choicesOf } from "./verification-choices.ts"
import { endWords, isOver, taskWords, turnWords, verificationTitle } from "./verification-words.ts"

/** @param before what stands before the word of an answer: `/verify ` in the line mode. */
export function verificationLines(
  view: VerificationView,
  self: PersonRef,
  symbols: Symbols,
  before: SafeText | "",
): readonly SafeText[] {
  const head = say`${symbols.mark} ${verificationTitle(view, symbols)}`
  const turn = isOver(view) ? [] : [joinSafe([turnWords(view), endWords(view)], say` `)]
  return [
    head,
    ...rollLines(view, self),
    ...wordLines(view, symbols),
    ...tasks(view),
    ...turn,
    ...choiceLines(view, before),
  ]
}

/** Whoever leads in lines says aloud what the others do, some of them at a screen. */
function tasks(view: VerificationView): readonly SafeText[] {
  if (view.step !== "gathering" || view.role !== "leader") return taskWords(view)
  return [
    say`Everybody comes in now: with F5 and then Y at a screen, with /verify yes in lines. When all who are with you have come in, close the list.`,
  ]
}

/** Each word is a line of its own: a screen reader stops behind it. */
function wordLines(view: VerificationView, symbols: Symbols): readonly SafeText[] {
  if (view.words === undefined || view.step !== "compare") return []
  const { en, hi, hiLatin } = wordsOf(view.words)
  const second = symbols === ASCII_SYMBOLS ? hiLatin : hi
  const lines = en.map((word, index) => say`${index + 1} ${safeLine(word)} ${safeLine(second[index] ?? "")}`)
  return view.digits === undefined ? lines : [...lines, say`or ${safeLine(view.digits)}`]
}

function rollLines(view: VerificationView, self: PersonRef): readonly SafeText[] {
  if (view.kind !== "room" || (view.step !== "compare" && view.step !== "mismatch")) return []
  return [
    say`${view.count} PEOPLE are on the list:`,
    ...view.people.map(
      (person, index) =>
        say`${index + 1} ${safeName(person.name)} ${safeName(person.tag)}${person.id === self.id ? say`, you` : say``}`,
    ),
  ]
}

export function choiceLines(view: VerificationView, before: SafeText | ""): readonly SafeText[] {
  const choices = choicesOf(view).map(
    ({ word, label }) => say`${before === "" ? say`` : before}${safeLine(word)} (${label})`,
  )
  return isOver(view) ? [] : [say`Type ${joinSafe(choices, say`, or `)}.`]
}
