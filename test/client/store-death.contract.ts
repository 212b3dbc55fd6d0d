/** What every client store keeps when the power goes: run against each of them by `store.test.ts`. */
import { expect, test } from "vitest"
import { toHex, u16 } from "../../src/bytes.ts"
import type { ClientStore, Durability, StoreWriter, TableName } from "../../src/client/store.ts"
import { seeded } from "../support/sim.ts"

export interface DyingDisk {
  open(): ClientStore
  /** Told after every transaction that was synced, and after `tidy`. */
  synced(): void
  /**
   * What a machine would find on this disk had the power gone now. The disk itself goes on.
   * @param chance 0 to 1: how much of what was not synced it got.
   */
  afterPowerCut(chance: number): ClientStore
}

interface Step {
  do: "put" | "delete" | "deleteRange"
  table: TableName
  key: number
  /** For `put`. */
  value: Uint8Array
}

const PLAN_TABLES: readonly TableName[] = ["line", "group", "meta"]
/** Three survivors of each moment: nothing of what was not synced, all of it, and something between. */
const CHANCES = [0, 0.999, 0.37] as const

/**
 * The same life is lived once; after every put, delete, begin and commit of it the power goes on a copy of its disk,
 * and what is found must be a prefix of the transactions, whole, with every synced one in it.
 */
export function deathContract(name: string, make: () => DyingDisk): void {
  test(`${name}: dead after any operation, a disk has whole transactions from the first on, and all that were synced`, () => {
    const disk = make()
    const store = disk.open()
    const states: string[] = [everything(store)]
    let surelyThere = 0
    let looks = 0
    let lost = 0
    const look = () => {
      for (const chance of CHANCES) {
        const found = disk.afterPowerCut(chance)
        const state = everything(found)
        found.close()
        const place = states.lastIndexOf(state)
        expect(place, `${looks}: what is found was once there`).toBeGreaterThanOrEqual(surelyThere)
        if (place < states.length - 1) lost++
        looks++
      }
    }
    for (const { durability, steps, tidies } of lifeOf(7)) {
      store.transaction(durability, (tx) => {
        for (const step of steps) {
          perform(tx, step)
          look()
        }
        // Each state is told from all others by the number of its transaction.
        tx.put("journal", Uint8Array.of(0), u16(states.length))
      })
      states.push(everything(store))
      if (durability === "synced") {
        disk.synced()
        surelyThere = states.length - 1
      }
      look()
      if (!tidies) continue
      store.tidy()
      disk.synced()
      surelyThere = states.length - 1
      look()
    }
    store.close()
    expect(looks).toBeGreaterThan(300)
    expect(lost, "power cuts that took something").toBeGreaterThan(10)
    expect(states.length - 1).toBe(24)
  })
}

interface Transaction {
  durability: Durability
  steps: readonly Step[]
  tidies: boolean
}

function* lifeOf(seed: number): Generator<Transaction> {
  const chance = seeded(seed)
  let values = 0
  for (let n = 0; n < 24; n++) {
    const steps = Array.from({ length: 1 + chance.below(6) }, (): Step => {
      const dice = chance.below(10)
      const kind = dice < 7 ? "put" : dice < 9 ? "delete" : "deleteRange"
      // Long ones have pages of their own, which a torn write could leave behind.
      const value = new Uint8Array(chance.chance(0.2) ? 6_000 : 40).fill(++values)
      return { do: kind, table: chance.pick(PLAN_TABLES), key: chance.below(12), value }
    })
    yield { durability: chance.chance(0.3) ? "synced" : "ordered", steps, tidies: chance.chance(0.06) }
  }
}

function perform(tx: StoreWriter, step: Step): void {
  if (step.do === "put") tx.put(step.table, u16(step.key), step.value)
  else if (step.do === "delete") tx.delete(step.table, u16(step.key))
  else if (step.do === "deleteRange")
    tx.deleteRange(step.table, { from: u16(step.key), to: u16(step.key + 3) })
}

function everything(store: ClientStore): string {
  const rows = [...PLAN_TABLES, "journal" as const].flatMap((table) =>
    store.range(table, {}).map(({ key, value }) => `${table} ${toHex(key)} ${toHex(value)}`),
  )
  return rows.join("\n")
}
