/**
 * kill -9 of the relay under load: every entry that it said it holds is there afterwards, under the number it said, in
 * a log without gaps whose running hash is right; and everybody reads on where they were. This alone proves little
 * about power cuts, since a kill leaves the system's page cache as it was: see `power-loss.test.ts`.
 */
import { expect, test } from "vitest"
import { builtProgram } from "../support/program.ts"
import { cyclesOf, figures, IN_MEMORY } from "../support/reality.ts"
import { expectKept, expectResumed, RelayLoad } from "../support/relay-load.ts"

const KILLS = cyclesOf({ check: 20, slow: 100 })
/** Accepted entries of one life, before it ends. */
const PER_LIFE = 60
/** A folder is begun anew after so many kills: each looks through the whole log. */
const PER_FOLDER = 100

const program = builtProgram(IN_MEMORY)

test(
  `${KILLS} kills of the relay lose nothing that was accepted`,
  { timeout: 120_000 + KILLS * 30_000 },
  async () => {
    let accepted = 0
    for (let done = 0; done < KILLS; done += PER_FOLDER) {
      accepted += await killMany(`relay ${done}`, Math.min(PER_FOLDER, KILLS - done))
    }
    expect(accepted).toBeGreaterThanOrEqual(KILLS * PER_LIFE)
    figures("kill -9 of the relay", { kills: KILLS, accepted, lost: 0, gaps: 0 })
  },
)

/** @returns how many entries were accepted. */
async function killMany(name: string, kills: number): Promise<number> {
  let relay = await program.relay(name)
  const port = String(relay.port)
  const load = new RelayLoad(relay.invitation)
  load.start()
  for (let life = 1; life <= kills; life++) {
    await load.more(PER_LIFE + Math.floor(Math.random() * PER_LIFE))
    relay.child.kill("SIGKILL")
    const { code, signal } = await relay.finished
    // It must have been alive until then.
    expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" })
    expectKept(load, program.path(name), program.path("copy"))
    if (life < kills) relay = await program.relay(name, "--port", port)
  }
  load.stop()
  expectResumed(load)
  return load.accepted
}
