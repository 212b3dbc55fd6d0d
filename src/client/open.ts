/** Opens the engine over a profile: the one place where guests get a `Client` from. */
import type { MlsEngine } from "../crypto/mls-engine.ts"
import type { Clock } from "../platform/clock.ts"
import type { Discovery } from "../platform/discovery.ts"
import type { Log } from "../platform/log.ts"
import type { Network } from "../platform/network.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { Messenger } from "./messenger.ts"
import { readIdentity, RUNNING } from "./profile.ts"
import type { ClientStore } from "./store.ts"

export interface ClientDeps {
  store: ClientStore
  clock: Clock
  random: Random
  primitives: Primitives
  network: Network
  engine: MlsEngine
  log: Log
  /** Relays announced on the LAN: used only to find one that moved, by its pin. */
  discovery?: Discovery
}

/**
 * The engine, not started yet; it owns the store from here on. `sodiumReady()` must have been awaited.
 * @throws CryptoError `bad-group`, ClientError `database-damaged` for a profile that cannot be read.
 */
export async function openClient(deps: ClientDeps): Promise<Messenger> {
  const messenger = new Messenger(deps, readIdentity(deps.store))
  const wasClean = deps.store.get("meta", RUNNING) === undefined
  deps.store.transaction("synced", (tx) => tx.put("meta", RUNNING, Uint8Array.of(1)))
  await messenger.load(wasClean)
  return messenger
}
