/** Everything that is known of one person, on one page; the line mode prints the same. */
import type { Client } from "../client/client.ts"
import type { PersonView } from "../client/events.ts"
import { keyLines } from "./key-words.ts"
import { joinSafe, safeName, say, type SafeText } from "./safe-text.ts"
import { nameInWords, nameToType, nameWithMark, span, trustStyle, type Span, type Symbols } from "./theme.ts"
import { dayOf, digitRows, trustWords } from "./words.ts"

type Lines = readonly (readonly Span[])[]

const BLANK: readonly Span[] = [span(say``)]

/** @param name undefined: the other person of the chat, else oneself. @throws ClientError for a name that nobody or two people have. */
export function whois(
  client: Client,
  { name, peer }: { name: string | undefined; peer: PersonView | undefined },
  symbols: Symbols,
): { title: SafeText; lines: Lines } {
  const self = client.self()
  const isSelf = name === self.id || name?.toLowerCase() === self.name.toLowerCase()
  const person =
    name === undefined
      ? ((peer && client.findPerson(peer.id)) ?? self)
      : isSelf
        ? self
        : client.findPerson(name)
  const isMe = person.id === self.id
  const title = isMe ? say`Who you are here` : say`Who ${nameInWords(person)} is`
  const lines: Lines = [
    isMe
      ? [span(say`${safeName(person.name)}, you`, "strong")]
      : [span(nameWithMark(person, symbols), trustStyle(person.trust)), span(say`  ${trustWords(person)}`)],
    ...(isMe ? [] : nameLines(person)),
    ...(isMe ? [] : standingLines(client, person)),
    BLANK,
    ...keyPart(client, person),
    BLANK,
    ...(isMe
      ? [[span(say`The tag behind your name on other screens: ?${safeName(person.tag)}`)]]
      : numberPart(client, person)),
  ]
  return { title, lines }
}

function nameLines({ registeredName, looksLike, ambiguous, formerNames = [] }: PersonView): Lines {
  return [
    ...(formerNames.length === 0
      ? []
      : [[span(say`Called ${joinSafe(formerNames.map(safeName), say`, `)} before.`)]]),
    ...(registeredName === undefined
      ? []
      : [[span(say`Everybody else knows them as ${safeName(registeredName)}.`)]]),
    ...(looksLike === undefined
      ? []
      : [[span(say`The name looks like ${safeName(looksLike)}, who is somebody else.`, "danger" as const)]]),
    ...(ambiguous
      ? [
          [
            span(
              say`Another name here looks the same: commands ask for the tag behind it.`,
              "warning" as const,
            ),
          ],
        ]
      : []),
  ]
}

/** Since when, where, and what this person has decided about them. */
function standingLines(client: Client, person: PersonView): Lines {
  const room = client.rooms().find(({ kind }) => kind === "everyone")
  const member = room?.members.find((each) => each.person.id === person.id)
  const link = room && client.link.view(room.id)
  const isModerator = link?.moderators.some(({ id }) => id === person.id) === true
  const where =
    member === undefined
      ? say`not in #everyone`
      : member.here
        ? say`here in #everyone`
        : say`only listed in #everyone`
  return [
    [
      span(
        say`${person.online ? say`online` : say`offline`}, ${where}${isModerator ? say`, a moderator` : say``}`,
      ),
    ],
    [span(say`Known here since ${dayOf(person.firstSeenAt)}.`)],
    ...(person.mustDecide
      ? [[span(say`Nothing is sent before you decide: /decide ${nameToType(person)}`, "danger" as const)]]
      : []),
    ...(person.hidden > 0 ? [[span(say`${person.hidden} messages were not kept.`)]] : []),
  ]
}

function keyPart(client: Client, person: PersonView): Lines {
  const [now, ...before] = client.keys.history(person.id)
  if (now === undefined) return []
  return [
    [span(say`The key, of one computer:`)],
    ...keyLines(now).map((text) => [span(text)]),
    ...(before.length === 0
      ? []
      : [[span(say`Keys before it: ${before.length}. /keys ${nameToType(person)} lists them.`)]]),
  ]
}

function numberPart(client: Client, person: PersonView): Lines {
  return [
    [span(say`The digits that only the two of you share:`)],
    ...digitRows(client.safetyNumber(person.id)).map((row) => [span(say`  ${row}`)]),
    [span(say`/verify ${nameToType(person)} compares them, or seven words, or a code.`, "faint")],
  ]
}
