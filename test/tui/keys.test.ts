/** The table of keys, and the file in which a person has their own. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { COMMANDS } from "../../src/tui/commands.ts"
import { faultLine, keyFileText, parseKeyFile } from "../../src/tui/key-file.ts"
import { helpParts, searchedHelp } from "../../src/tui/help.ts"
import {
  actionOf,
  chordLabel,
  conflictsOf,
  DEFAULT_KEYS,
  labelOf,
  type KeyMap,
} from "../../src/tui/key-map.ts"
import type { Place } from "../../src/tui/key-places.ts"
import { KEYS, nameOfRow, type KeyRow } from "../../src/tui/key-table.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { chat } from "../support/tui-chat.ts"

const helpOf = (keys: KeyMap, place: Place = "chat") =>
  helpParts(keys, place, UNICODE_SYMBOLS).flatMap(({ rows }) => rows)

const chordsOf = (row: KeyRow) => [...row.chords, ...(row.place === "chat" ? row.whenEmpty : [])]

test("no key means two things, and every action that a person looks for is in help", () => {
  expect(conflictsOf(KEYS)).toEqual([])
  const help = helpOf(DEFAULT_KEYS)
  const words = help.map(({ right }) => right)
  for (const row of KEYS)
    if (row.place !== "chat" || row.action.kind !== "window") expect(words).toContain(row.what)
  for (const { left } of help) expect(left.length).toBeLessThanOrEqual(30)
})

/** What an action that has only Alt keys is reached by as well. */
const COMMAND_INSTEAD = /^(?:room-\d|mouse)$/u

test("whatever is on an Alt key has another key, one that works on an empty line too, or a command", () => {
  for (const row of KEYS) {
    const all = chordsOf(row)
    const isLost = all.length > 0 && all.every((chord) => chord.includes("alt+"))
    if (isLost) expect(nameOfRow(row)).toMatch(COMMAND_INSTEAD)
  }
  expect(COMMANDS.map(({ word }) => word)).toEqual(expect.arrayContaining(["win", "mouse"]))
})

