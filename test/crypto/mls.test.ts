/** The engine over the MLS library: the contract, and what only this engine promises. */
import { beforeAll } from "vitest"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { engineContract } from "./engine.contract.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

engineContract("ts-mls", (seed) => createMlsEngine(nodePrimitives, seededRandom(`engine ${seed}`)))
