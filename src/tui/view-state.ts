/**
 * What every event does to the chat screen:
 *
 *     (view, key | client data | resize) → { view, effects }
 *
 * Pure: the client is asked and told by `session.ts`, which performs the effects. The view holds a window of the
 * room's newest lines; older ones are asked for when somebody scrolls up to them.
 */
import type { MessageState, TranscriptLine } from "../client/events.ts"
import { onKey } from "./chat-keys.ts"
import { completePath } from "./completion.ts"
import { clearDraft, EMPTY_COMPOSER, paste, setDraft } from "./composer-state.ts"
import { withoutOvertaken } from "./forwarding.ts"
import { DEFAULT_KEYS, type KeyMap } from "./key-map.ts"
import { keptKey, keptScroll, withTail, type Loaded } from "./line-window.ts"
import { keptChoice } from "./picker.ts"
import { say, type SafeText } from "./safe-text.ts"
import { AT_END, scrollToTop } from "./scroll.ts"
import { withFound } from "./search-panel.ts"
import type { Theme } from "./theme.ts"
import { keyOf, RowCache } from "./transcript-rows.ts"
import { viewportOf } from "./visible.ts"
import {
  currentRoom,
  still,
  type ChatEvent,
  type ChatView,
  type Effect,
  type Overlay,
  type Snapshot,
  type Step,
  type Tail,
  type Toast,
} from "./view.ts"

export function initialChat(
  data: Snapshot,
  theme: Theme,
  columns: number,
  rows: number,
  keys: KeyMap = DEFAULT_KEYS,
): Step {
  const view: ChatView = {
    kind: "chat",
    columns,
    rows,
    theme,
    keys,
    firstChord: undefined,
    data,
    roomId: undefined,
    roomBefore: undefined,
    lines: [],
    complete: true,
    unreadFrom: undefined,
    scroll: AT_END,
    seen: undefined,
    marked: undefined,
    composer: EMPTY_COMPOSER,
    drafts: new Map(),
    completion: undefined,
    found: [],
    picked: undefined,
    focus: undefined,
    about: undefined,
    overlay: undefined,
    toast: undefined,
    quitArmed: false,
    hidden: { rooms: false, people: false },
    focused: true,
    cache: new RowCache(),
  }
  return { view, effects: openFirst(data) }
}

/** One event. Always ends by asking whether the newest line was just seen. */
export function reduceChat(view: ChatView, event: ChatEvent): Step {
  const step = apply(view, event)
  return markSeen(step)
}

function apply(view: ChatView, event: ChatEvent): Step {
  switch (event.kind) {
    case "key":
      return onKey(view, event.key)
    case "resize":
      // A list that had the arrows may have no room any more.
      return still({ ...view, columns: event.columns, rows: event.rows, focus: undefined })
    case "theme":
      return still({ ...view, theme: event.theme })
    case "snapshot":
      return onSnapshot(view, event.data, event.tail)
    case "opened":
      return still(onOpened(view, event))
    case "found":
      return still(withFound(view, event.query, event.found))
    case "edited":
      return still(onEdited(view, event))
    case "paths":
      return still({ ...view, ...completePath(view.composer, event.typed, event.paths, event.by) })
    case "older":
      return still(event.roomId === view.roomId ? onOlder(view, event) : view)
    case "message-state":
      return still(
        event.roomId === view.roomId
          ? { ...view, lines: withState(view.lines, event.id, event.state) }
          : view,
      )
    case "overlay":
      return still({ ...view, overlay: event.overlay, toast: undefined })
    case "toast":
      return still({ ...view, toast: event.toast })
    case "not-sent":
      return still(onNotSent(view, event))
  }
}

function openFirst(data: Snapshot): Effect[] {
  const first = data.rooms[0]
  return first === undefined ? [] : [{ kind: "open-room", roomId: first.id }]
}

function onSnapshot(view: ChatView, data: Snapshot, tail: Tail | undefined): Step {
  const next = { ...view, data, overlay: freshOverlay(view, data, tail?.receipts) }
  if (view.roomId === undefined) return { view: withKeptChoice(view, next), effects: openFirst(data) }
  if (tail === undefined || tail.roomId !== view.roomId) return still(withKeptChoice(view, next))
  const loaded = withLines(next, withTail(view, tail.lines, tail.asked))
  return still(withoutOvertaken(withKeptChoice(view, loaded)))
}

function withKeptChoice(before: ChatView, now: ChatView): ChatView {
  const { overlay } = now
  if (overlay?.kind === "picker") return { ...now, overlay: keptChoice(before, now, overlay) }
  if (overlay?.kind !== "help" || overlay.under?.kind !== "picker") return now
  return { ...now, overlay: { ...overlay, under: keptChoice(before, now, overlay.under) } }
}

/** What stands on the screen stays there, also when the line that held it has gone. */
function withLines(view: ChatView, { lines, complete }: Loaded): ChatView {
  return {
    ...view,
    lines,
    complete,
    scroll: keptScroll(view.lines, lines, view.scroll),
    seen: keptKey(view.lines, lines, view.seen),
  }
}

/**
 * The verify panel shows trust and presence as they are; its number stays what the person is reading. The page of
 * receipts counts on while it is open.
 */
