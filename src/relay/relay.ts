/**
 * The relay's core (PROTOCOL.md §3 to §8): pure, synchronous, without socket, clock or disk of its own.
 *
 *     step(event, now) …, step(event, now)      decides, and stages what must be kept
 *     store.commit()                            one sync for all of it
 *     committed() or commitFailed()             what to do now: answers, deliveries, closes
 *
 * Nothing that a client may rely on leaves before the commit it rests on. What only reads is answered after it as
 * well, so nobody is ever told of something that then vanishes. This file routes; the rules are in its neighbours.
 */
import { FRAME_HEADER_BYTES, MAX_STRANGER_FRAME_BYTES } from "../protocol/framing.ts"
import { type ClientMessage, decodeClientMessage, MESSAGE_NUMBERS } from "../protocol/messages.ts"
import { ProtocolError, type Refusal } from "../protocol/errors.ts"
import type { Millis } from "../platform/clock.ts"
import { unreachable } from "../errors.ts"
import { AddressGate } from "./admission.ts"
import { BlobRequests } from "./blob-requests.ts"
import { Channels } from "./channel.ts"
import {
  BLOB_SWEEP_EVERY_MS,
  BLOB_SWEEP_STEP_MS,
  CLOCK_SLACK_MS,
  LOOSE_BLOB_MS,
  SWEEP_EVERY_MS,
} from "./config.ts"
import { Core, type RelaySetup } from "./core.ts"
import { isDamage } from "./errors.ts"
import { Delivery, SEARCH_EVERY_MS } from "./delivery.ts"
import { Directory } from "./directory.ts"
import { Door } from "./door.ts"
import { type DiskRoom, DiskWatch } from "./disk-watch.ts"
import type { RelayEffect } from "./effects.ts"
import { LogRequests } from "./log-requests.ts"
import type { Monitor } from "./monitor.ts"
import { PeopleRequests } from "./people-requests.ts"
import type { OperatorEvent } from "./operator.ts"
import { Operating, type OperatorAct, type OperatorAnswer } from "./operating.ts"
import { Retention, RETENTION_EVERY_MS } from "./retention.ts"
import { Sees } from "./sees.ts"
import { Session } from "./session.ts"
import { ShelfRequests } from "./shelf-requests.ts"
import type { Approval } from "./succession.ts"
import { Tending } from "./tending.ts"
import { Tokens } from "./tokens.ts"
import { TreeLog } from "./tree-log.ts"

export type RelayEvent =
  | { kind: "connected"; id: number; exporter: Uint8Array; remote: string }
  /** Perhaps a piece of more memory, which is the relay's to change, and not to keep after the batch. */
  | { kind: "frame"; id: number; frame: Uint8Array }
  /** The bytes cannot be cut into frames. */
  | { kind: "malformed"; id: number }
  /** Everything that was sent has left. */
  | { kind: "drained"; id: number }
  /** What the operator's notes say of a code that a connection has shown. */
  | { kind: "approval"; id: number; hash: Uint8Array; found: Approval | undefined }
  | { kind: "disconnected"; id: number }
  | { kind: "tick" }
  /** Somebody looked at the disk. */
  | { kind: "room"; room: DiskRoom }
  /** The store's own tidying found no space. */
  | { kind: "full" }
  /** `answered` is called with the fate of the batch. */
  | { kind: "operator"; act: OperatorAct; answered(answer: OperatorAnswer): void }

export class Relay {
  readonly #core: Core
  readonly #gate: AddressGate
  readonly #sessions = new Map<number, Session>()
  readonly #directory: Directory
  readonly #log: TreeLog
  readonly #people: PeopleRequests
  readonly #shelves: ShelfRequests
  readonly #logs: LogRequests
  readonly #blobs: BlobRequests
  readonly #sees: Sees
  readonly #disk: DiskWatch
  readonly #door: Door
  readonly #tending: Tending
  readonly #operating: Operating
  readonly #delivery: Delivery
  readonly #retention: Retention
  readonly #tokens: Tokens
  #nextSweep: Millis = 0
  #nextBlobSweep: Millis = 0
  /** When a batch was not kept. */
  #failedAt: Millis = -Infinity

