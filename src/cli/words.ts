/**
 * A backup's twelve words: shown once on a terminal, or handed over a file descriptor; asked for in the terminal, or read
 * from one. Never among a command's arguments, which other users of the machine can see.
 */
import { readSync, writeSync } from "node:fs"
import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { BytesError, fromUtf8, utf8 } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import { secretOf, wordsOf } from "../crypto/invitation-words.ts"
import { say } from "../tui/safe-text.ts"
import { sentenceOf } from "../tui/words.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"

/** Twelve words of at most eight letters are far shorter. */
const MAX_WORDS_BYTES = 1_024
const TRIES = 3
const WORDS_IN_LINE = 4

/** Whether words can be shown or asked for here. @throws CliError `no-words` otherwise, before any work is done. */
export function assertWordsPossible(io: Io, descriptor: number | undefined): void {
  if (descriptor !== undefined || (io.stdin.isTTY === true && process.stderr.isTTY)) return
  throw new CliError("no-words", "there is no terminal for the twelve words")
}

/** Hands the words over, and waits until a person says that they are written down. @throws CliError `no-words`. */
export async function giveWords(io: Io, descriptor: number | undefined, secret: Uint8Array): Promise<void> {
  const words = wordsOf(secret)
  if (descriptor !== undefined) return writeTo(descriptor, `${words}\n`)
  const each = words.split(" ").map((word, at) => `${String(at + 1).padStart(2)} ${word.padEnd(9)}`)
  io.say(
    say`Write down these twelve words. Nobody can open the backup without them, and they are not shown again:`,
  )
  io.say("")
  for (let at = 0; at < each.length; at += WORDS_IN_LINE)
    io.say(
      `  ${each
        .slice(at, at + WORDS_IN_LINE)
        .join(" ")
        .trimEnd()}`,
    )
  io.say("")
  await askLine(io, say`Press Enter when they are on paper. `)
}

/**
 * Asks for the words until `attempt` accepts them; from a file descriptor they are tried once.
 * @throws CliError `no-words`, CryptoError `bad-words`, what else `attempt` throws.
 */
export async function withWords<T>(
  io: Io,
  descriptor: number | undefined,
  attempt: (secret: Uint8Array) => T,
  question: string = say`The twelve words of this backup: `,
): Promise<T> {
  if (descriptor !== undefined) return attempt(parse(readFrom(descriptor)))
  for (let tried = 1; ; tried++) {
    const typed = await askLine(io, question)
    try {
      return attempt(parse(typed))
    } catch (cause) {
      if (!(cause instanceof CryptoError) || cause.code !== "bad-words" || tried === TRIES) throw cause
      io.say(say`${sentenceOf(cause.message)} Once more:`)
    }
  }
}

function parse(typed: string): Uint8Array {
  const secret = secretOf(typed.replaceAll(/\d+/g, " "))
  if (secret) return secret
  throw new CryptoError("bad-words", "these are not twelve words; check the spelling")
}

function writeTo(descriptor: number, text: string): void {
  const bytes = utf8(text)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
  } catch (cause) {
    throw new CliError("no-words", `nothing can be written to file descriptor ${descriptor}`, { cause })
  }
}

function readFrom(descriptor: number): string {
  const bytes = new Uint8Array(MAX_WORDS_BYTES)
  let length = 0
  try {
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, null)
      if (count === 0) break
      length += count
    }
    return fromUtf8(bytes.subarray(0, length))
  } catch (cause) {
    if (cause instanceof BytesError) return ""
    throw new CliError("no-words", `nothing can be read from file descriptor ${descriptor}`, { cause })
  }
}

/** One line from the person. @throws CliError `no-words` when there is none. */
export function askLine(io: Io, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const output = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => {
        io.ask(chunk.toString())
        done()
      },
    })
    const lines = createInterface({ input: io.stdin, output, terminal: true, historySize: 0 })
    let isOver = false
    const give = (act: () => void) => {
      if (isOver) return
      isOver = true
      lines.close()
      act()
    }
    const nothing = () => give(() => reject(new CliError("no-words", "no words were given")))
    lines.once("line", (line) => give(() => resolve(line)))
    lines.once("SIGINT", nothing)
    lines.once("close", nothing)
    lines.setPrompt(question)
    lines.prompt()
  })
}
