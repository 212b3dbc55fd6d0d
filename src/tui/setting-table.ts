/** The settings of the screens, in words: one table that `/set`, the commands named after them and `config` read. */
import { NOTIFY_RULES, THEMES, type Settings } from "../client/client.ts"
import type { Millis } from "../platform/clock.ts"
import { spokenLanguage } from "./language.ts"
import { joinSafe, safeLine, say, type SafeText } from "./safe-text.ts"
import { timeOfDay } from "./words.ts"

export const SETTING_NAMES = ["theme", "ascii", "mouse", "notify", "notify-text", "dnd", "receipts"] as const
export type SettingName = (typeof SETTING_NAMES)[number]

interface SettingRow {
  what: SafeText
  values: SafeText
  shown(settings: Settings, now: Millis): SafeText
  /** Undefined for a value that it cannot have. */
  read(value: string, now: Millis): Partial<Settings> | undefined
  /** Said behind what it was changed to. */
  means?(settings: Settings): SafeText
  /** What it becomes when no value is given; undefined: then it is only shown. */
  turned?(settings: Settings): Partial<Settings>
}

const ON_OFF = say`on, off`
const list = (values: readonly string[]) => joinSafe(values.map(safeLine), say`, `)
const onOff = (on: boolean) => (on ? say`on` : say`off`)
const readSwitch = (value: string) => (value === "on" ? true : value === "off" ? false : undefined)

export const SETTINGS: Readonly<Record<SettingName, SettingRow>> = {
  theme: {
    what: say`colours`,
    values: list(THEMES),
    shown: ({ theme }) => safeLine(theme),
    read: (value) => pick(THEMES, value, (theme) => ({ theme })),
  },
  ascii: {
    what: say`no symbols beyond ASCII`,
    values: ON_OFF,
    shown: ({ ascii }) => onOff(ascii),
    read: (value) => flag(value, (ascii) => ({ ascii })),
    turned: ({ ascii }) => ({ ascii: !ascii }),
  },
  mouse: {
    what: say`wheel and clicks; Shift still selects`,
    values: ON_OFF,
    shown: ({ mouse }) => onOff(mouse),
    read: (value) => flag(value, (mouse) => ({ mouse })),
    turned: ({ mouse }) => ({ mouse: !mouse }),
  },
  notify: {
    what: say`what tells you of a message`,
    values: list(NOTIFY_RULES),
    shown: ({ notify }) => safeLine(notify),
    read: (value) => pick(NOTIFY_RULES, value, (notify) => ({ notify })),
  },
  "notify-text": {
    what: say`name and text stand in it`,
    values: ON_OFF,
    shown: ({ notifyText }) => onOff(notifyText),
    read: (value) => flag(value, (notifyText) => ({ notifyText })),
  },
  dnd: {
    what: say`quiet for a while`,
    values: say`45m, 2h, 1d, off`,
    shown: ({ quietUntil }, now) => (quietUntil > now ? say`until ${timeOfDay(quietUntil)}` : say`off`),
    read: (value, now) => {
      const time = value === "off" ? 0 : durationOf(value)
      return time === undefined ? undefined : { quietUntil: time === 0 ? 0 : now + time }
    },
  },
  receipts: {
    what: say`others see that you have read their messages`,
    values: ON_OFF,
    shown: ({ receipts }) => onOff(receipts),
    read: (value) => flag(value, (receipts) => ({ receipts })),
    means: ({ receipts }) =>
      receipts
        ? say`Others see what you read from now on, and with it that you have read all before.`
        : say`Others see that their messages have reached you, and no more that you read them.`,
  },
}

function flag(value: string, put: (on: boolean) => Partial<Settings>): Partial<Settings> | undefined {
  const on = readSwitch(value)
  return on === undefined ? undefined : put(on)
}

function pick<T extends string>(
  known: readonly T[],
  value: string,
  put: (value: T) => Partial<Settings>,
): Partial<Settings> | undefined {
  const found = known.find((each) => each === value)
  return found === undefined ? undefined : put(found)
}

const UNITS: Readonly<Record<string, Millis>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const MAX_QUIET_MS = 30 * 86_400_000

/** `45m` → milliseconds; undefined for anything else, and for more than 30 days. */
export function durationOf(value: string): Millis | undefined {
  const match = /^(\d{1,5})([smhd])$/u.exec(value)
  const time = match === null ? 0 : Number.parseInt(match[1]!, 10) * UNITS[match[2]!]!
  return time > 0 && time <= MAX_QUIET_MS ? time : undefined
}

/** What a person asks of a setting. `roomId`: of this room alone, where a setting can be so. */
export interface SettingWish {
  name: SettingName | undefined
  value: string | undefined
  roomId: string | undefined
}

export type SettingAnswer =
  /** To be saved, and what is then so. */
  | { kind: "change"; change: Partial<Settings>; said: SafeText }
  | { kind: "shown"; lines: readonly SafeText[] }
  | { kind: "refused"; why: SafeText }

export function settingAnswer(settings: Settings, wish: SettingWish, now: Millis): SettingAnswer {
  const { name, roomId } = wish
  if (name === undefined) return { kind: "shown", lines: settingLines(settings, now) }
  const row = SETTINGS[name]
  const value = wish.value?.toLowerCase()
  const isOfRoom = name === "notify" && roomId !== undefined
  if (value === undefined && row.turned === undefined) {
    const own = isOfRoom ? settings.rooms[roomId] : undefined
    const here = own === undefined ? say`` : say` In this room: ${safeLine(own)}.`
    return {
      kind: "shown",
      lines: [say`${safeLine(name)}: ${row.shown(settings, now)}.${here} It can be: ${row.values}.`],
    }
  }
  const change = value === undefined ? row.turned?.(settings) : row.read(value, now)
  if (change === undefined)
    return { kind: "refused", why: say`Not set. ${safeLine(name)} can be: ${row.values}.` }
  if (isOfRoom && change.notify !== undefined) {
    const rooms = { ...settings.rooms, [roomId]: change.notify }
    return { kind: "change", change: { rooms }, said: say`In this room: notify ${safeLine(change.notify)}.` }
  }
  const after = { ...settings, ...change }
  const said = say`${safeLine(name)}: ${row.shown(after, now)}.`
  return { kind: "change", change, said: row.means === undefined ? said : say`${said} ${row.means(after)}` }
}

/** Two lines a setting: what it is now, and what it can be. */
function settingLines(settings: Settings, now: Millis): readonly SafeText[] {
  const rows = SETTING_NAMES.flatMap((name) => {
    const { shown, what, values } = SETTINGS[name]
    return [say`${safeLine(name)}: ${shown(settings, now)}`, say`  ${what} (${values})`]
  })
  // It is kept beside the database: it is needed before a passphrase is asked for.
  return [...rows, say`language: ${safeLine(spokenLanguage())}`, say`  from the next start on (en, hi)`]
}
