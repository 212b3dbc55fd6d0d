/** Comparing keys: the same picture on both screens, and an outcome that stays until it is dismissed. */
import type { PersonRef } from "../../client/events.ts"
import { panelWidth } from "../pages.ts"
import { say, type SafeText } from "../safe-text.ts"
import { wrap } from "../text-width.ts"
import { nameAgain, nameInWords, nameToType, span, type Span } from "../theme.ts"
import type { ChatView, Overlay } from "../view.ts"
import { digitRows } from "../words.ts"
import { answerSpans, type PanelContent } from "./panel.ts"

type Verify = Overlay & { kind: "verify" }

export function verifyPanel(view: ChatView, panel: Verify): PanelContent {
  const inner = panelWidth(view) - 4
  const name = nameInWords(panel.person)
  const lines =
    panel.step === "compare" ? compareLines(view, panel, name, inner) : outcomeLines(panel, name, inner)
  const footer = panel.step === "compare" ? answers(panel, inner) : [span(say`Enter: back`, "strong")]
  return { title: say`Verify ${name}`, lines, footer }
}

function compareLines(view: ChatView, panel: Verify, name: SafeText, width: number): (readonly Span[])[] {
  const digits = digitRows(panel.number).map((row) => [span(say`   ${row}`, "strong")])
  const ask = [span(say`Do they match?`, "strong")]
  const short = [span(say`${name} sees the same digits?`)]
  // On a small screen the digits and the question come first, the explanation only where it fits.
  if (view.rows < 16) return [short, ...digits, ask]
  const how = paragraph(
    say`Ask ${name} to open this page for you, ${nameAgain(view.data.self)}. Read the digits to each other, side by side or on the phone, where you know the voice. Never through this chat.`,
    width,
  )
  return [...changeLines(panel.person, width), ...how, [span(say``)], ...digits, [span(say``)], ask]
}

/** What happened, why it is probably harmless, and what to do. */
export function changeLines(person: PersonRef, width: number): (readonly Span[])[] {
  const [name, again] = [nameInWords(person), nameAgain(person)]
  if (person.trust === "changed") {
    return [
      ...paragraph(
        say`The key of ${name} is not the one it was. Most often that is a new computer; it can also be somebody who pretends to be ${again}. Nothing is sent until you decide.`,
        width,
        "danger",
      ),
      [span(say``)],
    ]
  }
  if (person.trust === "differs") {
    return [
      ...paragraph(
        say`You said that the digits differ, so nothing is sent to ${name}. If they match now, say so; /block ${nameToType(person)} hides ${again}.`,
        width,
        "danger",
      ),
      [span(say``)],
    ]
  }
  if (person.trust === "verified") {
    return [
      ...paragraph(say`You have compared these digits before, and they were the same.`, width, "good"),
      [span(say``)],
    ]
  }
  return []
}

function outcomeLines(panel: Verify, name: SafeText, width: number): (readonly Span[])[] {
  if (panel.step === "match") {
    return [
      ...paragraph(
        say`VERIFIED. What ${name} writes carries the mark from now on, on every line.`,
        width,
        "good",
      ),
      [span(say``)],
      ...paragraph(say`${name} has to say so on their own screen too; it does not happen by itself.`, width),
    ]
  }
  return [
    ...paragraph(say`STOPPED. The digits differ, so nothing more is sent to ${name}.`, width, "danger"),
    [span(say``)],
    ...paragraph(
      say`Somebody may stand between the two of you, or the name belongs to another person. Talk to ${name} in person, then open this page again.`,
      width,
    ),
  ]
}

function paragraph(text: SafeText, width: number, style: Span["style"] = "plain"): (readonly Span[])[] {
  return wrap(text, width).map((row) => [span(row.text, style)])
}

function answers({ chosen }: Verify, width: number): readonly Span[] {
  const labels = width < 46 ? [say`[Y] match`, say`[N] differ`] : [say`[Y] They match`, say`[N] They differ`]
  return answerSpans(labels, chosen, [say`[Esc] Later`], width)
}
