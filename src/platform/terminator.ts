/**
 * The other end of `overflow.ts`: a process that makes TLS of the sockets that its parent gives it, and brings those who
 * have said one whole thing over a local socket, from then on as a pipe. Whoever trickles, or says nothing, costs the
 * parent nothing.
 */
import { connect, type Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { encodeArrival } from "./arrival.ts"
import type { Millis } from "./clock.ts"
import { closeFollows, endOf, Lobby, type LobbyLimits } from "./lobby.ts"
import { type ConnectionFacts, factsOf } from "./socket-connection.ts"
import { tlsServer, type TlsKeys } from "./tls-server.ts"

export interface TerminatorLimits extends LobbyLimits {
  /** Those who are through their handshake and have not said anything whole. */
  newcomers: number
  /** How long they have for it. */
  helloMs: Millis
}

/** What the parent says first. */
export interface TerminatorOrders extends TlsKeys {
  kind: "orders"
  limits: TerminatorLimits
  /** The local socket, and what to show there. */
  at: string
  token: Uint8Array
}

/** It comes with a socket. */
export interface TerminatorGuest {
  kind: "guest"
  limits: TerminatorLimits
  /** What its peer has said so far. */
  said: Uint8Array
}

/** @returns true once what came so far is worth the relay's attention: a whole frame, or something that never becomes one. */
export type FirstWords = (bytes: Uint8Array) => boolean

/** From one who is brought to the parent to the next. */
const BRING_EVERY_MS: Millis = 1
/** How long what is on its way may take to leave, when one of the ends is over. */
const LEAVING_MS: Millis = 5_000

/** Returns when the parent has given its orders or is gone. @param firstWords makes one for each connection. */
export function runTerminator(firstWords: () => FirstWords): void {
  // What stops the parent is for the parent, and its end is ours.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {})
  let open: Terminator | undefined
  process.on("message", (message: TerminatorOrders | TerminatorGuest, socket?: Socket) => {
    if (message.kind === "orders") open = new Terminator(message, firstWords)
    // It may have gone on its way.
    else if (socket !== undefined) open?.take(message, socket)
  })
  process.once("disconnect", () => {
    open?.close()
    setTimeout(() => process.exit(), LEAVING_MS).unref()
  })
}

class Terminator {
  readonly #orders: TerminatorOrders
  readonly #firstWords: () => FirstWords
  readonly #limits: TerminatorLimits
  readonly #lobby: Lobby
  /** Through, and have not said anything whole; oldest first. */
  readonly #newcomers = new Set<TLSSocket>()
  /** Who is brought to the parent, in order. */
  readonly #next: (() => void)[] = []
  #isDue = false

  constructor(orders: TerminatorOrders, firstWords: () => FirstWords) {
    this.#orders = orders
    this.#firstWords = firstWords
    this.#limits = orders.limits
    const begin = tlsServer(orders, orders.limits.handshakeMs, (socket) => this.#through(socket))
    // What an address may was seen to before they came here.
    this.#lobby = new Lobby(this.#limits, () => Infinity, begin)
  }

  take({ limits, said }: TerminatorGuest, socket: Socket): void {
    Object.assign(this.#limits, limits)
    socket.unshift(said)
    this.#lobby.enter(socket)
  }

  /** Strangers go; who was brought to the parent ends with it. */
  close(): void {
    this.#lobby.close()
    for (const socket of this.#newcomers) socket.destroy()
    this.#next.length = 0
  }

  /** Whoever has nothing to say gives up its place to the next one. */
  #through(socket: TLSSocket): void {
    this.#lobby.left(endOf(socket))
    this.#newcomers.add(socket)
    const [oldest] = this.#newcomers
    if (this.#newcomers.size > this.#limits.newcomers) oldest!.destroy()
    const facts = factsOf(socket)
    const isEnough = this.#firstWords()
    const said: Uint8Array[] = []
    const late = setTimeout(() => socket.destroy(), this.#limits.helloMs)
    const settled = () => {
      clearTimeout(late)
      this.#newcomers.delete(socket)
      socket.off("close", settled).off("data", listen)
    }
    const listen = (bytes: Uint8Array) => {
      said.push(bytes)
      if (!isEnough(bytes)) return
      settled()
      socket.pause()
      this.#next.push(() => this.#bring(socket, facts, said))
      this.#due()
    }
    socket.on("error", closeFollows).on("close", settled).on("data", listen)
  }

  /** A thousand who all speak at one moment are not the parent's to bear at one moment. */
  #due(): void {
    if (this.#isDue) return
    this.#isDue = true
    setTimeout(() => {
      this.#isDue = false
      this.#next.shift()?.()
      if (this.#next.length > 0) this.#due()
    }, BRING_EVERY_MS)
  }

  #bring(socket: TLSSocket, facts: ConnectionFacts, said: readonly Uint8Array[]): void {
    if (socket.destroyed) return
    const local = connect(this.#orders.at)
    const broughtAt = performance.now()
    socket.setNoDelay(true)
    local.on("error", closeFollows)
    local.write(Buffer.concat([encodeArrival(this.#orders.token, facts), ...said]))
    socket.on("data", () => this.#lobby.heard(broughtAt))
    socket.pipe(local).pipe(socket)
    socket.once("close", () => local.destroy())
    local.once("close", () => {
      if (socket.destroyed) return
      // Its last words may still be on their way.
      const cut = setTimeout(() => socket.destroy(), LEAVING_MS)
      socket.once("close", () => clearTimeout(cut))
      socket.end()
    })
  }
}
