/**
 * A relay that stands between people from their first contact on: two relays with one invitation, each with its own
 * directory, and for whoever is on the other side somebody of the same name with keys of the attacker's. The attacker has
 * those keys and runs whole clients with them, which do what the real ones would, as fast as they can.
 */
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { type Guest, type GuestOptions, HostileWorld, MINUTE } from "./hostile.ts"

export class Mitm {
  /** Where each of the two sides lives; they share no clock, and are run in turns. */
  readonly sides: readonly [HostileWorld, HostileWorld]

  private constructor(sides: readonly [HostileWorld, HostileWorld]) {
    this.sides = sides
  }

  static async create(seed: number): Promise<Mitm> {
    return new Mitm([await HostileWorld.create(seed), await HostileWorld.create(seed + 1_000_000)])
  }

  /** The real person of this name on one side, the attacker's client on the other. */
  async split(
    name: string,
    side: 0 | 1,
    engine?: (real: MlsEngine) => MlsEngine,
  ): Promise<{ real: Guest; false: Guest }> {
    const real = await this.sides[side].join(name)
    const options: GuestOptions = engine ? { engine } : {}
    return { real, false: await this.sides[side === 0 ? 1 : 0].join(name, options) }
  }

  async until(isSo: () => boolean, what: string, ms = 5 * MINUTE): Promise<void> {
    for (let passed = 0; passed < ms; passed += 200) {
      if (isSo()) return
      await this.run(200)
    }
    throw new Error(`waited in vain for ${what}`)
  }

  async run(ms: number): Promise<void> {
    for (const world of this.sides) await world.run(ms)
  }
}
