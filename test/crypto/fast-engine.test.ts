/** The simulation's stand-in keeps the same contract as the engine over the MLS library. */
import { beforeAll } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { createFastEngine } from "../support/fast-engine.ts"
import { engineContract } from "./engine.contract.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

engineContract("stand-in", (seed) => createFastEngine(nodePrimitives, seededRandom(`engine ${seed}`)))
