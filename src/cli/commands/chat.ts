/** `secure-chat` alone: the chat in a terminal, or without one the demonstration. */
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Client } from "../../client/client.ts"
import { readProfile } from "../../client/profile.ts"
import { systemClock } from "../../platform/clock.ts"
import type { KeyMap } from "../../tui/key-map.ts"
import type { WelcomeActions } from "../../tui/main.tsx"
import { runPlain } from "../../tui/plain.ts"
import { waitingWords } from "../../tui/words.ts"
import { clientLog, composeClient } from "../compose.ts"
import { editText } from "../editor.ts"
import { pathsLike } from "../paths-like.ts"
import { hostedInvitation, hostingNote, startHostedRelay } from "../hosting.ts"
import { keepLanguage } from "../language.ts"
import { writeNewFile } from "../new-file.ts"
import { readCode } from "../read-code.ts"
import { readKeys } from "../key-settings.ts"
import { openLink } from "../open-link.ts"
import { CliError } from "../errors.ts"
import { lockAgain } from "../lock-again.ts"
import type { LeftFor } from "../../tui/program-commands.ts"
import { hasPassphrase, openProfileDir, type ProfileDir } from "../profile-dir.ts"
import { settle } from "../settle.ts"
import { canSuspend, suspendJob } from "../suspend.ts"
import { exportText } from "../transcript-text.ts"
import { welcomeActions } from "../welcome-actions.ts"
import { say } from "../../tui/safe-text.ts"
import type { Io } from "../io.ts"
import type { Invocation } from "./context.ts"
import { plainWelcome } from "./plain-welcome.ts"
import { isDamage, offerSalvage } from "./salvage.ts"

export async function chat(invocation: Invocation): Promise<void> {
  const { io, config } = invocation
  if (!io.stdin.isTTY && !config.plain) {
    const { runDemo } = await import("../demo.ts")
    return runDemo(io, systemClock)
  }
  // Before anything is made or connected: a file of keys that is refused is no start.
  const keys = isForLines(invocation) ? undefined : readKeys(config)
  const profile = await openOrAskAgain(invocation)
  const seat = new Seat(invocation, profile)
  let next: LeftFor = "end"
  try {
    const trouble = await startHostedRelay(config, io)
    if (trouble !== undefined) io.say(trouble)
    await seat.takeKnown()
    next =
      keys === undefined ? await chatInLines(invocation, seat) : await chatOnScreen(invocation, seat, keys)
    if (next === "plain") next = await chatInLines(invocation, seat)
  } catch (error) {
    if (!isDamage(error) || !io.stdin.isTTY) throw error
    await seat.leave()
    if (!(await offerSalvage(invocation, profile))) throw error
    io.say(say`Start secure-chat again: it takes the old device's place and joins its rooms again.`)
  } finally {
    await seat.leave()
    profile.close()
  }
  if (next === "lock") lockAgain(io)
}

/** How often somebody at a terminal may mistype their passphrase. */
const PASSPHRASE_TRIES = 3

async function openOrAskAgain({ io, config }: Invocation): Promise<ProfileDir> {
  for (let left = PASSPHRASE_TRIES; ; left--) {
    try {
      return await openProfileDir(config, io, { create: true })
    } catch (error) {
      const isWrong = error instanceof CliError && error.code === "wrong-passphrase"
      if (!isWrong || left <= 1 || config.passphraseFd !== undefined || !io.stdin.isTTY) throw error
      io.say(say`That is not the passphrase.`)
    }
  }
}

function isForLines({ io, config }: Invocation): boolean {
  return (
    config.plain ||
    !process.stdout.isTTY ||
    io.env["TERM"] === "dumb" ||
    io.env["INK_SCREEN_READER"] === "true"
  )
}

/** The client of this chat: known from the profile, or made by the first steps. */
class Seat {
  readonly actions: WelcomeActions
  readonly #invocation: Invocation
  readonly #profile: ProfileDir
  client: Client | undefined

  constructor(invocation: Invocation, profile: ProfileDir) {
    this.#invocation = invocation
    this.#profile = profile
    const taken = (client: Client) => (this.client = client)
    this.actions = welcomeActions(invocation.config, invocation.io, profile, taken)
  }

