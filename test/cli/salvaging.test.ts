/** A damaged profile at the command line: said, read, salvaged; and the damaged file is kept as it is. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { afterAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { offerSalvage, salvageProfile } from "../../src/cli/commands/salvage.ts"
import type { Invocation } from "../../src/cli/commands/context.ts"
import { endOf, EXIT } from "../../src/cli/exit-codes.ts"
import type { Io } from "../../src/cli/io.ts"
import { openProfileDir } from "../../src/cli/profile-dir.ts"
import { isWhole, salvageDatabase, salvageToMemory, undoHalfSalvage } from "../../src/cli/salvaging.ts"
import { readProfile } from "../../src/client/profile.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { ASCII_SYMBOLS } from "../../src/tui/theme.ts"
import { PROFILE_KEY as key, leavesOf, writeFullProfile } from "../support/full-profile.ts"

await sodiumReady()
const root = mkdtempSync(join(tmpdir(), "secure-chat-salvage-"))
afterAll(() => rmSync(root, { recursive: true }))
const whole = join(root, "whole.db")
writeFullProfile(whole)
const bytes = readFileSync(whole)
const PAGE_BYTES = 4_096
/** Holds lines of the second room, and not the first ones of all. */
const PAGE = leavesOf(whole, "line")[37]!

let folders = 0

/** A profile's folder; `pages` of its database have a bit flipped. */
function folderWith(...pages: number[]): { dir: string; database: string; damaged: Buffer } {
  const dir = join(root, `profile-${folders++}`)
  mkdirSync(dir)
  const damaged = Buffer.from(bytes)
  for (const page of pages) damaged[page * PAGE_BYTES - 1_000]! ^= 4
  const database = join(dir, "chat.db")
  writeFileSync(database, damaged)
  writeFileSync(join(dir, "key"), `${toHex(key)}\n`)
  return { dir, database, damaged }
}

/** What a command is given, and what it prints. @param typed by a person at a terminal. */
function invocationOn(dir: string, typed = ""): { invocation: Invocation; printed: () => string } {
  const out: string[] = []
  const stdin = new PassThrough()
  stdin.end(typed)
  const io = {
    result: (line: string) => out.push(line),
    resultText: (text: string) => out.push(text),
    say: (line: string) => out.push(line),
    ask: (text: string) => out.push(text),
    stdin: Object.assign(stdin, { isTTY: true }),
    stop: new AbortController().signal,
    env: {},
  } as unknown as Io
  const config = {
    isNamed: true,
    profileDir: dir,
    relayDir: dir,
    json: false,
    ascii: true,
    plain: true,
    color: false,
    theme: undefined,
    passphraseFd: undefined,
    relaySocket: undefined,
  }
  const show = (_: object, text: string) => void out.push(text)
  return { invocation: { io, config, symbols: ASCII_SYMBOLS, show }, printed: () => out.join("\n") }
}

function linesIn(database: string): number {
  const store = openSqliteStore({ path: database, key })
  const count = store.count("line", {})
  store.close()
  return count
}

test("a whole database is known as one, and a damaged one as well", () => {
  expect(isWhole(folderWith().database, key)).toBe(true)
  expect(isWhole(folderWith(1).database, key)).toBe(false)
  expect(isWhole(folderWith(PAGE).database, key)).toBe(false)
})

test("salvage puts a working profile in the place of a damaged one, which is kept bit for bit", () => {
  const { dir, database, damaged } = folderWith(90, 120)
  const { rows, places, aside } = salvageDatabase(database, key)
  expect(rows).toBeGreaterThan(1_000)
  expect(places).toBeGreaterThan(0)
  expect(aside).toBe(`${database}.damaged-1`)
  expect(readFileSync(aside).equals(damaged)).toBe(true)
  expect(readdirSync(dir).toSorted()).toEqual(["chat.db", "chat.db.damaged-1", "key"])
  const store = openSqliteStore({ path: database, key })
  expect(readProfile(store)).toMatchObject({ name: "nora" })
  expect(store.count("line", {})).toBeGreaterThan(500)
  for (const table of ["group", "pending", "pendingGroup", "package", "outbox"] as const)
    expect(store.count(table, {})).toBe(0)
  store.close()
  // Damaged again: nothing that was put aside is written over.
  const again = readFileSync(database)
  again[102 * PAGE_BYTES - 1_000]! ^= 1
  writeFileSync(database, again)
  expect(salvageDatabase(database, key).aside).toBe(`${database}.damaged-2`)
  expect(readFileSync(aside).equals(damaged)).toBe(true)
  expect(isWhole(database, key)).toBe(true)
})

