/** What was promised against what is on the screens: everything once, for everybody, in its author's order. */
import { expect } from "vitest"
import type { ClientProcess } from "./client-process.ts"
import { readWitness } from "./witness.ts"

/** A healed network has this long until everything is everywhere. */
const CONVERGE_MS = 60_000
const POLL_MS = 150

/** Rooms that are looked at: `#everyone`, and pairs by name. */
export type Chat = "#everyone" | readonly [string, string]

export interface Outcome {
  promised: number
  /** Lines on all screens together. */
  shown: number
  lost: string[]
  /** On one screen, or in one journal, more than once. */
  twice: string[]
  /** Where an author's message stands above an earlier one. */
  disordered: string[]
  /** Milliseconds until everything was everywhere. */
  ms: number
}

/** Waits until nothing is missing, a minute at most, and looks at everything once more. */
export async function settledOutcome(
  people: readonly ClientProcess[],
  chats: readonly Chat[],
  patience = CONVERGE_MS,
): Promise<Outcome> {
  const began = performance.now()
  let outcome = await outcomeOf(people, chats)
  while (outcome.lost.length > 0 && performance.now() - began < patience) {
    await pause(POLL_MS)
    outcome = await outcomeOf(people, chats)
  }
  const ms = performance.now() - began
  if (outcome.lost.length > 0) for (const person of people) await describe(person)
  for (const person of people) {
    const kept = await person.kept()
    outcome.twice.push(...repeated(kept).map((text) => `${text} in the journal of ${person.name}`))
    outcome.twice.push(...repeated(person.shown).map((text) => `${text} told twice to ${person.name}`))
  }
  return { ...outcome, ms }
}

/** Asserts what every instrument asserts of people and their messages. */
export function expectDelivered(outcome: Outcome): void {
  expect(outcome.promised).toBeGreaterThan(0)
  expect({ lost: outcome.lost, twice: outcome.twice, disordered: outcome.disordered }).toEqual({
    lost: [],
    twice: [],
    disordered: [],
  })
}

/** Asserts that no key of a ratchet left anybody's device twice. @returns how many ciphertexts left. */
export function expectNoReuse(people: readonly ClientProcess[]): number {
  let sent = 0
  for (const { name, notes } of people) {
    const testimony = readWitness(notes)
    const { reused, unknown } = testimony
    expect({ name, reused, unknown, hasSent: testimony.sent > 0 }).toEqual({
      name,
      reused: [],
      unknown: [],
      hasSent: true,
    })
    sent += testimony.sent
  }
  return sent
}

async function outcomeOf(people: readonly ClientProcess[], chats: readonly Chat[]): Promise<Outcome> {
  const outcome: Outcome = { promised: 0, shown: 0, lost: [], twice: [], disordered: [], ms: 0 }
  for (const chat of chats) {
    const here = chat === "#everyone" ? people : people.filter(({ name }) => chat.includes(name))
    const nameFor = (reader: string) =>
      chat === "#everyone" ? chat : (chat.find((name) => name !== reader) ?? "")
    const promised = here.flatMap((person) => person.promised.get(nameFor(person.name)) ?? [])
    outcome.promised += promised.length
    for (const reader of here) {
      const { texts } = await reader.look(nameFor(reader.name))
      const read = texts.map(({ text }) => text)
      const known = new Set(read)
      const where = `${chat === "#everyone" ? chat : chat.join("-")} of ${reader.name}`
      outcome.shown += read.length
      const missing = promised.filter((text) => !known.has(text) && !reader.forgotten.has(text))
      outcome.lost.push(...missing.map((text) => `${text} in ${where}`))
      outcome.lost.push(
        ...texts
          .filter(({ state }) => state === "queued" || state === "failed")
          .map((line) => `${line.text} is ${line.state} in ${where}`),
      )
      outcome.twice.push(...repeated(read).map((text) => `${text} in ${where}`))
      outcome.disordered.push(...disordered(read).map((text) => `${text} in ${where}`))
    }
  }
  return outcome
}

/** What a failed run needs to be understood. */
async function describe(person: ClientProcess): Promise<void> {
  const { notices } = await person.look("#everyone")
  console.log(person.name, JSON.stringify(await person.state()), notices, person.troubles.join("\n"))
}

function repeated(texts: readonly string[]): string[] {
  const seen = new Set<string>()
  return texts.filter((text) => seen.has(text) || !seen.add(text))
}

/** Texts are `AUTHOR.LIFE.TALK.COUNT`: an author's own order. */
function disordered(texts: readonly string[]): string[] {
  const newest = new Map<string, number>()
  return texts.filter((text) => {
    const [author = "", ...numbers] = text.split(".")
    const place = numbers.reduce((sum, number) => sum * 10_000 + Number(number), 0)
    const isLate = place < (newest.get(author) ?? -1)
    newest.set(author, Math.max(place, newest.get(author) ?? -1))
    return isLate
  })
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits for `isSo`, which may ask other processes. @throws with `what` after `patience` milliseconds. */
export async function eventually(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  patience = CONVERGE_MS,
): Promise<void> {
  const began = performance.now()
  while (!(await isSo())) {
    if (performance.now() - began > patience) throw new Error(`${patience} ms passed, and still not: ${what}`)
    await pause(POLL_MS / 3)
  }
}

/** Waits until everybody is in `#everyone` and knows everybody. */
export function allHere(people: readonly ClientProcess[], patience?: number): Promise<void> {
  return eventually(
    "everybody is in the room",
    async () => {
      for (const person of people) {
        const { rooms, people: known } = await person.state()
        const room = rooms.find(({ room: name }) => name.includes("everyone"))
        if (room?.state !== "open" || room.members < people.length - 1 || known.length < people.length - 1)
          return false
      }
      return true
    },
    patience,
  )
}
