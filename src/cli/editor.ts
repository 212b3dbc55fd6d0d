/**
 * A text in the person's own editor. It lies in a folder of its own that nobody else may open, in memory where the
 * system has such a place, and goes when the editor has ended, with whatever the editor left beside it.
 */
import { spawn } from "node:child_process"
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { nodeFiles } from "../platform/files.ts"
import type { Io } from "./io.ts"

/** More than any message may have. */
const MAX_TEXT_BYTES = 1_048_576
const PREFIX = "secure-chat-edit-"

/**
 * @param stop the program ends: the editor does as well, and the text goes at once.
 * @returns the text as it was saved, without the line end at its end. @throws Error when the editor ends badly.
 */
export async function editText(
  text: string,
  env: Io["env"],
  profileDir: string,
  stop?: AbortSignal,
): Promise<string> {
  removeLeftovers(profileDir)
  const memory = env["XDG_RUNTIME_DIR"] ?? ""
  const base = isAbsolute(memory) && existsSync(memory) ? memory : profileDir
  const folder = mkdtempSync(join(base, PREFIX))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  stop?.addEventListener("abort", remove)
  try {
    const path = join(folder, "message.txt")
    const file = openSync(path, "wx", 0o600)
    try {
      writeSync(file, text)
    } finally {
      closeSync(file)
    }
    const code = await runEditor(env, path, stop)
    if (code !== 0) throw new Error("the editor ended with a fault; the text is as it was")
    return new TextDecoder().decode(nodeFiles.read(path, MAX_TEXT_BYTES)).replace(/\r?\n$/u, "")
  } finally {
    stop?.removeEventListener("abort", remove)
    remove()
  }
}

/** What a process that was killed has left. */
function removeLeftovers(profileDir: string): void {
  for (const name of readdirSync(profileDir))
    if (name.startsWith(PREFIX)) rmSync(join(profileDir, name), { recursive: true, force: true })
}

/** `EDITOR` may hold options, as shells read it. */
function runEditor(env: Io["env"], path: string, stop: AbortSignal | undefined): Promise<number | null> {
  const isWindows = process.platform === "win32"
  const editor = env["VISUAL"] || env["EDITOR"] || (isWindows ? "notepad" : "vi")
  const child = isWindows
    ? spawn(`${editor} "${path}"`, { stdio: "inherit", shell: true })
    : spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit" })
  const end = () => void child.kill()
  stop?.addEventListener("abort", end)
  return new Promise<number | null>((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => resolve(code))
  }).finally(() => stop?.removeEventListener("abort", end))
}
