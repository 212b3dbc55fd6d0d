/** `secure-chat verify`: which way. The number is printed here, or compared with one that came by another way. */
import { personJson, resultJson } from "../json-lines.ts"
import { CliError } from "../errors.ts"
import { SYNC_MS } from "../settle.ts"
import { nameWithMark } from "../../tui/theme.ts"
import { type Invocation, withClient } from "./context.ts"
import { findPersonSyncing } from "./find.ts"
import { readCodeOf, showCode, verifyRoom, verifyWords } from "./verify-live.ts"

const DIGITS = 60

export interface VerifyOptions {
  number?: boolean
  expect?: string
  words?: boolean
  qr?: boolean
  read?: string
  /** True without a name. */
  room?: string | true
}

/** @throws CliError `usage` unless it is one way, with a name unless it is a room's. */
export async function verify(
  invocation: Invocation,
  name: string | undefined,
  options: VerifyOptions,
): Promise<void> {
  const given = Object.values(options).filter((option) => option !== false && option !== undefined)
  if (given.length !== 1)
    throw new CliError("usage", "give one of --number, --expect, --words, --qr, --read and --room")
  if (options.room !== undefined) {
    if (name !== undefined) throw new CliError("usage", "a whole room has no name beside it")
    return verifyRoom(invocation, options.room === true ? "#everyone" : options.room)
  }
  if (name === undefined) throw new CliError("usage", "verify whom? give a name, or --room")
  if (options.words === true) return verifyWords(invocation, name)
  if (options.qr === true) return showCode(invocation, name)
  if (options.read !== undefined) return readCodeOf(invocation, name, options.read)
  return verifyNumber(invocation, name, options.expect)
}

/** @param expected undefined: only print. @throws CliError `not-matching`: nothing is marked then. */
async function verifyNumber(
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
