/** The way into a relay and its room, for the command and for the first start of the chat. */
import type { Client } from "../client/client.ts"
import { checkName, createProfile, readProfile, renameProfile, setRelay } from "../client/profile.ts"
import type { ClientStore } from "../client/store.ts"
import { systemClock } from "../platform/clock.ts"
import { nodePrimitives } from "../platform/primitives.ts"
import { systemRandom } from "../platform/random.ts"
import type { Link, SpokenInvitation } from "../protocol/address.ts"
import { CliError } from "./errors.ts"
import { failIfRefused, lateError, waitFor, waitForSync, type Waited, type Waiting } from "./wait.ts"

/** A registered person is let into the chat after this long, even when the room has not opened yet. */
const ROOM_MS = 5_000

/** Writes down who we are and where we go. Until the relay knows us, both may be changed by joining again. */
export function noteJoining(
  store: ClientStore,
  name: string | undefined,
  invite: Link | SpokenInvitation,
): void {
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
  const waited = await waitForEveryone(client, waiting)
  if (waited.kind === "late") throw lateError(client.connection(), "registered, but not in #everyone yet")
  return waited.kind === "found"
}

/**
 * For a person in front of a screen: connects until the relay knows us, then gives `#everyone` a moment. A room that
 * is not open by then shows itself as coming in, and keeps what is written there.
 * @throws CliError when the relay refuses, or does not answer in time.
 */
export async function enterChat(client: Client, waiting: Waiting): Promise<void> {
  client.start()
  const known = await waitFor(waiting, () => {
    failIfRefused(client.connection())
    return client.connection().state === "online" ? true : undefined
  })
  if (known.kind === "late") throw lateError(client.connection(), "the relay has not let us in yet")
  await waitForEveryone(client, { ...waiting, deadline: waiting.clock.now() + ROOM_MS })
}

function waitForEveryone(client: Client, waiting: Waiting): Promise<Waited<unknown>> {
  return waitFor(waiting, () => {
    failIfRefused(client.connection())
    return client.rooms().find(({ kind, state }) => kind === "everyone" && state === "open")
  })
}
