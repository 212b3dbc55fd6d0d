/** The relay's side of TLS (PROTOCOL.md §3), for sockets that it is given one by one. */
import { constants } from "node:crypto"
import type { Socket } from "node:net"
import { createServer, type TLSSocket } from "node:tls"
import type { Millis } from "./clock.ts"

export const ALPN = "secure-chat/1"
/** What both sides insist on. */
export const TLS_OPTIONS = {
  ALPNProtocols: [ALPN],
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  ecdhCurve: "X25519MLKEM768",
} as const

export interface TlsKeys {
  /** The relay's key and certificate, in PEM (`certificate.ts`). */
  privatePem: string
  certificatePem: string
}

/**
 * @param through gets whoever is through its handshake; a client that offered no application protocol is not.
 * @returns what begins a handshake, which computes at once what the first bytes ask for.
 */
export function tlsServer(
  { privatePem, certificatePem }: TlsKeys,
  handshakeMs: Millis,
  through: (socket: TLSSocket) => void,
): (raw: Socket) => void {
  // It never listens.
  const server = createServer({
    ...TLS_OPTIONS,
    key: privatePem,
    cert: certificatePem,
    handshakeTimeout: handshakeMs,
    secureOptions: constants.SSL_OP_NO_TICKET,
  })
  server.on("tlsClientError", (_, socket) => void socket.destroy())
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol === ALPN) through(socket)
    else socket.destroy()
  })
  return (raw) => void server.emit("connection", raw)
}
