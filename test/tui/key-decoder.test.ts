import fc from "fast-check"
import { expect, test } from "vitest"
import { KeyDecoder, MAX_PASTE_UNITS, type Key } from "../../src/tui/key-decoder.ts"

const ESC = "\u001b"

/** Keys in short: text as `'text'`, chords as they are, pastes as `<text>`. */
function shown(keys: readonly Key[]): string[] {
  return keys.map((key) => {
    switch (key.kind) {
      case "text":
        return `'${key.text}'`
      case "chord":
        return key.chord
      case "paste":
        return `<${key.text}>`
      case "focus":
        return key.focused ? "focus" : "blur"
      case "mouse":
        return `${key.button} ${key.x} ${key.y}`
    }
  })
}

const decode = (...chunks: string[]) => {
  const decoder = new KeyDecoder()
  return shown([...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.flush()])
}

test.each<[string, string[]]>([
  ["hi\r", ["'hi'", "enter"]],
  ["hi\r\r", ["'hi'", "enter", "enter"]],
  ["a\nb", ["'a'", "ctrl+j", "'b'"]],
  ["\t", ["tab"]],
  ["\u007f", ["backspace"]],
  ["\u0008", ["backspace"]],
  ["\u0001\u001a\u001f\u0000", ["ctrl+a", "ctrl+z", "ctrl+_", "ctrl+space"]],
  ["日本", ["'日本'"]],
  [`${ESC}[A${ESC}[B${ESC}[C${ESC}[D`, ["up", "down", "right", "left"]],
  [`${ESC}OA${ESC}OP${ESC}OS`, ["up", "f1", "f4"]],
  [`${ESC}[11~${ESC}[15~${ESC}[24~`, ["f1", "f5", "f12"]],
  [`${ESC}[[A${ESC}[[E`, ["f1", "f5"]],
  [`${ESC}[1;5A${ESC}[1;3B${ESC}[1;2C`, ["ctrl+up", "alt+down", "shift+right"]],
  [`${ESC}[5~${ESC}[6;3~${ESC}[H${ESC}[4~`, ["pageup", "alt+pagedown", "home", "end"]],
  [`${ESC}[Z`, ["shift+tab"]],
  [`${ESC}a${ESC}A${ESC}1`, ["alt+a", "alt+a", "alt+1"]],
  [`${ESC}\r${ESC}\u007f`, ["alt+enter", "alt+backspace"]],
  [`${ESC}[13;2u${ESC}[97;5u${ESC}[27;2;13~`, ["shift+enter", "ctrl+a", "shift+enter"]],
  [ESC, ["esc"]],
  [`${ESC}${ESC}`, ["esc", "esc"]],
  [`${ESC}/msg bob hi\r`, ["esc", "'/msg bob hi'", "enter"]],
  [`${ESC}@bob hi\r`, ["esc", "'@bob hi'", "enter"]],
  [`${ESC}#everyone hi\r`, ["esc", "'#everyone hi'", "enter"]],
  [`${ESC}[I${ESC}[O`, ["focus", "blur"]],
  // Mouse reports and answers of the terminal are no keys.
  [`a${ESC}[<0;10;5Mb${ESC}[<0;10;5mc`, ["'a'", "left 9 4", "'b'", "'c'"]],
  [`${ESC}[<64;1;1M${ESC}[<65;300;90M${ESC}[<16;2;2M`, ["wheel-up 0 0", "wheel-down 299 89", "left 1 1"]],
  [`${ESC}[<2;1;1M${ESC}[<32;1;1M${ESC}[<0;0;1M${ESC}[<0;99999;1M${ESC}[<0;1M${ESC}[<;;Ma`, ["'a'"]],
  [`a${ESC}[M !!b`, ["'a'", "'b'"]],
  [`${ESC}]11;rgb:0/0/0${ESC}\\x${ESC}]52;c;AAAA\u0007y`, ["'x'", "'y'"]],
  [`${ESC}[?62;22cz`, ["'z'"]],
  ["\u0090\u009b", []],
  // Pastes, whole and in pieces, are never keys.
  [`${ESC}[200~a\r/quit\r${ESC}[31m${ESC}[201~`, [`<a\r/quit\r${ESC}[31m>`]],
  [`x${ESC}[200~y${ESC}[201~\r`, ["'x'", "<y>", "enter"]],
  // Escape just before a paste, read as one.
  [`${ESC}${ESC}[200~a\rb${ESC}[201~`, ["esc", "<a\rb>"]],
  [`${ESC}${ESC}[A${ESC}${ESC}[5~`, ["alt+up", "alt+pageup"]],
  // No bracketed paste: several lines in one chunk are nobody's typing.
  ["one\rtwo\rthree\r", ["<one\rtwo\rthree\r>"]],
  ["one\r\ntwo\r\n", ["<one\r\ntwo\r\n>"]],
])("%j is %j", (bytes, keys) => expect(decode(bytes)).toEqual(keys))

