/**
 * What an attack is, and where it is played: a lying relay, a few people with the real client, one attacker. The same
 * attacks run in the simulation (`test/hostile/lying.test.ts`) and, over real connections, in `secure-chat doctor --attack`.
 */
import type { Of } from "../protocol/messages.ts"
import type { Client } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import { CodedError } from "../errors.ts"
import type { ClientStore } from "../client/store.ts"
import type { MlsEngine } from "../crypto/mls-engine.ts"
import type { Address, Network, Pin } from "../platform/network.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import type { LyingRelay } from "./lying-relay.ts"

/** What is to come of an attack. */
export type Verdict =
  /** Somebody's program says this code: the person learns of it. `words` are those of the report. */
  | { kind: "detected"; by: string; words: string }
  /** Nobody needs to know: the attacker has got nothing. */
  | { kind: "harmless"; words: string }

export interface Attack {
  /** Lower case with hyphens; it stands in the threat model's table. */
  readonly name: string
  /** What the attacker does, in plain words. */
  readonly line: string
  readonly by: "the relay" | "somebody with the invitation" | "a member"
  readonly verdict: Verdict
  /** Some take an hour of somebody's time, which only the simulation has. */
  readonly where: "everywhere" | "simulation"
  /** Whether it needs the real group engine; others are played with a stand-in where there are very many. */
  readonly needsRealEngine?: true
  /** False where the attack itself leaves a chat that the person has stopped. */
  readonly recovers?: false
  /** Plays it. @returns what the attacker has got, in words; undefined for nothing. */
  play(stage: Stage): Promise<string | undefined>
}

/** A person's keys on their disk. */
export interface Profile {
  readonly name: string
  readonly store: ClientStore
  readonly accountId: Uint8Array
}

export interface Actor extends Profile {
  readonly client: Client
  readonly isAttacker: boolean
  readonly events: readonly ClientEvent[]
}

export interface ActorOptions {
  /** A modified client: what stands between it and the group engine. */
  engine?: (real: MlsEngine) => MlsEngine
  /** Not waited for: it may never get in. */
  isKeptOut?: boolean
  /** What stands on its screen, or comes from it, is nobody's promise. */
  isAttacker?: boolean
}

/** Numbers 0 to n−1 that decide what an attack may vary. */
export interface Dice {
  below(n: number): number
}

export interface Stage {
  readonly relay: LyingRelay
  readonly dice: Dice
  readonly random: Random
  readonly primitives: Primitives
  readonly engine: MlsEngine
  readonly network: Network
  readonly address: Address
  readonly pin: Pin & { kind: "spki" }
  /** The invitation's secret, 32 bytes: whoever plays somebody with the link has it. */
  readonly roomSecret: Uint8Array
  readonly actors: readonly Actor[]
  readonly promises: Promised[]
  /** What the person or a bystander has seen, beside what events say. */
  readonly seen: Set<string>
  /** Keys and a name, and no connection yet: the next `join` of that name goes on with them. */
  prepare(name: string): Profile
  /** Whose profile has this accountId, started or not. @throws RangeError when nobody's has. */
  profile(accountId: Uint8Array): Profile
  /** Somebody new, who is here when it resolves. */
  join(name: string, options?: ActorOptions): Promise<Actor>
  /** The relay's head, signed anew over the directory as `change` makes it. */
  resigned(answer: Of<"treeHead">, change: (entry: Uint8Array) => Uint8Array): Of<"treeHead">
  /** The person's program ends as it should; nothing more is asked of it. */
  leave(actor: Actor): Promise<void>
  /** Resolves with whether it came to be so in time. */
  until(isSo: () => boolean, ms?: number): Promise<boolean>
  pause(ms: number): Promise<void>
}

/** What `write` promised. */
export interface Promised {
  from: Actor
  to: string
  text: string
  /** Whoever must have it in the end. */
  readers: readonly Actor[]
}

export const ROOM = "#everyone"
/** How long people wait for what must come; long enough for two reconnections. */
export const PATIENCE_MS = 20_000

