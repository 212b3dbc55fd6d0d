/**
 * The driver of `session.ts`: dials, greets, registers, matches answers to questions. It decides nothing
 * that outlives the connection; conversations start again from what is saved.
 */
import { certifyDevice, signHello } from "../crypto/identity.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import type { Log } from "../platform/log.ts"
import type { CloseReason, Connection, Network } from "../platform/network.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { ProtocolError, refusalName } from "../protocol/errors.ts"
import { encodeFrame, FrameDecoder } from "../protocol/framing.ts"
import { helloTranscript } from "../protocol/hello.ts"
import {
  type ClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type Of,
  PROTOCOL_VERSION,
  type RelayMessage,
} from "../protocol/messages.ts"
import type { Answer, Identity, Question, RelayLink, Unasked } from "./context.ts"
import type { ConnectionProblem } from "./events.ts"
import { Backlog } from "./backlog.ts"
import { Keepalive } from "./keepalive.ts"
import { pinOf, type RelayRecord } from "./profile.ts"
import type { EventQueue } from "./queue.ts"
import type { Registration } from "./registering.ts"
import { nextTimeout, type Session, type SessionEvent, step } from "./session.ts"

export interface RelayLinkDeps {
  network: Network
  clock: Clock
  random: Random
  primitives: Primitives
  queue: EventQueue
  identity: Identity
  log: Log
  relay(): RelayRecord
  /** True when `relay` is at an address that somebody announced: a wrong key there says nothing about ours. */
  isGuess(): boolean
  /** False while the disk is full: nothing is fetched that could not be saved. */
  canSave(): boolean
  /** How to come into the directory. @param newest our entry as the relay has it; empty: it has none. */
  register(newest: Uint8Array): Registration
}

/** What the owner is told, as events of the queue. */
export interface RelayLinkOwner {
  /** The relay's key is known and, with twelve words, has just been recognised by them. */
  pinned(spkiSha256: Uint8Array): void
  ready(welcome: Of<"ready">): Promise<void> | void
  received(message: Unasked): Promise<void> | void
  /** An answer has been taken by whoever asked. */
  answered(): void
  /** Once for each connection that was ready. */
  lost(): void
  changed(session: Session): void
}

/** However often somebody presses a key or says something. */
const RETRY_AT_MOST_EVERY_MS: Millis = 1_000

const NO_ENTRY = new Uint8Array(0)
const NO_CODE = new Uint8Array(16)

export class RelayConnection implements RelayLink {
  readonly #deps: RelayLinkDeps
  readonly #owner: RelayLinkOwner
  #session: Session = { kind: "idle" }
  #connection: Connection | undefined
  #generation = 0
  #decoder = new FrameDecoder()
  /** What the relay sent us back with. */
  #newest: Uint8Array = NO_ENTRY
  /** By `rid`, oldest first. */
  readonly #questions = new Map<
    number,
    { answered: (answer: Answer) => Promise<void> | void; askedAt: Millis }
  >()
  #nextRid = 1
  #dialledAt: Millis = 0
  #cancelTimer: () => void = () => {}
  #keepalive: Keepalive | undefined

  constructor(deps: RelayLinkDeps, owner: RelayLinkOwner) {
    this.#deps = deps
    this.#owner = owner
  }

  get session(): Session {
    return this.#session
  }

  get online(): boolean {
    return this.#session.kind === "ready"
  }

