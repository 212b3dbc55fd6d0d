/** `doctor --net`: each step that can fail is broken, and it must be that step that is named, with what mends it. */
import { createServer, type Server } from "node:net"
import { expect, test } from "vitest"
import { checkNet, type NetDeps, type NetTarget } from "../../src/cli/net-check.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { systemProbe } from "../../src/platform/probe.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { tlsNetwork } from "../../src/platform/tls.ts"
import { type Link, parseInvitation } from "../../src/protocol/address.ts"
import { builtProgram, succeeded } from "../support/program.ts"
import { Floods } from "../support/relay-floods.ts"

const program = builtProgram()
const { run } = program

const deps = (changes: Partial<NetDeps> = {}): NetDeps => ({
  probe: { ...systemProbe, ownAddresses: () => ["192.168.1.9"] },
  network: tlsNetwork,
  clock: systemClock,
  random: systemRandom,
  announced: () => Promise.resolve([]),
  ...changes,
})
const shifted = (ms: number) => ({
  now: () => systemClock.now() + ms,
  wakeAt: (at: number, wake: () => void) => systemClock.wakeAt(at - ms, wake),
})

async function target(invitation: string, changes: Partial<NetTarget> = {}): Promise<NetTarget> {
  await sodiumReady()
  const link = parseInvitation(invitation)
  if (link.kind !== "link") throw new Error("no link")
  const { host, port, pin, admission } = link
  const known = { pin: { kind: "spki", sha256: pin }, pinHex: "ab", admission, identity: undefined } as const
  return { host, port, ...known, ...changes }
}

/** The step that fails, and what is said. */
const failing = async (at: NetTarget, with_: NetDeps) => {
  const found = await checkNet(at, with_)
  const last = found.at(-1)!
  for (const { ok, mend } of found) expect(ok).toBe(mend === undefined)
  return last.ok ? `${last.step} ok` : `${last.step}: ${last.mend}`
}

test("every step that can be broken is the one that is named", { timeout: 300_000 }, async () => {
  const running = await program.relay("relay")
  const other = await program.relay("other")
  const good = await target(running.invitation)
  expect((await checkNet(good, deps())).map(({ step, ok }) => `${step} ${ok}`)).toEqual(
    ["name", "address", "port", "tls", "pin", "hello", "admission", "clock"].map((step) => `${step} true`),
  )
  // Nobody was registered by looking.
  expect((await run(["relay", "status", "--data", "relay"])).out).toMatch(/0 in the directory/)

  const nowhere = { ...systemProbe, addressesOf: () => Promise.resolve([]) }
  expect(await failing({ ...good, host: "school.lan" }, deps({ probe: nowhere }))).toMatch(
    /^name: .*--advertise/,
  )
  const cut = { ...systemProbe, reach: () => Promise.resolve("no-way" as const) }
  expect(await failing(good, deps({ probe: cut }))).toMatch(/^address: /)
  const silent = {
    ...systemProbe,
    reach: () => Promise.resolve("silent" as const),
    ownAddresses: () => ["10.0.0.2"],
  }
  expect(await failing(good, deps({ probe: silent }))).toMatch(/^port: .*ufw allow/)
  const moved = () => Promise.resolve([{ host: "10.0.0.7", port: 7_667 }])
  expect((await checkNet(good, deps({ probe: silent, announced: moved }))).at(-1)!.words).toContain(
    "10.0.0.7:7667",
  )

  const free = createServer()
  const port = await portOf(free)
  await new Promise((done) => free.close(done))
  expect(await failing({ ...good, port }, deps())).toMatch(/^port: .*relay start/)
  const mute: Server = createServer((socket) => {
    socket.on("error", () => {})
    socket.end("220 mail.example ESMTP\r\n")
  })
  expect(await failing({ ...good, port: await portOf(mute) }, deps())).toMatch(/^tls: /)
  mute.close()
  expect(await failing({ ...good, port: other.port }, deps())).toMatch(/^pin: .*face to face/)
  expect(await failing({ ...good, admission: new Uint8Array(16) }, deps())).toMatch(
    /^admission: .*relay invite/,
  )
  // Behind the relay's clock by an hour: what was certified until just now has ended there.
  expect(await failing(good, deps({ clock: shifted(-3_600_000) }))).toMatch(/^clock: .*date/)
  await other.stop()

  // Two members, and one of them in the only place.
  const { pin, admission } = parseInvitation(running.invitation) as Link
  const crowd = new Floods({ port: running.port, pin, admission })
  const member = await crowd.member("first")
  succeeded(await run(["relay", "limits", "set", "connections", "1", "--data", "relay"]))
  expect(await failing(good, deps())).toMatch(/^hello: .*connections N/)
  succeeded(await run(["relay", "limits", "set", "connections", "10", "--data", "relay"]))
  member.close()

  const all = succeeded(await run(["doctor", "--net", running.invitation]))
  expect(all.out).toMatch(/^ok +name/)
  const spoken = succeeded(await run(["doctor", "--net", ...running.words.split(" ")]))
  expect(spoken.out).toMatch(/ok +pin[\s\S]*ok +admission/)
  const stopped = await running.stop()
  expect(stopped.code).toBe(0)
  const gone = await run(["doctor", "--net", running.invitation])
  expect([gone.code, gone.out]).toEqual([
    3,
    expect.stringMatching(/FAILED +port[\s\S]*to mend it: .*relay start/),
  ])
})

test("with a profile it is the person's own device that greets", { timeout: 300_000 }, async () => {
  const running = await program.relay("known")
  succeeded(await run(["join", running.invitation, "--name", "alice", "--data", "alice"]))
  const found = succeeded(await run(["doctor", "--net", "--data", "alice", "--json"])).json() as unknown as {
    step: string
    words: string
  }[]
  expect(found.find(({ step }) => step === "admission")!.words).toContain("in its directory")
  succeeded(await run(["relay", "ban", "alice", "--data", "known"]))
  const banned = await run(["doctor", "--net", "--data", "alice"])
  expect([banned.code, banned.out]).toEqual([8, expect.stringContaining("shut you out")])
  expect(await run(["doctor", "--net", "--data", "nobody"])).toMatchObject({ code: 1 })
})

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })
}
