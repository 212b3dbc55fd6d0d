/**
 * The relay, without sockets: durable appends beside the disk's own pace, and forwarding beside a forwarder that
 * encodes every copy anew. Rounds are interleaved, medians and the best are printed; ratios mean more than figures.
 *
 * An append is counted when the relay has answered `accepted`, which it does after the commit with its sync. It goes
 * the whole way: frame, message, rules, hashes, SQLite, answer, and the delivery to its author, who follows the room.
 * In both the journal has its size already, and each contestant has run a little before it is measured.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { concat } from "../../src/bytes.ts"
import { nextHead } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemClock } from "../../src/platform/clock.ts"
import type { ListenHandler } from "../../src/platform/network.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { afterWaitingEvents } from "../../src/platform/soon.ts"
import { encodeFrame, FRAME_HEADER_BYTES, FrameDecoder } from "../../src/protocol/framing.ts"
import {
  type ClientMessage,
  decodeClientMessage,
  decodeRelayMessage,
  encodeMessage,
  MESSAGE_NUMBERS,
  type Of,
} from "../../src/protocol/messages.ts"
import { checkOf } from "../../src/relay/damage.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { type RunningRelay, startRelay } from "../../src/relay/server.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { openTokenOf, proofAt, ROOM, tokenHashAt } from "../support/channels.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { someHeads } from "../support/heads.ts"

await sodiumReady()

const ROUNDS = 5
/** Sealed bytes of the smallest bucket: 1,024 padded bytes and a tag. */
const SEALED_BYTES = 1_040
const RELAY_ID = new Uint8Array(32).fill(1)
const WARM_UP = 512
const folder = mkdtempSync(join(tmpdir(), "relay-bench-"))
let files = 0
const freshFile = () => join(folder, `bench-${++files}`)

/** A client inside this process: what it sends is received at once, what it gets is only looked at. */
class Local {
  readonly #handler: ListenHandler
  readonly id: number
  handle = 0
  entries = 0
  accepted = 0
  onAccepted: () => void = () => {}
  readonly #decoder = new FrameDecoder()
  isReady: () => void = () => {}

  constructor(handler: ListenHandler, id: number, person: RelayPerson) {
    this.#handler = handler
    this.id = id
    const exporter = new Uint8Array(32).fill(3)
    const send = (bytes: Uint8Array) => {
      this.#receive(bytes)
      queueMicrotask(() => handler.drained(id))
    }
    handler.opened(id, { exporter, remote: "127.0.0.1", send, close: () => {} })
    this.post(person.hello(RELAY_ID, exporter))
    this.post({ type: "register", rid: 1, admission: new Uint8Array(16), entry: person.registration() })
  }

  post(message: ClientMessage): void {
    this.#handler.received(this.id, encodeFrame(encodeMessage(message)))
  }

  raw(frames: Uint8Array): void {
    this.#handler.received(this.id, frames)
  }

  /** The driver sends whole frames: those that only count are stepped over, not taken out. */
  #receive(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0, next; at < bytes.length; at = next) {
      next = at + FRAME_HEADER_BYTES + view.getUint32(at)
      const type = bytes[at + FRAME_HEADER_BYTES]
      if (type === MESSAGE_NUMBERS.entry) this.entries++
      else if (type === MESSAGE_NUMBERS.accepted) {
        this.accepted++
        this.onAccepted()
      } else this.#take(bytes.subarray(at, next))
    }
  }

  #take(frame: Uint8Array): void {
    for (const body of this.#decoder.push(frame)) {
      const message = decodeRelayMessage(body)
      if (message.type === "rejected") throw new Error(`an entry was rejected: ${message.code}`)
      else if (message.type === "ready") {
        const from = { incarnation: new Uint8Array(16), cursor: 0, head: new Uint8Array(32) }
        this.post({ type: "open", rid: 2, channelId: ROOM, ...from })
      } else if (message.type === "opened") {
        this.handle = message.handle
        this.post({ type: "proveOpening", handle: this.handle, token: openTokenOf(ROOM)! })
        this.isReady()
      }
    }
  }
}

async function localRelay(
  store: RelayStore,
): Promise<{ relay: RunningRelay; enter: (n: number) => Promise<Local> }> {
  let handler: ListenHandler | undefined
  const relay = await startRelay({
    listen: async (given) => {
      handler = given
      return { port: 0, close: async () => {} }
    },
    clock: systemClock,
    soon: afterWaitingEvents,
    store,
    primitives: nodePrimitives,
    relayId: RELAY_ID,
    heads: someHeads(),
    config: {
      name: "bench",
      admissionHash: undefined,
      limits: { ...DEFAULT_LIMITS, accountEntries: Infinity, accountBytes: Infinity },
    },
    onEvent: () => {},
    onFatal: (error) => {
      throw error
    },
  })
  const enter = (n: number) =>
    new Promise<Local>((resolve) => {
      const local = new Local(handler!, n + 1, new RelayPerson(`person ${n}`, systemRandom))
      local.isReady = () => resolve(local)
    })
  return { relay, enter }
}

