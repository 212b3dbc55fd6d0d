/** A person's key, or one's own, in the few forms in which people compare keys. */
import type { Client } from "../client/client.ts"
import { safeName, say, type SafeText } from "./safe-text.ts"
import { nameInWords, span, trustStyle, type Span } from "./theme.ts"
import { digitRows, trustWords } from "./words.ts"

/** A person's key in short, or one's own. */
export function fingerprintLines(client: Client, name: string | undefined): readonly (readonly Span[])[] {
  if (name === undefined) {
    const self = client.self()
    return [
      [span(say`${safeName(self.name)}, this is your key in short:`)],
      [span(say``)],
      [span(say`  ${safeName(self.tag)}`, "strong")],
      [span(say`  ${safeName(self.id)}`, "faint")],
      [span(say``)],
      [
        span(
          say`The first stands behind your name on the screens of people who have not compared keys with you. To be sure of somebody, compare the 60 digits: /verify NAME.`,
          "faint",
        ),
      ],
    ]
  }
  const person = client.findPerson(name)
  return [
    [span(say`${nameInWords(person)} is ${trustWords(person)}.`, trustStyle(person.trust))],
    ...(person.registeredName === undefined
      ? []
      : [[span(say`Everybody else knows them as ${safeName(person.registeredName)}.`)]]),
    ...(person.looksLike === undefined
      ? []
      : [
          [
            span(
              say`The name looks like ${safeName(person.looksLike)}, who is somebody else.`,
              "danger" as const,
            ),
          ],
        ]),
    [span(say``)],
    [span(say`  ${safeName(person.tag)}`, "strong")],
    [span(say`  ${safeName(person.id)}`, "faint")],
    [span(say``)],
    [span(say`The digits that only the two of you share:`)],
    ...digitRows(client.safetyNumber(person.id)).map((row) => [span(say`  ${row}`)]),
    [span(say``)],
    [span(say`/verify NAME compares them and remembers the answer.`, "faint")],
  ]
}

export function fingerprintPage(
  client: Client,
  name: string | undefined,
): { kind: "page"; title: SafeText; lines: readonly (readonly Span[])[]; offset: number } {
  const title =
    name === undefined ? say`Your fingerprint` : say`Fingerprint of ${nameInWords(client.findPerson(name))}`
  return { kind: "page", title, lines: fingerprintLines(client, name), offset: 0 }
}
