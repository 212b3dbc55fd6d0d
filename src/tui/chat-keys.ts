/** What a key does on the chat screen: the key table says what is meant, the view says where it applies. */
import { composerWidth } from "./below-rows.ts"
import { receipts, submit, verify } from "./chat-commands.ts"
import { onMove, openNumber } from "./chat-moves.ts"
import { nextCompletion, startCompletion, typedPath } from "./completion.ts"
import { clearDraft, edit, insert, paste, vertical } from "./composer-state.ts"
import { openHelp } from "./help-panel.ts"
import type { Key } from "./key-decoder.ts"
import { placeOf } from "./key-hints.ts"
import { actionOf, labelOf } from "./key-map.ts"
import type { Action } from "./key-table.ts"
import { onPickKey, startPicking } from "./message-mode.ts"
import { mouseAction, wheelKey } from "./mouse.ts"
import { onOverlayKey } from "./overlay-keys.ts"
import { togglePane } from "./pane-keys.ts"
import { isThere, moveFocus, onPaneKey } from "./pane-focus.ts"
import { editLast, endAbout, mayEditLast } from "./remark-keys.ts"
import { say } from "./safe-text.ts"
import { openSearch } from "./search-panel.ts"
import { effect, told, withComposer } from "./steps.ts"
import { namesToType } from "./typed-names.ts"
import { still, type ChatView, type Step } from "./view.ts"

export function onKey(view: ChatView, key: Key): Step {
  if (key.kind === "focus") return still({ ...view, focused: key.focused })
  const armed = key.kind === "chord" && key.chord === "ctrl+c"
  // What the next Ctrl+C does is only said as long as it is true.
  const calm = armed || !view.quitArmed ? view : { ...view, quitArmed: false, toast: undefined }
  if (calm.overlay !== undefined) {
    const meant = key.kind === "mouse" ? wheelKey(key) : key
    return meant === undefined ? still(calm) : onOverlayKey(calm, calm.overlay, meant)
  }
  return withoutOldNotice(calm, inPlace(calm, key) ?? inChat(calm, key))
}

/** Undefined for what means here what it means in the chat. */
function inPlace(view: ChatView, key: Key): Step | undefined {
  const { picked, focus } = view
  if (key.kind === "mouse" || (picked === undefined && focus === undefined)) return undefined
  if (focus !== undefined && !isThere(view, focus)) return inChat({ ...view, focus: undefined }, key)
  const step = picked !== undefined ? onPickKey(view, picked, key) : focus && onPaneKey(view, focus, key)
  if (step !== undefined) return step
  const away: ChatView = { ...view, picked: undefined, focus: undefined }
  // Whatever is written is written where one writes.
  if (key.kind !== "chord") return inChat(away, key)
  const action = actionOf(view.keys, key.chord, true)
  if (action === undefined || WRITING.has(action.kind)) return still(view)
  return onAction(STAYING.has(action.kind) ? view : away, action)
}

/** What needs the line that is written, and means nothing while something else has the arrows. */
const WRITING: ReadonlySet<Action["kind"]> = new Set([
  "edit",
  "submit",
  "complete",
  "complete-back",
  "up",
  "down",
  "escape",
  "pick",
  "interrupt",
  "end-of-input",
  "editor",
])
const STAYING: ReadonlySet<Action["kind"]> = new Set([
  "redraw",
  "suspend",
  "mouse",
  "focus-next",
  "focus-back",
])

function inChat(view: ChatView, key: Key): Step {
  switch (key.kind) {
    case "mouse": {
      const action = mouseAction(view, key)
      return action === undefined ? still(view) : onAction(view, action)
    }
    case "text":
      return still(withComposer({ ...view, firstChord: undefined }, insert(view.composer, key.text)))
    case "paste": {
      const pasted = withComposer({ ...view, firstChord: undefined }, paste(view.composer, key.text))
      // Nobody can tell such a paste from lines that were typed fast; sending one by mistake is the worse of the two.
      return still(key.guessed ? told(pasted, NOT_SENT_AT_ONCE, "warning") : pasted)
    }
    case "chord":
      return onChord(view, key.chord)
    case "focus":
      return still(view)
  }
}

const NOT_SENT_AT_ONCE = say`Several lines came at once, as a paste does, so none was sent. Enter sends what stands here.`

/**
 * A notice goes with the next thing that is done on purpose: writing, walking and scrolling are not that. What went
 * wrong stays until something is sent, or somebody puts it away.
 */
