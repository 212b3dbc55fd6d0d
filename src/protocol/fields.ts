/**
 * Field codecs, and records made of them: one table describes a shape, and its type, encoder and
 * total decoder follow from it. Every variable field has a limit, checked before it is copied.
 */
import { ByteReader, ByteWriter, BytesError, fromUtf8, utf8 } from "../bytes.ts"

export interface Field<T> {
  write(to: ByteWriter, value: T): void
  /** @throws BytesError for anything but a well-formed value. Byte values are views of the input. */
  read(from: ByteReader): T
}

export const u8: Field<number> = { write: (to, v) => void to.u8(v), read: (from) => from.u8() }
export const u16: Field<number> = { write: (to, v) => void to.u16(v), read: (from) => from.u16() }
export const u32: Field<number> = { write: (to, v) => void to.u32(v), read: (from) => from.u32() }
/** At most 2^53−1 in value. */
export const u64: Field<number> = { write: (to, v) => void to.u64(v), read: (from) => from.u64() }

export const flag: Field<boolean> = {
  write: (to, v) => void to.u8(v ? 1 : 0),
  read: (from) => {
    const value = from.u8()
    if (value > 1) throw new BytesError("bad-value", "a flag is 0 or 1")
    return value === 1
  },
}

/** Exactly `length` bytes. */
export function fixed(length: number): Field<Uint8Array> {
  return {
    write: (to, v) => {
      if (v.length !== length) throw new RangeError(`${v.length} bytes in a field of ${length}`)
      to.raw(v)
    },
    read: (from) => from.raw(length),
  }
}

/** Up to `max` bytes behind a u32 length. */
export function sized(max: number): Field<Uint8Array> {
  return {
    write: (to, v) => {
      if (v.length > max) throw new RangeError(`${v.length} bytes in a field of at most ${max}`)
      to.sized(v)
    },
    read: (from) => from.sized(max),
  }
}

/** Text of up to `max` UTF-8 bytes. It is remote text: sanitise it before showing it. */
export function text(max: number): Field<string> {
  const bytes = sized(max)
  return { write: (to, v) => bytes.write(to, utf8(v)), read: (from) => fromUtf8(bytes.read(from)) }
}

/** All that is left of the body; only as the last field. */
export const rest: Field<Uint8Array> = { write: (to, v) => void to.raw(v), read: (from) => from.rest() }

/** Up to `max` values behind a u16 count. */
export function list<T>(item: Field<T>, max: number): Field<T[]> {
  return {
    write: (to, values) => {
      if (values.length > max) throw new RangeError(`${values.length} values in a list of at most ${max}`)
      to.u16(values.length)
      for (const value of values) item.write(to, value)
    },
    read: (from) => {
      const count = from.u16()
      if (count > max) throw new BytesError("too-long", `${count} values where ${max} are allowed`)
      return Array.from({ length: count }, () => item.read(from))
    },
  }
}

// `any` only to take T out of Field<T>; no value is ever of type any.
// oxlint-disable-next-line typescript/no-explicit-any
type AnyField = Field<any>
export type RecordOf<S extends Readonly<Record<string, AnyField>>> = {
  [K in keyof S]: S[K] extends Field<infer T> ? T : never
}

/** Fields one after the other, in the order of the table. */
export function record<S extends Readonly<Record<string, AnyField>>>(shape: S): Field<RecordOf<S>> {
  const fields = Object.entries(shape)
  return {
    write: (to, value) => {
      for (const [name, field] of fields) field.write(to, value[name as keyof S])
    },
    read: (from) => {
      const value: Record<string, unknown> = {}
      for (const [name, field] of fields) value[name] = field.read(from)
      return value as RecordOf<S>
    },
  }
}

export function encode<T>(field: Field<T>, value: T): Uint8Array {
  const to = new ByteWriter()
  field.write(to, value)
  return to.done()
}

/** The whole of `bytes` as one value. @throws BytesError, also for bytes that are left over. */
export function decode<T>(field: Field<T>, bytes: Uint8Array): T {
  const from = new ByteReader(bytes)
  const value = field.read(from)
  from.end()
  return value
}