  get pace(): { roundTrip: Millis | undefined } {
    return { roundTrip: this.#keepalive?.roundTrip }
  }

  /** While it waits: at once, but not more than once a second; a disk without room has its own time. */
  start(): void {
    const session = this.#session
    if (session.kind !== "waiting" || session.why === "storage") return this.#apply({ kind: "start" })
    const at = Math.max(this.#deps.clock.now(), this.#dialledAt + RETRY_AT_MOST_EVERY_MS)
    if (at < session.retryAt) this.#session = { ...session, retryAt: at }
    this.#apply({ kind: "time-passed" })
  }

  stop(): void {
    this.#generation++
    this.#cancelTimer()
    this.#keepalive?.stop()
    this.#connection?.close()
    this.#connection = undefined
    this.#session = { kind: "idle" }
  }

  leave(): void {
    const wasReady = this.online
    this.stop()
    if (wasReady) this.#owner.lost()
  }

  send(message: ClientMessage): void {
    this.#connection?.send(encodeFrame(encodeMessage(message)))
  }

  ask(question: Question, answered: (answer: Answer) => Promise<void> | void): void {
    const rid = this.#nextRid++
    this.#questions.set(rid, { answered, askedAt: this.#deps.clock.now() })
    this.send({ ...question, rid })
  }

  distrust(detail: string): void {
    this.#deps.log.write("warn", "relay.distrusted", { detail })
    this.#end("relay-inconsistent")
  }

  giveUp(why: "directory-split"): void {
    this.#end(why)
  }

  /** Nothing can be saved now: what the relay holds stays there until there is room. */
  diskIsFull(): void {
    this.#end("storage")
  }

  #apply(event: SessionEvent): void {
    const { clock, random } = this.#deps
    const wasReady = this.online
    const chance = new DataView(random.bytes(4).buffer).getUint32(0) / 2 ** 32
    const { state, effects } = step(this.#session, event, clock.now(), chance)
    const moved = state !== this.#session
    this.#session = state
    if (wasReady && !this.online) this.#owner.lost()
    for (const effect of effects) {
      if (effect === "dial") this.#dial()
      else if (effect === "hello") this.#hello()
      else if (effect === "register") this.#register()
      else this.#end("relay-inconsistent")
    }
    if (moved && event.kind !== "still-full") this.#owner.changed(state)
    this.#cancelTimer()
    const at = nextTimeout(this.#session)
    if (at !== undefined) {
      this.#cancelTimer = clock.wakeAt(at, () =>
        this.#deps.queue.push(() => {
          const isFull =
            this.#session.kind === "waiting" && this.#session.why === "storage" && !this.#deps.canSave()
          this.#apply({ kind: isFull ? "still-full" : "time-passed" })
        }),
      )
    }
  }

  #dial(): void {
    const { network, queue, primitives } = this.#deps
    this.#dialledAt = this.#deps.clock.now()
    const relay = this.#deps.relay()
    const isGuess = this.#deps.isGuess()
    const pin = pinOf(primitives, relay)
    if (!pin) return this.#apply({ kind: "closed", why: "wrong-pin" })
    const generation = ++this.#generation
    this.#decoder = new FrameDecoder()
    this.#questions.clear()
    let recognised = pin.kind === "spki" ? pin.sha256 : undefined
    const watched =
      pin.kind === "spki"
        ? pin
        : {
            kind: "certificate-tag" as const,
            accepts: (spkiSha256: Uint8Array, tag: Uint8Array) => {
              const accepted = pin.accepts(spkiSha256, tag)
              if (accepted) recognised = spkiSha256.slice()
              return accepted
            },
          }
    const ifCurrent = (event: () => Promise<void> | void) =>
      queue.push(() => (generation === this.#generation ? event() : undefined))
    let ours: Connection | undefined
    const backlog = new Backlog((isReading) => ours?.setReading?.(isReading))
    network.dial({ host: relay.host, port: relay.port }, watched, {
      opened: (connection) => {
        // Stopped, or dialled again, while this one was on its way.
        if (generation !== this.#generation) return connection.close()
        // At once, so that whoever stops us before the next event closes it.
        this.#connection = connection
        ours = connection
        ifCurrent(() => {
          this.#keepalive = new Keepalive(this.#deps.clock, {
            ping: () => this.send({ type: "ping", token: 0 }),
            openSince: () => this.#questions.values().next().value?.askedAt,
            lost: () => ifCurrent(() => this.#end("lost")),
            ignored: () => ifCurrent(() => this.distrust("questions are not answered")),
          })
          if (recognised) this.#owner.pinned(recognised)
          this.#apply({ kind: "opened" })
        })
      },
      received: (bytes) => {
        const copy = bytes.slice()
        backlog.grew(copy.length)
        ifCurrent(async () => {
          await this.#received(copy)
          backlog.shrank(copy.length)
        })
      },
      closed: (reason) => {
        const why = problemOf(reason)
        ifCurrent(() => this.#closed(isGuess && why === "wrong-pin" ? "unreachable" : why))
      },
    })
  }

  /** Does not wait for the retry: the relay was found at another address. */
  retryNow(): void {
    if (this.#session.kind !== "waiting") return
    this.#session = { ...this.#session, retryAt: this.#deps.clock.now() }
    this.#apply({ kind: "time-passed" })
  }

  #closed(why: ConnectionProblem): void {
    this.#keepalive?.stop()
    this.#connection = undefined
    this.#generation++
    this.#apply({ kind: "closed", why })
  }

  /** Ends the connection from our side. */
  #end(why: ConnectionProblem): void {
    this.#connection?.close()
    this.#closed(why)
  }

  #hello(): void {
    const { identity } = this.#deps
    const { account, device } = identity
    const pin = this.#deps.relay().pin
    if (!pin || !this.#connection) return this.#end("wrong-pin")
    const notAfter = identity.certificateEnd
    const transcript = helloTranscript({
      relayId: pin,
      exporter: this.#connection.exporter,
      accountId: account.accountId,
      deviceId: device.deviceId,
      version: PROTOCOL_VERSION,
    })
    this.send({
      type: "hello",
      version: PROTOCOL_VERSION,
      accountId: account.accountId,
      deviceId: device.deviceId,
      devicePublic: device.auth.public,
      notAfter,
      certificate: certifyDevice(account, device.deviceId, device.auth.public, notAfter),
      signature: signHello(device, transcript),
    })
  }

  #register(): void {
    const { relay, register } = this.#deps
    const registration = register(this.#newest)
    switch (registration.kind) {
      case "entry":
        return this.#offer(registration.entry)
      case "approval": {
        const { code, entryAfter } = registration
        const admission = relay().admission ?? NO_CODE
        return this.ask({ type: "showApproval", admission, code }, (answer) => {
          const entry = answer.type === "approved" ? entryAfter(answer.newest) : undefined
          if (entry) this.#offer(entry)
          else this.#end("not-approved")
        })
      }
      case "inconsistent":
        return this.#end("relay-inconsistent")
      default:
        return this.#end(registration.kind)
    }
  }

  #offer(entry: Uint8Array): void {
    const admission = this.#deps.relay().admission ?? NO_CODE
    this.ask({ type: "register", admission, entry }, (answer) => {
      if (answer.type === "refused") this.#refused(answer.code)
    })
  }

