/**
 * A room for the soak: many devices, one log in one order, and every state saved as rows and loaded again after each step.
 * Wrong verdicts throw; `counts` says how often each thing really happened.
 */
import { toHex, utf8 } from "../../src/bytes.ts"
import type { Applied, Commit, GroupState, MlsEngine, SuiteName } from "../../src/crypto/mls-engine.ts"
import type { Random } from "../../src/platform/random.ts"
import {
  canonical,
  createPerson,
  GROUP_ID,
  keyPackage,
  LINK,
  openedOf,
  type Person,
  secondDevice,
} from "./support.ts"

const EXPECTED = { groupId: GROUP_ID, parameters: LINK }

interface Device {
  name: string
  person: Person
  state: GroupState
  rows: Map<string, { key: Uint8Array; value: Uint8Array }>
}

interface Sealed {
  bytes: Uint8Array
  text: string
  author: Device
}

export type Count =
  | "added" | "joined" | "taken over" | "removed" | "updated" | "races" | "broken commits" | "ghost attempts"
  | "opened" | "late" | "replays" | "reloads" // prettier-ignore

export class SoakRoom {
  readonly counts: Partial<Record<Count, number>> = {}
  readonly #engine: MlsEngine
  readonly #suite: SuiteName
  readonly #random: Random
  devices: Device[] = []
  /** Last states of devices that are not members any more. */
  readonly #ghosts: GroupState[] = []
  /** Messages of this epoch that nobody but the author has opened. */
  #waiting: Sealed[] = []
  #names = 0

  constructor(engine: MlsEngine, suite: SuiteName, random: Random) {
    this.#engine = engine
    this.#suite = suite
    this.#random = random
  }

