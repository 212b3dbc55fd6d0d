/** The compiler keeps unsafe text out only while nobody goes around it: these are the ways around it. */
import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const root = new URL("../../src/tui/", import.meta.url)
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/u.test(file))
  .map((file) => ({ file, text: readFileSync(new URL(file, root), "utf8") }))

const filesWith = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

test("only the sanitiser says that a text is safe", () => {
  expect(filesWith(/\bas (?:unknown as )?(?:readonly )?SafeText\b/u)).toEqual(["safe-text.ts"])
  expect(filesWith(/\bas never\b|\bas any\b/u)).toEqual([])
})

test("one component hands text to Ink, and only what was painted of safe text", () => {
  expect(filesWith(/import\s*\{[^}]*\bTransform\b[^}]*\}\s*from "ink"/u)).toEqual(["app.tsx"])
  expect(filesWith(/\basDrawn\(/u)).toEqual(["app.tsx", "painting.ts"])
  expect(filesWith(/import\s*\{[^}]*\bText\b[^}]*\}\s*from "ink"/u)).toEqual([])
  expect(filesWith(/\b(?:Static|useStdout|useStderr)\b/u)).toEqual([])
})

test("our own words are templates in the source, never built at run time", () => {
  expect(filesWith(/(?<!function )\bsay\(/u)).toEqual([])
})
