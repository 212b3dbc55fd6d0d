/** `secure-chat sees`: what the relay holds about this account now, and where that is not what it must be. */
import type { HeldSubject, SeesDifference, SeesReport } from "../../client/client.ts"
import { NOT_PROVEN, SEES_TITLE, seesLines } from "../../tui/sees.ts"
import { CliError } from "../errors.ts"
import { resultJson, roomJson } from "../json-lines.ts"
import { SYNC_MS } from "../settle.ts"
import { waitForSync } from "../wait.ts"
import { type Invocation, withClient } from "./context.ts"

/** @throws CliError `relay-differs` when the relay says something else than what it must hold. */
export async function sees(invocation: Invocation): Promise<void> {
  const differ = await withClient(invocation, async ({ client, waiting }) => {
    client.start()
    if (!(await waitForSync(waiting(SYNC_MS)))) return 0
    const report = await client.sees()
    if (invocation.config.json) printJson(invocation, client.self().name, report)
    else printText(invocation, report)
    return report.differences.length
  })
  if (differ > 0)
    throw new CliError("relay-differs", "what the relay says it holds is not what it must hold; see above")
}

function printText({ io }: Invocation, report: SeesReport): void {
  io.result(SEES_TITLE)
  io.result("")
  for (const line of seesLines(report)) io.result(line.map(({ text }) => text).join(""))
}

function printJson({ show }: Invocation, profile: string, { subjects, differences }: SeesReport): void {
  for (const subject of subjects) show(resultJson("sees.held", profile, heldJson(subject)), "")
  for (const difference of differences)
    show(resultJson("sees.difference", profile, differenceJson(difference)), "")
  const fields = { subjects: subjects.length, differences: differences.length, note: NOT_PROVEN }
  show(resultJson("sees.done", profile, fields), "")
}

function heldJson({ kind, room, isOurs, things }: HeldSubject): object {
  return { about: kind, room: room === undefined ? null : roomJson(room), ours: isOurs, things }
}

function differenceJson({ subject, room, ...rest }: SeesDifference): object {
  return { about: subject, room: room === undefined ? null : roomJson(room), ...rest }
}
