/**
 * Ctrl+Z. In a raw terminal it is a key like any other, so the program stops itself, and with it everything that
 * started it in this job (npm, a shell): a shell takes its terminal back only when the whole job has stopped.
 */
import type { Clock } from "../platform/clock.ts"

/**
 * The signal stops us before or very soon after `kill` returns, and a wait counts on while we are stopped. Where
 * there is no shell to come back to, the system ignores the signal, and then this is all that happens.
 */
const STOPPED_BY_MS = 100

/** Stops this job until somebody continues it. Resolves afterwards, or soon when nothing could be stopped. */
export function suspendJob(clock: Clock): Promise<void> {
  process.kill(0, "SIGTSTP")
  return new Promise((resume) =>
    clock.wakeAt(clock.now() + STOPPED_BY_MS, () => {
      // Only the shell was told when the window changed its size meanwhile.
      process.kill(process.pid, "SIGWINCH")
      resume()
    }),
  )
}

/** Windows has no jobs. */
export function canSuspend(): boolean {
  return process.platform !== "win32"
}
