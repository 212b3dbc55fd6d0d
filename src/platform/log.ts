/**
 * Levelled, structured log. Fields are an allow-list of plain values: there is no way to hand it bytes,
 * an error object or a message text, so neither keys nor plaintext nor who-talks-to-whom can get in by accident.
 */
export type LogLevel = "debug" | "info" | "warn" | "error"
export type LogFields = Readonly<Record<string, string | number | boolean>>

export interface Log {
  write(level: LogLevel, event: string, fields?: LogFields): void
}

export const silentLog: Log = { write: () => {} }
