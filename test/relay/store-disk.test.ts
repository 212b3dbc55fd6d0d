/** The store on a real disk: the contract, the lock, and what a killed process leaves. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, expect, test } from "vitest"
import { systemRandom } from "../../src/platform/random.ts"
import { crcChecksum, segmentFolder } from "../../src/platform/segment-files.ts"
import { DiskRelayStore } from "../../src/relay/store-disk.ts"
import { bytes, newEntry } from "../support/store-harness.ts"
import { storeContract } from "./store.contract.ts"

const scratch = mkdtempSync(join(tmpdir(), "relay-disk-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let made = 0
const freshFolder = () => {
  const path = join(scratch, `relay-${++made}`)
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

test("after a failed sync nothing is said any more of what the disk has", async () => {
  const path = freshFolder()
  let isFailing = false
  const options = {
    path: join(path, "relay.db"),
    checksum: crcChecksum,
    random: systemRandom,
    folderOf: (name: string) => {
      const folder = segmentFolder(join(path, name))
      return {
        ...folder,
        create: (segment: number) => {
          const file = folder.create(segment)
          const sync = () => (isFailing ? Promise.reject(new Error("EIO")) : file.sync())
          return { ...file, sync, size: file.size }
        },
      }
    },
  }
  const store = new DiskRelayStore(options)
  const ref = store.createChannel(bytes(1))
  store.append(ref, newEntry(1))
  await store.commit()
  isFailing = true
  store.append(ref, newEntry(2))
  await expect(store.commit()).rejects.toMatchObject({ code: "failed" })
  store.close()
  const db = new Database(options.path)
  const { value } = db.prepare<[], { value: Buffer }>("SELECT value FROM meta WHERE name = 'batch'").get()!
  db.close()
  expect(value.readUInt32BE(4)).toBe(1)
})
