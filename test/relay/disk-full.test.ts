/**
 * The relay on a disk of a few megabytes that really fills up: real SQLite on a real file system, the real core and
 * driver, simulated network and time. Needs the right to mount; says so where it is missing.
 */
import { ROOM } from "../support/channels.ts"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { fileBallast } from "../../src/platform/ballast.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { spaceOf } from "../../src/platform/space.ts"
import type { RelayMessage } from "../../src/protocol/messages.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { ballastSize, journalSize, segmentSize } from "../../src/relay/disk-watch.ts"
import type { OperatorEvent } from "../../src/relay/operator.ts"
import { startRelay } from "../../src/relay/server.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { copyRelayStore, promptFolders } from "../support/relay-store-files.ts"
import { World } from "../support/sim.ts"
import { WireClient } from "../support/wire-client.ts"
import { someHeads } from "../support/heads.ts"

const KIB = 1_024
const MIB = 1_024 * KIB
const DAY = 86_400_000
const RELAY_ID = new Uint8Array(32).fill(0x1d)
const base = mkdtempSync(join(tmpdir(), "relay-full-"))
const mounted: string[] = []
beforeAll(sodiumReady)
afterAll(() => {
  for (const folder of mounted) execFileSync("umount", ["--lazy", folder])
  rmSync(base, { recursive: true, force: true })
})

/** A disk of its own, or undefined with a reason where that is not allowed. */
function smallDisk(bytes: number): string | undefined {
  const folder = join(base, `disk-${mounted.length}`)
  mkdirSync(folder)
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "pipe" })
  } catch {
    console.warn("skipped: mounting a small disk needs more rights than this user has")
    return undefined
  }
  mounted.push(folder)
  return folder
}

/** Another program that takes all space but `left` bytes. */
function fill(folder: string, left = 0): void {
  writeFileSync(join(folder, "filler"), new Uint8Array(spaceOf(folder).look().freeBytes - left))
}

async function world(folder: string) {
  const sim = new World(7, { fastestMs: 1, slowestMs: 1 })
  const process = sim.process("relay")
  const events: OperatorEvent[] = []
  const fatal: unknown[] = []
  const { totalBytes } = spaceOf(folder).look()
  let isBlind = false
  let seen = spaceOf(folder).look()
  const space = { look: () => (seen = isBlind ? seen : spaceOf(folder).look()) }
  const journalBytes = journalSize(totalBytes)
  const path = join(folder, "relay.db")
  const store = openRelayStore(path, {
    journalBytes,
    segmentBytes: segmentSize(totalBytes),
    layOut: true,
    folderOf: promptFolders(path),
  })
  const relay = await startRelay({
    listen: (handler) =>
      process.network.listen(7_667, { spkiSha256: RELAY_ID, tag: new Uint8Array(32) }, handler),
    clock: process.clock,
    soon: process.soon,
    store,
    disk: {
      space,
      ballast: fileBallast(join(folder, "ballast"), ballastSize(totalBytes)),
      storeBytes: () => 0,
    },
    primitives: nodePrimitives,
    relayId: RELAY_ID,
    heads: someHeads(),
    config: { name: "small", admissionHash: undefined, limits: DEFAULT_LIMITS },
    onEvent: (event) => void (event.type.startsWith("storage") && events.push(event)),
    onFatal: (error) => void fatal.push(error),
  })
  const client = (name: string) => {
    const heard: RelayMessage[] = []
    const person = new RelayPerson(name, systemRandom)
    const wire = new WireClient({
      network: sim.process(name).network,
      address: { host: "relay", port: 7_667 },
      pin: { kind: "spki", sha256: RELAY_ID },
      relayId: RELAY_ID,
      person,
      channelId: ROOM,
      onMessage: (message) => void heard.push(message),
    })
    wire.connect()
    return { wire, heard, person }
  }
  const alice = client("alice")
  const bob = client("bob")
  await sim.run(200)
  alice.wire.offer(sealedEntry(systemRandom, { kind: "handshake" }), true)
  const packages = [1, 2, 3, 4, 5].map((byte) => new Uint8Array(1_000).fill(byte))
  bob.wire.send({ type: "putPackages", rid: 9, lastResort: false, packages })
  await sim.run(1_500)
  const { accountId, device } = bob.person
  return {
    sim,
    events,
    fatal,
    store,
    folder,
    alice: alice.wire,
    heard: alice.heard,
    bob: bob.wire,
    /** Whether the relay sees of the disk only what it saw last. */
    setBlind: (now: boolean) => void (isBlind = now),
    /** Entries of that size, offered in one burst. */
    offer: (count: number, size: number) =>
      Array.from({ length: count }, () => alice.wire.offer(sealedEntry(systemRandom, {}, size))),
    /** Asks for one of Bob's packages, which deletes it in a commit of its own. @returns whether it came. */
    take: async () => {
      bob.heard.length = 0
      bob.wire.send({ type: "takePackage", rid: 11, accountId, deviceId: device.keys.deviceId })
      await sim.run(50)
      return bob.heard.some(({ type }) => type === "keyPackage")
    },
    /** What somebody reads who knows nothing yet. */
    readAll: async () => {
      const reader = client(`reader ${sim.clock.now()}`)
      await sim.run(20_000)
      // Nobody may register on a full disk, and whoever is registered reads.
      const log = reader.wire.isOpen ? reader.wire.log : await reread(bob.wire, sim)
      reader.wire.close()
      return new Set(log.map(({ eid }) => eid))
    },
    retry: async (wire: WireClient) => {
      wire.close()
      await sim.run(50)
      wire.connect()
    },
    stop: async () => {
      await relay.stop()
      store.close()
    },
  }
}
type It = Awaited<ReturnType<typeof world>>

