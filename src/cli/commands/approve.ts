/** `secure-chat relay approve`: lets somebody who has lost their key take their own name's place, with a code of twelve words. */
import { wordsOf } from "../../crypto/invitation-words.ts"
import { nodeFiles } from "../../platform/files.ts"
import { systemClock } from "../../platform/clock.ts"
import { systemRandom } from "../../platform/random.ts"
import { checkName } from "../../client/profile.ts"
import { foldedName } from "../../protocol/names.ts"
import { safeName, say } from "../../tui/safe-text.ts"
import { approve, openApprovals, withdraw } from "../approvals.ts"
import { CliError } from "../errors.ts"
import { isoTime, resultJson } from "../json-lines.ts"
import { relayFiles } from "../relay-dir.ts"
import { localTime } from "../transcript-text.ts"
import type { Invocation } from "./context.ts"

export interface ApproveOptions {
  withdraw: boolean
}

const CODE_BYTES = 16

/** @param name undefined: prints what is approved and not used up. */
export function approveCommand(
  invocation: Invocation,
  { withdraw: isWithdrawn }: ApproveOptions,
  name: string | undefined,
): Promise<void> {
  const { relayDir } = invocation.config
  const { database, approvals } = relayFiles(relayDir)
  if (!nodeFiles.exists(database)) throw new CliError("relay-not-running", `there is no relay in ${relayDir}`)
  const now = systemClock.now()
  if (name === undefined) list(invocation, approvals, now)
  else if (isWithdrawn) takeBack(invocation, approvals, name, now)
  else note(invocation, approvals, checkName(name), now)
  return Promise.resolve()
}

function note({ io, config, show }: Invocation, path: string, name: string, now: number): void {
  const code = systemRandom.bytes(CODE_BYTES)
  const words = wordsOf(code)
  const { until } = approve(path, name, code, now)
  show(
    resultJson("relay.approved", undefined, { name, words, until: isoTime(until) }),
    `Code for ${safeName(name)}, good once, until ${localTime(until)}:\n  ${words}`,
  )
  if (config.json) return
  io.say(say`Give it to ${safeName(name)} in person: whoever has these words gets this name.`)
  io.say(say`They run: secure-chat join INVITATION --name "${safeName(name)}" --replace`)
  io.say(say`Everybody will see that the key changed, and is asked to compare it.`)
}

function list({ show }: Invocation, path: string, now: number): void {
  const open = openApprovals(path, now)
  for (const { name, until } of open) {
    const json = resultJson("relay.approval", undefined, { name, until: isoTime(until) })
    show(json, `${safeName(name)}  until ${isoTime(until)}`)
  }
  if (open.length === 0) show(resultJson("relay.approvals", undefined, { count: 0 }), "nobody is approved")
}

function takeBack({ show }: Invocation, path: string, name: string, now: number): void {
  const key = foldedName(name)
  const count = withdraw(path, (other) => foldedName(other) === key, now)
  show(resultJson("relay.withdrawn", undefined, { name, count }), `${count} codes are good no more`)
}