  /** @throws StoreError when the store cannot be read. */
  constructor(setup: RelaySetup) {
    this.#core = new Core(setup)
    this.#gate = new AddressGate(setup.config.limits)
    this.#tending = new Tending(this.#core)
    if (!setup.store.isWhole) this.#core.effects.report({ type: "storage.readonly" })
    const { damage } = setup
    if (damage && damage.pieces + damage.batches + damage.entries > 0)
      this.#core.effects.report({ type: "storage.log-damaged", ...damage })
    this.#directory = new Directory(setup.store)
    const { store, primitives, relayId, heads } = setup
    const report = (event: OperatorEvent) => this.#core.effects.report(event)
    this.#log = new TreeLog({ ...heads, store, primitives, relayId, report })
    this.#disk = new DiskWatch(this.#core.effects, setup.config.limits)
    this.#delivery = new Delivery(this.#core)
    this.#tokens = new Tokens(this.#core, this.#disk, this.#delivery, (subscription) =>
      channels.release(subscription),
    )
    const channels = new Channels(this.#core, this.#disk, this.#tokens)
    this.#retention = new Retention(this.#core, channels)
    this.#door = new Door(store, setup.config.admissionHash)
    this.#shelves = new ShelfRequests(this.#core, this.#directory, (device) => this.#people.sessionOf(device))
    const shared = [this.#core, this.#gate, this.#directory, this.#log, channels] as const
    this.#people = new PeopleRequests(...shared, this.#door, this.#shelves)
    this.#operating = new Operating(this.#core, this.#directory, this.#people, this.#door)
    this.#logs = new LogRequests(this.#core, channels, this.#directory, this.#delivery, this.#tokens)
    this.#blobs = new BlobRequests(this.#core, this.#disk)
    this.#core.monitor.counted(this.#directory.people)
    this.#sees = new Sees(this.#core, this.#directory, this.#people, this.#logs, this.#blobs)
  }

  /** Takes one event. Never between `store.commit()` and its `committed` or `commitFailed`. */
  step(event: RelayEvent, now: Millis): void {
    this.#setClock(now)
    switch (event.kind) {
      case "connected":
        return this.#connected(event.id, event.exporter, event.remote)
      case "frame":
        return this.#frame(event.id, event.frame)
      case "malformed":
        return this.#broken(this.#sessions.get(event.id))
      case "drained":
        return this.drained(event.id)
      case "approval": {
        const session = this.#sessions.get(event.id)
        return session && this.#people.approval(session, event.hash, event.found)
      }
      case "disconnected":
        return this.#disconnected(event.id)
      case "tick":
        return this.#tick()
      case "room":
        this.#disk.look(event.room, this.#core.now)
        return this.#core.monitor.looked({ ...this.#disk.state, storeBytes: event.room.storeBytes })
      case "operator":
        return this.#operating.take(event.act, this.#sessions.values(), event.answered)
      case "full":
        return this.#disk.full(this.#core.now)
      default:
        return unreachable(event)
    }
  }

  /** The same as the event, without its time; also during a commit: what leaves after that is counted anew. */
  drained(id: number): void {
    const session = this.#sessions.get(id)
    if (session !== undefined) session.outBytes = 0
  }

  /** Everything staged is durable. @returns what to do, in order. */
  committed(): RelayEffect[] {
    return this.#settle(true)
  }

  /** Nothing of what was staged was kept, for want of space or because of damage: whoever asked for it is told. */
  commitFailed(why: "full" | "damaged"): RelayEffect[] {
    this.#directory.reload()
    this.#door.reload()
    this.#logs.rollBack()
    this.#core.blobs.rollBack()
    this.#failedAt = this.#core.now
    if (why === "full") this.#disk.full(this.#core.now)
    return this.#settle(false)
  }

  /** When the next `tick` is due at the latest. */
  get nextTick(): Millis {
    const sweep = this.#sessions.size > 0 ? this.#nextSweep : this.#nextBlobSweep
    const search = this.#delivery.isSearching ? this.#core.now + SEARCH_EVERY_MS : sweep
    return Math.min(
      sweep,
      search,
      this.#nextBlobSweep,
      this.#tending.nextResume,
      this.#retention.nextStep,
      this.#people.nextNews,
      this.#logs.nextTurn ?? sweep,
    )
  }

  /** Whether somebody is fed from the log, as fast as they take it. */
  get isFeeding(): boolean {
    return this.#delivery.isFeeding
  }

  /** What to do with the ballast now, if anything. */
  get ballast(): "take" | "release" | undefined {
    return this.#disk.ballast
  }

  /** Connections, of whatever state. */
  get connections(): number {
    return this.#sessions.size
  }

  get monitor(): Monitor {
    return this.#core.monitor
  }

  /** Without this a clock set ahead and back would leave no deadline, ping or lease until it got there again. */
  #setClock(now: Millis): void {
    const core = this.#core
    core.stamp = Math.max(core.stamp, now)
    const isBack = now < core.now - CLOCK_SLACK_MS
    const isLeap = isBack || now > core.now + RETENTION_EVERY_MS
    if (!isBack) core.now = Math.max(core.now, now)
    if (isLeap) this.#retention.postpone(now)
    if (!isBack) return
    core.now = this.#nextSweep = this.#nextBlobSweep = now
    for (const session of this.#sessions.values())
      session.waitingSince = session.heardAt = session.pingedAt = session.fullSince = now
    this.#tending.clockSet()
  }

  #settle(committed: boolean): RelayEffect[] {
    this.#core.budget.settle(committed)
    this.#retention.settle(committed)
    if (committed) this.#log.advance(this.#directory.size)
    const requests = this.#core.settle(committed)
    this.#logs.settle()
    this.#people.settle()
    if (!committed) this.#core.effects.report({ type: "storage.trouble", refused: requests })
    return this.#core.effects.take()
  }

