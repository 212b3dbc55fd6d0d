/** The commands for scripts, from `relay start` to `export`, as real processes over real TCP. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { expect, onTestFinished, test } from "vitest"
import { builtProgram, succeeded } from "../support/program.ts"

const program = builtProgram()
const { run, start, path } = program

const anyText: unknown = expect.any(String)
const textLike = (pattern: RegExp): unknown => expect.stringMatching(pattern)

/** Joins, and fails the test when that fails. */
async function join(invitation: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    const joined = await run(["join", invitation, "--name", name, "--data", name, "--json"])
    succeeded(joined)
    expect(joined.json()).toMatchObject([{ v: 1, type: "joined", profile: name }])
  }
}

test("two people and a room talk, one is away and comes back, and everything can be read again", async () => {
  const relay = await program.relay("relay", "--name", "Class 8B")
  expect(relay.invitation).toMatch(/^secure-chat:\/\/127\.0\.0\.1:\d+\/#k=[\w-]{43}&a=[\w-]{22}&i=[\w-]{43}$/)
  expect(relay.fingerprint).toMatch(/^[0-9a-f]{64}$/)
  const invitation = readFileSync(path("relay/invitation"), "utf8")
  expect(invitation).toBe(`${relay.invitation}\n${relay.words}\n`)
  for (const file of ["invitation", "relay.key", "relay.db", "relay.log"]) {
    expect([file, statSync(path(`relay/${file}`)).mode & 0o077]).toEqual([file, 0])
  }

  // Three writings of one invitation: the link, the file, the words.
  await join(relay.invitation, "alice")
  await join("@relay/invitation", "bob")
  const carol = await run(["join", ...relay.words.split(" "), "--name", "carol", "--data", "carol"])
  expect(succeeded(carol)).toMatchObject({
    out: `carol joined Class 8B (127.0.0.1:${relay.port})\n`,
  })
  expect(carol.err).toContain("No passphrase")
  expect(await relay.line(({ type, name }) => type === "client.connected" && name === "bob")).toMatchObject({
    v: 1,
  })

  // Bob is there: his device answers.
  const listening = start(["listen", "--data", "bob", "--json"])
  await listening.line(({ type }) => type === "sync.done")
  const sent = await run([
    "send",
    "bob",
    "Is the quiz",
    "today?",
    "--data",
    "alice",
    "--wait",
    "read",
    "--json",
  ])
  succeeded(sent)
  const states = sent.json().map(({ type, message }) => `${type} ${message?.state}`)
  // One receipt may say that it came and that it was read.
  expect(states.filter((state) => state !== "message.state delivered")).toEqual([
    "message.sent queued",
    "message.state relayed",
    "message.state read",
  ])
  const received = await listening.line(({ type }) => type === "message.received")
  expect(received).toEqual({
    v: 1,
    cursor: textLike(/^c_/),
    ts: textLike(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    type: "message.received",
    profile: "bob",
    room: { id: textLike(/^r_/), name: "alice", kind: "direct" },
    from: {
      id: textLike(/^u_/),
      name: "alice",
      tag: textLike(/^[a-z2-7]{6}$/),
      trust: "unverified",
    },
    message: {
      id: sent.json()[0]!.message!.id,
      text: "Is the quiz today?",
      own: false,
      sentAt: anyText,
    },
  })

  // One more for the room, from stdin, while carol is away; bob's listen ends with SIGTERM and code 0.
  const text = "first line\n  second line\n\nfourth"
  succeeded(await run(["send", "#everyone", "-", "--data", "alice"], `${text}\n`))
  await listening.line(({ message }) => message?.text === text)
  listening.child.kill("SIGTERM")
  expect(await listening.finished).toMatchObject({ code: 0, err: "" })

  // Back again: what was missed, once; then nothing twice, and a cursor brings it again.
  const back = await run([
    "listen",
    "--max",
    "1",
    "--timeout",
    "30s",
    "--type",
    "message.received",
    "--data",
    "carol",
    "--json",
  ])
  expect(back.json()).toMatchObject([
    { type: "message.received", room: { name: "everyone" }, message: { text } },
  ])
  const nothing = await run([
    "listen",
    "--max",
    "1",
    "--timeout",
    "4s",
    "--type",
    "message.received",
    "--data",
    "carol",
  ])
  expect(nothing).toMatchObject({ code: 6, out: "" })
  const again = await run([
    "listen",
    "--since",
    "c_0",
    "--max",
    "1",
    "--type",
    "message.received",
    "--data",
    "carol",
    "--json",
  ])
  expect(again.json()).toEqual(back.json())

  const history = await run(["history", "alice", "--data", "bob"])
  expect(history.out).toMatch(/^\S+ \S+ {2}alice \?[a-z2-7]{6}: Is the quiz today\?$/m)
  const limited = await run(["history", "#everyone", "--limit", "1", "--data", "bob", "--json"])
  expect(limited.json()).toMatchObject([{ type: "message.received", message: { text } }])

  const people = await run(["people", "list", "--data", "carol", "--json"])
  expect(people.json().map(({ person }) => person?.name)).toEqual(["alice", "bob"])
  const rooms = await run(["rooms", "list", "--data", "alice", "--json"])
  expect(rooms.json()).toMatchObject([
    { room: { kind: "everyone" } },
    { room: { kind: "direct", name: "bob" } },
  ])
  const id = await run(["id", "show", "--data", "bob", "--json"])
  expect(id.json()).toMatchObject([
    { type: "identity", profile: "bob", person: { trust: "self" }, registered: true },
  ])

  const exported = await run([
    "export",
    "#everyone",
    "--format",
    "json",
    "--out",
    "room.json",
    "--data",
    "carol",
  ])
  expect(succeeded(exported)).toMatchObject({ out: "" })
  expect(statSync(path("room.json")).mode & 0o777).toBe(0o600)
  const { lines } = JSON.parse(readFileSync(path("room.json"), "utf8")) as {
    lines: { message?: { text: string } }[]
  }
  expect(lines.some(({ message }) => message?.text === text)).toBe(true)
  expect(await run(["export", "#everyone", "--out", "room.json", "--data", "carol"])).toMatchObject({
    code: 1,
  })
  const printed = await run(["export", "#everyone", "--format", "txt", "--data", "carol"])
  expect(printed.out).toContain(": first line\n      second line\n    \n    fourth\n")

  expect(await relay.stop()).toMatchObject({ code: 0, err: "" })
})

test("both sides see one number; only the right one verifies, and changes what is asked for", async () => {
  const relay = await program.relay("relay-2")
  for (const name of ["dora", "emil"]) await run(["join", relay.invitation, "--name", name, "--data", name])
  const [dora, emil] = await Promise.all([
    run(["verify", "emil", "--number", "--data", "dora"]),
    run(["verify", "dora", "--number", "--data", "emil", "--json"]),
  ])
  expect(dora.out).toMatch(/^(\d{5} ){11}\d{5}\n$/)
  expect(emil.json()).toMatchObject([
    { type: "verify.number", person: { name: "dora" }, number: dora.out.trim() },
  ])

  const refused = await run(["send", "emil", "secret", "--require-verified", "--data", "dora"])
  expect(refused).toMatchObject({ code: 4, out: "" })
  expect(refused.err).toContain("you have not verified emil")
  const wrong = dora.out.trim().replace(/^\d/, (digit) => String((Number(digit) + 1) % 10))
  expect(await run(["verify", "emil", "--expect", wrong, "--data", "dora"])).toMatchObject({ code: 4 })
  expect(await run(["verify", "emil", "--expect", "12345", "--data", "dora"])).toMatchObject({ code: 4 })
  expect(await run(["send", "emil", "secret", "--require-verified", "--data", "dora"])).toMatchObject({
    code: 4,
  })

  const right = await run(["verify", "emil", "--expect", dora.out.replaceAll(" ", "-"), "--data", "dora"])
  expect(succeeded(right)).toMatchObject({ out: "verified: emil ✓\n" })
  expect(await run(["send", "emil", "secret", "--require-verified", "--data", "dora"])).toMatchObject({
    code: 0,
  })
  const [line] = (await run(["people", "list", "--data", "dora", "--json"])).json()
  expect(line).toMatchObject({ person: { name: "emil", trust: "verified" } })
  await relay.stop()
})

test("a relay that restarts keeps its key, its port, its people and their messages", async () => {
  const first = await program.relay("relay-3", "--name", "office")
  for (const name of ["fay", "gus"]) await run(["join", first.invitation, "--name", name, "--data", name])
  succeeded(await run(["send", "gus", "before", "--data", "fay"]))
  succeeded(await run(["relay", "stop", "--data", "relay-3"]))
  expect(await first.finished).toMatchObject({ code: 0, err: "" })
  expect(existsSync(path("relay-3/relay.pid"))).toBe(false)

  // Nobody is there: what was written waits, and the command says so.
  const queued = await run(["send", "gus", "meanwhile", "--timeout", "1s", "--data", "fay"])
  expect(queued).toMatchObject({ code: 3 })
  expect(queued.err).toContain(`no relay answers at 127.0.0.1:${first.port}; the message waits here`)

  const second = await program.relay("relay-3", "--port", String(first.port))
  expect(second.invitation).toBe(first.invitation)
  expect(second.words).toBe(first.words)
  succeeded(await run(["send", "gus", "after", "--data", "fay"]))
  const heard = await run([
    "listen",
    "--max",
    "3",
    "--timeout",
    "30s",
    "--type",
    "message.received",
    "--data",
    "gus",
    "--json",
  ])
  const texts = heard.json().map(({ message }) => message?.text)
  expect(texts).toEqual(["before", "meanwhile", "after"])
  await second.stop()
})

test("an open relay lets everybody in and says so", async () => {
  const relay = await program.relay("relay-4", "--open")
  expect(relay.invitation).toMatch(/#k=[\w-]{43}$/)
  expect(relay.words).toBeNull()
  await join(relay.invitation, "hal")
  const [room] = (await run(["rooms", "list", "--data", "hal", "--json"])).json()
  expect(room).toMatchObject({ room: { name: "everyone", withoutSecret: true } })
  await relay.stop()
})

test("a passphrase locks the profile, and nothing of it or of the key is in the folder", async () => {
  const relay = await program.relay("relay-5")
  const passphrase = "корова на крыше 7"
  const withPassphrase = (text: string, ...args: string[]) =>
    start([...args, "--passphrase-fd", "3", "--data", "ines"], [Buffer.from(`${text}\n`)]).finished
  const joined = await withPassphrase(passphrase, "join", relay.invitation, "--name", "ines")
  expect(succeeded(joined)).toMatchObject({ err: "" })
  expect(existsSync(path("ines/key"))).toBe(false)
  expect(await withPassphrase(passphrase, "id", "show")).toMatchObject({ code: 0 })
  const wrong = await withPassphrase("something else", "id", "show")
  expect(wrong).toMatchObject({ code: 7, out: "", err: "secure-chat: the passphrase is wrong\n" })
  const without = await run(["id", "show", "--data", "ines"])
  expect(without).toMatchObject({ code: 7, out: "" })
  expect(without.err).toContain("locked with a passphrase")
  await relay.stop()
}, 300_000)

test("nobody reads our results any more: a clean end", async () => {
  const relay = await program.relay("relay-6")
  await join(relay.invitation, "jo", "kim")
  const listening = start(["listen", "--data", "kim", "--json"])
  await listening.line(({ type }) => type === "sync.done")
  listening.child.stdout!.destroy()
  await run(["send", "kim", "are you there?", "--data", "jo"])
  await run(["send", "kim", "still?", "--data", "jo"])
  expect(await listening.finished).toMatchObject({ code: 0, err: "" })
  await relay.stop()
})

test("without a terminal the program shows what it is for", async () => {
  const shown = await run([])
  expect(succeeded(shown)).toMatchObject({ err: "" })
  expect(shown.out).toContain("Everything arrived, and the relay could read none of it.")
  expect(shown.out).toMatch(/6 messages and \d+ words of them: 0 found/)
}, 300_000)

test("a pipe is line mode: what it says is sent, and the exit code says what became of it", async () => {
  const relay = await program.relay("relay-pipe")
  const joined = await run(["--data", "pia"], `pia\n${relay.invitation}\nfirst words\n`)
  expect(succeeded(joined).out).toContain("You are pia.")
  await join(relay.invitation, "ben")
  // The names of people who came meanwhile can be used at once; without a word about lines the same.
  expect(succeeded(await run(["--data", "pia"], "/msg ben hello ben\n/set language hi\n")).out).toContain(
    "[ben ?",
  )
  expect((await run(["config", "get", "language", "--data", "pia", "--json"])).out).toContain(
    '"language":"hi"',
  )
  expect((await run(["config", "set", "language", "en", "--data", "pia"])).code).toBe(0)
  const heard = await run(["history", "pia", "--data", "ben"])
  expect(heard.out).toContain("hello ben")
  expect(await run(["--data", "pia"], "/msg nobody hi\n/delete\nmaybe\nno\n/copy 99\n")).toMatchObject({
    code: 1,
    err: expect.stringContaining("lines that were not done: 3") as unknown,
  })
  expect(await run(["--data", "nobody-yet"], "only a name\n")).toMatchObject({ code: 1 })
  await relay.stop()
  expect(await run(["--data", "pia"], "into the dark\n")).toMatchObject({
    code: 3,
    err: expect.stringContaining("no relay answers at 127.0.0.1:") as unknown,
  })
})

test("a pipe that is stopped in the middle ends, and says how much was not done", async () => {
  const relay = await program.relay("relay-stopped")
  await join(relay.invitation, "sam")
  const lines = Array.from({ length: 8_000 }, (_, at) => `line ${at}\n`).join("")
  const running = start(["--data", "sam"], lines)
  await new Promise((resolve) => running.child.stdout!.once("data", resolve))
  running.child.kill("SIGTERM")
  const { code, err } = await running.finished
  expect(err).toContain("The program was stopped; lines behind that were not done: ")
  expect(code).toBe(1)
}, 60_000)

test("who has no relay hosts one, in lines; it outlives the chat, and the next chat starts it again", async () => {
  // The relay is nobody's child: whatever happens here, it must not outlive the test.
  onTestFinished(async () => void (await run(["relay", "stop", "--data", "zoe/relay"])))
  const first = await run(["--plain", "--data", "zoe"], "#bad\nzoe\nnonsense!\nhost\nhello all\n/quit\n")
  expect(succeeded(first).out).toContain("A name is made of letters")
  expect(first.out).toContain("An address is HOST or HOST:PORT")
  expect(first.out).toContain("relay goes on running")
  // What came faster than the relay answers has left all the same.
  const said = await run(["history", "#everyone", "--offline", "--data", "zoe"])
  expect(said.out).toMatch(/you: hello all {2}✓/)
  const [link] = /secure-chat:\/\/\S+/.exec(first.out)!
  succeeded(await run(["join", link, "--name", "yan", "--data", "yan"]))
  succeeded(await run(["relay", "stop", "--data", "zoe/relay"]))
  const second = await run(["--plain", "--data", "zoe"], "/quit\n")
  expect(succeeded(second).out).toContain("You are zoe")
  // It was said when it began.
  expect(second.out).not.toContain("relay goes on running")
  const history = await run(["history", "#everyone", "--data", "zoe"])
  expect(succeeded(history).out).toContain("you: hello all")
  succeeded(await run(["relay", "stop", "--data", "zoe/relay"]))
})

test("version and help are results", async () => {
  const version = await run(["version", "--json"])
  expect(version.json()).toEqual([{ v: 1, type: "version", version: anyText, protocol: 1, node: anyText }])
  expect(await run(["--help"])).toMatchObject({ code: 0, out: textLike(/relay/), err: "" })
})
