/**
 * `secure-chat` alone: the chat, on a screen or in lines. Where there is neither a terminal nor a profile, and none is
 * named, nobody can mean the chat: then it shows the demonstration.
 */
import { systemClock } from "../../platform/clock.ts"
import type { KeyMap } from "../../tui/key-map.ts"
import { editText } from "../editor.ts"
import { pathsLike } from "../paths-like.ts"
import { hostedInvitation, hostingNote, startHostedRelay } from "../hosting.ts"
import { keepLanguage } from "../language.ts"
import { readCode } from "../read-code.ts"
import { readKeys } from "../key-settings.ts"
import { openLink } from "../open-link.ts"
import { CliError } from "../errors.ts"
import { lockAgain } from "../lock-again.ts"
import type { LeftFor } from "../../tui/program-commands.ts"
import { hasPassphrase, hasProfile, openProfileDir, type ProfileDir } from "../profile-dir.ts"
import { canSuspend, suspendJob } from "../suspend.ts"
import { say } from "../../tui/safe-text.ts"
import type { Io } from "../io.ts"
import type { Invocation } from "./context.ts"
import { chatInLines } from "./chat-in-lines.ts"
import { isDamage, offerSalvage } from "./salvage.ts"
import { Seat } from "./seat.ts"

export async function chat(invocation: Invocation): Promise<void> {
  const { io, config } = invocation
  if (!io.stdin.isTTY && !config.plain && !config.isNamed && !hasProfile(config)) return demonstrate(io)
  // Before anything is made or connected: a file of keys that is refused is no start.
  const keys = isForLines(invocation) ? undefined : readKeys(config)
  const profile = await openOrAskAgain(invocation)
  const seat = new Seat(invocation, profile)
  let next: LeftFor = "end"
  try {
    const trouble = await startHostedRelay(config, io)
    if (trouble !== undefined && keys === undefined) io.say(trouble)
    await seat.takeKnown()
    next =
      keys === undefined
        ? await chatInLines(invocation, seat)
        : await chatOnScreen(invocation, seat, keys, trouble)
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

/** `secure-chat demo`, and what the chat is where nobody can sit at it. */
export async function demonstrate(io: Io): Promise<void> {
  const { runDemo } = await import("../demo.ts")
  return runDemo(io, systemClock)
}

function isForLines({ io, config }: Invocation): boolean {
  return (
    config.plain ||
    !io.stdin.isTTY ||
    !process.stdout.isTTY ||
    io.env["TERM"] === "dumb" ||
    io.env["INK_SCREEN_READER"] === "true"
  )
}

async function chatOnScreen(
  { io, config }: Invocation,
  seat: Seat,
  keys: KeyMap,
  startNote: string | undefined,
): Promise<LeftFor> {
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
    ...(startNote !== undefined && { startNote }),
    relayNote: () => hostingNote(config, io.env),
    invitation: () => hostedInvitation(config),
    keepLanguage: (language) => keepLanguage(config.profileDir, language),
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
