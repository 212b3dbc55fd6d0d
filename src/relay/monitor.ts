/**
 * What the relay knows of its own running, for the person who runs it: counts, rates and the last events. In memory
 * only, of bounded size, and without a word about who talks with whom: a person stands here as the beginning of
 * their id, and no channel stands here at all.
 */
import { toBase64Url } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { Refusal } from "../protocol/errors.ts"
import type { OperatorEvent } from "./operator.ts"
import { Rate } from "./rates.ts"

/** Why the relay ended a connection. */
export const CUTS = [
  "late", // no hello, or no registration, in time
  "crowded", // not logged in, and its place was needed for another
  "silent", // nothing heard, not even a pong
  "slow", // asks and never reads
  "superseded", // the same device connected again
  "removed", // the device was taken off its person's list
  "expired", // what it was reading is gone, or cannot be read
  "kicked", // by the operator
  "banned",
] as const
export type Cut = (typeof CUTS)[number]

/** Times are the relay's clock. `tag` is a person's (`tagOf`), `remote` an address; a name is in neither. */
export type MonitorEvent = { at: Millis } & (
  | { kind: "connected"; tag: string; remote: string }
  | { kind: "disconnected"; tag: string; remote: string }
  /** A login that was refused; the same again at once is counted, in `times`. */
  | { kind: "refused"; remote: string; code: Refusal; times: number }
  /** A connection that the relay ended; `tag` is empty for a stranger. */
  | { kind: "cut"; tag: string; remote: string; why: Cut; times: number }
  /** What concerns the relay as a whole: the store, the disk, the directory. Never about a connection. */
  | { kind: "notice"; notice: Notice }
)
export type Notice = Exclude<
  OperatorEvent,
  { type: "client.connected" | "client.disconnected" | "client.refused" | "person.registered" }
>

/** Per second, on average. */
export interface Rates {
  /** Entries that became durable, and what they weigh in bytes. */
  entries: number
  bytesIn: number
  bytesOut: number
  /** Connections that were opened, and requests and logins that were refused. */
  opened: number
  refused: number
}

export interface OnlinePerson {
  tag: string
  /** Connections, one a device. */
  devices: number
  since: Millis
}

/** Plain numbers and words: `JSON.stringify` of it is what `relay status --json` prints. */
export interface RelaySnapshot {
  at: Millis
  startedAt: Millis
  /** `open` are all there are, `members` those that have logged in, `most` the largest number so far. */
  connections: { open: number; members: number; most: number; opened: number }
  /** People, not devices. */
  online: number
  /** In the directory. */
  people: number
  entries: { accepted: number; bytes: number; stale: number; conflict: number }
  /** Logins and requests, by what they were told; only what happened is here. */
  refused: Partial<Record<Refusal, number>>
  cut: Partial<Record<Cut, number>>
  /** What the operator was told of the store and the directory, and how often. */
  notices: Partial<Record<OperatorEvent["type"], number>>
  /** Of frames, without TLS. */
  bytes: { in: number; out: number }
  rates: { tenSeconds: Rates; minute: Rates }
  /** Undefined as long as nobody has looked. */
  disk: { freeBytes: number; totalBytes: number; storeBytes: number; isLow: boolean } | undefined
  /** Commits: each is one sync. `upTo` holds how many took at most so long, cumulative, with all of them last. */
  sync: { count: number; totalMs: number; lastMs: number; mostMs: number; upTo: readonly SyncCount[] }
}
export interface SyncCount {
  /** Infinity is written as `null` in JSON. */
  ms: number
  count: number
}

/** What screens, the control socket and metrics read; nothing can be changed through it. */
export interface RelayMonitor {
  snapshot(): RelaySnapshot
  /** Who is online, longest first; at most `count`. */
  people(count: number): readonly OnlinePerson[]
  /** The last events, oldest first; at most `MAX_EVENTS` of logins, and as many of refusals and cuts. */
  recent(): readonly MonitorEvent[]
  /**
   * Calls `told` with each event from now on; a refusal or cut that only repeats the last one is counted and not told.
   * One that throws is dropped. @returns what ends it.
   */
  subscribe(told: (event: MonitorEvent) => void): () => void
}

