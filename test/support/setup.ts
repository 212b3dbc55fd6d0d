/** Runs before every test file: libsodium is WebAssembly, and is there only after a moment. */
import { sodiumReady } from "../../src/crypto/sodium.ts"

await sodiumReady()
