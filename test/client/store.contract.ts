/** What every client store does: run against each of them by `store.test.ts`. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { compareBytes, toHex, utf8 } from "../../src/bytes.ts"
import { ClientError } from "../../src/client/errors.ts"
import { prefixRange, TABLES } from "../../src/client/store.ts"
import type { ClientStore, Durability, Range, TableName } from "../../src/client/store.ts"

/** A disk that stores come from. `reopen` closes nothing: the test does. */
export interface StoreUnderTest {
  open(): ClientStore
  /** Makes writes fail soon, and no later than after `writes` rows of 1 KiB. */
  fill(writes: number): void
}

const k = (...bytes: number[]) => Uint8Array.from(bytes)

export function storeContract(name: string, make: () => StoreUnderTest): void {
  test(`${name}: keeps what was put, table by table, across a restart`, () => {
    const disk = make()
    const first = disk.open()
    first.transaction("synced", (tx) => {
      for (const [i, table] of TABLES.entries()) tx.put(table, k(7), k(i, 1, 2))
      tx.put("meta", k(), k())
    })
    first.close()
    const second = disk.open()
    for (const [i, table] of TABLES.entries()) expect(second.get(table, k(7))).toEqual(k(i, 1, 2))
    expect(second.get("meta", k())).toEqual(k())
    expect(second.get("meta", k(8))).toBeUndefined()
    second.close()
  })

  test(`${name}: orders keys as unsigned bytes, a prefix before what it starts`, () => {
    const store = make().open()
    const keys = [k(), k(0), k(0, 0), k(0, 255), k(1), k(127, 9), k(128), k(255), k(255, 0), k(255, 255)]
    store.transaction("ordered", (tx) => {
      for (const key of [...keys].reverse()) tx.put("line", key, key)
    })
    expect(store.range("line", {}).map((row) => row.key)).toEqual(keys)
    expect(store.range("line", { reverse: true }).map((row) => row.value)).toEqual([...keys].reverse())
    expect(store.range("line", { from: k(0), to: k(1) }).map((row) => row.key)).toEqual(keys.slice(1, 4))
    expect(store.range("line", { from: k(0, 1), limit: 2 }).map((row) => row.key)).toEqual(keys.slice(3, 5))
    expect(store.range("line", { to: k(128), reverse: true, limit: 1 })[0]?.key).toEqual(k(127, 9))
    expect(store.range("line", prefixRange(k(255))).map((row) => row.key)).toEqual(keys.slice(7))
    expect(store.range("line", { from: k(9), to: k(3) })).toEqual([])
    expect(store.count("line", {})).toBe(keys.length)
    expect(store.count("line", { from: k(0), to: k(1) })).toBe(3)
    expect(store.count("line", { limit: 4 })).toBe(4)
    store.close()
  })

  test(`${name}: a transaction that throws leaves nothing behind and passes the error on`, () => {
    const store = make().open()
    store.transaction("synced", (tx) => tx.put("meta", k(1), utf8("before")))
    const stop = new Error("stop")
    const run = () =>
      store.transaction("synced", (tx) => {
        tx.put("meta", k(1), utf8("after"))
        tx.put("outbox", k(2), utf8("new"))
        tx.deleteRange("meta", {})
        expect(tx.count("meta", {})).toBe(0)
        throw stop
      })
    expect(run).toThrow(stop)
    expect(store.get("meta", k(1))).toEqual(utf8("before"))
    expect(store.count("outbox", {})).toBe(0)
    store.transaction("ordered", (tx) => tx.put("outbox", k(3), k()))
    expect(store.count("outbox", {})).toBe(1)
    store.close()
  })

  test(`${name}: bytes are copied in and out`, () => {
    const store = make().open()
    const key = k(1)
    const value = k(2)
    store.transaction("ordered", (tx) => tx.put("chain", key, value))
    key.fill(9)
    value.fill(9)
    store.get("chain", k(1))!.fill(7)
    store.range("chain", {})[0]!.value.fill(7)
    expect(store.get("chain", k(1))).toEqual(k(2))
    expect(store.get("chain", k(1))!.constructor).toBe(Uint8Array)
    store.close()
  })

  test(`${name}: refuses a transaction in a transaction, and a writer kept after its end`, () => {
    const store = make().open()
    expect(() => store.transaction("ordered", () => store.transaction("ordered", () => 1))).toThrow(
      RangeError,
    )
    const kept = store.transaction("ordered", (tx) => tx)
    expect(() => kept.put("meta", k(1), k(1))).toThrow(RangeError)
    expect(store.count("meta", {})).toBe(0)
    expect(store.transaction("ordered", () => 41)).toBe(41)
    store.close()
    store.close()
  })

  test(`${name}: a disk that refuses is a storage error, and everything before it is intact`, () => {
    const disk = make()
    const store = disk.open()
    store.transaction("synced", (tx) => tx.put("meta", k(1), utf8("before")))
    disk.fill(2_000)
    let kept = 0
    const writeUntilFull = () => {
      for (; kept < 4_000; kept += 2) {
        store.transaction(kept % 4 === 0 ? "synced" : "ordered", (tx) => {
          tx.put("line", k(kept >> 8, kept & 255), new Uint8Array(1_024))
          tx.put("line", k((kept + 1) >> 8, (kept + 1) & 255), new Uint8Array(1_024))
        })
      }
    }
    expect(writeUntilFull).toThrow(expect.objectContaining({ constructor: ClientError, code: "storage" }))
    expect(store.count("line", {})).toBe(kept)
    expect(store.get("meta", k(1))).toEqual(utf8("before"))
    store.close()
    const again = disk.open()
    expect(again.count("line", {})).toBe(kept)
    again.close()
  })

  test(`property, ${name}: behaves as a sorted map, whatever is done to it`, () => {
    const key = fc.uint8Array({ maxLength: 2 }).map((bytes) => bytes.map((byte) => byte & 3))
    const tables = fc.constantFrom<TableName>("line", "group")
    const write = fc.oneof(
      fc.record({
        do: fc.constant("put" as const),
        table: tables,
        key,
        value: fc.uint8Array({ maxLength: 3 }),
      }),
      fc.record({ do: fc.constant("delete" as const), table: tables, key }),
      fc.record({
        do: fc.constant("deleteRange" as const),
        table: tables,
        from: fc.option(key),
        to: fc.option(key),
      }),
    )
    const durabilities = fc.constantFrom<Durability>("synced", "ordered")
    const step = fc.record({
      durability: durabilities,
      writes: fc.array(write, { maxLength: 6 }),
      fails: fc.boolean(),
      restart: fc.boolean(),
    })
    const look = fc.record({
      table: tables,
      from: fc.option(key),
      to: fc.option(key),
      reverse: fc.boolean(),
      limit: fc.nat(5),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.array(look, { maxLength: 6 }), (steps, looks) => {
        const disk = make()
        let store = disk.open()
        let model = new Map<string, { table: TableName; key: Uint8Array; value: Uint8Array }>()
        for (const { durability, writes, fails, restart } of steps) {
          const next = new Map(model)
          const run = () =>
            store.transaction(durability, (tx) => {
              for (const action of writes) {
                const { table } = action
                if (action.do === "put") {
                  tx.put(table, action.key, action.value)
                  next.set(table + toHex(action.key), { table, key: action.key, value: action.value })
                } else if (action.do === "delete") {
                  tx.delete(table, action.key)
                  next.delete(table + toHex(action.key))
                } else {
                  const range = rangeOf(action)
                  tx.deleteRange(table, range)
                  for (const row of select(next, table, range)) next.delete(table + toHex(row.key))
                }
              }
              if (fails) throw new Error("stop")
            })
          if (fails) expect(run).toThrow("stop")
          else run()
          if (!fails) model = next
          if (restart) {
            store.close()
            store = disk.open()
          }
        }
        for (const { table, reverse, limit, ...ends } of looks) {
          const range = rangeOf(ends)
          const all = select(model, table, range)
          expect(store.count(table, range)).toBe(all.length)
          if (reverse) all.reverse()
          expect(store.range(table, { ...range, reverse, limit })).toEqual(all.slice(0, limit))
        }
        store.close()
      }),
      { numRuns: 60 },
    )
  })
}

function rangeOf({ from, to }: { from: Uint8Array | null; to: Uint8Array | null }): Range {
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
}

function select(
  model: Map<string, { table: TableName; key: Uint8Array; value: Uint8Array }>,
  table: TableName,
  range: Range,
) {
  return [...model.values()]
    .filter((row) => row.table === table)
    .filter(({ key }) => !range.from || compareBytes(key, range.from) >= 0)
    .filter(({ key }) => !range.to || compareBytes(key, range.to) < 0)
    .map(({ key, value }) => ({ key, value }))
    .sort((a, b) => compareBytes(a.key, b.key))
}
