/** From what was typed to a person or a room, asking the relay when nobody here is called so. */
import type { Client } from "../../client/client.ts"
import type { PersonView, RoomRef } from "../../client/events.ts"
import { ClientError } from "../../client/errors.ts"
import { waitForSync, type Waiting } from "../wait.ts"
import type { ClientSession } from "./context.ts"

/** @throws ClientError `unknown-name`, `ambiguous-name`. @throws CliError when the relay had to be asked and could not. */
export function findRoomSyncing(session: ClientSession, to: string, waiting: Waiting): Promise<RoomRef> {
  return findSyncing(session, waiting, (client) => client.findRoom(to))
}

export function findPersonSyncing(
  session: ClientSession,
  name: string,
  waiting: Waiting,
): Promise<PersonView> {
  return findSyncing(session, waiting, (client) => client.findPerson(name))
}

async function findSyncing<T>(
  { client }: ClientSession,
  waiting: Waiting,
  find: (client: Client) => T,
): Promise<T> {
  try {
    return find(client)
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "unknown-name") throw error
    // Somebody who came since we were here last is in the relay's directory.
    client.start()
    await waitForSync(waiting)
    return find(client)
  }
}
