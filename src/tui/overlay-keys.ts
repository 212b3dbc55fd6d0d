/** Keys while something lies over the chat: a page, the list to choose from, the verification panel. */
import type { PersonView } from "../client/events.ts"
import { setDraft } from "./composer-state.ts"
import type { KeyAction } from "./key-actions.ts"
import type { Key } from "./key-decoder.ts"
import { actionOf } from "./key-map.ts"
import { pageHeight, pageLines, type Page } from "./pages.ts"
import { askForward } from "./forwarding.ts"
import { pickerItems, type PickerItem } from "./picker.ts"
import { safeTyped, say, sliceSafe } from "./safe-text.ts"
import { onSearchKey } from "./search-panel.ts"
import { clustersOf } from "./text-width.ts"
import { nameOf, onReadCode, onVerification, onVerifyHow } from "./verification-keys.ts"
import { still, type ChatView, type Overlay, type Step } from "./view.ts"

type Picker = Overlay & { kind: "picker" }
type Choices = NonNullable<(Overlay & { kind: "page" })["choices"]>

export function onOverlayKey(view: ChatView, overlay: Overlay, key: Key): Step {
  if (key.kind === "chord" && key.chord === "ctrl+c")
    return overlay.kind === "search"
      ? onSearchKey(view, overlay, { kind: "chord", chord: "esc" })
      : still(closed(view))
  if (key.kind === "chord" && actionOf(view.keys, key.chord, true)?.kind === "redraw")
    return { view, effects: [{ kind: "redraw" }] }
  switch (overlay.kind) {
    case "page":
      if (overlay.choices !== undefined) return onChoice(view, overlay, overlay.choices, key)
      if (overlay.decide !== undefined) return onDecision(view, overlay, overlay.decide, key)
      return still(onPage(view, overlay, key))
    case "help":
    case "who":
      return still(onPage(view, overlay, key))
    case "receipts":
      return onReceipts(view, overlay, key)
    case "picker":
      return onPicker(view, overlay, key)
    case "search":
      return onSearchKey(view, overlay, key)
    case "verify":
      return onVerify(view, overlay, key)
    case "verify-how":
      return onVerifyHow(view, overlay, key)
    case "verification":
      return onVerification(view, overlay, key)
    case "read-code":
      return onReadCode(view, overlay, key)
  }
}

/** Only a key answers, never a paste. */
function onChoice(view: ChatView, overlay: Page & { kind: "page" }, choices: Choices, key: Key): Step {
  const chosen = key.kind === "paste" ? undefined : choices.find((each) => each.key === nameOf(key))
  if (chosen) return { view: closed(view), effects: [chosen.effect] }
  const { lead } = overlay
  if (lead !== undefined && key.kind === "text" && key.text.startsWith(lead.letter)) {
    const text = key.text.slice(lead.letter.length)
    const next = { ...view, overlay: lead.overlay }
    return text === "" ? still(next) : onOverlayKey(next, lead.overlay, { kind: "text", text })
  }
  return still(onPage(view, overlay, key))
}

function closed(view: ChatView): ChatView {
  return { ...view, overlay: undefined }
}

function onPage(view: ChatView, overlay: Page, key: Key): ChatView {
  const name = nameOf(key)
  const height = pageHeight(view)
  const most = Math.max(0, pageLines(view, overlay).length - height)
  const to = (offset: number): ChatView => ({
    ...view,
    overlay: { ...overlay, offset: Math.max(0, Math.min(most, offset)) },
  })
  switch (name) {
    case "esc":
    case "enter":
    case "q":
    case "f1":
      return closed(view)
    case "?":
      return overlay.kind === "help" ? closed(view) : { ...view, overlay: { kind: "help", offset: 0 } }
    case "up":
      return to(overlay.offset - 1)
    case "down":
      return to(overlay.offset + 1)
    case "pageup":
      return to(overlay.offset - height)
    case "pagedown":
    case " ":
      return to(overlay.offset + height)
    case "home":
      return to(0)
    case "end":
      return to(most)
    default:
      return view
  }
}

