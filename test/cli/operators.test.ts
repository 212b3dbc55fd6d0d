/** Operators who share a socket: what each role may do, what is noted down, and where such a socket may stand. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { askRelay } from "../../src/cli/control-client.ts"
import {
  type Controlled,
  OPERATOR_ROLES,
  type OperatorRole,
  serveOperators,
} from "../../src/cli/control-server.ts"
import type { CliError } from "../../src/cli/errors.ts"
import type { PlatformError } from "../../src/platform/errors.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { Monitor } from "../../src/relay/monitor.ts"

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "operators-"))
  ends.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const monitor = new Monitor(() => 0, 0)
const did: string[] = []
const relay: Controlled = {
  name: "Class 8B",
  port: 7_667,
  version: "1",
  monitor: {
    snapshot: () => monitor.snapshot(0),
    people: (count) => monitor.online(count),
    recent: () => [],
    subscribe: () => () => {},
  },
  limits: DEFAULT_LIMITS,
  operate: (act) => {
    did.push(act.do)
    return Promise.resolve({ ok: true, done: 1 })
  },
  keepLimit: () => did.push("keepLimit"),
  backUp: () => {
    did.push("backup")
    return Promise.resolve({ bytes: 1 })
  },
}

async function serving(role: OperatorRole) {
  const socket = join(folder(), "socket")
  const noted: string[] = []
  const server = await serveOperators(socket, role, relay, (act) => noted.push(act))
  ends.push(() => server.close())
  did.length = 0
  return { place: { relayDir: "/nowhere", relaySocket: socket }, socket, noted, server }
}

const WATCHING = ["status", "metrics", "clients", "bans", "invitations", "queue", "listed"].map((each) => ({
  do: each,
}))
const MODERATING = [
  { do: "kick", who: "bob" },
  { do: "ban", who: "bob" },
  { do: "unban", who: "bob" },
  { do: "admit", who: "bob" },
  { do: "turn-away", who: "bob" },
  { do: "list", name: "bob" },
  { do: "unlist", name: "bob" },
  { do: "revoke", invitation: "main" },
]
const OWNING = [
  { do: "invite", hash: "ab".repeat(32) },
  { do: "invite-main" },
  { do: "mode", mode: "list" },
  { do: "limits", set: { people: 5 } },
  { do: "backup", path: "/tmp/nothing" },
]

test.each(OPERATOR_ROLES)(
  "%s: does what it is for and nothing else, and acts are noted down",
  async (role) => {
    const { place, noted } = await serving(role)
    const [allowed, refused] =
      role === "watch" ? [WATCHING, [...MODERATING, ...OWNING]] : [[...WATCHING, ...MODERATING], OWNING]
    for (const ask of allowed) expect([ask.do, (await askRelay(place, ask)).ok]).toEqual([ask.do, true])
    const before = [...did]
    for (const ask of refused) {
      const said = askRelay(place, ask)
      expect([ask.do, await said.catch((error: CliError) => error.code)]).toEqual([ask.do, "not-your-role"])
    }
    expect(did).toEqual(before)
    expect(noted).toEqual(role === "watch" ? [] : MODERATING.map((ask) => ask.do))
  },
)

test("whoever the folder lets in may open it, and nothing is left of it afterwards", async () => {
  const { socket, server, place } = await serving("watch")
  expect((statSync(socket).mode & 0o777).toString(8)).toBe("660")
  await server.close()
  expect(existsSync(socket)).toBe(false)
  await expect(askRelay(place, { do: "status" })).rejects.toThrow(
    expect.objectContaining({ code: "relay-not-running" }),
  )
  const again = await serveOperators(socket, "watch", relay, () => {})
  await again.close()
})

test.each([
  ["a folder that others may write to", (dir: string) => (chmodSync(dir, 0o770), join(dir, "socket"))],
  ["a folder that is not there", (dir: string) => join(dir, "none", "socket")],
  ["a path that begins nowhere", () => "socket"],
  ["a path that is too long", (dir: string) => join(dir, "s".repeat(120))],
  ["the name of a file", (dir: string) => (writeFileSync(join(dir, "file"), "mine"), join(dir, "file"))],
  ["the name of a folder", (dir: string) => (mkdirSync(join(dir, "sub")), join(dir, "sub"))],
])("not at %s", async (_, make) => {
  const at = make(folder())
  await expect(serveOperators(at, "watch", relay, () => {})).rejects.toThrow(
    expect.objectContaining({ code: "not-permitted" }) as PlatformError,
  )
  if (at.endsWith("file")) expect(existsSync(at)).toBe(true)
})
