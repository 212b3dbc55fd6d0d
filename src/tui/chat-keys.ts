/** What a key does on the chat screen: the key table says what is meant, the view says where it applies. */
import type { PersonView, RoomView } from "../client/events.ts"
import { composerWidth } from "./below-rows.ts"
import { parseLine, type Command } from "./commands.ts"
import { nextCompletion, startCompletion, typedPath } from "./completion.ts"
import {
  clearDraft,
  edit,
  insert,
  paste,
  remember,
  setDraft,
  vertical,
  type Composer,
} from "./composer-state.ts"
import type { Key } from "./key-decoder.ts"
import { actionOf, labelOf } from "./key-map.ts"
import type { Action, Move } from "./key-table.ts"
import { mouseAction, wheelKey } from "./mouse.ts"
import { onOverlayKey } from "./overlay-keys.ts"
import { overlayOf } from "./verification-keys.ts"
import { foremost } from "./verification-words.ts"
import { toggleBare, togglePane } from "./pane-keys.ts"
import {
  editLast,
  endAbout,
  mayEditLast,
  onPickKey,
  runRemark,
  saveEdit,
  startPicking,
} from "./remark-keys.ts"
import { safeTyped, say, sliceSafe } from "./safe-text.ts"
import { AT_END, scrollBy, scrollToTop } from "./scroll.ts"
import { openSearch } from "./search-panel.ts"
import { namesOf, namesToType } from "./typed-names.ts"
import {
  currentRoom,
  still,
  type ChatView,
  type Effect,
  type Step,
  type Toast,
  type VerifyHow,
} from "./view.ts"
import { viewportOf } from "./visible.ts"

/** Rows of `alt+pageup`. */
const FEW_ROWS = 3

export function onKey(view: ChatView, key: Key): Step {
  if (key.kind === "focus") return still({ ...view, focused: key.focused })
  const armed = key.kind === "chord" && key.chord === "ctrl+c"
  // What the next Ctrl+C does is only said as long as it is true.
  const calm = armed || !view.quitArmed ? view : { ...view, quitArmed: false, toast: undefined }
  if (calm.overlay !== undefined) {
    const meant = key.kind === "mouse" ? wheelKey(key) : key
    return meant === undefined ? still(calm) : onOverlayKey(calm, calm.overlay, meant)
  }
  if (calm.picked !== undefined && key.kind !== "mouse") return onPickKey(calm, calm.picked, key)
  switch (key.kind) {
    case "mouse": {
      const action = mouseAction(calm, key)
      return action === undefined ? still(calm) : onAction(calm, action)
    }
    case "text":
      return still(withComposer({ ...calm, firstChord: undefined }, insert(calm.composer, key.text)))
    case "paste":
      return still(withComposer({ ...calm, firstChord: undefined }, paste(calm.composer, key.text)))
    case "chord":
      return onChord(calm, key.chord)
  }
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

function withComposer(view: ChatView, composer: Composer): ChatView {
  const isOld = view.toast?.ofDraft === true && composer.text !== view.composer.text
  return {
    ...view,
    composer,
    completion: undefined,
    focused: true,
    toast: isOld ? undefined : view.toast,
  }
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
      return still({ ...view, overlay: { kind: "help", offset: 0 } })
    case "verify":
      return verify(view, undefined, undefined)
    case "receipts":
      return receipts(view, 1)
    case "mouse":
      return effect(view, { kind: "set", name: "mouse", value: undefined, roomId: undefined })
    case "redraw":
    case "suspend":
      return effect(view, { kind: action.kind })
    case "window":
      return openNumber(view, action.number)
    default:
      return onMove(view, action.kind)
  }
}

