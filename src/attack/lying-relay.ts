/**
 * The lying relay: the real one, with whatever lies put between it and its connections. It sits where an operator sits
 * who has changed the program: behind TLS, before the relay's core, with every frame in the clear and every frame his.
 */
import { equalBytes } from "../bytes.ts"
import type { Connection, ListenHandler } from "../platform/network.ts"
import { encodeFrame, FrameDecoder } from "../protocol/framing.ts"
import {
  type ClientMessage,
  decodeClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type Of,
  type RelayMessage,
} from "../protocol/messages.ts"
import { ProtocolError } from "../protocol/errors.ts"

/** Each answers what goes on instead of a message; the message itself, alone, is the truth. */
export interface Lies {
  /** What the relay says, before the client sees it. */
  down?(message: RelayMessage, line: Line): readonly RelayMessage[]
  /** What the client says, before the relay sees it. */
  up?(message: ClientMessage, line: Line): readonly ClientMessage[]
}

/** One connection, as whoever holds the relay sees it. */
export class Line {
  /** Everything that was said on it, before it was rewritten. */
  readonly said: ClientMessage[] = []
  readonly heard: RelayMessage[] = []
  /** Whose it is, from its hello on. */
  accountId: Uint8Array | undefined
  isOpen = true
  readonly #send: (bytes: Uint8Array) => void
  readonly #receive: (bytes: Uint8Array) => void
  readonly #close: () => void

  constructor(send: (bytes: Uint8Array) => void, receive: (bytes: Uint8Array) => void, close: () => void) {
    this.#send = send
    this.#receive = receive
    this.#close = close
  }

  /** Makes the relay say something to this client. */
  say(...messages: readonly RelayMessage[]): void {
    for (const message of messages) this.#send(encodeFrame(encodeMessage(message)))
  }

  /** Says something to the relay in this client's name. */
  ask(...messages: readonly ClientMessage[]): void {
    for (const message of messages) this.#receive(encodeFrame(encodeMessage(message)))
  }

  close(): void {
    this.#close()
  }

  /** What was said of one type, in its order. */
  saidOf<K extends ClientMessage["type"]>(type: K) {
    return this.said.filter((each): each is Extract<ClientMessage, { type: K }> => each.type === type)
  }

  isOf(accountId: Uint8Array): boolean {
    return this.accountId !== undefined && equalBytes(this.accountId, accountId)
  }

  /** How the relay has opened a channel here, the last time; undefined when it has not. */
  openedAs(channelId: Uint8Array): Of<"opened"> | undefined {
    const open = this.said.findLast(
      (each): each is Of<"open"> => each.type === "open" && equalBytes(each.channelId, channelId),
    )
    return this.heard.findLast(
      (each): each is Of<"opened"> => each.type === "opened" && each.rid === open?.rid,
    )
  }
}

export class LyingRelay {
  lies: Lies = {}
  /** How many messages were not passed on as they were. */
  told = 0
  readonly #lines = new Set<Line>()

  /** From now on it is an honest relay. */
  behave(): void {
    this.lies = {}
  }

  /** The present connections of an account. */
  linesOf(accountId: Uint8Array): Line[] {
    return [...this.#lines].filter((line) => line.isOpen && line.isOf(accountId))
  }

  lineOf(accountId: Uint8Array): Line {
    const line = this.linesOf(accountId).at(-1)
    if (line === undefined) throw new RangeError("not connected")
    return line
  }

  /** Every connection that there is, or was. */
  lines(): Iterable<Line> {
    return this.#lines
  }

  /** Breaks every connection. */
  cutAll(): void {
    for (const line of this.#lines) if (line.isOpen) line.close()
  }

  /** What the relay's listener is given in the place of the relay's own handler. */
  between(relay: ListenHandler): ListenHandler {
    const open = new Map<number, { line: Line; fromClient: FrameDecoder }>()
    return {
      opened: (id, connection) => {
        const { line, inside } = this.#line(id, connection, relay)
        open.set(id, { line, fromClient: new FrameDecoder() })
        this.#lines.add(line)
        relay.opened(id, inside)
      },
      received: (id, bytes) => {
        const entry = open.get(id)
        if (entry) this.#received(entry.line, entry.fromClient, bytes)
      },
      drained: (id) => relay.drained(id),
      closed: (id) => {
        const entry = open.get(id)
        if (entry) entry.line.isOpen = false
        open.delete(id)
        relay.closed(id)
      },
    }
  }

  #line(id: number, connection: Connection, relay: ListenHandler): { line: Line; inside: Connection } {
    const fromRelay = new FrameDecoder()
    const line = new Line(
      (bytes) => connection.send(bytes),
      (bytes) => relay.received(id, bytes),
      () => connection.close(),
    )
    const { exporter, remote } = connection
    const send = (bytes: Uint8Array) => {
      for (const body of fromRelay.push(bytes)) {
        const message = decodeRelayMessage(body)
        line.heard.push(message)
        line.say(...this.#count(message, this.lies.down?.(message, line)))
      }
    }
    return { line, inside: { exporter, remote, close: () => connection.close(), send } }
  }

  /** What is no message at all goes on as it is: the relay knows what to do with it. */
  #received(line: Line, fromClient: FrameDecoder, bytes: Uint8Array): void {
    for (const body of fromClient.push(bytes)) {
      const message = readable(body)
      if (message === undefined) return line.close()
      if (message.type === "hello") line.accountId = message.accountId
      line.said.push(message)
      line.ask(...this.#count(message, this.lies.up?.(message, line)))
    }
  }

  #count<T>(message: T, instead: readonly T[] = [message]): readonly T[] {
    if (instead.length !== 1 || instead[0] !== message) this.told++
    return instead
  }
}

function readable(body: Uint8Array): ClientMessage | undefined {
  try {
    return decodeClientMessage(body)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}
