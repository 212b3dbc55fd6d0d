/**
 * Messages on the screen, one chosen: `↑` and `↓` choose, a letter says what is done with it. And what is being written
 * because of one: an answer, or its new words.
 */
import type { MessageView } from "../client/events.ts"
import { setDraft } from "./composer-state.ts"
import type { Key } from "./key-decoder.ts"
import { linksIn } from "./message-text.ts"
import { forwardEffect, startForward } from "./forwarding.ts"
import { isOn, meantMessage, openable, whyNot } from "./remark-acts.ts"
import type { RemarkCommand } from "./remark-commands.ts"
import { quotedWords } from "./remark-words.ts"
import { joinSafe, safeBlock, safeLine, say, type SafeText } from "./safe-text.ts"
import { AT_END, visibleRows } from "./scroll.ts"
import { nameWithMark, span, type Symbols } from "./theme.ts"
import { nameOf } from "./verification-keys.ts"
import { still, type ChatView, type Effect, type Overlay, type Step } from "./view.ts"
import { viewportOf } from "./visible.ts"

/** One key each; what a terminal without pictures can show stands in ASCII. */
const REACTIONS = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👎"]
const WORDS = [":yes:", ":love:", ":laugh:", ":hooray:", ":oh:", ":sad:", ":thanks:", ":no:"]

/** Messages that can be chosen, oldest first. */
function messagesOf({ lines }: ChatView): readonly MessageView[] {
  return lines.flatMap((line) => (line.kind === "message" ? [line.message] : []))
}

export function startPicking(view: ChatView): ChatView {
  const shown = new Set(
    visibleRows(viewportOf(view), view.scroll).map(({ key }) => key.slice(0, key.lastIndexOf(" "))),
  )
  const all = messagesOf(view)
  const newest = all.findLast(({ id }) => shown.has(id)) ?? all.at(-1)
  return newest === undefined
    ? told(view, say`There is no message here.`)
    : { ...view, picked: newest.id, toast: undefined, completion: undefined }
}

export function onPickKey(view: ChatView, picked: string, key: Key): Step {
  if (key.kind === "paste") return still(view)
  const all = messagesOf(view)
  const at = all.findIndex(({ id }) => id === picked)
  const message = all[at]
  const left: ChatView = { ...view, picked: undefined }
  if (message === undefined) return still(left)
  switch (nameOf(key)) {
    case "up":
    case "k":
      return pick(view, all, at - 1)
    case "down":
    case "j":
      return at + 1 < all.length ? pick(view, all, at + 1) : still({ ...left, scroll: AT_END })
    case "home":
      return pick(view, all, 0)
    case "end":
      return pick(view, all, all.length - 1)
    case "r":
    case "enter":
      return answer(left, message)
    case "e":
      return change(left, message)
    case "d":
      return remove(left, message)
    case "+":
      return choose(left, message)
    case "y":
      return copy(left, message)
    case "f":
      return startForward(left, message)
    case "o":
      return open(left, linksIn(message.text)[0])
    case "i":
      return whoHas(left, all, message)
    case "v":
      if (message.own) return still(told(left, say`This is your own message.`))
      return effect(left, { kind: "verify", name: message.from.id, how: undefined })
    case "esc":
    case "q":
    case "ctrl+c":
    case "alt+j":
      return still(left)
    default:
      return still(view)
  }
}

/** The chosen message is always on the screen. */
function pick(view: ChatView, all: readonly MessageView[], at: number): Step {
  const message = all[Math.max(0, at)]!
  const next: ChatView = { ...view, picked: message.id }
  const isShown = visibleRows(viewportOf(next), next.scroll).some(({ key }) =>
    key.startsWith(`${message.id} `),
  )
  const isLast = message.id === all.at(-1)?.id
  const scroll = isShown ? next.scroll : ({ kind: "at", key: message.id, row: 0 } as const)
  const moved = { ...next, scroll: isLast ? AT_END : scroll }
  const oldest = view.lines[0]
  if (at >= 0 || view.complete || oldest === undefined || view.roomId === undefined) return still(moved)
  return effect(moved, { kind: "load-older", roomId: view.roomId, before: oldest.order })
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

function answer(view: ChatView, message: MessageView): Step {
  const why = whyNot("reply", message)
  if (why !== undefined) return still(told(view, why, "warning"))
  return still({ ...view, about: { kind: "reply", message }, scroll: AT_END })
}

function change(view: ChatView, message: MessageView): Step {
  const why = whyNot("edit", message)
  if (why !== undefined) return still(told(view, why, "warning"))
  const composer = setDraft(view.composer, safeBlock(message.text))
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
function remove(view: ChatView, message: MessageView): Step {
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
      [span(say`D deletes it, Esc does not.`, "accent")],
    ],
    choices: [{ key: "d", effect: { kind: "remark", roomId, wish } }],
  }
  return still({ ...view, overlay, toast: undefined })
}

