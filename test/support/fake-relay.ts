/** A relay for its own screen, without a relay: numbers that are set, and events that are told. */
import type { MonitorEvent, RelayMonitor, RelaySnapshot } from "../../src/relay/monitor.ts"
import type { RelayFacts } from "../../src/tui/relay-view.ts"
import { NOON } from "./fake-client.ts"

const RATES = { entries: 0, bytesIn: 0, bytesOut: 0, opened: 0, refused: 0 }

export const RELAY_FACTS: RelayFacts = {
  name: "Class 8B",
  address: "192.168.1.5:7667",
  isOpen: false,
  invitation: {
    words:
      "192.168.1.5:7667 abandon ability able about above absent absorb abstract absurd abuse access accident",
    link: `secure-chat://192.168.1.5:7667/#k=${"abcdefgh".repeat(5)}&a=${"ijklmnop".repeat(3)}&i=${"qrstuvwx".repeat(5)}`,
  },
  limits: {
    connections: 12_000,
    connectionsPerAddress: 64,
    newPerSecond: 20,
    channelBytes: 1_073_741_824,
    channelEntries: 1_000_000,
    inboxLetters: 10_000,
    accountBytes: 268_435_456,
    accountEntries: 100_000,
    people: 10_000,
    retentionMs: 30 * 86_400_000,
  },
}

/** Nobody has been here yet. */
export const NEW_RELAY: RelaySnapshot = {
  at: NOON,
  startedAt: NOON,
  connections: { open: 0, members: 0, most: 0, opened: 0 },
  online: 0,
  people: 0,
  entries: { accepted: 0, bytes: 0, stale: 0, conflict: 0 },
  refused: {},
  cut: {},
  notices: {},
  bytes: { in: 0, out: 0 },
  rates: { tenSeconds: RATES, minute: RATES },
  disk: undefined,
  sync: { count: 0, totalMs: 0, lastMs: 0, mostMs: 0, upTo: [] },
}

/** The middle of a lesson. */
export const BUSY_RELAY: RelaySnapshot = {
  ...NEW_RELAY,
  at: NOON + 3 * 3_600_000 + 5 * 60_000,
  connections: { open: 34, members: 33, most: 41, opened: 97 },
  online: 31,
  people: 42,
  entries: { accepted: 12_345, bytes: 45_200_000, stale: 7, conflict: 1 },
  refused: { "not-allowed": 3 },
  cut: { silent: 2 },
  bytes: { in: 51_000_000, out: 900_000_000 },
  rates: {
    tenSeconds: { entries: 2.4, bytesIn: 3_420, bytesOut: 52_000, opened: 0, refused: 0 },
    minute: { entries: 1, bytesIn: 1_000, bytesOut: 9_000, opened: 0, refused: 0.02 },
  },
  disk: { freeBytes: 41_300_000_000, totalBytes: 120_000_000_000, storeBytes: 61_000_000, isLow: false },
  sync: { count: 900, totalMs: 4_000, lastMs: 3.2, mostMs: 41, upTo: [] },
}

export class FakeMonitor implements RelayMonitor {
  numbers: RelaySnapshot
  readonly #told = new Set<(event: MonitorEvent) => void>()

  constructor(numbers: RelaySnapshot) {
    this.numbers = numbers
  }

  snapshot(): RelaySnapshot {
    return this.numbers
  }

  people(): [] {
    return []
  }

  recent(): [] {
    return []
  }

  subscribe(told: (event: MonitorEvent) => void): () => void {
    this.#told.add(told)
    return () => this.#told.delete(told)
  }

  tell(event: MonitorEvent): void {
    for (const told of this.#told) told(event)
  }
}
