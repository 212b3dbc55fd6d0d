/** The relay as an administrator runs it: every command against a real one, and what it must never hold or say. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join as under } from "node:path"
import { expect, test } from "vitest"
import { fromBase64Url, toHex } from "../../src/bytes.ts"
import { builtProgram, succeeded } from "../support/program.ts"
import { segmentsIn } from "../support/relay-store-files.ts"

const program = builtProgram()
const { run, path, start } = program
const relay = async (dir: string, ...args: string[]) => run(["relay", ...args, "--data", dir])
const join = (invitation: string, name: string) => run(["join", invitation, "--name", name, "--data", name])

test(
  "damage to the log of entries is said when the relay starts, in its log, and by status",
  { timeout: 300_000 },
  async () => {
    const first = await program.relay("worn")
    succeeded(await join(first.invitation, "wanda"))
    await first.stop()
    const [segment] = segmentsIn(path("worn"))
    const bytes = readFileSync(segment!)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(segment!, bytes)
    const again = await program.relay("worn")
    const said = await again.line(({ type }) => type === "storage.log-damaged")
    expect(said).toMatchObject({ pieces: 1, batches: 0 })
    expect((await relay("worn", "status")).out).toMatch(/told +1 storage\.log-damaged/)
    await again.stop()
    expect(readFileSync(path("worn/relay.log"), "utf8")).toMatch(/"pieces":1.*storage\.log-damaged/)
  },
)

test(
  "status, clients, limits and metrics, and all of it kept for the next start",
  { timeout: 300_000 },
  async () => {
    expect(await relay("none", "status")).toMatchObject({ code: 9 })
    mkdirSync(path("staff"), { mode: 0o750 })
    const operators = [{ socket: path("staff/socket"), role: "moderate" }]
    writeFileSync(path("own.json"), JSON.stringify({ name: "Class 8B", limits: { people: 50 }, operators }))
    const running = await program.relay("a", "--config", path("own.json"), "--metrics", "0")
    succeeded(await join(running.invitation, "alice"))
    const listening = start(["listen", "--data", "alice", "--json"])
    await listening.line(({ type }) => type === "sync.done")
    const status = succeeded(await relay("a", "status")).out
    expect(status).toMatch(/^Class 8B on port \d+/)
    expect(status).toMatch(/online +1 people, 1 in the directory/)
    expect(status).toMatch(/\* people +50 /)
    expect(JSON.parse((await relay("a", "status", "--json")).out)).toMatchObject({
      type: "relay.status",
      snapshot: { online: 1, connections: { members: 1 } },
    })
    expect((await relay("a", "clients")).out).toMatch(/^alice u_[\w-]{8} {2}127\.0\.0\.1/)
    const staff = ["--socket", path("staff/socket")]
    expect((await relay("none", "clients", ...staff)).out).toMatch(/^alice u_/)
    expect(await relay("none", "kick", "nobody", ...staff)).toMatchObject({ code: 9 })
    succeeded(await relay("a", "limits", "set", "lettersPerHour", "99"))
    expect(await relay("a", "limits", "set", "lettersPerHour", "1")).toMatchObject({ code: 1 })
    expect(await relay("a", "limits", "set", "nothing", "1")).toMatchObject({ code: 1 })
    expect((await relay("a", "limits", "show")).out).toMatch(/\* lettersPerHour +99 /)
    expect(JSON.parse(readFileSync(path("own.json"), "utf8"))).toEqual({
      name: "Class 8B",
      limits: { people: 50, lettersPerHour: 99 },
      operators,
    })
    expect((await relay("a", "metrics")).out).toContain("secure_chat_relay_people_online 1\n")
    const { err } = await running.stop()
    const [, address] = /(http:\S+)\/metrics/.exec(err) ?? []
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(existsSync(path("a/control"))).toBe(false)
    const again = await program.relay("a", "--config", path("own.json"))
    expect((await relay("a", "limits", "show")).out).toMatch(/\* lettersPerHour +99 /)
    await again.stop()
    writeFileSync(path("own.json"), '{"limits":{"people":"many"}}')
    const broken = await run(["relay", "start", "--data", path("a"), "--config", path("own.json")])
    expect(broken).toMatchObject({ code: 1 })
    expect(broken.err).toContain("limits.people")
  },
)

test(
  "invitations, bans and the queue decide who comes in, and whoever stands outside is told why",
  { timeout: 300_000 },
  async () => {
    const running = await program.relay("b")
    const one = succeeded(await relay("b", "invite", "--uses", "1", "--expires", "1d")).out.trim()
    succeeded(await join(one, "bob"))
    expect(await join(one, "late")).toMatchObject({ code: 8 })
    const [line] = succeeded(await relay("b", "invite", "--json")).json() as unknown as {
      id: string
      link: string
    }[]
    succeeded(await relay("b", "revoke", line!.id))
    expect(await relay("b", "revoke", line!.id)).toMatchObject({ code: 9 })
    expect(await join(line!.link, "late")).toMatchObject({ code: 8 })
    succeeded(await relay("b", "revoke", "main"))
    expect(await join(running.invitation, "late")).toMatchObject({ code: 8 })
    expect((await relay("b", "invite", "--main")).out.trim()).toBe(running.invitation)
    succeeded(await relay("b", "ban", "bob"))
    const shut = await run(["send", "#everyone", "hello", "--data", "bob", "--timeout", "30s"])
    expect([shut.code, shut.err]).toEqual([8, expect.stringContaining("shut you out")])
    expect((await relay("b", "bans")).out).toContain("bob u_")
    succeeded(await relay("b", "unban", "bob"))
    succeeded(await run(["people", "list", "--data", "bob"]))
    expect(await relay("b", "ban", "nobody")).toMatchObject({ code: 9 })
    succeeded(await relay("b", "admission", "approval"))
    const waiting = await run([
      "join",
      running.invitation,
      "--name",
      "carol",
      "--data",
      "carol",
      "--timeout",
      "4s",
    ])
    expect([waiting.code, waiting.err]).toEqual([6, expect.stringContaining("was asked to let you in")])
    expect((await relay("b", "queue")).out).toContain("carol u_")
    succeeded(await relay("b", "admit", "carol"))
    succeeded(await join(running.invitation, "carol"))
    await running.stop()
  },
)

test(
  "a copy made while it serves is put back, begins a new log, and loses nothing of its time",
  { timeout: 300_000 },
  async () => {
    const running = await program.relay("c")
    succeeded(await join(running.invitation, "dora"))
    succeeded(await run(["send", "#everyone", "before", "--data", "dora"]))
    succeeded(await relay("c", "backup", path("copy.db")))
    expect(statSync(path("copy.db")).mode & 0o777).toBe(0o600)
    expect(await relay("c", "backup", path("copy.db"))).toMatchObject({ code: 3 })
    succeeded(await join(running.invitation, "emil"))
    expect(await relay("c", "restore", path("copy.db"))).toMatchObject({ code: 7 })
    await running.stop()
    writeFileSync(path("no.db"), "no database")
    expect((await relay("c", "restore", path("no.db"))).code).not.toBe(0)
    succeeded(await relay("c", "restore", path("copy.db")))
    expect(readdirSync(path("c"))).toContain("relay.db.before-restore-1")
    const again = await program.relay("c", "--port", String(running.port))
    await again.line(({ type }) => type === "directory.reopened")
    succeeded(await run(["send", "#everyone", "after", "--data", "dora"]))
    expect((await run(["history", "#everyone", "--data", "dora"])).out).toMatch(/before[\s\S]*after/)
    // Emil is not in the copy, and comes back by himself.
    let status = ""
    for (let visit = 0; visit < 5 && !status.includes("2 in the directory"); visit++) {
      succeeded(await run(["people", "list", "--data", "emil"]))
      status = (await relay("c", "status")).out
    }
    expect(status).toContain("2 in the directory")
    await again.stop()
  },
)

test(
  "neither code nor room secret is in what the relay keeps, says or logs, nor who talks with whom",
  { timeout: 300_000 },
  async () => {
    const running = await program.relay("d", "--metrics", "0")
    const invited = succeeded(await relay("d", "invite", "--uses", "5")).out.trim()
    succeeded(await join(invited, "flora"))
    succeeded(await join(invited, "gustav"))
    succeeded(await run(["send", "flora", "a word", "--data", "gustav"]))
    const parts = (link: string) => Object.fromEntries(new URLSearchParams(link.split("#")[1]))
    const secrets = [parts(invited)["a"]!, parts(invited)["i"]!, parts(running.invitation)["a"]!]
    const marks = secrets.flatMap((text) => {
      const bytes = fromBase64Url(text)
      return [text, toHex(bytes), Buffer.from(bytes).toString("latin1")]
    })
    const said = [
      await relay("d", "status"),
      await relay("d", "clients", "--json"),
      await relay("d", "invitations", "--json"),
      await relay("d", "metrics"),
      await relay("d", "log"),
      await relay("d", "backup", path("d.copy")),
    ]
    const texts = said.map(({ out, err }) => out + err)
    await running.stop()
    const files = readdirSync(path("d"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !["invitation", "ballast", "lock"].includes(entry.name))
      .map((entry) => under(entry.parentPath, entry.name))
    expect(files.map((file) => file.split("/").at(-1))).toEqual(
      expect.arrayContaining(["relay.db", "relay.log"]),
    )
    const stored = [...files, path("d.copy")].map(
      (file) => [file, readFileSync(file).toString("latin1")] as const,
    )
    for (const [where, text] of [...texts.map((each) => ["said", each] as const), ...stored])
      for (const mark of marks) expect([where, text.includes(mark)]).toEqual([where, false])
    const log = readFileSync(path("d/relay.log"), "utf8")
    expect(log).toContain("client.connected")
    for (const name of ["flora", "gustav", "127.0.0.1", "u_"])
      expect([name, log.includes(name)]).toEqual([name, false])
  },
)
