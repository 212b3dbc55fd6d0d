/** Messages answered, changed, taken back, reacted to, copied, opened: by a command, or by a key with one chosen. */
import type { MessageView } from "../client/events.ts"
import { asTyped } from "./addressing.ts"
import { LEAVE } from "./choosing.ts"
import { setDraft } from "./composer-state.ts"
import { linksIn } from "./message-text.ts"
import { forwardEffect } from "./forwarding.ts"
import { isOn, meantMessage, openable, whyNot } from "./remark-acts.ts"
import type { RemarkCommand } from "./remark-commands.ts"
import { quotedWords } from "./remark-words.ts"
import { safeBlock, safeLine, say, type SafeText } from "./safe-text.ts"
import { AT_END } from "./scroll.ts"
import { effect, told } from "./steps.ts"
import { nameWithMark, span, type Symbols } from "./theme.ts"
import { still, type ChatView, type Overlay, type PageChoice, type Step } from "./view.ts"

/** Not the letter that asked: held or pressed twice, that one would also answer. */
const AGREE = "y"
/** One key each; what a terminal without pictures can show stands in ASCII. */
const REACTIONS = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👎"]
const WORDS = [":yes:", ":love:", ":laugh:", ":hooray:", ":oh:", ":sad:", ":thanks:", ":no:"]

/** Messages that can be chosen, oldest first. */
export function messagesOf({ lines }: ChatView): readonly MessageView[] {
  return lines.flatMap((line) => (line.kind === "message" ? [line.message] : []))
}

/** What a line of a command about messages does. @param before the view with the draft still in it. */
export function runRemark(view: ChatView, command: RemarkCommand, before: ChatView): Step {
  const { roomId } = view
  if (roomId === undefined) return still(told(before, say`No room is open.`, "warning"))
  const all = messagesOf(view)
  if (command.kind === "open" && command.number !== undefined) {
    const place = command.link === undefined ? view.cache.links.placeOf(command.number) : undefined
    const message = place && all.find(({ id }) => id === place.id)
    return open(view, message && linksIn(message.text)[place.index])
  }
  const message = command.number === undefined ? meantMessage(all, command.kind) : all.at(-command.number)
  const why = whyNot(command.kind, message)
  if (why !== undefined || message === undefined) return still(told(before, why ?? say``, "warning"))
  switch (command.kind) {
    case "reply":
      return effect(
        { ...view, scroll: AT_END, unreadFrom: undefined },
        { kind: "send", roomId, text: command.text, typed: before.composer.text, replyTo: message },
      )
    case "edit":
      return command.text === undefined
        ? change(view, message)
        : effect(view, { kind: "remark", roomId, wish: { do: "edit", message, text: command.text } })
    case "delete":
      return remove(view, message)
    case "react":
      return effect(view, {
        kind: "remark",
        roomId,
        wish: { do: "react", message, reaction: command.reaction },
      })
    case "copy":
      return copy(view, message)
    case "forward":
      return effect(view, forwardEffect(view, message, command.to, before.composer.text))
    case "open":
      return open(view, linksIn(message.text)[0])
  }
}

export function answer(view: ChatView, message: MessageView): Step {
  const why = whyNot("reply", message)
  if (why !== undefined) return still(told(view, why, "warning"))
  return still({ ...view, about: { kind: "reply", message }, scroll: AT_END })
}

export function change(view: ChatView, message: MessageView): Step {
  const why = whyNot("edit", message)
  if (why !== undefined) return still(told(view, why, "warning"))
  const composer = setDraft(view.composer, asTyped(safeBlock(message.text)))
  return still({ ...view, composer, completion: undefined, about: { kind: "edit", message } })
}

/** `↑` where nothing is written changes what was said last, unless something else was written since. */
export function mayEditLast({ composer, about, lines }: ChatView): boolean {
  if (composer.text !== "" || composer.recalled !== undefined || about !== undefined) return false
  const last = lines.findLast((line) => line.kind === "message" && line.message.own)
  const message = last?.kind === "message" ? meantMessage([last.message], "edit") : undefined
  const written = composer.history.at(-1)
  return message !== undefined && (written === undefined || written === safeBlock(message.text))
}

export function editLast(view: ChatView): ChatView {
  return change(view, meantMessage(messagesOf(view), "edit")!).view
}

