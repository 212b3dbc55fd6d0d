/** `secure-chat rename NAME`: another name for oneself, in the relay's directory. */
import { safeName, say } from "../../tui/safe-text.ts"
import { personJson, resultJson } from "../json-lines.ts"
import { waitForSync } from "../wait.ts"
import { type Invocation, withClient } from "./context.ts"

export interface RenameOptions {
  /** Milliseconds. */
  timeout: number
}

/** @throws ClientError `bad-name`, `name-taken`, `too-many-names`, `not-now`, `no-answer`. */
export async function rename(
  invocation: Invocation,
  name: string,
  { timeout }: RenameOptions,
): Promise<void> {
  await withClient(invocation, async ({ client, waiting }) => {
    client.start()
    if (!(await waitForSync(waiting(timeout)))) return
    const before = client.self().name
    await client.keys.rename(name)
    const self = client.self()
    const json = resultJson("identity.renamed", self.name, { person: personJson(self), before })
    invocation.show(
      json,
      say`You are called ${safeName(self.name)} now. ${safeName(before)} stays yours: nobody else gets it.`,
    )
  })
}
