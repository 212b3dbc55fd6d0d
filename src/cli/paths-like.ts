/** Files and folders whose path begins as somebody has typed it, for completion. */
import { opendirSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, resolve } from "node:path"

/** Entries of a folder that are looked at, and paths that are offered. */
const MAX_ENTRIES = 5_000
const MAX_PATHS = 100

/** As typed, `~/` included; folders end in a slash. Empty where nothing fits or nothing may be read. */
export function pathsLike(typed: string): readonly string[] {
  const slash = typed.lastIndexOf("/")
  const lead = typed.slice(0, slash + 1)
  const start = typed.slice(slash + 1)
  const folder = lead.startsWith("~/")
    ? resolve(homedir(), lead.slice(2))
    : resolve(slash < 0 ? "." : dirname(`${lead}x`))
  const found: string[] = []
  try {
    const entries = opendirSync(folder)
    try {
      for (let seen = 0; seen < MAX_ENTRIES; seen++) {
        const entry = entries.readSync()
        if (entry === null) break
        // A hidden one is offered to whoever asks for hidden ones.
        if (!entry.name.startsWith(start) || (start === "" && entry.name.startsWith("."))) continue
        found.push(`${lead}${entry.name}${entry.isDirectory() ? "/" : ""}`)
      }
    } finally {
      entries.closeSync()
    }
  } catch {
    return []
  }
  return found.toSorted().slice(0, MAX_PATHS)
}
