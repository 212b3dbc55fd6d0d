/** Runs before every test file. */
import fc from "fast-check"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { rememberSodium } from "./remembered-sodium.ts"

// libsodium is WebAssembly, and is there only after a moment.
await sodiumReady()
// The same few keys and signatures are met over and over, by everybody in a simulated world.
rememberSodium()

// The check is the same for everybody, so that it fails for whoever broke something; the slow run takes new chances.
const seed = process.env["FC_SEED"]
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
else if (process.env["SLOW"] === undefined) fc.configureGlobal({ seed: 1 })
