/**
 * One message of the room is chosen: the arrows choose another, a letter or Enter's list says what is done with it. Only
 * what can be done with this one is offered. Which keys those are is in `key-places.ts`.
 */
import type { MessageView } from "../client/events.ts"
import { insert } from "./composer-state.ts"
import { startForward } from "./forwarding.ts"
import { openHelp } from "./help-panel.ts"
import type { Key } from "./key-decoder.ts"
import { labelIfAny, pressedName, type KeyMap } from "./key-map.ts"
import type { MessageDeed } from "./key-places.ts"
import { linksIn } from "./message-text.ts"
import { nameOfRow } from "./key-table.ts"
import { whyNot } from "./remark-acts.ts"
import { answer, change, choose, copy, messagesOf, open, remove } from "./remark-keys.ts"
import { quotedWords } from "./remark-words.ts"
import { joinSafe, say, type SafeText } from "./safe-text.ts"
import { AT_END, visibleRows } from "./scroll.ts"
import { effect, told, withComposer } from "./steps.ts"
import { nameWithMark, span } from "./theme.ts"
import { still, type ChatView, type PageChoice, type Step } from "./view.ts"
import { viewportOf } from "./visible.ts"

/** Messages that `message-up-more` goes past. */
const SOME = 5

/** In the order in which they are offered; the words after a key, and alone in a list. */
const DEEDS: readonly { deed: MessageDeed; short: SafeText; label: SafeText }[] = [
  { deed: "message-reply", short: say`answer`, label: say`answer it` },
  { deed: "message-edit", short: say`change`, label: say`change it` },
  { deed: "message-delete", short: say`delete`, label: say`delete it` },
  { deed: "message-react", short: say`react`, label: say`react to it` },
  { deed: "message-copy", short: say`copy`, label: say`copy it` },
  { deed: "message-open", short: say`open`, label: say`open its link` },
  { deed: "message-who", short: say`who has it`, label: say`who has it` },
  { deed: "message-verify", short: say`verify`, label: say`verify who wrote it` },
  { deed: "message-forward", short: say`forward`, label: say`forward it` },
]

export function startPicking(view: ChatView): ChatView {
  const shown = new Set(
    visibleRows(viewportOf(view), view.scroll).map(({ key }) => key.slice(0, key.lastIndexOf(" "))),
  )
  const all = messagesOf(view)
  const newest = all.findLast(({ id }) => shown.has(id)) ?? all.at(-1)
  return newest === undefined
    ? told(view, say`There is no message here.`)
    : { ...view, picked: newest.id, focus: undefined, toast: undefined, completion: undefined }
}

function canBeDone(message: MessageView, deed: MessageDeed): boolean {
  switch (deed) {
    case "message-reply":
      return whyNot("reply", message) === undefined
    case "message-edit":
      return whyNot("edit", message) === undefined
    case "message-delete":
      return whyNot("delete", message) === undefined
    case "message-react":
      return whyNot("react", message) === undefined
    case "message-forward":
      return whyNot("forward", message) === undefined
    case "message-copy":
      return !message.deleted
    case "message-open":
      return !message.deleted && linksIn(message.text).length > 0
    case "message-who":
      return message.own
    case "message-verify":
      return !message.own
  }
}

function pickedMessage(view: ChatView): MessageView | undefined {
  return messagesOf(view).find(({ id }) => id === view.picked)
}

/**
 * Whoever begins a command, or a line for somebody, writes: the `r` of `@ravi` would begin an answer here, and what was
 * for one person would be said in the room.
 */