function handshakeFrame(handle: number): Uint8Array {
  const none = new Uint8Array(32)
  const entry = sealedEntry(systemRandom, { kind: "handshake" })
  const header = {
    tokenHash: tokenHashAt(ROOM, 0),
    headerId: none,
    headerBlob: none,
    header: new Uint8Array(0),
  }
  return encodeFrame(encodeMessage({ type: "handshake", handle, expect: 0, ...header, entry }))
}

function entryFrames(handle: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const entry = sealedEntry(systemRandom, {}, SEALED_BYTES)
    return encodeFrame(encodeMessage({ type: "entry", handle, seq: 0, time: 0, position: 0, entry }))
  })
}

interface Figures {
  perSecond: number
  /** Of the rounds that `perSecond` is the median of. */
  best?: number
  cpuMicros: number
}

/** Runs `work` that does `count` things. */
async function measure(count: number, work: () => Promise<void> | void): Promise<Figures> {
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: count / seconds, cpuMicros: (user + system) / count }
}

/** Appends through the relay: each of `senders` writes `window` at once, and the next ones when all are answered. */
async function relayAppends(senders: number, window: number, each: number): Promise<Figures> {
  const store = openRelayStore(freshFile(), { layOut: true })
  const { relay, enter } = await localRelay(store)
  const locals: Local[] = []
  for (let n = 0; n < senders; n++) locals.push(await enter(n))
  const { handle } = locals[0]!
  await new Promise<void>((resolve) => {
    locals[0]!.onAccepted = resolve
    locals[0]!.raw(handshakeFrame(handle))
  })
  for (const local of locals) local.post(proofAt(handle, ROOM, 0))
  const run = (count: number) => {
    const frames = locals.map(() => entryFrames(handle, count))
    return () => Promise.all(locals.map((local, n) => sendAll(local, frames[n]!, window)))
  }
  await run(Math.ceil(WARM_UP / senders))()
  const work = run(each)
  const figures = await measure(senders * each, async () => void (await work()))
  await relay.stop()
  store.close()
  return figures
}

/** Sends the frames, `window` in one chunk, as a socket hands them over; the next when all of these are answered. */
function sendAll(local: Local, frames: readonly Uint8Array[], window: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0
    let answered = 0
    const feed = () => {
      const next = frames.slice(sent, sent + window)
      sent += next.length
      local.raw(concat(...next))
    }
    local.onAccepted = () => {
      answered++
      if (answered === frames.length) resolve()
      else if (answered === sent) feed()
    }
    feed()
  })
}

