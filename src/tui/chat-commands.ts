/** What a line does that was written and sent off: a message, or a command on the view; the rest is asked of the session. */
import type { PersonView } from "../client/events.ts"
import { close, nextUnread, onMove, openNumber } from "./chat-moves.ts"
import { parseLine } from "./command-parsing.ts"
import type { Command } from "./commands.ts"
import { edit, remember, setDraft } from "./composer-state.ts"
import { openHelp } from "./help-panel.ts"
import { labelOf } from "./key-map.ts"
import { toggleBare } from "./pane-keys.ts"
import { runRemark, saveEdit } from "./remark-keys.ts"
import { safeTyped, say, sliceSafe } from "./safe-text.ts"
import { AT_END } from "./scroll.ts"
import { openSearch } from "./search-panel.ts"
import { effect, told, withComposer } from "./steps.ts"
import { namesOf } from "./typed-names.ts"
import { overlayOf } from "./verification-keys.ts"
import { foremost } from "./verification-words.ts"
import { currentRoom, still, type ChatView, type Step, type VerifyHow } from "./view.ts"

export function submit(view: ChatView): Step {
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
    case "plan":
      if (view.roomId === undefined) return still(told(before, say`Not planned: no room is open.`, "warning"))
      return effect(view, { ...command, roomId: view.roomId, typed })
    case "scheduled":
      return effect(view, command)
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
      return openHelp(view, "chat")
    case "who":
      return still({ ...view, overlay: { kind: "who", offset: 0 } })
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
    case "mute":
      return effect(view, { ...command, roomId: view.roomId })
    case "keys-help":
      return openHelp(view, "keys")
    case "whois":
      return effect(view, { kind: "whois", name: command.name, peer: currentRoom(view)?.peer })
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
    case "older":
      return onMove(view, "page-up")
    case "cancel":
      return still({ ...view, about: undefined, toast: undefined })
    case "invite":
    case "directory":
    case "sees":
    case "moderators":
    case "reconnect":
    case "redraw":
    case "doctor":
    case "log":
    case "lock":
    case "plain":
    case "quit":
      return effect(view, { kind: command.kind })
  }
}

/** Without a name: what is open comes first, then the person one talks to. */
export function verify(view: ChatView, name: string | undefined, how: VerifyHow | undefined): Step {
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

export function receipts(view: ChatView, back: number): Step {
  if (view.roomId === undefined) return still(told(view, say`No room is open.`, "warning"))
  return effect(view, { kind: "receipts", roomId: view.roomId, back })
}

/** The other person of a direct chat. */
function personInView(view: ChatView): PersonView | undefined {
  return currentRoom(view)?.peer
}
