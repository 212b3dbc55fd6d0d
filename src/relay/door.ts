/**
 * Who may come in (PROTOCOL.md §3.5): the relay's own code and the operator's invitations, the names on the list, who
 * waits to be let in, and who is banned. It knows codes by their hash alone: what a code or the room's secret is, the
 * relay never learns.
 *
 *     code good? ──no──▶ not-allowed
 *        │yes            invitation: in      list: in when the name is listed, else not-allowed
 *        ▼               approval: in when the operator has let this account in, else awaiting
 *      mode
 */
import { ByteReader, BytesError, ByteWriter, equalBytes, fromHex, fromUtf8, toHex, utf8 } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import type { Millis } from "../platform/clock.ts"
import type { Refusal } from "../protocol/errors.ts"
import { foldedName } from "../protocol/names.ts"
import { admits } from "./admission.ts"
import { NOTE_KINDS, type NoteKind } from "./door-store.ts"
import { StoreError } from "./errors.ts"
import type { RelayStore } from "./store.ts"

/** In the order of their numbers on the disk. */
export const ADMISSION_MODES = ["invitation", "approval", "list"] as const
export type AdmissionMode = (typeof ADMISSION_MODES)[number]

export interface Invitation {
  /** The first eight digits of its hash; `MAIN_INVITATION` for the relay's own. */
  id: string
  made: Millis
  /** How many may still come in with it, and until when; undefined: no end. */
  left: number | undefined
  until: Millis | undefined
  /** Who came in with it. */
  used: number
}

export interface Waiting {
  accountId: Uint8Array
  name: string
  since: Millis
}

/** More invitations, bans, names and people waiting than any school has; what a relay reads at its start. */
export const MAX_NOTES = 10_000
/** People who wait. The next one is told to come later. */
export const MAX_WAITING = 256
/** Then whoever waits has gone elsewhere. */
export const WAITING_MS: Millis = 7 * 86_400_000
export const MAIN_INVITATION = "main"
const ID_DIGITS = 8
const NO_LIMIT = 0
const MAX_NAME_BYTES = 512

interface Kept {
  made: Millis
  until: Millis
  /** 0: no limit. */
  uses: number
  used: number
}

export class Door {
  readonly #store: RelayStore
  readonly #mainHash: Uint8Array | undefined
  #mode: AdmissionMode = "invitation"
  #bans = new Map<string, Millis>()
  #invitations = new Map<string, Kept>()
  #waiting = new Map<string, { name: string; since: Millis }>()
  /** `name`: as which the operator let them in; empty in a note of an earlier version. */
  #admitted = new Map<string, { name: string; since: Millis }>()
  #listed = new Map<string, string>()

  /** @param mainHash of the relay's own code; undefined for an open relay. @throws StoreError. */
  constructor(store: RelayStore, mainHash: Uint8Array | undefined) {
    this.#store = store
    this.#mainHash = mainHash
    this.reload()
  }

  /** What a failed commit has undone. */
  reload(): void {
    this.#bans = new Map(this.#read(NOTE_KINDS.ban, (value) => value.u64()))
    this.#invitations = new Map(this.#read(NOTE_KINDS.invitation, readInvitation))
    this.#waiting = new Map(this.#read(NOTE_KINDS.waiting, readWaiting))
    this.#admitted = new Map(this.#read(NOTE_KINDS.admitted, readWaiting))
    this.#listed = new Map(this.#read(NOTE_KINDS.listed, (value) => fromUtf8(value.rest())))
    const [mode] = this.#read(NOTE_KINDS.mode, (value) => value.u8())
    this.#mode = ADMISSION_MODES[mode?.[1] ?? 0] ?? "invitation"
  }

  get mode(): AdmissionMode {
    return this.#mode
  }

  setMode(mode: AdmissionMode): void {
    this.#mode = mode
    const value = new ByteWriter(1).u8(ADMISSION_MODES.indexOf(mode)).done()
    this.#store.door.put(NOTE_KINDS.mode, { key: new Uint8Array(0), value })
  }