/** The same bytes into one table, `batch` rows per transaction. */
function plainSqlite(batch: number, count: number): Promise<Figures> {
  const db = new Database(freshFile())
  db.pragma("locking_mode = EXCLUSIVE")
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.exec("CREATE TABLE entry (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
  layOut(db)
  const insert = db.prepare<[Uint8Array]>("INSERT INTO entry (bytes) VALUES (?)")
  const begin = db.prepare<[]>("BEGIN IMMEDIATE")
  const commit = db.prepare<[]>("COMMIT")
  const frames = entryFrames(1, count)
  return measure(count, () => {
    for (let at = 0; at < count; at += batch) {
      begin.run()
      for (const frame of frames.slice(at, at + batch)) insert.run(frame)
      commit.run()
    }
  }).finally(() => db.close())
}

/** Gives the journal the size that the relay's has. */
function layOut(db: InstanceType<typeof Database>): void {
  db.pragma("wal_autocheckpoint = 4096")
  db.pragma("synchronous = OFF")
  const touch = db.prepare<[]>("PRAGMA user_version = 1")
  for (let page = 0; page < 4_096; page++) touch.run()
  db.pragma("synchronous = FULL")
  db.pragma("wal_checkpoint(PASSIVE)")
}

/** The same bytes at the end of a file, `batch` of them per sync. */
function plainFile(batch: number, count: number): Promise<Figures> {
  const file = openSync(freshFile(), "w")
  const frames = entryFrames(1, count)
  return measure(count, () => {
    for (let at = 0; at < count; at += batch) {
      writeSync(file, concat(...frames.slice(at, at + batch)))
      fdatasyncSync(file)
    }
  }).finally(() => closeSync(file))
}

/** One writer, `readers` readers in the relay with its memory store: CPU for each delivered copy. */
async function relayFanOut(readers: number, count: number): Promise<Figures> {
  const store = new MemoryRelayStore(new MemoryDisk(new Uint8Array(16)))
  const { relay, enter } = await localRelay(store)
  const writer = await enter(0)
  const locals = [writer]
  for (let n = 1; n < readers; n++) locals.push(await enter(n))
  writer.raw(handshakeFrame(writer.handle))
  for (const local of locals) local.post(proofAt(writer.handle, ROOM, 0))
  const frames = entryFrames(writer.handle, count)
  const figures = await measure(count * readers, async () => {
    for (let at = 0; at < count; at += 16) {
      const wanted = writer.accepted + Math.min(16, count - at)
      await new Promise<void>((resolve) => {
        writer.onAccepted = () => void (writer.accepted === wanted && resolve())
        writer.raw(concat(...frames.slice(at, at + 16)))
      })
    }
  })
  await relay.stop()
  if (locals.some((local) => local.entries < count)) throw new Error("a copy is missing")
  return figures
}

/** The same rules, hashes and store; but every reader's copy is built from its fields. */
async function naiveFanOut(readers: number, count: number): Promise<Figures> {
  const store = new MemoryRelayStore(new MemoryDisk(new Uint8Array(16)))
  const ref = store.createChannel(ROOM)
  const decoder = new FrameDecoder()
  const sinks = Array.from({ length: readers }, () => ({ decoder: new FrameDecoder(), entries: 0 }))
  const frames = entryFrames(1, count)
  let head: Uint8Array = new Uint8Array(32)
  let seq = 0
  const figures = await measure(count * readers, async () => {
    for (let at = 0; at < count; at += 16) {
      for (const body of decoder.push(concat(...frames.slice(at, at + 16)))) {
        const message = decodeClientMessage(body) as Of<"entry">
        const eid = nodePrimitives.sha("sha256", message.entry)
        const time = systemClock.now()
        seq++
        const before = head
        head = nextHead(before, seq, message.entry[0]!, eid, time)
        const { length: weight } = message.entry
        store.append(ref, {
          seq,
          time,
          position: 0,
          eid,
          before,
          head,
          check: checkOf(nodePrimitives, { before, seq, time, position: 0 }, eid),
          blobHash: undefined,
          bytes: message.entry,
          weight,
          tokenHash: undefined,
        })
        for (const sink of sinks) {
          const copy = encodeFrame(encodeMessage({ ...message, seq, time }))
          sink.entries += sink.decoder.push(copy).length
        }
      }
      await store.commit()
    }
  })
  if (sinks.some((sink) => sink.entries !== count)) throw new Error("a copy is missing")
  return figures
}

type Contest = Record<string, () => Promise<Figures>>

/** Each contestant once per round, in turn. */
async function rounds(contest: Contest): Promise<Record<string, Figures>> {
  const all = Object.fromEntries(Object.keys(contest).map((name) => [name, [] as Figures[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contest)) all[name]!.push(await run())
  }
  return Object.fromEntries(
    Object.entries(all).map(([name, figures]) => [
      name,
      {
        perSecond: median(figures.map((f) => f.perSecond)),
        best: Math.max(...figures.map((f) => f.perSecond)),
        cpuMicros: median(figures.map((f) => f.cpuMicros)),
      },
    ]),
  )
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US").padStart(9)
const micros = (value: number) => `${value.toFixed(1).padStart(7)} µs CPU`

async function durable(title: string, relay: () => Promise<Figures>, batch: number): Promise<void> {
  const COUNT = batch === 1 ? 2_000 : 12_800
  const figures = await rounds({
    relay,
    [`SQLite, ${batch} per transaction`]: () => plainSqlite(batch, COUNT),
    [`file, ${batch} per fdatasync`]: () => plainFile(batch, COUNT),
  })
  console.log(`\ndurable appends, ${title}`)
  for (const [name, { perSecond, best = perSecond, cpuMicros }] of Object.entries(figures)) {
    const ratio = figures["relay"]!.perSecond / perSecond
    const speed = `${whole(perSecond)} /s, best ${whole(best)}`
    console.log(`  ${name.padEnd(28)} ${speed} ${micros(cpuMicros)}   relay is ${ratio.toFixed(2)} ×`)
  }
}

try {
  await durable("one by one", () => relayAppends(1, 1, 2_000), 1)
  await durable("in groups of 32", () => relayAppends(1, 32, 12_800), 32)
  await durable("in groups of 64", () => relayAppends(1, 64, 12_800), 64)
  await durable("50 senders, each one by one", () => relayAppends(50, 1, 256), 50)

  for (const readers of [1, 10, 100]) {
    const count = readers === 100 ? 800 : 3_200
    const figures = await rounds({
      relay: () => relayFanOut(readers, count),
      "encoding each copy anew": () => naiveFanOut(readers, count),
    })
    console.log(`\nforwarding to ${readers}, CPU for each copy delivered (reading its frame included)`)
    for (const [name, { cpuMicros }] of Object.entries(figures)) {
      const ratio = figures["relay"]!.cpuMicros / cpuMicros
      console.log(`  ${name.padEnd(28)} ${micros(cpuMicros)}   relay takes ${ratio.toFixed(2)} ×`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