  #connected(id: number, exporter: Uint8Array, remote: string): void {
    const session = new Session(id, exporter, remote, this.#core.now)
    this.#sessions.set(id, session)
    this.#core.monitor.opened()
    session.isCounted = this.#gate.enter(remote, this.#core.now)
    if (!session.isCounted) this.#people.refuseLogin(session, 0, "busy")
    for (const oldest of this.#core.newcomers.enter(session)) this.#core.effects.drop(oldest, "crowded")
  }

  #disconnected(id: number): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    this.#sessions.delete(id)
    this.#tending.left(session)
    this.#core.newcomers.left(session)
    this.#core.monitor.closed()
    session.state = { kind: "closed" }
    if (session.isCounted) this.#gate.left(session.remote, this.#core.now)
    this.#logs.closeAll(session)
    this.#people.left(session)
  }

  #frame(id: number, frame: Uint8Array): void {
    const session = this.#sessions.get(id)
    if (session === undefined || session.state.kind === "closed" || session.state.kind === "refused") return
    session.heardAt = this.#core.now
    session.bytesIn += frame.length
    this.#core.monitor.received(frame.length)
    const length = frame.length - FRAME_HEADER_BYTES
    if (session.state.kind !== "member" && length > MAX_STRANGER_FRAME_BYTES) return this.#broken(session)
    let message: ClientMessage | undefined
    try {
      message = decodeClientMessage(isPassedOn(frame) ? frame : frame.slice(), FRAME_HEADER_BYTES)
      this.#tending.ask(session, message, length)
      this.#route(session, message, frame)
    } catch (cause) {
      if (cause instanceof ProtocolError) return this.#broken(session)
      if (!isDamage(cause)) throw cause
      this.#core.later(() => {
        this.#core.effects.report({ type: "storage.trouble", refused: 1 })
        this.#core.effects.refuse(
          session,
          message !== undefined && "rid" in message ? message.rid : 0,
          "storage",
        )
      })
    }
  }

  #route(session: Session, message: ClientMessage, frame: Uint8Array): void {
    const { effects } = this.#core
    if (message.type === "ping") {
      return this.#core.later(() => effects.send(session, { type: "pong", token: message.token }))
    }
    if (message.type === "pong") return
    if (session.state.kind === "member") return this.#routeMember(session, message, frame)
    if (session.state.kind === "stranger" && message.type === "hello")
      return this.#people.hello(session, message)
    if (session.state.kind === "unregistered" && message.type === "register")
      return this.#people.register(session, message)
    if (session.state.kind === "unregistered" && message.type === "showApproval")
      return this.#people.showApproval(session, message)
    this.#broken(session)
  }

  #routeMember(
    session: Session,
    message: Exclude<ClientMessage, { type: "ping" | "pong" }>,
    frame: Uint8Array,
  ): void {
    switch (message.type) {
      case "hello":
      case "showApproval":
        return this.#broken(session)
      case "register":
        return this.#people.register(session, message)
      case "getDirectory":
        return this.#people.getDirectory(session, message)
      case "getHead":
        return this.#people.getHead(session, message)
      case "putPackages":
        return this.#shelves.putPackages(session, message)
      case "takePackage":
        return this.#shelves.takePackage(session, message)
      case "swapGeneration":
        return this.#shelves.swapGeneration(session, message)
      case "open":
        return this.#logs.open(session, message)
      case "close":
        return this.#logs.close(session, message)
      case "entry":
        return this.#logs.entry(session, message, frame)
      case "handshake":
        return this.#logs.handshake(session, message)
      case "prove":
        return this.#tokens.prove(session, message)
      case "proveOpening":
        return this.#tokens.proveOpening(session, message)
      case "putHeader":
        return this.#logs.putHeader(session, message)
      case "getHeader":
        return this.#logs.getHeader(session, message)
      case "turn":
        return this.#logs.turn(session, message)
      case "turnDone":
        return this.#logs.turnDone(session, message)
      case "ephemeral":
        return this.#logs.ephemeral(session, message, frame)
      case "look":
        return this.#logs.look(session, message)
      case "sees":
        return this.#sees.tell(session, message)
      case "putBlob":
        return this.#blobs.put(session, message)
      case "getBlob":
        return this.#blobs.get(session, message)
      default:
        return unreachable(message)
    }
  }

  /** The peer does not speak our protocol. */
  #broken(session: Session | undefined, code: Refusal = "bad-request"): void {
    if (session !== undefined && session.state.kind !== "closed") this.#people.refuseLogin(session, 0, code)
  }

  #tick(): void {
    const { now } = this.#core
    this.#tending.resume()
    if (now >= this.#nextSweep) {
      this.#nextSweep = now + SWEEP_EVERY_MS
      this.#tending.sweepSessions(this.#sessions.values())
      this.#tokens.sweep()
    }
    if (now >= this.#nextBlobSweep) {
      this.#nextBlobSweep = now + BLOB_SWEEP_EVERY_MS
      this.#gate.sweep(now)
      this.#people.sweep()
      this.#shelves.sweep()
      this.#door.sweep(now)
      this.#logs.sweep()
      this.#tokens.forgetSpent()
      this.#core.budget.sweep()
      this.#tending.sweep()
      this.#sees.sweep()
      const isAll = this.#blobs.sweep(now - LOOSE_BLOB_MS)
      // What could not be dropped a moment ago is not tried again at once.
      if (!isAll && now >= this.#failedAt + BLOB_SWEEP_EVERY_MS)
        this.#nextBlobSweep = now + BLOB_SWEEP_STEP_MS
    }
    this.#retention.step()
  }
}

/** Of these nothing is kept beyond the batch, so they need no memory of their own. */
function isPassedOn(frame: Uint8Array): boolean {
  const number = frame[FRAME_HEADER_BYTES]
  return number === MESSAGE_NUMBERS.entry || number === MESSAGE_NUMBERS.ephemeral
}
