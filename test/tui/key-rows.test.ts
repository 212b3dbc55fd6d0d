/**
 * Every key of the keymap as terminals send it: plain (xterm, VTE, the Linux console, rxvt), in the kitty protocol, and
 * as xterm's modifyOtherKeys; and what comes of it in the chat.
 */
import { expect, test } from "vitest"
import { KeyDecoder } from "../../src/tui/key-decoder.ts"
import { actionOf, DEFAULT_KEYS, pressedName } from "../../src/tui/key-map.ts"
import { nameOfAction } from "../../src/tui/key-table.ts"

const E = "\u001b"

/** What bytes mean, in the chat or in another place. */
function meant(bytes: string, where: "text" | "empty" | "message" | "pane" | "panel"): string | undefined {
  const decoder = new KeyDecoder()
  const keys = [...decoder.push(bytes), ...decoder.flush()]
  if (where === "message" || where === "pane" || where === "panel") {
    expect(keys).toHaveLength(1)
    return DEFAULT_KEYS[where].get(pressedName(keys[0]!))
  }
  const chord = keys.map((key) => (key.kind === "chord" ? key.chord : `text ${key.kind}`)).join(" ")
  const action = actionOf(DEFAULT_KEYS, chord, where === "empty")
  return action && nameOfAction(action)
}

/** Ctrl and a letter: its control character, or its code with the modifier. */
const ctrl = (letter: string) => [
  String.fromCodePoint(letter.toUpperCase().codePointAt(0)! - 64),
  `${E}[${letter.toLowerCase().codePointAt(0)!};5u`,
  `${E}[27;5;${letter.toLowerCase().codePointAt(0)!}~`,
]
const alt = (letter: string) => [
  `${E}${letter}`,
  `${E}[${letter.codePointAt(0)!};3u`,
  `${E}[27;3;${letter.codePointAt(0)!}~`,
]
/** A key with a letter of its own: CSI letter, SS3 letter, and both modified. */
const arrow = (letter: string) => [`${E}[${letter}`, `${E}O${letter}`, `${E}[1;1${letter}`]
const arrowWith = (letter: string, modifier: number) => [`${E}[1;${modifier}${letter}`]
const numbered = (number: number) => [`${E}[${number}~`, `${E}[${number};1~`]

const SHIFT = 2
const ALT = 3
const CTRL = 5

/** The rows of the keymap, in its order: bytes, what is written, what it means. */
const ROWS: readonly (readonly [
  row: string,
  bytes: readonly string[],
  where: "text" | "empty" | "both",
  means: string,
])[] = [
  ["Enter", ["\r", `${E}[13u`, `${E}[57414u`], "both", "submit"],
  ["Ctrl+J", ["\n", `${E}[106;5u`], "both", "newline"],
  ["Alt+Enter", [`${E}\r`, `${E}[13;3u`, `${E}[27;3;13~`], "both", "newline"],
  ["Shift+Enter", [`${E}[13;2u`, `${E}[27;2;13~`], "both", "newline"],
  ["Tab", ["\t", `${E}[9u`], "text", "complete"],
  ["Shift+Tab", [`${E}[Z`, `${E}[9;2u`, `${E}[27;2;9~`], "text", "complete-back"],
  ["Tab on an empty line", ["\t", `${E}[9u`], "empty", "focus-next"],
  ["Shift+Tab on an empty line", [`${E}[Z`, `${E}[9;2u`, `${E}[27;2;9~`], "empty", "focus-back"],
  ["Up", arrow("A"), "both", "up"],
  ["Down", arrow("B"), "both", "down"],
  ["Ctrl+Up", arrowWith("A", CTRL), "both", "room-before"],
  ["Alt+Up", [...arrowWith("A", ALT), `${E}${E}[A`], "both", "room-before"],
  ["Ctrl+P", ctrl("p"), "both", "room-before"],
  ["Ctrl+Down", arrowWith("B", CTRL), "both", "room-after"],
  ["Alt+Down", [...arrowWith("B", ALT), `${E}${E}[B`], "both", "room-after"],
  ["Ctrl+N", ctrl("n"), "both", "room-after"],
  ["Ctrl+G", ctrl("g"), "both", "next-unread"],
  ["Alt+A", [...alt("a"), `${E}A`], "both", "next-unread"],
  ["Ctrl+K on an empty line", ctrl("k"), "empty", "goto"],
  ["Ctrl+K", ctrl("k"), "text", "cut-to-end"],
  ["Ctrl+O", ctrl("o"), "both", "goto"],
  ["Alt+K", alt("k"), "both", "goto"],
  ["F2", [`${E}OQ`, `${E}[12~`, `${E}[[B`, `${E}[Q`], "both", "rooms"],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`Alt+${n}`, alt(String(n)), "both", `room-${n}`] as const),
  ["PgUp", numbered(5), "both", "page-up"],
  ["PgDn", numbered(6), "both", "page-down"],
  ["Alt+PgUp", [`${E}[5;3~`, `${E}${E}[5~`], "both", "few-up"],
  ["Alt+PgDn", [`${E}[6;3~`, `${E}${E}[6~`], "both", "few-down"],
  ["Shift+Up", arrowWith("A", SHIFT), "both", "few-up"],
  ["Home on an empty line", [...arrow("H"), ...numbered(1), ...numbered(7)], "empty", "oldest"],
  ["End on an empty line", [...arrow("F"), ...numbered(4), ...numbered(8)], "empty", "newest"],
  ["Home", [...arrow("H"), ...numbered(1), ...numbered(7)], "text", "line-start"],
  ["End", [...arrow("F"), ...numbered(4), ...numbered(8)], "text", "line-end"],
  ["Alt+Home", arrowWith("H", ALT), "both", "oldest"],
  ["Alt+End", arrowWith("F", ALT), "both", "newest"],
  ["Ctrl+U on an empty line", ctrl("u"), "empty", "first-unread"],
  ["Alt+U", alt("u"), "both", "first-unread"],
  ["Esc", [E, `${E}[27u`], "text", "escape"],
  ["Esc on an empty line", [E, `${E}[27u`], "empty", "pick"],
  ["Alt+J", alt("j"), "both", "pick"],
  ["Ctrl+F", ctrl("f"), "both", "search"],
  ["Ctrl+R", ctrl("r"), "both", "history"],
  ["Ctrl+X Ctrl+E", ["\u0018\u0005", `${E}[120;5u${E}[101;5u`], "both", "editor"],
  ["Alt+C", alt("c"), "both", "editor"],
  ["Ctrl+T", ctrl("t"), "both", "attach"],
  ["F1", [`${E}OP`, `${E}[11~`, `${E}[[A`, `${E}[P`], "both", "help"],
  ["F3", [`${E}OR`, `${E}[13~`, `${E}[[C`, `${E}[R`], "both", "people-pane"],
  ["F4", [`${E}OS`, `${E}[14~`, `${E}[[D`, `${E}[S`], "both", "rooms-pane"],
  ["Alt+N", alt("n"), "both", "people-pane"],
  ["Alt+B on an empty line", alt("b"), "empty", "rooms-pane"],
  ["F5", [...numbered(15), `${E}[[E`], "both", "verify"],
  ["F8", numbered(19), "both", "alert"],
  ["F9", numbered(20), "both", "lock"],
  ["Ctrl+L", ctrl("l"), "both", "redraw"],
  ["Ctrl+Z", ctrl("z"), "both", "suspend"],
  ["Ctrl+C", ctrl("c"), "both", "interrupt"],
  ["Ctrl+D on an empty line", ctrl("d"), "empty", "end-of-input"],
  ["Ctrl+A", ctrl("a"), "both", "line-start"],
  ["Ctrl+E", ctrl("e"), "both", "line-end"],
  ["Ctrl+W", ctrl("w"), "both", "cut-word-left"],
  ["Ctrl+U", ctrl("u"), "text", "cut-to-start"],
  ["Ctrl+Y", ctrl("y"), "both", "yank"],
  ["Ctrl+_", ["\u001f", `${E}[95;5u`, `${E}[45:95;6u`, `${E}[27;5;95~`], "both", "undo"],
  ["Alt+B", alt("b"), "text", "word-left"],
  ["Alt+F", alt("f"), "both", "word-right"],
  ["Alt+D", alt("d"), "both", "cut-word-right"],
  ["Ctrl+Left", arrowWith("D", CTRL), "both", "word-left"],
  ["Ctrl+Right", arrowWith("C", CTRL), "both", "word-right"],
]

