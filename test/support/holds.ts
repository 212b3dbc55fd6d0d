import { toHex, utf8 } from "../../src/bytes.ts"
import { decodeRecordIfSound } from "../../src/client/records.ts"
import { type StoreReader, TABLES } from "../../src/client/store.ts"

/** Whether these words are anywhere in a store, in a record or in bytes inside one. */
export function holds(store: StoreReader, words: string): boolean {
  const wanted = toHex(utf8(words))
  const isIn = (value: unknown): boolean => {
    if (typeof value === "string") return value.includes(words)
    if (value instanceof Uint8Array) return toHex(value).includes(wanted)
    return typeof value === "object" && value !== null && Object.values(value).some(isIn)
  }
  return TABLES.some((table) =>
    store.range(table, {}).some(({ value }) => {
      if (toHex(value).includes(wanted)) return true
      return isIn(decodeRecordIfSound(value))
    }),
  )
}
