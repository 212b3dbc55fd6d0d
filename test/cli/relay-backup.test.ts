/** Putting a copy of a relay's store back: what was there stays as it was. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { restoreStore } from "../../src/cli/relay-backup.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { segmentsIn } from "../support/relay-store-files.ts"
import { bytes, newEntry } from "../support/store-harness.ts"

const scratch = mkdtempSync(join(tmpdir(), "relay-backup-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test("a copy made while an upgrade was cut short does not take over the log that came of it", async () => {
  const folder = mkdtempSync(join(scratch, "relay-"))
  const [path, copy] = [join(folder, "relay.db"), join(scratch, "copy")]
  const old = new SqliteRelayStore({ path, random: systemRandom })
  const ref = old.createChannel(bytes(1))
  old.append(ref, newEntry(1))
  await old.commit()
  // As a start leaves it that has not found room for the log.
  old.beside.begin(systemRandom.bytes(32))
  old.close()
  copyFileSync(path, copy)
  const store = openRelayStore(path)
  for (let seq = 2; seq < 20; seq++) store.append(ref, newEntry(seq))
  await store.commit()
  store.close()
  const before = segmentsIn(folder).map((file) => [file, readFileSync(file)])
  restoreStore(copy, path, { random: systemRandom, primitives: nodePrimitives })
  const restored = openRelayStore(path)
  expect(restored.findChannel(bytes(1))).toMatchObject({ lastSeq: 1 })
  restored.close()
  for (const [file, content] of before) expect(readFileSync(file as string)).toEqual(content)
  expect(segmentsIn(folder)).toHaveLength(before.length + 1)
})
