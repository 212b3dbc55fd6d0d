/**
 * A client for long runs: what it remembers does not grow with the log. It says sealed noise, offers it again until it
 * has met it in the log, counts and hashes everything it reads, and comes back after every cut where it was.
 */
import { equalBytes, toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import type { Connection } from "../../src/platform/network.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { tlsNetwork } from "../../src/platform/tls.ts"
import { encodeFrame, FrameDecoder } from "../../src/protocol/framing.ts"
import {
  type ClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type RelayMessage,
} from "../../src/protocol/messages.ts"
import { openTokenOf, proofAt, tokenHashAt } from "./channels.ts"
import { RelayPerson, sealedEntry } from "./relay-people.ts"

const SEALED_BYTES = 1_040
const BACK_MS = 250
const NONE = new Uint8Array(32)

export interface SteadyTarget {
  port: number
  /** 32 bytes. */
  pin: Uint8Array
  /** 16 bytes. */
  admission: Uint8Array
}

interface Said {
  entry: Uint8Array
  at: number
  isAccepted: boolean
}

export class SteadyReader {
  readonly #target: SteadyTarget
  readonly #channelId: Uint8Array
  readonly #person: RelayPerson
  /** Makes the first handshake. */
  readonly #isFirst: boolean
  readonly #waiting = new Map<string, Said>()
  #connection: Connection | undefined
  #handle: number | undefined
  #incarnation = new Uint8Array(16)
  #seq = 0
  #head: Uint8Array = EMPTY_HEAD
  #nextPosition = 0
  #isOver = false
  #delays: number[] = []
  accepted = 0

  /** @param channelId one of `channelOf`. */
  constructor(target: SteadyTarget, channelId: Uint8Array, name: string, isFirst: boolean) {
    this.#target = target
    this.#channelId = channelId
    this.#person = new RelayPerson(name, systemRandom)
    this.#isFirst = isFirst
  }

  start(): void {
    const { port, pin } = this.#target
    const decoder = new FrameDecoder()
    tlsNetwork.dial(
      { host: "127.0.0.1", port },
      { kind: "spki", sha256: pin },
      {
        opened: (connection) => {
          this.#connection = connection
          this.#send(this.#person.hello(pin, connection.exporter))
        },
        received: (bytes) => {
          for (const body of decoder.push(bytes)) this.#take(decodeRelayMessage(body))
        },
        closed: () => {
          this.#connection = this.#handle = undefined
          if (!this.#isOver) setTimeout(() => this.start(), BACK_MS * (1 + Math.random()))
        },
      },
    )
  }

  stop(): void {
    this.#isOver = true
    this.#connection?.close()
  }

  say(): void {
    const entry = sealedEntry(systemRandom, {}, SEALED_BYTES)
    this.#waiting.set(this.#nameOf(entry), { entry, at: performance.now(), isAccepted: false })
    this.#offer(entry)
  }

  cut(): void {
    this.#connection?.close()
  }

  standStill(ms: number): void {
    const connection = this.#connection
    connection?.setReading?.(false)
    setTimeout(() => connection?.setReading?.(true), ms)
  }

  /** Milliseconds from saying to reading, of all that were met since this was asked. */
  takeDelays(): number[] {
    const delays = this.#delays
    this.#delays = []
    return delays
  }

  get isDone(): boolean {
    return this.#waiting.size === 0
  }

  /** What was accepted, and has not been met in the log: at the end, what was lost. */
  get unmet(): number {
    return [...this.#waiting.values()].filter(({ isAccepted }) => isAccepted).length
  }

  /** Where its log ends: the same for all who have read all. */
  get end(): string {
    return `${this.#seq} ${toHex(this.#head)}`
  }

  #nameOf(entry: Uint8Array): string {
    return toHex(nodePrimitives.sha("sha256", entry))
  }

  #send(message: ClientMessage): void {
    this.#connection?.send(encodeFrame(encodeMessage(message)))
  }

  #offer(entry: Uint8Array): void {
    if (this.#handle === undefined || this.#nextPosition === 0) return
    const place = { handle: this.#handle, seq: 0, time: 0, position: this.#nextPosition - 1 }
    this.#send({ type: "entry", ...place, entry })
  }

  #offerAll(): void {
    for (const { entry, isAccepted } of this.#waiting.values()) if (!isAccepted) this.#offer(entry)
  }

  #take(message: RelayMessage): void {
    switch (message.type) {
      case "registerFirst": {
        const { admission } = this.#target
        return this.#send({ type: "register", rid: 1, admission, entry: this.#person.registration() })
      }
      case "ready": {
        const from = { incarnation: this.#incarnation, cursor: this.#seq, head: this.#head }
        return this.#send({ type: "open", rid: 2, channelId: this.#channelId, ...from })
      }
      case "opened": {
        if (!message.resumed && this.#seq > 0) throw new Error("the log is another one")
        this.#handle = message.handle
        this.#incarnation = message.incarnation.slice()
        if (this.#nextPosition > 0) this.#prove(this.#nextPosition - 1)
        const token = openTokenOf(this.#channelId)!
        this.#send({ type: "proveOpening", handle: message.handle, token })
        if (message.nextPosition === 0 && this.#isFirst) this.#begin(message.handle)
        return this.#offerAll()
      }
      case "ping":
        return this.#send({ type: "pong", token: message.token })
      case "accepted": {
        const said = this.#waiting.get(toHex(message.eid))
        if (said !== undefined && !said.isAccepted) this.accepted++
        if (said !== undefined) said.isAccepted = true
        return
      }
      case "entry":
        return this.#read(message.seq, message.time, message.position, message.entry)
      case "rejected":
      case "stale":
      case "cut":
        throw new Error(`the relay said ${message.type}`)
      default:
    }
  }

  #prove(position: number): void {
    this.#send(proofAt(this.#handle!, this.#channelId, position))
  }

  #begin(handle: number): void {
    const header = {
      tokenHash: tokenHashAt(this.#channelId, 0),
      headerId: NONE,
      headerBlob: NONE,
      header: new Uint8Array(0),
    }
    const entry = sealedEntry(systemRandom, { kind: "handshake" })
    this.#send({ type: "handshake", handle, expect: 0, ...header, entry })
  }

  #read(seq: number, time: number, position: number, entry: Uint8Array): void {
    if (seq !== this.#seq + 1) throw new Error(`entry ${seq} after ${this.#seq}`)
    const eid = nodePrimitives.sha("sha256", entry)
    this.#seq = seq
    this.#head = nextHead(this.#head, seq, entry[0]!, eid, time)
    if (entry[0] === 2) {
      this.#nextPosition = position + 1
      this.#prove(position)
      this.#offerAll()
    }
    const name = toHex(eid)
    const said = this.#waiting.get(name)
    if (said === undefined) return
    if (!equalBytes(said.entry, entry)) throw new Error("other bytes under the same name")
    if (!said.isAccepted) this.accepted++
    this.#delays.push(performance.now() - said.at)
    this.#waiting.delete(name)
  }
}
