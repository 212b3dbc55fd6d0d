/** The full screen in a real pseudo-terminal, over a client without a network. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { fixtureCommand, NODE, runFixture, TerminalProgram } from "../support/terminal.ts"

const FIXTURE = "tui-fixture"

async function opened(...flags: string[]): Promise<TerminalProgram> {
  const program = await runFixture(FIXTURE, flags, { columns: 80, rows: 24 })
  await program.until("Open page 41.")
  return program
}

/** The modes that a shell expects: normal screen, wrapping, no bracketed paste, no focus reports, a cursor. */
function expectRestored(program: TerminalProgram): void {
  expect(program.alternate()).toBe(false)
  const { modes } = program.emulator
  expect(modes.wraparoundMode).toBe(true)
  expect(modes.bracketedPasteMode).toBe(false)
  expect(modes.sendFocusMode).toBe(false)
  expect(modes.mouseTrackingMode).toBe("none")
  expect(program.raw.split("\u001b[22;2t").length).toBe(program.raw.split("\u001b[23;2t").length)
  expect(program.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(program.raw.lastIndexOf("\u001b[?25l"))
  expect(program.screen()).toContain("before the chat")
}

test("types, sends, resizes, quits: and the shell's screen is back", async () => {
  const program = await opened()
  expect(program.alternate()).toBe(true)
  program.type("good morning 👩🏽‍🏫 क्षमा")
  await program.until("good morning")
  expect(program.screen()).not.toContain("│ good morning")
  program.type("\r")
  await program.until(/you ✓.*│ good morning/)
  program.resize(40, 12)
  await program.until((screen) => screen.includes("≡ #everyone") && !screen.includes("Rooms"))
  program.resize(120, 40)
  await program.until(
    () => program.rows()[39]!.includes("connected") && program.rows()[0]!.includes("Class 8B"),
  )
  expect(program.rows()[1]).toContain("2 of 3 online")
  program.type("\u0004")
  expect(await program.ended).toEqual({ code: 0, signal: undefined })
  expectRestored(program)
  expect(program.screen()).toContain("You were Asha on the relay at 192.168.1.5:7667.")
  expect(program.screen()).not.toContain("good morning")
})

test("a paste with line breaks, commands and escape sequences sends nothing and runs nothing", async () => {
  const program = await opened()
  program.paste("first\n/verify ravi\n\u001b[31mred\u001b]0;title\u0007\r/quit\rlast\nsix\n")
  const screen = await program.until("[pasted 6 lines")
  expect(screen).toContain("␛[31mred␛]0;title␇")
  expect(screen).not.toContain("Do they match?")
  program.type("\u001b")
  await program.until((now) => !now.includes("pasted"))
  program.type("/win 2\r")
  await program.until("Can you help me")
  program.type("/win 1\r")
  const after = await program.until("Is the quiz today?")
  expect(after).not.toContain("first")
  program.type("\u0004")
  expect((await program.ended).code).toBe(0)
  expectRestored(program)
})

test("verify: the digits, the question, and the mark on every line", async () => {
  const program = await opened()
  program.type("/verify ravi digits\r")
  await program.until("Do they match?")
  expect(program.screen()).toContain("12345 67890 12345 67890")
  program.paste("y")
  program.type("\u001b")
  await program.until("Is the quiz today?")
  expect(program.screen()).toMatch(/Ravi \?7f3c2k/)
  program.type("/verify ravi digits\r")
  await program.until("Do they match?")
  program.type("y")
  await program.until("VERIFIED.")
  program.type("\r")
  await program.until(/Ravi ✓ +│ Is the quiz today\?/)
  expect(program.screen()).not.toContain("?7f3c2k")
  program.kill("SIGKILL")
  await program.ended
})

test.each(["SIGTERM", "SIGHUP"] as const)(
  "%s that the command line handles ends the screen in order",
  async (signal) => {
    const program = await opened("--stop-on-term")
    program.kill(signal)
    expect((await program.ended).code).toBe(0)
    expectRestored(program)
    expect(program.screen()).toContain("You were Asha")
  },
)

test("SIGTERM that nobody handles still leaves the terminal as it was", async () => {
  const program = await opened()
  program.kill("SIGTERM")
  const end = await program.ended
  expect(end.signal ?? end.code).not.toBe(0)
  expectRestored(program)
})

test("the person's editor has the terminal to itself, and what it saved stands where one writes", async () => {
  const memory = mkdtempSync(join(tmpdir(), "tui-"))
  // Says what screen it is on, and waits until it is told to go on.
  const editor = join(memory, "editor.sh")
  writeFileSync(editor, 'printf "the editor\\n"; read answer; printf "%s" " $answer" >> "$1"')
  const env = { EDITOR: `sh ${editor}`, XDG_RUNTIME_DIR: memory }
  const program = await runFixture(FIXTURE, [], { columns: 80, rows: 24, env })
  await program.until("Open page 41.")
  expect(program.raw).toMatch(/\u001b\]2;\(\d\) secure-chat\u0007/u)
  program.type("half")
  await program.until("▸ half")
  program.type("\u0018\u0005")
  await program.until("the editor")
  expect(program.alternate()).toBe(false)
  expect(program.emulator.modes.bracketedPasteMode).toBe(false)
  program.type("and more\r")
  await program.until("▸ half and more")
  expect(program.alternate()).toBe(true)
  expect(program.emulator.modes.bracketedPasteMode).toBe(true)
  expect(readdirSync(memory)).toEqual(["editor.sh"])
  program.type("\r")
  await program.until(/you ✓.*│ half and more/u)
  program.type("\u0004")
  expect((await program.ended).code).toBe(0)
  expectRestored(program)
  rmSync(memory, { recursive: true })
})

