/** `secure-chat relay start` and `relay stop`: the relay as a process, from its folder to its screen. */
import { renameSync, statSync } from "node:fs"
import manifest from "../../../package.json" with { type: "json" }
import { toHex, utf8 } from "../../bytes.ts"
import { systemClock } from "../../platform/clock.ts"
import { PlatformError } from "../../platform/errors.ts"
import { fileBallast } from "../../platform/ballast.ts"
import { nodeFiles } from "../../platform/files.ts"
import { type Lock, takeLock } from "../../platform/lock.ts"
import { Gathered } from "../../platform/gathered.ts"
import { openGatheredLog } from "../../platform/log-pino.ts"
import type { Log } from "../../platform/log.ts"
import { type Page, servePages } from "../../platform/http.ts"
import { systemRandom } from "../../platform/random.ts"
import { spaceOf } from "../../platform/space.ts"
import { printHostPort, relayLetters } from "../../protocol/address.ts"
import { ballastSize } from "../../relay/disk-watch.ts"
import type { LimitName } from "../../relay/config.ts"
import { prometheus } from "../../relay/metrics.ts"
import type { RelayMonitor } from "../../relay/monitor.ts"
import type { RelayDisk } from "../../relay/server.ts"
import type { OperatorEvent } from "../../relay/operator.ts"
import { operatorWords } from "../../tui/relay-words.ts"
import { safeLine, safeName, say } from "../../tui/safe-text.ts"
import { sentenceOf } from "../../tui/words.ts"
import { type Controlled, serveOperators, serveRelayControl } from "../control-server.ts"
import { CliError } from "../errors.ts"
import { isoTime, jsonLine, resultJson } from "../json-lines.ts"
import {
  advertisedHost,
  finishRelayDir,
  prepareRelayDir,
  type PrintedInvitation,
  type RelayDir,
  relayFiles,
} from "../relay-dir.ts"
import { parsePort } from "../numbers.ts"
import { keepLimit, limitsOf, parseHost, readRelayFile, type RelayFile } from "../relay-config.ts"
import { openRelay } from "../relay-process.ts"
import { isForScreen, showRelay } from "../relay-screen.ts"
import { localTime } from "../transcript-text.ts"
import type { Invocation } from "./context.ts"

export interface RelayStartOptions {
  host?: string
  port?: number
  name?: string
  open?: boolean
  advertise?: string
  discovery: boolean
  /** A file of settings. */
  config?: string
  /** Where metrics and health are served: ADDRESS:PORT, or PORT. */
  metrics?: string
  /** Nothing after the first line: whoever started us will not go on reading. */
  background: boolean
}

/** Some hundred thousand lines. */
const MAX_LOG_BYTES = 33_554_432
const STOP_DEADLINE_MS = 15_000
const STOP_POLL_MS = 50
const MAX_PID_BYTES = 32
/** What a start writes: small files, and the database's journal. On a full disk the ballast makes way for them. */
const START_BYTES = 262_144

