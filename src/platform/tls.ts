/**
 * The real network (PROTOCOL.md §3): TCP, TLS 1.3 only, the hybrid group X25519MLKEM768 only, application protocol
 * `secure-chat/1` on both sides, no resumption. A client compares the relay's key with its pin on every
 * connection before it writes a byte; the relay believes nobody until the hello.
 */
import type { X509Certificate } from "node:crypto"
import { createServer, type Server, type Socket } from "node:net"
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls"
import { equalBytes } from "../bytes.ts"
import { spkiSha256, tagOf } from "./certificate.ts"
import type { Millis } from "./clock.ts"
import { PlatformError, systemCode } from "./errors.ts"
import { closeFollows, endOf, Lobby, READ_ONCE } from "./lobby.ts"
import type { Address, CloseReason, DialHandler, ListenHandler, Listener, Network, Pin } from "./network.ts"
import { Overflow, type OverflowSetup } from "./overflow.ts"
import { type ConnectionFacts, factsOf, SocketConnection } from "./socket-connection.ts"
import type { TerminatorLimits } from "./terminator.ts"
import { ALPN, TLS_OPTIONS, type TlsKeys, tlsServer } from "./tls-server.ts"

/** From the first packet to the end of the handshake, on either side. */
export const HANDSHAKE_DEADLINE_MS: Millis = 10_000
/** Handshakes in progress at once. Bounds what strangers can make a relay compute and hold. */
export const MAX_HANDSHAKES = 256
/** Connections that wait for theirs: some kilobytes each. A crowd that comes at once waits here. */
export const MAX_WAITING_HANDSHAKES = 2_048
/** Connections that have logged in. Past it new ones are refused; 80 to 150 KiB each. */
export const MAX_CONNECTIONS = 10_000
/** Connections that have not logged in yet: whoever has opened the listener sees to it. */
export const MAX_NEWCOMERS = 1_024
const USUAL_LIMITS: ListenLimits = {
  connections: MAX_CONNECTIONS,
  newcomers: MAX_NEWCOMERS,
  handshakes: MAX_HANDSHAKES,
  waitingHandshakes: MAX_WAITING_HANDSHAKES,
  handshakeMs: HANDSHAKE_DEADLINE_MS,
  helloMs: HANDSHAKE_DEADLINE_MS,
}
export const tlsNetwork: Network = { dial }

function dial(address: Address, pin: Pin, handler: DialHandler): void {
  // The pin takes the place of authorities, names and dates. No session is ever offered.
  const options: ConnectionOptions = { ...TLS_OPTIONS, ...address, servername: "", rejectUnauthorized: false }
  const socket = connect(options)
  const deadline = setTimeout(() => fail({ kind: "unreachable", detail: "no answer" }), HANDSHAKE_DEADLINE_MS)
  let opened = false
  let reason: CloseReason | undefined
  const fail = (why: CloseReason) => {
    reason ??= why
    socket.destroy()
  }
  socket.once("secureConnect", () => {
    clearTimeout(deadline)
    const refusal = refusalOf(socket, pin)
    if (refusal !== undefined) return fail(refusal)
    opened = true
    const events = { received: (bytes: Uint8Array) => handler.received(bytes), drained: () => {} }
    handler.opened(new SocketConnection(socket, factsOf(socket), true, events))
  })
  socket.once("error", (error) => {
    const detail = systemCode(error) ?? "it does not speak secure-chat's TLS"
    reason ??= opened ? { kind: "failed", detail } : { kind: "unreachable", detail }
  })
  socket.once("close", () => {
    clearTimeout(deadline)
    const ended: CloseReason = opened ? { kind: "ended" } : { kind: "unreachable", detail: "it hung up" }
    handler.closed(reason ?? ended)
  })
}

/** Why this is not the relay we look for, or undefined. */
function refusalOf(socket: TLSSocket, pin: Pin): CloseReason | undefined {
  const certificate: X509Certificate | undefined = socket.getPeerX509Certificate()
  if (certificate === undefined || socket.isSessionReused()) {
    return { kind: "failed", detail: "it shows no certificate" }
  }
  const seen = keyHashOf(certificate)
  if (seen === undefined) return { kind: "failed", detail: "its certificate cannot be read" }
  const fits =
    pin.kind === "spki"
      ? equalBytes(seen, pin.sha256)
      : pin.accepts(seen, tagOf(certificate) ?? new Uint8Array(0))
  if (!fits) return { kind: "wrong-pin", seen }
  if (socket.alpnProtocol !== ALPN) return { kind: "failed", detail: `it does not speak ${ALPN}` }
  return undefined
}

