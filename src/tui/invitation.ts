/**
 * The invitation to a relay of one's own, to show or to read aloud: when the relay is made, and again with `/invite`.
 * It is drawn and forgotten; nothing here is kept with the chat.
 */
import { safeLine, say, type SafeText } from "./safe-text.ts"
import { span, type Span } from "./theme.ts"

/** Both writings of one invitation (PROTOCOL.md §17). */
export interface Invitation {
  /** An address and twelve words; undefined for an open relay, which has no secret to put into words. */
  words: string | undefined
  link: string
  /** Of the relay's key, as newcomers see them beside its name where they look for one; where they are at hand. */
  letters?: string
}

const JOINING = say`Others start secure-chat, type their name, choose "I have an invitation", and`
export const WRITE_THESE_WORDS = say`${JOINING} write:`
export const OR_PASTE = say`or paste this link:`
export const WHOEVER_HAS_IT = say`Whoever has it can join, so show it only to the people who should.`
/** For everybody else's computer. */
const ASK_THE_HOST = say`You are not in #everyone, and this computer runs no relay of its own. Whoever runs the relay has the invitation: it is in the file "invitation" of the relay's folder. Whoever is in the room can show one: /link.`

export const INVITATION_TITLE: SafeText = say`Invitation`

/** The page of `/invite`: one span per line, wrapped by whoever draws it. Undefined: none is kept here. */
export function invitationLines(invitation: Invitation | undefined): readonly (readonly Span[])[] {
  if (invitation === undefined) return [[span(ASK_THE_HOST)]]
  const { words, link, letters } = invitation
  const blank = [span(say``)]
  const spoken = [
    [span(WRITE_THESE_WORDS)],
    blank,
    [span(safeLine(words ?? ""), "strong")],
    blank,
    [span(OR_PASTE)],
  ]
  return [
    [span(say`The relay, and #everyone, let in whoever has this.`, "good")],
    blank,
    ...(words === undefined ? [[span(say`${JOINING} paste this link:`)]] : spoken),
    blank,
    [span(safeLine(link))],
    blank,
    ...(letters === undefined ? [] : [[span(say`The relay's key: ${safeLine(letters)}.`)]]),
    [span(WHOEVER_HAS_IT, "faint")],
  ]
}
