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
import { openProfileDir, type ProfileDir } from "../profile-dir.ts"
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
  const profile = await openProfileDir(config, io, { create: true })
  const seat = new Seat(invocation, profile)
  try {
    const trouble = await startHostedRelay(config, io)
    if (trouble !== undefined) io.say(trouble)
    await seat.takeKnown()
    await (keys === undefined ? chatInLines(invocation, seat) : chatOnScreen(invocation, seat, keys))
  } catch (error) {
    if (!isDamage(error) || !io.stdin.isTTY) throw error
    await seat.leave()
    if (!(await offerSalvage(invocation, profile))) throw error
    io.say(say`Start secure-chat again: it takes the old device's place and joins its rooms again.`)
  } finally {
    await seat.leave()
    profile.close()
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

async function chatOnScreen({ io, config }: Invocation, seat: Seat, keys: KeyMap): Promise<void> {
  const { client } = seat
  // No other command waits for what draws screens.
  const { runTui } = await import("../../tui/main.tsx")
  const { summary } = await runTui({
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
    ...(canSuspend() && { suspend: () => suspendJob(systemClock) }),
  })
  io.resultText(summary)
}

async function chatInLines({ io, config }: Invocation, seat: Seat): Promise<void> {
  const reader = createInterface({ input: io.stdin, terminal: false })
  const iterator = reader[Symbol.asyncIterator]()
  const lines: AsyncIterable<string> = { [Symbol.asyncIterator]: () => iterator }
  const stop = () => reader.close()
  io.stop.addEventListener("abort", stop)
  try {
    seat.client ??= await plainWelcome(seat.actions, iterator, (line) => io.result(line))
    if (!seat.client) return
    await runPlain({
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
      stop: io.stop,
    })
    await settleLines(seat.client, io)
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