function withoutOldNotice(before: ChatView, step: Step): Step {
  const { toast } = step.view
  if (toast === undefined || toast !== before.toast) return step
  const { view } = step
  const isBad = toast.tone === "danger" || toast.tone === "warning"
  const isLeft = view.roomId !== before.roomId || view.picked !== before.picked
  const isDone = step.effects.some(({ kind }) => kind !== "load-older") || view.overlay !== undefined
  const isOld = isBad ? isLeft : isLeft || isDone || view.focus !== before.focus
  return isOld ? { ...step, view: { ...view, toast: undefined } } : step
}

/** A chord that begins two in a row waits for the second; one that does not follow is forgotten with it. */
function onChord(view: ChatView, chord: string): Step {
  const { keys, firstChord } = view
  const settled = { ...view, firstChord: undefined }
  if (firstChord === undefined && keys.starts.has(chord)) return still({ ...view, firstChord: chord })
  const pressed = firstChord === undefined ? chord : `${firstChord} ${chord}`
  const action = actionOf(keys, pressed, view.composer.text === "")
  return action === undefined ? still(settled) : onAction(settled, action)
}

function onAction(view: ChatView, action: Action): Step {
  switch (action.kind) {
    case "edit":
      return still(withComposer(view, edit(view.composer, action.edit)))
    case "submit":
      return submit(view)
    case "complete":
      return complete(view, 1)
    case "complete-back":
      return complete(view, -1)
    case "editor":
      return effect(view, { kind: "editor", roomId: view.roomId, text: view.composer.text })
    case "up":
      if (mayEditLast(view)) return still(editLast(view))
      return still(withComposer(view, vertical(view.composer, -1, composerWidth(view))))
    case "down":
      return still(withComposer(view, vertical(view.composer, 1, composerWidth(view))))
    case "escape":
      return still(escape(view))
    case "pick":
      return still(isEscapeDue(view) ? escape(view) : startPicking(view))
    case "focus-next":
      return still(moveFocus(view, 1))
    case "focus-back":
      return still(moveFocus(view, -1))
    case "interrupt":
      return interrupt(view)
    case "end-of-input":
      return effect(view, { kind: "quit" })
    case "goto":
      return still({ ...view, overlay: { kind: "picker", source: "all", query: say``, index: 0 } })
    case "search":
      return openSearch(view, say``, view.roomId === undefined)
    case "rooms":
    case "people":
    case "history":
      return still({ ...view, overlay: { kind: "picker", source: action.kind, query: say``, index: 0 } })
    case "rooms-pane":
      return still(togglePane(view, "rooms"))
    case "people-pane":
      return still(togglePane(view, "people"))
    case "help":
      return openHelp(view, placeOf(view))
    case "verify":
      return verify(view, undefined, undefined)
    case "receipts":
      return receipts(view, 1)
    case "mouse":
      return effect(view, { kind: "set", name: "mouse", value: undefined, roomId: undefined })
    case "attach":
      return still(told(view, say`Files cannot be attached yet.`, "warning"))
    case "alert":
      return still(told(view, say`A call for help cannot be sent yet: write to somebody.`, "warning"))
    case "lock":
    case "redraw":
    case "suspend":
      return effect(view, { kind: action.kind })
    case "window":
      return openNumber(view, action.number)
    default:
      return onMove(view, action.kind)
  }
}

function complete(view: ChatView, by: 1 | -1): Step {
  const names = namesToType(view.data.people)
  const path = view.completion === undefined ? typedPath(view.composer) : undefined
  if (path !== undefined) return effect(view, { kind: "complete-path", typed: path, by })
  const next =
    view.completion === undefined
      ? startCompletion(view.composer, names, by)
      : nextCompletion(view.composer, view.completion, by)
  return still(next === undefined ? view : { ...view, ...next })
}

/**
 * Esc on an empty line ends an answer, a change or a paste, which say so themselves; else it chooses a message. The
 * bottom line has which (`key-hints.ts`).
 */
function isEscapeDue(view: ChatView): boolean {
  return view.about !== undefined || view.composer.pasted !== undefined
}

function escape(view: ChatView): ChatView {
  if (view.about !== undefined) return endAbout(view)
  if (view.composer.pasted !== undefined) return withComposer(view, clearDraft(view.composer))
  return { ...view, toast: undefined, completion: undefined }
}

/** Never loses a draft: the first press only empties it, and Ctrl+Y brings it back. */
function interrupt(view: ChatView): Step {
  if (view.composer.text !== "") {
    return still({
      ...withComposer(view, clearDraft(view.composer)),
      // True only until something is written again.
      toast: {
        text: say`Emptied. ${labelOf(view.keys, "yank")} brings it back.`,
        tone: "plain",
        ofDraft: true,
      },
      quitArmed: false,
    })
  }
  if (view.quitArmed) return effect(view, { kind: "quit" })
  return still({ ...told(view, say`Ctrl+C again quits.`), quitArmed: true })
}
