/** Records as JSON, in which bytes are written as `{"~": base64url}` (PROTOCOL.md §16). */
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from "../bytes.ts"
import { ClientError } from "./errors.ts"
import type { StoreReader, StoreWriter, TableName } from "./store.ts"

export function encodeRecord(value: object): Uint8Array {
  return utf8(JSON.stringify(withoutBytes(value)))
}

/** @throws ClientError `database-damaged` for bytes that are no record. */
export function decodeRecord<T>(bytes: Uint8Array): T {
  try {
    const record = withBytes(JSON.parse(fromUtf8(bytes)))
    if (typeof record === "object" && record !== null) return record as T
  } catch (cause) {
    throw new ClientError("database-damaged", "a record in the database makes no sense", { cause })
  }
  throw new ClientError("database-damaged", "a record in the database makes no sense")
}

/** Undefined for bytes that are no record: where one that is damaged must not stop the others. */
export function decodeRecordIfSound<T>(bytes: Uint8Array): T | undefined {
  try {
    return decodeRecord<T>(bytes)
  } catch (cause) {
    if (cause instanceof ClientError) return undefined
    throw cause
  }
}

/** A copy that JSON can hold. Not left to JSON's own callback, which takes several times as long. */
function withoutBytes(field: unknown): unknown {
  if (typeof field !== "object" || field === null) return field
  if (field instanceof Uint8Array) return { "~": toBase64Url(field) }
  if (Array.isArray(field)) return field.map(withoutBytes)
  const plain: Record<string, unknown> = {}
  for (const name of Object.keys(field)) {
    const value = (field as Record<string, unknown>)[name]
    plain[name] = typeof value === "object" ? withoutBytes(value) : value
  }
  return plain
}

/** Puts the bytes back, in place. */
function withBytes(field: unknown): unknown {
  if (typeof field !== "object" || field === null) return field
  if (isBytes(field)) return fromBase64Url(field["~"])
  const parts = field as Record<string, unknown>
  for (const name of Object.keys(parts)) {
    const part = parts[name]
    if (typeof part === "object") parts[name] = withBytes(part)
  }
  return field
}

function isBytes(field: unknown): field is { "~": string } {
  return typeof field === "object" && field !== null && "~" in field && typeof field["~"] === "string"
}

export function getRecord<T>(from: StoreReader, table: TableName, key: Uint8Array): T | undefined {
  const value = from.get(table, key)
  return value && decodeRecord<T>(value)
}

export function putRecord(to: StoreWriter, table: TableName, key: Uint8Array, value: object): void {
  to.put(table, key, encodeRecord(value))
}
