/**
 * A `Connection` over a socket, of TLS or one that brings what another process has made of TLS (`overflow.ts`). One write is under way at a time; what is said meanwhile is joined to the next one,
 * so a reader that is slow gets full records, and one that is quick gets each thing at once.
 */
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { Backlog } from "./backlog.ts"
import type { Millis } from "./clock.ts"
import { addressOf } from "./lobby.ts"
import type { Connection } from "./network.ts"

const EXPORTER_LABEL = "EXPORTER-secure-chat-v1"
export const EXPORTER_BYTES = 32
/** How long a closing side waits for a peer that does not read before it cuts the connection. */
const CLOSE_DEADLINE_MS: Millis = 5_000
/** Of one write at most, once so much was said that a whole record is worth it. */
const WRITE_BYTES = 16_384
/**
 * Until then: a connection keeps memory of the size of its largest write for as long as it lives, and most only ever hear
 * who is there.
 */
const FIRST_WRITE_BYTES = 4_096
const FIRST_BYTES = 98_304
const NO_CONTEXT = Buffer.alloc(0)

/** What TLS says of a connection. */
export interface ConnectionFacts {
  exporter: Uint8Array
  remote: string
}

/** @param socket its handshake is done. */
export function factsOf(socket: TLSSocket): ConnectionFacts {
  const exporter = new Uint8Array(socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, NO_CONTEXT))
  return { exporter, remote: addressOf(socket) }
}

/** What the owner hears of it. */
export interface ConnectionEvents {
  /** The bytes are a view of memory that is only read from now on. */
  received(bytes: Uint8Array): void
  /** Everything that was sent has left this process. */
  drained(): void
  /** Does soon what nobody waits for; without it at once. */
  later?(run: () => void): void
  /** The other end has logged in. */
  loggedIn?(): void
}

export class SocketConnection implements Connection {
  readonly exporter: Uint8Array
  readonly remote: string
  readonly #socket: Socket
  readonly #gathers: boolean
  readonly #events: ConnectionEvents
  readonly #left = (): void => {
    this.#isWriting = false
    if (!this.#waiting.isEmpty) this.#go()
    else if (!this.#isClosing && !this.#socket.destroyed) this.#events.drained()
  }
  readonly #waiting = new Backlog(WRITE_BYTES)
  #isWriting = false
  #isClosing = false
  /** Bytes so far. */
  #said = 0

  /**
   * @param socket its handshake is done and its peer was checked.
   * @param gathers whether what one event says leaves together, when the event is over; else everything leaves at once.
   */
  constructor(socket: Socket, facts: ConnectionFacts, gathers: boolean, events: ConnectionEvents) {
    socket.setNoDelay(true)
    this.exporter = facts.exporter
    this.remote = facts.remote
    this.#socket = socket
    this.#gathers = gathers
    this.#events = events
    socket.on("data", ({ buffer, byteOffset, length }: Buffer) => {
      if (!this.#isClosing) events.received(new Uint8Array(buffer, byteOffset, length))
    })
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosing) return
    if (this.#gathers) {
      if (this.#waiting.isEmpty) queueMicrotask(() => this.#go())
      this.#waiting.add(bytes)
    } else if (this.#isWriting || bytes.length > this.#mostBytes) {
      this.#waiting.add(bytes)
      this.#go()
    } else this.#write(bytes)
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#socket.resume()
    else if (!this.#isClosing) this.#socket.pause()
  }

  loggedIn(): void {
    this.#events.loggedIn?.()
  }

  drop(): void {
    this.#socket.destroy()
  }

  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    const { later } = this.#events
    if (later === undefined) this.#end()
    else later(() => this.#end())
  }

  #end(): void {
    const socket = this.#socket
    if (socket.destroyed) return
    for (let bytes = this.#waiting.next(); bytes !== undefined; bytes = this.#waiting.next())
      socket.write(bytes)
    // What is still to come has to be read, and dropped, before the end is seen.
    socket.resume()
    socket.end()
    const cut = setTimeout(() => socket.destroy(), CLOSE_DEADLINE_MS)
    socket.once("close", () => clearTimeout(cut))
  }

  /** The next write, unless one is under way. */
  #go(): void {
    if (this.#isWriting) return
    if (this.#socket.destroyed) return this.#waiting.clear()
    const bytes = this.#waiting.next(this.#mostBytes)
    if (bytes !== undefined) this.#write(bytes)
  }

  get #mostBytes(): number {
    return this.#said < FIRST_BYTES ? FIRST_WRITE_BYTES : WRITE_BYTES
  }

  #write(bytes: Uint8Array): void {
    this.#isWriting = true
    this.#said += bytes.length
    this.#socket.write(bytes, this.#left)
  }
}
