/**
 * Verifications that are broken off: a process that dies after each of its saves in turn, and lives of pairs and rooms in
 * which connections and processes die all the time (PROTOCOL.md §14.4, §14.5). However it goes on, nobody is verified
 * without their own yes, nobody shows a part twice, every screen comes to an end, and the next attempt succeeds.
 */
import { expect, test } from "vitest"
import { type GuestOptions, forging, type Guest, HostileWorld, lastWish, MINUTE } from "../support/hostile.ts"
import { createFastEngine } from "../support/fast-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { toHex } from "../../src/bytes.ts"
import { type Chance, seeded, seededRandom } from "../support/sim.ts"
import { comparing, idOf, say, screen, step, trustIn, words } from "../support/verify.ts"

const SEEDS = process.env["SLOW"] === undefined ? Math.ceil(Number(process.env["SEEDS"] ?? 20) / 8) : 1_000
const LONG_MS = 20 * 60_000
/** More saves than one side makes in one attempt. */
const SAVES = 14

/** Counts what is shown of each sid. */
class Shown {
  readonly #times = new Map<string, number>()
  readonly #payloads = new Set<string>()

  engine = forging((payload) => {
    const { content, chainId, n } = payload
    if (
      content.type === "verifyReveal" ||
      content.type === "roundReveal" ||
      content.type === "verifyAccept"
    ) {
      // The same payload sealed again is the same word.
      const place = `${toHex(chainId)} ${n}`
      const name = `${content.type} ${toHex(content.sid)}`
      if (!this.#payloads.has(place)) this.#times.set(name, (this.#times.get(name) ?? 0) + 1)
      this.#payloads.add(place)
    }
    return payload
  })

  get mostOften(): number {
    return Math.max(0, ...this.#times.values())
  }
}

function isOver(guest: Guest): boolean {
  return ["verified", "mismatch", "cancelled", "timed-out", "failed"].includes(step(guest) ?? "cancelled")
}

for (const victim of ["alice", "bob"] as const) {
  test(
    `${victim} dies after each of the first ${SAVES} saves in turn: it ends on both sides, and the next attempt succeeds`,
    async () => {
      let restarted = 0
      for (let saves = 1; saves <= SAVES; saves++) {
        const world = await HostileWorld.create(saves)
        const [wish, shown] = [lastWish(), new Shown()]
        const mortal: GuestOptions = { store: wish.store, engine: shown.engine }
        const [alice, bob] = await world.pair(
          ...(victim === "alice" ? [mortal, {}] : ([{}, mortal] as const)),
        )
        await world.run(MINUTE)
        const dying = victim === "alice" ? alice : bob
        let isDead = false
        wish.arm(saves, () => {
          world.crash(dying, dying.disk.unsynced)
          isDead = true
        })
        const act = async (guest: Guest, action: () => Promise<unknown>) => {
          if (guest === dying && isDead) return
          // Whoever dies in the middle of something never hears the end of it.
          await Promise.race([action().catch(() => {}), world.run(3_000)])
        }
        await act(alice, () => alice.client.verification.askWords(idOf(alice, "bob")))
        await world.run(3_000)
        for (const guest of [bob, alice])
          if (!(guest === dying && isDead) && step(guest) === "accept?")
            await act(guest, () => guest.client.verification.accept(screen(guest).id))
        await world.run(3_000)
        const said = new Set<Guest>()
        for (const guest of [alice, bob]) {
          if ((guest === dying && isDead) || step(guest) !== "compare") continue
          said.add(guest)
          await act(guest, () => say(guest, true))
        }
        await world.run(3_000)
        wish.arm(Number.POSITIVE_INFINITY, () => {})
        if (!isDead) world.crash(dying)
        const back = await world.start(victim, { disk: dying.disk, engine: shown.engine })
        const other = victim === "alice" ? bob : alice
        await world.run(12 * MINUTE)
        const why = `after ${saves} saves`
        expect([isOver(back), isOver(other)], `${victim} ${why}`).toEqual([true, true])
        const verifiedBy = (guest: Guest, name: string) => trustIn(guest, name) === "verified"
        if (verifiedBy(back, other.name)) expect(said.has(dying), `${victim} ${why}`).toBe(true)
        if (verifiedBy(other, victim)) expect(said.has(other), `${victim} ${why}`).toBe(true)
        expect(shown.mostOften, `${victim} ${why}`).toBeLessThanOrEqual(1)
        if (back.client.verification.current()?.why === "you-restarted") restarted++
        await comparing(world, back, other)
        expect(words(back), `${victim} ${why}`).toBe(words(other))
        await say(back, true)
        await say(other, true)
        await world.run(1_000)
        expect([trustIn(back, other.name), trustIn(other, victim)], `${victim} ${why}`).toEqual([
          "verified",
          "verified",
        ])
      }
      expect(restarted).toBeGreaterThan(2)
    },
    LONG_MS,
  )
}

/** Somebody acts as people do: they agree to what they are asked, compare, and say yes; sometimes they change their mind. */
async function live(guest: Guest, chance: Chance, yes: Map<Guest, number>): Promise<void> {
  const { verification } = guest.client
  const view = verification.current()
  try {
    if (view?.step === "accept?") await verification.accept(view.id)
    else if (view?.step === "compare" && chance.chance(0.9)) {
      yes.set(guest, (yes.get(guest) ?? 0) + 1)
      await verification.answer(view.id, true)
    } else if (view?.step === "gathering" && view.role === "leader" && view.count > 1 && chance.chance(0.3))
      await verification.closeList(view.id)
    else if (view && chance.chance(0.03)) await verification.cancel(view.id)
  } catch {
    // It was over by the time.
  }
}

test(
  `${SEEDS} lives of a room and its pairs among crashes and cuts: nobody verified without their own yes, nobody stuck`,
  async () => {
    let crashes = 0
    let verified = 0
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = await HostileWorld.create(seed)
      const chance = seeded(seed + 500)
      const certificates = new Map<string, boolean>()
      const shown = [new Shown(), new Shown(), new Shown(), new Shown()]
      const names = ["asha", "ravi", "meera", "kabir"]
      const engineOf = (at: number, process: number) => {
        const random = seededRandom(seeded(seed * 100 + process))
        return () => shown[at]!.engine(createFastEngine(nodePrimitives, random, certificates))
      }
      const people: Guest[] = []
      let count = 0
      for (const [at, name] of names.entries())
        people.push(await world.join(name, { engine: engineOf(at, count++) }))
      await world.run(20_000)
      const yes = new Map<string, number>()
      for (let turn = 0; turn < 60; turn++) {
        const at = chance.below(people.length)
        const guest = people[at]!
        const dice = chance.below(100)
        if (dice < 8) {
          const { verification } = guest.client
          const room = guest.client.findRoom("#everyone").id
          await verification.askRoom(room).catch(() => {})
        } else if (dice < 22) {
          const other = chance.pick(guest.client.people())
          await guest.client.verification.askWords(other.id).catch(() => {})
        } else if (dice < 27) {
          world.crash(guest, chance.below(guest.disk.unsynced + 1))
          crashes++
          people[at] = await world.start(guest.name, { disk: guest.disk, engine: engineOf(at, count++) })
        } else if (dice < 32) world.world.network.cutAll()
        else {
          const said = new Map<Guest, number>()
          for (const each of people) await live(each, chance, said)
          for (const [{ name }, times] of said) yes.set(name, (yes.get(name) ?? 0) + times)
        }
        await world.run(chance.below(4_000))
      }
      await world.run(30 * MINUTE)
      for (const guest of people) {
        expect(isOver(guest), `seed ${seed}: ${guest.name} is stuck at ${step(guest)}`).toBe(true)
        for (const { trust } of guest.client.people()) {
          expect(trust).not.toBe("changed")
          if (trust !== "verified") continue
          verified++
          expect(yes.get(guest.name) ?? 0, `seed ${seed}: ${guest.name} never said yes`).toBeGreaterThan(0)
        }
      }
      for (const each of shown) expect(each.mostOften, `seed ${seed}`).toBeLessThanOrEqual(1)
    }
    expect(crashes).toBeGreaterThan(SEEDS)
    expect(verified).toBeGreaterThan(SEEDS)
  },
  LONG_MS,
)