const BEGINS_LINE = /^[/@#]/u

/** Undefined for a key that means nothing here: it is the chat's, where text is written. */
export function onPickKey(view: ChatView, picked: string, key: Key): Step | undefined {
  const all = messagesOf(view)
  const at = all.findIndex(({ id }) => id === picked)
  const left: ChatView = { ...view, picked: undefined }
  if (at < 0) return still(left)
  const act = view.keys.message.get(pressedName(key))
  switch (act) {
    case undefined:
      if (key.kind === "chord" || (key.kind === "text" && BEGINS_LINE.test(key.text))) return undefined
      return key.kind === "text" ? inOne(view, key.text) : still(view)
    case "message-up":
      return pick(view, all, at - 1)
    case "message-up-more":
      return pick(view, all, at === 0 ? -1 : Math.max(0, at - SOME))
    case "message-down":
      return at + 1 < all.length ? pick(view, all, at + 1) : still({ ...left, scroll: AT_END })
    case "message-down-more":
      return pick(view, all, Math.min(all.length - 1, at + SOME))
    case "message-oldest":
      return pick(view, all, 0)
    case "message-newest":
      return pick(view, all, all.length - 1)
    case "message-menu":
      return still(menu(view, all[at]!))
    case "message-leave":
      return still(left)
    case "message-help":
      return openHelp(view, "message")
    default:
      return doDeed(view, act)
  }
}

/** A slow line hands over the letter and the words behind it in one: of an answer and a change they are its text. */
function inOne(view: ChatView, typed: string): Step {
  const letter = String.fromCodePoint(typed.codePointAt(0)!)
  const act = view.keys.message.get(letter.toLowerCase())
  const isWritten = act === "message-reply" || act === "message-edit"
  if (!isWritten || letter === typed) return still(view)
  const { view: next, effects } = doDeed(view, act)
  if (next.about === undefined) return { view: next, effects }
  return { view: withComposer(next, insert(next.composer, typed.slice(letter.length))), effects }
}

/** With the message that is chosen, which is then chosen no more. */
export function doDeed(view: ChatView, deed: MessageDeed): Step {
  const message = pickedMessage(view)
  const left: ChatView = { ...view, picked: undefined }
  if (message === undefined) return still(left)
  switch (deed) {
    case "message-reply":
      return answer(left, message)
    case "message-edit":
      return change(left, message)
    case "message-delete":
      return remove(left, message)
    case "message-react":
      return choose(left, message)
    case "message-copy":
      return copy(left, message)
    case "message-open":
      return open(left, linksIn(message.text)[0])
    case "message-who":
      return whoHas(left, message)
    case "message-verify":
      if (message.own) return still(told(left, say`This is your own message.`))
      return effect(left, { kind: "verify", name: message.from.id, how: undefined })
    case "message-forward":
      return startForward(left, message)
  }
}

/** What can be done with it, as a list. */
function menu(view: ChatView, message: MessageView): ChatView {
  const { symbols } = view.theme
  const who = message.own ? say`you` : nameWithMark(message.from, symbols)
  const choices = DEEDS.filter(({ deed }) => canBeDone(message, deed)).map(({ deed, label }): PageChoice => {
    return { key: letterOf(view.keys, deed), label, does: { kind: "deed", deed } }
  })
  const lines = [[span(say`${who}: "${quotedWords(message, symbols)}"`, "strong" as const)], [span(say``)]]
  const title = say`What to do with this message`
  return { ...view, toast: undefined, overlay: { kind: "page", title, lines, offset: 0, choices } }
}

/** The key of the table as it is pressed; empty for a deed without one. */
function letterOf(keys: KeyMap, deed: MessageDeed): string {
  return keys.rows.find((row) => nameOfRow(row) === deed)?.chords[0] ?? ""
}

/** The chosen message is always on the screen. @param at below 0: older ones are asked for. */
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

function whoHas(view: ChatView, message: MessageView): Step {
  if (!message.own || view.roomId === undefined)
    return still(told(view, say`Only of your own messages it is known who has them.`))
  const own = messagesOf(view).filter((each) => each.own)
  const back = own.length - own.findIndex(({ id }) => id === message.id)
  return effect(view, { kind: "receipts", roomId: view.roomId, back })
}

/** What can be done with the chosen message, and by which key. */
export function pickHint(view: ChatView): SafeText {
  const { keys, theme } = view
  const message = pickedMessage(view)
  const deeds = DEEDS.filter(({ deed }) => message !== undefined && canBeDone(message, deed))
  const parts = deeds.flatMap(({ deed, short }) => {
    const key = labelIfAny(keys, deed)
    return key === undefined ? [] : [say`${key} ${short}`]
  })
  return joinSafe(parts, say` ${theme.symbols.dot} `)
}
