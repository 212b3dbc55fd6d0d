import { ROOM } from "../support/channels.ts"
import { describe, expect, test } from "vitest"
import { concat, toHex } from "../../src/bytes.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { BLOB_CHUNK_BYTES, MAX_BLOB_BYTES, type Of } from "../../src/protocol/messages.ts"
import { CoreBench, describe as line, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { LogReader } from "../support/log-reader.ts"
import { sealedEntry } from "../support/relay-people.ts"

const hashOf = (content: Uint8Array) => nodePrimitives.sha("sha256", content)
const content = (length: number, seed = 1) => Uint8Array.from({ length }, (_, at) => (at * 7 + seed) % 253)

const piece = (whole: Uint8Array, offset: number, length = BLOB_CHUNK_BYTES): Of<"putBlob"> => ({
  type: "putBlob",
  rid: 1,
  hash: hashOf(whole),
  total: whole.length,
  offset,
  chunk: whole.slice(offset, offset + length),
})

/** Uploads all of it; the last answer. */
async function put(wire: Wire, whole: Uint8Array): Promise<string> {
  let last = ""
  for (let at = 0; at < whole.length; at += BLOB_CHUNK_BYTES) {
    last = line((await wire.ask(piece(whole, at)))[0]!)
  }
  return last
}

async function get(wire: Wire, hash: Uint8Array): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for (let offset = 0; ;) {
    const { chunk, total } = await wire.expect({ type: "getBlob", rid: 1, hash, offset }, "blobChunk")
    chunks.push(chunk)
    offset += chunk.length
    if (offset >= total) return concat(...chunks)
  }
}

test.each([1, 49_152, 49_153, 131_072, 400_000])("%i bytes go up and come down", async (length) => {
  const bench = new CoreBench()
  const { wire } = await bench.join("alice")
  const whole = content(length)
  expect(await put(wire, whole)).toBe("blobStored")
  const { wire: other } = await bench.join("bob")
  expect(toHex(await get(other, hashOf(whole)))).toBe(toHex(whole))
})

test("an upload goes on where it stopped, also on another connection", async () => {
  const bench = new CoreBench()
  const { wire, person } = await bench.join("alice")
  const whole = content(120_000)
  expect(await wire.expect(piece(whole, 0), "blobStored")).toMatchObject({ received: 49_152 })
  await wire.drop()
  const again = await bench.comeBack(person)
  // It asks by offering the beginning: nothing is taken twice.
  expect(await again.expect(piece(whole, 0, 10), "blobStored")).toMatchObject({ received: 49_152 })
  expect(await again.expect(piece(whole, 98_304), "blobStored")).toMatchObject({ received: 49_152 })
  await again.ask(piece(whole, 49_152))
  expect(await again.expect(piece(whole, 98_304), "blobStored")).toMatchObject({ received: 120_000 })
  expect(toHex(await get(again, hashOf(whole)))).toBe(toHex(whole))
})

test("nobody can spoil another's upload", async () => {
  const bench = new CoreBench()
  const { wire: alice } = await bench.join("alice")
  const { wire: eve } = await bench.join("eve")
  const whole = content(60_000)
  await eve.ask({ ...piece(whole, 0), chunk: new Uint8Array(49_152) })
  await alice.ask(piece(whole, 0))
  expect(await alice.expect(piece(whole, 49_152), "blobStored")).toMatchObject({ received: 60_000 })
  // Eve's own ends with a hash that does not fit, or finds the blob there.
  expect(await eve.expect(piece(whole, 49_152), "blobStored")).toMatchObject({ received: 60_000 })
})

test.each<[string, (whole: Uint8Array) => Of<"putBlob">, keyof typeof REFUSALS]>([
  [
    "bytes that do not have the hash",
    (whole) => ({ ...piece(whole, 0), chunk: new Uint8Array(whole.length) }),
    "bad-request",
  ],
  ["a blob above 8 MiB", (whole) => ({ ...piece(whole, 0), total: MAX_BLOB_BYTES + 1 }), "too-large"],
  ["an empty blob", (whole) => ({ ...piece(whole, 0), total: 0, chunk: new Uint8Array(0) }), "bad-request"],
  ["a piece beyond the end", (whole) => ({ ...piece(whole, 0), offset: 90 }), "bad-request"],
])("%s is refused", async (_, make, code) => {
  const bench = new CoreBench()
  const { wire } = await bench.join("alice")
  const whole = content(100)
  expect((await wire.ask(make(whole))).map(line)).toEqual([`refused ${REFUSALS[code]}`])
  expect(bench.store.findBlob(hashOf(whole))).toBeUndefined()
})

