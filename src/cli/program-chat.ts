/** The command line of most starts: no command, only options. Everything else is `program.ts`, with all its commands. */
import { Command } from "commander"
import { run, runnable, withOptions } from "./adapting.ts"
import { chat } from "./commands/chat.ts"
import type { Io } from "./io.ts"

/** Undefined when the arguments ask for anything but the chat, or hold a mistake, which the whole program explains. */
export function chatProgram(args: readonly string[], io: Io): Command | undefined {
  return onlyOptions(args, io) ? addChat(withOptions(new Command("secure-chat")), io) : undefined
}

/** What happens without a command. */
export function addChat(program: Command, io: Io): Command {
  return runnable(program.action(run(io, (invocation) => chat(invocation))), io)
}

function onlyOptions(args: readonly string[], io: Io): boolean {
  try {
    const { operands, unknown } = runnable(withOptions(new Command()), io).parseOptions([...args])
    return operands.length === 0 && unknown.length === 0
  } catch {
    return false
  }
}
