/** What the client says now, all at once. */
import type { Client } from "../client/client.ts"
import type { Millis } from "../platform/clock.ts"
import { Meant } from "./mentions.ts"
import type { Snapshot } from "./view.ts"

/** @param meant kept by whoever asks often. */
export function snapshotOf(client: Client, now: Millis, meant = new Meant()): Snapshot {
  const { quietUntil } = client.desk.settings()
  return {
    self: client.self(),
    connection: client.connection(),
    outbox: client.outboxCount(),
    rooms: client.rooms(),
    people: client.people(),
    meant: meant.of(client),
    verifications: client.verification.all(),
    quietUntil: quietUntil > now ? quietUntil : undefined,
  }
}
