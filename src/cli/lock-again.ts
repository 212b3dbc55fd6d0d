/**
 * `/lock`: the program begins anew in the same process and asks for the passphrase. Nothing of its memory is left then,
 * whatever the runtime had copied; where the system has no `execve` (Windows) the program ends instead.
 */
import { say } from "../tui/safe-text.ts"
import type { Io } from "./io.ts"

/** A descriptor can be read once: the passphrase is asked at the terminal from here on. */
export function argumentsAgain(args: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!
    if (arg === "--") return [...kept, ...args.slice(at)]
    if (arg === "--passphrase-fd") at++
    else if (!arg.startsWith("--passphrase-fd=")) kept.push(arg)
  }
  return kept
}

/** Everything is saved and closed by now. Comes back only where a process cannot begin anew. */
export function lockAgain(io: Io): void {
  const [program, ...args] = process.argv.slice(1)
  if (process.execve === undefined || program === undefined)
    return io.say(say`Locked: the program has ended. Start it again to go on.`)
  io.say(say`Locked. What came before stands in no memory of this program any more.`)
  process.execve(process.execPath, [process.execPath, ...process.execArgv, program, ...argumentsAgain(args)])
}