  /** Connects if a relay knows this profile; otherwise the first steps come first. */
  async takeKnown(): Promise<void> {
    const store = this.#profile.open()
    if (!readProfile(store)?.registered) return store.close()
    this.client = await composeClient(store, await clientLog(this.#invocation.io.env))
    this.client.start()
  }

  /** @returns the path. @throws CliError `output-exists`. */
  exportRoom(roomId: string, path: string | undefined): Promise<string> {
    const { client } = this
    if (!client) throw new RangeError("an export before the chat")
    const room = client.room(roomId)
    const exportedAt = systemClock.now()
    const lines = client.transcript(roomId, client.lineCount(roomId))
    const text = exportText(
      { profile: client.self().name, room, lines, exportedAt },
      this.#invocation.symbols,
    )
    return Promise.resolve(writeNewFile(path ?? freshName(room.name, exportedAt), text))
  }

  async leave(): Promise<void> {
    await this.client?.stop()
  }
}

async function chatOnScreen({ io, config }: Invocation, seat: Seat, keys: KeyMap): Promise<LeftFor> {
  const { client } = seat
  // No other command waits for what draws screens.
  const { runTui } = await import("../../tui/main.tsx")
  const { summary, next } = await runTui({
    start: client ? { kind: "chat", client } : { kind: "welcome", actions: seat.actions },
    clock: systemClock,
    input: process.stdin,
    output: process.stdout,
    exportRoom: (roomId, path) => seat.exportRoom(roomId, path),
    readCode: (typed) => readCode(typed, io),
    openLink: (address) => openLink(address),
    relayNote: () => hostingNote(config, io.env),
    invitation: () => hostedInvitation(config),
    keepLanguage,
    ascii: config.ascii,
    color: config.color,
    ...(config.theme !== undefined && { theme: config.theme }),
    env: io.env,
    keys,
    edit: (text) => editText(text, io.env, config.profileDir, io.stop),
    pathsLike,
    stop: io.stop,
    canLock: hasPassphrase(config),
    ...(canSuspend() && { suspend: () => suspendJob(systemClock) }),
  })
  if (next === "end") io.resultText(summary)
  return next
}

async function chatInLines({ io, config }: Invocation, seat: Seat): Promise<LeftFor> {
  const reader = createInterface({ input: io.stdin, terminal: false })
  const iterator = reader[Symbol.asyncIterator]()
  const lines: AsyncIterable<string> = { [Symbol.asyncIterator]: () => iterator }
  const stop = () => reader.close()
  io.stop.addEventListener("abort", stop)
  try {
    seat.client ??= await plainWelcome(seat.actions, iterator, (line) => io.result(line))
    if (!seat.client) return "end"
    const next = await runPlain({
      client: seat.client,
      lines,
      write: (text) => io.resultText(text),
      exportRoom: (roomId, path) => seat.exportRoom(roomId, path),
      readCode: (typed) => readCode(typed, io),
      openLink: (address) => openLink(address),
      relayNote: () => hostingNote(config, io.env),
      invitation: () => hostedInvitation(config),
      keepLanguage,
      ascii: config.ascii || seat.client.desk.settings().ascii,
      clock: systemClock,
      ...(io.stdin.isTTY && {
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
    if (next !== "lock") await settleLines(seat.client, io)
    return next
  } finally {
    io.stop.removeEventListener("abort", stop)
    reader.close()
  }
}

/** Lines may come faster than a relay answers, from a pipe for one: what was said gets a moment to leave. */
async function settleLines(client: Client, io: Io): Promise<void> {
  const waiting = (ms: number) => ({
    client,
    clock: systemClock,
    deadline: systemClock.now() + ms,
    stop: io.stop,
  })
  if (client.connection().state !== "refused") await settle({ client, waiting })
  const count = client.outboxCount()
  if (count > 0) io.say(waitingWords(count))
}

/** `everyone-2026-11-22-120405.txt` in the folder one is in: letters and digits only, whatever the room is called. */
function freshName(room: string, at: number): string {
  const plain = room.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40)
  const time = new Date(at).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "")
  return join(process.cwd(), `${plain}-${time}.txt`)
}
