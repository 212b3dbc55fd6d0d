/** Two people at two real terminals, through a real relay: from the first start to the next day. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { builtProgram, PROGRAM } from "../support/program.ts"
import { NODE, TerminalProgram } from "../support/terminal.ts"

const program = builtProgram()

function seat(name: string): TerminalProgram {
  return new TerminalProgram(NODE, [PROGRAM, "--data", program.path(name)], {
    columns: 100,
    rows: 30,
    cwd: program.dir,
    env: { HOME: program.dir },
  })
}

/** The first start: no passphrase, a name, the invitation. */
async function joined(name: string, invitation: string): Promise<TerminalProgram> {
  const terminal = seat(name)
  await terminal.until("Choose a passphrase")
  terminal.type("\r")
  await terminal.until("Your name")
  terminal.type(`${name}\r`)
  await terminal.until("I have an invitation")
  // Relays of this network may have shown themselves above it.
  terminal.paste(invitation)
  await terminal.until("Enter joins it.")
  terminal.type("\r")
  await terminal.until("● connected")
  return terminal
}

/** The digits on the verification page, as one text. */
function digitsOf(screen: string): string {
  return (screen.match(/^ *(?:\d{5} ){3}\d{5}$/gmu) ?? []).map((row) => row.trim()).join(" ")
}

test("two people join, talk in the room and alone, verify, leave, and find everything the next day", async () => {
  const relay = await program.relay("relay")
  const asha = await joined("asha", relay.invitation)
  const ravi = await joined("ravi", relay.invitation)
  await asha.until(/ravi \?/u)
  await ravi.until(/asha \?/u)
  await asha.until("2 here")

  asha.type("good morning everyone 👩🏽‍🏫 नमस्ते\r")
  await asha.until(/you ✓.*│ good morning/u)
  await ravi.until(/asha \?\w+ +│ good morning everyone/u)

  // Verifying works before the first direct message; both see the same digits.
  asha.type("/verify ravi digits\r")
  ravi.type("/verify asha digits\r")
  await asha.until("Do they match?")
  await ravi.until("Do they match?")
  const digits = digitsOf(asha.screen())
  expect(digits).toMatch(/^(?:\d{5} ){11}\d{5}$/u)
  expect(digitsOf(ravi.screen())).toBe(digits)
  ravi.type("y")
  await ravi.until("VERIFIED.")
  ravi.type("\r")
  await ravi.until(/asha ✓ +│ good morning everyone/u)
  expect(ravi.screen()).not.toMatch(/asha \?/u)
  asha.type("\u001b")
  await asha.until("#everyone ▸")

  asha.type("@ravi between us\r")
  await asha.until(/Sent to ravi \?\w{6}\./u)
  await ravi.until(/2:asha\(1\)/u)
  ravi.type("\u0007")
  await ravi.until(/asha ✓ +│ between us/u)
  asha.type("/go ravi\r")
  await asha.until(/you ✓✓ read +│ between us/u)

  for (const terminal of [asha, ravi]) {
    terminal.type("\u0004")
    expect((await terminal.ended).code).toBe(0)
    expect(terminal.alternate()).toBe(false)
    expect(terminal.screen()).toContain("Nothing of the chat stays on this screen.")
  }

  const again = seat("ravi")
  await again.until("good morning everyone")
  again.type("/go asha\r")
  await again.until(/asha ✓ +│ between us/u)
  // What is set, found and half written there is of this profile, also when the window is closed.
  again.type("/theme light\r")
  await again.until("theme: light.")
  again.type("\u0006morning")
  await again.until("nothing found")
  again.type("\u0006")
  await again.until("1 message")
  again.type("\r")
  await again.until("everyone ▸")
  again.type("half a thought")
  await again.until("▸ half a thought")
  again.kill("SIGHUP")
  await again.ended

  writeFileSync(join(program.path("ravi"), "keys"), "help = ctrl+g\n")
  const refused = seat("ravi")
  expect((await refused.ended).code).toBe(1)
  expect(refused.screen()).toContain('line 1: Ctrl+G would mean "next-unread"')
  writeFileSync(join(program.path("ravi"), "keys"), "help = f12\n")
  const last = seat("ravi")
  await last.until("▸ half a thought")
  await last.until("F12 help")
  last.type("\u001b[24~")
  await last.until((screen) => screen.includes("── Help ") && !screen.includes("▸ half a thought"))
  last.type("\u001b")
  await last.until("▸ half a thought")
  last.type("\u0003\u0004")
  expect((await last.ended).code).toBe(0)
  const set = await program.run(["config", "get", "theme", "--data", program.path("ravi")])
  expect(set.out).toBe("light\n")
  await relay.stop()
}, 300_000)
