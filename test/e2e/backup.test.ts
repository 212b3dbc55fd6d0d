/** `backup` and `restore` with the real program: history, people and trust come back, and the lost device is out. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { builtProgram, PROGRAM, succeeded } from "../support/program.ts"
import { NODE, TerminalProgram } from "../support/terminal.ts"

const { run, start, path, dir, relay: startRelay } = builtProgram()

/** A command at a terminal. */
const atTerminal = (...args: string[]) =>
  new TerminalProgram(NODE, [PROGRAM, ...args], { columns: 80, rows: 24, cwd: dir, env: { HOME: dir } })

/** `restore` with the words on descriptor 3. */
const restore = (words: string, ...args: string[]) =>
  start(["restore", ...args, "--words-fd", "3"], [Buffer.from(`${words}\n`)]).finished

test(
  "a profile is backed up, lost and restored; everybody goes on talking",
  { timeout: 300_000 },
  async () => {
    const relay = await startRelay("relay")
    for (const name of ["alice", "bob"])
      succeeded(await run(["join", relay.invitation, "--name", name, "--data", name]))
    succeeded(await run(["send", "bob", "before the backup", "--data", "alice"]))
    succeeded(await run(["send", "#everyone", "to all, before", "--data", "alice"]))
    // Bob confirms, and alice gets to know.
    succeeded(await run(["history", "alice", "--data", "bob"]))
    succeeded(await run(["history", "bob", "--data", "alice"]))
    const number = succeeded(await run(["verify", "bob", "--number", "--data", "alice"])).out.trim()
    succeeded(await run(["verify", "bob", "--expect", number, "--data", "alice"]))

    // Neither a terminal nor a descriptor: nothing is made that nobody could open.
    const mute = await run(["backup", "mute.backup", "--data", "alice"])
    expect(mute).toMatchObject({ code: 7, out: "" })
    expect(mute.err).toContain("--words-fd")
    const made = succeeded(await run(["backup", "alice.backup", "--words-fd", "1", "--data", "alice"]))
    const [words, told] = made.out.trim().split("\n")
    expect(words).toMatch(/^([a-z]+ ){11}[a-z]+$/)
    expect(told).toBe(`alice is backed up in ${path("alice.backup")}`)
    expect(statSync(path("alice.backup")).mode & 0o777).toBe(0o600)
    expect(readdirSync(path("")).filter((name) => name.includes("backup"))).toEqual(["alice.backup"])
    expect(readFileSync(path("alice.backup"), "latin1")).not.toMatch(/before the backup|alice|bob/)
    const again = await run(["backup", "alice.backup", "--words-fd", "1", "--data", "alice"])
    expect(again).toMatchObject({ code: 1, out: "" })

    // What goes wrong makes nothing and says why.
    const swapped = words!.split(" ").reverse().join(" ")
    const wrong = await restore(swapped, "alice.backup", "--data", "alice2")
    expect(wrong).toMatchObject({ code: 7, out: "" })
    expect(wrong.err).toMatch(/words/)
    const file = readFileSync(path("alice.backup"))
    for (const [name, bytes] of [
      ["cut", file.subarray(0, file.length - 1)],
      ["altered", file.map((byte, at) => (at === file.length - 40 ? byte ^ 1 : byte))],
      ["none", Buffer.from("something else, long enough to be looked at")],
    ] as const) {
      writeFileSync(path(`${name}.backup`), bytes)
      const refused = await restore(words!, `${name}.backup`, "--data", "alice2")
      expect(refused, `a backup that is ${name}`).toMatchObject({ code: 3, out: "" })
      expect(refused.err, `a backup that is ${name}`).toMatch(/backup/)
    }
    expect(readdirSync(path(""))).not.toContain("alice2")
    expect(await restore(words!, "alice.backup", "--data", "bob")).toMatchObject({ code: 1, out: "" })
    expect(await restore(words!, "missing.backup", "--data", "alice2")).toMatchObject({ code: 3, out: "" })

    // The disk is lost; bob writes to the device that is gone.
    succeeded(await run(["send", "bob", "after the backup", "--data", "alice"]))
    succeeded(await run(["send", "alice", "are you there?", "--data", "bob"]))
    const restored = succeeded(await restore(words!, "alice.backup", "--data", "alice2", "--json"))
    expect(restored.json()).toMatchObject([{ type: "restored", profile: "alice", connected: true }])
    // Bob's device sends again what the lost one never confirmed.
    succeeded(await run(["listen", "--timeout", "4s", "--data", "bob"]))
    const history = succeeded(await run(["history", "bob", "--data", "alice2"]))
    expect(history.out).toMatch(/before the backup[\s\S]*from a backup[\s\S]*are you there\?/)
    const people = succeeded(await run(["people", "list", "--data", "alice2", "--json"]))
    expect(people.json()).toMatchObject([{ person: { name: "bob", trust: "verified" } }])
    succeeded(await run(["send", "bob", "back again", "--data", "alice2"]))
    succeeded(await run(["send", "#everyone", "back, all", "--data", "alice2"]))
    const heard = await run(["history", "alice", "--data", "bob"])
    expect(heard.out).toMatch(/before the backup[\s\S]*after the backup[\s\S]*back again/)
    expect((await run(["history", "#everyone", "--data", "bob"])).out).toContain("back, all")

    const lost = await run(["send", "bob", "from the lost one", "--data", "alice"])
    expect(lost).toMatchObject({ code: 8, out: "" })
    expect(lost.err).toContain("no longer lists this device")
    expect((await run(["history", "bob", "--offline", "--data", "alice"])).out).toContain("after the backup")
    await relay.stop()
  },
)

