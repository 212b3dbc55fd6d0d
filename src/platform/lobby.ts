/**
 * Holds accepted sockets until it is their turn for a TLS handshake (`handshakes.ts`), and those that end until somebody
 * has time for that. One is begun or ended at a time; before the next one whatever else has come from the network is
 * served, and half of the time is left to it (`pace.ts`). Of a socket that waits nothing is read but what came with its
 * first bytes; one that says nothing is never begun. In a crowd of those who do not log in (`strangers.ts`), whoever is
 * next goes to somebody else, where there is one.
 */
import type { Socket } from "node:net"
import type { Millis } from "./clock.ts"
import { Handshakes, type HandshakeLimits } from "./handshakes.ts"
import { Pace } from "./pace.ts"
import { Strangers, type Verdict } from "./strangers.ts"

export interface LobbyLimits extends HandshakeLimits {
  /** From the first packet to the end of the handshake, waiting included. */
  handshakeMs: Millis
}

/** Somebody else who makes TLS of sockets. */
export interface Elsewhere {
  /** `busy`: it calls `Lobby.wake` when it is not any more. `broken`: whoever is next is begun here. */
  readonly state: "free" | "busy" | "broken"
  /** @param socket nobody here has anything to do with it any more; its first bytes are still to be read. */
  take(socket: Socket): void
}

/** A server's `highWaterMark` for which a socket is read once, and no further, also when what it brought is taken. */
export const READ_ONCE = 0

/** A first packet of TLS is 1.5 KB usually. There is nothing more to say before it is answered. */
const MOST_FIRST_BYTES = 8_192
/** Of a handshake only the first half is computed at the beginning. */
const HANDSHAKE_HALVES = 2
/** Whoever is through for less time than this is still coming in. */
const NEW_MS: Millis = 1_000

export class Lobby {
  readonly #limits: LobbyLimits
  readonly #handshakes: Handshakes
  readonly #elsewhere: Elsewhere | undefined
  readonly #pace = new Pace()
  readonly #strangers = new Strangers()
  /** Waiting, or in the middle of a handshake; with the timer that ends it. */
  readonly #guests = new Map<string, { socket: Socket; gone(): void; late: NodeJS.Timeout }>()
  readonly #begin: (socket: Socket) => void
  /** What ends those who leave, in order. */
  readonly #leaving: (() => void)[] = []
  #hasBegun = false
  #isDue = false
  #wake: NodeJS.Timeout | undefined

  /**
   * @param limits are looked at anew each time.
   * @param perSecond handshakes a second that an address may begin; Infinity for no limit.
   * @param begin makes TLS of the socket, which computes what its first bytes ask for before anything else is read.
   * @param elsewhere undefined: everybody is begun here.
   */
  constructor(
    limits: LobbyLimits,
    perSecond: (address: string) => number,
    begin: (socket: Socket) => void,
    elsewhere?: Elsewhere,
  ) {
    this.#limits = limits
    this.#elsewhere = elsewhere
    this.#handshakes = new Handshakes(limits, perSecond)
    this.#begin = begin
  }