test.each(["quit", "SIGTERM", "crash"] as const)(
  "the mouse works once it is asked for, and is given back on %s",
  async (end) => {
    const program = await opened(end === "crash" ? "--crash" : "--stop-on-term")
    expect(program.emulator.modes.mouseTrackingMode).toBe("none")
    program.type("/mouse on\r")
    await program.until("mouse: on.")
    expect(program.emulator.modes.mouseTrackingMode).toBe("vt200")
    program.type("\u001b[<0;5;4M\u001b[<0;5;4m")
    await program.until("Can you help me")
    if (end === "quit") program.type("\u0004")
    else if (end === "SIGTERM") program.kill("SIGTERM")
    else program.type("this breaks it\r")
    expect((await program.ended).code).toBe(end === "crash" ? 2 : 0)
    expectRestored(program)
  },
)

test("a crash while the chat is open leaves the terminal as it was and says one sentence", async () => {
  const program = await opened("--crash")
  program.type("this breaks it\r")
  expect((await program.ended).code).toBe(2)
  expectRestored(program)
  expect(program.screen()).toContain("the fixture breaks on purpose")
  expect(program.screen()).not.toContain("    at ")
})

test("Ctrl+Z gives the terminal back to the shell, whatever stands between, and fg comes back", async () => {
  const shell = new TerminalProgram("bash", ["--norc", "--noprofile", "-i"], { columns: 80, rows: 24 })
  // As npm does it: a shell that waits for the program, both of one job.
  const words = [NODE, ...(await fixtureCommand(FIXTURE))].map((word) => `"${word}"`).join(" ")
  shell.type(`sh -c '${words}; true'\r`)
  await shell.until("Open page 41.")
  shell.type("\u001a")
  await shell.until("Stopped")
  expect(shell.alternate()).toBe(false)
  shell.type("echo $((6 * 7))\r")
  await shell.until(/^42$/mu)
  // Only the shell is told of this one.
  shell.resize(40, 12)
  shell.type("fg\r")
  await shell.until("≡ #everyone")
  shell.resize(80, 24)
  await shell.until("Open page 41.")
  shell.type("still here\r")
  await shell.until(/you ✓.*│ still here/u)
  shell.type("\u0004")
  await shell.until("You were Asha")
  shell.type("exit\r")
  expect((await shell.ended).code).toBe(0)
})

test("Ctrl+Z without a shell to go back to loses nothing", async () => {
  const program = await opened()
  program.type("\u001a")
  program.type("still here\r")
  await program.until(/you ✓.*│ still here/u)
  program.type("\u0004")
  expect((await program.ended).code).toBe(0)
  expectRestored(program)
})

test("line mode: no escape sequence at all, the same commands", async () => {
  const program = await runFixture(FIXTURE, ["--plain"], { columns: 80, rows: 24 })
  await program.until("Open page 41.")
  program.type("hello there\r")
  await program.until("you (waiting to be sent): hello there")
  program.type("/nonsense\r")
  await program.until("Not sent: /nonsense is no command.")
  program.type("/quit\r")
  expect((await program.ended).code).toBe(0)
  expect(program.raw).not.toContain("\u001b")
})
