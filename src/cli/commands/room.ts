/** `secure-chat room …` and `secure-chat link …`: who is in `#everyone`, who decides there, and how one comes in. */
import type { Client } from "../../client/client.ts"
import { ClientError } from "../../client/errors.ts"
import { linkRoom, type PreparedAct, prepareAct, roleLines, type RoomAct } from "../../tui/room-acts.ts"
import { CliError } from "../errors.ts"
import { type SafeText, say } from "../../tui/safe-text.ts"
import type { Io } from "../io.ts"
import { personJson, resultJson, roomJson } from "../json-lines.ts"
import { settle, syncIfPossible } from "../settle.ts"
import { failIfRefused, lateError, waitFor, waitForSync } from "../wait.ts"
import { askLine } from "../words.ts"
import { type ClientSession, type Invocation, withClient } from "./context.ts"
import type { ReadOptions } from "./read.ts"

export interface ActOptions {
  /** Asks nothing. */
  yes: boolean
  /** Milliseconds. */
  timeout: number
}

/** Asks, notes it, and waits until it is done. What there was no time for is done when the relay is there again. */
export async function actOnRoom(
  invocation: Invocation,
  act: RoomAct,
  name: string,
  { yes, timeout }: ActOptions,
): Promise<void> {
  await withClient(invocation, async (session) => {
    const { client } = session
    client.start()
    if (!(await waitForSync(session.waiting(timeout)))) return
    const prepared = prepareAct(client, act, name)
    if (!yes) await confirm(invocation.io, prepared)
    await prepared.run()
    if (!(await waitUntilDone(session, timeout))) return
    const { room, link } = linkRoom(client)
    const fields = {
      room: roomJson(room),
      act,
      generation: link.generation,
      ...(name === "" ? {} : { name }),
    }
    invocation.show(resultJson("room.done", client.self().name, fields), doneText(act, link.generation))
    await settle(session)
  })
}

/** @throws CliError `usage` without a person to ask, or when they do not want it. */
async function confirm(io: Io, { warning }: PreparedAct): Promise<void> {
  if (warning === undefined) return
  io.say(warning)
  if (!io.stdin.isTTY)
    throw new CliError("usage", "nobody is there to be asked; --yes does it without asking")
  const answer = await askLine(io, say`Do it? Type yes: `)
  if (answer.trim().toLowerCase() !== "yes") throw new CliError("usage", "nothing was done")
}

/** @returns false when the person stopped it. @throws ClientError `not-allowed` when the room no longer lets us. */
async function waitUntilDone({ client, waiting }: ClientSession, timeout: number): Promise<boolean> {
  const waited = await waitFor(waiting(timeout), (stamped) => {
    failIfRefused(client.connection())
    const event = stamped?.event
    if (event?.type === "error" && event.code === "not-done")
      throw new ClientError("not-allowed", event.detail)
    return linkRoom(client).link.isBusy ? undefined : true
  })
  if (waited.kind === "late")
    throw lateError(client.connection(), "it is noted and not done yet; it is done when the relay answers")
  return waited.kind === "found"
}

function doneText(act: RoomAct, generation: number): string {
  switch (act) {
    case "remove":
      return say`removed; the link was replaced, and secure-chat link show prints the new one`
    case "reset":
      return say`the link was replaced (for the ${generation}${ordinal(generation)} time); secure-chat link show prints it`
    case "unban":
      return say`may come in again, by a new invitation: secure-chat link show prints one`
    case "promote":
      return say`is a moderator now`
    case "demote":
      return say`is no moderator any more`
  }
}

function ordinal(count: number): SafeText {
  const isTeen = count % 100 >= 11 && count % 100 <= 13
  return (isTeen ? undefined : [say`th`, say`st`, say`nd`, say`rd`][count % 10]) ?? say`th`
}

export async function showModerators(invocation: Invocation, { offline }: ReadOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    if (!offline) await syncIfPossible(session, invocation.io)
    const { client } = session
    const { room, link } = linkRoom(client)
    const fields = {
      room: roomJson(room),
      open: link.open,
      moderators: link.moderators.map(personJson),
      removed: link.banned.map(personJson),
    }
    const text = roleLines(link, invocation.symbols).join("\n")
    invocation.show(resultJson("room.moderators", client.self().name, fields), text)
  })
}

export async function showLink(invocation: Invocation, { offline }: ReadOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    if (!offline) await syncIfPossible(session, invocation.io)
    await printLink(invocation, session.client)
  })
}

async function printLink(invocation: Invocation, client: Client): Promise<void> {
  const { room, link } = linkRoom(client)
  const invitation = await client.link.invitation(room.id)
  const fields = { room: roomJson(room), generation: link.generation, invitation }
  invocation.io.say(say`Whoever has this can join the relay and the room, visibly:`)
  invocation.show(resultJson("link", client.self().name, fields), invitation)
}
