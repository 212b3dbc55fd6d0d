/**
 * The chat in lines. A person at a terminal leaves when they like; a pipe has said everything it has to say, so that what
 * has not left is waited for, and the exit code says what became of it (PROTOCOL.md §19).
 */
import { createInterface } from "node:readline"
import type { Client } from "../../client/client.ts"
import type { Millis } from "../../platform/clock.ts"
import { systemClock } from "../../platform/clock.ts"
import { afterWaitingEvents } from "../../platform/soon.ts"
import { runPlain } from "../../tui/plain.ts"
import type { LeftFor } from "../../tui/program-commands.ts"
import { say } from "../../tui/safe-text.ts"
import { waitingWords } from "../../tui/words.ts"
import { editText } from "../editor.ts"
import { CliError } from "../errors.ts"
import { hostedInvitation, hostingNote } from "../hosting.ts"
import type { Io } from "../io.ts"
import { keepLanguage } from "../language.ts"
import { hasPassphrase } from "../profile-dir.ts"
import { openLink } from "../open-link.ts"
import { readCode } from "../read-code.ts"
import { settle, settleReceipts, syncIfPossible } from "../settle.ts"
import { failIfRefused, lateError, waitFor, type Waiting } from "../wait.ts"
import type { Invocation } from "./context.ts"
import { plainWelcome } from "./plain-welcome.ts"
import type { Seat } from "./seat.ts"

/** As long as `send` waits. */
const PIPE_SETTLE_MS: Millis = 10_000

/** @throws CliError for a pipe of which a line was not done or something said has not left; what the client throws. */
export async function chatInLines({ io, config }: Invocation, seat: Seat): Promise<LeftFor> {
  const isPipe = io.stdin.isTTY !== true
  const reader = createInterface({ input: io.stdin, terminal: false })
  const iterator = reader[Symbol.asyncIterator]()
  // Lines of a pipe are there by the thousand: the relay, and whoever stops us, have their turn between them.
  const next = async (): Promise<IteratorResult<string>> => {
    await new Promise<void>((resolve) => afterWaitingEvents(resolve))
    return io.stop.aborted ? { done: true, value: undefined } : iterator.next()
  }
  const lines: AsyncIterable<string> = { [Symbol.asyncIterator]: () => ({ next }) }
  const stop = () => reader.close()
  io.stop.addEventListener("abort", stop)
  const isNew = seat.client === undefined
  try {
    // Lines of a pipe are there at once: names in them may be of people whom only the relay knows yet.
    if (isPipe && seat.client)
      await syncIfPossible({ client: seat.client, waiting: waitingFor(seat.client, io) }, io)
    seat.client ??= await plainWelcome(seat.actions, iterator, (line) => io.result(line))
    if (!seat.client) {
      if (isPipe && !io.stop.aborted) throw new CliError("usage", "the input ended before a relay was joined")
      return "end"
    }
    const { left, notDone: refused } = await runPlain({
      client: seat.client,
      lines,
      write: (text) => io.resultText(text),
      exportRoom: (roomId, path) => seat.exportRoom(roomId, path),
      readCode: (typed) => readCode(typed, io),
      openLink: (address) => openLink(address),
      relayNote: () => (isNew ? hostingNote(config, io.env) : undefined),
      invitation: () => hostedInvitation(config),
      keepLanguage: (language) => keepLanguage(config.profileDir, language),
      ascii: config.ascii || seat.client.desk.settings().ascii,
      clock: systemClock,
      ...(!isPipe && {
        edit: async (text: string) => {
          reader.pause()
          try {
            return await editText(text, io.env, config.profileDir, io.stop)
          } finally {
            reader.resume()
          }
        },
      }),
      ...(process.stdout.isTTY && { ring: () => io.resultText("\u0007") }),
      canLock: hasPassphrase(config),
      stop: io.stop,
    })
    if (left === "lock" && !isPipe) return left
    if (left === "lock") {
      io.say(say`Locked, and ended: a pipe cannot type the passphrase again.`)
      reader.close()
    }
    const isCut = isPipe && (left === "lock" || io.stop.aborted)
    const unread = isCut ? await countRest(iterator) : 0
    if (unread > 0) io.say(say`The program was stopped; lines behind that were not done: ${unread}`)
    const notDone = refused + unread
    await (isPipe ? settlePipe(seat.client, io) : settleLines(seat.client, io))
    if (isPipe && notDone > 0) throw new CliError("lines-not-done", `lines that were not done: ${notDone}`)
    return "end"
  } finally {
    io.stop.removeEventListener("abort", stop)
    reader.close()
  }
}

/** What was typed and not looked at, when somebody stops the program. @param lines of a reader that is closed. */
async function countRest(lines: AsyncIterator<string>): Promise<number> {
  for (let count = 0; ;) {
    const next: IteratorResult<string, unknown> = await lines.next()
    if (next.done === true) return count
    if (next.value.trim() !== "") count++
  }
}

function waitingFor(client: Client, io: Io): (ms: Millis) => Waiting {
  return (ms) => ({ client, clock: systemClock, deadline: systemClock.now() + ms, stop: io.stop })
}

/** A person who leaves gets a moment for what was said last, and is told what stays. */
async function settleLines(client: Client, io: Io): Promise<void> {
  if (client.connection().state !== "refused") await settle({ client, waiting: waitingFor(client, io) })
  const count = client.outboxCount()
  if (count > 0) io.say(waitingWords(count))
}

/** @throws CliError when something that was said has not reached the relay, unless somebody stopped it. */
async function settlePipe(client: Client, io: Io): Promise<void> {
  const isOut = () => {
    if (client.outboxCount() === 0) return true
    failIfRefused(client.connection())
    return undefined
  }
  const { kind } = await waitFor(waitingFor(client, io)(PIPE_SETTLE_MS), isOut)
  const count = client.outboxCount()
  // What was printed was read, and whoever wrote it is to know.
  if (count === 0) return settleReceipts({ client, waiting: waitingFor(client, io) })
  io.say(waitingWords(count))
  if (kind === "late") throw lateError(client.connection(), "the relay has not taken everything yet")
}
