/** A whole room verified in one round by whole clients (PROTOCOL.md §14.5). The rules themselves: verify-round.test.ts. */
import { expect, test } from "vitest"
import type { Content } from "../../src/protocol/content.ts"
import {
  distrusts,
  forging,
  type Guest,
  type GuestOptions,
  HostileWorld,
  MINUTE,
} from "../support/hostile.ts"
import { actOnVerification } from "../../src/tui/verification-choices.ts"
import { say, screen, step, trustIn, words } from "../support/verify.ts"

const NAMES = ["asha", "ravi", "meera", "kabir"]

async function room(
  names: readonly string[] = NAMES,
  optionsOf: (name: string) => GuestOptions = () => ({}),
): Promise<{ world: HostileWorld; people: Guest[] }> {
  const world = await HostileWorld.create()
  const people: Guest[] = []
  for (const name of names) people.push(await world.join(name, optionsOf(name)))
  const isWhole = () =>
    people.every(({ client }) => client.room(everyone(client)).members.length === names.length - 1)
  await world.until(isWhole, "everybody to be in the room")
  await world.run(10_000)
  return { world, people }
}

function everyone(client: Guest["client"]): string {
  return client.findRoom("#everyone").id
}

async function gather(world: HostileWorld, leader: Guest, others: readonly Guest[]): Promise<void> {
  await leader.client.verification.askRoom(everyone(leader.client))
  await world.until(() => others.every((guest) => step(guest) === "accept?"), "everybody to be asked")
  for (const guest of others) await guest.client.verification.accept(screen(guest).id)
}

async function compare(world: HostileWorld, people: readonly Guest[]): Promise<void> {
  const [leader, ...others] = people
  await gather(world, leader!, others)
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
}

test("one round: the same words, count and roll for all; each yes verifies all others, for that person alone", async () => {
  const { world, people } = await room()
  await compare(world, people)
  const [leader, ...others] = people as [Guest, ...Guest[]]
  for (const guest of people) {
    expect(words(guest)).toBe(words(leader))
    expect(screen(guest)).toMatchObject({ count: 4, missing: [], attempt: 1, person: { name: "asha" } })
    expect(screen(guest).people.map(({ name }) => name)).toEqual(["asha", "kabir", "meera", "ravi"])
  }
  await say(leader, true)
  await world.run(10_000)
  for (const { name } of others) expect(trustIn(leader, name)).toBe("verified")
  for (const guest of others) expect(trustIn(guest, "asha")).toBe("unverified")
  expect(screen(others[0]!).saidYes.map(({ name }) => name)).toEqual(["asha"])
  for (const guest of others) await say(guest, true)
  await world.run(10_000)
  for (const guest of people) {
    for (const { name } of people) if (name !== guest.name) expect(trustIn(guest, name)).toBe("verified")
    expect(screen(guest)).toMatchObject({ step: "verified", saidNo: [], waitingFor: "nobody" })
    expect(screen(guest).saidYes).toHaveLength(4)
    expect(guest.client.people()[0]!.verified).toMatchObject({ how: "room" })
    expect(guest.events.filter(({ type }) => type === "verify.roomDone")).toHaveLength(1)
  }
})

test("the leader may close before all have come; who is missing is said, told, and not verified", async () => {
  const { world, people } = await room()
  const [leader, ravi, meera, kabir] = people as [Guest, Guest, Guest, Guest]
  await leader.client.verification.askRoom(everyone(leader.client))
  await expect(leader.client.verification.closeList(screen(leader).id)).rejects.toMatchObject({
    code: "verify-too-few",
  })
  await world.until(() => step(ravi) === "accept?" && step(meera) === "accept?", "them to be asked")
  for (const guest of [ravi, meera]) await guest.client.verification.accept(screen(guest).id)
  await world.until(() => screen(leader).count === 3, "them to come in")
  expect(screen(leader).missing.map(({ name }) => name)).toEqual(["kabir"])
  await leader.client.verification.closeList(screen(leader).id)
  await leader.client.verification.closeList(screen(leader).id)
  await world.until(() => [leader, ravi, meera].every((guest) => step(guest) === "compare"), "the words")
  expect(screen(kabir)).toMatchObject({ step: "cancelled", why: "not-on-the-list" })
  for (const guest of [leader, ravi, meera]) await say(guest, true)
  await world.run(10_000)
  expect(trustIn(leader, "kabir")).toBe("unverified")
  expect(trustIn(ravi, "meera")).toBe("verified")
})

