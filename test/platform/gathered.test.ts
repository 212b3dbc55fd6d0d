import { execFileSync } from "node:child_process"
import { expect, test, vi } from "vitest"
import { Gathered } from "../../src/platform/gathered.ts"

test("what comes together leaves together, in order, and soon", () => {
  vi.useFakeTimers()
  try {
    const written: string[] = []
    const gathered = new Gathered((text) => void written.push(text))
    gathered.add("one\n")
    vi.advanceTimersByTime(30)
    gathered.add("two\n")
    expect(written).toEqual([])
    vi.advanceTimersByTime(20)
    expect(written).toEqual(["one\ntwo\n"])
    gathered.add("three\n")
    gathered.flush()
    vi.advanceTimersByTime(1_000)
    expect(written).toEqual(["one\ntwo\n", "three\n"])
    gathered.close()
  } finally {
    vi.useRealTimers()
  }
})

test("nobody's memory is filled: many lines leave at once", () => {
  const written: string[] = []
  const gathered = new Gathered((text) => void written.push(text))
  for (let n = 0; n < 100; n++) gathered.add(`${"x".repeat(999)}\n`)
  expect(written.map((text) => text.length)).toEqual([66_000])
  gathered.close()
  expect(written.join("")).toHaveLength(100_000)
})

test.each([
  ["ends", "process.exitCode = 0"],
  ["is ended", "process.exit(0)"],
  ["throws", "process.once('uncaughtException', () => process.exit(0)); throw new Error()"],
])("nothing is lost when the process %s", (_, how) => {
  const code = `
    const { Gathered } = await import(${JSON.stringify(new URL("../../src/platform/gathered.ts", import.meta.url).href)})
    const gathered = new Gathered((text) => process.stdout.write(text))
    gathered.add("one\\n")
    gathered.add("two\\n")
    ${how}
  `
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" })
  expect(said).toBe("one\ntwo\n")
})
