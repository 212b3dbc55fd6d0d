/** Alice, bob and carol, ready to talk: real clients over a real relay on loopback, in one process. */
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { ClientEvent } from "../../src/client/events.ts"
import type { Messenger } from "../../src/client/messenger.ts"
import { type ClientDeps, openClient } from "../../src/client/open.ts"
import { createProfile, setRelay } from "../../src/client/profile.ts"
import type { ClientStore } from "../../src/client/store.ts"
import { openMemoryStore } from "../../src/client/store-memory.ts"
import { createCertificate, createRelayKey, seedOf } from "../../src/platform/certificate.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { silentLog } from "../../src/platform/log.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { afterWaitingEvents } from "../../src/platform/soon.ts"
import { listenTls, tlsNetwork } from "../../src/platform/tls.ts"
import type { Link } from "../../src/protocol/address.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { type RunningRelay, startRelay } from "../../src/relay/server.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { signerOf, someHeads } from "./heads.ts"

export interface TestRelay {
  invitation: Link
  running: RunningRelay
  stop(): Promise<void>
}

const HOST = "127.0.0.1"

/** A relay over TLS on a free port. @param store kept by the caller when the relay is to be restarted. */
export async function testRelay(store?: RelayStore): Promise<TestRelay> {
  await sodiumReady()
  const key = createRelayKey(systemRandom)
  const certificatePem = createCertificate({
    key,
    tag: new Uint8Array(32),
    notBefore: 0,
    random: systemRandom,
  })
  const relayId = key.spkiSha256
  const admission = systemRandom.bytes(16)
  const running = await startRelay({
    store: store ?? new MemoryRelayStore(new MemoryDisk(systemRandom.bytes(16))),
    primitives: nodePrimitives,
    relayId,
    heads: { ...someHeads(), signer: signerOf(seedOf(key)) },
    config: {
      name: "test relay",
      admissionHash: labelledHash("admission", admission),
      limits: DEFAULT_LIMITS,
    },
    listen: (handler) =>
      listenTls({ host: HOST, port: 0, privatePem: key.privatePem, certificatePem }, handler),
    clock: systemClock,
    soon: afterWaitingEvents,
    onEvent: () => {},
    onFatal: (error) => {
      throw error
    },
  })
  const invitation: Link = {
    kind: "link",
    host: HOST,
    port: running.port,
    pin: relayId,
    admission,
    roomSecret: systemRandom.bytes(32),
  }
  return { invitation, running, stop: () => running.stop() }
}

export interface TestPerson {
  client: Messenger
  store: ClientStore
  events: ClientEvent[]
  /** Resolves with the first event, past or future, that `wanted` accepts. */
  until<T extends ClientEvent>(wanted: (event: ClientEvent) => event is T): Promise<T>
  until(wanted: (event: ClientEvent) => boolean): Promise<ClientEvent>
}

/** A new person, registered and connected. @param other parts of the client that are not the real ones. */
export async function person(
  name: string,
  invitation: Link,
  other: Partial<ClientDeps> = {},
): Promise<TestPerson> {
  const store = openMemoryStore()
  createProfile(store, { random: systemRandom, clock: systemClock }, name)
  setRelay(store, nodePrimitives, invitation)
  const someone = await comeBack(store, other)
  await someone.until((event) => event.type === "sync.done")
  return someone
}

/** The person whose profile is in `store`, connecting. */
export async function comeBack(store: ClientStore, other: Partial<ClientDeps> = {}): Promise<TestPerson> {
  const client = await openClient({
    store,
    clock: systemClock,
    random: systemRandom,
    primitives: nodePrimitives,
    network: tlsNetwork,
    engine: createMlsEngine(nodePrimitives, systemRandom),
    log: silentLog,
    ...other,
  })
  const events: ClientEvent[] = []
  const waiting = new Set<() => void>()
  client.on(({ event }) => {
    events.push(event)
    for (const look of waiting) look()
  })
  client.start()
  const until = (wanted: (event: ClientEvent) => boolean) =>
    new Promise<ClientEvent>((resolve) => {
      const look = () => {
        const found = events.find(wanted)
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { client, store, events, until }
}
