/**
 * The machines of a verification without everything around them: people, what each believes of the others, and logs that
 * a relay may show to some of them only. Fast enough for a room of forty a thousand times.
 */
import { equalBytes, toHex } from "../../src/bytes.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import type { VerificationContent } from "../../src/protocol/content.ts"
import { stepRound } from "../../src/client/verify-round.ts"
import {
  invited,
  lead,
  type RoundEvent,
  type RoundNext,
  type RoundState,
} from "../../src/client/verify-round-state.ts"
import { type Chance, seeded, seededRandom } from "./sim.ts"

export interface Entry {
  from: Uint8Array
  content: VerificationContent
}

/** A log of the room as the relay shows it to some. */
export interface Branch {
  name: string
  channelId: Uint8Array
  authenticator: Uint8Array
  entries: Entry[]
}

export interface Party {
  id: Uint8Array
  branch: Branch
  /** By account in hex: what this one's directory says. */
  directory: Map<string, string>
  state: RoundState | undefined
  read: number
  /** What a dishonest program says instead. */
  forge: (content: VerificationContent) => readonly VerificationContent[]
  /** Marks that its machine made, and whether its own person had just said yes. */
  marks: { kind: NonNullable<RoundNext["mark"]>; bySelf: boolean }[]
  reveals: Map<string, number>
}

export const MINUTE = 60_000
const DEVICE = new Uint8Array(16)
const ROOM = new Uint8Array(32).fill(9)

export function idOf(name: string): Uint8Array {
  return labelledHash("account", new TextEncoder().encode(name))
}

export class RoomModel {
  now = 1_000_000
  readonly parties: Party[] = []
  readonly chance: Chance
  /** Whom leaders see connected; nobody: the list is closed by a person. */
  isOnline: (id: Uint8Array) => boolean = () => false
  readonly #bytes: (length: number) => Uint8Array

  constructor(chance: Chance) {
    this.chance = chance
    const random = seededRandom(chance)
    this.#bytes = (length) => random.bytes(length)
  }

  branch(name: string): Branch {
    const [channelId, authenticator] = [this.#bytes(32), this.#bytes(32)]
    return { name, channelId, authenticator, entries: [] }
  }

  /** @param directory names by account, as this one's relay tells them; its own is among them. */
  add(name: string, branch: Branch, directory: Map<string, string>): Party {
    const id = idOf(name)
    const party: Party = {
      id,
      branch,
      directory,
      state: undefined,
      read: 0,
      forge: (content) => [content],
      marks: [],
      reveals: new Map(),
    }
    this.parties.push(party)
    return party
  }

  lead(leader: Party): void {
    const start = {
      sid: this.#bytes(16),
      room: ROOM,
      own: leader.id,
      leader: leader.id,
      attempt: 1,
      now: this.now,
    }
    const { state, send } = lead(
      start,
      this.#bytes(32),
      this.parties.map(({ id }) => id),
    )
    leader.state = state
    this.#say(leader, send)
  }

  do(party: Party, event: Exclude<RoundEvent, { type: "heard" | "time" }>): void {
    if (party.state) this.#follow(party, stepRound(party.state, event, this.now), event)
  }

  /** Everybody reads their log to its end, in any order, each at their own speed. */
  settle(parties: readonly Party[] = this.parties): void {
    for (;;) {
      const behind = parties.filter(({ read, branch }) => read < branch.entries.length)
      if (behind.length === 0) return
      const party = this.chance.pick(behind)
      const some = 1 + this.chance.below(party.branch.entries.length - party.read)
      for (let i = 0; i < some; i++) this.#read(party, party.branch.entries[party.read++]!)
    }
  }

  pass(ms: number): void {
    this.now += ms
    for (const party of this.parties) {
      if (!party.state) continue
      const event = {
        type: "time" as const,
        fresh: () => this.#fresh(),
        isOnline: (id: Uint8Array) => this.isOnline(id),
      }
      this.#follow(party, stepRound(party.state, event, this.now), event)
    }
  }

  #read(party: Party, { from, content }: Entry): void {
    const { branch, directory } = party
    if (!("sid" in content)) return
    const isTheirs = content.type === "roundStart" && !equalBytes(from, party.id)
    const place = { channelId: branch.channelId, authenticator: branch.authenticator }
    if (isTheirs && !party.state) {
      const { sid } = content
      const start = { sid, room: ROOM, own: party.id, leader: from, attempt: 1, now: this.now }
      party.state = invited(start, place)
      return this.do(party, { type: "agreed", random: this.#bytes(32) })
    }
    if (!party.state) return
    const isSame = equalBytes(content.sid, party.state.sid)
    const isNext = isTheirs
    if (!isSame && !isNext) return
    const event: RoundEvent = {
      type: "heard",
      content,
      from,
      device: DEVICE,
      nameOf: (id) => directory.get(toHex(id)),
      place,
      fresh: () => this.#fresh(),
      isOnline: (id) => this.isOnline(id),
    }
    this.#follow(party, stepRound(party.state, event, this.now), event)
  }

  #follow(party: Party, next: RoundNext, event: RoundEvent): void {
    if (next.mark) party.marks.push({ kind: next.mark, bySelf: event.type === "answered" && event.matches })
    party.state = next.state
    this.#say(party, next.send)
  }

  #say(party: Party, send: readonly VerificationContent[]): void {
    for (const content of send.flatMap((each) => party.forge(each))) {
      if (content.type === "roundReveal") {
        const sid = toHex(content.sid)
        party.reveals.set(sid, (party.reveals.get(sid) ?? 0) + 1)
      }
      party.branch.entries.push({ from: party.id, content })
    }
  }

  #fresh() {
    return { sid: this.#bytes(16), random: this.#bytes(32) }
  }
}

/** The seven words of somebody's screen, as one text; undefined when there are none. */
export function wordsOn({ state }: Party): string | undefined {
  return state?.words?.join(" ")
}

/** The roll of somebody's screen. */
export function rollOn({ state }: Party): string[] {
  return state?.list?.map(({ name }) => name) ?? []
}

/** A directory in which each account has its own name. */
export function honestDirectory(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [toHex(idOf(name)), name]))
}

/** Forty people of these names. */
export const NAMES: readonly string[] = Array.from(
  { length: 40 },
  (_, at) => `p${String(at).padStart(2, "0")}`,
)

/** Honest people in one room; the first one leads. */
export function room(seed: number, names: readonly string[] = NAMES) {
  const model = new RoomModel(seeded(seed))
  const main = model.branch("main")
  const people = names.map((name) => model.add(name, main, honestDirectory(names)))
  return { model, main, people, leader: people[0]! }
}

/** The leader asks, all come in, and the list is closed. */
export function toWords(model: RoomModel, leader: Party): void {
  model.lead(leader)
  model.settle()
  model.do(leader, { type: "closed" })
  model.settle()
}
