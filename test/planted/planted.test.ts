/** That the hunt for planted bugs can be believed. All of them are hunted by `npm run check:slow`. */
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { expect, test } from "vitest"
import { BUGS } from "./bugs.ts"
import { pathOf, plant } from "./plant.ts"
import { hunt } from "./run.ts"

test("there are 27, and no two have one name", () => {
  expect(BUGS).toHaveLength(27)
  expect(new Set(BUGS.map(({ name }) => name)).size).toBe(27)
})

test.each(BUGS)("$name fits its file, once, and leaves it a program", (bug) => {
  const source = readFileSync(pathOf(bug), "utf8")
  const planted = plant(source, bug, bug.name)
  expect(planted).not.toBe(source)
  expect(() => stripTypeScriptTypes(planted)).not.toThrow()
})

test("a text that is not there, or is there twice, is planted nowhere", () => {
  const bug = { file: "src/bytes.ts", find: "abc", replace: "" }
  expect(() => plant("ab c", bug, "none")).toThrow("0 times")
  expect(() => plant("abc abc", bug, "none")).toThrow("2 times")
})

test.each([
  ["plain", 10],
  ["noisy", 3],
  ["lossy", 6],
  ["relay", 5],
] as const)("without a bug nothing is found in %s lives", { timeout: 300_000 }, async (lives, seeds) => {
  expect(await hunt(undefined, seeds, 0, lives)).toEqual({ kind: "missed", seeds })
})

test.each(["stale-entry-taken", "chain-number-twice", "void-position-forgotten"])(
  "%s is found in a few lives",
  { timeout: 300_000 },
  async (name) => {
    const bug = BUGS.find((each) => each.name === name)!
    expect(await hunt(bug, 20)).toMatchObject({ kind: "found" })
  },
)
