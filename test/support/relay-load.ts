/**
 * Writers that keep a relay busy over the real wire and remember what it said it holds; and the look into its
 * database that tells whether it was true.
 */
import { ROOM } from "./channels.ts"
import { rmSync } from "node:fs"
import Database from "better-sqlite3-multiple-ciphers"
import { expect } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { tlsNetwork } from "../../src/platform/tls.ts"
import { parseInvitation } from "../../src/protocol/address.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import type { StoredEntry } from "../../src/relay/store.ts"
import { RelayPerson, sealedEntry } from "./relay-people.ts"
import { copyRelayStore } from "./relay-store-files.ts"
import { WireClient } from "./wire-client.ts"

/** Entries that a writer has on their way at once. */
const WINDOW = 16
const ENTRY_BYTES = 1_000
const RECONNECT_MS = 20
/** A writer offers so many entries in such a time: a log holds only so many, and the relay takes them faster. */
const BEAT_MS = 25
const BEAT_ENTRIES = 4

export class RelayLoad {
  readonly clients: readonly WireClient[]
  #isOver = false
  #pace: NodeJS.Timeout | undefined
  /** What each writer may offer before the next beat. */
  #allowed: number[] = []
  #wake = () => {}

  /** @param invitation the relay's link; its address and key must stay the same for as long as this lasts. */
  constructor(invitation: string, writers = 3) {
    const link = parseInvitation(invitation)
    if (link.kind !== "link") throw new RangeError("not a link")
    const { host, port, pin, admission } = link
    this.clients = Array.from({ length: writers }, (_, n) => {
      const client: WireClient = new WireClient({
        network: tlsNetwork,
        address: { host, port },
        pin: { kind: "spki", sha256: pin },
        relayId: pin,
        person: new RelayPerson(`writer ${n}`, systemRandom),
        ...(admission && { admission }),
        channelId: ROOM,
        onMessage: (message) => {
          // A relay that had no room then may have it now: what is not accepted is offered again.
          if (message.type === "rejected") client.close()
          this.#fill(client, n)
          this.#wake()
        },
        onClosed: () => void (this.#isOver || setTimeout(() => client.connect(), RECONNECT_MS)),
      })
      return client
    })
  }

  start(): void {
    this.#pace = setInterval(() => {
      this.#allowed = this.clients.map(() => BEAT_ENTRIES)
      for (const [n, client] of this.clients.entries()) this.#fill(client, n)
    }, BEAT_MS)
    for (const client of this.clients) client.connect()
  }

  stop(): void {
    this.#isOver = true
    clearInterval(this.#pace)
    for (const client of this.clients) client.close()
  }

  get accepted(): number {
    return this.clients.reduce((sum, client) => sum + client.accepted.size, 0)
  }

  /** Resolves when that many entries more have been accepted. */
  async more(count: number): Promise<void> {
    const wanted = this.accepted + count
    while (this.accepted < wanted) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** Keeps a window of offers open; the first writer opens the log. */
  #fill(client: WireClient, n: number): void {
    if (!client.isOpen || this.#isOver) return
    if (client.nextPosition === 0 && n === 0 && client.waiting === 0) {
      client.offer(sealedEntry(systemRandom, { kind: "handshake" }), true)
    }
    while (client.nextPosition > 0 && client.waiting < WINDOW && (this.#allowed[n] ?? 0) > 0) {
      this.#allowed[n]!--
      client.offer(sealedEntry(systemRandom, {}, ENTRY_BYTES))
    }
  }
}

/**
 * Looks into the relay's folder, while nobody has it open: the database is whole, its log has no gap, the running
 * hash is right, and everything that was accepted is there under its number. Works on a copy, so that the relay
 * itself finds what the crash left.
 */
export function expectKept({ clients }: RelayLoad, folder: string, scratch: string): void {
  // Asked before the disk is: what is accepted from now on is not in the copy.
  const accepted = clients.flatMap((client) => [...client.accepted])
  const path = copyRelayStore(folder, scratch)
  const database = new Database(path)
  const integrity = database.pragma("integrity_check", { simple: true })
  database.close()
  const { entries, head: stored } = logOf(path)
  rmSync(scratch, { recursive: true })

  const eids = entries.map(({ bytes }) => nodePrimitives.sha("sha256", bytes))
  const names = eids.map(toHex)
  let head = EMPTY_HEAD
  for (const [at, { seq, time, bytes }] of entries.entries())
    head = nextHead(head, seq, bytes[0]!, eids[at]!, time)
  expect({
    integrity,
    gaps: entries.filter(({ seq }, at) => seq !== at + 1).length,
    twice: names.length - new Set(names).size,
    head: toHex(head),
    lost: accepted.filter(([eid, seq]) => names[seq - 1] !== eid),
  }).toEqual({ integrity: "ok", gaps: 0, twice: 0, head: toHex(stored), lost: [] })
}

/** Whoever had read something went on from there, and has read what the others have. */
export function expectResumed({ clients }: RelayLoad): void {
  for (const client of clients) expect(client.resets).toBe(0)
  const logs = clients.map(({ log }) => log.map(({ eid }) => eid))
  const longest = logs.toSorted((a, b) => b.length - a.length)[0]!
  for (const log of logs) expect(log).toEqual(longest.slice(0, log.length))
}

function logOf(path: string): { entries: StoredEntry[]; head: Uint8Array } {
  const store = openRelayStore(path)
  try {
    const row = store.findChannel(ROOM)
    if (row === undefined) return { entries: [], head: EMPTY_HEAD }
    const entries: StoredEntry[] = []
    while (entries.length < row.lastSeq)
      entries.push(...store.readEntries(row.ref, entries.length, 500, 10_000_000))
    return { entries, head: row.head }
  } finally {
    store.close()
  }
}
