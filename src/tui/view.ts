/**
 * The chat screen as data: everything that is drawn, everything that can happen, and everything that may be asked of
 * the client because of it. `view-state.ts` says what an event does.
 */
import type { VerificationView } from "../client/client.ts"
import type {
  ConnectionView,
  MessageState,
  MessageView,
  PersonView,
  RoomView,
  TranscriptLine,
} from "../client/events.ts"
import type { Completion } from "./completion.ts"
import type { Composer } from "./composer-state.ts"
import type { Key } from "./key-decoder.ts"
import type { KeyAction } from "./key-actions.ts"
import type { KeyMap } from "./key-map.ts"
import type { MessageDeed, Place } from "./key-places.ts"
import type { Hidden } from "./layout.ts"
import type { Receipts } from "./receipts.ts"
import type { RemarkWish } from "./remark-acts.ts"
import type { RoomAct } from "./room-acts.ts"
import type { Language } from "./language.ts"
import type { SettingWish } from "./setting-table.ts"
import type { SafeText } from "./safe-text.ts"
import type { Scroll } from "./scroll.ts"
import type { Found, Hit } from "./search.ts"
import type { Span, Theme } from "./theme.ts"
import type { RowCache } from "./transcript-rows.ts"
import type { VerificationAct } from "./verification-choices.ts"

/** Lines read again whenever something changed. */
export const TAIL_LINES = 100
/** Lines read at once when somebody scrolls up. */
export const PAGE_LINES = 200
/** Most lines that are read at once, however many are loaded. */
export const MAX_READ_LINES = 5_000

/** What the client says now. */
export interface Snapshot {
  self: PersonView
  connection: ConnectionView
  outbox: number
  rooms: readonly RoomView[]
  people: readonly PersonView[]
  /** Rooms, by id, in which something new is meant for this person. */
  meant: ReadonlySet<string>
  /** Open, or at an end and not dismissed; newest first. */
  verifications: readonly VerificationView[]
  /** Until when nothing is notified; undefined: it is. */
  quietUntil: number | undefined
}

/** Ways to verify: seven words, 60 digits, a code on this screen, a code of another one, a whole room. */
export type VerifyHow = "words" | "digits" | "show" | "read" | "room"

export type Tone = "plain" | "good" | "warning" | "danger"

export interface Toast {
  text: SafeText
  tone: Tone
  /** It is about what is being written, and goes as soon as that is written on. */
  ofDraft?: boolean
}

/** An answer to a page: its letter, or the arrows and Enter. */
export interface PageChoice {
  key: string
  label: SafeText
  /** Where `label` does not fit. */
  short?: SafeText
  does:
    | Effect
    | { kind: "deed"; deed: MessageDeed }
    | { kind: "leave" }
    /** What comes in its place; what is typed behind the letter goes there. */
    | { kind: "next"; overlay: Overlay }
}

/** `place` is where help was asked for, or what of; `under` what lay over the chat there. */
export interface HelpPanel {
  kind: "help"
  place: Place | "keys"
  query: SafeText
  index: number
  under: Overlay | undefined
}

export type Overlay =
  | HelpPanel
  | { kind: "who"; offset: number }
  | {
      kind: "page"
      title: SafeText
      lines: readonly (readonly Span[])[]
      offset: number
      /** The message that is asked about, as it was then. */
      about?: MessageView
      /** What the page asks for, and which of it the arrows are at; the first if nobody has pressed one. */
      choices?: readonly PageChoice[]
      chosen?: number
    }
  /** One of our messages and how far it got with each person. */
  | ({ kind: "receipts"; offset: number } & Receipts)
  | {
      kind: "picker"
      source: "all" | "rooms" | "people" | "history" | "forward" | "react"
      query: SafeText
      index: number
      /** Of `forward` and `react`. */
      message?: MessageView
    }
  /** `found` undefined: not looked yet. Newest first. */
  | { kind: "search"; query: SafeText; everywhere: boolean; index: number; found: Found | undefined }
  /** `number` is what was on the screen when the person answered; a different one does not count. */
  | {
      kind: "verify"
      person: PersonView
      number: string
      step: "compare" | "match" | "differ"
      chosen?: number
    }
  /** Which way? */
  | { kind: "verify-how"; person: PersonView; index: number }
  /** One of `verifications`; closes when that has gone. `offset` scrolls the list of names, `asText` shows a code as text, `chosen` is the letter of the answer that the arrows are at. */
  | { kind: "verification"; id: string; offset: number; asText: boolean; chosen?: string }
  /** A file or a text that holds the code of this person's screen. */
  | {
      kind: "read-code"
      person: PersonView
      typed: SafeText
      state: "typing" | "reading"
      trouble: SafeText | undefined
    }

export interface Focus {
  pane: "rooms" | "people"
  /** Of a room or a person. */
  id: string
}

