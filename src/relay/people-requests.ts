/** Who somebody is, who else there is, and how to reach them: hello, registration, directory, packages, presence. */
import { equalBytes, toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { DirectoryEntry } from "../protocol/directory-entry.ts"
import type { Of } from "../protocol/messages.ts"
import type { AddressGate } from "./admission.ts"
import type { Channels } from "./channel.ts"
import type { Door } from "./door.ts"
import type { Cut } from "./monitor.ts"
import type { Core } from "./core.ts"
import { deviceKey, type Directory, isCertified, namesDevice, type Person } from "./directory.ts"
import { SLOW_BYTES } from "./effects.ts"
import { HourlyLimit } from "./hourly-limit.ts"
import { shelfOf } from "./packages.ts"
import type { ShelfRequests } from "./shelf-requests.ts"
import { News } from "./news.ts"
import { Presence } from "./presence.ts"
import { judgeHello, type Session } from "./session.ts"
import { type Approval, approvalHash } from "./succession.ts"
import type { TreeLog } from "./tree-log.ts"
import type { Refusal } from "../protocol/errors.ts"

/** More would let a stranger fill the disk with lines of the log. */
const REFUSALS_TOLD_PER_HOUR = 600
/** Tries to register on one connection: each costs the relay some signatures to check. */
const MAX_REGISTRATIONS = 5
const NO_ENTRY = new Uint8Array(0)

export class PeopleRequests {
  readonly #core: Core
  readonly #gate: AddressGate
  readonly #directory: Directory
  readonly #log: TreeLog
  readonly #channels: Channels
  readonly #door: Door
  readonly #shelves: ShelfRequests
  readonly #presence = new Presence()
  /** All together. */
  readonly #refusalsTold = new HourlyLimit(REFUSALS_TOLD_PER_HOUR)
  /** By account: each entry is kept for ever and copied by everybody, and its name is taken for good. */
  readonly #updates: HourlyLimit
  /** Authenticated connections by device. */
  readonly #members = new Map<string, Session>()
  readonly #news: News
  /** The signature of the head that members were last told of. */
  #told: Uint8Array

  constructor(
    core: Core,
    gate: AddressGate,
    directory: Directory,
    log: TreeLog,
    channels: Channels,
    door: Door,
    shelves: ShelfRequests,
  ) {
    this.#door = door
    this.#core = core
    this.#updates = new HourlyLimit(() => core.config.limits.updatesPerHour)
    this.#gate = gate
    this.#directory = directory
    this.#log = log
    this.#told = log.head.signature
    this.#channels = channels
    this.#shelves = shelves
    this.#news = new News(core, this.#members)
  }

  hello(session: Session, message: Of<"hello">): void {
    const greeting = judgeHello(message, session, this.#core.relayId, this.#directory, this.#core.now)
    const person = this.#directory.person(message.accountId)
    // Only whoever holds the account's key gets this far, and may know why.
    if (greeting.kind !== "refused" && person !== undefined && this.#door.isBanned(person.root))
      return this.refuseLogin(session, 0, "banned")
    switch (greeting.kind) {
      case "refused":
        return this.refuseLogin(session, 0, greeting.code)
      case "unknown":
        session.state = { kind: "unregistered", hello: message }
        session.waitingSince = this.#core.now
        return this.#sendBack(session, message.accountId)
      case "member":
        if (this.#isFull(deviceKey(message.accountId, message.deviceId)))
          return this.refuseLogin(session, 0, "busy")
        this.#logIn(session, message)
        return this.#core.answer(session, 0, () => this.#welcome(session))
    }
  }

  /**
   * Whoever holds the account's key gets its newest entry, to continue it, or that of the account which has taken its
   * place; that was checked if there is one now.
   */
  #sendBack(session: Session, accountId: Uint8Array): void {
    const isKnown = this.#directory.person(accountId) !== undefined
    this.#core.answer(session, 0, () => {
      const person = isKnown ? this.#directory.person(accountId) : undefined
      const newest = person === undefined ? NO_ENTRY : this.#directory.entryOf(this.#directory.newest(person))
      this.#core.effects.send(session, { type: "registerFirst", newest })
    })
  }

  /** A stranger's first entry, or one that adds its device; or a member's newer entry. */
  register(session: Session, { rid, admission, entry: bytes }: Of<"register">): void {
    const core = this.#core
    if (++session.registrations > MAX_REGISTRATIONS && session.member === undefined) {
      return this.refuseLogin(session, rid, "busy")
    }
    const hello = session.state.kind === "unregistered" ? session.state.hello : undefined
    const isKnown = hello === undefined || this.#directory.person(hello.accountId) !== undefined
    const isUsed = (channelId: Uint8Array) => this.#channels.isUsed(channelId)
    const checked = this.#directory.check(bytes, isUsed, session.approval)
    // Who is here already needs no invitation, whatever the number of their keys.
    const isNext = checked.kind === "fits" && checked.before !== undefined && session.approval === undefined
    if (!isKnown && !isNext && !this.#door.opens(admission, core.now)) {
      this.#gate.wrongCode(session.remote, core.now)
      return this.refuseLogin(session, rid, "not-allowed")
    }
    // Before what it brings is looked at: whoever only asks for a place is told as well (`doctor --net`).
    if (hello !== undefined && this.#isFull(deviceKey(hello.accountId, hello.deviceId)))
      return this.refuseLogin(session, rid, "busy")
    if (checked.kind === "refused") return this.#refuse(session, rid, checked.code)
    const { entry, before } = checked
    if (before !== undefined && this.#door.isBanned(before.root))
      return this.refuseLogin(session, rid, "banned")
    if (hello === undefined) {
      if (deviceKey(entry.accountId, session.member!.deviceId) !== session.member!.deviceKey) {
        return this.#refuse(session, rid, "not-allowed")
      }
    } else if (!namesDevice(entry, hello) || !isCertified(entry.accountEd, hello, core.now)) {
      return this.#refuse(session, rid, "bad-directory-entry")
    }
    const isNew = before === undefined && this.#directory.person(entry.accountId) === undefined
    if (isNew && this.#directory.people >= core.config.limits.people)
      return this.#refuse(session, rid, "quota")
    const asked = isNew ? this.#door.asks(entry.accountId, entry.name, core.now) : undefined
    if (asked !== undefined) return this.refuseLogin(session, rid, asked)
    // A person's, whatever the number of their keys.
    const account = (before ?? this.#directory.person(entry.accountId))?.root ?? toHex(entry.accountId)
    if (!this.#updates.allows(account, core.now)) return this.#refuse(session, rid, "busy")
    this.#updates.count(account, core.now)
    this.#forgetRemovedDevices(entry)
    if (before) this.#forgetRemovedDevices({ accountId: before.accountId, devices: [] })
    const person = this.#directory.add(bytes.slice(), entry)
    if (isNew) {
      this.#door.use(admission)
      this.#door.arrived(entry.accountId)
    }
    if (hello !== undefined) session.state = { kind: "registering", hello }
    core.later((committed) => {
      if (!committed) {
        if (hello !== undefined && session.state.kind === "registering")
          session.state = { kind: "unregistered", hello }
        return core.effects.refuse(session, rid, "storage")
      }
      core.effects.send(session, { type: "done", rid })
      if (isNew) {
        core.effects.report({ type: "person.registered", name: person.name, people: this.#directory.people })
      }
      this.#dropRemovedDevices(person)
      if (before) this.#dropRemovedDevices({ key: before.key, accountId: before.accountId, devices: [] })
      if (hello !== undefined && session.state.kind === "registering") {
        this.#logIn(session, hello)
        this.#welcome(session)
      }
    })
  }

  /** Somebody who has lost their keys shows the operator's code: what it is worth stands in the operator's notes. */
  showApproval(session: Session, { rid, admission, code }: Of<"showApproval">): void {
    const core = this.#core
    if (++session.registrations > MAX_REGISTRATIONS) return this.refuseLogin(session, rid, "busy")
    if (!this.#door.opens(admission, core.now)) {
      this.#gate.wrongCode(session.remote, core.now)
      return this.refuseLogin(session, rid, "not-allowed")
    }
    const hash = approvalHash(code)
    session.asked = { rid, hash }
    core.later(() => core.effects.lookUpApproval(session, hash))
  }

  /** @param found what the notes hold under this hash. */
  approval(session: Session, hash: Uint8Array, found: Approval | undefined): void {
    const core = this.#core
    const { asked } = session
    if (session.state.kind !== "unregistered" || asked === undefined || !equalBytes(asked.hash, hash)) return
    session.asked = undefined
    const { rid } = asked
    const isGood = found !== undefined && found.until > core.now && !this.#directory.isUsedApproval(hash)
    const person = isGood ? this.#directory.bearer(found.name) : undefined
    if (person === undefined) {
      this.#gate.wrongCode(session.remote, core.now)
      return this.refuseLogin(session, rid, "not-allowed")
    }
    session.approval = { hash, accountId: person.accountId }
    core.answer(session, rid, () => {
      core.effects.send(session, { type: "approved", rid, newest: this.#directory.entryOf(person) })
    })
  }

  getDirectory(session: Session, { rid, from }: Of<"getDirectory">): void {
    this.#core.answer(session, rid, () => {
      if (session.outBytes > SLOW_BYTES) return this.#core.effects.refuse(session, rid, "busy")
      const size = this.#log.published
      const entries = from >= size ? [] : this.#directory.page(from).slice(0, size - from)
      this.#core.effects.send(session, { type: "directory", rid, from, size, entries })
    })
  }

  /** Nothing is answered with a head that is older than the one that was shown, if that was one of ours. */
  getHead(session: Session, { rid, known }: Of<"getHead">): void {
    this.#core.answer(session, rid, () => {
      for (const head of known) {
        const refusal = this.#log.show(head)
        if (refusal !== undefined) return this.#core.effects.refuse(session, rid, refusal)
      }
      const { relayPublic, opening, head } = this.#log
      this.#core.effects.send(session, { type: "treeHead", rid, relayPublic, opening, head })
    })
  }

  /** `refused`, then the end of the connection. */
  refuseLogin(session: Session, rid: number, code: Refusal): void {
    const { effects } = this.#core
    this.#core.later(() => {
      if (session.state.kind === "closed") return
      this.#core.monitor.turnedAway(session.remote, code)
      this.#tellRefusal(session.remote, code)
      effects.refuse(session, rid, code)
      effects.close(session)
    })
    // Frames that came with it must not be looked at any more.
    session.state = { kind: "refused" }
  }

  /**
   * Ends a person's connections, on whatever account of theirs, once it is durable why.
   * @returns how many there are.
   */
  dropPerson(root: string, code: Refusal, why: Cut): number {
    const theirs = [...this.#members.values()].filter(
      ({ member }) => this.#directory.person(member!.accountId)?.root === root,
    )
    this.#core.later((committed) => {
      for (const session of committed ? theirs : []) {
        this.#core.effects.refuse(session, 0, code)
        this.#core.effects.close(session, why)
      }
    })
    return theirs.length
  }

  /** The connection of a device, if it has one. */
  sessionOf(device: string): Session | undefined {
    return this.#members.get(device)
  }

  /** The connection is gone. */
  left(session: Session): void {
    const { member } = session
    if (member === undefined) return
    if (this.#members.get(member.deviceKey) === session) this.#members.delete(member.deviceKey)
    if (!session.isPresent) return
    session.isPresent = false
    this.#core.monitor.left(member.accountId, session.remote)
    const isLast = this.#presence.leave(member.accountKey)
    this.#core.later(() => {
      if (isLast) this.#news.presence(member, false)
      const name = this.#directory.person(member.accountId)?.name ?? ""
      this.#core.effects.report({
        type: "client.disconnected",
        name,
        remote: session.remote,
        online: this.#presence.online,
      })
    })
  }

  /** After the outcomes of a batch. */
  settle(): void {
    const { head, published } = this.#log
    if (head.signature !== this.#told && !equalBytes(head.signature, this.#told))
      this.#news.directoryGrew(published)
    this.#told = head.signature
    this.#news.settle()
  }

  /** When somebody is to be told of others; Infinity when there is nothing to tell. */
  get nextNews(): Millis {
    return this.#news.due
  }

  /** What the limits of the last hour remember of an account: entries of its own, packages of others. */
  lastHour(account: string): { updates: number; taken: { who: number; times: number } } {
    const { now } = this.#core
    return { updates: this.#updates.of(account, now).times, taken: this.#shelves.takenBy(account) }
  }

  sweep(): void {
    this.#updates.sweep(this.#core.now)
  }

  #logIn(session: Session, { accountId, deviceId }: Of<"hello">): void {
    const person = this.#directory.person(accountId)!
    const member = {
      accountId: person.accountId,
      accountKey: person.key,
      // Without the rest of the hello, of which it is a piece.
      deviceId: deviceId.slice(),
      deviceKey: deviceKey(accountId, deviceId),
      root: person.root,
    }
    const before = this.#members.get(member.deviceKey)
    if (before !== undefined) {
      this.#core.effects.refuse(before, 0, "superseded")
      this.#core.effects.close(before, "superseded")
    }
    this.#members.set(member.deviceKey, session)
    session.member = member
    session.state = { kind: "member" }
    this.#core.newcomers.left(session)
  }

  /** Whoever connects a second time takes the place of the first. */
  #isFull(device: string): boolean {
    return this.#members.size >= this.#core.config.limits.connections && !this.#members.has(device)
  }

  #welcome(session: Session): void {
    const { member, state, remote } = session
    const { effects, config, now } = this.#core
    if (member === undefined || state.kind !== "member") return
    const { oneUse, lastResort } = this.#shelves.count(shelfOf(member.accountId, member.deviceId))
    effects.trust(session)
    effects.send(session, {
      type: "ready",
      relayName: config.name,
      open: config.admissionHash === undefined,
      time: now,
      directorySize: this.#log.published,
      packagesLeft: oneUse,
      lastResort,
    })
    if (this.#presence.online > 0) effects.sendFrame(session, this.#presence.frames)
    session.isPresent = true
    this.#core.monitor.arrived(member.accountId, remote)
    if (this.#presence.enter(member.accountKey, member.accountId)) this.#news.presence(member, true)
    const { name } = this.#directory.person(member.accountId)!
    effects.report({ type: "client.connected", name, remote, online: this.#presence.online })
  }

  #tellRefusal(remote: string, code: Refusal): void {
    const { effects, now } = this.#core
    if (!this.#refusalsTold.allows("", now)) return
    this.#refusalsTold.count("", now)
    effects.report({ type: "client.refused", remote, code })
  }

  #dropRemovedDevices(person: Pick<Person, "key" | "accountId" | "devices">): void {
    const kept = new Set(person.devices.map((device) => deviceKey(person.accountId, device.deviceId)))
    for (const [key, session] of this.#members) {
      if (session.member!.accountKey !== person.key || kept.has(key)) continue
      this.#core.effects.refuse(session, 0, "not-allowed")
      this.#core.effects.close(session, "removed")
    }
  }

  /** What was kept for a device goes with it, in the transaction that removes it. */
  #forgetRemovedDevices({ accountId, devices }: Pick<DirectoryEntry, "accountId" | "devices">): void {
    for (const { deviceId } of this.#directory.person(accountId)?.devices ?? []) {
      if (devices.some((device) => equalBytes(device.deviceId, deviceId))) continue
      this.#core.store.dropPackages(shelfOf(accountId, deviceId))
      this.#core.store.dropGeneration(shelfOf(accountId, deviceId))
    }
  }

  #refuse(session: Session, rid: number, code: Refusal): void {
    this.#core.later(() => this.#core.effects.refuse(session, rid, code))
  }
}
