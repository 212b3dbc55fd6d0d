/**
 * One client's room on a table: the real relay's core answers, and every frame goes on its way when the test says so.
 * What the client's machine forgets in a power cut and what its connection loses is the test's choice as well.
 */
import { toHex } from "../../src/bytes.ts"
import type { Context } from "../../src/client/context.ts"
import { updater } from "../../src/client/context.ts"
import { Contacts } from "../../src/client/contacts.ts"
import type { Conversation } from "../../src/client/conversation.ts"
import { readLines } from "../../src/client/lines.ts"
import { createProfile, readIdentity } from "../../src/client/profile.ts"
import { Rooms } from "../../src/client/rooms.ts"
import { unpackEntry } from "../../src/client/sealing.ts"
import { queueText } from "../../src/client/sending.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import type { Millis } from "../../src/platform/clock.ts"
import type { Random } from "../../src/platform/random.ts"
import { silentLog } from "../../src/platform/log.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { decodePayload } from "../../src/protocol/content.ts"
import { decodeEntry } from "../../src/protocol/envelope.ts"
import type { ClientMessage } from "../../src/protocol/messages.ts"
import { MemoryDisk as RelayDisk } from "../../src/relay/store-memory-disk.ts"
import { CoreBench, eidOf, handshake, open, upload, type Wire } from "./core-bench.ts"
import { DeskLink } from "./desk-link.ts"
import { createFastEngine } from "./fast-engine.ts"
import { HandClock, quiet } from "./fake-link.ts"
import { Rejoiner } from "./rejoiner.ts"
import { RelayPerson, sealedEntry } from "./relay-people.ts"
import { seeded, seededRandom } from "./sim.ts"

const SECRET = new Uint8Array(32).fill(0x5e)
/** More steps than this in one place go round in circles. */
const MOST_STEPS = 2_000
/** Whoever was cut off opens again after so long (PROTOCOL.md §5.7). */
const LONGEST_WAIT_MS = 30_000
const PATIENCE_MS = 5_000
/** Entries in a row that nobody can open (PROTOCOL.md §10.5). */
const MUCH_NOISE = 3

interface Sealed {
  plain: Uint8Array
  epoch: number
  key: string // epoch, leaf and generation
}

/** What every desk begins with: made once. */
interface Beginning {
  client: ReturnType<MemoryDisk["snapshot"]>
  relay: ReturnType<RelayDisk["snapshot"]>
  at: Millis
}

let beginning: Beginning | undefined
const setUp = seededRandom(seeded(5))
const alice = new RelayPerson("alice", setUp)
const mallory = new RelayPerson("mallory", setUp)

