/** `secure-chat verify NAME`: prints the safety number, or compares it with one that came by another way. */
import { personJson, resultJson } from "../json-lines.ts"
import { CliError } from "../errors.ts"
import { SYNC_MS } from "../settle.ts"
import { nameWithMark } from "../../tui/theme.ts"
import { type Invocation, withClient } from "./context.ts"
import { findPersonSyncing } from "./find.ts"

const DIGITS = 60

/** @param expected undefined: only print. @throws CliError `not-matching`: nothing is marked then. */
export async function verify(
  invocation: Invocation,
  name: string,
  expected: string | undefined,
): Promise<void> {
  const wanted = expected === undefined ? undefined : digitsOf(expected)
  await withClient(invocation, async (session) => {
    const { client } = session
    const person = await findPersonSyncing(session, name, session.waiting(SYNC_MS))
    const number = client.safetyNumber(person.id)
    const self = client.self().name
    if (wanted === undefined) {
      return invocation.show(
        resultJson("verify.number", self, { person: personJson(person), number }),
        number,
      )
    }
    if (digitsOf(number) !== wanted) {
      throw new CliError(
        "not-matching",
        `that is not the safety number you share with ${person.name}; nothing was marked`,
      )
    }
    await client.markVerified(person.id)
    const marked = client.findPerson(person.id)
    const text = `verified: ${nameWithMark(marked, invocation.symbols)}`
    invocation.show(resultJson("verify.done", self, { person: personJson(marked), number }), text)
  })
}

/** However they are grouped. @throws CliError `not-matching` for anything but 60 digits: a script must not take it for a slip. */
function digitsOf(text: string): string {
  const digits = text.replace(/[\s.-]/g, "")
  if (!/^\d+$/.test(digits) || digits.length !== DIGITS) {
    throw new CliError(
      "not-matching",
      `a safety number has ${DIGITS} digits, this has ${digits.length} characters; nothing was marked`,
    )
  }
  return digits
}