  async #received(bytes: Uint8Array): Promise<void> {
    const generation = this.#generation
    this.#keepalive?.heard()
    try {
      for (const body of this.#decoder.push(bytes)) {
        if (generation !== this.#generation) return
        await this.#message(decodeRelayMessage(body))
      }
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      this.#end("relay-inconsistent")
    }
  }

  async #message(message: RelayMessage): Promise<void> {
    switch (message.type) {
      case "registerFirst":
        this.#newest = message.newest.slice()
        return this.#apply({ kind: "register-first" })
      case "ready":
        this.#apply({ kind: "ready" })
        return this.online ? this.#owner.ready(message) : undefined
      case "ping":
        return this.send({ type: "pong", token: message.token })
      case "pong":
        return this.#keepalive?.ponged()
      case "refused":
        return message.rid === 0 ? this.#refused(message.code) : this.#answer(message)
      case "opened":
      case "header":
      case "blobStored":
      case "blobChunk":
      case "directory":
      case "keyPackage":
      case "looked":
      case "done":
      case "generation":
      case "approved":
      case "seen":
      case "treeHead":
        return this.#answer(message)
      default:
        return this.online ? this.#owner.received(message) : undefined
    }
  }

  async #answer(answer: Answer): Promise<void> {
    const question = this.#questions.get(answer.rid)
    this.#questions.delete(answer.rid)
    if (question) this.#keepalive?.answered(question.askedAt)
    await question?.answered(answer)
    this.#owner.answered()
  }

  #refused(code: number): void {
    const refusal = refusalName(code)
    // Only who registers shows an invitation; whoever is refused before or later is no device of the account any more.
    if (refusal === "not-allowed" && this.#session.kind !== "registering") return this.#end("revoked")
    if (
      refusal === "name-taken" ||
      refusal === "not-allowed" ||
      refusal === "superseded" ||
      refusal === "bad-version" ||
      refusal === "banned" ||
      refusal === "awaiting"
    ) {
      return this.#end(refusal)
    }
    this.#end(
      refusal === "busy" || refusal === "storage" || refusal === "quota" ? "busy" : "relay-inconsistent",
    )
  }
}

function problemOf(reason: CloseReason): ConnectionProblem {
  switch (reason.kind) {
    case "unreachable":
      return "unreachable"
    case "wrong-pin":
      return "wrong-pin"
    case "ended":
    case "failed":
      return "lost"
  }
}
