/**
 * A relay beside the profile, for the person who has none: its own process, which goes on when the chat ends, and
 * which the next start of the chat starts again. The file `hosting` in the profile's folder remembers that.
 */
import { join } from "node:path"
import { fromUtf8, utf8 } from "../bytes.ts"
import { PlatformError } from "../platform/errors.ts"
import { nodeFiles } from "../platform/files.ts"
import { takeLock } from "../platform/lock.ts"
import { safeLine, say } from "../tui/safe-text.ts"
import type { Config } from "./config.ts"
import { CliError } from "./errors.ts"
import { EXIT } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import { startDetachedRelay } from "./own-process.ts"
import { type PrintedInvitation, relayFiles } from "./relay-dir.ts"

const hostingFile = (config: Config) => join(config.profileDir, "hosting")
const MAX_INVITATION_BYTES = 16_384

/** Sets up or starts the relay of this profile. @throws CliError with the relay's own words. */
export async function hostHere(config: Config, io: Io, relayName: string): Promise<PrintedInvitation> {
  const args = ["--data", hostedDir(config), "--name", relayName]
  let started = await startDetachedRelay(args, io.env)
  // Another relay has the usual port: this one takes any other, and keeps it.
  if ("exitCode" in started && started.exitCode === EXIT.unavailable) {
    started = await startDetachedRelay([...args, "--port", "0"], io.env)
  }
  nodeFiles.writeAtomic(hostingFile(config), utf8("this profile's relay runs here\n"))
  if (!("exitCode" in started) || started.exitCode === EXIT.locked) return storedInvitation(config)
  throw new CliError("relay-refused", started.said.trim().split("\n")[0] ?? "the relay did not start")
}

export function isHosting(config: Config): boolean {
  return nodeFiles.exists(hostingFile(config))
}

/** Starts the relay again if this profile hosts one that is not running. @returns a sentence if that failed. */
export async function startHostedRelay(config: Config, io: Io): Promise<string | undefined> {
  if (!isHosting(config)) return undefined
  const started = await startDetachedRelay(["--data", hostedDir(config)], io.env)
  if (!("exitCode" in started) || started.exitCode === EXIT.locked) return undefined
  return say`Your relay did not start: ${safeLine(started.said.trim().split("\n")[0] ?? "")}`
}

/** Always beside the profile, whatever `--data` means to other commands. */
function hostedDir(config: Config): string {
  return join(config.profileDir, "relay")
}

function storedInvitation(config: Config): PrintedInvitation {
  const path = relayFiles(hostedDir(config)).invitation
  const [link = "", words = ""] = fromUtf8(nodeFiles.read(path, MAX_INVITATION_BYTES)).split("\n")
  return { link, words: words === "" ? undefined : words }
}

/**
 * The invitation to the relay here, as its folder has it now; undefined when none was ever set up here.
 *
 * @throws PlatformError when the file cannot be read.
 */
export function hostedInvitation(config: Config): PrintedInvitation | undefined {
  const known = isHosting(config) && nodeFiles.exists(relayFiles(hostedDir(config)).invitation)
  return known ? storedInvitation(config) : undefined
}

/** The relay holds the lock of its folder as long as it lives. */
function isRunning(config: Config): boolean {
  try {
    takeLock(relayFiles(hostedDir(config)).lock).release()
  } catch (error) {
    return error instanceof PlatformError && error.code === "in-use"
  }
  return false
}

/** What the person should know while and after chatting; undefined without a relay here. */
export function hostingNote(config: Config, env: Io["env"]): string | undefined {
  if (!isHosting(config)) return undefined
  if (!isRunning(config)) return say`Your relay has stopped. The next start of the chat here starts it again.`
  // Whoever came by way of npm has no program of that name.
  const program = env["npm_lifecycle_event"] === "start" ? "npm start --" : "secure-chat"
  const command = safeLine(`${program} relay stop --data "${hostedDir(config)}"`)
  return say`Your relay goes on running on this computer. To end it: ${command}`
}
