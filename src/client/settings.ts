/**
 * What a person has set for the screens of this installation: one record, checked whenever it is read or written, so
 * that whatever the disk gives back is a record of this form. Nobody else learns any of it, and no backup holds it.
 */
import type { Millis } from "../platform/clock.ts"

export const THEMES = ["auto", "dark", "light", "contrast", "red-green", "blue-yellow", "mono"] as const
/** `red-green` and `blue-yellow` are named after the colours that need not be told apart. */
export type ThemeName = (typeof THEMES)[number]

export const NOTIFY_RULES = ["all", "mentions", "off"] as const
export type NotifyRule = (typeof NOTIFY_RULES)[number]

export interface Settings {
  theme: ThemeName
  ascii: boolean
  mouse: boolean
  /** For rooms that have no rule of their own in `rooms`, which is by id. */
  notify: NotifyRule
  rooms: Readonly<Record<string, NotifyRule>>
  /** Who wrote, and what, stands in a notification. */
  notifyText: boolean
  /** Nothing is notified before this time. */
  quietUntil: Millis
  /** Others are told that this person has read what they wrote; otherwise only that it has arrived (PROTOCOL.md §13.4). */
  receipts: boolean
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "auto",
  ascii: false,
  mouse: false,
  notify: "all",
  rooms: {},
  notifyText: false,
  quietUntil: 0,
  receipts: true,
}

/** Rooms with a rule of their own. */
const MAX_ROOM_RULES = 1_000
const ROOM_ID = /^r_[\w-]{1,64}$/u

/** What of `given` makes sense; `otherwise` for the rest. */
export function checkedSettings(given: unknown, otherwise: Settings = DEFAULT_SETTINGS): Settings {
  const fields = typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {}
  const flag = (name: "ascii" | "mouse" | "notifyText" | "receipts") => {
    const value = fields[name]
    return typeof value === "boolean" ? value : otherwise[name]
  }
  const { quietUntil } = fields
  const isTime = typeof quietUntil === "number" && Number.isSafeInteger(quietUntil) && quietUntil >= 0
  return {
    theme: THEMES.find((name) => name === fields["theme"]) ?? otherwise.theme,
    ascii: flag("ascii"),
    mouse: flag("mouse"),
    notify: NOTIFY_RULES.find((rule) => rule === fields["notify"]) ?? otherwise.notify,
    rooms: roomRules(fields["rooms"]) ?? otherwise.rooms,
    notifyText: flag("notifyText"),
    quietUntil: isTime ? quietUntil : otherwise.quietUntil,
    receipts: flag("receipts"),
  }
}

function roomRules(given: unknown): Settings["rooms"] | undefined {
  if (typeof given !== "object" || given === null) return undefined
  const rules: Record<string, NotifyRule> = {}
  for (const [id, value] of Object.entries(given).slice(0, MAX_ROOM_RULES)) {
    const rule = NOTIFY_RULES.find((known) => known === value)
    if (rule !== undefined && ROOM_ID.test(id)) rules[id] = rule
  }
  return rules
}