function choose(view: ChatView, message: MessageView): Step {
  const { roomId, theme } = view
  const why = whyNot("react", message)
  if (why !== undefined || roomId === undefined)
    return still(told(view, why ?? say`No room is open.`, "warning"))
  const reactions = theme.ascii ? WORDS : REACTIONS
  const overlay: Overlay = {
    kind: "page",
    title: say`React`,
    offset: 0,
    lines: [
      ...reactions.map((reaction, at) => [
        span(say`${at + 1} ${safeLine(reaction)}`, isOn(message, reaction) ? "strong" : "plain"),
      ]),
      [span(say``)],
      [span(say`A number puts it there, or takes it away. Any other: type : and its name.`, "faint")],
    ],
    lead: {
      letter: ":",
      overlay: { kind: "picker", source: "react", query: say``, index: 0, message },
    },
    choices: reactions.map((reaction, at) => ({
      key: String(at + 1),
      effect: { kind: "remark", roomId, wish: { do: "react", message, reaction } },
    })),
  }
  return still({ ...view, overlay, toast: undefined })
}

function copy(view: ChatView, message: MessageView): Step {
  const { roomId } = view
  if (roomId === undefined || message.deleted)
    return still(told(view, say`This message was deleted.`, "warning"))
  return effect(view, { kind: "remark", roomId, wish: { do: "copy", text: message.text } })
}

/** The whole address stands there before anything is opened. */
function open(view: ChatView, link: string | undefined): Step {
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
    lines: [
      ...lines,
      [span(say`Whoever runs it, and the network, learn that you open it.`)],
      [span(say``)],
      [span(say`O opens it in your browser, Esc does not.`, "accent")],
    ],
    choices: [{ key: "o", effect: { kind: "remark", roomId, wish } }],
  }
  return still({ ...view, overlay, toast: undefined })
}

function whoHas(view: ChatView, all: readonly MessageView[], message: MessageView): Step {
  if (!message.own || view.roomId === undefined)
    return still(told(view, say`Only of your own messages it is known who has them.`))
  const own = all.filter((each) => each.own)
  const back = own.length - own.findIndex(({ id }) => id === message.id)
  return effect(view, { kind: "receipts", roomId: view.roomId, back })
}

/** Above the line where one writes. */
export function aboutWords({ kind, message }: NonNullable<ChatView["about"]>, symbols: Symbols): SafeText {
  const text = quotedWords(message, symbols)
  if (kind === "edit") return say`Changing "${text}" ${symbols.dot} Enter saves ${symbols.dot} Esc leaves it`
  const who = message.own ? say`you` : nameWithMark(message.from, symbols)
  return say`${symbols.corner} re ${who}: ${text} ${symbols.dot} Esc cancels`
}

/** Which letters do what while a message is chosen. */
export function pickHint({ theme: { symbols } }: ChatView): SafeText {
  const parts = [
    say`R answer`,
    say`E change`,
    say`D delete`,
    say`+ react`,
    say`Y copy`,
    say`O open`,
    say`I who has it`,
    say`V verify`,
    say`F forward`,
    say`Esc back`,
  ]
  return joinSafe(parts, say` ${symbols.dot} `)
}

function told(view: ChatView, text: SafeText, tone: "plain" | "warning" = "plain"): ChatView {
  return { ...view, toast: { text, tone } }
}

function effect(view: ChatView, one: Effect): Step {
  return { view, effects: [one] }
}
