/** `secure-chat salvage`: a new profile of what can still be read of a damaged one; and the offer of it at a start. */
import { createInterface } from "node:readline"
import { ClientError } from "../../client/errors.ts"
import type { ClientStore } from "../../client/store.ts"
import { systemClock } from "../../platform/clock.ts"
import { clientLog, composeClient } from "../compose.ts"
import { resultJson } from "../json-lines.ts"
import { openProfileDir, type ProfileDir } from "../profile-dir.ts"
import { isWhole, salvageDatabase, type SalvagedFolder, salvageToMemory } from "../salvaging.ts"
import { exportText } from "../transcript-text.ts"
import { safeLine, say } from "../../tui/safe-text.ts"
import type { Invocation } from "./context.ts"

export interface SalvageOptions {
  /** Prints the history that can still be read, and changes nothing. */
  show: boolean
}

const CHOICES = say`r reads what can still be read, s makes a new profile of it, q leaves it as it is:`

export async function salvageProfile(invocation: Invocation, { show }: SalvageOptions): Promise<void> {
  const { io, config } = invocation
  const profile = await openProfileDir(config, io, { create: false })
  try {
    if (show) return await showHistory(invocation, profile)
    if (profile.withDatabase(isWhole)) {
      const json = resultJson("salvaged", undefined, { whole: true })
      return invocation.show(json, say`nothing is damaged here, and nothing was changed`)
    }
    const salvaged = profile.withDatabase(salvageDatabase)
    const { rows, places, aside } = salvaged
    const json = resultJson("salvaged", undefined, { whole: false, rows, places, aside })
    invocation.show(json, salvagedWords(salvaged))
    io.say(
      say`At the next start this is a new device: it takes the old one's place and joins its rooms again.`,
    )
  } finally {
    profile.close()
  }
}

/** For a person at a terminal whose profile turned out to be damaged. @returns true when it was salvaged. */
export async function offerSalvage(invocation: Invocation, profile: ProfileDir): Promise<boolean> {
  const { io } = invocation
  io.say(say`This profile's database is damaged. Nothing was deleted, and nothing is sent from it any more.`)
  const reader = createInterface({ input: io.stdin, terminal: false })
  const stop = () => reader.close()
  io.stop.addEventListener("abort", stop)
  try {
    io.say(CHOICES)
    for await (const line of reader) {
      const answer = line.trim().toLowerCase()
      if (answer === "q") break
      if (answer === "s") {
        io.say(salvagedWords(profile.withDatabase(salvageDatabase)))
        return true
      }
      if (answer === "r") await showHistory(invocation, profile)
      io.say(CHOICES)
    }
    return false
  } finally {
    io.stop.removeEventListener("abort", stop)
    reader.close()
  }
}

/** Whether an error says that bytes on this disk are not what was written. */
export function isDamage(error: unknown): boolean {
  return error instanceof ClientError && error.code === "database-damaged"
}

function salvagedWords({ rows, places, aside }: SalvagedFolder): string {
  const lost =
    places === 0
      ? say`everything that is carried over could be read`
      : places === 1
        ? say`1 place could not be read`
        : say`${places} places could not be read`
  return say`salvaged ${rows} records; ${lost}; the damaged database is kept as ${safeLine(aside)}`
}

async function showHistory(invocation: Invocation, profile: ProfileDir): Promise<void> {
  const { io, symbols } = invocation
  const store: ClientStore = profile.withDatabase(salvageToMemory)
  // Never started: it reads, and says nothing to anybody.
  const client = await composeClient(store, await clientLog(io.env))
  try {
    for (const room of client.rooms()) {
      const lines = client.transcript(room.id, client.lineCount(room.id))
      const parts = { profile: client.self().name, room, lines, exportedAt: systemClock.now() }
      io.resultText(`${exportText(parts, symbols)}\n`)
    }
  } finally {
    await client.stop()
  }
}
