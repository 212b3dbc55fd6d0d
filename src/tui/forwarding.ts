/** A message that is chosen goes on to somebody else: whom is chosen from a list, then asked once. */
import type { MessageView } from "../client/events.ts"
import { LEAVE } from "./choosing.ts"
import type { PickerItem } from "./picker.ts"
import { forwardedText, whyNot } from "./remark-acts.ts"
import { quotedWords } from "./remark-words.ts"
import { safeName, say, type SafeText } from "./safe-text.ts"
import { nameWithMark, span } from "./theme.ts"
import { still, type ChatView, type Effect, type Overlay, type Step } from "./view.ts"

export function startForward(view: ChatView, message: MessageView): Step {
  const why = whyNot("forward", message)
  if (why !== undefined) return still({ ...view, toast: { text: why, tone: "warning" } })
  return still({
    ...view,
    toast: undefined,
    overlay: { kind: "picker", source: "forward", query: say``, index: 0, message },
  })
}

/** @param typed comes back when it cannot be sent. */
export function forwardEffect(
  { roomId }: ChatView,
  message: MessageView,
  to: string,
  typed: SafeText,
): Effect {
  const of = roomId === undefined ? {} : { of: { roomId, message } }
  return { kind: "send-to", to, text: forwardedText(message), typed, ...of }
}

/** A question about a message that was taken back or changed meanwhile closes, and says why. */
export function withoutOvertaken(view: ChatView): ChatView {
  const { overlay } = view
  const asked = overlay?.kind === "help" ? overlay.under : overlay
  const about = asked?.kind === "page" ? asked.about : asked?.kind === "picker" ? asked.message : undefined
  if (about === undefined) return view
  const line = view.lines.find((each) => each.kind === "message" && each.message.id === about.id)
  if (line?.kind !== "message") return view
  const { deleted, text } = line.message
  if (!deleted && text === about.text) return view
  const why = deleted
    ? say`The question is over: that message was deleted.`
    : say`The question is over: that message was changed.`
  return { ...view, overlay: undefined, toast: { text: why, tone: "warning" } }
}

/** Asks once: a message that went to the wrong people cannot be unread. */
export function askForward(
  view: ChatView,
  message: MessageView,
  item: PickerItem & { kind: "room" | "person" },
): Step {
  const { person } = item
  const to = person?.id ?? "#everyone"
  const { symbols } = view.theme
  const whom = person === undefined ? item.title : nameWithMark(person, symbols)
  const overlay: Overlay = {
    kind: "page",
    title: say`Forward this message?`,
    offset: 0,
    about: message,
    lines: [
      [span(say`"${quotedWords(message, symbols)}"`, "strong")],
      [span(say``)],
      [span(say`To ${whom}.`)],
      ...(message.own
        ? []
        : [
            [
              span(
                say`It says that it is from ${safeName(message.from.name)}; whoever reads it has only your word for that.`,
                "faint" as const,
              ),
            ],
          ]),
      [span(say``)],
    ],
    choices: [LEAVE, { key: "f", label: say`forward it`, does: forwardEffect(view, message, to, say``) }],
  }
  return still({ ...view, overlay, toast: undefined })
}
