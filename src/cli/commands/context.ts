import type { Command } from "commander"
import type { ClientStore } from "../../client/store.ts"
import type { Client } from "../../client/client.ts"
import { systemClock } from "../../platform/clock.ts"
import { ASCII_SYMBOLS, type Symbols, UNICODE_SYMBOLS } from "../../tui/theme.ts"
import { clientLog, composeClient } from "../compose.ts"
import { type Config, readConfig } from "../config.ts"
import { readProfile } from "../../client/profile.ts"
import { ClientError } from "../../client/errors.ts"
import type { Io } from "../io.ts"
import { jsonLine } from "../json-lines.ts"
import { openProfileDir } from "../profile-dir.ts"
import type { Waiting } from "../wait.ts"

/** What a command works with. */
export interface Invocation {
  io: Io
  config: Config
  symbols: Symbols
  /** Prints one result: as JSON with `--json`, else the text. */
  show(json: object, text: string): void
}

export function invocationOf(io: Io, command: Command): Invocation {
  const config = readConfig(command.optsWithGlobals(), io.env)
  return {
    io,
    config,
    symbols: config.ascii ? ASCII_SYMBOLS : UNICODE_SYMBOLS,
    show: (json, text) => io.result(config.json ? jsonLine(json) : text),
  }
}

export interface ClientSession {
  client: Client
  /** Still ours to read and to note small things in; the client closes it. */
  store: ClientStore
  /** Ready for `wait.ts`. @param timeout milliseconds from now; undefined: no end. */
  waiting(timeout: number | undefined): Waiting
}

/**
 * Opens the profile and its client, runs `body`, and closes everything whatever happens.
 * @throws ClientError `not-joined` for a folder without a profile.
 */
export async function withClient<T>(
  { io, config }: Pick<Invocation, "io" | "config">,
  body: (session: ClientSession) => Promise<T>,
): Promise<T> {
  const profile = await openProfileDir(config, io, { create: false })
  try {
    const store = profile.open()
    if (!readProfile(store)?.relay)
      throw new ClientError("not-joined", "this profile has joined no relay yet")
    const client = await composeClient(store, await clientLog(io.env))
    try {
      const waiting = (timeout: number | undefined) => ({
        client,
        clock: systemClock,
        deadline: timeout === undefined ? undefined : systemClock.now() + timeout,
        stop: io.stop,
      })
      return await body({ client, store, waiting })
    } finally {
      await client.stop()
    }
  } finally {
    profile.close()
  }
}