/** Runs until a signal, or until the store fails. */
export async function startRelayCommand(invocation: Invocation, options: RelayStartOptions): Promise<void> {
  const { io, config } = invocation
  const dir = config.relayDir
  const paths = relayFiles(dir)
  nodeFiles.ensureFolder(dir)
  const file = readRelayFile(options.config ?? paths.config, options.config !== undefined)
  const chosen = settle(options, file)
  const lock = takeRelayLock(dir)
  try {
    const disk = diskOf(dir)
    if (disk.space.look().freeBytes < START_BYTES) disk.ballast.release()
    nodeFiles.writeAtomic(paths.pid, utf8(`${process.pid}\n`))
    const relay = prepareRelayDir(dir, chosen, { random: systemRandom, clock: systemClock })
    turnLog(paths.log)
    const log = openGatheredLog({ file: paths.log, level: "info" })
    const told = new Gathered((text) => io.resultText(text))
    const limits = limitsOf(file)
    const ended = Promise.withResolvers<void>()
    // It may fail before anybody waits for it.
    ended.promise.catch(() => {})
    const open: { close(): Promise<void> }[] = []
    const onScreen = isForScreen(invocation) && !options.background
    let show = (event: OperatorEvent) => told.add(`${eventLine(invocation, event)}\n`)
    let where = ""
    const running = await openRelay({
      relay,
      database: paths.database,
      treeHead: paths.treeHead,
      approvals: paths.approvals,
      disk,
      limits,
      host: chosen.host,
      runFolder: paths.runFolder,
      log,
      onEvent: (event) => {
        note(log, event)
        if (!options.background) show(event)
      },
      onFatal: ended.reject,
    })
    try {
      const address = { host: advertisedHost(chosen.host, chosen.advertise), port: running.port }
      where = printHostPort(address)
      const { version } = manifest
      const settings = options.config ?? paths.config
      const keep = (limit: LimitName, value: number | undefined) => keepLimit(settings, limit, value)
      const controlled = { ...running, name: relay.settings.name, version, limits, keepLimit: keep }
      open.push(await control(invocation, controlled))
      for (const { socket, role } of file.operators)
        open.push(
          await serveOperators(socket, role, controlled, (act) =>
            log.write("info", "operator.act", { role, act }),
          ),
        )
      if (chosen.metrics) {
        const pages = await servePages(chosen.metrics, pagesOf(running.monitor))
        open.push(pages)
        io.say(
          `Metrics and health: http://${printHostPort({ ...chosen.metrics, port: pages.port })}/metrics and /health`,
        )
      }
      const printed = finishRelayDir(dir, relay, address)
      told.flush()
      if (chosen.discovery) running.announce()
      io.stop.addEventListener("abort", () => ended.resolve())
      if (io.stop.aborted) ended.resolve()
      if (!onScreen) {
        showReady(invocation, relay, address, printed)
        await ended.promise
      } else {
        const gone = new AbortController()
        const { name, open: isOpen } = relay.settings
        const { monitor } = running
        const shown = {
          name,
          address: where,
          isOpen,
          invitation: { ...printed, letters: relayLetters(relay.key.spkiSha256) },
          monitor,
          limits,
        }
        const screen = await showRelay(invocation, { ...shown, stop: gone.signal })
        show = screen.told
        screen.ended.then(ended.resolve, ended.reject)
        try {
          await ended.promise
        } finally {
          gone.abort()
          await screen.ended
        }
      }
    } finally {
      for (const each of open) await each.close()
      await running.stop()
      told.close()
      log.close()
    }
    nodeFiles.remove(paths.pid)
    if (onScreen) io.result(say`${safeName(relay.settings.name)} at ${safeLine(where)} has stopped.`)
  } finally {
    lock.release()
  }
}

/** A relay serves also where no socket can be made; then nobody can ask it how it is. */
async function control({ io, config }: Invocation, relay: Controlled): Promise<{ close(): Promise<void> }> {
  const { runFolder, control: where } = relayFiles(config.relayDir)
  try {
    return await serveRelayControl(runFolder, where, relay)
  } catch (cause) {
    if (!(cause instanceof PlatformError)) throw cause
    io.say(say`${sentenceOf(cause.message)} So relay status and its like will not work.`)
    return { close: () => Promise.resolve() }
  }
}

/** What was typed goes before what the file says. */
function settle(options: RelayStartOptions, file: RelayFile) {
  const metrics = options.metrics === undefined ? file.metrics : parseMetrics(options.metrics)
  return {
    name: options.name ?? file.name,
    port: options.port ?? file.port,
    open: options.open,
    host: options.host ?? file.host,
    advertise: options.advertise === undefined ? file.advertise : parseHost(options.advertise),
    discovery: options.discovery && file.discovery !== false,
    metrics,
  }
}

/** `9667`, `127.0.0.1:9667`, `[::1]:9667`. @throws CliError `usage`. */
function parseMetrics(typed: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d{1,5})$/.exec(typed)
  if (match === null)
    throw new CliError("usage", `"${typed}" is no address with a port, such as 127.0.0.1:9667`)
  return { host: match[1] ?? match[2] ?? "127.0.0.1", port: parsePort(match[3]!) }
}

/** A log that has grown large is put aside, and the one that was put aside before goes. */
function turnLog(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(path, `${path}.1`)
}

function pagesOf(monitor: RelayMonitor): Record<string, () => Page> {
  const type = "text/plain; version=0.0.4; charset=utf-8"
  return {
    "/metrics": () => ({ status: 200, type, text: prometheus(monitor.snapshot()) }),
    "/health": () => {
      const isLow = monitor.snapshot().disk?.isLow === true
      return {
        status: isLow ? 503 : 200,
        type: "text/plain",
        text: isLow ? "the disk is nearly full\n" : "ok\n",
      }
    },
  }
}

