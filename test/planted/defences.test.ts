/** Without a defence exactly its attacks get through: so each line of the table stands for something that holds. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { ATTACKS } from "../../src/attack/attacks.ts"
import { changesOf, type Defence, DEFENCES } from "./defences.ts"
import { COMPILED } from "../support/compiled.ts"
import { pathOf, plant } from "./plant.ts"

const here = (file: string) => new URL(file, import.meta.url).href
const run = promisify(execFile)
/** Each is a process that plays all attacks, some of them several times. */
const PATIENCE_MS = 600_000

/** @returns the attacks that were not caught, with the reason. */
async function playWithout(defence: Defence): Promise<Record<string, string>> {
  const { PLANT: _, PLANTED: __, ...env } = process.env
  const imports = [here("../../.config/register.ts"), here("register.ts")].flatMap((url) => ["--import", url])
  const args = [...imports, fileURLToPath(here("play-attacks.ts")), String(defence.seeds ?? 1)]
  const { stdout } = await run(process.execPath, args, {
    env: { ...env, ...COMPILED, PLANT: defence.name },
    timeout: PATIENCE_MS,
  })
  return JSON.parse(stdout) as Record<string, string>
}

test.each(DEFENCES)("$name fits its file, once, and leaves it a program", (defence) => {
  const sources = new Map<string, string>()
  for (const change of changesOf(defence)) {
    const path = pathOf(change)
    sources.set(path, plant(sources.get(path) ?? readFileSync(path, "utf8"), change, defence.name))
  }
  for (const source of sources.values()) expect(() => stripTypeScriptTypes(source)).not.toThrow()
  const names = ATTACKS.map(({ name }) => name)
  expect(defence.red.filter((name) => !names.includes(name))).toEqual([])
})

test("no two have one name, and each has its attacks", () => {
  expect(new Set(DEFENCES.map(({ name }) => name)).size).toBe(DEFENCES.length)
  expect(DEFENCES.every(({ red }) => red.length > 0)).toBe(true)
})

test("each line of the table turns red without some defence", () => {
  const red = new Set(DEFENCES.flatMap((defence) => defence.red))
  expect(ATTACKS.map(({ name }) => name).filter((name) => !red.has(name))).toEqual([])
})

/** All of them against all attacks take minutes: the slow run does that. */
const few = new Set(["names-given-twice", "outsiders-remove", "numbers-unchecked"])
const isSlow = process.env["SLOW"] !== undefined
const played = DEFENCES.filter(({ name }) => isSlow || few.has(name))

test.each(played)("without $name exactly its attacks succeed", { timeout: PATIENCE_MS }, async (defence) => {
  expect(Object.keys(await playWithout(defence)).toSorted()).toEqual(defence.red.toSorted())
})
