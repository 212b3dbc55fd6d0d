/**
 * Finds relays on the LAN by mDNS (service `_secure-chat._tcp`). It is a convenience and proves nothing: anyone may
 * announce anything, so what is found is a suggestion whose key the invitation still decides on. A network without
 * multicast, or a busy port 5353, only means that nobody is found.
 */
import type { EventEmitter } from "node:events"
import { Bonjour, type Service } from "bonjour-service"
import type { Log } from "./log.ts"

export const SERVICE_TYPE = "secure-chat"
const TXT_VERSION = "1"
const MAX_NAME_CHARS = 63

export interface Announcement {
  /** The relay's name, as its owner chose it. */
  name: string
  port: number
  /** SHA-256 of the relay's SPKI, 64 lower-case hex digits. */
  pinHex: string
}

/** What somebody on the LAN says. The name is remote text: sanitise it before showing it. */
export interface FoundRelay extends Announcement {
  /** An address of the machine, IPv4 where it has one. */
  host: string
}

export interface Discovery {
  /** The returned function takes it back and lets go of the network. */
  announce(announcement: Announcement): () => void
  /** Calls `onFound` once for each relay and address. The returned function stops looking. */
  look(onFound: (relay: FoundRelay) => void): () => void
}

export function createDiscovery(log: Log): Discovery {
  const open = () => {
    const failed = (error: unknown) =>
      log.write("warn", "discovery failed", { reason: error instanceof Error ? error.message : "unknown" })
    const bonjour = new Bonjour({}, failed)
    contain((bonjour as unknown as { server: { mdns: EventEmitter } }).server.mdns, failed)
    return { bonjour, close: () => bonjour.unpublishAll(() => bonjour.destroy()) }
  }
  return {
    announce({ name, port, pinHex }) {
      const { bonjour, close } = open()
      bonjour.publish({
        // Two relays may have one name; the instance's own name must differ.
        name: `secure-chat ${pinHex.slice(0, 12)}`,
        type: SERVICE_TYPE,
        port,
        txt: { v: TXT_VERSION, n: clip(name), k: pinHex },
        probe: false,
      })
      return close
    },
    look(onFound) {
      const { bonjour, close } = open()
      const seen = new Set<string>()
      bonjour.find({ type: SERVICE_TYPE }, (service) => {
        const relay = foundRelay(service)
        if (relay === undefined) return
        const key = `${relay.pinHex} ${relay.host} ${relay.port}`
        if (seen.has(key) || seen.size >= MAX_FOUND) return
        seen.add(key)
        onFound(relay)
      })
      return close
    },
  }
}

/**
 * The library leaves two ways to end the process: an error event that nobody listens to, and an exception while it
 * answers a neighbour's packet. Both end in `failed` instead.
 */
export function contain(source: EventEmitter, failed: (error: unknown) => void): void {
  const emit = source.emit.bind(source)
  source.emit = (...event) => {
    try {
      return emit(...event)
    } catch (error) {
      failed(error)
      return true
    }
  }
}

/** How many relays one search reports. Bounds what a hostile neighbour can fill a screen with. */
export const MAX_FOUND = 100

/** Reads an answer from the network; undefined for anything that is not a relay of ours. */
export function foundRelay(
  service: Pick<Service, "port" | "txt" | "addresses" | "referer">,
): FoundRelay | undefined {
  const { v, n, k } = (service.txt ?? {}) as Readonly<Record<string, unknown>>
  if (v !== TXT_VERSION || typeof n !== "string" || typeof k !== "string" || !/^[0-9a-f]{64}$/.test(k))
    return undefined
  const { port } = service
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  const addresses = [...(service.addresses ?? []), service.referer?.address].filter(
    (text) => text !== undefined,
  )
  const host =
    addresses.find((text) => /^\d+\.\d+\.\d+\.\d+$/.test(text)) ??
    addresses.find((text) => text.includes(":"))
  if (host === undefined) return undefined
  return { name: clip(n), port, pinHex: k, host }
}

function clip(name: string): string {
  return Array.from(name).slice(0, MAX_NAME_CHARS).join("")
}
