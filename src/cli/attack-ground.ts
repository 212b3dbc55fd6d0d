/** Real ground under the attacks: TLS on loopback, SQLite in a temporary folder, this computer's clock and chance. */
import { join } from "node:path"
import { openScene, type Scene } from "../attack/scene.ts"
import { openSqliteStore, STORE_KEY_BYTES } from "../client/store-sqlite.ts"
import { createLogSigner } from "../crypto/log-key.ts"
import { createMlsEngine } from "../crypto/mls.ts"
import { createCertificate, createRelayKey, seedOf, TAG_BYTES } from "../platform/certificate.ts"
import { systemClock } from "../platform/clock.ts"
import { silentLog } from "../platform/log.ts"
import { nodePrimitives } from "../platform/primitives.ts"
import { systemRandom } from "../platform/random.ts"
import { afterWaitingEvents } from "../platform/soon.ts"
import { listenTls, tlsNetwork } from "../platform/tls.ts"
import { openRelayStore } from "./relay-store.ts"

const HOST = "127.0.0.1"
const POLL_MS = 20

/** @param dir an empty folder that goes afterwards. @returns what opens a stage in it, any number of times. */
export function realGround(dir: string): () => Promise<Scene> {
  const key = createRelayKey(systemRandom)
  const certificatePem = createCertificate({
    key,
    tag: systemRandom.bytes(TAG_BYTES),
    notBefore: systemClock.now(),
    random: systemRandom,
  })
  let files = 0
  const file = (kind: string) => join(dir, `${kind}-${++files}.db`)
  const program = { clock: systemClock, random: systemRandom, network: tlsNetwork, soon: afterWaitingEvents }
  const pause = (ms: number) => new Promise<void>((wake) => systemClock.wakeAt(systemClock.now() + ms, wake))
  const until = async (isSo: () => boolean, ms: number) => {
    const end = systemClock.now() + ms
    while (!isSo()) {
      if (systemClock.now() >= end) return false
      await pause(POLL_MS)
    }
    return true
  }
  const dice = { below: (n: number) => new DataView(systemRandom.bytes(4).buffer).getUint32(0) % n }
  const ground = {
    primitives: nodePrimitives,
    log: silentLog,
    relayId: key.spkiSha256,
    signer: createLogSigner(nodePrimitives, seedOf(key)),
    address: ({ port }: { port: number }) => ({ host: HOST, port }),
    program: () => program,
    listen: (_: unknown, handler: Parameters<typeof listenTls>[1]) =>
      listenTls({ host: HOST, port: 0, privatePem: key.privatePem, certificatePem }, handler),
    relayStore: () => openRelayStore(file("relay")),
    clientStore: () => openSqliteStore({ path: file("profile"), key: systemRandom.bytes(STORE_KEY_BYTES) }),
    engine: () => createMlsEngine(nodePrimitives, systemRandom),
    until,
    pause,
    settled: <T>(work: Promise<T>) => work,
  }
  return () => openScene(ground, dice)
}
