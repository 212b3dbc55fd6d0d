/** `secure-chat alias PERSON [NAME]`: a name of one's own for somebody, or none any more. */
import { nameWithMark } from "../../tui/theme.ts"
import { safeName } from "../../tui/safe-text.ts"
import { CliError } from "../errors.ts"
import { personJson, resultJson } from "../json-lines.ts"
import { SYNC_MS } from "../settle.ts"
import { type Invocation, withClient } from "./context.ts"
import { findPersonSyncing } from "./find.ts"

export interface AliasOptions {
  remove: boolean
}

/** Nothing of it leaves this profile. @throws ClientError `bad-name`, `alias-taken`, `unknown-name`, `ambiguous-name`. */
export async function setAlias(
  invocation: Invocation,
  name: string,
  alias: string | undefined,
  { remove }: AliasOptions,
): Promise<void> {
  if (remove === (alias !== undefined)) throw new CliError("usage", "give either an alias, or --remove")
  await withClient(invocation, async (session) => {
    const { client } = session
    const found = await findPersonSyncing(session, name, session.waiting(SYNC_MS))
    const person = await client.setAlias(found.id, alias)
    const shown = nameWithMark(person, invocation.symbols)
    const text =
      person.registeredName === undefined
        ? `shown by their own name: ${shown}`
        : `${safeName(person.registeredName)} is shown as ${shown}`
    invocation.show(resultJson("alias", client.self().name, { person: personJson(person) }), text)
  })
}