async function reread(wire: WireClient, sim: World) {
  wire.close()
  await sim.run(50)
  wire.startOver()
  wire.connect()
  await sim.run(20_000)
  return wire.log
}

/** What a killed relay leaves, as the next one finds it: the eids in its log. */
function afterCrash(folder: string): Set<string> {
  const copy = mkdtempSync(join(base, "copy-"))
  const store = openRelayStore(copyRelayStore(folder, copy))
  const row = store.findChannel(ROOM)!
  const eids = new Set<string>()
  for (let after = 0; after < row.lastSeq; after++) {
    const [entry] = store.readEntries(row.ref, after, 1, MIB)
    eids.add(toHex(nodePrimitives.sha("sha256", entry!.bytes)))
  }
  store.close()
  rmSync(copy, { recursive: true })
  return eids
}

/** Everything that was accepted is in the log: for a reader, and after a crash at this moment. */
async function nothingIsLost({ alice, readAll, folder }: It): Promise<void> {
  const [read, kept] = [await readAll(), afterCrash(folder)]
  const accepted = [...alice.accepted.keys()]
  expect(accepted.filter((eid) => !read.has(eid) || !kept.has(eid))).toEqual([])
}

const types = ({ events }: It) => events.map(({ type }) => type)
const sizes = [
  { size: 2 * MIB, entry: 5 * KIB },
  { size: 8 * MIB, entry: 16 * KIB },
  { size: 32 * MIB, entry: 60 * KIB },
]

