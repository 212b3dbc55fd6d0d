/** A person whose disk lied goes on with what could be salvaged, as a new device, among the same people. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { salvage } from "../../src/client/salvage.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import { TABLES } from "../../src/client/store.ts"
import { PAGE_BYTES } from "../support/database-pages.ts"
import { arrived, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"

const folder = mkdtempSync(join(tmpdir(), "secure-chat-salvaged-"))
afterAll(() => rmSync(folder, { recursive: true }))
const key = new Uint8Array(32).fill(9)

/** The person's store as a real database, with its group state damaged. */
function asDamagedFile(guest: Guest): string {
  const path = join(folder, "chat.db")
  const from = guest.disk.open()
  const to = openSqliteStore({ path, key })
  to.transaction("synced", (tx) => {
    for (const table of TABLES) for (const row of from.range(table, {})) tx.put(table, row.key, row.value)
  })
  from.close()
  to.close()
  const bytes = readFileSync(path)
  // Of 20 pages in a row one is damaged somewhere: all of group, and a little of everything else. The first ones are the
  // roots of the tables, and a table that fits one page would be gone as a whole.
  for (let page = 30; page * PAGE_BYTES < bytes.length; page += 20) bytes[page * PAGE_BYTES + 77]! ^= 1
  writeFileSync(path, bytes)
  return path
}

test("a salvaged profile is a new device of the same person, who comes in again and goes on talking", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await alice.write("#everyone", "before")
  await world.until(() => arrived(bob, "#everyone", "before"), "the room's word")
  await world.run(MINUTE)
  await bob.client.markVerified(bob.client.findPerson("alice").id)
  await world.stop(bob)

  const copy = asDamagedFile(bob)
  const disk = new MemoryDisk()
  const into = disk.open()
  const pages = Math.ceil(readFileSync(copy).length / PAGE_BYTES)
  const files = {
    copy,
    spare: join(folder, "spare.db"),
    pages,
    takeFirstPage: () => expect.fail("not needed"),
  }
  const { rows, places } = salvage(files, key, into, bob.process)
  expect(rows).toBeGreaterThan(8)
  expect(places).toBeGreaterThan(0)
  for (const table of ["group", "pending", "pendingGroup", "package", "chain", "outbox"] as const)
    expect(into.count(table, {})).toBe(0)
  into.close()

  const device = (guest: Guest) => guest.wire.said.find((message) => message.type === "hello")
  const back = await world.start("bob", { disk })
  await world.until(() => back.client.connection().state === "online", "bob to be back")
  await world.run(2 * MINUTE)
  expect(back.texts("alice").slice(0, 2)).toEqual(["hello bob", "hello alice"])
  expect(back.texts("#everyone")).toContain("before")
  expect(back.client.findPerson("alice").trust).toBe("verified")
  await back.write("alice", "it is me")
  await world.until(() => arrived(alice, "bob", "it is me"), "bob's word", 10 * MINUTE)
  await alice.write("bob", "welcome back")
  await world.until(() => arrived(back, "alice", "welcome back"), "alice's answer", 10 * MINUTE)
  await back.write("#everyone", "hello all")
  await world.until(() => arrived(alice, "#everyone", "hello all"), "the room", 10 * MINUTE)
  const [before, after] = [device(bob), device(back)]
  if (before?.type !== "hello" || after?.type !== "hello") throw new Error("no hello")
  expect(after.accountId).toEqual(before.accountId)
  expect(after.deviceId).not.toEqual(before.deviceId)
})
