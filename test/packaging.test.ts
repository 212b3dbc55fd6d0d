/** What `packaging/` starts is what the program takes. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { buildProgram } from "../src/cli/program.ts"

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../packaging/${name}`, import.meta.url)), "utf8")

/** The long options of a command, and those of the whole program. */
function optionsOf(...path: string[]): string[] {
  const io = { env: {}, stop: new AbortController().signal } as Parameters<typeof buildProgram>[0]
  let command = buildProgram(io)
  const all = command.options.map(({ long }) => long)
  for (const name of path) {
    const next = command.commands.find((each) => each.name() === name)
    if (next === undefined) throw new Error(`there is no command ${path.join(" ")}`)
    command = next
    all.push(...command.options.map(({ long }) => long))
  }
  return all.flatMap((long) => long ?? [])
}

test.each(["secure-chat-relay.service", "Containerfile"])(
  "every command of %s is one that there is",
  (name) => {
    const text = read(name)
      .replaceAll(/[",[\]]+ ?/g, " ")
      .replaceAll(/\s*\\\n\s*(CMD)?/g, " ")
    const commands = [...text.matchAll(/secure-chat\.js +relay +(\w+)([^\n]*)/g)]
    expect(commands.length).toBeGreaterThanOrEqual(2)
    for (const [, command, rest] of commands) {
      const known = optionsOf("relay", command!)
      for (const [option] of rest!.matchAll(/--[a-z-]+/g))
        expect([command, known]).toEqual([command, expect.arrayContaining([option])])
    }
  },
)

test("the unit keeps the invitation out of the journal, and gives the last commit its time", () => {
  const unit = read("secure-chat-relay.service")
  expect(unit).toContain("\nStandardOutput=null\n")
  expect(unit).toContain("\nKillSignal=SIGTERM\n")
  expect(Number(/\nTimeoutStopSec=(\d+)\n/.exec(unit)?.[1])).toBeGreaterThan(15)
})
