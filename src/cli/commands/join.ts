/** `secure-chat join INVITATION --name NAME`: makes the profile, registers at the relay, comes into `#everyone`. */
import type { Client } from "../../client/client.ts"
import type { ClientStore } from "../../client/store.ts"
import { checkName, noteApproval } from "../../client/profile.ts"
import { systemClock } from "../../platform/clock.ts"
import { printHostPort } from "../../protocol/address.ts"
import { safeLine, safeName, say } from "../../tui/safe-text.ts"
import { clientLog, composeClient } from "../compose.ts"
import { readInvitation } from "../invitation.ts"
import { enter, noteJoining } from "../joining.ts"
import { personJson, resultJson, roomJson } from "../json-lines.ts"
import { openProfileDir } from "../profile-dir.ts"
import { settle } from "../settle.ts"
import { assertWordsPossible, withWords } from "../words.ts"
import type { Invocation } from "./context.ts"

export interface JoinOptions {
  name: string | undefined
  /** The name is one's own, its key is lost, and the operator has given a code of twelve words. */
  replace: boolean
  wordsFd: number | undefined
  /** Milliseconds. */
  timeout: number
}

export async function join(
  invocation: Invocation,
  typed: readonly string[],
  options: JoinOptions,
): Promise<void> {
  const { io, config } = invocation
  const invite = readInvitation(typed)
  if (options.name !== undefined) checkName(options.name)
  if (options.replace) assertWordsPossible(io, options.wordsFd)
  const profile = await openProfileDir(config, io, { create: true })
  try {
    const store = profile.open()
    noteJoining(store, options.name, invite)
    if (options.replace) await takeCode(invocation, store, options.wordsFd)
    const client = await composeClient(store, await clientLog(io.env))
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
    profile.close()
  }
}

/** The operator's code is shown once, on the first connection. */
async function takeCode({ io }: Invocation, store: ClientStore, wordsFd: number | undefined): Promise<void> {
  await withWords(io, wordsFd, (code) => noteApproval(store, code), "The operator's twelve words: ")
}

function report(invocation: Invocation, client: Client): void {
  const self = client.self()
  const connection = client.connection()
  const relay =
    connection.state === "online"
      ? { host: connection.host, port: connection.port, name: connection.relayName }
      : null
  const room = client.rooms().find(({ kind }) => kind === "everyone")
  const json = resultJson("joined", self.name, {
    person: personJson(self),
    relay,
    room: room ? roomJson(room) : null,
  })
  const where =
    relay === null ? say`the relay` : say`${safeName(relay.name)} (${safeLine(printHostPort(relay))})`
  invocation.show(json, say`${safeName(self.name)} joined ${where}`)
}