test.each([
  [[ESC, "[A"], ["up"]],
  [
    [ESC, "/", "who\r"],
    ["esc", "'/'", "'who'", "enter"],
  ],
  [[`${ESC}[`, "1;", "5A"], ["ctrl+up"]],
  [
    [`${ESC}[200`, "~a", "b", `${ESC}[20`, "1~c"],
    ["<ab>", "'c'"],
  ],
  [[`${ESC}[200~${ESC}[20`, `2~${ESC}[201~`], [`<${ESC}[202~>`]],
  [
    [`${ESC}[<0;1`, ";1M", "a"],
    ["left 0 0", "'a'"],
  ],
  [[`${ESC}]0;t`, "itle\u0007a"], ["'a'"]],
])("cut as %j it is %j", (chunks, keys) => expect(decode(...chunks)).toEqual(keys))

test("where the cursor stands is told, however the answer is cut, and is no key", () => {
  const places: [row: number, column: number][] = []
  const decoder = new KeyDecoder((row, column) => places.push([row, column]))
  const keys = [`a${ESC}[2;3Rb${ESC}[12;1`, "40R", `${ESC}[1;2R`, `${ESC}[R`, `${ESC}${ESC}[3;4R`].flatMap(
    (chunk) => decoder.push(chunk),
  )
  expect(keys.map((key) => (key.kind === "text" ? key.text : key.kind === "chord" ? key.chord : ""))).toEqual(
    ["a", "b", "shift+f3", "f3", "esc"],
  )
  expect(places).toEqual([
    [2, 3],
    [12, 140],
    [3, 4],
  ])
})

test("a paste without an end sends no keys, and one without a limit is cut", () => {
  const decoder = new KeyDecoder()
  expect(decoder.push(`${ESC}[200~never\rending\r`)).toEqual([])
  expect(decoder.waiting).toBe(false)
  expect(decoder.flush()).toEqual([])
  const [key] = decoder.push(`${"x".repeat(MAX_PASTE_UNITS + 5)}${ESC}[201~`)
  expect(key).toMatchObject({ kind: "paste" })
  expect(key?.kind === "paste" ? key.text.length : 0).toBe(MAX_PASTE_UNITS)
})

test("property: bytes inside a paste never become a key, however they are cut", () => {
  const inner = fc.string({ unit: "binary", maxLength: 60 }).filter((text) => !text.includes(`${ESC}[201~`))
  fc.assert(
    fc.property(
      inner,
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }),
      fc.nat(2),
      (text, cuts, escapes) => {
        const whole = `${ESC.repeat(escapes)}${ESC}[200~${text}${ESC}[201~`
        const decoder = new KeyDecoder()
        const keys: Key[] = []
        let at = 0
        for (const size of [...cuts, whole.length]) {
          keys.push(...decoder.push(whole.slice(at, at + size)))
          at += size
        }
        expect(keys.filter(({ kind }) => kind !== "chord")).toEqual([{ kind: "paste", text }])
        expect(keys.filter((key) => key.kind === "chord" && key.chord !== "esc")).toEqual([])
      },
    ),
    { numRuns: 500 },
  )
})

test("property: any bytes decode without throwing and hold nothing for ever", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 10 }), (chunks) => {
      const decoder = new KeyDecoder()
      for (const chunk of chunks) decoder.push(chunk)
      decoder.flush()
      expect(decoder.waiting).toBe(false)
    }),
    { numRuns: 1_000 },
  )
})
