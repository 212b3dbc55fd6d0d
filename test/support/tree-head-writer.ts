/**
 * A relay's log of people and nothing else, that grows for ever: `tree-head-writer.ts FOLDER`. Each head is printed once
 * it may be given out, as `log size root`.
 */
import { writeSync } from "node:fs"
import { join } from "node:path"
import { toHex } from "../../src/bytes.ts"
import { relayIdOf } from "../../src/crypto/checkpoint.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { ownFile } from "../../src/platform/own-file.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { TreeLog } from "../../src/relay/tree-log.ts"
import { signerOf } from "./heads.ts"

const [folder = ""] = process.argv.slice(2)
await sodiumReady()
const store = openRelayStore(join(folder, "relay.db"))
const signer = signerOf(new Uint8Array(32).fill(1))
const log = new TreeLog({
  store,
  signer,
  file: ownFile(join(folder, "tree-head")),
  relayId: relayIdOf((bytes) => nodePrimitives.sha("sha256", bytes), signer.relayPublic),
  primitives: nodePrimitives,
  now: () => Date.now(),
  report: () => {},
})
for (;;) {
  const { log: number, size, root } = log.head
  writeSync(1, `${number} ${size} ${toHex(root)}\n`)
  store.addDirectoryEntry(store.directorySize(), systemRandom.bytes(32))
  await store.commit()
  log.advance(store.directorySize())
}