export interface ChatView {
  kind: "chat"
  columns: number
  rows: number
  theme: Theme
  keys: KeyMap
  /** The first of two that are pressed one after the other. */
  firstChord: string | undefined
  data: Snapshot
  roomId: string | undefined
  roomBefore: string | undefined
  lines: readonly TranscriptLine[]
  /** Nothing older exists. */
  complete: boolean
  /** Key of the first line that was new when the room was opened. */
  unreadFrom: string | undefined
  scroll: Scroll
  /** Key of the newest line when the view last followed the end. */
  seen: string | undefined
  /** Key of the newest line that `markRead` was asked for. */
  marked: string | undefined
  composer: Composer
  drafts: ReadonlyMap<string, SafeText>
  completion: Completion | undefined
  /** What the last search found, for `/jump`. */
  found: readonly Hit[]
  /** Id of the message that was chosen: `message-mode.ts`. */
  picked: string | undefined
  /** The list beside the chat that has the arrows, and the room or person they are at: `pane-focus.ts`. */
  focus: Focus | undefined
  /** What is being written answers this message, or takes its place. */
  about: { kind: "reply" | "edit"; message: MessageView } | undefined
  overlay: Overlay | undefined
  toast: Toast | undefined
  /** The next Ctrl+C quits. */
  quitArmed: boolean
  /** The terminal window has the keyboard, as far as the terminal says. */
  focused: boolean
  /** Panes that the person has put away; small screens have them over the chat all the same. */
  hidden: Hidden
  cache: RowCache
}

/** The newest lines of a room: `asked` of them, or all. */
export interface Tail {
  roomId: string
  lines: readonly TranscriptLine[]
  asked: number
  /** The message of the page that lies over the chat, as it is now. */
  receipts?: Pick<Receipts, "line" | "people">
}

export type ChatEvent =
  | { kind: "key"; key: Key }
  | { kind: "resize"; columns: number; rows: number }
  | { kind: "theme"; theme: Theme }
  | {
      kind: "snapshot"
      data: Snapshot
      tail: Tail | undefined
    }
  /** `draft` is what was being written there when the program last ended, `at` the line that is wanted. */
  | {
      kind: "opened"
      roomId: string
      lines: readonly TranscriptLine[]
      complete: boolean
      draft?: string
      at?: string
    }
  /** The text as the editor left it. */
  | { kind: "edited"; roomId: string | undefined; text: string }
  | { kind: "paths"; typed: string; by: 1 | -1; paths: readonly string[] }
  | { kind: "found"; query: SafeText; found: Found }
  | { kind: "older"; roomId: string; lines: readonly TranscriptLine[]; complete: boolean }
  | { kind: "message-state"; roomId: string; id: string; state: MessageState }
  | { kind: "overlay"; overlay: Overlay | undefined }
  | { kind: "toast"; toast: Toast }
  | { kind: "not-sent"; roomId: string | undefined; text: SafeText; why: SafeText }

export type Effect =
  | { kind: "send"; roomId: string; text: string; typed: SafeText; replyTo?: MessageView | undefined }
  | { kind: "remark"; roomId: string; wish: RemarkWish }
  /** `of`: the message that is sent on, which may be taken back until then. */
  | {
      kind: "send-to"
      to: string
      text: string
      typed: SafeText
      of?: { roomId: string; message: MessageView }
    }
  | { kind: "plan"; roomId: string; time: string; text: string; typed: SafeText }
  | { kind: "scheduled"; number: number | undefined }
  | { kind: "open-room"; roomId: string }
  | { kind: "go"; to: string }
  /** `roomId` undefined: everywhere. A search ends the one before it. */
  | { kind: "search"; query: SafeText; roomId: string | undefined }
  | { kind: "jump"; hit: Hit }
  | { kind: "load-older"; roomId: string; before: string }
  | { kind: "mark-read"; roomId: string }
  /** `how` undefined: ask. Without a name: the verification that is open, if there is one. */
  | { kind: "verify"; name: string | undefined; how: VerifyHow | undefined }
  | { kind: "verify-act"; id: string; act: VerificationAct; attempt: number }
  | { kind: "read-code"; personId: string; typed: string }
  | { kind: "answer-verify"; person: PersonView; number: string; match: boolean }
  | { kind: "alias"; name: string; alias: string | undefined }
  | { kind: "rename"; name: string }
  | { kind: "whois"; name: string | undefined; peer: PersonView | undefined }
  | { kind: "fingerprint"; name: string | undefined }
  | { kind: "keys"; action: KeyAction; name: string | undefined; peer: PersonView | undefined }
  | { kind: "receipts"; roomId: string; back: number }
  | { kind: "invite" }
  | { kind: "directory" }
  | { kind: "sees" }
  | { kind: "act"; act: RoomAct; name: string }
  | { kind: "moderators" }
  | { kind: "export"; roomId: string; path: string | undefined }
  | ({ kind: "set" } & SettingWish)
  | { kind: "mute"; on: boolean; to: string | undefined; roomId: string | undefined }
  /** Gives the text to the person's editor. */
  | { kind: "editor"; roomId: string | undefined; text: string }
  | { kind: "complete-path"; typed: string; by: 1 | -1 }
  | { kind: "language"; language: Language | undefined }
  | { kind: "reconnect" }
  | { kind: "redraw" }
  | { kind: "suspend" }
  | { kind: "doctor" }
  | { kind: "log" }
  | { kind: "lock" }
  | { kind: "plain" }
  | { kind: "quit" }

export interface Step {
  view: ChatView
  effects: readonly Effect[]
}

export function still(view: ChatView): Step {
  return { view, effects: [] }
}

/** The room that is shown. */
export function currentRoom(view: ChatView): RoomView | undefined {
  return view.data.rooms.find((room) => room.id === view.roomId)
}