  /** Whether a code lets somebody in now. An open relay asks for none. */
  opens(code: Uint8Array, now: Millis): boolean {
    if (this.#mainHash === undefined) return true
    const kept = this.#invitations.get(toHex(labelledHash("admission", code)))
    if (kept !== undefined) return isGood(kept, now)
    return admits(this.#mainHash, code)
  }

  /** Somebody came in with it. */
  use(code: Uint8Array): void {
    if (this.#mainHash === undefined) return
    const hash = labelledHash("admission", code)
    const kept = this.#invitations.get(toHex(hash))
    if (kept === undefined) return
    kept.used++
    this.#keep(hash, kept)
  }

  /**
   * What the mode says about an account that is new here and whose code is good. Whoever has to wait is noted down.
   * @returns why not; undefined lets it in.
   */
  asks(accountId: Uint8Array, name: string, now: Millis): Refusal | undefined {
    const key = toHex(accountId)
    switch (this.#mode) {
      case "invitation":
        return undefined
      case "list":
        return this.#listed.has(toHex(utf8(foldedName(name)))) ? undefined : "not-allowed"
      case "approval": {
        const admitted = this.#admitted.get(key)
        if (admitted?.name === "" || (admitted && foldedName(admitted.name) === foldedName(name)))
          return undefined
        if (!this.#waiting.has(key) && this.#waiting.size >= MAX_WAITING) return "busy"
        if (this.#waiting.get(key)?.name === name) return "awaiting"
        this.#waiting.set(key, { name, since: this.#waiting.get(key)?.since ?? now })
        const value = concatNumber(this.#waiting.get(key)!.since, utf8(name))
        this.#store.door.put(NOTE_KINDS.waiting, { key: accountId.slice(), value })
        return "awaiting"
      }
    }
  }

  /** It is in the directory now: what let it in has done its work. */
  arrived(accountId: Uint8Array): void {
    this.#drop(NOTE_KINDS.admitted, this.#admitted, accountId)
    this.#drop(NOTE_KINDS.waiting, this.#waiting, accountId)
  }

  /** @param root `Person.root`. */
  isBanned(root: string): boolean {
    return this.#bans.has(root)
  }

  get bans(): readonly { root: string; since: Millis }[] {
    return [...this.#bans].map(([root, since]) => ({ root, since }))
  }

  /** @returns whether something changed; so do the others. */
  ban(root: string, now: Millis): boolean {
    if (this.#bans.has(root) || this.#bans.size >= MAX_NOTES) return false
    this.#bans.set(root, now)
    this.#store.door.put(NOTE_KINDS.ban, { key: fromHex(root), value: concatNumber(now) })
    return true
  }

  unban(root: string): boolean {
    return this.#drop(NOTE_KINDS.ban, this.#bans, fromHex(root))
  }

  /** @param hash of the code. @param uses how many may come in with it, from 1. */
  invite(hash: Uint8Array, uses: number | undefined, until: Millis | undefined, now: Millis): boolean {
    const key = toHex(hash)
    if (this.#invitations.has(key) || this.#invitations.size >= MAX_NOTES) return false
    this.#keep(hash, { made: now, until: until ?? NO_LIMIT, uses: uses ?? NO_LIMIT, used: 0 })
    return true
  }

  /**
   * Nobody comes in with it any more. The relay's own stays on the list, and `restore` brings it back.
   * @param id as in `Invitation.id`.
   */
  revoke(id: string, now: Millis): boolean {
    if (id === MAIN_INVITATION) {
      if (this.#mainHash === undefined || this.#isMainRevoked) return false
      this.#keep(this.#mainHash, { made: now, until: 1, uses: NO_LIMIT, used: 0 })
      return true
    }
    const found = [...this.#invitations.keys()].filter((hash) => hash.startsWith(id) && !this.#isMain(hash))
    if (id.length < ID_DIGITS || found.length !== 1) return false
    return this.#drop(NOTE_KINDS.invitation, this.#invitations, fromHex(found[0]!))
  }

  /** The relay's own invitation is good again. */
  restoreMain(): boolean {
    const hash = this.#mainHash
    return hash !== undefined && this.#drop(NOTE_KINDS.invitation, this.#invitations, hash)
  }

  /** Those that are still good. An open relay has none. */
  invitations(now: Millis): readonly Invitation[] {
    const made = [...this.#invitations].filter(([hash, kept]) => !this.#isMain(hash) && isGood(kept, now))
    const own = { id: MAIN_INVITATION, made: 0, left: undefined, until: undefined, used: 0 }
    return [
      ...(this.#mainHash === undefined || this.#isMainRevoked ? [] : [own]),
      ...made.map(([hash, { made: at, until, uses, used }]) => ({
        id: hash.slice(0, ID_DIGITS),
        made: at,
        left: uses === NO_LIMIT ? undefined : uses - used,
        until: until === NO_LIMIT ? undefined : until,
        used,
      })),
    ]
  }

  /** Who waits, longest first. */
  get waiting(): readonly Waiting[] {
    const all = [...this.#waiting].map(([key, { name, since }]) => ({ accountId: fromHex(key), name, since }))
    return all.sort((a, b) => a.since - b.since)
  }

  /** They come in the next time they ask, which a client does by itself. */
  admit(accountId: Uint8Array, now: Millis): boolean {
    const name = this.#waiting.get(toHex(accountId))?.name
    if (name === undefined || !this.#drop(NOTE_KINDS.waiting, this.#waiting, accountId)) return false
    this.#admitted.set(toHex(accountId), { name, since: now })
    const value = concatNumber(now, utf8(name))
    this.#store.door.put(NOTE_KINDS.admitted, { key: accountId.slice(), value })
    return true
  }

  /** They wait no more. They may ask again, unless they are banned. */
  turnAway(accountId: Uint8Array): boolean {
    return this.#drop(NOTE_KINDS.waiting, this.#waiting, accountId)
  }

  get listed(): readonly string[] {
    return [...this.#listed.values()].sort()
  }

  list(name: string): boolean {
    const key = utf8(foldedName(name))
    if (this.#listed.has(toHex(key)) || this.#listed.size >= MAX_NOTES) return false
    this.#listed.set(toHex(key), name)
    this.#store.door.put(NOTE_KINDS.listed, { key, value: utf8(name) })
    return true
  }

  unlist(name: string): boolean {
    return this.#drop(NOTE_KINDS.listed, this.#listed, utf8(foldedName(name)))
  }

  /** Forgets invitations that are used up or over, and who waited too long. */
  sweep(now: Millis): void {
    for (const [hash, kept] of this.#invitations)
      if (!this.#isMain(hash) && !isGood(kept, now))
        this.#drop(NOTE_KINDS.invitation, this.#invitations, fromHex(hash))
    for (const [key, { since }] of this.#waiting)
      if (now - since > WAITING_MS) this.#drop(NOTE_KINDS.waiting, this.#waiting, fromHex(key))
  }

  get #isMainRevoked(): boolean {
    return this.#mainHash !== undefined && this.#invitations.has(toHex(this.#mainHash))
  }

  #isMain(hash: string): boolean {
    return this.#mainHash !== undefined && equalBytes(fromHex(hash), this.#mainHash)
  }

  #keep(hash: Uint8Array, kept: Kept): void {
    this.#invitations.set(toHex(hash), kept)
    const { made, until, uses, used } = kept
    const value = new ByteWriter(24).u64(made).u64(until).u32(uses).u32(used).done()
    this.#store.door.put(NOTE_KINDS.invitation, { key: hash.slice(), value })
  }

  #drop(kind: NoteKind, from: { delete(key: string): boolean }, key: Uint8Array): boolean {
    if (!from.delete(toHex(key))) return false
    this.#store.door.drop(kind, key)
    return true
  }

  #read<T>(kind: NoteKind, read: (value: ByteReader) => T): [string, T][] {
    try {
      return this.#store.door.all(kind).map(({ key, value }) => [toHex(key), read(new ByteReader(value))])
    } catch (cause) {
      if (!(cause instanceof BytesError)) throw cause
      throw new StoreError("damaged", "what the operator decided about coming in cannot be read", { cause })
    }
  }
}

function isGood({ until, uses, used }: Kept, now: Millis): boolean {
  return (until === NO_LIMIT || now < until) && (uses === NO_LIMIT || used < uses)
}

function readInvitation(value: ByteReader): Kept {
  return { made: value.u64(), until: value.u64(), uses: value.u32(), used: value.u32() }
}

function readWaiting(value: ByteReader): { name: string; since: Millis } {
  const since = value.u64()
  if (value.left > MAX_NAME_BYTES) throw new BytesError("too-long", "a name")
  return { since, name: fromUtf8(value.rest()) }
}

function concatNumber(number: number, rest: Uint8Array = new Uint8Array(0)): Uint8Array {
  return new ByteWriter(8 + rest.length).u64(number).raw(rest).done()
}
