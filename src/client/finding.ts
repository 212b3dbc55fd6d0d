/**
 * A relay that is not where it was. Whoever is on the network may announce anything, so an address that was found is a
 * guess: it is dialled a few times, kept only once the relay's key has answered there, and never takes the place of
 * the one we have before.
 */
import { toHex } from "../bytes.ts"
import type { Discovery } from "../platform/discovery.ts"
import type { Address } from "../platform/network.ts"
import type { RelayRecord } from "./profile.ts"

/** Tries of one place before it counts as a lie, until a relay has answered again. */
const TRIES_PER_PLACE = 3
/** Places that are tried at all meanwhile. */
const MAX_PLACES = 64

export class RelayFinder {
  readonly #discovery: Discovery | undefined
  readonly #found: (address: Address) => void
  readonly #tries = new Map<string, number>()
  #guess: Address | undefined
  #stop: () => void = () => {}

  /** @param found is told, at any time, of each place that has not been tried too often. */
  constructor(discovery: Discovery | undefined, found: (address: Address) => void) {
    this.#discovery = discovery
    this.#found = found
  }

  get isGuessing(): boolean {
    return this.#guess !== undefined
  }

  /** The relay as it is to be dialled now. */
  at(relay: RelayRecord): RelayRecord {
    return this.#guess ? { ...relay, ...this.#guess } : relay
  }

  /** Looks for the relay with this key anywhere else, until `stop`. */
  look(relay: RelayRecord): void {
    const pinHex = relay.pin && toHex(relay.pin)
    if (!this.#discovery || pinHex === undefined) return
    this.#stop = this.#discovery.look(({ host, port, pinHex: announced }) => {
      if (announced !== pinHex || (host === relay.host && port === relay.port)) return
      if ((this.#tries.get(placeOf({ host, port })) ?? 0) < TRIES_PER_PLACE) this.#found({ host, port })
    })
  }

  stop(): void {
    this.#stop()
    this.#stop = () => {}
  }

  /** The next dial goes here. False when enough places have been tried. */
  guess({ host, port }: Address): boolean {
    const place = placeOf({ host, port })
    const tries = this.#tries.get(place) ?? 0
    if (tries >= TRIES_PER_PLACE || (tries === 0 && this.#tries.size >= MAX_PLACES)) return false
    this.#tries.set(place, tries + 1)
    this.#guess = { host, port }
    return true
  }

  /** The connection ended: back to the address that we have. */
  failed(): void {
    this.#guess = undefined
  }

  /** The relay has answered. @returns where it is now, when that is somewhere else. */
  proven(): Address | undefined {
    const proven = this.#guess
    this.#guess = undefined
    this.#tries.clear()
    return proven
  }
}

function placeOf({ host, port }: Address): string {
  return `${host} ${port}`
}