test(
  "at a terminal the words are shown once, and asked for until they are right",
  { timeout: 300_000 },
  async () => {
    const relay = await startRelay("relay-2")
    succeeded(await run(["join", relay.invitation, "--name", "carol", "--data", "carol"]))
    await relay.stop()

    const unsure = atTerminal("backup", "carol.backup", "--data", "carol")
    await unsure.until("Press Enter")
    unsure.type("\x03")
    expect(await unsure.ended).toMatchObject({ code: 7 })
    // Nobody has those words.
    expect(readdirSync(path("")).filter((name) => name.startsWith("carol."))).toEqual([])

    const showing = atTerminal("backup", "carol.backup", "--data", "carol")
    await showing.until("Press Enter")
    const words = [...showing.screen().matchAll(/\b(?:1?\d) ([a-z]{3,8})\b/g)].map((match) => match[1]!)
    expect(words).toHaveLength(12)
    expect(readdirSync(path(""))).not.toContain("carol.backup")
    showing.type("\r")
    expect(await showing.ended).toMatchObject({ code: 0 })
    expect(showing.screen()).toContain("is backed up in")

    const asking = atTerminal("restore", "carol.backup", "--data", "carol2", "--timeout", "1s")
    await asking.until("The twelve words of this backup:")
    asking.type("abandon abandon\r")
    await asking.until("check the spelling")
    asking.type(`${words.join("  ").toUpperCase()}\r`)
    await asking.until("Choose a passphrase")
    asking.type("\r")
    expect(await asking.ended).toMatchObject({ code: 0 })
    expect(asking.screen()).toContain("carol is back")
    expect(asking.screen()).toContain("The relay was not reached")

    const tired = atTerminal("restore", "carol.backup", "--data", "carol3")
    await tired.until("The twelve words of this backup:")
    for (const tried of ["one", "two"]) {
      tired.type(`${tried}\r`)
      await tired.until(new RegExp(`: ${tried}[^]*Once more:`))
    }
    // What a terminal echoes last may be lost with the process.
    tired.type("three\r")
    expect(await tired.ended).toMatchObject({ code: 7 })
    expect(readdirSync(path(""))).not.toContain("carol3")
  },
)
