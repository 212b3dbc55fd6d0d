/**
 * Twenty people, forty with `SLOW=1`, verified in one round (PROTOCOL.md §14.5), whole clients over a whole relay, with the stand-in for the
 * group engine. Then the same with a relay that stands between one of them and the rest: it has keys of its own for
 * that one in the room, and is everybody else to them. The machines alone do this a thousand times in
 * test/client/verify-round.test.ts.
 */
import { expect, test } from "vitest"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { createFastEngine } from "../support/fast-engine.ts"
import { type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"
import { seeded, seededRandom } from "../support/sim.ts"
import { say, screen, step, words } from "../support/verify.ts"

const IS_SLOW = process.env["SLOW"] !== undefined
const PEOPLE = IS_SLOW ? 40 : 20
const ROUNDS = IS_SLOW ? 25 : 1
/** A guard against standing still: how long it takes is the machine's affair. */
const LONG_MS = (IS_SLOW ? 240 : 20) * 60_000

/** So many people in one room; `seed` chooses their keys. */
async function roomOf(seed: number): Promise<{ world: HostileWorld; people: Guest[] }> {
  const world = await HostileWorld.create(seed)
  const certificates = new Map<string, boolean>()
  const people: Guest[] = []
  for (let at = 0; at < PEOPLE; at++) {
    const random = seededRandom(seeded(seed * 1_000 + at))
    const engine = () => createFastEngine(nodePrimitives, random, certificates)
    people.push(await world.join(`p${at}`, { engine }))
  }
  const isWhole = ({ client }: Guest) => client.room(everyone(client)).members.length === PEOPLE - 1
  await world.until(() => people.every(isWhole), "everybody to be in the room")
  await world.run(30_000)
  return { world, people }
}

function everyone(client: Guest["client"]): string {
  return client.findRoom("#everyone").id
}

async function round({ world, people }: { world: HostileWorld; people: Guest[] }): Promise<void> {
  const [leader, ...others] = people
  await leader!.client.verification.askRoom(everyone(leader!.client))
  await world.until(() => others.every((guest) => step(guest) === "accept?"), "all to be asked")
  for (const guest of others) await guest.client.verification.accept(screen(guest).id)
  await world.until(() => people.every((guest) => step(guest) === "compare"), "the words")
}

test(
  `${ROUNDS} rounds of ${PEOPLE}: nobody fails, everybody is verified by everybody`,
  async () => {
    const room = await roomOf(1)
    const { world, people } = room
    for (let at = 0; at < ROUNDS; at++) {
      await round(room)
      expect(new Set(people.map(words)).size, `round ${at}`).toBe(1)
      for (const guest of people)
        expect(screen(guest)).toMatchObject({ count: PEOPLE, missing: [], attempt: 1 })
      for (const guest of people) await say(guest, true)
      await world.until(() => people.every((guest) => screen(guest).saidYes.length === PEOPLE), "all answers")
      for (const { client } of people)
        for (const { trust, verified } of client.people())
          expect([trust, verified?.how]).toEqual(["verified", "room"])
      await world.run(6 * MINUTE)
    }
  },
  LONG_MS,
)

test(
  `${ROUNDS} rounds of ${PEOPLE} with the relay between one and the rest: the odd screen shows other words every time`,
  async () => {
    const rooms = [await roomOf(2), await roomOf(3)] as const
    const [inRoom, apart] = rooms
    const chance = seeded(4)
    for (let at = 0; at < ROUNDS; at++) {
      for (const room of rooms) await round(room)
      const victim = 1 + chance.below(PEOPLE - 1)
      const honest = inRoom.people.filter((_, number) => number !== victim)
      const odd = apart.people[victim]!
      expect(new Set(honest.map(words)).size, `round ${at}`).toBe(1)
      expect(words(odd), `round ${at}`).not.toBe(words(honest[0]!))
      expect(screen(odd).count).toBe(PEOPLE)
      await say(odd, false)
      for (const person of odd.client.people()) expect(person.trust).not.toBe("verified")
      for (const { world } of rooms) await world.run(6 * MINUTE)
    }
  },
  LONG_MS,
)
