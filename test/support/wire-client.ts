/**
 * The least client that the relay takes seriously: it greets, registers, opens one log, appends sealed noise and
 * keeps what it reads. It offers every entry again until it is accepted, as a real outbox does.
 */
import { toHex } from "../../src/bytes.ts"
import { nextHead } from "../../src/crypto/hash.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Address, CloseReason, Connection, Network, Pin } from "../../src/platform/network.ts"
import { encodeFrame, FrameDecoder } from "../../src/protocol/framing.ts"
import {
  type ClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type Of,
  type RelayMessage,
} from "../../src/protocol/messages.ts"
import { openTokenOf, proofAt, tokenHashAt } from "./channels.ts"
import type { RelayPerson } from "./relay-people.ts"

export interface WireClientSetup {
  network: Network
  address: Address
  pin: Pin
  /** 32 bytes: what the hello is signed for. */
  relayId: Uint8Array
  person: RelayPerson
  /** 16 bytes. */
  admission?: Uint8Array
  /** One of `channelOf`. */
  channelId: Uint8Array
  /** Called with whatever comes, after it was taken in. */
  onMessage?: (message: RelayMessage) => void
  onClosed?: (reason: CloseReason) => void
}

/** What was read of the log. */
export interface ReadEntry {
  seq: number
  time: number
  position: number
  eid: string
}

export class WireClient {
  readonly #setup: WireClientSetup
  #connection: Connection | undefined
  #handle: number | undefined
  #incarnation = new Uint8Array(16)
  #head: Uint8Array = new Uint8Array(32)
  #backlogEnd = 0
  /** Entries not yet accepted, by eid. */
  readonly #waiting = new Map<string, { entry: Uint8Array; isHandshake: boolean }>()
  /** Everything read, in order. */
  log: ReadEntry[] = []
  /** What the relay said it holds: eid → seq. */
  readonly accepted = new Map<string, number>()
  nextPosition = 0
  resets = 0
  logins = 0

  constructor(setup: WireClientSetup) {
    this.#setup = setup
  }

  get person(): RelayPerson {
    return this.#setup.person
  }

  get isOpen(): boolean {
    return this.#handle !== undefined
  }

  get waiting(): number {
    return this.#waiting.size
  }

  connect(): void {
    const { network, address, pin, onClosed } = this.#setup
    const decoder = new FrameDecoder()
    network.dial(address, pin, {
      opened: (connection) => {
        this.#connection = connection
        this.send(this.#setup.person.hello(this.#setup.relayId, connection.exporter))
      },
      received: (bytes) => {
        for (const body of decoder.push(bytes)) {
          const message = decodeRelayMessage(body)
          this.#take(message)
          this.#setup.onMessage?.(message)
        }
      },
      closed: (reason) => {
        this.#connection = undefined
        this.#handle = undefined
        onClosed?.(reason)
      },
    })
  }

  send(message: ClientMessage): void {
    this.#connection?.send(encodeFrame(encodeMessage(message)))
  }

  close(): void {
    this.#connection?.close()
  }

  /** Offers the entry now and after every reconnect, until it is accepted. */
  offer(entry: Uint8Array, isHandshake = false): string {
    const eid = toHex(nodePrimitives.sha("sha256", entry))
    this.#waiting.set(eid, { entry, isHandshake })
    this.#put(entry, isHandshake)
    return eid
  }

  /** Forgets what was read: the next connection reads from the beginning. */
  startOver(): void {
    this.log = []
    this.#head = new Uint8Array(32)
    this.nextPosition = 0
  }

  /** Handshakes that lost their race are not offered again by themselves. */
  forget(eid: string): void {
    this.#waiting.delete(eid)
  }

  #put(entry: Uint8Array, isHandshake: boolean): void {
    if (this.#handle === undefined) return
    const handle = this.#handle
    const none = new Uint8Array(32)
    if (isHandshake) {
      const tokenHash = tokenHashAt(this.#setup.channelId, this.nextPosition)
      const header = { tokenHash, headerId: none, headerBlob: none, header: new Uint8Array(0) }
      this.send({ type: "handshake", handle, expect: this.nextPosition, ...header, entry })
    } else if (this.nextPosition > 0) {
      this.send({ type: "entry", handle, seq: 0, time: 0, position: this.nextPosition - 1, entry })
    }
  }

  #take(message: RelayMessage): void {
    switch (message.type) {
      case "registerFirst": {
        const { person, admission = new Uint8Array(16) } = this.#setup
        return this.send({ type: "register", rid: 1, admission, entry: person.registration() })
      }
      case "ready": {
        this.logins++
        const { channelId } = this.#setup
        const cursor = this.log.length
        return this.send({
          type: "open",
          rid: 2,
          channelId,
          incarnation: this.#incarnation,
          cursor,
          head: this.#head,
        })
      }
      case "opened":
        return this.#opened(message)
      case "ping":
        return this.send({ type: "pong", token: message.token })
      case "entry":
        return this.#read(message)
      case "accepted":
        this.accepted.set(toHex(message.eid), message.seq)
        this.#waiting.delete(toHex(message.eid))
        return
      case "rejected":
      case "stale":
      case "conflict": {
        const offered = this.#waiting.get(toHex(message.eid))
        // What is stale or lost is offered again once the log has been read that far.
        if (message.type !== "rejected" && offered && this.nextPosition >= message.nextPosition) {
          this.#put(offered.entry, offered.isHandshake)
        }
        return
      }
      default:
    }
  }

  #opened({ handle, incarnation, resumed, lastSeq }: Of<"opened">): void {
    if (!resumed) {
      this.resets++
      this.log = []
      this.#head = new Uint8Array(32)
      this.nextPosition = 0
    }
    this.#handle = handle
    this.#incarnation = incarnation.slice()
    this.#backlogEnd = lastSeq
    const { channelId } = this.#setup
    if (this.nextPosition > 0) this.send(proofAt(handle, channelId, this.nextPosition - 1))
    this.send({ type: "proveOpening", handle, token: openTokenOf(channelId)! })
    if (this.log.length >= lastSeq) this.#offerAll()
  }

  #read({ seq, time, position, entry }: Of<"entry">): void {
    if (seq !== this.log.length + 1) throw new Error(`entry ${seq} after ${this.log.length}`)
    const eid = nodePrimitives.sha("sha256", entry)
    this.#head = nextHead(this.#head, seq, entry[0]!, eid, time)
    this.log.push({ seq, time, position, eid: toHex(eid) })
    if (entry[0] === 2) {
      this.nextPosition = position + 1
      this.send(proofAt(this.#handle!, this.#setup.channelId, position))
    }
    const wasWaiting = this.#waiting.delete(toHex(eid))
    if (wasWaiting) this.accepted.set(toHex(eid), seq)
    // A handshake makes what was offered before it stale; the end of the backlog is where offering starts again.
    if (entry[0] === 2 || seq === this.#backlogEnd) this.#offerAll()
  }

  #offerAll(): void {
    for (const { entry, isHandshake } of this.#waiting.values()) this.#put(entry, isHandshake)
  }
}
