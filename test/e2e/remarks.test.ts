/** Answers, changes, reactions and a deletion between a screen, a line mode and a script, through a real relay. */
import { expect, test } from "vitest"
import { builtProgram, PROGRAM } from "../support/program.ts"
import { NODE, TerminalProgram } from "../support/terminal.ts"

const program = builtProgram()

test(
  "a screen, lines and a script say things about each other's messages",
  { timeout: 300_000 },
  async () => {
    const relay = await program.relay("relay")
    for (const name of ["asha", "ravi"])
      await program.run(["join", relay.invitation, "--name", name, "--data", program.path(name)])
    const seat = (name: string, ...args: string[]) =>
      new TerminalProgram(NODE, [PROGRAM, ...args, "--data", program.path(name)], {
        columns: 100,
        rows: 30,
        cwd: program.dir,
        env: { HOME: program.dir },
      })
    const asha = seat("asha")
    const ravi = seat("ravi", "--plain")
    await asha.until("2 here")
    await ravi.until("line mode")
    asha.type("see **page 41** of http://example.org/book\r")
    await asha.until(/you ✓.*│ see page 41 of/u)
    await ravi.until(/\[1\] \d\d:\d\d asha \?\w+: see \*\*page 41\*\*/u)
    ravi.type("/reply 1 which book?\r")
    ravi.type("/react 1 :yes:\r")
    await asha.until("└ re you: see page 41")
    await asha.until(":yes: 1")
    asha.type("\u001b")
    await asha.until("R answer")
    asha.type("\u001b[Ae")
    await asha.until("Enter saves")
    asha.type("\u0015page 42\r")
    await asha.until("page 42 (edited)")
    await ravi.until("changed a message (#everyone): page 42")
    asha.type("/delete\r")
    await asha.until("Delete this message?")
    asha.type("y")
    await asha.until("(deleted)")
    await ravi.until("deleted a message (#everyone)")
    ravi.type("/quit\r")
    await ravi.ended
    const { out: stdout } = await program.run([
      "history",
      "#everyone",
      "--json",
      "--offline",
      "--data",
      program.path("ravi"),
    ])
    const messages = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; message: Record<string, unknown> })
      .filter(({ type }) => type.startsWith("message."))
    expect(messages.map(({ message }) => message)).toMatchObject([
      { text: "", deleted: true },
      { text: "which book?", replyTo: messages[0]!.message["id"], repliedTo: { state: "deleted" } },
    ])
    const [, answer] = messages
    const id = String(answer!.message["id"])
    const edited = await program.run(["edit", "#everyone", id, "which one?", "--data", program.path("ravi")])
    expect(edited.out.trim()).toBe(`edited ${id}`)
    await asha.until("which one? (edited)")
    const refused = await program.run([
      "delete",
      "#everyone",
      String(messages[0]!.message["id"]),
      "--data",
      program.path("ravi"),
    ])
    expect(refused.code).toBe(9)
    asha.type("\u0004")
    expect((await asha.ended).code).toBe(0)
    await relay.stop()
  },
)