function freshOverlay(
  view: Pick<ChatView, "overlay" | "data">,
  data: Snapshot,
  receipts: Tail["receipts"],
): Overlay | undefined {
  const { overlay, data: before } = view
  if (overlay?.kind === "help")
    return { ...overlay, under: freshOverlay({ overlay: overlay.under, data: before }, data, receipts) }
  if (overlay?.kind === "receipts") return { ...overlay, ...receipts }
  if (overlay?.kind === "verification") {
    const isHere = ({ id }: { id: string }) => id === overlay.id
    const [now, was] = [data.verifications.find(isHere), before.verifications.find(isHere)]
    if (now === undefined) return undefined
    // Another step has another list, which is read from its beginning, and other answers.
    return now.step === was?.step && now.attempt === was.attempt
      ? overlay
      : { kind: "verification", id: overlay.id, offset: 0, asText: overlay.asText }
  }
  if (overlay?.kind === "verify-how") {
    const fresh = data.people.find(({ id }) => id === overlay.person.id)
    return fresh === undefined ? overlay : { ...overlay, person: fresh }
  }
  if (overlay?.kind !== "verify") return overlay
  const person = data.people.find(({ id }) => id === overlay.person.id)
  return person === undefined ? overlay : { ...overlay, person }
}

function onOpened(view: ChatView, event: ChatEvent & { kind: "opened" }): ChatView {
  const drafts = new Map(view.drafts)
  // What was to take a message's place is no draft of a new one.
  const draft = view.about?.kind === "edit" ? say`` : view.composer.text
  if (view.roomId !== undefined && view.roomId !== event.roomId) drafts.set(view.roomId, draft)
  const unread = view.data.rooms.find((room) => room.id === event.roomId)?.unread ?? 0
  const composer =
    view.roomId === event.roomId
      ? view.composer
      : setDraft(
          { ...view.composer, recalled: undefined, undo: [] },
          drafts.get(event.roomId) ?? event.draft ?? "",
        )
  const opened: ChatView = {
    ...view,
    roomId: event.roomId,
    roomBefore: view.roomId === event.roomId ? view.roomBefore : view.roomId,
    lines: event.lines,
    complete: event.complete,
    unreadFrom: firstUnread(event.lines, unread),
    scroll: AT_END,
    seen: undefined,
    marked: undefined,
    composer,
    drafts,
    completion: undefined,
    picked: undefined,
    focus: undefined,
    about: view.roomId === event.roomId ? view.about : undefined,
    overlay: undefined,
  }
  const { at } = event
  if (at === undefined) return opened
  const newest = event.lines.at(-1)
  const seen = newest === undefined ? undefined : keyOf(newest)
  return { ...opened, scroll: scrollToTop(viewportOf(opened), at), seen }
}

function firstUnread(lines: readonly TranscriptLine[], unread: number): string | undefined {
  if (unread === 0) return undefined
  const others = lines.filter((line) => line.kind === "message" && !line.message.own)
  const first = others.at(-Math.min(unread, others.length))
  return first === undefined ? undefined : keyOf(first)
}

function onOlder(view: ChatView, event: { lines: readonly TranscriptLine[]; complete: boolean }): ChatView {
  return { ...view, lines: [...event.lines, ...view.lines], complete: event.complete }
}

function withState(
  lines: readonly TranscriptLine[],
  id: string,
  state: MessageState,
): readonly TranscriptLine[] {
  return lines.map((line) =>
    line.kind === "message" && line.message.own && line.message.id === id
      ? { ...line, message: { ...line.message, state } }
      : line,
  )
}

/** Never sent from here: it stands where one writes, a long one with its size. */
function onEdited(view: ChatView, { roomId, text }: ChatEvent & { kind: "edited" }): ChatView {
  const composer = paste(clearDraft(view.composer), text)
  if (roomId === view.roomId) return { ...view, composer, completion: undefined }
  if (roomId === undefined) return view
  return { ...view, drafts: new Map(view.drafts).set(roomId, composer.text) }
}

/** What could not be sent goes back where it was written, unless something else stands there by now. */
function onNotSent(
  view: ChatView,
  event: { roomId: string | undefined; text: SafeText; why: SafeText },
): ChatView {
  const toast: Toast = { text: event.why, tone: "danger" }
  if (event.roomId !== undefined && event.roomId !== view.roomId) {
    const drafts = new Map(view.drafts)
    if ((drafts.get(event.roomId) ?? "") === "") drafts.set(event.roomId, event.text)
    return { ...view, toast, drafts }
  }
  return view.composer.text === ""
    ? { ...view, toast, composer: setDraft(view.composer, event.text) }
    : { ...view, toast }
}

/** Read is what stood on the screen: the end of the room, nothing over it, in the window that has the keyboard. */
function markSeen({ view, effects }: Step): Step {
  const newest = view.lines.at(-1)
  if (view.scroll.kind !== "end" || newest === undefined) return { view, effects }
  const key = keyOf(newest)
  const seen = view.seen === key ? view : { ...view, seen: key }
  const room = currentRoom(view)
  const visible = view.focused && view.overlay === undefined && room !== undefined && room.unread > 0
  if (!visible || view.marked === key) return { view: seen, effects }
  return { view: { ...seen, marked: key }, effects: [...effects, { kind: "mark-read", roomId: room.id }] }
}