export const MAX_EVENTS = 128
const SYNC_STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, Infinity] as const
const TAG_ACCOUNT_BYTES = 6

/** The beginning of the id that `secure-chat people list --json` shows: `u_` and eight characters. */
export function tagOf(accountId: Uint8Array): string {
  return `u_${toBase64Url(accountId.subarray(0, TAG_ACCOUNT_BYTES))}`
}

/** What the core and its driver tell; see `RelayMonitor` for what comes out. */
export class Monitor {
  readonly #now: () => Millis
  readonly #startedAt: Millis
  readonly #subscribers = new Set<(event: MonitorEvent) => void>()
  readonly #logins: MonitorEvent[] = []
  readonly #troubles: MonitorEvent[] = []
  readonly #online = new Map<string, OnlinePerson>()
  readonly #refusedBy = new Map<Refusal, number>()
  readonly #cutBy = new Map<Cut, number>()
  readonly #notices = new Map<OperatorEvent["type"], number>()
  readonly #rates = {
    entries: new Rate(),
    bytesIn: new Rate(),
    bytesOut: new Rate(),
    opened: new Rate(),
    refused: new Rate(),
  }
  #open = 0
  #most = 0
  #members = 0
  #entryBytes = 0
  #stale = 0
  #conflict = 0
  #people = 0
  #disk: RelaySnapshot["disk"]
  readonly #syncs = SYNC_STEPS_MS.map((ms) => ({ ms, count: 0 }))
  #syncTotalMs = 0
  #syncLastMs = 0
  #syncMostMs = 0

  /** @param now the relay's clock. */
  constructor(now: () => Millis, startedAt: Millis) {
    this.#now = now
    this.#startedAt = startedAt
  }

  opened(): void {
    this.#open++
    this.#most = Math.max(this.#most, this.#open)
    this.#rates.opened.add(1, this.#now())
  }

  closed(): void {
    this.#open--
  }

  /** A device has logged in. */
  arrived(accountId: Uint8Array, remote: string): void {
    const tag = tagOf(accountId)
    this.#members++
    const person = this.#online.get(tag)
    if (person === undefined) this.#online.set(tag, { tag, devices: 1, since: this.#now() })
    else person.devices++
    this.#remember(this.#logins, { at: this.#now(), kind: "connected", tag, remote })
  }

  left(accountId: Uint8Array, remote: string): void {
    const tag = tagOf(accountId)
    this.#members--
    const person = this.#online.get(tag)
    if (person !== undefined && --person.devices === 0) this.#online.delete(tag)
    this.#remember(this.#logins, { at: this.#now(), kind: "disconnected", tag, remote })
  }

  /** A login. What it was told is counted by `answered`. */
  turnedAway(remote: string, code: Refusal): void {
    const last = this.#troubles.at(-1)
    if (last?.kind === "refused" && last.remote === remote && last.code === code) {
      last.times++
      last.at = this.#now()
    } else this.#remember(this.#troubles, { at: this.#now(), kind: "refused", remote, code, times: 1 })
  }

  /** @param accountId undefined for a stranger. */
  cut(accountId: Uint8Array | undefined, remote: string, why: Cut): void {
    this.#cutBy.set(why, (this.#cutBy.get(why) ?? 0) + 1)
    const tag = accountId === undefined ? "" : tagOf(accountId)
    const last = this.#troubles.at(-1)
    if (last?.kind === "cut" && last.remote === remote && last.tag === tag && last.why === why) {
      last.times++
      last.at = this.#now()
    } else this.#remember(this.#troubles, { at: this.#now(), kind: "cut", tag, remote, why, times: 1 })
  }

  /** A request was refused. */
  refused(code: Refusal): void {
    this.#refusedBy.set(code, (this.#refusedBy.get(code) ?? 0) + 1)
    this.#rates.refused.add(1, this.#now())
  }

  lostRace(how: "stale" | "conflict"): void {
    if (how === "stale") this.#stale++
    else this.#conflict++
  }

  entry(bytes: number): void {
    this.#rates.entries.add(1, this.#now())
    this.#entryBytes += bytes
  }

  received(bytes: number): void {
    this.#rates.bytesIn.add(bytes, this.#now())
  }

  sent(bytes: number): void {
    this.#rates.bytesOut.add(bytes, this.#now())
  }

  synced(ms: Millis): void {
    for (const step of this.#syncs) if (ms <= step.ms) step.count++
    this.#syncTotalMs += ms
    this.#syncLastMs = ms
    this.#syncMostMs = Math.max(this.#syncMostMs, ms)
  }

  /** What the operator is told: connections are known here already, without names. */
  notice(event: OperatorEvent): void {
    switch (event.type) {
      case "client.connected":
      case "client.disconnected":
      case "client.refused":
        return
      case "person.registered":
        this.#people = event.people
        return
      default:
        this.#notices.set(event.type, (this.#notices.get(event.type) ?? 0) + 1)
        this.#remember(this.#troubles, { at: this.#now(), kind: "notice", notice: event })
    }
  }

  /** How many the directory holds. */
  counted(people: number): void {
    this.#people = people
  }

  looked(disk: NonNullable<RelaySnapshot["disk"]>): void {
    this.#disk = disk
  }

  snapshot(now: Millis): RelaySnapshot {
    const { entries, bytesIn, bytesOut } = this.#rates
    return {
      at: now,
      startedAt: this.#startedAt,
      connections: {
        open: this.#open,
        members: this.#members,
        most: this.#most,
        opened: this.#rates.opened.total,
      },
      online: this.#online.size,
      people: this.#people,
      entries: {
        accepted: entries.total,
        bytes: this.#entryBytes,
        stale: this.#stale,
        conflict: this.#conflict,
      },
      refused: Object.fromEntries(this.#refusedBy),
      cut: Object.fromEntries(this.#cutBy),
      notices: Object.fromEntries(this.#notices),
      bytes: { in: bytesIn.total, out: bytesOut.total },
      rates: { tenSeconds: this.#ratesOver(10, now), minute: this.#ratesOver(60, now) },
      disk: this.#disk && { ...this.#disk },
      sync: {
        count: this.#syncs.at(-1)!.count,
        totalMs: this.#syncTotalMs,
        lastMs: this.#syncLastMs,
        mostMs: this.#syncMostMs,
        upTo: this.#syncs.map((step) => ({ ...step })),
      },
    }
  }

  online(count: number): readonly OnlinePerson[] {
    const all: OnlinePerson[] = []
    for (const person of this.#online.values()) {
      if (all.length >= count) break
      all.push({ ...person })
    }
    return all
  }

  recent(): readonly MonitorEvent[] {
    return [...this.#logins, ...this.#troubles].map((event) => ({ ...event })).sort((a, b) => a.at - b.at)
  }

  subscribe(told: (event: MonitorEvent) => void): () => void {
    this.#subscribers.add(told)
    return () => void this.#subscribers.delete(told)
  }

  #ratesOver(seconds: number, now: Millis): Rates {
    const { entries, bytesIn, bytesOut, opened, refused } = this.#rates
    return {
      entries: entries.perSecond(seconds, now),
      bytesIn: bytesIn.perSecond(seconds, now),
      bytesOut: bytesOut.perSecond(seconds, now),
      opened: opened.perSecond(seconds, now),
      refused: refused.perSecond(seconds, now),
    }
  }

  #remember(list: MonitorEvent[], event: MonitorEvent): void {
    list.push(event)
    if (list.length > MAX_EVENTS) list.shift()
    for (const told of this.#subscribers) {
      try {
        told({ ...event })
      } catch {
        this.#subscribers.delete(told)
      }
    }
  }
}
