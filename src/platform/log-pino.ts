/** The real log: one JSON object per line, in a file of its own or on stderr. */
import { type DestinationStream, destination, pino, stdTimeFunctions } from "pino"
import type { Log, LogLevel } from "./log.ts"

export interface LogOptions {
  /** Path of the file, mode 0600; undefined for stderr. */
  file?: string
  /** The lowest level that is written. */
  level: LogLevel
}

/** Lines are written at once, so that a crash loses none. A disk that fails costs lines, never the process. */
export function openLog({ file, level }: LogOptions): Log {
  const where = destination(
    file === undefined ? { dest: 2, sync: true } : { dest: file, sync: true, mode: 0o600 },
  )
  where.on("error", () => {})
  return logTo(where, level)
}

export function logTo(where: DestinationStream, level: LogLevel): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "event",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    where,
  )
  return { write: (at, event, fields = {}) => logger[at](plain(fields), event) }
}

/** Whatever got past the types: an object could hold bytes or text, so its kind is written and not its value. */
function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      ["string", "number", "boolean"].includes(typeof value) ? value : `[${typeof value}]`,
    ]),
  )
}