test("unfinished uploads of one account are bounded by what they announce, and forgotten when they stall", async () => {
  const bench = new CoreBench()
  const { wire } = await bench.join("alice")
  const { wire: other } = await bench.join("bob")
  const begin = (n: number): Of<"putBlob"> => ({
    type: "putBlob",
    rid: 1,
    hash: new Uint8Array(32).fill(n),
    total: MAX_BLOB_BYTES,
    offset: 0,
    chunk: Uint8Array.of(1),
  })
  const answers = []
  for (let n = 1; n <= 3; n++) answers.push(line((await wire.ask(begin(n)))[0]!))
  expect(answers).toEqual(["blobStored", "blobStored", `refused ${REFUSALS.busy}`])
  expect(line((await other.ask(begin(4)))[0]!)).toBe("blobStored")
  wire.take()
  bench.now += 600_001
  await bench.pass(0)
  // Ten silent minutes end connections as well; that is another test's matter.
  const back = await bench.join("carol")
  expect(line((await back.wire.ask(begin(5)))[0]!)).toBe("blobStored")
})

test("asking again without a new byte does not hold a place", async () => {
  const bench = new CoreBench()
  const { wire } = await bench.join("alice")
  const whole = content(100)
  await wire.ask(piece(whole, 0, 10))
  for (let half = 0; half < 22; half++) {
    await wire.ask(piece(whole, 50, 10))
    await wire.ask(piece(whole, 10, 0))
    await bench.pass(30_000)
  }
  // Forgotten: it begins anew.
  expect(await wire.expect(piece(whole, 10, 10), "blobStored")).toMatchObject({ received: 0 })
})

describe("needed by entries and headers", () => {
  const HOUR = 3_600_000

  async function room() {
    const bench = new CoreBench()
    const { person, wire } = await bench.join("alice")
    const { handle } = await wire.expect(open(ROOM), "opened")
    await wire.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    const later = async (ms: number) => {
      bench.now += ms
      await bench.pass(0)
      return bench.comeBack(person)
    }
    return { bench, wire, handle, later }
  }

  test("an entry is taken when its blob is whole, and keeps it", async () => {
    const { bench, wire, handle, later } = await room()
    const whole = content(90_000)
    const entry = sealedEntry(bench.random, { blobHash: hashOf(whole) }, 0)
    await wire.ask(piece(whole, 0))
    expect((await wire.ask(upload(handle, 0, entry))).map(line)).toEqual([
      `rejected ${REFUSALS["missing-blob"]}`,
    ])
    await wire.ask(piece(whole, 49_152))
    expect((await wire.ask(upload(handle, 0, entry))).map(line)).toEqual(["accepted", "entry"])
    const back = await later(3 * HOUR)
    expect((await get(back, hashOf(whole))).length).toBe(90_000)
  })

  test("a blob that nothing needs is gone after an hour", async () => {
    const { bench, wire, later } = await room()
    const whole = content(100)
    await put(wire, whole)
    await later(HOUR - 60_000)
    expect(bench.store.findBlob(hashOf(whole))).toBeDefined()
    const back = await later(120_000)
    expect((await back.ask({ type: "getBlob", rid: 1, hash: hashOf(whole), offset: 0 })).map(line)).toEqual([
      `refused ${REFUSALS["missing-blob"]}`,
    ])
  })

  test("a header's blob stays while it is the header", async () => {
    const { bench, wire, handle, later } = await room()
    const [old, young] = [content(100, 1), content(100, 2)]
    const headerId = new Uint8Array(32).fill(4)
    const commit = (position: number, blob: Uint8Array) =>
      handshake(handle, position, sealedEntry(bench.random, { kind: "handshake" }), {
        headerId,
        headerBlob: hashOf(blob),
      })
    expect((await wire.ask(commit(1, old))).map(line)).toEqual([`rejected ${REFUSALS["missing-blob"]}`])
    await put(wire, old)
    expect((await wire.ask(commit(1, old))).map(line)[0]).toBe("accepted")
    const back = await later(2 * HOUR)
    const { blob } = await back.expect({ type: "getHeader", rid: 1, headerId }, "header")
    expect(toHex(blob)).toBe(toHex(hashOf(old)))
    await put(back, young)
    const { handle: again } = await back.expect(open(ROOM), "opened")
    const next = handshake(again, 2, sealedEntry(bench.random, { kind: "handshake" }), {
      headerId,
      headerBlob: hashOf(young),
    })
    await back.ask(next)
    await later(2 * HOUR)
    expect([old, young].map((each) => bench.store.findBlob(hashOf(each)) !== undefined)).toEqual([
      false,
      true,
    ])
  })
})

