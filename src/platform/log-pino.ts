/** The real log: one JSON object per line, in a file of its own or on stderr. */
import { type DestinationStream, destination, pino, stdTimeFunctions } from "pino"
import { Gathered } from "./gathered.ts"
import type { Log, LogLevel } from "./log.ts"

export interface LogOptions {
  /** Path of the file, mode 0600; undefined for stderr. */
  file?: string
  /** The lowest level that is written. */
  level: LogLevel
}

/** Lines are written at once, so that a crash loses none. A disk that fails costs lines, never the process. */
export function openLog({ file, level }: LogOptions): Log {
  return logTo(whereTo(file), level)
}

/** Where a thousand may come in at once: only trouble is written at once, and a crash loses the lines of a moment. */
export function openGatheredLog({ file, level }: LogOptions): Log & { close(): void } {
  const where = whereTo(file)
  const gathered = new Gathered((text) => void where.write(text))
  const log = logTo({ write: (line) => gathered.add(line) }, level)
  return {
    write: (at, event, fields) => {
      log.write(at, event, fields)
      if (at === "warn" || at === "error") gathered.flush()
    },
    close: () => gathered.close(),
  }
}

function whereTo(file: string | undefined) {
  const where = destination(
    file === undefined ? { dest: 2, sync: true } : { dest: file, sync: true, mode: 0o600 },
  )
  where.on("error", () => {})
  return where
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
  const all: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) all[name] = isPlain(value) ? value : `[${typeof value}]`
  return all
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
}
