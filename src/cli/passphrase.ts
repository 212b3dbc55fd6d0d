/** Where a passphrase comes from: a file descriptor, or a person at a terminal who sees nothing of it. */
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { BytesError, fromUtf8 } from "../bytes.ts"
import { say } from "../tui/safe-text.ts"
import { wrap } from "../tui/text-width.ts"
import type { Config } from "./config.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"

const MAX_PASSPHRASE_CHARS = 1_024
const WHAT_FOR = say`A passphrase locks your keys and messages on this disk: you type it at each start, and nobody can recover it. With none, whoever can read your files can read them too.`

/** Terminals that do not know how wide they are say 0. */
export function paragraphWidth(columns: number | undefined): number {
  return columns === undefined || columns < 20 ? 79 : columns - 1
}

/** For a profile that has one. @throws CliError `no-passphrase` without descriptor and terminal. */
export async function askPassphrase(config: Config, io: Io): Promise<string> {
  if (config.passphraseFd !== undefined) return fromDescriptor(config.passphraseFd)
  if (!io.stdin.isTTY) throw new CliError("no-passphrase", "this profile is locked with a passphrase")
  return askHidden(io, say`Passphrase: `)
}

/** For a profile that is being made. Undefined: none is wanted, or nobody is there to ask. */
export async function askNewPassphrase(config: Config, io: Io): Promise<string | undefined> {
  if (config.passphraseFd !== undefined) return fromDescriptor(config.passphraseFd)
  if (!io.stdin.isTTY) return undefined
  for (const { text } of wrap(WHAT_FOR, paragraphWidth(process.stderr.columns))) io.say(text)
  for (;;) {
    const first = await askHidden(io, say`Choose a passphrase for this profile, or press Enter for none: `)
    if (first === "") return undefined
    if ((await askHidden(io, say`The same again: `)) === first) return checked(first)
    io.say(say`The two were different.`)
  }
}

function fromDescriptor(descriptor: number): string {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(descriptor)
  } catch (cause) {
    throw new CliError("usage", `nothing can be read from file descriptor ${descriptor}`, { cause })
  }
  try {
    const passphrase = fromUtf8(bytes).replace(/\r?\n$/, "")
    if (passphrase !== "") return checked(passphrase)
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause
    throw new CliError("usage", "the passphrase is not UTF-8", { cause })
  }
  throw new CliError("usage", `file descriptor ${descriptor} holds no passphrase`)
}

function checked(passphrase: string): string {
  if (passphrase.length <= MAX_PASSPHRASE_CHARS) return passphrase
  throw new CliError("usage", `a passphrase has at most ${MAX_PASSPHRASE_CHARS} characters`)
}

/** Reads a line from the terminal without showing it. @throws CliError `left`. */
function askHidden(io: Io, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const muted = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: io.stdin, output: muted, terminal: true })
    let isOver = false
    // Closing takes the reader's own listeners off the keyboard: it must not go on collecting what is typed later.
    const give = (act: () => void) => {
      if (isOver) return
      isOver = true
      io.stop.removeEventListener("abort", left)
      lines.close()
      io.ask("\n")
      act()
    }
    const left = () => give(() => reject(new CliError("left", "left before a passphrase was given")))
    io.ask(question)
    lines.once("line", (line) => give(() => resolve(line)))
    lines.once("SIGINT", left)
    lines.once("close", left)
    // Whoever is told to end while it asks, or was before, ends.
    io.stop.addEventListener("abort", left)
    if (io.stop.aborted) left()
  })
}