test("one no: it is over for all, what was verified is taken back, and the person is named", async () => {
  const { world, people } = await room()
  await compare(world, people)
  const [leader, ravi, meera] = people as [Guest, Guest, Guest]
  await say(leader, true)
  await say(ravi, true)
  await world.run(5_000)
  expect(trustIn(leader, "ravi")).toBe("verified")
  await say(meera, false)
  await world.until(() => people.every((guest) => step(guest) === "mismatch"), "all to know")
  for (const guest of people) {
    expect(screen(guest).saidNo.map(({ name }) => name)).toEqual(["meera"])
    for (const person of guest.client.people()) expect(person.trust).toBe("unverified")
  }
})

test("who was verified by words stays so when a round is taken back", async () => {
  const { world, people } = await room()
  const [leader, ravi, meera] = people as [Guest, Guest, Guest]
  await leader.client.markVerified(leader.client.findPerson("ravi").id)
  await compare(world, people)
  await say(leader, true)
  expect(leader.client.findPerson("ravi").verified).toMatchObject({ how: "room" })
  await say(meera, false)
  await world.until(() => step(leader) === "mismatch", "the leader to know")
  expect(leader.client.findPerson("ravi")).toMatchObject({ trust: "verified", verified: { how: "number" } })
  expect(trustIn(leader, "kabir")).toBe("unverified")
  await world.until(() => step(ravi) === "mismatch", "ravi to know")
})

test("a member that shows nothing is named at each attempt, and the third ends it", async () => {
  const { world, people } = await room()
  const [leader, ...others] = people as [Guest, Guest, Guest, Guest]
  const kabir = others[2]
  // What comes after the commitment does not leave this computer before the attempt is over.
  let left = 1
  kabir.wire.up = (message) => (message.type === "entry" && left-- <= 0 ? [] : [message])
  await gather(world, leader, others)
  for (const attempt of [2, 3]) {
    await world.until(() => screen(others[0]).attempt === attempt, `attempt ${attempt}`)
    expect(screen(leader).culprits.map(({ name }) => name)).toEqual(["kabir"])
    left = 2
    world.world.network.cutAll()
    await world.until(() => step(others[0]) === "exchanging", "the list")
    expect(screen(leader).count).toBe(4)
  }
  const honest = [leader, others[0], others[1]]
  await world.until(() => honest.every((guest) => step(guest) === "failed"), "the end", 10 * MINUTE)
  for (const guest of honest) {
    expect(screen(guest)).toMatchObject({ why: "three-attempts", attempt: 3 })
    expect(screen(guest).culprits.map(({ name }) => name)).toEqual(["kabir"])
    for (const person of guest.client.people()) expect(person.trust).toBe("unverified")
  }
})

test("who is gone when the parts are shown is left out of the next attempt", async () => {
  const { world, people } = await room()
  const [leader, ...others] = people as [Guest, Guest, Guest, Guest]
  const kabir = others[2]
  let left = 1
  kabir.wire.up = (message) => (message.type === "entry" && left-- <= 0 ? [] : [message])
  await gather(world, leader, others)
  const rest = [leader, others[0], others[1]]
  await world.until(() => rest.every((guest) => step(guest) === "compare"), "the words")
  expect(screen(leader)).toMatchObject({ attempt: 2, count: 3 })
  expect(screen(leader).missing.map(({ name }) => name)).toEqual(["kabir"])
  expect(new Set(rest.map(words)).size).toBe(1)
})

test("a leader that says a second list has failed, and is named", async () => {
  let list: (Content & { type: "roundClose" }) | undefined
  const engine = forging((payload) => {
    const { content } = payload
    if (content.type === "roundClose") list = content
    // What its person types goes out as the second list.
    return content.type === "text" && list
      ? { ...payload, content: { ...list, people: list.people.slice(1) } }
      : payload
  })
  const { world, people } = await room(NAMES, (name) => (name === "asha" ? { engine } : {}))
  const [leader, ...others] = people as [Guest, ...Guest[]]
  await gather(world, leader, others)
  await world.until(() => list !== undefined, "the list")
  await leader.write("#everyone", "again")
  await world.until(() => others.every((guest) => step(guest) === "failed"), "it to end")
  for (const guest of others) {
    expect(screen(guest).why).toBe("two-lists")
    expect(screen(guest).culprits.map(({ name }) => name)).toEqual(["asha"])
  }
})

