/**
 * What else happens to people and their relay: an old backup is put back, a store is lost, pages go bad, disks fill up
 * or fail, somebody starts an old copy of a profile. Each act is one fault; `tally` says how often it really happened.
 */
import { MemoryDisk as RelayDisk } from "../../src/relay/store-memory.ts"
import type { SimPerson } from "./sim-people.ts"
import type { SimRelay } from "./sim-relay.ts"
import { seededRandom, type World } from "./sim.ts"

export interface LossTally {
  relayRestored: number
  relayReplaced: number
  relayDamaged: number
  relayFull: number
  diskFull: number
  diskFailed: number
  profileRestored: number
  frozen: number
}

export const noLosses = (): LossTally => ({
  relayRestored: 0,
  relayReplaced: 0,
  relayDamaged: 0,
  relayFull: 0,
  diskFull: 0,
  diskFailed: 0,
  profileRestored: 0,
  frozen: 0,
})

/** An old copy of the relay is put back at most so often: its people only notice when they come. */
const MOST_RELAY_LOSSES = 2

export class Losses {
  readonly tally = noLosses()
  /** Who has had an older profile put back: what they had read since is theirs to lose. */
  readonly rolledBack = new Set<SimPerson>()
  readonly #world: World
  readonly #relay: SimRelay
  readonly #people: readonly SimPerson[]
  #relayBackup: ReturnType<RelayDisk["snapshot"]> | undefined
  #relayLosses = 0
  readonly #profileBackups = new Map<
    SimPerson,
    { disk: ReturnType<SimPerson["disk"]["snapshot"]>; promised: number }
  >()
  readonly #full = new Set<SimPerson>()
  #isRelayFull = false

  constructor(world: World, relay: SimRelay, people: readonly SimPerson[]) {
    this.#world = world
    this.#relay = relay
    this.#people = people
  }

  /** For the relay's store. */
  readonly relayFault = (): "full" | undefined => (this.#isRelayFull ? "full" : undefined)

  async act(): Promise<void> {
    const { chance } = this.#world
    const someone = chance.pick(this.#people)
    switch (chance.below(11)) {
      case 0:
        this.#relayBackup ??= this.#relay.disk.snapshot()
        return
      case 1:
        return this.#restoreRelay()
      case 2:
        return this.#replaceRelay()
      case 3:
        return this.#damageRelay()
      case 4:
        this.#isRelayFull = !this.#isRelayFull
        if (this.#isRelayFull) this.#count("relayFull")
        return
      case 5:
      case 6:
        return this.#fill(someone)
      case 7:
        return this.#fail(someone)
      case 8:
        return this.#backUp(someone)
      case 9:
        return this.#restore(someone)
      default:
        return this.#freeze(someone)
    }
  }

  /** The faults end: disks have room and whoever was frozen goes on. */
  end(): void {
    this.#isRelayFull = false
    for (const someone of this.#people) {
      someone.disk.failAt(undefined)
      if (someone.isUp) this.#world.network.setFrozen(someone.process, false)
    }
  }

  async #restoreRelay(): Promise<void> {
    if (!this.#relayBackup || this.#relayLosses >= MOST_RELAY_LOSSES) return
    this.#relay.crash("lost")
    this.#relay.disk.restore(this.#relayBackup)
    this.#relayBackup = undefined
    this.#relayLosses++
    this.#count("relayRestored")
    await this.#relay.start()
  }

  async #replaceRelay(): Promise<void> {
    if (this.#relayLosses >= MOST_RELAY_LOSSES || this.#world.chance.chance(0.5)) return
    this.#relay.crash("lost")
    this.#relay.disk = new RelayDisk(seededRandom(this.#world.chance).bytes(16))
    this.#relayBackup = undefined
    this.#relayLosses++
    this.#count("relayReplaced")
    await this.#relay.start()
  }

  #damageRelay(): void {
    const { chance } = this.#world
    const logs = [...this.#relay.disk.channels]
    if (logs.length === 0) return
    const [channel, ref] = chance.pick(logs)
    const { firstSeq, lastSeq } = this.#relay.disk.logs[ref]!.row
    if (lastSeq < firstSeq) return
    const seq = firstSeq + chance.below(lastSeq - firstSeq + 1)
    this.#count("relayDamaged")
    this.#relay.disk.damage(Buffer.from(channel, "hex"), seq, chance.pick(["unreadable", "altered"] as const))
  }

  #fill(someone: SimPerson): void {
    const isFull = !this.#full.has(someone)
    if (isFull) this.#full.add(someone)
    else this.#full.delete(someone)
    someone.disk.failAt(isFull ? someone.disk.writes + 1 + this.#world.chance.below(20) : undefined)
    if (isFull) this.#count("diskFull")
  }

  /** A write or a sync fails: nobody knows what is on the disk, so the process has to end; then it starts again. */
  #fail(someone: SimPerson): void {
    if (!someone.isUp) return
    this.#full.delete(someone)
    someone.disk.failAt(someone.disk.writes + 1 + this.#world.chance.below(20), "failed")
    this.#count("diskFailed")
    this.#world.clock.wakeAt(this.#world.clock.now() + 5_000, () => {
      someone.disk.failAt(undefined)
      someone.crash()
    })
  }

  async #backUp(someone: SimPerson): Promise<void> {
    if (this.#profileBackups.has(someone)) return
    await stop(someone)
    this.#profileBackups.set(someone, { disk: someone.disk.snapshot(), promised: someone.promised.length })
  }

  async #restore(someone: SimPerson): Promise<void> {
    const backup = this.#profileBackups.get(someone)
    // An old profile at a relay that has forgotten the newer one is found by the others alone (THREAT-MODEL.md).
    if (!backup || this.rolledBack.size > 0 || this.#relayLosses > 0) return
    this.#relayLosses = MOST_RELAY_LOSSES
    someone.crash()
    someone.disk.failAt(undefined)
    this.#full.delete(someone)
    someone.disk.restore(backup.disk)
    // What was still on its way on the newer disk is gone with it.
    someone.promised.length = Math.min(someone.promised.length, backup.promised)
    this.rolledBack.add(someone)
    this.#count("profileRestored")
  }

  #freeze(someone: SimPerson): void {
    if (!someone.isUp) return
    const { process } = someone
    const { network, clock, chance } = this.#world
    network.setFrozen(process, true)
    this.#count("frozen")
    clock.wakeAt(clock.now() + chance.below(90_000), () => network.setFrozen(process, false))
  }

  #count(what: keyof LossTally): void {
    this.tally[what]++
    this.#world.note(`fault: ${what}`)
  }
}

/** A disk that refuses or fails may refuse a clean end as well. */
export async function stop(someone: SimPerson): Promise<void> {
  try {
    await someone.stop()
  } catch {
    someone.crash()
    someone.disk.crash(someone.disk.unsynced)
  }
}
