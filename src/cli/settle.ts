/** The end of a short visit: what is on its way gets a moment to arrive, and what is new a moment to come in. */
import type { Client } from "../client/client.ts"
import { decodeRecordIfSound, type OutboxRecord } from "../client/records.ts"
import type { ClientStore } from "../client/store.ts"
import type { Io } from "./io.ts"
import { safeLine, say } from "../tui/safe-text.ts"
import { printHostPort } from "../protocol/address.ts"
import { failIfRefused, isDiskFull, waitFor, type Waiting } from "./wait.ts"

const SETTLE_MS = 2_000
const RECEIPTS_MS = 300
const VERIFICATION_MS = 15_000
const LOOK_MS = 100
export const SYNC_MS = 5_000

interface Session {
  client: Client
  waiting(timeout: number): Waiting
}

/** Waits until the outbox is empty, for two seconds at most; what is not out goes with the next start. */
export async function settle({ client, waiting }: Session): Promise<void> {
  await waitFor(waiting(SETTLE_MS), () => (client.outboxCount() === 0 ? true : undefined))
}

/**
 * Waits until what this side said in a verification has been met in its log, for a while: the other person sits there
 * and waits for it. Later it goes with the next start.
 */
export async function settleVerification({
  store,
  waiting,
}: Session & { store: ClientStore }): Promise<void> {
  const isLeft = () =>
    store.range("outbox", {}).every(({ value }) => {
      const type = decodeRecordIfSound<OutboxRecord>(value)?.content.type ?? ""
      return !type.startsWith("verify") && !type.startsWith("round")
    })
  for (let waited = 0; waited < VERIFICATION_MS && !isLeft(); waited += LOOK_MS) {
    // Nothing is told of it, so we look again.
    if ((await waitFor(waiting(LOOK_MS), () => undefined)).kind === "stopped") return
  }
}

/** After something was read: receipts are gathered for a moment, so give them the time to leave. */
export async function settleReceipts({ client, waiting }: Session): Promise<void> {
  if (client.connection().state === "online") await waitFor(waiting(RECEIPTS_MS), () => undefined)
}

/**
 * Fetches what is new if a relay answers; otherwise says so and goes on with what is stored here.
 * @throws CliError when the relay refuses us for good.
 */
export async function syncIfPossible({ client, waiting }: Session, io: Io): Promise<void> {
  client.start()
  const waited = await waitFor(waiting(SYNC_MS), (stamped) => {
    const connection = client.connection()
    failIfRefused(connection)
    if (stamped?.event.type === "sync.done") return "synced"
    return connection.state === "waiting" || connection.state === "offline" ? "alone" : undefined
  })
  if (waited.kind === "found" && waited.value === "synced") return
  const connection = client.connection()
  if (isDiskFull(connection))
    return io.say(say`The disk is full, so nothing new was fetched: this is what is stored here.`)
  io.say(
    connection.state === "offline"
      ? say`No relay answers: this is what is stored here.`
      : say`No relay answers at ${safeLine(printHostPort(connection))}: this is what is stored here.`,
  )
}
