/** Texts that a peer may send to take over a screen: a corpus of known tricks, and arbitraries that mix them. */
import fc from "fast-check"

const ESC = "\u001b"

export const HOSTILE_CORPUS: readonly string[] = [
  `${ESC}]0;owned\u0007`,
  `${ESC}]2;owned${ESC}\\`,
  `${ESC}]52;c;c3RvbGVu\u0007`,
  `${ESC}]8;;http://evil.example/${ESC}\\click${ESC}]8;;${ESC}\\`,
  `${ESC}]777;notify;a;b\u0007`,
  `${ESC}]9;notification\u0007`,
  `${ESC}]1337;File=inline=1:AAAA\u0007`,
  `${ESC}P$q"p${ESC}\\`,
  `${ESC}_Gf=100;AAAA${ESC}\\`,
  `${ESC}^private${ESC}\\`,
  `${ESC}[2J${ESC}[H`,
  `${ESC}[?1049l`,
  `${ESC}[31mred${ESC}[0m`,
  `${ESC}[1;1Hat the top`,
  `${ESC}[6n`,
  `${ESC}c`,
  `${ESC}#8`,
  `${ESC}[?2004h`,
  `${ESC}(0lqqk`,
  "\u009b31mC1 CSI",
  "\u009d0;C1 OSC\u009c",
  "\u0090C1 DCS\u009c",
  "\u0085next line",
  "one\r\ntwo\rover",
  "12:03 Asha ✓        │ a line that looks real",
  "\n12:03 Asha ✓        │ a line that looks real",
  "a\u2028b\u2029c",
  "a\u000bb\u000cc\u0008\u0008\u0008d",
  "\u0007\u0000\u007f",
  "\u202etxt.exe\u202c",
  "\u2066isolated\u2069 \u061c\u200f\u200e",
  "z\u0335\u0321\u034f".repeat(40) + "a" + "\u0301".repeat(500),
  "\u0301leading mark",
  "\u200b\u200b\u2060\ufeff\u00ad\u180ehidden",
  "👨‍👩‍👧‍👦 👩🏽‍🏫 🏳️‍🌈 🇮🇳 1️⃣ ☺️ ☺︎",
  "क्षत्रिय ज्ञान श्री नमस्ते",
  "한국어 ᄒ\u1161ᆫ 日本語テキスト ﾊﾟ",
  "العربية עברית \u0600\u0601",
  "\ud800 lone \udfff",
  "\ufffe\uffff\u{1ffff}",
  "\u{e0001}\u{e0041}\u{e007f}",
  "\tTab\tTab\t",
  "x".repeat(5_000),
  "字".repeat(3_000),
  "a\n".repeat(500),
  "\u3164\uffa0\u115f\u2800",
  "ก็็็็็็็็็็็็็็็็็็็็",
  "﷽𒐫꧅ ⸻",
]

/** Giants would push everything else out of sight; they come once, from the corpus itself. */
const short = HOSTILE_CORPUS.filter((text) => text.length <= 200)

const fragment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...short) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 30 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map((text) => `${ESC}[${text}`) },
)

/** A message of a hostile member. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fragment, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(""))