/** Between rooms and up and down in one. */
function onMove(view: ChatView, move: Move): Step {
  const page = Math.max(1, viewportOf(view).height - 2)
  switch (move) {
    case "room-before":
      return step(view, -1)
    case "room-after":
      return step(view, 1)
    case "next-unread":
      return nextUnread(view)
    case "page-up":
      return scroll(view, -page)
    case "page-down":
      return scroll(view, page)
    case "few-up":
      return scroll(view, -FEW_ROWS)
    case "few-down":
      return scroll(view, FEW_ROWS)
    case "oldest":
      return scroll(view, -Number.MAX_SAFE_INTEGER)
    case "newest":
      return still({ ...view, scroll: AT_END })
    case "first-unread": {
      if (view.unreadFrom === undefined) return still(told(view, say`Nothing new in this room.`))
      return still({ ...view, scroll: scrollToTop(viewportOf(view), view.unreadFrom) })
    }
  }
}

function scroll(view: ChatView, rows: number): Step {
  const moved = scrollBy(viewportOf(view), view.scroll, rows)
  const next = { ...view, scroll: moved.scroll }
  const first = view.lines[0]
  if (!moved.atStart || rows > 0 || view.complete || first === undefined || view.roomId === undefined)
    return still(next)
  return effect(next, { kind: "load-older", roomId: view.roomId, before: first.order })
}

function step(view: ChatView, by: 1 | -1): Step {
  const { rooms } = view.data
  if (rooms.length === 0) return still(view)
  const at = rooms.findIndex(({ id }) => id === view.roomId)
  return open(view, rooms[(at + by + rooms.length) % rooms.length])
}

function nextUnread(view: ChatView): Step {
  const others = view.data.rooms.filter((room) => room.unread > 0 && room.id !== view.roomId)
  const next = others.find(({ id }) => view.data.meant.has(id)) ?? others[0]
  return next === undefined ? still(told(view, say`Nothing new anywhere.`)) : open(view, next)
}

function openNumber(view: ChatView, number: number): Step {
  const room = view.data.rooms[number - 1]
  return room === undefined
    ? still(told(view, say`There is no room ${number}.`, "warning"))
    : open(view, room)
}

function open(view: ChatView, room: RoomView | undefined): Step {
  if (room === undefined || room.id === view.roomId) return still({ ...view, overlay: undefined })
  return effect({ ...view, toast: undefined }, { kind: "open-room", roomId: room.id })
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

/** Esc on an empty line ends what there is to end before it begins something. */
function isEscapeDue(view: ChatView): boolean {
  return view.about !== undefined || view.toast !== undefined || view.composer.pasted !== undefined
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
      ...told(
        withComposer(view, clearDraft(view.composer)),
        say`Emptied. ${labelOf(view.keys, "yank")} brings it back.`,
      ),
      quitArmed: false,
    })
  }
  if (view.quitArmed) return effect(view, { kind: "quit" })
  return still({ ...told(view, say`Ctrl+C again quits.`), quitArmed: true })
}

function submit(view: ChatView): Step {
  const { composer } = view
  if (composer.text.slice(0, composer.caret).endsWith("\\")) {
    return still(withComposer(view, edit(edit(composer, "backspace"), "newline")))
  }
  const parsed = parseLine(composer.text, namesOf(view.data.people))
  if (parsed.kind === "nothing") return still(withComposer(view, setDraft(composer, "")))
  if (parsed.kind === "refused")
    return still({ ...view, toast: { text: parsed.why, tone: "warning", ofDraft: true } })
  const typed = sliceSafe(composer.text, 0)
  const sent: ChatView = { ...withComposer(view, remember(composer, typed)), toast: undefined }
  return run(sent, parsed.command, view)
}