test("where the next attempt begins under the words that people read, their yes is not for the next ones", async () => {
  const { world, people } = await room(["asha", "ravi"])
  const [leader, ravi] = people as [Guest, Guest]
  await gather(world, leader, [ravi])
  await world.until(() => step(leader) === "exchanging", "the list")
  // The relay keeps the parts from the leader alone, until that has given the attempt up.
  leader.wire.down = (message) => (message.type === "entry" ? [] : [message])
  await world.until(() => step(ravi) === "compare", "the words")
  const [seen, first] = [screen(ravi), words(ravi)]
  await world.until(() => screen(leader).attempt === 2, "the leader to begin again")
  leader.wire.down = (message) => [message]
  world.world.network.cutAll()
  await world.until(() => screen(ravi).attempt === 2 && step(ravi) === "compare", "the other words")
  expect([screen(ravi).id, words(ravi) === first]).toEqual([seen.id, false])
  // The key that was pressed is about the words that stood there.
  await expect(actOnVerification(ravi.client.verification, seen, "match")).rejects.toMatchObject({
    code: "verify-over",
  })
  expect(trustIn(ravi, "asha")).toBe("unverified")
  await actOnVerification(ravi.client.verification, screen(ravi), "match")
  expect(trustIn(ravi, "asha")).toBe("verified")
})

test("two leaders at once: the first in the log leads, and the other one is in", async () => {
  const { world, people } = await room()
  const [one, other, ...rest] = people as [Guest, Guest, Guest, Guest]
  await one.client.verification.askRoom(everyone(one.client))
  await other.client.verification.askRoom(everyone(other.client))
  await world.until(() => rest.every((guest) => step(guest) === "accept?"), "them to be asked")
  for (const guest of rest) await guest.client.verification.accept(screen(guest).id)
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
  expect(new Set(people.map(words)).size).toBe(1)
  expect(people.filter((guest) => screen(guest).role === "leader")).toHaveLength(1)
})

test("members come and go meanwhile: only the list counts", async () => {
  const { world, people } = await room()
  const [leader, ...others] = people as [Guest, ...Guest[]]
  await gather(world, leader, others)
  const late = await world.join("late")
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
  expect(new Set(people.map(words)).size).toBe(1)
  for (const guest of people) await say(guest, true)
  await world.run(30_000)
  expect(trustIn(leader, "late")).toBe("unverified")
  expect(late.client.verification.current()).toBeUndefined()
})

test("connections that break at every step cost nothing but time", async () => {
  const { world, people } = await room()
  const [leader, ...others] = people as [Guest, ...Guest[]]
  await leader.client.verification.askRoom(everyone(leader.client))
  const cut = async () => {
    world.world.network.cutAll()
    await world.run(500)
  }
  await cut()
  await world.until(() => others.every((guest) => step(guest) === "accept?"), "everybody to be asked")
  for (const guest of others) {
    await guest.client.verification.accept(screen(guest).id)
    await cut()
  }
  const isClosed = () => others.every((guest) => step(guest) === "exchanging" || step(guest) === "compare")
  if (!(await world.world.runUntil(isClosed, 20_000)))
    await leader.client.verification.closeList(screen(leader).id)
  await cut()
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
  expect(new Set(people.map(words)).size).toBe(1)
  for (const guest of people) {
    await say(guest, true)
    await cut()
  }
  await world.until(() => people.every((guest) => screen(guest).saidYes.length === 4), "all answers")
  for (const guest of people) expect(distrusts(guest)).toBe(0)
})

test("a leader who dies is a round that is over, and said to be, for all", async () => {
  const { world, people } = await room()
  const [leader, ...others] = people as [Guest, ...Guest[]]
  await gather(world, leader, others)
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
  world.crash(leader)
  const back = await world.start("asha", { disk: leader.disk })
  expect(screen(back)).toMatchObject({ step: "cancelled", why: "you-restarted" })
  await world.until(() => others.every((guest) => step(guest) === "cancelled"), "them to hear")
  expect(screen(others[0]!).why).toBe("they-restarted")
})

test("a whole room is asked only where there is one; twice only after a while", async () => {
  const { world, people } = await room(["asha", "ravi"])
  const [leader, ravi] = people as [Guest, Guest]
  await leader.write("ravi", "hello")
  const chat = leader.client.findRoom("ravi").id
  await expect(leader.client.verification.askRoom(chat)).rejects.toMatchObject({ code: "not-joined" })
  await compare(world, people)
  const ask = () => ravi.client.verification.askRoom(everyone(ravi.client))
  await expect(ask()).rejects.toMatchObject({ code: "verify-busy" })
  await leader.client.verification.cancel(screen(leader).id)
  await world.until(() => step(ravi) === "cancelled", "ravi to hear")
  await ask()
  await world.until(() => step(leader) === "accept?", "asha to be asked")
})
