/** The table of keys, and the file in which a person has their own. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { COMMANDS } from "../../src/tui/commands.ts"
import { faultLine, keyFileText, parseKeyFile } from "../../src/tui/key-file.ts"
import { actionOf, chordLabel, conflictsOf, DEFAULT_KEYS, keyHelp, labelOf } from "../../src/tui/key-map.ts"
import { KEYS, nameOfAction } from "../../src/tui/key-table.ts"
import { chat } from "../support/tui-chat.ts"

test("no key means two things, and every action that a person looks for is in help", () => {
  expect(conflictsOf(KEYS)).toEqual([])
  const help = keyHelp(DEFAULT_KEYS).map(({ right }) => right)
  for (const row of KEYS) if (row.action.kind !== "window") expect(help).toContain(row.what)
  for (const { left } of keyHelp(DEFAULT_KEYS)) expect(left.length).toBeLessThanOrEqual(30)
})

/** What an action that has only Alt keys is reached by as well. */
const COMMAND_INSTEAD = /^(?:room-\d|mouse)$/u

test("whatever is on an Alt key has another key, one that works on an empty line too, or a command", () => {
  for (const { action, chords, whenEmpty } of KEYS) {
    const all = [...chords, ...whenEmpty]
    const isLost = all.length > 0 && all.every((chord) => chord.includes("alt+"))
    if (isLost) expect(nameOfAction(action)).toMatch(COMMAND_INSTEAD)
  }
  expect(COMMANDS.map(({ word }) => word)).toEqual(expect.arrayContaining(["win", "mouse"]))
})

test("nothing that matters is on a key that terminals, tmux or screen keep", () => {
  const chords = KEYS.flatMap((row) => [...row.chords, ...row.whenEmpty])
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
    "\ufeff# mine\r\ngoto = CTRL+T, Alt+K, ctrl+k when empty\n\nverify=\nsubmit = alt+enter\nnewline = Return, ctrl+j",
  )
  expect(actionOf(keys, "ctrl+t", false)).toEqual({ kind: "goto" })
  expect(actionOf(keys, "ctrl+o", true)).toBeUndefined()
  expect(actionOf(keys, "tab", true)).toEqual({ kind: "complete" })
  expect(actionOf(keys, "f5", false)).toBeUndefined()
  expect(actionOf(keys, "enter", false)).toEqual({ kind: "edit", edit: "newline" })
  expect(labelOf(keys, "submit")).toBe("Alt+Enter")
  expect(labelOf(keys, "verify")).toBe("(no key)")
  expect(actionOf(keys, "ctrl+n", false)).toEqual({ kind: "room-after" })
  expect(keyHelp(keys).map(({ left }) => left)).not.toContain("F5")
})

test("what is printed is read back as it was", () => {
  expect(keysOf(keyFileText(DEFAULT_KEYS)).rows).toEqual(KEYS)
  expect(keysOf("").rows).toEqual(KEYS)
})

test.each<[string, string]>([
  ["goto", "line 1: write it as: action = key, key"],
  ["# x\nfly = f9", 'line 2: there is no action "fly"; secure-chat config keys lists them'],
  ["goto = f9\ngoto = f10", 'line 2: "goto" stands in line 1 already'],
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
  ["submit = f9 when empty", 'line 1: "submit" needs a key that works at any time'],
])("%j is refused with its line", (text, words) => {
  const read = parseKeyFile(text)
  expect(read.ok ? [] : read.faults.map(faultLine)).toContain(words)
})

test("property: whatever stands in the file is a table without conflicts, or faults that are safe to show", () => {
  const names = KEYS.map(({ action }) => nameOfAction(action) as string)
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
  expect(it.press("esc", "f3").type("?").view.overlay?.kind).toBe("help")
  expect(it.press("esc", "f3").type("a?").view.overlay).toMatchObject({ query: "a?" })
})