/** Ends exactly the process that holds the folder's lock, and waits until it has let go. */
export async function stopRelayCommand(invocation: Invocation): Promise<void> {
  const dir = invocation.config.relayDir
  const paths = relayFiles(dir)
  // Whoever can take the lock sees that nobody runs; the number in an old file may be anybody's by now.
  if (!nodeFiles.exists(paths.lock) || isFree(paths.lock)) {
    throw new CliError("relay-not-running", `no relay runs in ${dir}`)
  }
  const pid = Number(Buffer.from(nodeFiles.read(paths.pid, MAX_PID_BYTES)).toString("latin1"))
  if (!Number.isSafeInteger(pid) || pid < 2)
    throw new CliError("relay-damaged", `${paths.pid} names no process`)
  process.kill(pid, "SIGTERM")
  const deadline = systemClock.now() + STOP_DEADLINE_MS
  while (!isFree(paths.lock)) {
    if (systemClock.now() > deadline)
      throw new CliError("too-slow", `the relay (process ${pid}) has not stopped yet`)
    await new Promise<void>((wake) => systemClock.wakeAt(systemClock.now() + STOP_POLL_MS, wake))
  }
  invocation.show(resultJson("relay.stopped", undefined, { pid }), say`the relay has stopped`)
}

function diskOf(dir: string): RelayDisk {
  const space = spaceOf(dir)
  const { ballast, database } = relayFiles(dir)
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return {
    space,
    ballast: fileBallast(ballast, ballastSize(space.look().totalBytes)),
    storeBytes: () => size(database) + size(`${database}-wal`),
  }
}

function takeRelayLock(dir: string): Lock {
  try {
    return takeLock(relayFiles(dir).lock)
  } catch (cause) {
    if (!(cause instanceof PlatformError) || cause.code !== "in-use") throw cause
    throw new CliError("profile-in-use", `a relay runs in ${dir} already`, { cause })
  }
}

function isFree(path: string): boolean {
  try {
    takeLock(path).release()
    return true
  } catch (error) {
    if (error instanceof PlatformError && error.code === "in-use") return false
    throw error
  }
}

function showReady(
  { io, config }: Invocation,
  relay: RelayDir,
  address: { host: string; port: number },
  { link, words }: PrintedInvitation,
): void {
  const fingerprint = toHex(relay.key.spkiSha256)
  const { name } = relay.settings
  if (config.json) {
    const ready = {
      name,
      ...address,
      open: relay.settings.open,
      invitation: link,
      words: words ?? null,
      fingerprint,
    }
    // The first line of a relay is only this: its readers look at `type` first.
    return io.result(jsonLine({ type: "relay.ready", v: 1, ts: isoTime(systemClock.now()), ...ready }))
  }
  io.result(say`${safeName(name)} is running at ${safeLine(printHostPort(address))}. Ctrl+C stops it.`)
  io.result("")
  io.result(say`Invitation, to copy:`)
  io.result(`  ${link}`)
  io.result(say`The relay's key: ${safeLine(relayLetters(relay.key.spkiSha256))}.`)
  if (words !== undefined) io.result(`${say`The same, to read aloud or from the wall:`}\n  ${words}`)
  if (words === undefined)
    io.result(say`Everybody on this network may join, and read #everyone from then on.`)
  io.result("")
}

function eventLine({ config }: Invocation, event: OperatorEvent): string {
  const now = systemClock.now()
  if (config.json) return jsonLine({ v: 1, ts: isoTime(now), ...event })
  return `${localTime(now)}  ${operatorWords(event)}`
}

/** What is kept in the log: that something happened, and never to whom. */
function note(log: Log, event: OperatorEvent): void {
  switch (event.type) {
    case "client.refused":
      return log.write("warn", event.type, { code: event.code })
    case "storage.trouble":
      return log.write("error", event.type, { refused: event.refused })
    case "storage.readonly":
      return log.write("error", event.type, {})
    case "storage.log-damaged":
      return log.write("error", event.type, {
        pieces: event.pieces,
        bytes: event.bytes,
        batches: event.batches,
        entries: event.entries,
      })
    case "storage.damaged":
      return log.write("error", event.type, { entries: event.entries })
    case "directory.reopened":
      return log.write("warn", event.type, { log: event.log })
    case "directory.contradicted":
      return log.write("error", event.type, {})
    case "storage.low":
    case "storage.ok":
      return log.write("warn", event.type, { freeBytes: event.freeBytes })
    case "person.registered":
      return log.write("info", event.type, { people: event.people })
    default:
      return log.write("info", event.type, { online: event.online })
  }
}
