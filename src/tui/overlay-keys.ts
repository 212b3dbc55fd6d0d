/** Keys while something lies over the chat: a page, the list to choose from, the verification panel. */
import { answerOf, textHeight, walked } from "./choosing.ts"
import { setDraft } from "./composer-state.ts"
import { askForward } from "./forwarding.ts"
import { onHelpKey, openHelp } from "./help-panel.ts"
import type { Key } from "./key-decoder.ts"
import { actionOf, panelActOf } from "./key-map.ts"
import { doDeed } from "./message-mode.ts"
import { pageLines, type Page } from "./pages.ts"
import { pickerItems, type PickerItem } from "./picker.ts"
import { safeTyped, say, sliceSafe } from "./safe-text.ts"
import { onSearchKey } from "./search-panel.ts"
import { clustersOf } from "./text-width.ts"
import { onDigits, onReadCode, onVerification, onVerifyHow } from "./verification-keys.ts"
import { still, type ChatView, type Overlay, type PageChoice, type Step } from "./view.ts"

type Picker = Overlay & { kind: "picker" }

export function onOverlayKey(view: ChatView, overlay: Overlay, key: Key): Step {
  const meant = key.kind === "chord" ? actionOf(view.keys, key.chord, true)?.kind : undefined
  if (meant === "redraw" || meant === "suspend") return { view, effects: [{ kind: meant }] }
  const isTyping = overlay.kind === "picker" || overlay.kind === "search" || overlay.kind === "read-code"
  if (overlay.kind !== "help" && panelActOf(view.keys, key, isTyping) === "panel-help")
    return openHelp(view, "panel")
  switch (overlay.kind) {
    case "help":
      return onHelpKey(view, overlay, key)
    case "page": {
      const answer = answerOf(view, overlay, key)
      return answer === undefined ? still(onPage(view, overlay, key)) : give(view, answer, key)
    }
    case "who":
      return still(onPage(view, overlay, key))
    case "receipts":
      return onReceipts(view, overlay, key)
    case "picker":
      return onPicker(view, overlay, key)
    case "search":
      return onSearchKey(view, overlay, key)
    case "verify":
      return onDigits(view, overlay, key)
    case "verify-how":
      return onVerifyHow(view, overlay, key)
    case "verification":
      return onVerification(view, overlay, key)
    case "read-code":
      return onReadCode(view, overlay, key)
  }
}

function give(view: ChatView, { key: letter, does }: PageChoice, key: Key): Step {
  if (does.kind === "next") {
    const next = { ...view, overlay: does.overlay }
    const typed = key.kind === "text" && key.text.startsWith(letter) ? key.text.slice(letter.length) : ""
    return typed === "" ? still(next) : onOverlayKey(next, does.overlay, { kind: "text", text: typed })
  }
  if (does.kind === "leave") return still(closed(view))
  if (does.kind === "deed") return doDeed(closed(view), does.deed)
  return { view: { ...closed(view), picked: undefined }, effects: [does] }
}

function closed(view: ChatView): ChatView {
  return { ...view, overlay: undefined }
}

function onPage(view: ChatView, overlay: Page, key: Key): ChatView {
  const act = panelActOf(view.keys, key)
  const next = overlay.kind === "page" ? walked(overlay, act) : undefined
  if (next !== undefined) return { ...view, overlay: next }
  const height = textHeight(view, overlay)
  const most = Math.max(0, pageLines(view, overlay).length - height)
  const to = (offset: number): ChatView => ({
    ...view,
    overlay: { ...overlay, offset: Math.max(0, Math.min(most, offset)) },
  })
  switch (act) {
    case "panel-close":
    case "panel-choose":
      return closed(view)
    case "panel-up":
      return to(overlay.offset - 1)
    case "panel-down":
      return to(overlay.offset + 1)
    case "panel-page-up":
      return to(overlay.offset - height)
    case "panel-page-down":
      return to(overlay.offset + height)
    case "panel-first":
      return to(0)
    case "panel-last":
      return to(most)
    default:
      return view
  }
}

/** Left and right go on to the message before and after; the rest is as on every page. */
function onReceipts(view: ChatView, overlay: Overlay & { kind: "receipts" }, key: Key): Step {
  const { roomId, back } = overlay
  const act = panelActOf(view.keys, key)
  if (act === "panel-left") return { view, effects: [{ kind: "receipts", roomId, back: back + 1 }] }
  if (act === "panel-right")
    return back === 1 ? still(view) : { view, effects: [{ kind: "receipts", roomId, back: back - 1 }] }
  if (key.kind === "chord" && actionOf(view.keys, key.chord, true)?.kind === "receipts")
    return still(closed(view))
  return still(onPage(view, overlay, key))
}

function onPicker(view: ChatView, overlay: Picker, key: Key): Step {
  const items = pickerItems(view, overlay)
  const put = (change: Partial<Picker>): Step => still({ ...view, overlay: { ...overlay, ...change } })
  if (key.kind === "text" && key.text === "?" && overlay.query === "") return openHelp(view, "panel")
  if (key.kind === "text") return put({ query: say`${overlay.query}${safeTyped(key.text)}`, index: 0 })
  const last = Math.max(0, items.length - 1)
  const index = Math.min(overlay.index, last)
  switch (panelActOf(view.keys, key, true)) {
    case "panel-close":
      return still(closed(view))
    case "panel-up":
      return put({ index: index === 0 ? last : index - 1 })
    case "panel-down":
      return put({ index: index === last ? 0 : index + 1 })
    case "panel-first":
    case "panel-page-up":
      return put({ index: 0 })
    case "panel-last":
    case "panel-page-down":
      return put({ index: last })
    case "panel-erase": {
      const letter = clustersOf(overlay.query).at(-1)
      return letter === undefined
        ? still(closed(view))
        : put({ query: sliceSafe(overlay.query, 0, -letter.length), index: 0 })
    }
    case "panel-clear":
      return put({ query: say``, index: 0 })
    case "panel-verify": {
      const item = items[index]
      const person = item?.kind === "text" ? undefined : item?.person
      return person === undefined
        ? still(view)
        : { view, effects: [{ kind: "verify", name: person.id, how: undefined }] }
    }
    case "panel-choose":
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