  enter(socket: Socket): void {
    const end = endOf(socket)
    const address = addressOf(socket)
    const cut = () => void socket.destroy()
    socket.on("error", closeFollows)
    // The same two ends again: the first one is over, and nobody has noticed, since nothing is read from it.
    this.#guests.get(end)?.socket.destroy()
    this.left(end)
    this.gone(end)
    // Somebody who has hung up already has no address.
    if (address === "" || !this.#handshakes.enter(end, address, cut, performance.now())) return cut()
    const gone = () => {
      if (this.#guests.get(end)?.socket !== socket) return
      this.left(end)
      this.gone(end)
    }
    this.#guests.set(end, { socket, gone, late: setTimeout(cut, this.#limits.handshakeMs) })
    socket.on("close", gone)
    socket.once("readable", () => {
      // Nothing to read is the end of it.
      if (socket.readableLength === 0 || socket.readableLength > MOST_FIRST_BYTES) return cut()
      this.#handshakes.spoke(end)
      this.#due()
    })
  }

  /** Its handshake is done, or it is gone. @param end as `endOf` names it. */
  left(end: string): void {
    const guest = this.#guests.get(end)
    if (guest === undefined) return
    clearTimeout(guest.late)
    // Whoever stays keeps nothing of this.
    guest.socket.off("close", guest.gone)
    this.#guests.delete(end)
    this.#handshakes.left(end)
    this.#due()
  }

  /** Whose handshake is done has logged in, which is what people do. */
  loggedIn(end: string): void {
    this.#strangers.loggedIn(end)
    this.#due()
  }

  /** Whose handshake is done is gone. */
  gone(end: string): void {
    this.#strangers.gone(end, performance.now())
    this.#due()
  }

  /** There is something to do again. */
  wake(): void {
    this.#due()
  }

  /** Somebody has said something who is through since `openedAt`: a crowd of newcomers holds up nobody but itself. */
  heard(openedAt: Millis): void {
    const now = performance.now()
    if (now - openedAt < NEW_MS) return
    this.#pace.heard(now)
    this.#strangers.served(now)
  }

  /** Ends somebody when it is their turn: nobody waits for that. */
  end(run: () => void): void {
    this.#leaving.push(run)
    this.#due()
  }

  /** Everybody ends now. */
  close(): void {
    clearTimeout(this.#wake)
    for (const run of this.#leaving.splice(0)) run()
    for (const { socket } of this.#guests.values()) socket.destroy()
  }

  #due(): void {
    if (this.#isDue) return
    this.#isDue = true
    // What has come from the network meanwhile is served first.
    setImmediate(() => {
      this.#isDue = false
      this.#next()
    })
  }

  #next(): void {
    const now = performance.now()
    clearTimeout(this.#wake)
    const pause = this.#pace.wait(now)
    if (pause > 0) return this.#wakeIn(pause)
    // They take turns.
    if (this.#hasBegun || !this.#handshake(now)) this.#ending(now)
  }

  /** @returns whether somebody's turn was used. */
  #handshake(now: Millis): boolean {
    const where = this.#where(now)
    if (where === "wait") return false
    const end = this.#handshakes.next(now)
    if (end === undefined) {
      this.#wakeIn(this.#handshakes.wakeAt(now) - now)
      return false
    }
    this.#hasBegun = this.#leaving.length > 0
    const { socket } = this.#guests.get(end)!
    if (socket.destroyed) {
      this.left(end)
      this.#due()
      return true
    }
    if (where === "elsewhere") {
      this.left(end)
      this.#elsewhere!.take(socket)
      this.#done(now, 1)
    } else {
      if (this.#elsewhere !== undefined) this.#strangers.begun(end, now)
      this.#begin(socket)
      this.#done(now, HANDSHAKE_HALVES)
    }
    return true
  }

  #where(now: Millis): Verdict {
    if (this.#elsewhere === undefined || this.#elsewhere.state === "broken") return "here"
    const verdict = this.#strangers.verdict(now)
    if (verdict === "wait") this.#wakeIn(this.#strangers.patienceEndsAt() - now)
    return verdict === "elsewhere" && this.#elsewhere.state === "busy" ? "wait" : verdict
  }

  #ending(now: Millis): void {
    this.#hasBegun = false
    const run = this.#leaving.shift()
    if (run === undefined) return
    run()
    this.#done(now, 1)
  }

  #done(began: Millis, times: number): void {
    // Node takes a handshake's first bytes in a tick that it has just asked for.
    process.nextTick(() => {
      const now = performance.now()
      this.#pace.done(began, now, times)
      this.#due()
    })
  }

  #wakeIn(ms: Millis): void {
    if (ms < Infinity) this.#wake = setTimeout(() => this.#due(), Math.ceil(ms)).unref()
  }
}

/** For the errors of a socket that somebody watches the end of. One function for all of them. */
export function closeFollows(): void {}

/** Names a connection, on either side of its handshake. */
export function endOf(socket: Socket): string {
  return `${socket.localAddress} ${socket.remoteAddress} ${socket.remotePort}`
}

/** Without the form that IPv4 takes where both kinds are listened to; empty once it is gone. */
export function addressOf({ remoteAddress = "" }: Socket): string {
  return remoteAddress.replace(/^::ffff:/, "")
}