export class Desk {
  readonly bench: CoreBench
  readonly disk = new MemoryDisk()
  link = new DeskLink()
  /** Every message entry that left the client, by eid. */
  readonly handedOver = new Map<string, Sealed>()
  /** What must never happen, and did. */
  readonly wrongs: string[] = []
  readonly #random: Random
  /** By the bytes that the group engine made of it. */
  readonly #seals = new Map<string, Sealed>()
  readonly #keysUsed = new Set<string>()
  readonly #commits = new Set<string>()
  readonly #log = {
    upTo: 0,
    epoch: 0,
    numbers: new Map<string, number>(),
    texts: [] as { seq: number; text: string }[],
  }
  #wire: Wire | undefined
  #stranger: { wire: Wire; handle: number } | undefined
  #clock: HandClock
  #context: Context | undefined
  #contacts: Contacts | undefined
  #rooms: Rooms | undefined
  readonly #rejoiner: Rejoiner
  #noise = 0
  #due: (() => Promise<void> | void)[] = []

  private constructor(from?: Beginning) {
    this.#random = from ? seededRandom(seeded(6)) : setUp
    const relayDisk = new RelayDisk(new Uint8Array(16).fill(3))
    if (from) relayDisk.restore(from.relay)
    if (from) this.disk.restore(from.client)
    this.bench = new CoreBench({ open: true, disk: relayDisk })
    if (from) this.bench.now = from.at
    this.#clock = new HandClock(this.bench.now)
    const engine = createFastEngine(nodePrimitives, this.#random)
    this.#rejoiner = new Rejoiner(mallory, engine, this.#random, SECRET, this.bench.relayId)
  }

  /** A profile whose room is open, and that has nothing to do. */
  static async create(): Promise<Desk> {
    beginning ??= await Desk.#begin()
    const desk = new Desk(beginning)
    desk.#wire = await desk.#login(alice)
    const wire = await desk.#login(mallory)
    await desk.#load()
    const { handle } = await wire.expect(open(desk.room.channelId), "opened")
    desk.#stranger = { wire, handle }
    wire.post(desk.#rejoiner.proofOfOpening(handle))
    desk.#wire.take()
    await desk.connect()
    await desk.settle()
    desk.logged()
    desk.#log.epoch = desk.room.group!.epoch
    return desk
  }

  static async #begin(): Promise<Beginning> {
    const desk = new Desk()
    const store = desk.disk.open()
    createProfile(store, { random: setUp, clock: desk.#clock }, "alice")
    store.close()
    for (const each of [alice, mallory]) await desk.bench.join(each.name, each)
    desk.#wire = await desk.#login(alice)
    await desk.#load()
    await desk.connect()
    await desk.settle()
    desk.room.stop()
    desk.#context!.store.close()
    return { client: desk.disk.snapshot(), relay: desk.bench.disk.snapshot(), at: desk.bench.now }
  }

  get room(): Conversation {
    return this.#rooms!.all()[0]!
  }

  get now(): Millis {
    return this.#clock.now()
  }

  get unsynced(): number {
    return this.disk.unsynced
  }

  /** What the person sees, oldest first; `place` is the number in the log, or more than any of them. */
  lines(): { text: string; state: string | undefined; place: number }[] {
    const lines = readLines(this.room, 10_000, undefined)
    return lines.flatMap((line) => {
      if (line.kind !== "message") return []
      const { text, state } = line.message
      return [{ text, state, place: Number.parseInt(line.order.slice(0, 16), 16) }]
    })
  }

  /** The texts of the relay's log that are ours, in its order, with the number of each entry. */
  logged(): readonly { seq: number; text: string }[] {
    const row = this.bench.store.findChannel(this.room.channelId)
    const fresh = row ? this.bench.store.readEntries(row.ref, this.#log.upTo, 1_000, 1e9) : []
    for (const { seq, bytes } of fresh) this.#meet(seq, toHex(eidOf(bytes)))
    return this.#log.texts
  }

  #meet(seq: number, eid: string): void {
    const log = this.#log
    log.upTo = seq
    if (this.#commits.has(eid)) log.epoch++
    const sealed = this.handedOver.get(eid)
    if (!sealed || sealed.plain.length === 0) return
    if (sealed.epoch !== log.epoch)
      this.wrongs.push(`entry ${seq} is of epoch ${sealed.epoch}, not ${log.epoch}`)
    const { content, chainId, n } = decodePayload(sealed.plain)
    const last = log.numbers.get(toHex(chainId)) ?? -1
    if (n <= last) this.wrongs.push(`payload ${n} comes after payload ${last}`)
    log.numbers.set(toHex(chainId), n)
    if (content.type === "text") log.texts.push({ seq, text: content.text })
  }

  async say(text: string): Promise<void> {
    queueText(this.room, text)
    await this.room.advance()
  }

  /** The oldest frame on its way up arrives. */
  async relayTakes(): Promise<void> {
    const message = this.link.up.shift()
    if (!message) return
    this.#wire!.post(message)
    await this.bench.settle()
    this.#collect()
  }

  /** Instead of what the relay would say of the message that is next, if it is a new one: no. */
  refuseNext(code: number): boolean {
    const [message] = this.link.up
    if (message?.type !== "entry") return false
    const row = this.bench.store.findChannel(this.room.channelId)!
    const eid = eidOf(message.entry)
    if (this.bench.store.findEntry(row.ref, eid)) return false
    this.link.up.shift()
    this.link.down.push({ type: "rejected", handle: message.handle, eid, code })
    return true
  }

  /** The oldest frame on its way down is heard, and everything that follows from it at once. */
  async clientHears(): Promise<void> {
    const message = this.link.down.shift()
    if (!message) return
    if ("rid" in message) await this.link.answer(message)
    else if ("handle" in message && message.handle === this.room.log.handle) await this.room.received(message)
  }

  /** Somebody else comes in: what was sealed before is stale. */
  async commit(): Promise<void> {
    const said = await this.#rejoiner.join(this.bench.store, this.#stranger!.handle)
    this.#commits.add(toHex(eidOf(said.entry)))
    this.#noise = 0
    await this.#strangerSays(said)
  }

  /** Somebody else appends what makes no sense; so seldom that nobody doubts that they are in the right room. */
  async noise(kind: "message" | "handshake"): Promise<void> {
    if (++this.#noise >= MUCH_NOISE) return this.commit()
    const { handle } = this.#stranger!
    const { nextPosition } = this.bench.store.findChannel(this.room.channelId)!
    const entry = sealedEntry(this.#random, { kind })
    const isHandshake = kind === "handshake"
    await this.#strangerSays(
      (isHandshake ? handshake : upload)(handle, nextPosition - (isHandshake ? 0 : 1), entry),
    )
  }

  async #strangerSays(said: ClientMessage): Promise<void> {
    const { wire, handle } = this.#stranger!
    for (const each of [this.#rejoiner.proof(this.bench.store, handle), said]) wire.post(each)
    await this.bench.settle()
    this.#collect()
  }

  /** The connection breaks: what was on its way in either direction is gone. */
  async cut(): Promise<void> {
    this.link.lose()
    await this.#relogin()
    this.room.disconnected()
  }

  async connect(): Promise<void> {
    this.link.online = true
    await this.room.advance()
  }

  /** The power goes: of what was not synced the oldest `kept` transactions survive. */
  async crash(kept: number): Promise<void> {
    this.link.lose()
    this.room.stop()
    this.disk.crash(kept)
    await this.#relogin()
    await this.#load()
    this.room.mustHeal = true
  }

  /** Time goes on for both; nobody was so silent meanwhile that the relay gave them up. */
  async pass(ms: Millis): Promise<void> {
    this.bench.now += ms
    for (const wire of [this.#wire!, this.#stranger?.wire]) wire?.post({ type: "ping", token: 0 })
    await this.bench.pass(0)
    this.#collect()
    this.#clock.pass(ms)
    await this.#runDue()
  }

  /** Lets everything go on by itself until nothing more happens. @throws Error when it never ends. */
  async settle(): Promise<void> {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (this.link.up.length > 0) await this.relayTakes()
      else if (this.link.down.length > 0) await this.clientHears()
      else if (this.#clock.next !== undefined && this.#clock.next <= LONGEST_WAIT_MS)
        await this.pass(Math.max(this.#clock.next, 1))
      // The relay sends nothing, for who opens again has no time left (PROTOCOL.md §5.7): soon it says so.
      else if (this.link.online && !this.room.settled) await this.pass(PATIENCE_MS)
      else return
    }
    throw new Error("it goes round in circles")
  }

  async #runDue(): Promise<void> {
    for (let run = this.#due.shift(); run; run = this.#due.shift()) await run()
  }

  async #load(): Promise<void> {
    const store = this.disk.open()
    this.link = new DeskLink()
    this.#due = []
    this.#clock = new HandClock(this.bench.now)
    const clock = this.#clock
    const due = this.#due
    this.#context = {
      store,
      clock,
      random: this.#random,
      primitives: nodePrimitives,
      engine: this.#watched(createFastEngine(nodePrimitives, this.#random)),
      log: silentLog,
      identity: readIdentity(store),
      relayId: () => this.bench.relayId,
      link: this.#watch(this.link),
      update: updater(store, clock, () => {}),
      rooms: () => this.#rooms!.all(),
      mayTalk: () => this.link.online,
      verifier: () => ({ heard: () => {}, placed: () => {} }),
      ...quiet,
      later: (at, action) => clock.wakeAt(at, () => void due.push(action)),
    }
    this.#contacts = new Contacts(this.#context)
    this.#rooms = new Rooms(this.#context, this.#contacts)
    await this.#rooms.load()
    this.#rooms.ensureEveryone({ secret: SECRET, isSecret: true, room: undefined, inviter: undefined })
  }

  /** Notes what each entry on its way was sealed of. */
  #watch(link: DeskLink): DeskLink {
    const send = link.send.bind(link)
    link.send = (message) => {
      if (message.type === "entry") this.#handedOver(message.entry)
      if (message.type === "handshake") this.#commits.add(toHex(eidOf(message.entry)))
      send(message)
    }
    return link
  }

  #handedOver(bytes: Uint8Array): void {
    const eid = toHex(eidOf(bytes))
    if (this.handedOver.has(eid)) return
    const { keys, channelId } = this.room
    const opened = unpackEntry(decodeEntry(bytes), keys!.envelope, channelId, undefined)
    const sealed = opened && this.#seals.get(toHex(opened.body))
    if (!sealed) throw new Error("an entry that was never sealed")
    if (this.#keysUsed.has(sealed.key)) this.wrongs.push(`the key ${sealed.key} seals two entries`)
    this.#keysUsed.add(sealed.key)
    this.handedOver.set(eid, sealed)
  }

  #watched(engine: MlsEngine): MlsEngine {
    return {
      ...engine,
      seal: async (state, plain, authenticatedData) => {
        const sealed = await engine.seal(state, plain, authenticatedData)
        const key = `${state.epoch} ${toHex(state.members[0]!.leafKey).slice(0, 8)} ${sealed.generation}`
        this.#seals.set(toHex(sealed.bytes), { plain: plain.slice(), epoch: state.epoch, key })
        return sealed
      },
    }
  }

  /** What the relay says to us meanwhile is on its way, if there is a way. */
  #collect(): void {
    this.#stranger?.wire.take()
    const heard = this.#wire!.take().filter(({ type }) => type !== "pong")
    if (this.link.online) this.link.down.push(...heard)
  }

  async #relogin(): Promise<void> {
    await this.#wire!.drop()
    this.#wire = await this.#login(alice)
    this.#wire.take()
  }

  /** Each shows what they know themselves: who shows the token of a handshake that makes no sense locks the room. */
  async #login(person: RelayPerson): Promise<Wire> {
    const wire = await this.bench.comeBack(person)
    wire.proves = false
    return wire
  }
}
