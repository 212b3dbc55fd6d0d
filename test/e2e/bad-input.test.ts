/** Everything that people, disks and neighbours do wrong: a clear sentence, the right exit code, never a stack trace. */
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { builtProgram, type Finished, type RelayRun, succeeded } from "../support/program.ts"

const program = builtProgram()
const { run, start, path } = program
let relay: RelayRun

beforeAll(async () => {
  relay = await program.relay("relay")
  for (const name of ["alice", "bob"]) {
    succeeded(await run(["join", relay.invitation, "--name", name, "--data", name]))
  }
})

/** Nothing on stdout, a sentence that fits on stderr, and no sign of our insides. */
function refused(finished: Finished, code: number, sentence: RegExp): void {
  expect(finished).toMatchObject({ code, out: "" })
  expect(finished.err).toMatch(sentence)
  expect(finished.err).toMatch(/^(No passphrase.*\nWhoever.*\n)?secure-chat: /)
  expect(finished.err).not.toMatch(/\n\s+at |node:internal|Error:/)
}

const joinAs = (name: string, ...invitation: string[]) =>
  run(["join", ...invitation, "--name", name, "--data", `new-${name}`, "--timeout", "3s"])

test("somebody else answers at the relay's address: nothing is sent to them", async () => {
  const other = await program.relay("other-relay")
  refused(
    await joinAs("carol", relay.invitation.replace(`:${relay.port}/`, `:${other.port}/`)),
    4,
    /is not the relay of the invitation/,
  )
  const words = relay.words.replace(`:${relay.port} `, `:${other.port} `)
  refused(await joinAs("carol", words), 4, /is not the relay of the invitation/)
  const { out } = await other.stop()
  expect(out.trim().split("\n")).toHaveLength(1)
})

describe("a wrong invitation", () => {
  const change = (text: string, field: string) =>
    text.replace(new RegExp(`${field}=(.)`), (_, first) => `${field}=${first === "A" ? "B" : "A"}`)

  test("with another admission code", async () => {
    refused(await joinAs("dan", change(relay.invitation, "a")), 8, /does not accept this invitation/)
  })

  test.each([
    ["cut off", () => relay.invitation.slice(0, -5), /i= is damaged/],
    ["without its end", () => relay.invitation.split("#")[0]!, /has lost its end/],
    ["an address alone", () => `127.0.0.1:${relay.port}`, /is only an address/],
    ["eleven words", () => relay.words.split(" ").slice(0, -1).join(" "), /has 12 words/],
    ["a word that is none", () => relay.words.replace(/\w+$/, "zzzzz"), /not the twelve words/],
    ["nonsense", () => "%%%", /an address is HOST/],
    ["nothing", () => " ", /one line of text/],
  ])("%s", async (_, invitation, sentence) => {
    refused(await joinAs("dan", invitation()), 8, sentence)
  })

  test("a name that is taken, or that cannot be one", async () => {
    refused(await joinAs("alice", relay.invitation), 8, /has that name already/)
    refused(await joinAs("#everyone", relay.invitation), 1, /a name is made of letters/)
    refused(await run(["join", relay.invitation, "--data", "new-nameless"]), 1, /--name/)
  })

  test("another relay than the one this profile belongs to", async () => {
    const other = await program.relay("third-relay")
    refused(await run(["join", other.invitation, "--data", "alice"]), 1, /belongs to another relay/)
    await other.stop()
  })
})

test("nobody answers", async () => {
  refused(
    await joinAs("erin", relay.invitation.replace(`:${relay.port}/`, ":1/")),
    3,
    /no relay answers at 127\.0\.0\.1:1/,
  )
})

test("the port is busy", async () => {
  const second = run([
    "relay",
    "start",
    "--host",
    "127.0.0.1",
    "--port",
    String(relay.port),
    "--data",
    "busy",
  ])
  refused(await second, 3, new RegExp(`another program already listens on 127\\.0\\.0\\.1:${relay.port}`))
  refused(
    await run(["relay", "start", "--host", "192.0.2.77", "--data", "busy"]),
    3,
    /does not have the address/,
  )
})

test("a second process on one folder is told so, while the first goes on", async () => {
  const listening = start(["listen", "--data", "bob", "--json"])
  await listening.line(({ type }) => type === "sync.done")
  const second = await run(["send", "alice", "hello", "--data", "bob"])
  refused(second, 7, /another secure-chat has the profile in .*bob open/)
  expect(listening.child.exitCode).toBeNull()
  listening.child.kill("SIGINT")
  expect(await listening.finished).toMatchObject({ code: 0 })
  refused(await run(["relay", "start", "--data", "relay"]), 7, /a relay runs in .*relay already/)
})

