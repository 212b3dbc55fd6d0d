/** Puts a relay together from the real platform and store, and takes it apart again in the right order. */
import type { Log } from "../platform/log.ts"
import { systemClock } from "../platform/clock.ts"
import { createDiscovery } from "../platform/discovery.ts"
import { PlatformError } from "../platform/errors.ts"
import type { ListenHandler, Listener } from "../platform/network.ts"
import { nodePrimitives } from "../platform/primitives.ts"
import { afterWaitingEvents } from "../platform/soon.ts"
import { listenTls } from "../platform/tls.ts"
import { seedOf } from "../platform/certificate.ts"
import { ownFile } from "../platform/own-file.ts"
import { toHex } from "../bytes.ts"
import type { LogSigner } from "../crypto/checkpoint.ts"
import { createLogSigner } from "../crypto/log-key.ts"
import { wipe } from "../crypto/sodium.ts"
import { isLoopback } from "../relay/admission.ts"
import type { RelayLimits } from "../relay/config.ts"
import { journalSize, segmentSize } from "../relay/disk-watch.ts"
import type { RelayMonitor } from "../relay/monitor.ts"
import type { OperatorAct, OperatorAnswer } from "../relay/operating.ts"
import type { OperatorEvent } from "../relay/operator.ts"
import { type RelayDisk, startRelay } from "../relay/server.ts"
import { approvalIn } from "./approvals.ts"
import { ownCommand } from "./own-process.ts"
import { backUpStore } from "./relay-backup.ts"
import type { RelayDir } from "./relay-dir.ts"
import { openRelayStore } from "./relay-store.ts"
import { TLS_TERMINATOR_ARGS } from "./tls-terminator-command.ts"

export interface RelayProcessSetup {
  relay: RelayDir
  /** The database's path. */
  database: string
  /** Where the last signed head is remembered. */
  treeHead: string
  /** Path of the operator's notes; the file need not exist. */
  approvals: string
  /** The disk it is on. */
  disk: RelayDisk
  limits: RelayLimits
  /** Undefined: all addresses. */
  host: string | undefined
  /** For local sockets, of mode 0700. */
  runFolder: string
  log: Log
  onEvent(event: OperatorEvent): void
  onFatal(error: unknown): void
}

export interface RelayProcess {
  port: number
  readonly monitor: RelayMonitor
  operate(act: OperatorAct): Promise<OperatorAnswer>
  /** A copy of the store, made while it serves. @param path is not there yet. @throws CliError, PlatformError, StoreError. */
  backUp(path: string): Promise<{ bytes: number }>
  /** Tells the network that it is here. */
  announce(): void
  stop(): Promise<void>
}

/** @throws StoreError, PlatformError. The caller holds the folder's lock, and sodium is ready. */
export async function openRelay({
  relay,
  database,
  treeHead,
  approvals,
  disk,
  limits,
  host,
  runFolder,
  log,
  onEvent,
  onFatal,
}: RelayProcessSetup): Promise<RelayProcess> {
  const { totalBytes } = disk.space.look()
  const store = openRelayStore(database, {
    journalBytes: journalSize(totalBytes),
    segmentBytes: segmentSize(totalBytes),
    layOut: true,
  })
  const relayId = relay.key.spkiSha256
  const { name, port } = relay.settings
  const perSecond = (address: string) =>
    limits.loopbackExempt && isLoopback(address) ? Infinity : limits.newPerSecond
  const listen = (handler: ListenHandler) => {
    const { key, certificatePem } = relay
    const { privatePem } = key
    // Nobody has tried it where local sockets are pipes.
    const isTried = process.platform !== "win32"
    const overflow = isTried && { folder: runFolder, ...ownCommand(TLS_TERMINATOR_ARGS), log }
    const options = { port, limits, perSecond, privatePem, certificatePem, ...(overflow && { overflow }) }
    return host === undefined ? listenOnAll(options, handler) : listenTls({ ...options, host }, handler)
  }
  try {
    const running = await startRelay({
      store,
      damage: store.damage,
      primitives: nodePrimitives,
      config: { name, admissionHash: relay.admissionHash, limits },
      relayId,
      heads: { signer: logSigner(relay), file: ownFile(treeHead), now: () => systemClock.now() },
      listen,
      clock: systemClock,
      soon: afterWaitingEvents,
      disk: { ...disk, storeBytes: () => disk.storeBytes() + store.logBytes },
      approvals: (hash) => approvalIn(approvals, hash),
      onEvent,
      onFatal,
    })
    let takeBack = () => {}
    let backup: Promise<{ bytes: number }> = Promise.resolve({ bytes: 0 })
    return {
      port: running.port,
      monitor: running.monitor,
      operate: (act) => running.operate(act),
      backUp: (path) => {
        backup = backup.catch(() => {}).then(() => backUpStore(store, path))
        return backup
      },
      announce: () => {
        takeBack = createDiscovery(log).announce({ name, port: running.port, pinHex: toHex(relayId) })
      },
      stop: async () => {
        takeBack()
        await running.stop()
        // A copy under way is finished: half a one is of no use to anybody.
        await backup.catch(() => {})
        store.close()
      },
    }
  } catch (cause) {
    store.close()
    throw cause
  }
}

function logSigner({ key }: RelayDir): LogSigner {
  const seed = seedOf(key)
  const signer = createLogSigner(nodePrimitives, seed)
  wipe(seed)
  return signer
}

/** Both kinds of addresses where the system has both, else IPv4 alone. */
async function listenOnAll(
  options: Omit<Parameters<typeof listenTls>[0], "host">,
  handler: ListenHandler,
): Promise<Listener> {
  try {
    return await listenTls({ ...options, host: "::" }, handler)
  } catch (error) {
    if (error instanceof PlatformError && error.code === "port-busy") throw error
    return listenTls({ ...options, host: "0.0.0.0" }, handler)
  }
}
