/** The person's own editor: a private place that leaves nothing behind; and paths to choose from. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { editText } from "../../src/cli/editor.ts"
import { pathsLike } from "../../src/cli/paths-like.ts"

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "editor-"))))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

/** An editor that is a line of shell; `$1` is the file. */
const edit = (line: string, text: string, env: Record<string, string> = {}) => {
  const script = join(dir, "editor.sh")
  writeFileSync(script, line)
  return editText(text, { EDITOR: `sh ${script}`, ...env }, dir)
}
const left = () => readdirSync(dir).filter((name) => name !== "editor.sh" && name !== "seen")

test("what was saved comes back, and nothing of it stays", async () => {
  const line = `printf ' and more\\nlines\\n' >> "$1"; cp "$1" "$1.swp"; stat -c '%a' "$1" "$(dirname "$1")" > ${dir}/seen`
  expect(await edit(line, "half a thought 👩🏽‍🏫")).toBe("half a thought 👩🏽‍🏫 and more\nlines")
  expect(left()).toEqual([])
  expect(readFileSync(join(dir, "seen"), "utf8")).toBe("600\n700\n")
})

test("it lies in memory where there is such a place, and VISUAL goes before EDITOR", async () => {
  const memory = join(dir, "memory")
  mkdirSync(memory)
  const env = { XDG_RUNTIME_DIR: memory, VISUAL: `sh ${join(dir, "editor.sh")} option`, EDITOR: "false" }
  expect(await edit(`printf '%s' "$2" > "$2"`, "x", env)).toContain(join(memory, "secure-chat-edit-"))
  expect(readdirSync(memory)).toEqual([])
})

test.each([
  ["exit 3", "ended with a fault"],
  ['rm "$1"', "is not there"],
  ['head -c 1100000 /dev/zero > "$1"', "more than 1048576"],
])("%j: an end with a sentence, and nothing stays", async (line, words) => {
  await expect(edit(line, "x")).rejects.toThrow(words)
  expect(left()).toEqual([])
})

test("what a killed process left goes when the next text is edited", async () => {
  mkdirSync(join(dir, "secure-chat-edit-old"))
  writeFileSync(join(dir, "secure-chat-edit-old", "message.txt"), "secret")
  expect(await edit(":", "x")).toBe("x")
  expect(left()).toEqual([])
})

test("paths: as they were typed, folders with a slash, hidden ones for whoever asks", () => {
  mkdirSync(join(dir, "notes"))
  for (const name of ["note.txt", ".hidden", "other"]) writeFileSync(join(dir, name), "")
  expect(pathsLike(join(dir, "not"))).toEqual([join(dir, "note.txt"), join(dir, "notes/")])
  expect(pathsLike(`${dir}/`)).toEqual(["note.txt", "notes/", "other"].map((name) => `${dir}/${name}`))
  expect(pathsLike(`${dir}/.h`)).toEqual([`${dir}/.hidden`])
  expect(pathsLike(join(dir, "nowhere", "x"))).toEqual([])
  expect(pathsLike("pack").some((path) => path === "package.json")).toBe(true)
  // Whoever runs this may have no home, or an empty one.
  vi.stubEnv("HOME", dir)
  vi.stubEnv("USERPROFILE", dir)
  expect(pathsLike("~/oth")).toEqual(["~/other"])
})

test("when the program ends, so does the editor, and the text is gone before it has", async () => {
  const stop = new AbortController()
  const script = join(dir, "editor.sh")
  writeFileSync(script, `touch ${dir}/seen; exec sleep 60`)
  const edited = editText("secret", { EDITOR: `exec sh ${script}` }, dir, stop.signal)
  while (!readdirSync(dir).includes("seen")) await new Promise((resolve) => setTimeout(resolve, 5))
  stop.abort()
  expect(left()).toEqual([])
  await expect(edited).rejects.toThrow("ended with a fault")
})
