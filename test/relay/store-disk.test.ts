/** The store on a real disk: the contract, the lock, and what a killed process leaves. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { systemRandom } from "../../src/platform/random.ts"
import { crcChecksum, segmentFolder } from "../../src/platform/segment-files.ts"
import { DiskRelayStore } from "../../src/relay/store-disk.ts"
import { storeContract } from "./store.contract.ts"

const folder = mkdtempSync(join(tmpdir(), "relay-disk-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0
const freshFolder = () => {
  const path = join(folder, `relay-${++made}`)
  mkdirSync(path)
  return path
}

const open = (path: string) =>
  new DiskRelayStore({
    path: join(path, "relay.db"),
    folderOf: (name) => segmentFolder(join(path, name)),
    checksum: crcChecksum,
    random: systemRandom,
  })

storeContract(() => {
  let path = freshFolder()
  const harness = {
    store: open(path),
    crash: () => {
      // What a killed process leaves: the files as they are. Its lock dies with it, so a copy is opened.
      const copy = freshFolder()
      cpSync(path, copy, { recursive: true })
      path = copy
      return (harness.store = open(path))
    },
    fillDisk: () => harness.store.limitPages(1),
    emptyDisk: () => harness.store.limitPages(1_000_000),
  }
  return harness
})

test("a second relay on the same folder is refused", () => {
  const path = freshFolder()
  const first = open(path)
  expect(() => open(path)).toThrow(expect.objectContaining({ code: "in-use" }))
  first.close()
  open(path).close()
})
