/** What guests see of the connection (PROTOCOL.md §3). */
import type { ConnectionView } from "./events.ts"
import type { Session } from "./session.ts"

export interface RelayPlace {
  host: string
  port: number
  /** What it calls itself; known while it is connected, as is `openRelay`. */
  relayName: string
  openRelay: boolean
}

/** @param place undefined for a profile that has no relay. */
export function connectionView(session: Session, place: RelayPlace | undefined): ConnectionView {
  if (!place || session.kind === "idle") return { state: "offline" }
  const { host, port } = place
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
