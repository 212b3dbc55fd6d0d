/**
 * The relay's driver: connections, timers and the store in, effects out. It decides nothing.
 *
 *     bytes ─▶ frames ─▶ step … step ─▶ commit ─▶ effects
 *                        └ one batch ┘
 *
 * When something was staged, the commit waits until the other connections' waiting bytes have been taken as well:
 * one sync then serves them all. What arrives during a commit waits for it and becomes the next batch, of which each
 * connection has its share (`inbound.ts`).
 */
import type { Clock, Millis } from "../platform/clock.ts"
import type { Connection, Listener, ListenHandler } from "../platform/network.ts"
import type { Soon } from "../platform/soon.ts"
import type { Ballast } from "../platform/ballast.ts"
import type { Room, Space } from "../platform/space.ts"
import { ProtocolError } from "../protocol/errors.ts"
import { FrameDecoder, MAX_FRAME_BYTES, MAX_STRANGER_FRAME_BYTES } from "../protocol/framing.ts"
import { unreachable } from "../errors.ts"
import type { RelaySetup } from "./core.ts"
import type { RelayEffect } from "./effects.ts"
import { isDamage, StoreError } from "./errors.ts"
import { Inbound } from "./inbound.ts"
import { type Link, say } from "./link.ts"
import type { RelayMonitor } from "./monitor.ts"
import type { OperatorEvent } from "./operator.ts"
import type { OperatorAct, OperatorAnswer } from "./operating.ts"
import { Relay, type RelayEvent } from "./relay.ts"
import type { Approval } from "./succession.ts"

export interface RelayDisk {
  space: Space
  ballast: Ballast
  /** What the store takes of it. */
  storeBytes(): number
}

export interface RelayServerSetup extends RelaySetup {
  /** Opens the port and hands every connection to the handler. */
  listen(handler: ListenHandler): Promise<Listener>
  clock: Clock
  soon: Soon
  /** The disk that the store is on, and a ballast there; undefined when nobody watches it. */
  disk?: RelayDisk
  /** What the operator has noted down under this hash of a code; undefined when nothing, or nobody notes anything. */
  approvals?(hash: Uint8Array): Approval | undefined
  onEvent(event: OperatorEvent): void
  /**
   * Called at most once, with what makes going on impossible: above all a failed sync, after which nobody knows
   * what is on the disk. The process must stop; nothing is accepted or answered any more.
   */
  onFatal(error: unknown): void
}

export interface RunningRelay {
  readonly port: number
  readonly monitor: RelayMonitor
  /** What the operator asks. Answered when it is on the disk. */
  operate(act: OperatorAct): Promise<OperatorAnswer>
  /** Takes no more connections, ends the open ones, and resolves when the last commit is done. */
  stop(): Promise<void>
}

/** @throws StoreError when the store cannot be read, and whatever `listen` throws, such as a busy port. */
export async function startRelay(setup: RelayServerSetup): Promise<RunningRelay> {
  const driver = new Driver(setup)
  const listener = await listening(setup, driver)
  return {
    port: listener.port,
    monitor: driver.monitor,
    operate: (act) => driver.operate(act),
    stop: async () => {
      driver.close()
      await listener.close()
      await driver.idle()
    },
  }
}

/** A relay that cannot listen leaves no timer behind. */
async function listening(setup: RelayServerSetup, driver: Driver): Promise<Listener> {
  try {
    return await setup.listen(driver.handler)
  } catch (cause) {
    driver.close()
    throw cause
  }
}

/** How full the disk is does not change from one tick to the next, where those come in quick succession. */
const LOOK_EVERY_MS: Millis = 500

class Driver {
  readonly #setup: RelayServerSetup
  readonly #relay: Relay
  readonly #links = new Map<number, Link>()
  readonly #inbound: Inbound
  /** What else came during a commit. */
  #waiting: RelayEvent[] = []
  #state: "open" | "stopping" | "dead" = "open"
  #committing: Promise<void> | undefined
  /** Connections that were opened during it. */
  #arrived = 0
  #isFlushDue = false
  #cancelTick: () => void = () => {}
  #tickAt: Millis | undefined
  #lookedAt: Millis = -Infinity

