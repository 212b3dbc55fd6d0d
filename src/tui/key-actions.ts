/**
 * What the interface asks of people's keys: their history, who is trusted how, and the three answers to a key that was
 * replaced (PROTOCOL.md §14.2). The full screen shows the same lines on a page that the line mode prints.
 */
import type { Client } from "../client/client.ts"
import type { PersonView } from "../client/events.ts"
import { changedKeyText, CHOICES, keyLines } from "./key-words.ts"
import { say, type SafeText } from "./safe-text.ts"
import { nameInWords, nameToType, nameWithMark, span, type Span, type Symbols } from "./theme.ts"
import type { Overlay, PageChoice } from "./view.ts"
import { trustWords } from "./words.ts"

const ID = /^u_[\w-]+$/u

/** Of the commands of the same names. */
export type KeyAction = "keys" | "trust" | "decide" | "later" | "block" | "unblock"

export type KeyAnswer =
  /** Something to read. @param decide whom the three answers are about. */
  | { title: SafeText; lines: readonly (readonly Span[])[]; decide: PersonView | undefined }
  /** It is done. */
  | { done: SafeText }

/** @param name undefined: the other person of the chat; of `keys`, without either, oneself. @throws ClientError. */
export async function actOnKeys(
  client: Client,
  { action, name, peer }: { action: KeyAction; name: string | undefined; peer: PersonView | undefined },
  symbols: Symbols,
): Promise<KeyAnswer> {
  if (action === "trust") return trustPage(client, symbols)
  const person = name === undefined ? peer && client.findPerson(peer.id) : client.findPerson(name)
  if (action === "keys") return keysPage(client, person ?? client.self())
  if (person === undefined) return { done: say`Whom? Write the name behind the command.` }
  const who = nameInWords(person)
  switch (action) {
    case "decide":
      if (person.mustDecide) return decidePage(person)
      return { done: person.trust === "differs" ? differWords(person) : undecidedWords(person) }
    case "later":
      if (person.trust === "differs") return { done: differWords(person) }
      if (!person.mustDecide) return { done: say`There is nothing to put off about ${who}.` }
      // An id is what the page showed: should another key have come since, that one is not meant.
      await client.keys.decideLater(name !== undefined && ID.test(name) ? name : person.id)
      return { done: say`You send to ${who} again. The mark stays until you have compared keys.` }
    case "block":
      await client.keys.block(person.id)
      return { done: say`${who} is blocked: nothing of them is shown, and nothing is sent to them.` }
    case "unblock":
      await client.keys.unblock(person.id)
      return { done: say`${who} is not blocked any more.` }
  }
}

/** Compared, and not the same: that is no change of keys, and cannot be put off. */
function differWords(person: PersonView): SafeText {
  const again = nameToType(person)
  return say`You compared keys with ${nameInWords(person)} and they differ. Nothing is sent to them. /verify ${again} compares again, /block ${again} hides them.`
}

function undecidedWords(person: PersonView): SafeText {
  return say`There is nothing to decide about ${nameInWords(person)}: ${trustWords(person)}.`
}

/** What there is to read, as a page; with the answers where it asks something. */
export function keyPage({ title, lines, decide }: Exclude<KeyAnswer, { done: SafeText }>): Overlay {
  const choices = decide === undefined ? {} : { choices: decideChoices(decide) }
  return { kind: "page", title, lines, offset: 0, ...choices }
}

/** The three answers, about the very key that the page is about. */
function decideChoices(person: PersonView): readonly PageChoice[] {
  const keys = (action: "later" | "block") =>
    ({ kind: "keys", action, name: person.id, peer: undefined }) as const
  const does = {
    v: { kind: "verify", name: person.id, how: undefined },
    l: keys("later"),
    b: keys("block"),
  } as const
  return CHOICES.map(({ key, word, meaning, short }) => ({
    key,
    label: say`${word}: ${meaning}`,
    short: say`${word}: ${short}`,
    does: does[key],
  }))
}

function decidePage(person: PersonView): KeyAnswer {
  return {
    title: say`The key of ${nameInWords(person)}`,
    lines: changedKeyText(person).flatMap((text) => [[span(text)], [span(say``)]]),
    decide: person,
  }
}

function keysPage(client: Client, person: PersonView): KeyAnswer {
  const keys = client.keys.history(person.id)
  return {
    title: say`Keys of ${nameInWords(person)}`,
    lines: keys.flatMap((key, index) => [
      ...(index === 0 ? [] : [[span(say``)]]),
      ...keyLines(key).map((text) => [span(text)]),
    ]),
    decide: undefined,
  }
}

function trustPage(client: Client, symbols: Symbols): KeyAnswer {
  const people = client.people()
  return {
    title: say`Whom you trust how`,
    lines:
      people.length === 0
        ? [[span(say`Nobody but you is on this relay so far.`)]]
        : people.map((person) => [span(trustLine(person, symbols))]),
    decide: undefined,
  }
}

export function trustLine(person: PersonView, symbols: Symbols): SafeText {
  const decide = person.mustDecide ? say`, nothing is sent before you decide` : say``
  const hidden = person.hidden > 0 ? say`, ${person.hidden} messages not kept` : say``
  return say`${nameWithMark(person, symbols)}  ${trustWords(person)}${decide}${hidden}`
}
