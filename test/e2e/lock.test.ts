/** Locked and opened again, and from the screen to the line mode, in a real terminal. */
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { argumentsAgain } from "../../src/cli/lock-again.ts"
import { builtProgram, PROGRAM } from "../support/program.ts"
import { NODE, TerminalProgram } from "../support/terminal.ts"

const program = builtProgram()
let relay: { invitation: string } | undefined

async function joined(name: string, passphrase: string): Promise<TerminalProgram> {
  relay ??= await program.relay("relay")
  const terminal = new TerminalProgram(NODE, [PROGRAM, "--data", program.path(name)], {
    columns: 100,
    rows: 30,
    cwd: program.dir,
    env: { HOME: program.dir },
  })
  await terminal.until("Choose a passphrase")
  terminal.type(`${passphrase}\r`)
  if (passphrase !== "") {
    await terminal.until("The same again")
    terminal.type(`${passphrase}\r`)
  }
  await terminal.until("Your name")
  terminal.type(`${name}\r`)
  await terminal.until("I have an invitation")
  terminal.paste(relay.invitation)
  await terminal.until("Enter joins it.")
  terminal.type("\r")
  await terminal.until("● connected")
  return terminal
}

/** Whether a text stands in what this process may write to. */
function memoryHolds(pid: number, text: string): boolean {
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")
  const memory = openSync(`/proc/${pid}/mem`, "r")
  try {
    return maps.some((line) => {
      const found = /^([\da-f]+)-([\da-f]+) rw/u.exec(line)
      if (found === null) return false
      const from = Number.parseInt(found[1]!, 16)
      const part = Buffer.alloc(Math.min(Number.parseInt(found[2]!, 16) - from, 2 ** 28))
      try {
        const length = readSync(memory, part, 0, part.length, from)
        return part.subarray(0, length).includes(text)
      } catch {
        return false
      }
    })
  } finally {
    closeSync(memory)
  }
}

test("/lock begins anew, asks again, forgives a slip, and finds the room as it was", async () => {
  const terminal = await joined("asha", "korova 7")
  terminal.type("hello before the lock\r")
  await terminal.until(/you ✓.*│ hello before the lock/u)
  // What is looked for is found where it is.
  if (process.platform === "linux") expect(memoryHolds(terminal.pid, "hello before the lock")).toBe(true)
  terminal.type("half a thought")
  await terminal.until("▸ half a thought")
  terminal.type("\u0015/lock\r")
  await terminal.until(/Locked\. What came before[^]*Passphrase:/u)
  expect(terminal.alternate()).toBe(false)
  expect(terminal.screen()).not.toContain("hello before")
  if (process.platform === "linux") expect(memoryHolds(terminal.pid, "hello before the lock")).toBe(false)
  terminal.type("wrong\r")
  await terminal.until("That is not the passphrase.")
  terminal.type("korova 7\r")
  await terminal.until(/│ hello before the lock/u)
  await terminal.until("● connected")
  terminal.type("/lock\r")
  await terminal.until(/Locked\.[^]*Locked\.[^]*Passphrase:/u)
  terminal.kill("SIGTERM")
  expect((await terminal.ended).code).toBe(7)
})

test("without a passphrase nothing is locked; /plain goes on in lines in the same place", async () => {
  const terminal = await joined("ravi", "")
  terminal.type("/lock\r")
  await terminal.until("Not locked: this profile has no passphrase")
  terminal.type("said on the screen\r")
  await terminal.until(/you ✓.*│ said on the screen/u)
  terminal.type("/plain\r")
  await terminal.until("secure-chat, line mode. You are ravi.")
  expect(terminal.alternate()).toBe(false)
  await terminal.until("): said on the screen")
  terminal.type("said in a line\r")
  await terminal.until(/you \(waiting to be sent\): said in a line/u)
  terminal.type("/quit\r")
  expect((await terminal.ended).code).toBe(0)
})

test("/lock in a pipe is the end: what was said before it leaves, and what stands behind it counts", async () => {
  relay ??= await program.relay("relay")
  const join = ["join", relay.invitation, "--name", "pia", "--data", "pia", "--passphrase-fd", "3"]
  expect((await program.start(join, [Buffer.from("korova 7\n")]).finished).code).toBe(0)
  writeFileSync(program.path("words"), "korova 7\n")
  writeFileSync(program.path("lines"), "before it\n/lock\nafter it\n")
  const under = ["bash", "-c", 'exec "$@" 3<words <lines', "pipe"]
  const { code, err } = await program.start(["--data", "pia", "--passphrase-fd", "3"], "", under).finished
  expect(code).toBe(1)
  expect(err).toContain("Locked, and ended")
  expect(err).toContain("lines behind that were not done: 1")
  expect(err).not.toContain("waits here")
}, 60_000)

test.each([
  [
    ["--data", "x", "--passphrase-fd", "3", "chat"],
    ["--data", "x", "chat"],
  ],
  [["--passphrase-fd=3", "--plain"], ["--plain"]],
  [
    ["--", "--passphrase-fd", "3"],
    ["--", "--passphrase-fd", "3"],
  ],
  [["--passphrase-fd"], []],
])("%j begins again as %j", (args, again) => expect(argumentsAgain(args)).toEqual(again))