test("nothing that matters is on a key that terminals, tmux or screen keep", () => {
  const chords = KEYS.flatMap(chordsOf)
  for (const chord of ["ctrl+b", "ctrl+s", "ctrl+q", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+["])
    expect(chords).not.toContain(chord)
})

test("some keys mean something else on an empty line", () => {
  expect(actionOf(DEFAULT_KEYS, "ctrl+k", false)).toEqual({ kind: "edit", edit: "cut-to-end" })
  expect(actionOf(DEFAULT_KEYS, "ctrl+k", true)).toEqual({ kind: "goto" })
  expect(actionOf(DEFAULT_KEYS, "ctrl+d", false)).toEqual({ kind: "edit", edit: "delete" })
  expect(actionOf(DEFAULT_KEYS, "ctrl+d", true)).toEqual({ kind: "end-of-input" })
  expect(actionOf(DEFAULT_KEYS, "f12", true)).toBeUndefined()
})

test.each([
  ["ctrl+x ctrl+e", "Ctrl+X Ctrl+E"],
  ["alt+pageup", "Alt+PgUp"],
  ["f5", "F5"],
  ["ctrl+alt+left", "Ctrl+Alt+Left"],
  ["ctrl++", "Ctrl++"],
])("%j is called %j", (chord, label) => expect(chordLabel(chord)).toBe(label))

function keysOf(text: string) {
  const read = parseKeyFile(text)
  if (!read.ok) throw new Error(read.faults.map(faultLine).join("\n"))
  return read.keys
}

test("the file changes what it names and nothing else", () => {
  const keys = keysOf(
    "\ufeff# mine\r\nattach =\ngoto = CTRL+T, Alt+K, ctrl+k when empty\n\nverify=\nsubmit = alt+enter\nnewline = Return, ctrl+j",
  )
  expect(actionOf(keys, "ctrl+t", false)).toEqual({ kind: "goto" })
  expect(actionOf(keys, "ctrl+o", true)).toBeUndefined()
  expect(actionOf(keys, "tab", true)).toEqual({ kind: "focus-next" })
  expect(actionOf(keys, "tab", false)).toEqual({ kind: "complete" })
  expect(actionOf(keys, "f5", false)).toBeUndefined()
  expect(actionOf(keys, "enter", false)).toEqual({ kind: "edit", edit: "newline" })
  expect(labelOf(keys, "submit")).toBe("Alt+Enter")
  expect(labelOf(keys, "verify")).toBe("(no key)")
  expect(actionOf(keys, "ctrl+n", false)).toEqual({ kind: "room-after" })
  expect(
    helpOf(keys)
      .filter(({ left }) => left === "F5")
      .map(({ right }) => right),
  ).toEqual(["verify this person", "in a list: verify this person"])
})

test("what is printed is read back as it was", () => {
  expect(keysOf(keyFileText(DEFAULT_KEYS)).rows).toEqual(KEYS)
  expect(keysOf("").rows).toEqual(KEYS)
})

test.each<[string, string]>([
  ["goto", "line 1: write it as: action = key, key"],
  ["# x\nfly = f10", 'line 2: there is no action "fly"; secure-chat config keys lists them'],
  ["goto = f11\ngoto = f10", 'line 2: "goto" stands in line 1 already'],
  ["verify = x", 'line 1: "x" is for writing; put ctrl+ or alt+ before it'],
  ["verify = shift+x", 'line 1: "shift+x" is for writing; put ctrl+ or alt+ before it'],
  ["verify = space", 'line 1: "space" is for writing; put ctrl+ before it'],
  ["verify = hyper+x", 'line 1: "hyper+x" is no key: before it may stand ctrl+, alt+ and shift+'],
  ["verify = ctrl+ctrl+x", 'line 1: "ctrl+ctrl+x" is no key: before it may stand ctrl+, alt+ and shift+'],
  ["verify = f13", 'line 1: "f13" is no key'],
  ["verify = ctrl+", 'line 1: "ctrl+" is no key'],
  ["verify = __proto__", 'line 1: "__proto__" is no key'],
  ["verify = constructor", 'line 1: "constructor" is no key'],
  ["verify = ctrl+m", 'line 1: terminals send the same for "ctrl+m" as for "enter"; write that'],
  ["verify = alt+[", 'line 1: "alt+[" cannot be told from the start of something else'],
  ["verify = alt+@", 'line 1: "alt+@" cannot be told from the start of something else'],
  ["verify = f7 f8 f9", 'line 1: "f7 f8 f9": at most two keys one after the other'],
  [
    "verify = ctrl+g",
    'line 1: Ctrl+G would mean "next-unread" and "verify"; give one of the two another key, or none, in this file',
  ],
  [
    "verify = ctrl+g ctrl+v",
    'line 1: Ctrl+G would mean "next-unread" and "verify"; give one of the two another key, or none, in this file',
  ],
  ["interrupt = f9", 'line 1: "interrupt" keeps Ctrl+C: without it there may be no way back'],
  ["submit =", 'line 1: "submit" needs a key that works at any time'],
  [
    "message-reply = e",
    'line 1: E would mean "message-reply" and "message-edit"; give one of the two another key, or none, in this file',
  ],
  ["message-leave = q", 'line 1: "message-leave" keeps Esc: without it there may be no way back'],
  ["pane-leave =", 'line 1: "pane-leave" keeps Esc: without it there may be no way back'],
  ["panel-close = q", 'line 1: "panel-close" keeps Esc: without it there may be no way back'],
  ["panel-choose =", 'line 1: "panel-choose" needs a key that works at any time'],
  ["panel-down = n", 'line 1: "n" may be an answer in a panel; put ctrl+ or alt+ before it'],
  ["message-copy = y when empty", 'line 1: "when empty" is for keys of the chat alone'],
  ["message-copy = ctrl+x y", 'line 1: "ctrl+x y": one key, not two in a row'],
  ["message-copy = shift+y", 'line 1: "shift+y" is for writing; put ctrl+ or alt+ before it'],
  ["submit = f9 when empty", 'line 1: "submit" needs a key that works at any time'],
])("%j is refused with its line", (text, words) => {
  const read = parseKeyFile(text)
  expect(read.ok ? [] : read.faults.map(faultLine)).toContain(words)
})

test("property: whatever stands in the file is a table without conflicts, or faults that are safe to show", () => {
  const names = KEYS.map((row) => nameOfRow(row) as string)
  const line = fc.tuple(fc.constantFrom(...names, "x"), fc.string({ unit: "binary", maxLength: 12 }))
  const chords = fc.constantFrom("ctrl+t", "f9", "alt+q, f10", "ctrl+x ctrl+e", "ctrl+k when empty", ",", "")
  const text = fc.array(fc.oneof(line, fc.tuple(fc.constantFrom(...names), chords)), { maxLength: 8 })
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), text), (given) => {
      const whole = typeof given === "string" ? given : given.map((parts) => parts.join(" = ")).join("\n")
      const read = parseKeyFile(whole)
      if (read.ok) expect(conflictsOf(read.keys.rows)).toEqual([])
      else
        for (const fault of read.faults) expect(faultLine(fault)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u)
    }),
  )
})