  constructor(setup: RelayServerSetup) {
    this.#setup = setup
    this.#relay = new Relay(setup)
    this.#inbound = new Inbound({
      soon: setup.soon,
      isCommitting: () => this.#committing !== undefined,
      isOpen: () => this.#state === "open",
      take: (events) => this.#take(events),
      read: (id, isOn) => this.#links.get(id)?.connection.setReading?.(isOn),
    })
    this.#armTick()
    this.#look()
  }

  readonly handler: ListenHandler = {
    opened: (id, connection) => {
      // The core, which bounds newcomers, is not asked before the disk is done.
      if (this.#committing !== undefined && this.#arrived++ >= this.#setup.config.limits.newcomers)
        return drop(connection)
      this.#links.set(id, {
        connection,
        decoder: new FrameDecoder(MAX_STRANGER_FRAME_BYTES),
        isBroken: false,
        out: [],
      })
      this.#take([{ kind: "connected", id, exporter: connection.exporter, remote: connection.remote }])
    },
    received: (id, bytes) => this.#inbound.arrived(id, this.#cut(id, bytes)),
    drained: (id) => this.#drained(id),
    closed: (id) => {
      this.#links.delete(id)
      this.#inbound.closed(id)
    },
  }

  get monitor(): RelayMonitor {
    const { monitor } = this.#relay
    return {
      snapshot: () => monitor.snapshot(this.#setup.clock.now()),
      people: (count) => monitor.online(count),
      recent: () => monitor.recent(),
      subscribe: (told) => monitor.subscribe(told),
    }
  }

  operate(act: OperatorAct): Promise<OperatorAnswer> {
    if (this.#state !== "open") return Promise.resolve({ ok: false, why: "stopping" })
    return new Promise((answered) => this.#take([{ kind: "operator", act, answered }]))
  }

  /** Nothing new is begun; connections end. */
  close(): void {
    if (this.#state === "open") this.#state = "stopping"
    this.#cancelTick()
    this.#inbound.close()
    for (const { connection } of this.#links.values()) connection.close()
  }

  /** Resolves when no commit is under way. */
  async idle(): Promise<void> {
    for (;;) {
      // What waited for the last commit has a commit of its own.
      if (this.#committing === undefined && this.#state !== "dead" && this.#setup.store.staged) this.#flush()
      if (this.#committing === undefined) return
      await this.#committing
    }
  }

  #cut(id: number, bytes: Uint8Array): RelayEvent[] {
    const link = this.#links.get(id)
    if (link === undefined || link.isBroken) return []
    try {
      return link.decoder.cut(bytes).map((frame) => ({ kind: "frame", id, frame }))
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      link.isBroken = true
      return [{ kind: "malformed", id }]
    }
  }

  /**
   * A frame that went to a thousand leaves a thousand times: as long as nobody is behind, nothing follows from it. It
   * waits for no commit, whose answers have not left; and whoever is behind is fed when that is over.
   */
  #drained(id: number): void {
    if (this.#committing === undefined && this.#relay.isFeeding) this.#take([{ kind: "drained", id }])
    else this.#relay.drained(id)
  }

  #take(events: readonly RelayEvent[]): void {
    if (this.#state === "dead" || events.length === 0) return
    if (this.#committing !== undefined) {
      for (const event of events) this.#waiting.push(event)
      return
    }
    try {
      const now = this.#setup.clock.now()
      for (const event of events) this.#relay.step(event, now)
    } catch (cause) {
      return this.#die(cause)
    }
    if (!this.#setup.store.staged) return this.#perform(() => this.#relay.committed())
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    this.#setup.soon(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushDue = false
    if (this.#state === "dead" || this.#committing !== undefined) return
    const { clock } = this.#setup
    const began = clock.now()
    this.#committing = this.#commit(began).finally(() => {
      this.#committing = undefined
      const waiting = this.#waiting
      this.#arrived = 0
      this.#waiting = []
      this.#inbound.commitEnded(waiting, clock.now() - began)
      this.#armTick()
    })
  }

  async #commit(began: Millis): Promise<void> {
    const { clock, store } = this.#setup
    try {
      await store.commit()
      this.#relay.monitor.synced(Math.max(0, clock.now() - began))
    } catch (cause) {
      if (isDamage(cause)) return this.#perform(() => this.#relay.commitFailed("damaged"))
      if (!isFull(cause)) return this.#die(cause)
      this.#perform(() => this.#relay.commitFailed("full"))
      return this.#giveUpBallast()
    }
    this.#perform(() => this.#relay.committed())
    this.#tidy()
  }

  /** After the answers, so that nobody waits for it. */
  #tidy(): void {
    if (this.#state === "dead") return
    try {
      this.#setup.store.tidy()
    } catch (cause) {
      if (!isFull(cause)) return this.#die(cause)
      this.#relay.step({ kind: "full" }, this.#setup.clock.now())
      this.#giveUpBallast()
    }
  }

  #look(): void {
    const { disk, store, clock } = this.#setup
    const now = clock.now()
    if (disk === undefined || (now >= this.#lookedAt && now < this.#lookedAt + LOOK_EVERY_MS)) return
    this.#lookedAt = now
    const room = look(disk.space)
    if (room === undefined) return
    this.#take([
      { kind: "room", room: { ...room, reusableBytes: store.reusableBytes, storeBytes: disk.storeBytes() } },
    ])
    if (this.#relay.ballast === "take") disk.ballast.take()
  }

  #giveUpBallast(): void {
    const { disk, store } = this.#setup
    if (this.#state === "dead" || disk === undefined || this.#relay.ballast !== "release") return
    try {
      disk.ballast.release()
      store.tidyAll()
    } catch (cause) {
      if (!isFull(cause)) this.#die(cause)
    }
  }

  #perform(settle: () => RelayEffect[]): void {
    if (this.#state === "dead") return
    try {
      this.#send(settle())
    } catch (cause) {
      return this.#die(cause)
    }
    this.#armTick()
  }

  /** One write per connection: neighbouring frames leave together, and so does one TLS record. */
  #send(effects: readonly RelayEffect[]): void {
    const speaking: Link[] = []
    const asked: RelayEvent[] = []
    for (const effect of effects) {
      switch (effect.kind) {
        case "send": {
          const link = this.#links.get(effect.id)
          if (link?.out.push(effect.frame) === 1) speaking.push(link)
          break
        }
        case "trust": {
          const link = this.#links.get(effect.id)
          // It may be gone.
          if (link === undefined) break
          link.decoder.raiseLimit(MAX_FRAME_BYTES)
          link.connection.loggedIn?.()
          this.#inbound.trust(effect.id)
          break
        }
        case "reading":
          // It may be gone while its last requests are taken.
          if (this.#links.has(effect.id)) this.#inbound.setReading(effect.id, effect.isOn)
          break
        case "close": {
          const link = this.#links.get(effect.id)
          if (link === undefined) break
          say(link)
          link.connection.close()
          break
        }
        case "drop":
          drop(this.#links.get(effect.id)?.connection)
          break
        case "look-up-approval":
          asked.push({
            kind: "approval",
            id: effect.id,
            hash: effect.hash,
            found: this.#setup.approvals?.(effect.hash),
          })
          break
        case "report":
          this.#setup.onEvent(effect.event)
          break
        default:
          unreachable(effect)
      }
    }
    for (const link of speaking) say(link)
    if (asked.length > 0) this.#setup.soon(() => this.#take(asked))
  }

  #armTick(): void {
    // During a commit a tick would only wait, and be due again at once.
    if (this.#state !== "open" || this.#committing !== undefined) return
    const at = this.#relay.nextTick
    // A tick too early does nothing; moving it on and on under load would mean none at all.
    if (this.#tickAt !== undefined && this.#tickAt <= at) return
    this.#cancelTick()
    this.#tickAt = at
    this.#cancelTick = this.#setup.clock.wakeAt(at, () => {
      this.#tickAt = undefined
      this.#tick()
      this.#armTick()
    })
  }

  #tick(): void {
    if (this.#state !== "open") return
    try {
      this.#look()
      // What was dropped is tidied away also while nobody writes.
      if (this.#committing === undefined && !this.#setup.store.staged) this.#tidy()
      this.#take([{ kind: "tick" }])
    } catch (cause) {
      this.#die(cause)
    }
  }

  #die(error: unknown): void {
    if (this.#state === "dead") return
    this.#state = "dead"
    this.#cancelTick()
    for (const { connection } of this.#links.values()) connection.close()
    this.#setup.onFatal(error)
  }
}

function drop(connection: Connection | undefined): void {
  if (connection?.drop === undefined) connection?.close()
  else connection.drop()
}

function isFull(cause: unknown): boolean {
  return cause instanceof StoreError && cause.code === "full"
}

/** A system that does not say how full the disk is has no low mark. */
function look(space: Space): Room | undefined {
  try {
    return space.look()
  } catch (cause) {
    if (cause instanceof Error && "code" in cause) return undefined
    throw cause
  }
}