test("a killed process leaves no lock behind", async () => {
  const listening = start(["listen", "--data", "bob", "--json"])
  await listening.line(({ type }) => type === "sync.done")
  listening.child.kill("SIGKILL")
  await listening.finished
  succeeded(await run(["id", "show", "--data", "bob"]))
})

test("messages that cannot be sent", async () => {
  refused(
    await run(["send", "bob", "-", "--data", "alice"], "x".repeat(900_000)),
    5,
    /900000 bytes; at most \d+ fit/,
  )
  refused(await run(["send", "bob", " ", "--data", "alice"]), 1, /nothing in this message/)
  refused(await run(["send", "bob", "-", "--data", "alice"], ""), 1, /nothing in this message/)
})

test.each([
  [["send", "nobody", "hello"], /nobody/],
  [["send", "#nowhere", "hello"], /nowhere/],
  [["history", "nobody"], /nobody/],
  [["verify", "nobody", "--number"], /nobody/],
  [["export", "nobody"], /nobody/],
  [["receipts", "nobody"], /nobody/],
  [["receipts", "#everyone", "m_nothing"], /m_nothing|no message/],
])("an unknown name: %j", async (args, sentence) => {
  refused(await run([...args, "--data", "alice"]), 9, sentence)
})

test.each([
  [["frobnicate"]],
  [["send"]],
  [["send", "bob", "hello", "--wait", "forever"]],
  [["send", "bob", "hello", "--timeout", "soon"]],
  [["listen", "--max", "0"]],
  [["listen", "--type", "a b"]],
  [["listen", "--since", "yesterday"]],
  [["relay"]],
  [["relay", "start", "--port", "70000"]],
  [["relay", "start", "--name", ""]],
  [["verify", "bob"]],
  [["--no-such-option"]],
  [["id", "show", "--passphrase-fd", "x"]],
  [["id", "show", "--profile", "../x"]],
  [["export", "bob", "--format", "pdf"]],
])("garbage: %j", async (args) => {
  const data = args[0] === "relay" ? "garbage" : "alice"
  refused(await run([...args, "--data", data]), 1, /^secure-chat: .+/)
})

test("commands before there is a profile make none", async () => {
  for (const args of [["send", "bob", "hi"], ["listen"], ["id", "show"], ["people", "list"]]) {
    refused(await run([...args, "--data", "nothing-here"]), 1, /no profile/)
  }
  refused(await run(["relay", "stop", "--data", "nothing-here"]), 9, /no relay runs/)
})

describe("a damaged folder", () => {
  const copyOf = (name: string, copy: string) => {
    mkdirSync(path(copy))
    for (const file of ["chat.db", "key"]) copyFileSync(path(`${name}/${file}`), path(`${copy}/${file}`))
  }
  const spoil = (file: string, from: number, bytes: Buffer | string) => {
    const whole = readFileSync(path(file))
    Buffer.from(bytes).copy(whole, from)
    writeFileSync(path(file), whole)
    return whole
  }

  test("the client's database is overwritten in part: said, and not a byte changed", async () => {
    copyOf("alice", "spoilt")
    const whole = spoil("spoilt/chat.db", 0, "garbage ".repeat(1_000))
    refused(await run(["history", "bob", "--offline", "--data", "spoilt"]), 3, /damaged/)
    expect(readFileSync(path("spoilt/chat.db")).equals(whole)).toBe(true)
  })

  test.each([
    ["the database is gone", "chat.db", undefined, /chat\.db is gone/],
    ["the database is empty", "chat.db", "", /chat\.db is empty/],
    ["the key is gone", "key", undefined, /not its key/],
    ["the key is nonsense", "key", "nonsense", /"key" of this profile is damaged/],
    ["the key is another one", "key", "ab".repeat(32), /damaged or belongs to another key/],
  ])("%s", async (what, file, content, sentence) => {
    const copy = what.replaceAll(" ", "-")
    copyOf("alice", copy)
    if (content === undefined) rmSync(path(`${copy}/${file}`))
    else writeFileSync(path(`${copy}/${file}`), content)
    refused(await run(["id", "show", "--data", copy]), 3, sentence)
  })

  test("the relay's folder", async () => {
    const first = await program.relay("spoilt-relay")
    await first.stop()
    const again = () =>
      run([
        "relay",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-discovery",
        "--data",
        "spoilt-relay",
      ])
    const keep = (file: string) => readFileSync(path(`spoilt-relay/${file}`))
    const [key, invitation, settings] = [keep("relay.key"), keep("invitation"), keep("settings.json")]
    for (const [file, content, sentence] of [
      ["relay.key", "nonsense", /key file cannot be read/],
      ["invitation", "nonsense", /holds no twelve words/],
      ["settings.json", "{", /settings\.json cannot be read/],
    ] as const) {
      writeFileSync(path(`spoilt-relay/${file}`), content)
      refused(await again(), 3, sentence)
      rmSync(path(`spoilt-relay/${file}`))
      refused(await again(), 3, /is gone; put it back/)
      writeFileSync(path("spoilt-relay/relay.key"), key)
      writeFileSync(path("spoilt-relay/invitation"), invitation)
      writeFileSync(path("spoilt-relay/settings.json"), settings)
    }
    const whole = spoil("spoilt-relay/relay.db", 0, "garbage ".repeat(1_000))
    refused(await again(), 3, /damaged/)
    expect(readFileSync(path("spoilt-relay/relay.db")).equals(whole)).toBe(true)
  })
})

