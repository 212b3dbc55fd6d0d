/**
 * A relay as a process of its own, to be killed: `relay-program.ts FOLDER PORT`. It keeps key and database in the
 * folder, prints one line of JSON when it listens, and has no way to stop but a signal.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { createCertificate, createRelayKey, loadRelayKey, TAG_BYTES } from "../../src/platform/certificate.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { afterWaitingEvents } from "../../src/platform/soon.ts"
import { listenTls } from "../../src/platform/tls.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { startRelay } from "../../src/relay/server.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"

const [folder = ".", port = "0"] = process.argv.slice(2)
await sodiumReady()

const keyPath = join(folder, "relay.pem")
if (!existsSync(keyPath)) writeFileSync(keyPath, createRelayKey(systemRandom).privatePem, { mode: 0o600 })
const key = loadRelayKey(readFileSync(keyPath, "utf8"))
const tag = new Uint8Array(TAG_BYTES)
const certificatePem = createCertificate({ key, tag, notBefore: 0, random: systemRandom })

const { port: bound } = await startRelay({
  listen: (handler) =>
    listenTls({ host: "127.0.0.1", port: Number(port), privatePem: key.privatePem, certificatePem }, handler),
  clock: systemClock,
  soon: afterWaitingEvents,
  store: new SqliteRelayStore({ path: join(folder, "relay.db"), random: systemRandom }),
  primitives: nodePrimitives,
  relayId: key.spkiSha256,
  config: { name: "relay to be killed", admissionHash: undefined, limits: DEFAULT_LIMITS },
  onEvent: () => {},
  onFatal: (error) => {
    console.error(error)
    process.exit(1)
  },
})
console.log(JSON.stringify({ port: bound, relayId: toHex(key.spkiSha256) }))
