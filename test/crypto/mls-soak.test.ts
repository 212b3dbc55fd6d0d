/**
 * Random stories of a room: adds, joins, takeovers, removals, updates, races, damage, messages in any order, replays,
 * late messages, and every state saved and loaded after every step (PROTOCOL.md §10, §16).
 * The name of a failed test is the seed; SEEDS raises the number of stories.
 */
import { beforeAll, expect, test } from "vitest"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { type Count, SoakRoom } from "./soak-room.ts"
import { seededRandom } from "./support.ts"

const STORIES = Math.max(4, Math.ceil(Number(process.env["SEEDS"] ?? "20") / 25))
const STEPS = 40
const MAX_DEVICES = 12
/** Every fourth story is of the suite that costs most. */
const XWING_EVERY = 4
const STORY_MS = 60_000

beforeAll(sodiumReady)

const totals = new Map<Count, number>()

test.each(Array.from({ length: STORIES }, (_, seed) => seed))(
  "soak: story %i has no divergence",
  async (seed) => {
    const room = new SoakRoom(
      createMlsEngine(nodePrimitives, seededRandom(`engine ${seed}`)),
      seed % XWING_EVERY === 0 ? "xwing" : "classic",
      seededRandom(`story ${seed}`),
    )
    await room.start()
    for (let step = 0; step < STEPS; step++) {
      await stepOf(room).catch((cause: unknown) => {
        throw new Error(`story ${seed}, step ${step}: ${String(cause)}`, { cause })
      })
    }
    await room.read()
    for (const [what, times] of Object.entries(room.counts)) {
      totals.set(what as Count, (totals.get(what as Count) ?? 0) + times)
    }
    expect(room.counts.reloads).toBeGreaterThan(STEPS)
  },
  STORY_MS,
)

test("soak: everything that it is about really happened", () => {
  const happened = Object.fromEntries(totals)
  const expected: Count[] = [
    "added", "joined", "taken over", "removed", "updated", "races", "broken commits", "ghost attempts", "opened", "late",
    "replays",
  ] // prettier-ignore
  for (const what of expected)
    expect(happened[what] ?? 0, `${what} in ${JSON.stringify(happened)}`).toBeGreaterThan(3)
})

async function stepOf(room: SoakRoom): Promise<void> {
  const full = room.devices.length >= MAX_DEVICES
  const kind = room.pick(16)
  if (kind < 5) return room.send(room.any())
  if (kind === 5) return room.read()
  if (kind < 8) return room.update(room.any())
  if (kind === 8) return room.damage(room.any())
  // Nobody can take over the only leaf.
  if (kind === 9 && room.devices.length > 1) return room.join(room.any().person)
  if (kind === 10 || full) return room.remove()
  if (kind === 11 && room.devices.length > 1) {
    const [winner, loser] = [room.any(), room.any()]
    return winner === loser ? room.update(winner) : room.race(winner, loser)
  }
  if (kind < 14) return room.join(room.newPerson())
  const by = room.any()
  return room.add(by, room.pick(3) === 0 ? room.newPerson() : room.anotherDevice(by))
}
