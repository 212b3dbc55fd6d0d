/**
 * Telling somebody who looks elsewhere. What this terminal understands is taken from what it says of itself, never
 * asked for: OSC 99, else OSC 777, else OSC 9, else the bell. Without leave no word of a message is in it.
 */
import type { NotifyRule, Settings } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import type { Millis } from "../platform/clock.ts"
import { mentions } from "./mentions.ts"
import { safeLine, safeName, say, sliceSafe, type SafeText } from "./safe-text.ts"

type Environment = Readonly<Record<string, string | undefined>>

export interface Notifier {
  kind: "osc99" | "osc777" | "osc9" | "bell"
  /** Not every terminal of this family does it: whoever hears nothing else hears the bell. */
  isUnsure: boolean
  /** tmux hands it on to the terminal around it only in a wrapping of its own; the bell marks tmux's own window. */
  isInTmux: boolean
  /** Whether a title may be written: the console of Linux, and what says nothing of itself, would print it. */
  hasTitle: boolean
}

export function notifierOf(env: Environment): Notifier {
  const isInTmux = (env["TMUX"] ?? "") !== ""
  const term = env["TERM"] ?? ""
  const isBare = term === "" || term === "linux" || term === "dumb" || /^vt\d/u.test(term)
  // screen hands nothing on, and what ran it says nothing of what shows it now.
  const isScreen = !isInTmux && term.startsWith("screen")
  const kind = isBare || isScreen ? "bell" : kindOf(env, term)
  const isUnsure = kind === "osc777" && !isSure777(env)
  return { kind, isUnsure, isInTmux, hasTitle: !isBare }
}

const isSet = (env: Environment, name: string) => (env[name] ?? "") !== ""

/** The others show it with a patch or an extension only. */
function isSure777(env: Environment): boolean {
  const program = env["TERM_PROGRAM"] ?? ""
  const isKnown = program === "WezTerm" || program === "ghostty"
  return isKnown || isSet(env, "WEZTERM_PANE") || isSet(env, "GHOSTTY_RESOURCES_DIR")
}

function kindOf(env: Environment, term: string): Notifier["kind"] {
  const program = env["TERM_PROGRAM"] ?? ""
  const has = (name: string) => isSet(env, name)
  if (term === "xterm-kitty" || has("KITTY_WINDOW_ID") || term.startsWith("foot")) return "osc99"
  if (isSure777(env)) return "osc777"
  if (has("VTE_VERSION") || term.startsWith("rxvt-unicode")) return "osc777"
  return program === "iTerm.app" || has("ITERM_SESSION_ID") ? "osc9" : "bell"
}

export interface Notification {
  title: SafeText
  body: SafeText
}

const BELL = "\u0007"
const ESC = "\u001b"
const ST = `${ESC}\\`
const OSC = `${ESC}]`

/** What to write. Texts are safe already; what would end or split a sequence goes here. */
export function notificationBytes(
  { kind, isInTmux, isUnsure }: Notifier,
  { title, body }: Notification,
): string {
  if (kind === "bell") return BELL
  const wrap = (text: string) => (isInTmux ? `${ESC}Ptmux;${text.replaceAll(ESC, ESC + ESC)}${ST}` : text)
  const bell = isInTmux || isUnsure ? BELL : ""
  switch (kind) {
    case "osc99":
      return (
        wrap(`${OSC}99;i=secure-chat:d=0:e=1:p=title;${base64(title)}${ST}`) +
        wrap(`${OSC}99;i=secure-chat:d=1:e=1:p=body;${base64(body)}${ST}`) +
        bell
      )
    case "osc777":
      return wrap(`${OSC}777;notify;${plain(title)};${plain(body)}${ST}`) + bell
    case "osc9":
      // A number at the front would be one of ConEmu's commands.
      return wrap(`${OSC}9;${plain(title)}: ${plain(body)}${ST}`) + bell
  }
}

function base64(text: SafeText): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

function plain(text: SafeText): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/gu, "").replaceAll(";", ",")
}

export const SAVE_TITLE = `${ESC}[22;2t`
/** Where titles are not kept, an empty one is left rather than an old number. */
export const RESTORE_TITLE = `${OSC}2;${BELL}${ESC}[23;2t`

/** The number of unread messages, and nothing else of them. */
export function titleBytes(unread: number): string {
  return `${OSC}2;${unread === 0 ? "" : `(${unread}) `}secure-chat${BELL}`
}

/** Longest text in a notification, in UTF-16 units. */
const MAX_BODY_UNITS = 120

export function ruleOf({ rooms, notify }: Settings, roomId: string): NotifyRule {
  return rooms[roomId] ?? notify
}

/**
 * What to tell of an event; undefined: nothing.
 *
 * @param self what this person is called.
 * @param isWatched whether the room is before the person's eyes.
 */
export function notificationOf(
  event: ClientEvent,
  { settings, self, isWatched, now }: { settings: Settings; self: string; isWatched: boolean; now: Millis },
): Notification | undefined {
  if (event.type !== "message.received" || isWatched || settings.quietUntil > now) return undefined
  const { room, from, message } = event
  const isMeant = room.kind === "direct" || mentions(message.text, self)
  const rule = ruleOf(settings, room.id)
  if (rule === "off" || (rule === "mentions" && !isMeant)) return undefined
  if (!settings.notifyText)
    return { title: say`secure-chat`, body: isMeant ? say`A message for you` : say`A new message` }
  const text = safeLine(message.text)
  return {
    title: safeName(from.name),
    body: text.length > MAX_BODY_UNITS ? say`${cut(text)}…` : text,
  }
}

function cut(text: SafeText): SafeText {
  return safeLine(sliceSafe(text, 0, MAX_BODY_UNITS))
}
