/** Puts clients together from the real platform, store and crypto. The relay's part is in `relay-process.ts`. */
import type { Client } from "../client/client.ts"
import { openClient } from "../client/open.ts"
import type { ClientStore } from "../client/store.ts"
import { createMlsEngine } from "../crypto/mls.ts"
import { systemClock } from "../platform/clock.ts"
import { createDiscovery } from "../platform/discovery.ts"
import { type Log, silentLog } from "../platform/log.ts"
import { nodePrimitives } from "../platform/primitives.ts"
import { systemRandom } from "../platform/random.ts"
import { tlsNetwork } from "../platform/tls.ts"
import type { Io } from "./io.ts"

/** The client owns the store from here on. The profile must exist, and sodium must be ready. */
export function composeClient(store: ClientStore, log: Log): Promise<Client> {
  return openClient({
    store,
    clock: systemClock,
    random: systemRandom,
    primitives: nodePrimitives,
    network: tlsNetwork,
    engine: createMlsEngine(nodePrimitives, systemRandom),
    log,
    discovery: createDiscovery(log),
  })
}

/** Silent, unless `SECURE_CHAT_DEBUG` asks for the client's log on stderr. */
export async function clientLog(env: Io["env"]): Promise<Log> {
  if (!env["SECURE_CHAT_DEBUG"]) return silentLog
  const { openLog } = await import("../platform/log-pino.ts")
  return openLog({ level: "debug" })
}
