/** `secure-chat relay start` in a real pseudo-terminal: its screen while it runs, the shell's screen afterwards. */
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { builtProgram, PROGRAM, succeeded } from "../support/program.ts"
import { NODE, TerminalProgram } from "../support/terminal.ts"

const program = builtProgram()

function start(name: string, ...options: string[]): TerminalProgram {
  const args = ["relay", "start", "--data", program.path(name), "--host", "127.0.0.1", "--port", "0"]
  return new TerminalProgram(NODE, [PROGRAM, ...args, "--no-discovery", ...options], {
    columns: 100,
    rows: 30,
    cwd: program.dir,
    env: { HOME: program.dir },
  })
}

function expectRestored(terminal: TerminalProgram): void {
  expect(terminal.alternate()).toBe(false)
  expect(terminal.emulator.modes.wraparoundMode).toBe(true)
  expect(terminal.emulator.modes.bracketedPasteMode).toBe(false)
  expect(terminal.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw.lastIndexOf("\u001b[?25l"))
}

test("shows its invitation, who comes and who goes, and stops when it is told to", async () => {
  const relay = start("relay")
  await relay.until("Whoever has it can join")
  expect(relay.alternate()).toBe(true)
  const [link = ""] = /secure-chat:\S+/u.exec(readFileSync(program.path("relay/invitation"), "utf8")) ?? []
  succeeded(await program.run(["join", link, "--name", "Asha", "--data", program.path("asha")]))
  relay.type("i")
  await relay.until("Asha left, 0 online")
  expect(relay.screen()).toContain("Asha joined for the first time, 1 person now")
  await relay.until("of 1 in the list")
  relay.resize(40, 12)
  await relay.until("0 people, 0 connections")
  relay.type("q")
  await relay.until("Nobody is connected.")
  relay.type("y")
  expect(await relay.ended).toEqual({ code: 0, signal: undefined })
  expectRestored(relay)
  expect(relay.screen().replaceAll("\n", "")).toContain("has stopped.")
  // The folder is whole, and nobody holds it.
  const again = start("relay")
  await again.until("of 1 in the list")
  again.kill("SIGTERM")
  expect((await again.ended).code).toBe(0)
  expectRestored(again)
})

test("Ctrl+Z gives the terminal back to the shell and says what that means; after fg the relay serves again", async () => {
  const shell = new TerminalProgram("bash", ["--norc", "--noprofile", "-i"], {
    columns: 100,
    rows: 30,
    env: { HOME: program.dir },
  })
  const args = ["relay", "start", "--data", program.path("paused"), "--host", "127.0.0.1", "--port", "0"]
  const words = [NODE, PROGRAM, ...args, "--no-discovery"].map((word) => `"${word}"`).join(" ")
  shell.type(`sh -c '${words}; true'\r`)
  await shell.until("Whoever has it can join")
  shell.type("\u001a")
  await shell.until("Stopped")
  expect(shell.alternate()).toBe(false)
  expect(shell.emulator.modes.wraparoundMode).toBe(true)
  expect(shell.screen()).toContain("The relay is paused: it carries nothing until fg brings it back.")
  shell.type("echo $((6 * 7))\r")
  await shell.until(/^42$/mu)
  shell.type("fg\r")
  await shell.until("Whoever has it can join")
  expect(shell.alternate()).toBe(true)
  const [link = ""] = /secure-chat:\S+/u.exec(readFileSync(program.path("paused/invitation"), "utf8")) ?? []
  succeeded(await program.run(["join", link, "--name", "Asha", "--data", program.path("later")]))
  shell.type("i")
  await shell.until("Asha joined for the first time, 1 person now")
  shell.type("q")
  await shell.until("Nobody is connected.")
  shell.type("y")
  await shell.until("has stopped.")
  shell.type("exit\r")
  expect((await shell.ended).code).toBe(0)
})

test("--plain writes lines and takes no screen", async () => {
  const relay = start("plain", "--plain")
  await relay.until("Invitation, to copy:")
  expect(relay.alternate()).toBe(false)
  relay.type("\u0003")
  expect((await relay.ended).code).toBe(0)
  expect(relay.raw).not.toContain("\u001b[?1049h")
})
