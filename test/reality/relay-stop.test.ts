/**
 * A clean end under load: whatever the relay said it holds is there, nobody sees a gap, and it goes on at the next start.
 * And a copy that is made under the same load: whole, and with everything that was accepted before it was begun.
 */
import { mkdirSync, renameSync } from "node:fs"
import { expect, test } from "vitest"
import { builtProgram, succeeded } from "../support/program.ts"
import { cyclesOf, figures, IN_MEMORY } from "../support/reality.ts"
import { expectKept, expectResumed, RelayLoad } from "../support/relay-load.ts"

const STOPS = cyclesOf({ check: 6, slow: 100 })
const PER_LIFE = 60

const program = builtProgram(IN_MEMORY)

test(
  `${STOPS} clean ends under load lose nothing that was accepted`,
  { timeout: 120_000 + STOPS * 30_000 },
  async () => {
    let relay = await program.relay("relay")
    const port = String(relay.port)
    const load = new RelayLoad(relay.invitation)
    load.start()
    for (let life = 1; life <= STOPS; life++) {
      await load.more(PER_LIFE + Math.floor(Math.random() * PER_LIFE))
      // By the signal, and by the command that a person types.
      if (life % 2 === 0) succeeded(await program.run(["relay", "stop", "--data", "relay"]))
      else relay.child.kill("SIGTERM")
      const { code, signal } = await relay.finished
      expect({ code, signal }).toEqual({ code: 0, signal: null })
      expectKept(load, program.path("relay"), program.path("copy"))
      if (life < STOPS) relay = await program.relay("relay", "--port", port)
    }
    load.stop()
    expectResumed(load)
    figures("clean ends of the relay", { stops: STOPS, accepted: load.accepted, lost: 0, gaps: 0 })
  },
)

test(
  "copies that are made under load are whole, and hold what was accepted before",
  { timeout: 300_000 },
  async () => {
    const relay = await program.relay("busy")
    const load = new RelayLoad(relay.invitation)
    load.start()
    for (let round = 1; round <= 3; round++) {
      await load.more(200)
      const before = load.clients.map(({ accepted }) => new Map(accepted))
      const file = program.path(`copy-${round}`)
      succeeded(await program.run(["relay", "backup", file, "--data", "busy"]))
      mkdirSync(`${file}.dir`)
      renameSync(file, `${file}.dir/relay.db`)
      const then = { clients: before.map((accepted) => ({ accepted })) } as unknown as RelayLoad
      expectKept(then, `${file}.dir`, program.path("scratch"))
    }
    load.stop()
    await relay.stop()
    expectKept(load, program.path("busy"), program.path("scratch"))
  },
)
