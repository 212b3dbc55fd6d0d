/** What a program takes, with the processes that it has started. Linux only. */
import { readFileSync } from "node:fs"

/** @returns KiB that are resident; 0 for a process that is gone. */
export function residentKib(pid: number): number {
  try {
    const own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0)
    return childrenOf(pid).reduce((sum, child) => sum + residentKib(child), own)
  } catch {
    return 0
  }
}

/** Those that its first thread has started. @throws when it is gone. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)
}