/** @param before the view with the draft still in it, for commands that cannot be taken. */
function run(view: ChatView, command: Command, before: ChatView): Step {
  const typed = before.composer.text
  switch (command.kind) {
    case "say": {
      if (view.roomId === undefined)
        return still(
          told(before, say`Not sent: no room is open. ${labelOf(view.keys, "goto")} opens one.`, "warning"),
        )
      if (view.about?.kind === "edit") return saveEdit(view, view.roomId, view.about.message, command.text)
      const below = { ...view, scroll: AT_END, unreadFrom: undefined, about: undefined }
      const replyTo = view.about?.message
      return effect(below, { kind: "send", roomId: view.roomId, text: command.text, typed, replyTo })
    }
    case "msg":
      return effect(view, { kind: "send-to", to: command.to, text: command.text, typed })
    case "reply":
    case "edit":
    case "delete":
    case "react":
    case "copy":
    case "forward":
    case "open":
      return runRemark(view, command, before)
    case "go":
      if (command.to !== undefined) return effect(view, { kind: "go", to: command.to })
      return still({ ...view, overlay: { kind: "picker", source: "all", query: say``, index: 0 } })
    case "help":
    case "who":
      return still({ ...view, overlay: { kind: command.kind, offset: 0 } })
    case "verify":
      return verify(view, command.name, command.how)
    case "receipts":
      return receipts(view, command.back)
    case "keys":
    case "trust":
    case "decide":
    case "later":
    case "block":
    case "unblock": {
      const { peer } = currentRoom(view) ?? {}
      return effect(view, { kind: "keys", action: command.kind, name: command.name, peer })
    }
    case "alias":
    case "rename":
    case "language":
      return effect(view, command)
    case "search":
      return openSearch(view, safeTyped(command.words), command.everywhere || view.roomId === undefined)
    case "jump": {
      const hit = view.found[command.number - 1]
      if (hit === undefined) return still(told(view, say`Nothing of that number was found.`, "warning"))
      return effect(view, { kind: "jump", hit })
    }
    case "set": {
      const { name, value, isHere } = command
      return effect(view, { kind: "set", name, value, roomId: isHere ? view.roomId : undefined })
    }
    case "fingerprint":
      return effect(view, { kind: "fingerprint", name: command.name })
    case "export":
      if (view.roomId === undefined) return still(told(view, say`No room is open.`, "warning"))
      return effect(view, { kind: "export", roomId: view.roomId, path: command.path })
    case "win":
      return openNumber(view, command.number)
    case "unread":
      return nextUnread(view)
    case "close":
      return close(view)
    case "link":
      return effect(view, { kind: "invite" })
    case "act":
      return effect(view, command)
    case "editor":
      return effect(view, { kind: "editor", roomId: view.roomId, text: "" })
    case "bare":
      return still(toggleBare(view))
    case "invite":
    case "directory":
    case "sees":
    case "moderators":
    case "redraw":
    case "quit":
      return effect(view, { kind: command.kind })
  }
}

function close(view: ChatView): Step {
  const back = view.data.rooms.find(({ id }) => id === view.roomBefore) ?? view.data.rooms[0]
  return open(view, back)
}

/** Without a name: what is open comes first, then the person one talks to. */
function verify(view: ChatView, name: string | undefined, how: VerifyHow | undefined): Step {
  if (name === undefined && how === undefined) {
    const waiting = foremost(view.data.verifications)
    if (waiting !== undefined) return still({ ...view, overlay: overlayOf(waiting.id) })
  }
  const to = name ?? personInView(view)?.id
  if (to !== undefined || how === "room") return effect(view, { kind: "verify", name: to, how })
  return still(
    told(
      view,
      say`Whom? Write /verify NAME, or choose with ${labelOf(view.keys, "people")}; /verify room checks everybody at once.`,
      "warning",
    ),
  )
}

function receipts(view: ChatView, back: number): Step {
  if (view.roomId === undefined) return still(told(view, say`No room is open.`, "warning"))
  return effect(view, { kind: "receipts", roomId: view.roomId, back })
}

/** The other person of a direct chat. */
function personInView(view: ChatView): PersonView | undefined {
  return currentRoom(view)?.peer
}

function told(view: ChatView, text: Toast["text"], tone: Toast["tone"] = "plain"): ChatView {
  return { ...view, toast: { text, tone } }
}

function effect(view: ChatView, ...effects: Effect[]): Step {
  return { view, effects }
}
