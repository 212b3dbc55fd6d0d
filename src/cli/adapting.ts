/** Between commander and our commands: what they are called with, and options that several of them take. */
import { type Command, Option } from "commander"
import { type Invocation, invocationOf } from "./commands/context.ts"
import type { Io } from "./io.ts"
import { parseDescriptor, parseDuration } from "./numbers.ts"

/** Adapts a command to commander, which hands over arguments, then options, then itself. */
export function run<Options, Args extends unknown[]>(
  io: Io,
  act: (invocation: Invocation, options: Options, ...args: Args) => Promise<void>,
) {
  return async (...given: [...Args, Options, Command]): Promise<void> => {
    const command = given.at(-1) as Command
    const options = given.at(-2) as Options
    await act(invocationOf(io, command), options, ...(given.slice(0, -2) as Args))
  }
}

/** What may stand before every command, and without one. */
export function withOptions(program: Command): Command {
  return program
    .option("--data <dir>", "folder of the profile, or of the relay")
    .option("--profile <name>", "one of several profiles")
    .option("--json", "one JSON object per line")
    .option("--passphrase-fd <n>", "read the passphrase from this file descriptor")
    .option("--ascii", "no symbols beyond ASCII")
    .option("--no-color", "no colours")
    .option(
      "--theme <name>",
      "colours of the screen: auto, dark, light, contrast, red-green, blue-yellow, mono",
    )
    .option("--language <tag>", "en or hi; without it, SECURE_CHAT_LANGUAGE or the system's")
    .option("--plain", "lines instead of a screen, for screen readers and simple terminals")
}

/** Commander reports through us: it neither writes to the process nor ends it. */
export function runnable(command: Command, io: Io): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.resultText(text),
    writeErr: () => {},
  })
  for (const child of command.commands) runnable(child, io)
  return command
}

export function timeout(byDefault: string): Option {
  return new Option("--timeout <time>", "how long to wait, such as 500ms, 10s, 2m")
    .argParser(parseDuration)
    .default(parseDuration(byDefault), byDefault)
}

export function wordsFd(description: string): Option {
  return new Option("--words-fd <n>", description).argParser(parseDescriptor)
}

export function offline(): Option {
  return new Option("--offline", "ask no relay first").default(false)
}
