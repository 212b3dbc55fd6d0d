/** Commands about people's keys: `keys`, `trust`, `block`, `unblock`; and about one's own: `id rotate`, `id close`. */
import { ClientError, type Client } from "../../client/client.ts"
import type { KeyView, PersonView } from "../../client/events.ts"
import { keyLines } from "../../tui/key-words.ts"
import { trustLine } from "../../tui/key-actions.ts"
import { safeName, say } from "../../tui/safe-text.ts"
import { CliError } from "../errors.ts"
import { isoTime, personJson, personViewJson, resultJson } from "../json-lines.ts"
import { settle, SYNC_MS, syncIfPossible } from "../settle.ts"
import { waitForSync } from "../wait.ts"
import { type Invocation, withClient } from "./context.ts"
import { findPersonSyncing } from "./find.ts"
import type { ReadOptions } from "./read.ts"

/** @param name undefined: one's own. */
export async function showKeys(
  invocation: Invocation,
  { offline }: ReadOptions,
  name: string | undefined,
): Promise<void> {
  await withClient(invocation, async (session) => {
    const { client } = session
    if (!offline) await syncIfPossible(session, invocation.io)
    const person = name === undefined ? client.self() : client.findPerson(name)
    for (const key of client.keys.history(person.id)) {
      const json = { person: personJson(person), key: keyJson(key) }
      invocation.show(resultJson("key", client.self().name, json), keyLines(key).join("\n"))
    }
  })
}

export interface TrustOptions extends ReadOptions {
  /** Sends to somebody whose key was replaced, without having compared it. */
  later: boolean
}

/** @param name undefined: everybody. */
export async function trust(
  invocation: Invocation,
  { offline, later }: TrustOptions,
  name: string | undefined,
): Promise<void> {
  if (later && name === undefined) throw new CliError("usage", "say about whom: trust NAME --later")
  await withClient(invocation, async (session) => {
    const { client } = session
    if (!offline) await syncIfPossible(session, invocation.io)
    if (later && name !== undefined) {
      const person = client.findPerson(name)
      if (person.trust === "differs")
        throw new ClientError(
          "keys-differ",
          `you compared keys with ${person.name} and they differ: that cannot be put off`,
        )
      if (!person.mustDecide) throw new CliError("usage", `there is nothing to decide about ${person.name}`)
      await client.keys.decideLater(person.id)
    }
    const people = name === undefined ? client.people() : [client.findPerson(name)]
    for (const person of people) showTrust(invocation, client, person)
  })
}

export async function block(invocation: Invocation, name: string, isBlocked: boolean): Promise<void> {
  await withClient(invocation, async (session) => {
    const { client } = session
    const { id } = await findPersonSyncing(session, name, session.waiting(SYNC_MS))
    await (isBlocked ? client.keys.block(id) : client.keys.unblock(id))
    showTrust(invocation, client, client.findPerson(id))
  })
}

export interface OwnKeyOptions {
  /** Milliseconds. */
  timeout: number
}

/** A new key, signed by the one before. Two clients, one after the other: the second one is the new account. */
export async function rotateKey(invocation: Invocation, { timeout }: OwnKeyOptions): Promise<void> {
  const { io } = invocation
  const isMade = await withClient(invocation, async ({ client, waiting }) => {
    client.start()
    if (!(await waitForSync(waiting(timeout)))) return false
    await client.keys.rotate()
    return true
  })
  if (!isMade) return
  await withClient(invocation, async ({ client, waiting }) => {
    client.start()
    if (!(await waitForSync(waiting(timeout)))) return
    await settle({ client, waiting })
    const self = client.self()
    const [key] = client.keys.history(self.id)
    const json = resultJson("identity.rotated", self.name, {
      person: personJson(self),
      key: key ? keyJson(key) : null,
    })
    invocation.show(json, say`${safeName(self.name)} has a new key: ${safeName(self.tag)}`)
    io.say(say`The old one has signed it: whoever had verified you has verified you still.`)
    io.say(say`Backups from before know only the old key. Make a new one.`)
  })
}

export interface CloseOptions extends OwnKeyOptions {
  /** There is no way back. */
  yes: boolean
}

export async function closeAccount(invocation: Invocation, { timeout, yes }: CloseOptions): Promise<void> {
  if (!yes) throw new CliError("usage", "this cannot be undone, and nobody gets your name again: add --yes")
  await withClient(invocation, async ({ client, waiting }) => {
    client.start()
    if (!(await waitForSync(waiting(timeout)))) return
    const self = client.self()
    await client.keys.close()
    const json = resultJson("identity.closed", self.name, { person: personJson(self) })
    invocation.show(json, say`${safeName(self.name)} is closed. What is stored here can still be read.`)
  })
}

function showTrust({ show, symbols }: Invocation, client: Client, person: PersonView): void {
  const { mustDecide, hidden } = person
  const json = { person: { ...personViewJson(person), mustDecide, hidden } }
  show(resultJson("trust", client.self().name, json), trustLine(person, symbols))
}

function keyJson({ id, tag, fingerprint, began, since, state, verified, differs }: KeyView): object {
  const how = verified && { how: verified.how, at: isoTime(verified.at) }
  return {
    id,
    tag,
    fingerprint,
    began,
    since: isoTime(since),
    state,
    verified: how ?? null,
    differs: differs === true,
  }
}