test("what the log holds is salvaged too, and leaves with its database", () => {
  const { database } = folderWith()
  const store = openSqliteStore({ path: database, key })
  const [line] = store.range("line", { limit: 1 })
  const late = new Uint8Array([...line!.key.slice(0, -2), 9, 9])
  store.transaction("synced", (tx) => tx.put("line", late, line!.value))
  const log = readFileSync(`${database}-wal`)
  const before = linesBy(store)
  store.close()
  // As a crash leaves it: the database without, and the log with, the last line.
  const damaged = Buffer.from(bytes)
  damaged[120 * PAGE_BYTES - 1_000]! ^= 4
  writeFileSync(database, damaged)
  writeFileSync(`${database}-wal`, log)
  salvageDatabase(database, key)
  expect(readFileSync(`${database}.damaged-1-wal`).equals(log)).toBe(true)
  const salvaged = openSqliteStore({ path: database, key })
  expect(salvaged.get("line", late)).toBeDefined()
  expect(linesBy(salvaged)).toBeGreaterThan(before / 2)
  salvaged.close()
})

function linesBy(store: { count(table: "line", range: object): number }): number {
  return store.count("line", {})
}

test("a salvage that died half way is taken back at the next start", async () => {
  for (const died of ["before the log moved", "after the log moved"]) {
    const { dir, database, damaged } = folderWith(PAGE)
    writeFileSync(`${database}-wal`, "")
    writeFileSync(`${database}.salvaged`, "not finished")
    renameSync(database, `${database}.damaged-1`)
    if (died === "after the log moved") renameSync(`${database}-wal`, `${database}.damaged-1-wal`)
    const { invocation } = invocationOn(dir)
    const profile = await openProfileDir(invocation.config, invocation.io, { create: false })
    profile.close()
    expect(readFileSync(database).equals(damaged)).toBe(true)
    expect(existsSync(`${database}-wal`)).toBe(true)
    expect(existsSync(`${database}.damaged-1`)).toBe(false)
    undoHalfSalvage(database)
    expect(readFileSync(database).equals(damaged)).toBe(true)
  }
})

test("reading changes no file", () => {
  const { dir, damaged, database } = folderWith(1, PAGE)
  const store = salvageToMemory(database, key)
  expect(store.count("line", {})).toBeGreaterThan(500)
  expect(readdirSync(dir).toSorted()).toEqual(["chat.db", "key"])
  expect(readFileSync(database).equals(damaged)).toBe(true)
})

test("the command: a whole profile is left alone, a damaged one is read or salvaged", async () => {
  const healthy = folderWith()
  const first = invocationOn(healthy.dir)
  await salvageProfile(first.invocation, { show: false })
  expect(first.printed()).toContain("nothing is damaged here")
  expect(readFileSync(healthy.database).equals(bytes)).toBe(true)

  const { dir, database, damaged } = folderWith(PAGE)
  const reading = invocationOn(dir)
  await salvageProfile(reading.invocation, { show: true })
  expect(reading.printed()).toContain("line 1/7 line 1/7")
  expect(readFileSync(database).equals(damaged)).toBe(true)

  const salvaging = invocationOn(dir)
  await salvageProfile(salvaging.invocation, { show: false })
  expect(salvaging.printed()).toMatch(
    /salvaged \d+ records; \d places? could not be read; .*chat\.db\.damaged-1/,
  )
  expect(linesIn(database)).toBeGreaterThan(500)
})

test("the offer at a start: read, then leave it, or salvage", async () => {
  const { dir, database, damaged } = folderWith(PAGE)
  const leaving = invocationOn(dir, "what\nr\nq\n")
  const profile = await openProfileDir(leaving.invocation.config, leaving.invocation.io, { create: false })
  expect(await offerSalvage(leaving.invocation, profile)).toBe(false)
  expect(leaving.printed()).toContain("line 1/7 line 1/7")
  expect(readFileSync(database).equals(damaged)).toBe(true)
  const taking = invocationOn(dir, "s\n")
  expect(await offerSalvage(taking.invocation, profile)).toBe(true)
  profile.close()
  expect(isWhole(database, key)).toBe(true)
})

test("a profile whose own keys are gone says so, and is left as it is", () => {
  const store = openSqliteStore({ path: whole, key })
  store.close()
  const { database, damaged } = folderWith(...Array.from({ length: 40 }, (_, i) => i + 1))
  expect(() => salvageDatabase(database, key)).toThrow(expect.objectContaining({ code: "database-damaged" }))
  expect(readFileSync(database).equals(damaged)).toBe(true)
  expect(existsSync(`${database}.salvaged`)).toBe(false)
  try {
    salvageDatabase(database, key)
  } catch (error) {
    expect(endOf(error)).toMatchObject({ exit: EXIT.unavailable })
    expect(endOf(error)?.hint).toContain("secure-chat salvage")
  }
})
