/** Waiting for a client to come into a state, with an end: in time, too late, or stopped by the person. */
import { type Client, ClientError, fatalError } from "../client/client.ts"
import type { ConnectionView, StampedEvent } from "../client/events.ts"
import { printHostPort } from "../protocol/address.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import { CliError } from "./errors.ts"

export interface Waiting {
  client: Client
  clock: Clock
  /** Undefined: as long as it takes. */
  deadline: Millis | undefined
  stop: AbortSignal
}

export type Waited<T> = { kind: "found"; value: T } | { kind: "late" } | { kind: "stopped" }

/**
 * Asks `look` now and after every event until it answers something.
 * @throws ClientError `storage-failed`, `database-damaged` when the client had to end meanwhile; what `look` throws.
 */
export function waitFor<T>(
  waiting: Waiting,
  look: (stamped: StampedEvent | undefined) => T | undefined,
): Promise<Waited<T>> {
  const { client, clock, deadline, stop } = waiting
  return new Promise((resolve, reject) => {
    const clear = () => {
      leave()
      cancelTimer()
      stop.removeEventListener("abort", stopped)
    }
    const end = (waited: Waited<T>) => {
      clear()
      resolve(waited)
    }
    const tell = (stamped: StampedEvent | undefined) => {
      try {
        const fatal = stamped && fatalError(stamped.event)
        if (fatal) throw fatal
        const value = look(stamped)
        if (value !== undefined) end({ kind: "found", value })
      } catch (error) {
        clear()
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const stopped = () => end({ kind: "stopped" })
    let cancelTimer = () => {}
    let leave = () => {}
    if (stop.aborted) return resolve({ kind: "stopped" })
    leave = client.on(tell)
    stop.addEventListener("abort", stopped)
    if (deadline !== undefined) cancelTimer = clock.wakeAt(deadline, () => end({ kind: "late" }))
    tell(undefined)
  })
}

/**
 * Waits until everything that the relay held for us has been read.
 * @returns false when the person stopped it.
 * @throws CliError when the relay refuses, cannot be reached, or is too slow.
 */
export async function waitForSync(waiting: Waiting): Promise<boolean> {
  const waited = await waitFor(waiting, (stamped) => {
    failIfRefused(waiting.client.connection())
    return stamped?.event.type === "sync.done" ? true : undefined
  })
  if (waited.kind === "late")
    throw lateError(waiting.client.connection(), "the relay has not sent everything yet")
  return waited.kind === "found"
}

/** @throws CliError for a connection that will not be tried again. */
export function failIfRefused(connection: ConnectionView): void {
  if (connection.state !== "refused") return
  const place = printHostPort(connection)
  switch (connection.why) {
    case "wrong-pin":
      throw new CliError("wrong-pin", `what answers at ${place} is not the relay of the invitation`)
    case "not-allowed":
      throw new CliError("wrong-invitation", `the relay at ${place} does not accept this invitation`)
    case "revoked":
      throw new CliError("revoked", `the relay at ${place} no longer lists this device as yours`)
    case "name-taken":
      throw new CliError(
        "name-taken",
        "somebody on this relay has that name already, or one that looks like it",
      )
    case "replaced":
      throw new CliError(
        "name-lost",
        "you have another key at this relay, newer than this profile's; if it is an older backup, restore a newer one, or ask the operator for a code",
      )
    case "closed":
      throw new CliError("name-lost", "this account was closed")
    case "not-approved":
      throw new CliError("not-approved", "the relay does not take this code: wrong, used, or too old")
    case "superseded":
      throw new CliError("profile-in-use", "this profile has connected from another place")
    case "directory-split":
      throw new CliError(
        "directory-split",
        `the relay at ${place} was caught showing different lists of people`,
      )
    case "banned":
      throw new CliError("banned", `whoever runs the relay at ${place} has shut you out`)
    case "bad-version":
      throw new CliError("relay-refused", `the relay at ${place} speaks another version of secure-chat`)
    default:
      throw new CliError("relay-refused", `the relay at ${place} refuses (${connection.why})`)
  }
}

/** What to say when time is up: that nobody answers matters more than what we waited for. */
export function lateError(connection: ConnectionView, otherwise: string): CliError | ClientError {
  if (isDiskFull(connection))
    return new ClientError("storage", "the disk is full: nothing is fetched or sent until there is room")
  if (connection.state === "waiting" && connection.why === "awaiting")
    return new CliError(
      "awaiting",
      `whoever runs the relay at ${printHostPort(connection)} was asked to let you in`,
    )
  switch (connection.state) {
    case "online":
      return new CliError("too-slow", otherwise)
    case "offline":
      return new CliError("unreachable", "there is no connection to a relay")
    default:
      return new CliError("unreachable", `no relay answers at ${printHostPort(connection)}`)
  }
}

/** Then the relay is there, and asking it again would not help. */
export function isDiskFull(connection: ConnectionView): boolean {
  return (connection.state === "waiting" || connection.state === "refused") && connection.why === "storage"
}
