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