test.each(ROWS)("%s", (_, bytes, where, means) => {
  const places = where === "both" ? (["text", "empty"] as const) : ([where] as const)
  for (const place of places)
    expect(bytes.map((sent) => [sent, meant(sent, place)])).toEqual(bytes.map((sent) => [sent, means]))
})

test.each<[where: "message" | "pane" | "panel", bytes: readonly string[], means: string]>([
  ["message", arrow("A"), "message-up"],
  ["message", arrow("B"), "message-down"],
  ["message", ["r", "R", `${E}[114u`, `${E}[114:82;2u`], "message-reply"],
  ["message", ["e"], "message-edit"],
  ["message", ["d"], "message-delete"],
  ["message", ["+"], "message-react"],
  ["message", ["y"], "message-copy"],
  ["message", ["o"], "message-open"],
  ["message", ["i"], "message-who"],
  ["message", ["v"], "message-verify"],
  ["message", ["f"], "message-forward"],
  ["message", ["\r"], "message-menu"],
  ["message", ["?", `${E}OP`], "message-help"],
  ["message", [E, "q", `${E}j`, "\u0003"], "message-leave"],
  ["pane", arrow("A"), "pane-up"],
  ["pane", ["\r"], "pane-open"],
  ["pane", [E], "pane-leave"],
  ["pane", ["?", `${E}[11~`], "pane-help"],
  ["panel", ["?", `${E}[11~`], "panel-help"],
  ["panel", [E, "q", "\u0003"], "panel-close"],
  ["panel", [" ", ...numbered(6)], "panel-page-down"],
])("in the place %s %j is %s", (where, bytes, means) => {
  expect(bytes.map((sent) => [sent, meant(sent, where)])).toEqual(bytes.map((sent) => [sent, means]))
})

test("a keyboard that writes Devanagari has the Latin key where the terminal tells it", () => {
  const decoder = new KeyDecoder()
  // ि is on the key of F, र on that of J.
  expect(decoder.push(`${E}[2367::102;5u${E}[2352::106;3u`)).toEqual([
    { kind: "chord", chord: "ctrl+f" },
    { kind: "chord", chord: "alt+j" },
  ])
  expect(decoder.push(`${E}[2352::106u${E}[2352u`)).toEqual([
    { kind: "text", text: "र" },
    { kind: "text", text: "र" },
  ])
})

test("what is let go, and keys without a letter, are nothing", () => {
  const decoder = new KeyDecoder()
  expect(
    decoder.push(`${E}[97;1:3u${E}[1;1:3A${E}[57441;2u${E}[55296u${E}[155u${E}[27;5;7~${E}[99999999u`),
  ).toEqual([])
  expect(
    decoder.push(`${E}[97;1:1u${E}[97;1:2u${E}[97;65u`).map((key) => key.kind === "text" && key.text),
  ).toEqual(["a", "a", "a"])
})
