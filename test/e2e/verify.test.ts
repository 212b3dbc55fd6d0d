/** People at real terminals verify each other: by words, by a picture of a code, and three in one round. */
import { writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { builtProgram, PROGRAM, succeeded } from "../support/program.ts"
import { pngOf, screenshot } from "../support/qr-pictures.ts"
import { NODE, TerminalProgram } from "../support/terminal.ts"

const program = builtProgram()
const F5 = "\u001b[15~"
const SLOW_MS = 180_000

/** A profile that has joined, at a terminal; `--no-color`, so that the code is drawn in what the picture is made of. */
async function seat(name: string, invitation: string): Promise<TerminalProgram> {
  succeeded(await program.run(["join", invitation, "--name", name, "--data", name]))
  const terminal = new TerminalProgram(NODE, [PROGRAM, "--no-color", "--data", program.path(name)], {
    columns: 80,
    rows: 24,
    cwd: program.dir,
    env: { HOME: program.dir },
  })
  await terminal.until("connected to")
  return terminal
}

/** The seven words of a panel, as one text. */
function wordsOn(screen: string): string {
  return [...screen.matchAll(/^ +[1-7] {2}(\S+)/gmu)].map(([, word]) => word).join(" ")
}

async function gone(...terminals: TerminalProgram[]): Promise<void> {
  for (const terminal of terminals) terminal.kill("SIGKILL")
  await Promise.all(terminals.map(({ ended }) => ended))
}

test(
  "two by seven words: the same steps, the same words, and a result that stays",
  async () => {
    const relay = await program.relay("relay")
    const asha = await seat("asha", relay.invitation)
    const ravi = await seat("ravi", relay.invitation)
    await asha.until(/ravi \?/u)

    asha.type("/verify ravi\r")
    await asha.until("How do you want to compare?")
    asha.type("1")
    await asha.until("Waiting for ravi ?")
    ravi.type("half a sen")
    await ravi.until(/asha \?\w+ asks you to compare seven words now\. F5 opens it\./u)
    ravi.type("tence")
    await ravi.until("half a sentence")
    ravi.type(F5)
    await ravi.until("1 asha asks   ▸ 2 ravi agrees")
    ravi.type("a")
    await asha.until("[Y] They match")
    await ravi.until("[Y] They match")
    for (const each of [asha, ravi])
      expect(each.screen()).toContain("1 asha asks   2 ravi agrees   ▸ 3 both compare   4 done")
    const words = wordsOn(asha.screen())
    expect(words.split(" ")).toHaveLength(7)
    expect(wordsOn(ravi.screen())).toBe(words)

    // A paste is no answer.
    asha.paste("y")
    asha.resize(60, 20)
    await asha.until("Your turn")
    asha.resize(80, 24)
    ravi.type("y")
    await ravi.until("VERIFIED: asha.")
    await asha.until("The other side has said that they match.")
    expect(asha.screen()).not.toContain("VERIFIED")
    asha.type("y")
    await asha.until("ravi has said so too.")
    await ravi.until("asha has said so too.")
    asha.type("\r")
    await asha.until(/ravi ✓/u)
    await gone(asha, ravi)
    await relay.stop()
  },
  SLOW_MS,
)

test(
  "a code on one screen, a picture of it on the other; a side that dies leaves no mark",
  async () => {
    const relay = await program.relay("relay-qr")
    const dora = await seat("dora", relay.invitation)
    const emil = await seat("emil", relay.invitation)
    await dora.until(/emil \?/u)
    await emil.until(/dora \?/u)

    dora.type("/verify emil show\r")
    await dora.until("Waiting for emil ?")
    // The last row of the code is paper.
    await dora.until((screen) => screen.trimEnd().endsWith("█".repeat(47)))
    const rows = dora.rows().map((row) => row.slice(1, 48).padEnd(47))
    const picture = program.path("the code.png")
    writeFileSync(picture, pngOf(screenshot(rows, 6, 255)))
    emil.type("/verify dora read\r")
    await emil.until("Read it")
    // As a desktop drops it into a terminal.
    emil.paste(`'${picture}' `)
    emil.type("\r")
    await emil.until("VERIFIED: dora.")
    await dora.until("Your turn.")
    dora.type("y")
    await dora.until("VERIFIED: emil.")

    emil.type("\r")
    dora.type("\r")
    await dora.until(/emil ✓/u)
    dora.type("/verify emil words\r")
    await emil.until("dora ✓ asks you to compare")
    await gone(dora)
    emil.type(F5)
    await emil.until("[A] Yes, now")
    await gone(emil)
    const again = succeeded(await program.run(["people", "list", "--offline", "--data", "emil"]))
    expect(again.out).toContain("dora ✓")
    await relay.stop()
  },
  SLOW_MS,
)

test(
  "three in one round: two on screens, one in lines, the same words and the count",
  async () => {
    const relay = await program.relay("relay-room")
    const meera = await seat("meera", relay.invitation)
    const imran = await seat("imran", relay.invitation)
    succeeded(await program.run(["join", relay.invitation, "--name", "sunil", "--data", "sunil"]))
    const sunil = new TerminalProgram(NODE, [PROGRAM, "--plain", "--data", program.path("sunil")], {
      columns: 80,
      rows: 24,
      cwd: program.dir,
      env: { HOME: program.dir },
    })
    await meera.until("3 here")
    await imran.until("3 here")

    // The list closes by itself when all who are online have come in.
    await meera.until(/● imran[\s\S]*● sunil/u)
    meera.type("/verify room\r")
    await sunil.until("/verify yes (I am here)")
    sunil.type("/verify yes\r")
    await meera.until(/2 +sunil|sunil \?[\s\S]*have come in/u)
    await imran.until("asks everybody in #everyone")
    imran.type(F5)
    await imran.until("[A] I am here")
    imran.type("a")
    for (const screen of [meera, imran]) await screen.until("[Y] They match")
    await sunil.until("3 PEOPLE are on the list")
    const words = wordsOn(meera.screen())
    expect(words.split(" ")).toHaveLength(7)
    expect(wordsOn(imran.screen())).toBe(words)
    expect(meera.screen()).toContain("Are there 3 screens here?")
    for (const word of words.split(" ")) await sunil.until(word)
    meera.type("y")
    imran.type("y")
    sunil.type("/verify match\r")
    for (const each of [meera, imran, sunil]) await each.until("VERIFIED. The 2 others")
    await gone(meera, imran, sunil)
    await relay.stop()
  },
  SLOW_MS,
)
