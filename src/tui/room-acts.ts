/**
 * What a person does to a room and its link: in words first, then done. Full screen, line mode and commands share it,
 * so that all of them say the same before anything happens.
 */
import { type Client, ClientError } from "../client/client.ts"
import type { LinkView, MessageName, PersonRef, RoomRef } from "../client/events.ts"
import type { Invitation } from "./invitation.ts"
import { joinSafe, say, type SafeText } from "./safe-text.ts"
import { nameAgain, nameInWords, nameWithMark, type Symbols } from "./theme.ts"

/** Acts on a person, and on the link. */
export type RoomAct = "remove" | "unban" | "promote" | "demote" | "reset"

export interface PreparedAct {
  /** The same for the same act on the same person. */
  key: string
  /** What it will do, when that should be read before; undefined: it can be taken back as easily. */
  warning: SafeText | undefined
  /** Said once it has been asked for. */
  asked: SafeText
  run(): Promise<void>
}

/** `#everyone`. @throws ClientError `not-in-room`. */
export function linkRoom(client: Client): { room: RoomRef; link: LinkView } {
  const room = client.rooms().find(({ kind }) => kind === "everyone")
  const link = room && client.link.view(room.id)
  if (!room || !link) throw new ClientError("not-in-room", "you are not in #everyone")
  return { room, link }
}

/** @throws ClientError `not-in-room`, `unknown-name`, `ambiguous-name`, `not-allowed`. */
export function prepareAct(client: Client, act: RoomAct, name: string): PreparedAct {
  const { room, link } = linkRoom(client)
  // Nobody reads a warning about what they may not do.
  if (!link.isModerator)
    throw new ClientError(
      "not-allowed",
      "only a moderator of this room can do that; /moderators says who is one",
    )
  if (act === "reset") {
    return {
      key: act,
      warning: say`This replaces the link of the room: invitations that were given out before, the relay's own among them, lead nobody in any more. Everybody who is in stays in.`,
      asked: say`The link is being replaced. /link shows the new one.`,
      run: () => client.link.reset(room.id),
    }
  }
  const person = personNamed(client, act, name)
  const who = person.trust === "self" ? say`you` : nameInWords(person)
  const again = person.trust === "self" ? who : nameAgain(person)
  const key = `${act} ${person.id}`
  switch (act) {
    case "remove":
      return {
        key,
        warning: say`This removes ${who} from the room for everybody: ${again} is told, reads nothing that is said from then on, and cannot come back by any invitation unless a moderator takes that back. The link is replaced with it.`,
        asked: say`${who} is being removed.`,
        run: () => client.link.remove(room.id, person.id),
      }
    case "unban":
      return {
        key,
        warning: undefined,
        asked: say`${who} may come in again, by a new invitation: /link shows one.`,
        run: () => client.link.letBack(room.id, person.id),
      }
    case "promote":
      return {
        key,
        warning: say`This makes ${who} a moderator, who may remove anybody, you as well, and replace the link.`,
        asked: say`${who} is being made a moderator.`,
        run: () => client.link.promote(room.id, person.id),
      }
    case "demote":
      return {
        key,
        warning:
          person.trust === "self"
            ? say`After this you are no moderator any more, and cannot make yourself one.`
            : undefined,
        asked: say`${who} will be no moderator any more.`,
        run: () => client.link.demote(room.id, person.id),
      }
  }
}

/** Asks before what should be read before: the same again, with nothing of the kind in between, does it. */
export class Confirmer {
  #asked = ""

  /** @throws what `prepareAct` and the client throw. */
  async ask(
    client: Client,
    act: RoomAct,
    name: string,
  ): Promise<{ text: SafeText; tone: "plain" | "warning" }> {
    const { key, warning, asked, run } = prepareAct(client, act, name)
    const isConfirmed = warning === undefined || this.#asked === key
    this.#asked = isConfirmed ? "" : key
    if (!isConfirmed)
      return { text: say`Not done yet; the same line again does it. ${warning}`, tone: "warning" }
    await run()
    return { text: asked, tone: "plain" }
  }
}

/**
 * What `/invite` and `/link` show: the present link of the room, from this person; whoever is not in the room shows what
 * the relay on this computer gives out. The twelve words stand for the first link only.
 */
export async function invitationOf(
  client: Client,
  hosted: Invitation | undefined,
): Promise<Invitation | undefined> {
  const room = client.rooms().find(({ kind }) => kind === "everyone")
  const link = room && client.link.view(room.id)
  if (!room || !link) return hosted
  const words = link.generation === 0 ? hosted?.words : undefined
  return { link: await client.link.invitation(room.id), words }
}

/** Oneself only where that makes sense: nobody removes themselves. */
function personNamed(client: Client, act: RoomAct, name: string): PersonRef {
  const self = client.self()
  const isSelf = name === self.id || name.toLowerCase() === self.name.toLowerCase()
  return act === "demote" && isSelf ? self : client.findPerson(name)
}

/** Who decides in the room, and who was removed from it. */
export function roleLines({ moderators, banned, open }: LinkView, symbols: Symbols): readonly SafeText[] {
  const names = (people: readonly PersonRef[]) =>
    joinSafe(
      people.map((person) => (person.trust === "self" ? say`you` : nameWithMark(person, symbols))),
      say`, `,
    )
  return [
    say`Moderators, who may remove people and replace the link: ${names(moderators)}`,
    banned.length === 0 ? say`Nobody was removed from this room.` : say`Removed: ${names(banned)}`,
    ...(open ? [] : [say`The link is being replaced: nobody comes in just now.`]),
  ]
}

/**
 * Sends, unless whoever invited us has not been heard in the room: then says so, and sends when the person asks again.
 * @param warned rooms in which it has been said.
 * @throws what `Client.send` throws.
 */
export async function sendOrWarn(
  client: Client,
  warned: Set<string>,
  roomId: string,
  text: string,
  replyTo?: MessageName,
): Promise<{ id: string }> {
  if (warned.delete(roomId)) await client.link.goOnWithout(roomId)
  try {
    const sent = await client.send(roomId, text, replyTo)
    tryNow(client)
    return sent
  } catch (cause) {
    if (!(cause instanceof ClientError) || cause.code !== "inviter-unheard") throw cause
    warned.add(roomId)
    const more = "wait until they are here, ask them in person, or send it again to send it all the same"
    throw new ClientError(cause.code, `${cause.message}; ${more}`, { cause })
  }
}

/** Something was said: a relay that nobody reached is looked for at once. One that asked to be left alone is. */
export function tryNow(client: Client): void {
  const connection = client.connection()
  if (connection.state === "waiting" && (connection.why === "unreachable" || connection.why === "lost"))
    client.start()
}
