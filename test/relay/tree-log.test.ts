/** The directory's log at the relay: what is signed, what is remembered first, and when the next log begins. */
import { describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { isSigned, relayIdOf, signHead } from "../../src/crypto/checkpoint.ts"
import { leafHash, MerkleTree } from "../../src/crypto/merkle.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { decodeOpening, type SignedHead } from "../../src/protocol/tree-head.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { LOGS_AT_ONCE, TreeLog } from "../../src/relay/tree-log.ts"
import { CoreBench, describe as line, RELAY_SEED, START, type Wire } from "../support/core-bench.ts"
import { MemoryHeadFile, signerOf } from "../support/heads.ts"
import type { RelayPerson } from "../support/relay-people.ts"
import { seeded, seededRandom } from "../support/sim.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)
const SEEDS = 60
const FIRST_LOG = START / 1_000

const headOf = (wire: Wire, known: SignedHead[] = []) =>
  wire.expect({ type: "getHead", rid: 7, known }, "treeHead")

/** What every client does with an answer: the root again, from the opening and the entries. */
async function check(wire: Wire, { opening, head, relayPublic }: Of<"treeHead">): Promise<void> {
  const tree = new MerkleTree(sha)
  tree.append(leafHash(sha, opening))
  while (tree.size < head.size) {
    const page = await wire.expect({ type: "getDirectory", rid: 8, from: tree.size - 1 }, "directory")
    expect(page.size).toBe(head.size - 1)
    for (const entry of page.entries) tree.append(leafHash(sha, entry))
  }
  expect(tree.size).toBe(head.size)
  expect(tree.root()).toEqual(head.root)
  expect(decodeOpening(opening).log).toBe(head.log)
  expect(isSigned(sha, { relayId: wire.bench.relayId, relayPublic }, head)).toBe(true)
}

/** A relay with some people in it. */
async function filled(people: number, options: ConstructorParameters<typeof CoreBench>[0] = {}) {
  const headFile = new MemoryHeadFile()
  const bench = new CoreBench({ headFile, ...options })
  const joined: { person: RelayPerson; wire: Wire }[] = []
  for (let i = 0; i < people; i++) joined.push(await bench.join(`person ${i}`))
  return { bench, headFile, joined, first: joined[0]! }
}

async function restarted(from: CoreBench, person: RelayPerson, headFile: MemoryHeadFile, disk = from.disk) {
  const bench = new CoreBench({ disk, headFile })
  return { bench, wire: await bench.comeBack(person) }
}

describe("one log", () => {
  test("every head is of all entries that are given out", async () => {
    const { bench, first } = await filled(1)
    for (let size = 2; size < 30; size++) {
      const answer = await headOf(first.wire)
      expect(answer.head).toMatchObject({ log: FIRST_LOG, size })
      await check(first.wire, answer)
      await first.wire.drained()
      await bench.join(`more ${size}`)
    }
  })

  test("a restart goes on with it, and signs the same head again", async () => {
    const { bench, headFile, first } = await filled(3)
    const before = await headOf(first.wire)
    const { bench: after, wire } = await restarted(bench, first.person, headFile)
    expect(await headOf(wire)).toEqual(before)
    expect(after.events.filter(({ type }) => type.startsWith("directory"))).toEqual([])
    await after.join("somebody new")
    expect((await headOf(wire, [before.head])).head).toMatchObject({ log: before.head.log, size: 5 })
  })

  test("entries that were stored when the process died before it signed are signed at the next start", async () => {
    const { bench, headFile, first } = await filled(2)
    const old = headFile.bytes
    await bench.join("third")
    headFile.bytes = old
    const { wire } = await restarted(bench, first.person, headFile)
    const answer = await headOf(wire)
    expect(answer.head).toMatchObject({ log: FIRST_LOG, size: 4 })
    await check(wire, answer)
  })
})

describe("what is not remembered is not said", () => {
  test("while the disk refuses, everybody is told of the directory as it was; then of all of it", async () => {
    const { bench, headFile, first } = await filled(1)
    headFile.before = () => {
      throw new Error("full")
    }
    first.wire.take()
    const { wire } = await bench.join("second")
    expect(first.wire.of("directoryGrew")).toEqual([])
    expect((await headOf(first.wire)).head.size).toBe(2)
    const page = await wire.expect({ type: "getDirectory", rid: 1, from: 0 }, "directory")
    expect(page).toMatchObject({ size: 1 })
    expect(page.entries).toHaveLength(1)
    expect(bench.events).toContainEqual({ type: "storage.trouble", refused: 1 })
    headFile.before = () => {}
    await bench.pass(2_000)
    await bench.pass(2_000)
    expect(first.wire.of("directoryGrew")).toEqual([{ type: "directoryGrew", size: 2 }])
    await check(first.wire, await headOf(first.wire))
  })

  test("a relay that cannot remember its first head does not start", () => {
    const headFile = new MemoryHeadFile()
    headFile.before = () => {
      throw new Error("full")
    }
    expect(() => new CoreBench({ headFile })).toThrow("full")
  })

  test("a shown head that would begin the next log is refused while that cannot be remembered", async () => {
    const { bench, headFile, first } = await filled(1)
    const head = foreign({ log: FIRST_LOG, size: 9 }, bench)
    headFile.before = () => {
      throw new Error("full")
    }
    const answers = await first.wire.ask({ type: "getHead", rid: 3, known: [head] })
    expect(answers.map(({ type }) => type)).toEqual(["refused"])
  })
})

/** A head that this relay's key signed at another time. */
function foreign(
  place: { log: number; size: number },
  { relayId }: CoreBench,
  seed = RELAY_SEED,
): SignedHead {
  return signHead(signerOf(seed), relayId, { ...place, root: new Uint8Array(32).fill(place.size) })
}

describe("the next log", () => {
  test("begins when the store is older than what was signed, and names that", async () => {
    const { bench, headFile, first } = await filled(2)
    const old = copyOf(bench.disk)
    await bench.join("third")
    const last = (await headOf(first.wire)).head
    const { bench: after, wire } = await restarted(bench, first.person, headFile, old)
    const answer = await headOf(wire, [last])
    expect(answer.head).toMatchObject({ log: FIRST_LOG + 1, size: 3 })
    const { log, size, root } = last
    expect(decodeOpening(answer.opening)).toEqual({ log: FIRST_LOG + 1, former: [{ log, size, root }] })
    await check(wire, answer)
    expect(after.events).toContainEqual({ type: "directory.reopened", log: FIRST_LOG + 1, former: 1 })
  })

  test("begins when what is remembered is a copy, is gone, or makes no sense", async () => {
    for (const spoil of [
      (file: MemoryHeadFile) => void (file.isCopy = true),
      (file: MemoryHeadFile) => void (file.bytes = undefined),
      (file: MemoryHeadFile) => void (file.bytes = new Uint8Array(7)),
    ]) {
      const { bench, headFile, first } = await filled(2)
      const last = (await headOf(first.wire)).head
      spoil(headFile)
      const after = new CoreBench({ disk: bench.disk, headFile, now: START + 5_000 })
      // The number is of the clock, or one more than what is remembered.
      const wire = await after.comeBack(first.person)
      const answer = await headOf(wire, [last])
      expect(answer.head.log).toBeGreaterThan(last.log)
      const { log, size, root } = last
      expect(decodeOpening(answer.opening).former).toContainEqual({ log, size, root })
      await check(wire, answer)
    }
  })

  test("begins when somebody shows a head of more than is here, once for each such head", async () => {
    const { bench, first } = await filled(2)
    const head = foreign({ log: FIRST_LOG, size: 9 }, bench)
    first.wire.take()
    const answer = await headOf(first.wire, [head])
    expect(answer.head).toMatchObject({ log: FIRST_LOG + 1, size: 3 })
    expect(decodeOpening(answer.opening).former).toMatchObject([{ log: FIRST_LOG, size: 9 }])
    // Everybody is told to look.
    const other = await bench.comeBack(first.person)
    expect((await headOf(other, [head])).head).toEqual(answer.head)
    expect((await headOf(other, [foreign({ log: FIRST_LOG, size: 8 }, bench)])).head).toEqual(answer.head)
    expect((await headOf(other, [foreign({ log: FIRST_LOG, size: 10 }, bench)])).head.log).toBe(FIRST_LOG + 2)
    expect((await headOf(other, [foreign({ log: 7, size: 1 }, bench)])).head.log).toBe(FIRST_LOG + 3)
    const { former } = decodeOpening((await headOf(other)).opening)
    expect(former.map(({ log, size }) => [log, size])).toEqual([
      [FIRST_LOG + 2, 3],
      [FIRST_LOG + 1, 3],
      [FIRST_LOG, 10],
      [7, 1],
    ])
  })

  test("whoever shows old heads one after the other drives none that others know out of the opening", async () => {
    const { bench, first } = await filled(2)
    let { wire } = first
    const show = async (size: number) => {
      const known = [foreign({ log: FIRST_LOG, size }, bench)]
      const answer = (await wire.ask({ type: "getHead", rid: 7, known }))[0]!
      return answer.type === "treeHead" ? decodeOpening(answer.opening).former : line(answer)
    }
    let refused = 0
    for (let size = 10; size < 400; size++) {
      if (!Array.isArray(await show(size))) refused++
      await bench.pass(100)
    }
    expect(refused).toBeGreaterThan(300)
    // Somebody else has a newer one: it is named as soon as the wait is over, and those before it need no more.
    expect(await show(1_000)).toBe(`refused ${REFUSALS.busy}`)
    await bench.pass(64_000)
    wire = await bench.comeBack(first.person)
    const former = await show(999)
    expect(former.length).toBeLessThan(LOGS_AT_ONCE + 10)
    expect(former).toContainEqual(expect.objectContaining({ log: FIRST_LOG, size: 1_000 }))
    for (let size = 10; size < 1_000; size += 90) expect(await show(size)).toEqual(former)
  })

  test("tells everybody who is connected", async () => {
    const { bench, joined } = await filled(2)
    const [alice, bob] = joined
    bob!.wire.take()
    await headOf(alice!.wire, [foreign({ log: FIRST_LOG, size: 9 }, bench)])
    expect(bob!.wire.of("directoryGrew")).toEqual([{ type: "directoryGrew", size: 2 }])
  })

  test("does not begin for what this relay never signed", async () => {
    const { bench, first } = await filled(1)
    const ours = foreign({ log: FIRST_LOG, size: 9 }, bench)
    for (const head of [
      foreign({ log: FIRST_LOG, size: 9 }, bench, new Uint8Array(32)),
      { ...ours, size: 10 },
      { ...ours, endorsement: new Uint8Array(64) },
    ])
      expect((await headOf(first.wire, [head])).head.log).toBe(FIRST_LOG)
  })

  test("does not begin for a head that contradicts this one: the operator is told, once", async () => {
    const { bench, first } = await filled(2)
    const head = foreign({ log: FIRST_LOG, size: 2 }, bench)
    for (const _ of [1, 2]) expect((await headOf(first.wire, [head])).head.log).toBe(FIRST_LOG)
    expect(bench.events.filter(({ type }) => type === "directory.contradicted")).toHaveLength(1)
  })
})

test("whatever dies when, and whatever is put back: no two heads of one size in one log", async () => {
  let deaths = 0
  let logs = 0
  const signer = signerOf(RELAY_SEED)
  const relayId = relayIdOf(sha, signer.relayPublic)
  for (let seed = 0; seed < SEEDS; seed++) {
    const chance = seeded(seed)
    const signed = new Map<string, string>()
    const headFile = new MemoryHeadFile()
    let disk = new MemoryDisk(new Uint8Array(16))
    let backup = copyOf(disk)
    let now = START
    const given: SignedHead[] = []
    let dieAt = Infinity
    headFile.before = (write) => {
      if (write === dieAt) throw new Error("died before")
    }
    for (let life = 0; life < 6; life++) {
      deaths++
      // A second at least: a relay that forgot its last head numbers the next log by its clock.
      now += 1_000 + chance.below(3) * 1_000
      const store = new MemoryRelayStore(disk)
      const setup = { store, signer, relayId, file: headFile, primitives: nodePrimitives, now: () => now }
      const log = new TreeLog({ ...setup, report: () => {} })
      for (let step = 0; step < 4; step++) {
        if (chance.chance(0.2)) dieAt = headFile.writes + 1 + chance.below(2)
        store.addDirectoryEntry(store.directorySize(), seededRandom(chance).bytes(8))
        await store.commit()
        log.advance(store.directorySize())
        dieAt = Infinity
        if (chance.chance(0.7) && given.length > 0) expect(log.show(given.at(-1)!)).toBeUndefined()
        const { head } = log
        logs = Math.max(logs, head.log - FIRST_LOG)
        given.push(head)
        const place = `${head.log}.${head.size}`
        expect(signed.get(place) ?? toHex(head.root), `seed ${seed}: ${place}`).toBe(toHex(head.root))
        signed.set(place, toHex(head.root))
        now += 2_000
      }
      store.crash("lost")
      const dice = chance.below(4)
      if (dice === 0) backup = copyOf(disk)
      if (dice === 1) {
        disk = copyOf(backup)
        if (chance.chance(0.5)) headFile.isCopy = true
      }
      if (dice === 2) headFile.bytes = undefined
    }
  }
  expect(deaths).toBe(SEEDS * 6)
  expect(logs).toBeGreaterThan(3)
})

function copyOf(disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk(new Uint8Array(16))
  copy.restore(disk.snapshot())
  return copy
}
