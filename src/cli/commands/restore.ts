/** `secure-chat restore FILE`: a backup becomes a profile in a new folder, and this device takes the old one's place. */
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { decodeBackup } from "../../client/backup.ts"
import { restoreProfile } from "../../client/restoring.ts"
import type { ClientStore } from "../../client/store.ts"
import { inspectBackup, openBackup } from "../../crypto/backup.ts"
import { fileError, systemCode } from "../../platform/errors.ts"
import { systemClock } from "../../platform/clock.ts"
import { nodePrimitives } from "../../platform/primitives.ts"
import { systemRandom } from "../../platform/random.ts"
import { safeName, say } from "../../tui/safe-text.ts"
import { readPieces } from "../backup-file.ts"
import { clientLog, composeClient } from "../compose.ts"
import { CliError } from "../errors.ts"
import { enter } from "../joining.ts"
import { personJson, resultJson } from "../json-lines.ts"
import { openProfileDir, type ProfileDir } from "../profile-dir.ts"
import { settle } from "../settle.ts"
import { assertWordsPossible, withWords } from "../words.ts"
import type { Invocation } from "./context.ts"

/** What `fill` may have made, and takes away again. */
const OURS = /^(?:chat\.db(?:-\w+)?|(?:key|vault)(?:\.new)?)$/
/** What an attempt that was given up leaves behind. */
const LOCK = "lock"

export interface RestoreOptions {
  wordsFd: number | undefined
  /** Milliseconds. */
  timeout: number
}

export async function restore(
  invocation: Invocation,
  path: string,
  { wordsFd, timeout }: RestoreOptions,
): Promise<void> {
  const { io, config } = invocation
  assertWordsPossible(io, wordsFd)
  const dir = config.profileDir
  assertEmpty(dir)
  const file = readPieces(path)
  inspectBackup(file)
  // Read to its end before anything is made: only the end says that the backup is whole.
  const secret = await withWords(io, wordsFd, (words) => {
    const { rows } = decodeBackup(openBackup(nodePrimitives, words, file))
    while (!rows.next().done);
    return words
  })
  const profile = await openProfileDir(config, io, { create: true })
  try {
    const store = fill(profile, dir, (empty) => {
      const { rows } = decodeBackup(openBackup(nodePrimitives, secret, file))
      restoreProfile(empty, { random: systemRandom, clock: systemClock }, rows)
    })
    secret.fill(0)
    await takePlace(invocation, store, timeout)
  } finally {
    profile.close()
  }
}

/** The new profile's store, with what `write` puts there; when it fails, the folder is as empty as before. */
function fill(profile: ProfileDir, dir: string, write: (store: ClientStore) => void): ClientStore {
  try {
    const store = profile.open()
    write(store)
    return store
  } catch (cause) {
    profile.close()
    for (const name of readdirSync(dir)) if (OURS.test(name)) rmSync(join(dir, name), { force: true })
    throw cause
  }
}

/** Connects, so that the relay knows the new device and refuses the lost one from now on. */
async function takePlace({ io, show }: Invocation, store: ClientStore, timeout: number): Promise<void> {
  const client = await composeClient(store, await clientLog(io.env))
  const waiting = (ms: number) => ({
    client,
    clock: systemClock,
    deadline: systemClock.now() + ms,
    stop: io.stop,
  })
  try {
    const isOnline = await reached(() => enter(client, waiting(timeout)))
    if (isOnline) await settle({ client, waiting })
    const self = client.self()
    const json = { person: personJson(self), connected: isOnline, rooms: client.rooms().length }
    show(resultJson("restored", self.name, json), say`${safeName(self.name)} is back`)
    if (!isOnline)
      io.say(
        say`The relay was not reached: this device takes the lost one's place when it is, at the next start.`,
      )
    io.say(say`Messages since the backup may be missing. Make a new backup from time to time.`)
  } finally {
    await client.stop()
  }
}

/** What was restored stays restored when nobody answers; a relay that refuses is another matter. */
async function reached(attempt: () => Promise<boolean>): Promise<boolean> {
  try {
    return await attempt()
  } catch (cause) {
    if (cause instanceof CliError && (cause.code === "unreachable" || cause.code === "too-slow")) return false
    throw cause
  }
}

function assertEmpty(dir: string): void {
  let names: string[]
  try {
    names = readdirSync(dir)
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return
    throw fileError(cause, dir)
  }
  if (names.some((name) => name !== LOCK)) throw new CliError("folder-not-empty", `${dir} is not empty`)
}