  async start(): Promise<void> {
    const person = createPerson(this.#random)
    const state = await this.#engine.create(this.#suite, GROUP_ID, LINK, person.signer)
    this.devices = [await this.#device(person, state)]
  }

  /** A number from 0 to below `limit`. */
  pick(limit: number): number {
    const [high, low] = this.#random.bytes(2)
    return (high! * 256 + low!) % limit
  }

  any(): Device {
    return this.devices[this.pick(this.devices.length)]!
  }

  /** Several messages by one device; they lie in the log until something reads them. */
  async send(device: Device): Promise<void> {
    for (let n = this.pick(8); n >= 0; n--) {
      const text = `${device.name} ${this.#names++}`
      const sealed = await this.#engine.seal(device.state, utf8(text), utf8(device.name))
      await this.#save(device, sealed.state)
      sealed.consumed.wipe()
      this.#waiting.push({ bytes: sealed.bytes, text, author: device })
    }
  }

  /** Everybody opens what waits, each in an order of their own, each once. */
  async read(): Promise<void> {
    for (const device of this.devices) {
      for (const { bytes, text, author } of this.#shuffled()) {
        if (author === device) continue
        const opened = openedOf(await this.#engine.open(device.state, bytes))
        if (toHex(opened.plain) !== toHex(utf8(text))) throw new Error("another text")
        if (toHex(opened.sender.deviceId) !== toHex(author.person.device.deviceId))
          throw new Error("another sender")
        await this.#save(device, opened.state)
        opened.consumed.wipe()
        this.#count("opened")
        await this.#mustRefuse(device.state, bytes, "replays")
      }
    }
    for (const ghost of this.#ghosts) {
      for (const { bytes } of this.#waiting.slice(0, 2))
        await this.#mustRefuse(ghost, bytes, "ghost attempts")
    }
    this.#waiting = []
  }

  async add(by: Device, newcomer: Person): Promise<void> {
    const own = await keyPackage(this.#engine, this.#suite, newcomer)
    const commit = await this.#engine.commit(by.state, { add: [own.public] })
    await this.#land(by, commit)
    const { state } = await this.#engine.joinWelcome(commit.welcome!, own, EXPECTED)
    this.devices.push(await this.#device(newcomer, state))
    this.#count("added")
  }

  /** From outside. A device that is in already takes over its own leaf, and its old state is a ghost. */
  async join(by: Person): Promise<void> {
    const header = await this.#engine.groupInfo(this.any().state)
    const commit = await this.#engine.joinExternal(header, EXPECTED, by.signer)
    const old = this.devices.find(({ person }) => person === by)
    await this.#land(undefined, commit)
    if (old !== undefined) await this.#bury(old, commit.bytes)
    this.devices.push(await this.#device(by, commit.state))
    this.#count(old === undefined ? "joined" : "taken over")
  }

  /** One device of an account removes another; does nothing when nobody has two. */
  async remove(): Promise<void> {
    const pairs = this.devices.flatMap((a) =>
      this.devices
        .filter((b) => a !== b && a.person.account === b.person.account)
        .map((b) => [a, b] as const),
    )
    if (pairs.length === 0) return
    const [by, victim] = pairs[this.pick(pairs.length)]!
    const commit = await this.#engine.commit(by.state, { remove: [victim.state.ownLeaf] })
    this.devices = this.devices.filter((device) => device !== victim)
    await this.#land(by, commit)
    await this.#bury(victim, commit.bytes)
    this.#count("removed")
  }

  async update(by: Device): Promise<void> {
    await this.#land(by, await this.#engine.commit(by.state, {}))
    this.#count("updated")
  }

  /** Two commits for one place in the log: the first lands, the other is dropped and its author follows. */
  async race(winner: Device, loser: Device): Promise<void> {
    const [first, second] = [
      await this.#engine.commit(winner.state, {}),
      await this.#engine.commit(loser.state, {}),
    ]
    this.#engine.wipeEnded(second.state, loser.state)
    await this.#land(winner, first)
    for (const device of this.devices) {
      const verdict = await this.#engine.apply(device.state, second.bytes)
      if (verdict.kind !== "void") throw new Error(`a lost commit is ${verdict.kind}`)
    }
    this.#count("races")
  }

  /** Nobody may follow a damaged commit, and everybody goes on from where they were. */
  async damage(by: Device): Promise<void> {
    const commit = await this.#engine.commit(by.state, {})
    const broken = commit.bytes.slice()
    const at = this.pick(broken.length)
    broken[at] = broken[at]! ^ (1 + this.pick(255))
    for (const device of this.devices) {
      if (device === by) continue
      const verdict = await this.#engine.apply(device.state, broken)
      if (verdict.kind === "applied") throw new Error("a damaged commit was applied")
    }
    this.#engine.wipeEnded(commit.state, by.state)
    this.#count("broken commits")
  }

  newPerson(): Person {
    return createPerson(this.#random)
  }

  anotherDevice(of: Device): Person {
    return secondDevice(of.person, this.#random)
  }

  /** A commit takes its place: its author merges it, everybody else applies it, and all agree. */
  async #land(author: Device | undefined, commit: Commit): Promise<void> {
    const late = this.#waiting[0] === undefined ? undefined : this.#waiting[this.pick(this.#waiting.length)]
    await this.read()
    for (const device of this.devices) {
      if (device === author || commit.state.members.every(({ leafKey }) => !sameKey(leafKey, device)))
        continue
      const old = device.state
      const applied = await this.#engine.apply(old, commit.bytes)
      if (applied.kind !== "applied") throw new Error(`${device.name}: ${applied.kind}, ${applied.reason}`)
      await this.#save(device, applied.state)
      applied.consumed.wipe()
      this.#engine.wipeEnded(old, device.state)
      this.#agree(device.state, commit.state)
    }
    if (author !== undefined) {
      const old = author.state
      await this.#save(author, commit.state)
      commit.consumed.wipe()
      this.#engine.wipeEnded(old, author.state)
    }
    for (const device of this.devices)
      if (late !== undefined) await this.#mustRefuse(device.state, late.bytes, "late")
    for (const ghost of this.#ghosts)
      await this.#mustNotFollow(await this.#engine.apply(ghost, commit.bytes), commit.state)
  }

  async #bury(device: Device, removal: Uint8Array): Promise<void> {
    this.devices = this.devices.filter((other) => other !== device)
    const told = await this.#engine.apply(device.state, removal)
    if (told.kind !== "applied" || !told.change.selfRemoved)
      throw new Error(`a removed device was told ${told.kind}`)
    // It tries on with what it had before it was told, and with what it has now.
    this.#ghosts.push(device.state, told.state)
  }

  async #mustNotFollow(applied: Applied, after: GroupState): Promise<void> {
    this.#count("ghost attempts")
    if (applied.kind !== "applied") return
    const follows = toHex(applied.state.epochAuthenticator) === toHex(after.epochAuthenticator)
    if (follows || !applied.change.selfRemoved) throw new Error("a removed device follows")
  }

  async #mustRefuse(state: GroupState, bytes: Uint8Array, why: Count): Promise<void> {
    if ((await this.#engine.open(state, bytes)).kind !== "refused") throw new Error(`opened: ${why}`)
    this.#count(why)
  }

  #agree(a: GroupState, b: GroupState): void {
    if (toHex(a.epochAuthenticator) !== toHex(b.epochAuthenticator)) throw new Error("two members diverge")
    const leaves = (state: GroupState) =>
      state.members.map(({ leaf, leafKey }) => `${leaf} ${toHex(leafKey)}`).join()
    if (leaves(a) !== leaves(b)) throw new Error("two members see different people")
  }

  async #device(person: Person, state: GroupState): Promise<Device> {
    const device: Device = { name: `d${this.#names++}`, person, state, rows: new Map() }
    await this.#save(device, state, true)
    return device
  }

  /** Writes the changed rows, loads everything, compares, and goes on with what was loaded half of the time. */
  async #save(device: Device, next: GroupState, first = false): Promise<void> {
    for (const { key, value } of this.#engine.rows(first ? undefined : device.state, next)) {
      if (value === undefined) device.rows.delete(toHex(key))
      else device.rows.set(toHex(key), { key, value })
    }
    const loaded = await this.#engine.load([...device.rows.values()])
    if (canonical(this.#engine, loaded).join() !== canonical(this.#engine, next).join())
      throw new Error("loading differs")
    device.state = this.pick(2) === 0 ? loaded : next
    this.#count("reloads")
  }

  #shuffled(): Sealed[] {
    return this.#waiting
      .map((sealed) => ({ sealed, at: this.pick(65_536) }))
      .sort((a, b) => a.at - b.at)
      .map(({ sealed }) => sealed)
  }

  #count(what: Count): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }
}

function sameKey(leafKey: Uint8Array, { state }: Device): boolean {
  const own = state.members.find(({ leaf }) => leaf === state.ownLeaf)
  return own !== undefined && toHex(own.leafKey) === toHex(leafKey)
}
