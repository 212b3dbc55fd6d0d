/** The simulated world under the attacks: one seed, one story. */
import { MemoryDisk as ClientDisk } from "../../src/client/store-memory.ts"
import type { Ground, Scene } from "../../src/attack/scene.ts"
import { openScene } from "../../src/attack/scene.ts"
import { relayIdOf } from "../../src/crypto/checkpoint.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { silentLog } from "../../src/platform/log.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { createFastEngine } from "./fast-engine.ts"
import { signerOf } from "./heads.ts"
import type { EngineKind } from "./lives.ts"
import { seededRandom, World } from "./sim.ts"

const PORT = 7_667

export async function simulatedScene(
  seed: number,
  kind: EngineKind,
): Promise<{ scene: Scene; world: World }> {
  // The group library compares lifetimes with the real clock when it adds somebody.
  const world = new World(seed, { ...(kind === "real" && { start: Date.now() }), slowestMs: 3 })
  const random = seededRandom(world.chance)
  const signer = signerOf(random.bytes(32))
  const relayId = relayIdOf((bytes) => nodePrimitives.sha("sha256", bytes), signer.relayPublic)
  const ground: Ground = {
    primitives: nodePrimitives,
    log: silentLog,
    relayId,
    signer,
    address: () => ({ host: "relay", port: PORT }),
    program: (name) => world.process(name),
    listen: (program, handler) =>
      (program as ReturnType<World["process"]>).network.listen(
        PORT,
        { spkiSha256: relayId, tag: random.bytes(32) },
        handler,
      ),
    relayStore: () => new MemoryRelayStore(new MemoryDisk(random.bytes(16))),
    clientStore: () => new ClientDisk().open(),
    engine: (chance) =>
      kind === "real" ? createMlsEngine(nodePrimitives, chance) : createFastEngine(nodePrimitives, chance),
    until: (isSo, ms) => world.runUntil(isSo, ms),
    pause: (ms) => world.run(ms),
    settled: async (work) => {
      await world.settle()
      return work
    },
  }
  return { scene: await openScene(ground, world.chance), world }
}