describe("a full disk", () => {
  const mounted: string[] = []
  afterAll(() => mounted.forEach((folder) => execFileSync("umount", [folder])))

  /** A disk of its own, or undefined with a reason where that is not allowed. */
  const smallDisk = (name: string, size: string): string | undefined => {
    mkdirSync(path(name))
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path(name)], { stdio: "pipe" })
    } catch {
      console.warn("skipped: mounting a small disk needs more rights than this user has")
      return undefined
    }
    mounted.push(path(name))
    return name
  }

  const fill = (disk: string) => {
    const free = execFileSync("df", ["--output=avail", "-B1", path(disk)], { encoding: "utf8" }).split(
      "\n",
    )[1]
    writeFileSync(path(`${disk}/filler`), Buffer.alloc(Number(free)))
  }

  test("the client says so, and keeps what it had", async ({ skip }) => {
    const disk = smallDisk("client-disk", "1m") ?? skip()
    succeeded(await run(["join", relay.invitation, "--name", "fred", "--data", disk]))
    fill(disk)
    refused(await run(["send", "bob", "-", "--data", disk], "y".repeat(30_000)), 3, /full|refused/)
    rmSync(path(`${disk}/filler`))
    succeeded(await run(["send", "bob", "now", "--data", disk]))
  })

  test("the relay that cannot begin says so", async ({ skip }) => {
    const disk = smallDisk("first-relay-disk", "16k") ?? skip()
    refused(await run(["relay", "start", "--host", "127.0.0.1", "--port", "0", "--data", disk]), 3, /full/)
  })

  test("the relay that fills up takes nothing, loses nothing, and goes on when there is space", async ({
    skip,
  }) => {
    const disk = smallDisk("relay-disk", "4m") ?? skip()
    const small = await program.relay(disk)
    for (const name of ["gina", "hugo"]) {
      succeeded(await run(["join", small.invitation, "--name", name, "--data", name]))
    }
    succeeded(await run(["send", "hugo", "before", "--data", "gina"]))
    fill(disk)
    // A ballast that is given up makes a little room, which may be used.
    let taken = 0
    let late: Awaited<ReturnType<typeof run>>
    do {
      late = await run(["send", "hugo", "-", "--timeout", "2s", "--data", "gina"], "z".repeat(16_000))
    } while (late.code === 0 && ++taken < 40)
    expect([3, 6]).toContain(late.code)
    expect(late.out).toBe("")
    const reading = await run([
      "listen",
      "--max",
      "1",
      "--timeout",
      "30s",
      "--type",
      "message.received",
      "--data",
      "hugo",
      "--json",
    ])
    expect(reading.json()).toMatchObject([{ message: { text: "before" } }])
    await small.line(({ type }) => type === "storage.low")
    rmSync(path(`${disk}/filler`))
    succeeded(await run(["send", "hugo", "after", "--data", "gina"]))
    const rest = await run([
      "listen",
      "--max",
      String(taken + 2),
      "--timeout",
      "30s",
      "--type",
      "message.received",
      "--data",
      "hugo",
      "--json",
    ])
    expect(rest.json()).toMatchObject([
      ...Array.from({ length: taken + 1 }, () => ({ message: { text: "z".repeat(16_000) } })),
      { message: { text: "after" } },
    ])
    expect(await small.stop()).toMatchObject({ code: 0, err: "" })
  })
})