function keyHashOf(certificate: X509Certificate): Uint8Array | undefined {
  try {
    return spkiSha256(certificate)
  } catch {
    // A kind of key that this Node does not know: not ours.
    return undefined
  }
}

export interface ListenOptions extends TlsKeys {
  host: string
  /** 0 lets the system choose; `Listener.port` says what it chose. */
  port: number
  /** Bounds on strangers, which may change meanwhile; without them the usual ones. */
  limits?: ListenLimits
  /** Handshakes a second that an address may begin; without it, as many as there is time for. */
  perSecond?(address: string): number
  /** Where strangers go in a crowd of them; without it everybody is served by this process. */
  overflow?: OverflowSetup
}

export interface ListenLimits extends TerminatorLimits {
  /** With newcomers, what the owner of the listener holds; those in the lobby are beside it. */
  connections: number
}

/** Past it the system's connections are closed as they come. */
function mostSockets({ connections, newcomers, handshakes, waitingHandshakes }: ListenLimits): number {
  return connections + newcomers + handshakes + waitingHandshakes
}

/** @throws PlatformError `port-busy`, `not-permitted` or `no-such-address`. */
export async function listenTls(options: ListenOptions, handler: ListenHandler): Promise<Listener> {
  const { limits = USUAL_LIMITS, perSecond = () => Infinity } = options
  const sockets = new Set<Socket>()
  const forget = function (this: Socket): void {
    sockets.delete(this)
  }
  let lastId = 0

  /** @param stranger its name in the lobby until it has logged in, or undefined. @param first said already. */
  function opened(
    socket: Socket,
    facts: ConnectionFacts,
    stranger: string | undefined,
    first?: Uint8Array,
  ): void {
    const id = ++lastId
    const openedAt = performance.now()
    let name = stranger
    sockets.add(socket)
    socket.on("close", () => {
      sockets.delete(socket)
      if (name !== undefined) lobby.gone(name)
      handler.closed(id)
    })
    const events = {
      received: (bytes: Uint8Array) => {
        lobby.heard(openedAt)
        handler.received(id, bytes)
      },
      drained: () => handler.drained(id),
      later: (run: () => void) => lobby.end(run),
      loggedIn: () => {
        if (name !== undefined) lobby.loggedIn(name)
        name = undefined
      },
    }
    handler.opened(id, new SocketConnection(socket, facts, false, events))
    if (first !== undefined) handler.received(id, first)
  }

  const overflow =
    options.overflow &&
    new Overflow(options.overflow, options, limits, {
      taken: (socket) => void sockets.delete(socket),
      arrived: (socket, facts, first) => opened(socket, facts, undefined, first),
      changed: () => lobby.wake(),
    })
  const begin = tlsServer(options, limits.handshakeMs, (socket) => {
    const end = endOf(socket)
    lobby.left(end)
    socket.on("error", closeFollows)
    opened(socket, factsOf(socket), end)
  })
  const lobby = new Lobby(limits, perSecond, begin, overflow)
  const server = createServer({ highWaterMark: READ_ONCE })
  server.maxConnections = mostSockets(limits)
  server.on("connection", (raw: Socket) => {
    server.maxConnections = mostSockets(limits)
    sockets.add(raw)
    raw.on("close", forget)
    lobby.enter(raw)
  })
  const listener = await listening(server, options, async () => {
    lobby.close()
    const closed = [...sockets].map((socket) => new Promise((done) => void socket.once("close", done)))
    for (const socket of sockets) socket.destroy()
    overflow?.close()
    await Promise.all(closed)
  })
  await overflow?.open()
  return listener
}

/** @param end is called with the end of the listener, and resolves when no connection is left. */
function listening(server: Server, options: ListenOptions, end: () => Promise<void>): Promise<Listener> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, options)))
    server.listen(options.port, options.host, () => {
      server.on("error", () => {}) // one failed accept, such as too many open files; the next may succeed
      const bound = server.address()
      resolve({
        port: typeof bound === "object" && bound !== null ? bound.port : options.port,
        close: () => {
          // That it is closed Node does not always say where sockets have gone to another process.
          server.close()
          return end()
        },
      })
    })
  })
}

function listenError(cause: Error, { host, port }: ListenOptions): Error {
  const place = `${host}:${port}`
  switch (systemCode(cause)) {
    case "EADDRINUSE":
      return new PlatformError("port-busy", `another program already listens on ${place}`, { cause })
    case "EACCES":
    case "EPERM":
      return new PlatformError("not-permitted", `the system does not allow listening on ${place}`, { cause })
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new PlatformError("no-such-address", `this machine does not have the address ${host}`, { cause })
    default:
      return cause
  }
}
