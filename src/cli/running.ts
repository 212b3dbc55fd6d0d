/**
 * The program. One `catch` turns whatever went wrong into a sentence, a hint and an exit code; nobody ever sees
 * a stack trace unless `SECURE_CHAT_DEBUG` asks for it.
 */
import { CommanderError } from "commander"
import { BytesError } from "../bytes.ts"
import { sodiumReady } from "../crypto/sodium.ts"
import { messageSentence } from "../tui/language.ts"
import { safeLine, say } from "../tui/safe-text.ts"
import { endOf, EXIT, type ExitCode } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import { chatProgram } from "./program-chat.ts"

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

const code = await main()
// A command that is done ends, whatever a closing connection still waits for; what was written leaves first.
process.stdout.write("", () => process.exit(code))

async function main(): Promise<ExitCode> {
  // Whatever we make, databases and logs included, is for its owner alone.
  process.umask(0o077)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  for (const signal of STOP_SIGNALS) process.on(signal, stop)
  // Nobody reads our results any more: a clean end, as for `secure-chat listen | head -1`.
  process.stdout.on("error", stop)
  process.stderr.on("error", () => {})
  const io: Io = {
    result: (line) => void process.stdout.write(`${line}\n`),
    resultText: (text) => void process.stdout.write(text),
    say: (line) => void process.stderr.write(`${line}\n`),
    ask: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    stop: stopping.signal,
    env: process.env,
  }
  // A fault outside of any command's own path: still a sentence, and an end.
  process.once("uncaughtException", (error) => process.exit(explain(error, io)))
  try {
    await sodiumReady()
    const args = process.argv.slice(2)
    const program = chatProgram(args, io) ?? (await import("./program.ts")).buildProgram(io)
    await program.parseAsync(args, { from: "user" })
    return EXIT.done
  } catch (error) {
    return explain(error, io)
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop)
  }
}

function explain(error: unknown, io: Io): ExitCode {
  if (io.env["SECURE_CHAT_DEBUG"] && error instanceof Error) io.say(error.stack ?? error.message)
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done
    io.say(`secure-chat: ${commandSentence(error)}`)
    io.say(say`secure-chat --help lists the commands`)
    return EXIT.usage
  }
  const end = error instanceof BytesError ? undefined : endOf(error)
  if (end) {
    io.say(`secure-chat: ${safeLine(messageSentence(end.sentence))}`)
    if (end.hint !== undefined) io.say(messageSentence(end.hint))
    return end.exit
  }
  const what =
    error instanceof Error
      ? safeLine(`${error.name}: ${error.message}`)
      : say`something that is no error was thrown`
  io.say(say`secure-chat: this is a fault of the program, not of yours (${what})`)
  io.say(say`Nothing that was saved is lost. SECURE_CHAT_DEBUG=1 shows where it happened.`)
  return EXIT.internal
}

function commandSentence(error: CommanderError): string {
  switch (error.code) {
    case "commander.help":
      return say`this command needs another word`
    case "commander.excessArguments":
    case "commander.unknownCommand":
      return say`there is no such command, or it has too many arguments`
    default:
      return safeLine(error.message.replace(/^error: /, ""))
  }
}
