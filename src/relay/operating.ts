/**
 * What an operator may ask of a running relay, and what comes of it. Decided like everything else: staged, and answered
 * once it is on the disk. Names are resolved by the directory, ids by their beginning, and never by guessing.
 */
import { toBase64Url, toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { RelayLimits } from "./config.ts"
import type { Core } from "./core.ts"
import type { Directory, Person } from "./directory.ts"
import type { AdmissionMode, Door, Invitation } from "./door.ts"
import { tagOf } from "./monitor.ts"
import type { PeopleRequests } from "./people-requests.ts"
import type { Session } from "./session.ts"

/** `who` is a name of the directory, or the beginning of an id: `u_` and at least eight characters. */
export type OperatorAct =
  | { do: "clients" }
  | { do: "kick" | "ban" | "unban"; who: string }
  | { do: "bans" }
  /** @param hash H("admission", code): the code itself stays with whoever made it. */
  | { do: "invite"; hash: Uint8Array; uses: number | undefined; until: Millis | undefined }
  | { do: "invite-main" }
  | { do: "revoke"; invitation: string }
  | { do: "invitations" }
  | { do: "queue" }
  | { do: "admit" | "turn-away"; who: string }
  | { do: "list" | "unlist"; name: string }
  | { do: "listed" }
  | { do: "mode"; mode: AdmissionMode }
  | { do: "limits"; set: Partial<RelayLimits> }

/** One connection, for the operator's list. Not what it reads, nor with whom it writes. */
export interface ClientLine {
  /** Empty for a stranger. */
  name: string
  tag: string
  remote: string
  since: Millis
  heardAt: Millis
  bytesIn: number
  bytesOut: number
  /** Bytes that wait to be read by it. */
  unread: number
}

export type OperatorAnswer =
  | { ok: true; done: number }
  | { ok: true; clients: readonly ClientLine[] }
  | { ok: true; bans: readonly { name: string; tag: string; since: Millis }[] }
  | { ok: true; mode: AdmissionMode; invitations: readonly Invitation[] }
  | { ok: true; mode: AdmissionMode; waiting: readonly { name: string; tag: string; since: Millis }[] }
  | { ok: true; mode: AdmissionMode; listed: readonly string[] }
  | { ok: true; limits: RelayLimits }
  | { ok: false; why: "unknown" | "ambiguous" | "storage" | "stopping" }

/** Beginnings of an id that are shorter name too many. */
const LEAST_TAG = 10
const ID_BYTES = 16

export class Operating {
  readonly #core: Core
  readonly #directory: Directory
  readonly #people: PeopleRequests
  readonly #door: Door

  constructor(core: Core, directory: Directory, people: PeopleRequests, door: Door) {
    this.#core = core
    this.#directory = directory
    this.#people = people
    this.#door = door
  }

  /** @param sessions all connections. @param answered is called once, when it is durable or failed. */
  take(act: OperatorAct, sessions: Iterable<Session>, answered: (answer: OperatorAnswer) => void): void {
    const answer = this.#decide(act, sessions)
    this.#core.later((committed) => answered(committed ? answer() : { ok: false, why: "storage" }))
  }

  /** @returns what reads: it is read after the commit. */
  #decide(act: OperatorAct, sessions: Iterable<Session>): () => OperatorAnswer {
    const { now } = this.#core
    const door = this.#door
    const done = (count: boolean | number) => () => ({ ok: true as const, done: Number(count) })
    switch (act.do) {
      case "clients":
        return () => ({ ok: true, clients: this.#clients(sessions) })
      case "kick":
        return this.#withPerson(act.who, ({ root }) => done(this.#people.dropPerson(root, "busy", "kicked")))
      case "ban":
        return this.#withPerson(act.who, ({ root }) => {
          const isNew = door.ban(root, now)
          this.#people.dropPerson(root, "banned", "banned")
          return done(isNew)
        })
      case "unban":
        return this.#withPerson(act.who, ({ root }) => done(door.unban(root)))
      case "bans":
        return () => ({ ok: true, bans: door.bans.map(({ root, since }) => this.#banLine(root, since)) })
      case "invite":
        return done(door.invite(act.hash, act.uses, act.until, now))
      case "invite-main":
        return done(door.restoreMain())
      case "revoke":
        return done(door.revoke(act.invitation, now))
      case "invitations":
        return () => ({ ok: true, mode: door.mode, invitations: door.invitations(now) })
      case "queue":
        return () => ({ ok: true, mode: door.mode, waiting: door.waiting.map(waitingLine) })
      case "admit":
        return this.#withWaiting(act.who, (accountId) => done(door.admit(accountId, now)))
      case "turn-away":
        return this.#withWaiting(act.who, (accountId) => done(door.turnAway(accountId)))
      case "list":
        return done(door.list(act.name))
      case "unlist":
        return done(door.unlist(act.name))
      case "listed":
        return () => ({ ok: true, mode: door.mode, listed: door.listed })
      case "mode":
        door.setMode(act.mode)
        return done(1)
      case "limits": {
        Object.assign(this.#core.config.limits, act.set)
        return () => ({ ok: true, limits: { ...this.#core.config.limits } })
      }
    }
  }

  #withPerson(who: string, act: (person: Person) => () => OperatorAnswer): () => OperatorAnswer {
    const named = this.#directory.bearer(who)
    const found = named === undefined ? this.#directory.byId((id) => fits(id, who)) : [named]
    return oneOf(found, act)
  }

  #withWaiting(who: string, act: (accountId: Uint8Array) => () => OperatorAnswer): () => OperatorAnswer {
    const all = this.#door.waiting
    const named = all.filter(({ name }) => name === who)
    const found = named.length > 0 ? named : all.filter(({ accountId }) => fits(accountId, who))
    return oneOf(found, ({ accountId }) => act(accountId))
  }

  #clients(sessions: Iterable<Session>): ClientLine[] {
    const lines: ClientLine[] = []
    for (const { member, remote, openedAt, heardAt, bytesIn, bytesOut, outBytes } of sessions) {
      const name = member === undefined ? "" : (this.#directory.person(member.accountId)?.name ?? "")
      const tag = member === undefined ? "" : tagOf(member.accountId)
      lines.push({ name, tag, remote, since: openedAt, heardAt, bytesIn, bytesOut, unread: outBytes })
    }
    return lines
  }

  #banLine(root: string, since: Millis): { name: string; tag: string; since: Millis } {
    const [person] = this.#directory.byId((id) => toHex(id) === root)
    const newest = person && this.#directory.newest(person)
    return { name: newest?.name ?? "", tag: newest === undefined ? "" : tagOf(newest.accountId), since }
  }
}

function waitingLine({ accountId, name, since }: { accountId: Uint8Array; name: string; since: Millis }) {
  return { name, tag: tagOf(accountId), since }
}

/** @param who the beginning of an id as `secure-chat people list --json` shows it. */
function fits(accountId: Uint8Array, who: string): boolean {
  return who.length >= LEAST_TAG && `u_${toBase64Url(accountId.subarray(0, ID_BYTES))}`.startsWith(who)
}

function oneOf<T>(found: readonly T[], act: (one: T) => () => OperatorAnswer): () => OperatorAnswer {
  const [first] = found
  if (first === undefined) return () => ({ ok: false, why: "unknown" })
  return found.length > 1 ? () => ({ ok: false, why: "ambiguous" }) : act(first)
}
