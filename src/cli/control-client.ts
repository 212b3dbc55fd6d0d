/** Asks the relay that runs in a folder, over its control socket or over one that operators share. */
import * as v from "valibot"
import { systemClock } from "../platform/clock.ts"
import { type ControlConnection, openControl, openShared } from "../platform/control.ts"
import { PlatformError } from "../platform/errors.ts"
import type { Config } from "./config.ts"
import { CliError } from "./errors.ts"
import { relayFiles } from "./relay-dir.ts"

/** A relay that is busy answers late; one that does not answer for so long is stuck. */
const PATIENCE_MS = 30_000
/** Copying a large store takes as long as it takes. */
const BACKUP_PATIENCE_MS = 24 * 3_600_000

const answerSchema = v.looseObject({
  ok: v.boolean(),
  why: v.optional(v.string()),
  detail: v.optional(v.string()),
  role: v.optional(v.string()),
})
export type Answer = v.InferOutput<typeof answerSchema>

/** Where the relay is asked: through a shared socket if there is one, else in its folder. */
export type RelayPlace = Pick<Config, "relayDir" | "relaySocket">

export interface Ask {
  do: string
  [field: string]: unknown
}

/** @throws CliError `relay-not-running`, `too-slow`, and what the relay says no with. */
export function askRelay(place: RelayPlace, ask: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const deadline = systemClock.now() + (ask.do === "backup" ? BACKUP_PATIENCE_MS : PATIENCE_MS)
    let connection: ControlConnection | undefined
    const cancel = systemClock.wakeAt(deadline, () => {
      connection?.close()
      reject(new CliError("too-slow", "the relay does not answer"))
    })
    const said = (answer: Answer) => {
      cancel()
      connection?.close()
      if (answer.ok) resolve(answer)
      else reject(refusal(answer))
    }
    const ended = () => {
      cancel()
      reject(new CliError("relay-not-running", "the relay has stopped"))
    }
    connect(place, ask, said, ended).then((made) => (connection = made), reject)
  })
}

/** Hands over answers until `stop`, or until the relay has gone. @throws as `askRelay`. */
export async function followRelay(
  place: RelayPlace,
  ask: Ask,
  stop: AbortSignal,
  said: (answer: Answer) => void,
): Promise<void> {
  const over = Promise.withResolvers<void>()
  const connection = await connect(place, ask, said, () => over.resolve())
  stop.addEventListener("abort", () => over.resolve())
  if (stop.aborted) over.resolve()
  await over.promise
  connection.close()
}

async function connect(
  place: RelayPlace,
  ask: Ask,
  said: (answer: Answer) => void,
  ended: () => void,
): Promise<ControlConnection> {
  const { relayDir, relaySocket } = place
  try {
    const heard = (line: string) => {
      const answer = readAnswer(line)
      if (answer !== undefined) said(answer)
    }
    const connection = await (relaySocket === undefined
      ? openControl(relayFiles(relayDir).control, heard, ended)
      : openShared(relaySocket, heard, ended))
    connection.send(JSON.stringify({ id: 1, ...ask }))
    return connection
  } catch (cause) {
    if (!(cause instanceof PlatformError) || cause.code !== "not-found") throw cause
    throw new CliError(
      "relay-not-running",
      relaySocket === undefined ? `no relay runs in ${relayDir}` : `no relay answers at ${relaySocket}`,
      { cause },
    )
  }
}

function readAnswer(line: string): Answer | undefined {
  try {
    const read = v.safeParse(answerSchema, JSON.parse(line))
    return read.success ? read.output : undefined
  } catch {
    return undefined
  }
}

function refusal({ why, detail, role }: Answer): CliError {
  switch (why) {
    case "unknown":
      return new CliError("no-such-person", "the relay knows nobody of that name or id")
    case "ambiguous":
      return new CliError("no-such-person", "more than one fits: give the id, as the list shows it")
    case "role":
      if (role === "watch") return new CliError("not-your-role", "this socket is for watching only")
      return new CliError("not-your-role", "this socket is for letting people in and out, not for this")
    case "storage":
      return new CliError("relay-refused", "the relay's disk is full: nothing was changed")
    case "stopping":
      return new CliError("relay-not-running", "the relay is stopping")
    default:
      return new CliError("relay-refused", detail ?? "the relay refuses")
  }
}
