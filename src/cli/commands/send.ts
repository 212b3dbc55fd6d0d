/**
 * `secure-chat send TO [TEXT|-]`: queues one message and waits until it is as far as was asked for; in a room, as far
 * with everybody it was for.
 */
import type { Client, ClientError } from "../../client/client.ts"
import type { MessageState, RoomRef } from "../../client/events.ts"
import { BytesError, fromUtf8 } from "../../bytes.ts"
import { CliError } from "../errors.ts"
import { type Io, readAll } from "../io.ts"
import { eventJson, jsonLine } from "../json-lines.ts"
import { failIfRefused, lateError, waitFor, waitForSync } from "../wait.ts"
import { settle } from "../settle.ts"
import { type ClientSession, type Invocation, withClient } from "./context.ts"
import { findRoomSyncing } from "./find.ts"

export interface SendOptions {
  wait: "relay" | "delivered" | "read"
  /** Milliseconds. */
  timeout: number
  requireVerified: boolean
  /** Although whoever invited us has not been heard in the room. */
  withoutInviter: boolean
  /** Id of the message that it answers. */
  replyTo?: string
}

/** More than any message may have; what is longer is refused by the client with its own words. */
const MAX_INPUT_BYTES = 1_048_576
/** Members answer a newcomer within three seconds. */
const INVITER_MS = 5_000
const RANK: Record<MessageState, number> = { failed: -1, queued: 0, relayed: 1, delivered: 2, read: 3 }
const WANTED: Record<SendOptions["wait"], MessageState> = {
  relay: "relayed",
  delivered: "delivered",
  read: "read",
}

export async function send(
  invocation: Invocation,
  to: string,
  words: readonly string[],
  options: SendOptions,
): Promise<void> {
  const text = await messageText(invocation.io, words)
  await withClient(invocation, async (session) => {
    const { client } = session
    const waiting = session.waiting(options.timeout)
    const room = await findRoomSyncing(session, to, waiting)
    if (options.requireVerified) {
      // A key may have changed while we were away: what the directory says now decides.
      client.start()
      if (!(await waitForSync(waiting))) return
      requireVerified(client, room, to)
    }
    if (room.kind === "direct") await client.openChat(client.findPerson(to).id)
    else await hearInviter(session, room, options.withoutInviter)
    const states = follow(invocation, session, room)
    try {
      const { replyTo } = options
      const { id } = await client.send(room.id, text, replyTo === undefined ? undefined : { id: replyTo })
      client.start()
      const wanted = WANTED[options.wait]
      const waited = await waitFor(waiting, () => {
        const state = states.of(id)
        if (state === "failed")
          throw new CliError("relay-refused", "the message was not delivered, and is not tried any more")
        if (RANK[state] >= RANK[wanted]) return state
        failIfRefused(client.connection())
        return undefined
      })
      if (waited.kind === "stopped") return
      if (waited.kind === "found") {
        if (!invocation.config.json) invocation.io.result(`${waited.value} ${id}`)
        return await settle(session)
      }
      throw late(client, room, id, { state: states.of(id), wanted })
    } finally {
      states.leave()
    }
  })
}

/** Gives whoever invited us the time to answer our coming in; the client refuses to send before, and says so. */
async function hearInviter(
  { client, waiting }: ClientSession,
  { id }: RoomRef,
  isWithout: boolean,
): Promise<void> {
  const isMissing = () =>
    client.rooms().some((room) => room.id === id) && client.link.unheardInviter(id) !== undefined
  if (!isMissing()) return
  if (isWithout) return client.link.goOnWithout(id)
  client.start()
  await waitFor(waiting(INVITER_MS), () => {
    failIfRefused(client.connection())
    return isMissing() ? undefined : true
  })
}

/** Whatever there was no time for: the message is kept, and whoever sends it again sends it twice. */
function late(
  client: Client,
  room: RoomRef,
  id: string,
  { state, wanted }: { state: MessageState; wanted: MessageState },
): CliError | ClientError {
  const reached = state === "queued" || room.kind === "direct" ? "" : reachedWords(client, room, id)
  const error = lateError(
    client.connection(),
    `the message is ${state}, not yet ${wanted}${reached}; it stays on its way`,
  )
  if (error.code !== "unreachable") return error
  const kept = "the message waits here, and the next command that reaches the relay sends it"
  return new CliError("unreachable", `${error.message}; ${kept}`)
}

/** How many of a room have it, so that a script's log tells one missing person from all. */
function reachedWords(client: Client, room: RoomRef, id: string): string {
  const people = client.receipts(room.id, id)
  const count = (...states: string[]) => people.filter((person) => states.includes(person.state)).length
  return ` by everybody (${count("delivered", "read")} of ${people.length} have it, ${count("read")} have read it)`
}

/** @throws CliError `usage`. */
export async function messageText(io: Io, words: readonly string[]): Promise<string> {
  const fromStdin = words.length === 0 || (words.length === 1 && words[0] === "-")
  if (!fromStdin) return words.join(" ")
  if (words.length === 0 && io.stdin.isTTY)
    throw new CliError("usage", "send what? give the text, or - to read it from stdin")
  try {
    // The last line's end ends the input; every other line break belongs to the message.
    return fromUtf8(await readAll(io.stdin, MAX_INPUT_BYTES)).replace(/\r?\n$/, "")
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause
    throw new CliError("usage", "the text on stdin is not UTF-8", { cause })
  }
}

function requireVerified(client: Client, room: RoomRef, to: string): void {
  const people =
    room.kind === "direct"
      ? [client.findPerson(to)]
      : client.room(room.id).members.flatMap(({ person, former }) => [person, ...former])
  const others = people.filter(({ trust }) => trust !== "self" && trust !== "verified")
  if (others.length === 0) return
  const whom =
    room.kind === "direct" ? others[0]!.name : `${others.length} of ${people.length} people in the room`
  throw new CliError("not-verified", `not sent: you have not verified ${whom}`)
}

/** Keeps the state of the messages of this session, and prints their events with `--json`. */
function follow({ io, config }: Invocation, { client }: ClientSession, room: RoomRef) {
  const states = new Map<string, MessageState>()
  const leave = client.on((stamped) => {
    const { event } = stamped
    if (event.type !== "message.sent" && event.type !== "message.state") return
    if (event.room.id !== room.id) return
    const state = event.type === "message.sent" ? (event.message.state ?? "queued") : event.state
    // Older messages of the outbox travel now too; they are none of our business.
    if (event.type === "message.state" && !states.has(event.message.id)) return
    states.set(event.message.id, state)
    if (config.json) io.result(jsonLine(eventJson(client.self().name, stamped)))
  })
  return { of: (id: string): MessageState => states.get(id) ?? "queued", leave }
}
