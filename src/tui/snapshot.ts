/** What the client says now, all at once. */
import type { Client } from "../client/client.ts"
import { Meant } from "./mentions.ts"
import type { Snapshot } from "./view.ts"

/** @param meant kept by whoever asks often. */
export function snapshotOf(client: Client, meant = new Meant()): Snapshot {
  return {
    self: client.self(),
    connection: client.connection(),
    outbox: client.outboxCount(),
    rooms: client.rooms(),
    people: client.people(),
    meant: meant.of(client),
    verifications: client.verification.all(),
  }
}
