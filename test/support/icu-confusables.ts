/**
 * Unicode's own table of look-alikes, as the ICU inside the running Node has it (uspoof's data, Unicode 17 with
 * Node 26): the names are held against it, and not against the table that they are made with. Node offers it to no
 * program, so it is looked for in the executable.
 *
 * Format (ICU's uspoof_impl.h): after the udata header, magic 0x3845fdef, version, length, then offset and count of
 * keys (u32: code point, and length of the value less one above bit 24), values (u16: a character, or where a string
 * begins), strings (UTF-16).
 */
import { readFileSync } from "node:fs"

const MAGIC = Buffer.from([0xef, 0xfd, 0x45, 0x38, 2, 0, 0, 0])

/** Character → what it looks like; undefined where Node was built with the system's ICU. */
export function icuConfusables(): ReadonlyMap<string, string> | undefined {
  const executable = readFileSync(process.execPath)
  for (let at = executable.indexOf(MAGIC); at >= 0; at = executable.indexOf(MAGIC, at + 1)) {
    const length = executable.readUInt32LE(at + 8)
    if (length > 10_000 && length < 1_000_000) return tableIn(executable.subarray(at, at + length))
  }
  return undefined
}

function tableIn(data: Buffer): ReadonlyMap<string, string> {
  const [keys, count, values, , strings] = [12, 16, 20, 24, 28].map((at) => data.readUInt32LE(at))
  const table = new Map<string, string>()
  for (let i = 0; i < count!; i++) {
    const key = data.readUInt32LE(keys! + 4 * i)
    const value = data.readUInt16LE(values! + 2 * i)
    const length = (key >>> 24) + 1
    const start = strings! + 2 * value
    const looksLike =
      length === 1 ? String.fromCharCode(value) : data.subarray(start, start + 2 * length).toString("utf16le")
    table.set(String.fromCodePoint(key & 0x1f_ffff), looksLike)
  }
  return table
}
