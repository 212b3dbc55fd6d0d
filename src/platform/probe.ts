/** Looks at single steps of the way to another machine: its name, and whether anything listens there. */
import { lookup } from "node:dns/promises"
import { connect, isIP } from "node:net"
import { networkInterfaces } from "node:os"
import type { Millis } from "./clock.ts"
import { systemCode } from "./errors.ts"

const PATIENCE_MS: Millis = 5_000

export type Reached =
  /** Somebody listens. */
  | "open"
  /** The machine is there, and nobody listens. */
  | "refused"
  /** This machine knows no way there. */
  | "no-way"
  /** Nothing comes back: no such machine, or something on the way swallows it. */
  | "silent"

export interface Probe {
  /** The addresses of a name, by this system's own means; none when nobody knows it. An address is its own. */
  addressesOf(host: string): Promise<readonly string[]>
  reach(address: string, port: number): Promise<Reached>
  /** This machine's own addresses, loopback left out. */
  ownAddresses(): readonly string[]
}

export const systemProbe: Probe = {
  addressesOf: async (host) => {
    if (isIP(host) !== 0) return [host]
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address)
    } catch {
      return []
    }
  },
  reach: (address, port) =>
    new Promise((resolve) => {
      const socket = connect({ host: address, port })
      const end = (how: Reached) => {
        clearTimeout(late)
        socket.destroy()
        resolve(how)
      }
      const late = setTimeout(() => end("silent"), PATIENCE_MS)
      socket.once("connect", () => end("open"))
      socket.once("error", (error) => {
        const code = systemCode(error) ?? ""
        if (code === "ECONNREFUSED") end("refused")
        else end(["ENETUNREACH", "EADDRNOTAVAIL", "EACCES", "EPERM"].includes(code) ? "no-way" : "silent")
      })
    }),
  ownAddresses: () =>
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal }) => !internal)
      .map(({ address }) => address),
}