/** Writes something that nobody has written before. @throws ClientError like `send`. */
export async function write(stage: Stage, from: Actor, to: string): Promise<string> {
  const text = `${from.name} writes no. ${stage.promises.length + 1}`
  const { client } = from
  const room = to === ROOM ? client.findRoom(to) : await client.openChat(client.findPerson(to).id)
  const readers = to === ROOM ? inTheRoomWith(stage, from) : stage.actors.filter((actor) => actor.name === to)
  await client.send(room.id, text)
  stage.promises.push({ from, to, text, readers })
  return text
}

function inTheRoomWith(stage: Stage, from: Actor): Actor[] {
  const { members } = from.client.room(from.client.findRoom(ROOM).id)
  return stage.actors.filter((actor) => members.some(({ person }) => person.id === actor.client.self().id))
}

/** Texts of a room, in order; none for a room that is not there yet. */
export function textsOf(actor: Actor, to: string): string[] {
  const { client } = actor
  const room = client.rooms().find(({ kind, name }) => (to === ROOM ? kind === "everyone" : name === to))
  if (room === undefined) return []
  return client
    .transcript(room.id, 1_000)
    .flatMap((line) => (line.kind === "message" ? [line.message.text] : []))
}

export function hasText(actor: Actor, to: string, text: string): boolean {
  return textsOf(actor, to).includes(text)
}

/** How far one's own message got; undefined for one that is not there. */
export function stateOf(actor: Actor, to: string, text: string): string | undefined {
  for (const line of actor.client.transcript(actor.client.findRoom(to).id, 1_000)) {
    if (line.kind === "message" && line.message.own && line.message.text === text) return line.message.state
  }
  return undefined
}

/** The code of what was thrown; undefined when nothing was. @throws what has no code. */
export async function codeThrownBy(act: () => unknown): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (cause) {
    if (cause instanceof CodedError) return String(cause.code)
    throw cause
  }
}

/** Every code that this person's program has said. */
export function codesOf(actor: Actor): string[] {
  return actor.events.flatMap((event) => {
    switch (event.type) {
      case "notice":
        return [event.notice.code]
      case "gap.detected":
        return ["gap"]
      case "relay.disconnected":
        return [event.why]
      case "error":
        return [event.code]
      default:
        return []
    }
  })
}

/** Two people with an open chat, in which both have said something. */
export async function pairOf(
  stage: Stage,
  ofAlice: ActorOptions = {},
  ofBob: ActorOptions = {},
): Promise<[alice: Actor, bob: Actor]> {
  const alice = await stage.join("alice", ofAlice)
  const bob = await stage.join("bob", ofBob)
  await mustBe(stage, () => knows(alice, "bob") && knows(bob, "alice"), "two people to know each other")
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const text = await write(stage, from, to.name)
    await mustBe(stage, () => hasText(to, from.name, text), "the first words")
  }
  // What they confirm to each other is on its way still.
  await stage.pause(2_000)
  return [alice, bob]
}

/** Two people, or more, who hear each other in #everyone. */
export async function roomOf<const Names extends readonly string[]>(
  stage: Stage,
  names: Names,
  options: ActorOptions = {},
): Promise<{ -readonly [At in keyof Names]: Actor }> {
  const people: Actor[] = []
  for (const name of names) people.push(await stage.join(name, options))
  await inOneRoom(stage, ...people)
  await stage.pause(2_000)
  return people as { -readonly [At in keyof Names]: Actor }
}

/** They are in #everyone, and hear of each other. */
export function inOneRoom(stage: Stage, ...people: readonly Actor[]): Promise<void> {
  const isWhole = () => people.every((each) => membersOf(each).length >= people.length - 1)
  return mustBe(stage, isWhole, `${people.length} in the room`)
}

export function membersOf({ client }: Actor) {
  const room = client.rooms().find(({ kind }) => kind === "everyone")
  return room?.members ?? []
}

export function knows(actor: Actor, name: string): boolean {
  return actor.client.people().some((person) => person.name === name)
}

/** What an attack needs to begin with. @throws Error when it does not come: the stage is at fault, or an honest relay. */
export async function mustBe(stage: Stage, isSo: () => boolean, what: string): Promise<void> {
  if (!(await stage.until(isSo, 3 * PATIENCE_MS))) throw new Error(`waited in vain for ${what}`)
}
