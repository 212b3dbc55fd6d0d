import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { LogFields } from "../../src/platform/log.ts"
import { logTo, openGatheredLog, openLog } from "../../src/platform/log-pino.ts"

function collect(level: "debug" | "warn") {
  const lines: string[] = []
  const log = logTo({ write: (line) => void lines.push(line) }, level)
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test("a line is one JSON object: level, time, event, fields", () => {
  const { log, lines, parsed } = collect("debug")
  log.write("info", "client connected", { id: 3, remote: "10.0.0.1", ok: true })
  log.write("debug", "tick")
  expect(lines.every((line) => line.endsWith("}\n"))).toBe(true)
  expect(parsed()[0]).toMatchObject({
    level: "info",
    event: "client connected",
    id: 3,
    remote: "10.0.0.1",
    ok: true,
  })
  expect(String(parsed()[0]!["time"])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(Object.keys(parsed()[1]!)).toEqual(["level", "time", "event"])
})

test("below the level nothing is written", () => {
  const { log, lines } = collect("warn")
  log.write("info", "a")
  log.write("warn", "b")
  log.write("error", "c")
  expect(lines).toHaveLength(2)
})

test("a line break in a value stays inside its line", () => {
  const { log, lines, parsed } = collect("debug")
  log.write("info", "a", { name: 'x"}\n{"level":"error"' })
  expect(lines).toHaveLength(1)
  expect(lines[0]!.trimEnd()).not.toContain("\n")
  expect(parsed()[0]!["name"]).toBe('x"}\n{"level":"error"')
})

test("bytes and objects that got past the types leave nothing but their kind", () => {
  const { log, parsed } = collect("debug")
  const fields = { key: new Uint8Array([66, 67]), error: new Error("plaintext"), deep: { text: "plaintext" } }
  log.write("error", "a", fields as unknown as LogFields)
  const kinds = { key: "[object]", error: "[object]", deep: "[object]" }
  const { time: _, ...rest } = parsed()[0]!
  expect(rest).toEqual({ level: "error", event: "a", ...kinds })
})

test("the file belongs to its owner only and holds a line as soon as it is written", () => {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-log-"))
  try {
    const file = join(folder, "relay.log")
    openLog({ file, level: "info" }).write("info", "started")
    expect(readFileSync(file, "utf8")).toContain('"event":"started"')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("a gathered log holds trouble as soon as it is written, with what came before it, and all of it at the end", () => {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-log-"))
  try {
    const file = join(folder, "relay.log")
    const log = openGatheredLog({ file, level: "info" })
    const events = () =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { event: string }).event)
    log.write("info", "one")
    log.write("info", "two")
    expect(events()).toEqual([])
    log.write("error", "trouble")
    expect(events()).toEqual(["one", "two", "trouble"])
    log.write("info", "last")
    log.close()
    expect(events()).toEqual(["one", "two", "trouble", "last"])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
