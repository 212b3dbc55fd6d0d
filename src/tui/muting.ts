/** Quiet rooms: the rule of `/notify off` for one room, by its name, wherever one is. */
import type { Client } from "../client/client.ts"
import { ruleOf } from "./notifying.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"
import { nameInWords, roomInWords, roomTitle } from "./theme.ts"

/**
 * @param to `#everyone` or a person; undefined: the open room.
 * @returns what is so now. @throws ClientError for a name that nobody or two people have; `storage`.
 */
export async function muteRoom(
  client: Client,
  { on, to, roomId }: { on: boolean; to: string | undefined; roomId: string | undefined },
): Promise<SafeText> {
  const named = to ?? roomId
  if (named === undefined) return say`Which room? Write #everyone, or a name, behind the command.`
  const { id, kind, name } = to === undefined ? client.room(named) : client.findRoom(to)
  const title = kind === "everyone" ? roomTitle({ kind, name }) : nameOf(client, to, id)
  const { [id]: _, ...others } = client.desk.settings().rooms
  const settings = await client.desk.change({ rooms: on ? { [id]: "off", ...others } : others })
  const rule = ruleOf(settings, id)
  if (on) return say`${title} is quiet: nothing there notifies you, a mention neither. /unmute ends that.`
  return rule === "off"
    ? say`${title} is as all rooms are: quiet. /set notify all changes that.`
    : say`${title} notifies you again: ${safeLine(rule)}.`
}

/** A chat need not have been opened yet. */
function nameOf(client: Client, to: string | undefined, roomId: string): SafeText {
  return to === undefined ? roomInWords(client.room(roomId)) : nameInWords(client.findPerson(to))
}