/** Left and right go on to the message before and after; the rest is as on every page. */
function onReceipts(view: ChatView, overlay: Overlay & { kind: "receipts" }, key: Key): Step {
  const { roomId, back } = overlay
  switch (nameOf(key)) {
    case "left":
      return { view, effects: [{ kind: "receipts", roomId, back: back + 1 }] }
    case "right":
      return back === 1 ? still(view) : { view, effects: [{ kind: "receipts", roomId, back: back - 1 }] }
    case "f6":
      return still(closed(view))
    default:
      return still(onPage(view, overlay, key))
  }
}

function onPicker(view: ChatView, overlay: Picker, key: Key): Step {
  const items = pickerItems(view, overlay)
  const put = (change: Partial<Picker>): Step => still({ ...view, overlay: { ...overlay, ...change } })
  if (key.kind === "text" && key.text === "?" && overlay.query === "")
    return still({ ...view, overlay: { kind: "help", offset: 0 } })
  if (key.kind === "text") return put({ query: say`${overlay.query}${safeTyped(key.text)}`, index: 0 })
  if (key.kind !== "chord") return still(view)
  const index = Math.min(overlay.index, Math.max(0, items.length - 1))
  switch (key.chord) {
    case "esc":
      return still(closed(view))
    case "f1":
      return still({ ...view, overlay: { kind: "help", offset: 0 } })
    case "up":
    case "ctrl+p":
    case "shift+tab":
      return put({ index: items.length === 0 ? 0 : (index - 1 + items.length) % items.length })
    case "down":
    case "ctrl+n":
    case "tab":
      return put({ index: items.length === 0 ? 0 : (index + 1) % items.length })
    case "backspace": {
      const last = clustersOf(overlay.query).at(-1)
      return last === undefined
        ? still(closed(view))
        : put({ query: sliceSafe(overlay.query, 0, -last.length), index: 0 })
    }
    case "ctrl+u":
      return put({ query: say``, index: 0 })
    case "f5": {
      const item = items[index]
      const person = item?.kind === "text" ? undefined : item?.person
      return person === undefined
        ? still(view)
        : { view, effects: [{ kind: "verify", name: person.id, how: undefined }] }
    }
    case "enter":
      return choose(view, overlay, items[index])
    default:
      return still(view)
  }
}

/** A command or an earlier text goes into the line that is written; Enter there does the rest. */
function choose(view: ChatView, { message, source }: Picker, item: PickerItem | undefined): Step {
  if (source === "react" && message !== undefined && item?.kind === "text") {
    const { roomId } = view
    if (roomId === undefined) return still(closed(view))
    const wish = { do: "react", message, reaction: item.text } as const
    return { view: closed(view), effects: [{ kind: "remark", roomId, wish }] }
  }
  if (message !== undefined && item !== undefined && item.kind !== "text")
    return askForward(view, message, item)
  switch (item?.kind) {
    case undefined:
      return still(view)
    case "text":
      return still({ ...closed(view), composer: setDraft(view.composer, item.text), completion: undefined })
    case "room":
      return { view: closed(view), effects: [{ kind: "open-room", roomId: item.roomId }] }
    case "person":
      return { view: closed(view), effects: [{ kind: "go", to: item.person.id }] }
  }
}

/** Only a key answers, and only the three letters that the page names. */
function onDecision(view: ChatView, overlay: Page, person: PersonView, key: Key): Step {
  const act = (action: KeyAction): Step => ({
    view: closed(view),
    effects: [{ kind: "keys", action, name: person.id, peer: undefined }],
  })
  switch (nameOf(key)) {
    case "v":
      return { view, effects: [{ kind: "verify", name: person.id, how: undefined }] }
    case "l":
      return act("later")
    case "b":
      return act("block")
    default:
      return still(onPage(view, overlay, key))
  }
}

/** Only a key answers, never a paste, and only the two letters that the question names. */
function onVerify(view: ChatView, overlay: Overlay & { kind: "verify" }, key: Key): Step {
  const name = nameOf(key)
  if (overlay.step !== "compare") {
    return still(name === "esc" || name === "enter" || name === " " ? closed(view) : view)
  }
  if (name === "esc") return still(closed(view))
  if (name === "y") return answer(view, overlay.person, overlay.number, true)
  if (name === "n") return answer(view, overlay.person, overlay.number, false)
  return still(view)
}

function answer(view: ChatView, person: PersonView, number: string, match: boolean): Step {
  return { view, effects: [{ kind: "answer-verify", person, number, match }] }
}
