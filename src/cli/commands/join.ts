/** `secure-chat join INVITATION --name NAME`: makes the profile, registers at the relay, comes into `#everyone`. */
import { checkName, createProfile, readProfile, renameProfile, setRelay } from "../../client/profile.ts"
import type { Client } from "../../client/client.ts"
import type { ClientStore } from "../../client/store.ts"
import { systemClock } from "../../platform/clock.ts"
import { nodePrimitives } from "../../platform/primitives.ts"
import { systemRandom } from "../../platform/random.ts"
import { type Link, printHostPort, type SpokenInvitation } from "../../protocol/address.ts"
import { safeName } from "../../tui/safe-text.ts"
import { clientLog, composeClient } from "../compose.ts"
import { CliError } from "../errors.ts"
import { readInvitation } from "../invitation.ts"
import { personJson, resultJson, roomJson } from "../json-lines.ts"
import { openProfileDir } from "../profile-dir.ts"
import { settle } from "../settle.ts"
import { failIfRefused, lateError, waitFor, waitForSync, type Waiting } from "../wait.ts"
import type { Invocation } from "./context.ts"

export interface JoinOptions {
  name: string | undefined
  /** Milliseconds. */
  timeout: number
}

export async function join(invocation: Invocation, typed: readonly string[], options: JoinOptions): Promise<void> {
  const { io, config } = invocation
  const invite = readInvitation(typed)
  if (options.name !== undefined) checkName(options.name)
  const profile = await openProfileDir(config, io, { create: true })
  try {
    noteJoining(profile.store, options.name, invite)
    const client = await composeClient(profile.store, clientLog(io.env))
    const waiting = (timeout: number) => ({
      client,
      clock: systemClock,
      deadline: systemClock.now() + timeout,
      stop: io.stop,
    })
    try {
      if (!(await enter(client, waiting(options.timeout)))) return
      await settle({ client, waiting })
      report(invocation, client)
    } finally {
      await client.stop()
    }
  } finally {
    await profile.close()
  }
}

/** Writes down who we are and where we go. Until the relay knows us, both may be changed by joining again. */
export function noteJoining(store: ClientStore, name: string | undefined, invite: Link | SpokenInvitation): void {
  const known = readProfile(store)
  if (!known && name === undefined) throw new CliError("usage", "who are you? give --name NAME")
  if (!known) createProfile(store, { random: systemRandom, clock: systemClock }, name!)
  else if (name !== undefined && checkName(name) !== known.name) renameProfile(store, name)
  setRelay(store, nodePrimitives, invite)
}

/**
 * Connects until we are in `#everyone`.
 * @returns false when the person stopped it. @throws CliError when the relay refuses or time is up.
 */
export async function enter(client: Client, waiting: Waiting): Promise<boolean> {
  client.start()
  if (!(await waitForSync(waiting))) return false
  const waited = await waitFor(waiting, () => {
    failIfRefused(client.connection())
    return client.rooms().find(({ kind, state }) => kind === "everyone" && state === "open")
  })
  if (waited.kind === "late") throw lateError(client.connection(), "registered, but not in #everyone yet")
  return waited.kind === "found"
}

function report(invocation: Invocation, client: Client): void {
  const self = client.self()
  const connection = client.connection()
  const relay = connection.state === "online" ? { host: connection.host, port: connection.port, name: connection.relayName } : null
  const room = client.rooms().find(({ kind }) => kind === "everyone")
  const json = resultJson("joined", self.name, { person: personJson(self), relay, room: room ? roomJson(room) : null })
  const where = relay === null ? "the relay" : `${safeName(relay.name)} (${printHostPort(relay)})`
  invocation.show(json, `${safeName(self.name)} joined ${where}`)
}
