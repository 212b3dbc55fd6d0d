import { CliError } from "./errors.ts"

const UNITS: Readonly<Record<string, number>> = {
  "": 1_000,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const LONGEST_MS = 365 * 86_400_000

/** `500ms`, `10s`, `2m`, `1h`; a bare number is seconds. @returns milliseconds. @throws CliError `usage`. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim())
  const duration = match ? Number(match[1]) * UNITS[match[2] ?? ""]! : Number.NaN
  if (!(duration <= LONGEST_MS))
    throw new CliError("usage", `"${text}" is no duration; write 500ms, 10s, 2m, 1h or 1d`)
  return duration
}

/** A count from 1 up. @throws CliError `usage`. */
export function parseCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (count < 1) throw new CliError("usage", `"${text}" is no count; write a whole number from 1 up`)
  return count
}

/** A file descriptor. @throws CliError `usage`. */
export function parseDescriptor(text: string): number {
  if (!/^\d{1,4}$/.test(text))
    throw new CliError("usage", `"${text}" is no file descriptor; write a number, such as 3`)
  return Number(text)
}

/** 0 to 65535. @throws CliError `usage`. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new CliError("usage", `"${text}" is no port; ports are 0 to 65535`)
  return port
}
