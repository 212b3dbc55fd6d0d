/** The shape of the code: imports, ambient time and chance, lengths, and what stands at the top level. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import {
  ambientFaults,
  folderOf,
  importFaults,
  lengthFaults,
  MAX_LINES,
  type Source,
} from "./support/architecture.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const sources = read("src", /\.tsx?$/)

test("imports point the way docs/ARCHITECTURE.md says", () => expect(importFaults(sources)).toEqual([]))

test("time, chance and waiting enter only through src/platform; nothing writes to the console", () =>
  expect(ambientFaults(sources)).toEqual([]))

test(`no file outgrows ${MAX_LINES} lines`, () => {
  const all = [
    ...sources,
    ...read("test", /\.(tsx?|mjs)$/),
    ...read(".config", /\.(ts|mjs)$/),
    ...read("src", /\.mjs$/),
  ]
  expect(lengthFaults(all)).toEqual([])
})

test("nothing unexpected stands at the top level", () => {
  const expected =
    /^(package\.json|package-lock\.json|tsconfig\.json|src|test|keys|packaging|docs|README\.md|LICENSE|CHANGELOG\.md)$/
  const ignored = /^(\..*|node_modules|dist|coverage)$/
  expect(readdirSync(root).filter((name) => !expected.test(name) && !ignored.test(name))).toEqual([])
})

test("src holds the known folders, and every file of it is read here", () => {
  const known = [
    "attack",
    "bot",
    "bytes",
    "cli",
    "client",
    "crypto",
    "errors",
    "platform",
    "protocol",
    "relay",
    "tui",
  ]
  expect(
    readdirSync(`${root}/src`)
      .map(folderOf)
      .filter((name) => !known.includes(name)),
  ).toEqual([])
  expect(sources.length).toBeGreaterThan(20)
})

// The checks themselves: each line must be found, or the tests above prove nothing.
test.each([
  ["protocol/x.ts", 'import { f } from "node:fs"'],
  ["protocol/x.ts", 'import {\n  f,\n} from "../crypto/hash.ts"'],
  ["crypto/x.ts", 'import { systemRandom } from "../platform/random.ts"'],
  ["crypto/x.ts", 'import "../protocol/framing.ts"'],
  ["crypto/x.ts", 'import sodium from "libsodium-wrappers"'],
  ["crypto/hash.ts", 'import { createGroup } from "ts-mls/clientState.js"'],
  ["relay/x.ts", 'import { open } from "../crypto/envelope-seal.ts"'],
  ["relay/x.ts", 'import type { Secret } from "../crypto/secret.ts"'],
  ["relay/x.ts", 'export * from "../crypto/sodium.ts"'],
  ["relay/server.ts", 'import Database from "better-sqlite3-multiple-ciphers"'],
  ["relay/relay.ts", 'import { LyingRelay } from "../attack/lying-relay.ts"'],
  ["client/x.ts", 'import { play } from "../attack/play.ts"'],
  ["client/x.ts", 'const m = await import("../relay/relay.ts")'],
  ["client/x.ts", 'const m = await import("../platform/clock.ts")'],
  ["client/x.ts", "const m = await import(name)"],
  ["client/x.ts", 'import * as v from "valibot"'],
  ["client/x.ts", 'import { main } from "../cli/main.ts"'],
  ["client/x.ts", 'import thing from "../../test/support/x.ts"'],
  ["tui/app.tsx", 'import { step } from "../client/outbox.ts"'],
  ["tui/app.tsx", 'import { tap } from "../relay/operator.ts"'],
  ["tui/app.tsx", 'import pino from "pino"'],
  ["platform/x.ts", 'import { f } from "../protocol/framing.ts"'],
  ["errors.ts", 'import { concat } from "./bytes.ts"'],
  ["cli/x.ts", 'import left from "left-pad"'],
])("%s is refused: %s", (path, text) => expect(importFaults([{ path, text }])).toHaveLength(1))

test.each([
  ["crypto/x.ts", 'import type { Random } from "../platform/random.ts"'],
  ["crypto/mls-engine.ts", 'import { createGroup } from "ts-mls/clientState.js"'],
  ["relay/x.ts", 'import { eid } from "../crypto/hash.ts"'],
  ["tui/app.tsx", 'import type { OperatorEvent } from "../relay/operator.ts"'],
  ["tui/panes/x.tsx", 'import { Text } from "ink"'],
  ["platform/x.ts", ' * A comment: import("../relay/relay.ts") is not an import.'],
  ["cli/main.ts", 'import manifest from "../../package.json" with { type: "json" }'],
])("%s is allowed: %s", (path, text) => expect(importFaults([{ path, text }])).toEqual([]))

test.each([
  ["client/x.ts", "const now = Date.now()"],
  ["client/x.ts", "const now = new Date()"],
  ["client/x.ts", "setTimeout(wake, 1)"],
  ["client/x.ts", "const t = performance.now()"],
  ["crypto/x.ts", "const seed = sodium.randombytes_buf(32)"],
  ["crypto/x.ts", "const pair = sodium.crypto_sign_keypair()"],
  ["crypto/x.ts", "crypto.getRandomValues(bytes)"],
  ["relay/x.ts", "const id = Math.random()"],
  ["tui/x.tsx", 'console.log("here")'],
  ["platform/x.ts", 'console.error("here")'],
  ["client/x.ts", 'process.env["HOME"]'],
])("%s is refused: %s", (path, text) => expect(ambientFaults([{ path, text }])).toHaveLength(1))

test.each([
  ["client/x.ts", "const day = new Date(message.time)"],
  ["crypto/x.ts", "const pair = sodium.crypto_sign_seed_keypair(seed)"],
  ["crypto/x.ts", "rng: { randomBytes: (length) => random.bytes(length) }"],
  ["client/x.ts", "// Date.now() would be wrong here."],
  ["platform/x.ts", "const now = Date.now()"],
  ["cli/x.ts", "process.stdout.write(line)"],
])("%s is allowed: %s", (path, text) => expect(ambientFaults([{ path, text }])).toEqual([]))

test("the attacks are reached from the doctor and from nowhere else", () => {
  const outside = sources.filter(({ path }) => !path.startsWith("attack/"))
  const users = outside.filter(({ text }) => /["'][./]+\/attack\//.test(text)).map(({ path }) => path)
  expect(users.toSorted()).toEqual(["cli/attack-ground.ts", "cli/commands/doctor.ts"])
  const doctors = outside.filter(({ text }) =>
    /["'][./]+\/(?:commands\/doctor|attack-ground)\.ts["']/.test(text),
  )
  expect(doctors.map(({ path }) => path).toSorted()).toEqual([
    "cli/commands/doctor.ts",
    "cli/program-settings.ts",
  ])
})

test("a file of 401 lines is found", () => {
  expect(lengthFaults([{ path: "a.ts", text: "x\n".repeat(MAX_LINES) }])).toEqual([])
  expect(lengthFaults([{ path: "a.ts", text: "x\n".repeat(MAX_LINES + 1) }])).toHaveLength(1)
})

function read(folder: string, names: RegExp): Source[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => names.test(path))
    .map((path) => ({ path, text: readFileSync(`${root}/${folder}/${path}`, "utf8") }))
}