test("offering a blob that is there says so, and keeps it another hour", async () => {
  const bench = new CoreBench()
  const { wire, person } = await bench.join("alice")
  const whole = content(100)
  await put(wire, whole)
  bench.now += 3_000_000
  await bench.pass(0)
  const back = await bench.comeBack(person)
  expect(await put(back, whole)).toBe("blobStored")
  bench.now += 3_000_000
  await bench.pass(0)
  expect(bench.store.findBlob(hashOf(whole))).toBeDefined()
})

describe("a blob that the disk gives back as something else", () => {
  /** Alice uploads a blob and an entry that names it; then a bit flips, and the relay starts again. */
  async function spoilt() {
    const bench = new CoreBench()
    const { wire, person } = await bench.join("alice")
    const whole = content(60_000)
    const hash = hashOf(whole)
    await put(wire, whole)
    const { handle } = await wire.expect(open(ROOM), "opened")
    await wire.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    const named = sealedEntry(bench.random, { blobHash: hash }, 0)
    await wire.ask(upload(handle, 0, named))
    await wire.ask(upload(handle, 0, sealedEntry(bench.random)))
    bench.store.crash()
    bench.disk.damageBlob(hash)
    const later = new CoreBench({ disk: bench.disk, seed: 2 })
    return { later, person, alice: await later.comeBack(person), whole, hash, named }
  }

  test("is never served, and an entry that needs it is named as damaged", async () => {
    const { later, alice, hash } = await spoilt()
    for (const offset of [0, BLOB_CHUNK_BYTES])
      expect((await alice.ask({ type: "getBlob", rid: 1, hash, offset })).map(line)).toEqual([
        `refused ${REFUSALS["missing-blob"]}`,
      ])
    const reader = new LogReader()
    await reader.read(alice, ROOM)
    expect(reader.damaged).toEqual([[2, 2]])
    expect([...reader.entries.keys()]).toEqual([1, 3])
    expect(toHex(reader.head)).toBe(toHex(later.store.findChannel(ROOM)!.head))
    expect(later.events.filter(({ type }) => type === "storage.damaged")).toHaveLength(1)
  })

  test("is not taken for held: who uploads it again mends it, and all that need it", async () => {
    const { later, alice, whole, hash } = await spoilt()
    const { handle } = await alice.expect(open(ROOM), "opened")
    const again = sealedEntry(later.random, { blobHash: hash }, 0)
    alice.take()
    expect((await alice.ask(upload(handle, 0, again))).map(line)).toEqual([
      `rejected ${REFUSALS["missing-blob"]}`,
    ])
    expect(await alice.expect(piece(whole, 0), "blobStored")).toMatchObject({ received: BLOB_CHUNK_BYTES })
    await put(alice, whole)
    expect(toHex(await get(alice, hash))).toBe(toHex(whole))
    expect((await alice.ask(upload(handle, 0, again))).map(line)).toEqual(["accepted", "entry"])
    const reader = new LogReader()
    await reader.read(alice, ROOM)
    expect(reader.damaged).toEqual([])
    expect([...reader.entries.keys()]).toEqual([1, 2, 3, 4])
    // It is pinned as often as before, and once more.
    expect(later.disk.blobs.get(toHex(hash))!.pins).toBe(2)
  })

  test("is not mended by an upload that found no space", async () => {
    const { later, person, alice, whole, hash } = await spoilt()
    let full = true
    const again = new CoreBench({ disk: later.disk, seed: 4, failAt: () => (full ? "full" : undefined) })
    await alice.drop()
    const wire = await again.comeBack(person)
    expect(await put(wire, whole)).toBe(`refused ${REFUSALS.storage}`)
    full = false
    const refused = `refused ${REFUSALS["missing-blob"]}`
    expect((await wire.ask({ type: "getBlob", rid: 1, hash, offset: 0 })).map(line)).toEqual([refused])
    expect(await put(wire, whole)).toBe("blobStored")
    expect(toHex(await get(wire, hash))).toBe(toHex(whole))
  })

  test("is looked at once, and not for every piece and reader", async () => {
    const { later, alice, whole, hash } = await spoilt()
    await put(alice, whole)
    const again = new CoreBench({ disk: later.disk, seed: 3 })
    let reads = 0
    const readBlob = again.store.readBlob.bind(again.store)
    again.store.readBlob = (name, offset, length) => {
      if (length > BLOB_CHUNK_BYTES) reads++
      return readBlob(name, offset, length)
    }
    const { wire } = await again.join("bob")
    for (let n = 0; n < 3; n++) {
      await get(wire, hash)
      await new LogReader().read(wire, ROOM)
    }
    expect(reads).toBe(1)
  })
})