test.each(sizes)("$size bytes fill up slowly: the low mark refuses before the disk does", async (row) => {
  const folder = smallDisk(row.size)
  if (folder === undefined) return
  writeFileSync(join(folder, "others"), new Uint8Array(row.size / 2))
  const it = await world(folder)
  expect(existsSync(join(folder, "ballast"))).toBe(true)
  for (let before = -1; it.alice.accepted.size > before;) {
    before = it.alice.accepted.size
    it.offer(4, row.entry)
    await it.sim.run(1_100)
  }
  expect(it.alice.accepted.size).toBeGreaterThan(row.size / 10 / row.entry)
  expect(types(it)).toEqual(["storage.low"])
  expect(spaceOf(folder).look().freeBytes).toBeGreaterThan(row.size / 30)
  expect(existsSync(join(folder, "ballast"))).toBe(true)

  fill(folder)
  expect(await it.take()).toBe(true)
  await nothingIsLost(it)

  rmSync(join(folder, "filler"))
  rmSync(join(folder, "others"))
  const [again] = it.offer(1, 600)
  const isAccepted = () => it.alice.accepted.has(again!)
  await it.sim.run(2_000)
  if (!isAccepted()) await it.retry(it.alice)
  expect(await it.sim.runUntil(isAccepted, 3_000)).toBe(true)
  expect(types(it)).toEqual(["storage.low", "storage.ok"])
  expect(it.fatal).toEqual([])
  await it.stop()
})

test.each(sizes)(
  "$size bytes are gone at once: a commit that fails refuses, and deletions go on",
  async (row) => {
    const folder = smallDisk(row.size)
    if (folder === undefined) return
    const it = await world(folder)
    it.offer(20, row.entry)
    await it.sim.run(1_100)
    expect(it.alice.accepted.size).toBe(21)
    it.setBlind(true)
    fill(folder)
    it.heard.length = 0
    // More than the journal holds, before anybody looks at the disk again.
    const burst = it.offer(Math.ceil(row.size / 8 / row.entry), row.entry)
    await it.sim.run(200)
    const answers = it.heard.filter(({ type }) => type === "accepted" || type === "rejected")
    expect(answers.length).toBe(burst.length)
    expect(answers.some(({ type }) => type === "rejected")).toBe(true)
    // Found out by a commit, which then was refused, or by moving the journal, after which nothing more is taken.
    expect(types(it)).toContain("storage.low")
    expect(existsSync(join(folder, "ballast"))).toBe(false)
    for (let n = 0; n < 3; n++) expect(await it.take()).toBe(true)
    it.setBlind(false)
    await nothingIsLost(it)

    rmSync(join(folder, "filler"))
    const start = it.sim.clock.now()
    await it.sim.run(1_100)
    await it.retry(it.alice)
    expect(await it.sim.runUntil(() => it.alice.waiting === 0, 3_000)).toBe(true)
    expect(it.sim.clock.now() - start).toBeLessThan(5_000)
    await it.sim.run(61_000)
    expect(types(it).at(-1)).toBe("storage.ok")
    expect(existsSync(join(folder, "ballast"))).toBe(true)
    await nothingIsLost(it)
    expect(it.fatal).toEqual([])
    await it.stop()
  },
)

test("entries that expire make room on a disk that others keep full to the last byte", async () => {
  const folder = smallDisk(8 * MIB)
  if (folder === undefined) return
  const it = await world(folder)
  it.offer(150, 16 * KIB)
  await it.sim.run(1_100)
  expect(it.alice.accepted.size).toBe(151)
  fill(folder)
  await it.sim.run(2_000)
  expect(types(it)).toEqual(["storage.low"])
  it.alice.close()
  it.bob.close()
  it.sim.clock.jumpTo(it.sim.clock.now() + 31 * DAY)
  await it.sim.run(3 * 3_600_000)
  const { firstSeq, lastSeq } = it.store.findChannel(ROOM)!
  expect([firstSeq, lastSeq]).toEqual([152, 151])
  // The segments are gone, and their room is the file system's again.
  expect(it.store.logBytes).toBeLessThan(64 * KIB)
  expect(spaceOf(folder).look().freeBytes).toBeGreaterThan(2 * MIB)
  it.alice.connect()
  await it.sim.run(1_100)
  const [after] = it.offer(1, 16 * KIB)
  await it.sim.run(200)
  expect(it.alice.accepted.get(after!)).toBe(152)
  expect(types(it)).toEqual(["storage.low", "storage.ok"])
  expect(it.fatal).toEqual([])
  await it.stop()
})