test("two keys one after the other mean one thing, and writing in between forgets the first", async () => {
  const it = await chat()
  it.view = {
    ...it.view,
    keys: keysOf(
      "help = ctrl+x ctrl+h, ctrl+x h when empty, f1".replace(
        "ctrl+x ctrl+h, ctrl+x h",
        "ctrl+x f1, ctrl+x f2",
      ),
    ),
  }
  expect(it.press("ctrl+x").view.overlay).toBeUndefined()
  expect(it.press("f1").view.overlay?.kind).toBe("help")
  it.press("esc", "ctrl+x").type("a").press("f2")
  expect(it.view.overlay?.kind).toBe("picker")
  expect(it.press("esc", "ctrl+x", "ctrl+g", "f3").view.overlay).toMatchObject({ source: "people" })
})

test("? shows help wherever nothing is written", async () => {
  const it = (await chat()).type("/who").press("enter")
  expect(it.type("?").view.overlay?.kind).toBe("help")
  // What lay under it lies there again.
  expect(it.press("esc").view.overlay?.kind).toBe("who")
  expect(it.press("esc", "f3").type("?").view.overlay?.kind).toBe("help")
  expect(it.press("esc", "esc", "f3").type("a?").view.overlay).toMatchObject({ query: "a?" })
})

test("keys of a chosen message and of panels are the person's own too", async () => {
  const it = await chat()
  it.view = {
    ...it.view,
    keys: keysOf("message-reply = a\nmessage-menu = r, enter\npanel-close = esc, f2, ctrl+c"),
  }
  it.press("esc").type("a")
  expect(it.view.about?.kind).toBe("reply")
  it.press("esc", "esc").type("r")
  expect(it.view.overlay).toMatchObject({ kind: "page", title: "What to do with this message" })
  expect(it.frame()).toMatch(/▸ A {2}answer it/u)
  expect(it.press("f2").view.overlay).toBeUndefined()
  expect(it.frame()).toContain("A answer")
  expect(it.press("esc", "f4").view.overlay?.kind ?? "pane").toBe("pane")
})

test("the keys of a place stand first in its help, and all others after them", () => {
  const titles = (place: Place) => helpParts(DEFAULT_KEYS, place, UNICODE_SYMBOLS).map(({ title }) => title)
  expect(titles("chat").slice(0, 2)).toEqual(["Commands", "Keys"])
  expect(titles("message")[0]).toBe("Keys with a message chosen")
  expect(titles("pane")[0]).toBe("Keys in the rooms and people beside the chat")
  expect(titles("panel")[0]).toBe("Keys in what lies over the chat")
  expect(titles("panel").toSorted()).toEqual(titles("chat").toSorted())
})

test("help is searched by typing: every word must stand in a row", () => {
  const found = (query: string) =>
    searchedHelp(helpParts(DEFAULT_KEYS, "chat", UNICODE_SYMBOLS), query).flatMap(({ rows }) =>
      rows.map(({ left, right }) => `${left}: ${right}`),
    )
  expect(found("verify message")).toEqual([])
  expect(found("  UNREAD  line ")).toEqual(["Alt+U  Ctrl+U when empty: first unread line"])
  expect(found("/verify").length).toBeGreaterThan(0)
  expect(found("")).toEqual(found("   "))
})
