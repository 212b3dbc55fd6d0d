/** A small real disk that can be filled, for whoever may mount one. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface SmallDisk {
  dir: string
  /** What may still be written, in bytes. */
  free(): number
  /** Takes all room but about `left` bytes. */
  fill(left?: number): void
  /** Gives back what `fill` took. */
  empty(): void
  unmount(): void
}

/** A tmpfs of this size; undefined, with the reason printed, where nobody lets us mount one. */
export function smallDisk(bytes: number): SmallDisk | undefined {
  const dir = mkdtempSync(join(tmpdir(), "secure-chat-disk-"))
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", dir], { stdio: "pipe" })
  } catch (error) {
    rmSync(dir, { recursive: true })
    const reason = error instanceof Error ? error.message.trim().split("\n").at(-1) : "unknown"
    console.log(`no test of a disk that is really full: a tmpfs cannot be mounted here (${reason})`)
    return undefined
  }
  const filler = join(dir, "filler")
  const free = () => {
    const { bavail, bsize } = statfsSync(dir)
    return bavail * bsize
  }
  return {
    dir,
    free,
    fill: (left = 0) => {
      rmSync(filler, { force: true })
      writeFileSync(filler, new Uint8Array(Math.max(0, free() - left)))
    },
    empty: () => rmSync(filler, { force: true }),
    unmount: () => {
      execFileSync("umount", ["-l", dir])
      rmSync(dir, { recursive: true })
    },
  }
}
