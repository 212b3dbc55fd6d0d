/** What the first start can do: read an invitation, look for relays, join one, or host one here. */
import type { Client } from "../client/client.ts"
import { fromHex } from "../bytes.ts"
import { checkName } from "../client/profile.ts"
import { CodedError } from "../errors.ts"
import { systemClock } from "../platform/clock.ts"
import { createDiscovery } from "../platform/discovery.ts"
import { silentLog } from "../platform/log.ts"
import { parseInvitation, printLink, relayLetters } from "../protocol/address.ts"
import type { WelcomeActions } from "../tui/main.tsx"
import { sentenceOf } from "../tui/words.ts"
import { clientLog, composeClient } from "./compose.ts"
import type { Config } from "./config.ts"
import { CliError } from "./errors.ts"
import { EXIT, endOf } from "./exit-codes.ts"
import { hostHere } from "./hosting.ts"
import { readInvitation } from "./invitation.ts"
import type { Io } from "./io.ts"
import { enterChat, noteJoining } from "./joining.ts"
import type { ProfileDir } from "./profile-dir.ts"

const JOIN_MS = 15_000
/** Errors whose hint makes sense at a screen too; the others speak of options of the command line. */
const HINTED: readonly string[] = ["unreachable", "wrong-pin", "wrong-invitation", "storage", "disk-full"]

/**
 * @param profile stays the caller's: each attempt opens its store, and the client that comes out has it.
 * @param taken is told of that client, for the caller to stop in the end.
 */
export function welcomeActions(
  config: Config,
  io: Io,
  profile: ProfileDir,
  taken: (client: Client) => void,
): WelcomeActions {
  const join = async (name: string, invitation: string, stop?: AbortSignal) => {
    const all = stop === undefined ? io.stop : AbortSignal.any([io.stop, stop])
    const client = await joinOnce(io.env, profile, { name, typed: invitation, stop: all })
    taken(client)
    return client
  }
  return {
    checkName: (name) => {
      try {
        return { ok: true, name: checkName(name) }
      } catch (error) {
        return { ok: false, problem: problemOf(error) }
      }
    },
    readInvitation: (text) => {
      try {
        const invitation = parseInvitation(text)
        const { host, port } = invitation
        return { ok: true, host, port, complete: invitation.kind !== "address" }
      } catch (error) {
        return { ok: false, problem: problemOf(error) }
      }
    },
    findRelays: (onFound) =>
      createDiscovery(silentLog).look(({ name, host, port, pinHex }) =>
        onFound({ name, host, port, letters: relayLetters(fromHex(pinHex)) }),
      ),
    join: async (name, invitation, stop) => {
      try {
        return { ok: true, client: await join(name, invitation, stop) }
      } catch (error) {
        return { ok: false, problem: problemOf(error), retry: retryOf(error) }
      }
    },
    hostHere: async (name) => {
      try {
        const { link, words } = await hostHere(config, io, `${name}'s relay`)
        // Ourselves we reach it by the address that stays, whatever network this computer is in tomorrow.
        const own = parseInvitation(link)
        const client = await join(name, own.kind === "link" ? printLink({ ...own, host: "127.0.0.1" }) : link)
        return { ok: true, client, invitation: link, words: words ?? "" }
      } catch (error) {
        return { ok: false, problem: problemOf(error) }
      }
    },
  }
}

interface Joining {
  name: string
  typed: string
  stop: AbortSignal
}

/** @returns a client that runs. @throws CodedError; the store is closed then. */
async function joinOnce(
  env: Io["env"],
  profile: ProfileDir,
  { name, typed, stop }: Joining,
): Promise<Client> {
  const invitation = readInvitation([typed])
  const store = profile.open()
  let client: Client
  try {
    noteJoining(store, name, invitation)
    client = await composeClient(store, await clientLog(env))
  } catch (error) {
    store.close()
    throw error
  }
  try {
    const deadline = systemClock.now() + JOIN_MS
    await enterChat(client, { client, clock: systemClock, deadline, stop })
    if (stop.aborted && client.connection().state !== "online")
      throw new CliError("unreachable", "you went back before the relay answered")
    return client
  } catch (error) {
    await client.stop()
    throw error
  }
}

/** @throws what is no error of ours: that ends the program. */
function problemOf(error: unknown): string {
  const end = endOf(error)
  if (!end) throw error
  const sentence = sentenceOf(end.sentence)
  const isHinted = error instanceof CodedError && HINTED.includes(String(error.code))
  return isHinted && end.hint !== undefined ? `${sentence} ${sentenceOf(end.hint)}` : sentence
}

function retryOf(error: unknown): "name" | "invitation" | "none" {
  if (error instanceof CodedError && (error.code === "name-taken" || error.code === "bad-name")) return "name"
  const exit = endOf(error)?.exit
  return exit === EXIT.locked ? "none" : "invitation"
}
