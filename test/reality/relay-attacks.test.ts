/**
 * Strangers and members who want the relay to stop serving others, against the built program over real connections:
 * half-open connections, bytes that trickle, lengths that announce four gigabytes, hellos that are nobody's, requests as
 * fast as they can be written, and readers that do not read. Others write on all the while, nothing accepted is lost,
 * everything is closed in its time, and memory stays bounded.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { afterAll, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { parseInvitation } from "../../src/protocol/address.ts"
import { residentKib } from "../support/processes.ts"
import { builtProgram, type RelayRun } from "../support/program.ts"
import { cyclesOf, figures, IN_MEMORY } from "../support/reality.ts"
import { Floods } from "../support/relay-floods.ts"
import { expectKept, RelayLoad } from "../support/relay-load.ts"

const MANY = cyclesOf({ check: 400, slow: 5_000 })
/** Beyond what serving the honest takes: a process of its own for strangers, and what both hold of them. */
const MOST_MEMORY_KIB = 280 * 1_024
const STALLED_MS = 5_000
const program = builtProgram(IN_MEMORY)
let floods: Floods | undefined
afterAll(() => floods?.end())

const memoryOf = ({ child }: RelayRun) => residentKib(child.pid!)

const ATTACKS: Readonly<Record<string, (on: Floods) => Promise<unknown>>> = {
  "half-open connections": (on) => on.halfOpen(MANY),
  "bytes that trickle": (on) => on.trickle(MANY / 4),
  "lengths of four gigabytes": (on) => on.lengths(MANY),
  "hellos that nobody signed": (on) => on.hellos(MANY),
  "requests as fast as they go": (on) => on.requests(MANY),
  "somebody who asks and never reads": (on) => on.frozen(STALLED_MS + 10_000),
}

test("whatever strangers and members do, the others write on", { timeout: 300_000 }, async () => {
  await sodiumReady()
  const limits = { handshakeMs: 3_000, helloMs: 3_000, stalledMs: STALLED_MS }
  writeFileSync(program.path("limits.json"), JSON.stringify({ limits }))
  const relay = await program.relay("relay", "--config", program.path("limits.json"))
  const link = parseInvitation(relay.invitation)
  if (link.kind !== "link") throw new Error("no link")
  floods = new Floods(link)
  const load = new RelayLoad(relay.invitation)
  load.start()
  await load.more(300)
  const memory = memoryOf(relay)
  let most = memory
  const watch = setInterval(() => (most = Math.max(most, memoryOf(relay))), 100)
  const during: Record<string, number> = {}
  for (const [name, run] of Object.entries(ATTACKS)) {
    const before = load.accepted
    await Promise.all([run(floods), load.more(100)])
    during[`accepted during ${name}`] = load.accepted - before
  }
  clearInterval(watch)
  await load.more(100)
  // Whoever has not come in by now is welcome still.
  const late = await floods.member("newcomer")
  late.close()
  load.stop()
  expect(floods.open.size).toBe(0)
  // Each was ended for what it did, not because it went away.
  const counts = (await program.run(["relay", "metrics", "--data", "relay"])).out
  const ended = (why: string) =>
    Number(new RegExp(`cut_total\\{why="${why}"\\} (\\d+)`).exec(counts)?.[1] ?? 0)
  expect(ended("slow")).toBe(1)
  // A crowd that does not log in was not this process's to bear.
  expect(readFileSync(program.path("relay/relay.log"), "utf8")).toContain("tls-terminator.started")
  expect(most - memory).toBeLessThan(MOST_MEMORY_KIB)
  const { code } = await relay.stop()
  expect(code).toBe(0)
  expectKept(load, program.path("relay"), program.path("copy"))
  figures("attacks on the relay", {
    connections: MANY,
    "KiB before": memory,
    "KiB at most": most,
    ...during,
    lost: 0,
  })
})