/** The draft of an answer stays; that of a change goes. */
export function endAbout(view: ChatView): ChatView {
  const composer = view.about?.kind === "edit" ? setDraft(view.composer, "") : view.composer
  return { ...view, about: undefined, composer, completion: undefined }
}

export function saveEdit(view: ChatView, roomId: string, message: MessageView, text: string): Step {
  const done: ChatView = { ...view, about: undefined }
  if (text === message.text) return still(done)
  return effect(done, { kind: "remark", roomId, wish: { do: "edit", message, text } })
}

/** Asks once. */
export function remove(view: ChatView, message: MessageView): Step {
  const why = whyNot("delete", message)
  const { roomId } = view
  if (why !== undefined || roomId === undefined)
    return still(told(view, why ?? say`No room is open.`, "warning"))
  const wish = { do: "delete", message } as const
  const overlay: Overlay = {
    kind: "page",
    title: say`Delete this message?`,
    offset: 0,
    about: message,
    lines: [
      [span(say`"${quotedWords(message, view.theme.symbols)}"`, "strong")],
      [span(say``)],
      [
        span(
          say`It goes from this computer, and from those of all who read it with an honest program. Somebody may have kept it all the same.`,
        ),
      ],
      [span(say``)],
    ],
    choices: [LEAVE, { key: AGREE, label: say`delete it`, does: { kind: "remark", roomId, wish } }],
  }
  return still({ ...view, overlay, toast: undefined })
}

export function choose(view: ChatView, message: MessageView): Step {
  const { roomId, theme } = view
  const why = whyNot("react", message)
  if (why !== undefined || roomId === undefined)
    return still(told(view, why ?? say`No room is open.`, "warning"))
  const reactions = theme.ascii ? WORDS : REACTIONS
  const overlay: Overlay = {
    kind: "page",
    title: say`React`,
    offset: 0,
    lines: [[span(say`What is there already is taken away. Any other: type : and its name.`, "faint")]],
    choices: [
      ...reactions.map((reaction, at): PageChoice => ({
        key: String(at + 1),
        label: isOn(message, reaction) ? say`${safeLine(reaction)} take it away` : safeLine(reaction),
        does: { kind: "remark", roomId, wish: { do: "react", message, reaction } },
      })),
      {
        key: ":",
        label: say`another, by its name`,
        does: {
          kind: "next",
          overlay: { kind: "picker", source: "react", query: say``, index: 0, message },
        },
      },
    ],
  }
  return still({ ...view, overlay, toast: undefined })
}

export function copy(view: ChatView, message: MessageView): Step {
  const { roomId } = view
  if (roomId === undefined || message.deleted)
    return still(told(view, say`This message was deleted.`, "warning"))
  return effect(view, { kind: "remark", roomId, wish: { do: "copy", text: message.text } })
}

/** The whole address stands there before anything is opened. */
export function open(view: ChatView, link: string | undefined): Step {
  const { roomId } = view
  if (link === undefined || roomId === undefined)
    return still(told(view, say`There is no such link here.`, "warning"))
  const address = openable(link)
  const lines = [[span(safeLine(address ?? link), "strong")], [span(say``)]]
  if (address === undefined) {
    const overlay: Overlay = {
      kind: "page",
      title: say`Not opened`,
      offset: 0,
      lines: [
        ...lines,
        [span(say`Only addresses that start with http or https, and name no password, are opened.`)],
      ],
    }
    return still({ ...view, overlay })
  }
  const wish = { do: "open", address } as const
  const overlay: Overlay = {
    kind: "page",
    title: say`Open this address?`,
    offset: 0,
    lines: [...lines, [span(say`Whoever runs it, and the network, learn that you open it.`)], [span(say``)]],
    choices: [
      LEAVE,
      { key: AGREE, label: say`open it in your browser`, does: { kind: "remark", roomId, wish } },
    ],
  }
  return still({ ...view, overlay, toast: undefined })
}

/** Above the line where one writes. */
export function aboutWords({ kind, message }: NonNullable<ChatView["about"]>, symbols: Symbols): SafeText {
  const text = quotedWords(message, symbols)
  if (kind === "edit") return say`Changing "${text}" ${symbols.dot} Enter saves ${symbols.dot} Esc leaves it`
  const who = message.own ? say`you` : nameWithMark(message.from, symbols)
  return say`${symbols.corner} re ${who}: ${text} ${symbols.dot} Esc cancels`
}
