/** What guests see of the connection (PROTOCOL.md §3). */
import type { Millis } from "../platform/clock.ts"
import type { ConnectionView } from "./events.ts"
import type { Session } from "./session.ts"

export interface RelayPlace {
  host: string
  port: number
  /** What it calls itself; known while it is connected, as is `openRelay`. */
  relayName: string
  openRelay: boolean
  roundTrip: Millis | undefined
}

/**
 * @param place undefined for a profile that has no relay.
 * @param isDistrusted the relay was caught lying: what goes on with it for a while is nothing that a person waits for.
 */
export function connectionView(
  session: Session,
  place: RelayPlace | undefined,
  isDistrusted: boolean,
): ConnectionView {
  if (!place || session.kind === "idle") return { state: "offline" }
  const { host, port } = place
  if (isDistrusted && session.kind !== "refused")
    return { state: "refused", host, port, why: "directory-split" }
  switch (session.kind) {
    case "ready":
      return { state: "online", ...place }
    case "waiting":
      return { state: "waiting", host, port, retryAt: session.retryAt, why: session.why }
    case "refused":
      return { state: "refused", host, port, why: session.why }
    default:
      return { state: "connecting", host, port }
  }
}
