/**
 * After an alarm about two directories both sides find out whom they differ in (PROTOCOL.md §8.7): the right person, with both
 * keys, whatever a member claims, and also when somebody was away or died meanwhile.
 */
import { describe, expect, test } from "vitest"
import { toHex, utf8 } from "../../src/bytes.ts"
import { payloadHash } from "../../src/client/chain.ts"
import { checkProof } from "../../src/client/directory-evidence.ts"
import type { DifferenceView } from "../../src/client/events.ts"
import { type ConversationRecord, decodeRecord } from "../../src/client/records.ts"
import { signHead } from "../../src/crypto/checkpoint.ts"
import { fingerprint, keyTag } from "../../src/crypto/fingerprint.ts"
import { type AccountKeys, createAccount } from "../../src/crypto/identity.ts"
import { leafHash, MerkleTree } from "../../src/crypto/merkle.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { type Content, encodePayload } from "../../src/protocol/content.ts"
import { decodeHeadMemory, decodeOpening, type SignedHead } from "../../src/protocol/tree-head.ts"
import { entryOf } from "../support/entries.ts"
import { signerOf } from "../support/heads.ts"
import { arrived, forging, type Guest, HostileWorld, MINUTE, saidOf, Wire } from "../support/hostile.ts"
import { lieTo } from "../support/lying-directory.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)

const alarmOf = (guest: Guest) => guest.client.directory.view().alarm
const differenceOf = (guest: Guest): DifferenceView | undefined => alarmOf(guest)?.difference

function tagOf({ ed, x }: AccountKeys): string {
  return keyTag(fingerprint(nodePrimitives, ed.public, x.public))
}

/** Bob is shown eve where everybody else is shown carol: place 3, since alice and bob came before. */
function deceive(world: HostileWorld, bob: Guest): AccountKeys {
  const account = createAccount(systemRandom)
  const other = entryOf(account, { name: "eve" })
  lieTo(world, bob.wire, { entries: (real) => real.map((entry, i) => (i === 2 ? other : entry)) })
  return account
}

function expectNamed(alice: Guest, bob: Guest, eve: AccountKeys): void {
  const carol = { name: "carol", tag: alice.client.findPerson("carol").tag }
  const other = { name: "eve", tag: tagOf(eve) }
  expect(differenceOf(alice)).toMatchObject({ kind: "other", place: 3, ours: carol, theirs: other })
  expect(differenceOf(bob)).toMatchObject({ kind: "other", place: 3, ours: other, theirs: carol })
}

/** The proofs that somebody's evidence holds, each checked as anybody can. */
function proofsOf(guest: Guest) {
  const evidence = guest.client.directory.evidence()!
  const texts = evidence.matchAll(/c2sp\.org\/tlog-proof@v1\n[^]*?\n\u2014 [^\n]+\n/gu)
  return [...texts].map(([text]) => checkProof(sha, utf8(text)))
}

describe("two lists", () => {
  test("both are told whom they differ in, with both keys, and have what shows it", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    const eve = deceive(world, bob)
    await world.join("carol")
    await world.until(() => [alice, bob].every(differenceOf), "both to know the place")
    expectNamed(alice, bob, eve)
    for (const guest of [alice, bob]) {
      expect(guest.notices("#everyone").filter((code) => code === "directory-differs")).toHaveLength(1)
      const proofs = proofsOf(guest)
      expect(new Set(proofs.map((proof) => proof?.entry.name))).toEqual(new Set(["carol", "eve"]))
      expect(proofs.map((proof) => proof?.index)).toEqual([3, 3])
    }
    // A minute later the relay is left alone.
    await world.run(2 * MINUTE)
    const dials = alice.wire.dials
    await world.run(10 * MINUTE)
    expect(alice.wire.dials).toBe(dials)
    // The decision drops the list, and keeps what was found.
    await alice.client.directory.accept()
    expectNamed(alice, bob, eve)
  })

  test("people who have no chat compare in the room that both are in", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = [await world.join("alice"), await world.join("bob")]
    const eve = deceive(world, bob)
    await world.join("carol")
    await world.until(() => [alice, bob].every(differenceOf), "both to know the place")
    expectNamed(alice, bob, eve)
  })

  test("in a class of six, two of whom are deceived, everybody is told of the same place", async () => {
    const world = await HostileWorld.create()
    const people: Guest[] = []
    for (const name of ["alice", "bob", "asha", "ravi", "dan"]) people.push(await world.join(name))
    const account = createAccount(systemRandom)
    const other = entryOf(account, { name: "eve" })
    for (const { name, wire } of people)
      if (name === "bob" || name === "dan")
        lieTo(world, wire, { entries: (real) => real.map((entry, i) => (i === 5 ? other : entry)) })
    people.push(await world.join("carol"))
    await people[0]!.write("#everyone", "hello all")
    await world.until(() => people.every(differenceOf), "all to know the place")
    for (const guest of people) {
      const isDeceived = guest.name === "bob" || guest.name === "dan"
      const [ours, theirs] = isDeceived ? ["eve", "carol"] : ["carol", "eve"]
      expect(differenceOf(guest), `of ${guest.name}`).toMatchObject({
        kind: "other",
        place: 6,
        ours: { name: ours },
        theirs: { name: theirs },
      })
    }
    const said = people.map(({ wire }) => saidOf(wire, "entry").length)
    await world.run(10 * MINUTE)
    // And then there is nothing more to say.
    for (const [at, { wire }] of people.entries())
      expect(saidOf(wire, "entry").length - said[at]!).toBeLessThan(6)
  })

  test("somebody from whom the relay keeps a person back is told whom", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    lieTo(world, bob.wire, { entries: (real) => real.slice(0, 2) })
    await world.join("carol")
    await alice.write("bob", "carol is here")
    await world.until(() => differenceOf(bob) !== undefined, "bob to know the place")
    expect(alarmOf(bob)?.why).toBe("withheld")
    const { tag } = alice.client.findPerson("carol")
    expect(differenceOf(bob)).toMatchObject({ kind: "more", place: 3, theirs: { name: "carol", tag } })
    expect(differenceOf(bob)?.ours).toBeUndefined()
    // Nothing of hers contradicts anything.
    expect(alarmOf(alice)).toBeUndefined()
  })

  test.each([
    ["is fetched", true],
    ["is told by its place alone when the relay does not give it", false],
  ])("an entry that another one has followed %s", async (_, isGiven) => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    bob.wire.down = () => []
    const carol = await world.join("carol")
    const { tag } = alice.client.findPerson("carol")
    void carol.client.keys.rename("caroline")
    await world.until(() => alice.client.people().some(({ name }) => name === "caroline"), "the new name")
    await world.stop(bob)
    deceive(world, bob)
    if (!isGiven)
      alice.wire.down = (message) =>
        message.type === "directory" ? [{ ...message, entries: [] }] : [message]
    const back = await world.start("bob", { disk: bob.disk, wire: bob.wire })
    await world.until(() => [alice, back].every(differenceOf), "both to know the place")
    expect(differenceOf(alice)).toMatchObject({ place: 3, ours: { tag }, theirs: { name: "eve" } })
    expect(differenceOf(back)).toMatchObject({ place: 3, ours: { name: "eve" } })
    expect(differenceOf(back)?.theirs).toEqual(isGiven ? { name: "carol", tag } : undefined)
  })

  test("nothing else is said meanwhile, not even what was written before or a receipt", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    deceive(world, bob)
    await world.join("carol")
    await world.until(() => alarmOf(alice) !== undefined && alarmOf(bob) !== undefined, "the alarms")
    expect(alice.client.connection()).toMatchObject({ state: "refused", why: "directory-split" })
    await alice.write("bob", "after the alarm")
    await expect(alice.client.keys.rotate()).rejects.toThrow("while the relay is connected")
    await expect(alice.client.keys.rename("alicia")).rejects.toThrow("while the relay is connected")
    const before = alice.wire.said.length
    await world.run(5 * MINUTE)
    expect(arrived(bob, "alice", "after the alarm")).toBe(false)
    const said = alice.wire.said.slice(before).map(({ type }) => type)
    expect(said.filter((type) => type !== "entry" && type !== "ping" && type !== "pong")).toEqual([])
    expect(said.filter((type) => type === "entry").length).toBeLessThan(5)
  })
})

test("whoever goes on at once is online again, and hears no second alarm of what was decided", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  deceive(world, bob)
  await world.join("carol")
  await world.until(() => [alice, bob].every(alarmOf), "the alarms")
  bob.wire.up = (message) => [message]
  bob.wire.down = (message) => [message]
  for (const guest of [alice, bob]) await guest.client.directory.accept()
  await world.until(() => [alice, bob].every(({ client }) => client.connection().state === "online"), "both")
  await alice.write("bob", "we go on")
  await bob.write("alice", "so we do")
  await world.until(() => arrived(bob, "alice", "we go on") && arrived(alice, "bob", "so we do"), "the words")
  await world.run(10 * MINUTE)
  for (const guest of [alice, bob]) {
    expect(alarmOf(guest)).toMatchObject({ accepted: true })
    expect(guest.client.people().map(({ name }) => name)).toContain("carol")
  }
})

describe("somebody who was away, or died", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "a crash after %i messages, and the rest after a start",
    async (after) => {
      const world = await HostileWorld.create(after)
      const [alice, bob] = await world.pair()
      const eve = deceive(world, bob)
      const said = saidOf(bob.wire, "entry").length
      await world.join("carol")
      await world.world.runUntil(() => saidOf(bob.wire, "entry").length >= said + after, MINUTE)
      for (const guest of [alice, bob]) world.crash(guest, after % 2)
      const [one, two] = [
        await world.start("alice", { disk: alice.disk, wire: alice.wire }),
        await world.start("bob", { disk: bob.disk, wire: bob.wire }),
      ]
      await world.until(() => [one, two].every(differenceOf), "both to know the place")
      expectNamed(one, two, eve)
    },
  )

  test("who comes back a day later finds what was asked, and both know it at their next start", async () => {
    const world = await HostileWorld.create()
    const [alice, bob] = await world.pair()
    await world.stop(alice)
    const eve = deceive(world, bob)
    // She is in the list, and says nothing.
    const carols = new Wire()
    carols.up = (message) => (message.type === "entry" || message.type === "handshake" ? [] : [message])
    await world.start("carol", { wire: carols })
    await world.until(() => bob.client.people().length === 2, "bob to read of somebody")
    await bob.write("alice", "eve is here")
    await world.run(MINUTE)
    await world.stop(bob)
    const back = await world.start("alice", { disk: alice.disk, wire: alice.wire })
    await world.until(() => alarmOf(back) !== undefined, "alice to be alarmed")
    await world.run(24 * 60 * MINUTE)
    expect(differenceOf(back)).toBeUndefined()
    const bobs = await world.start("bob", { disk: bob.disk, wire: bob.wire })
    await world.until(() => alarmOf(bobs) !== undefined, "bob's alarm")
    await world.run(2 * MINUTE)
    await world.stop(back)
    const again = await world.start("alice", { disk: back.disk, wire: alice.wire })
    await world.until(() => differenceOf(again) !== undefined, "alice to know the place")
    await world.run(MINUTE)
    await world.stop(bobs)
    const bobAgain = await world.start("bob", { disk: bobs.disk, wire: bob.wire })
    await world.until(() => differenceOf(bobAgain) !== undefined, "bob to know the place")
    expectNamed(again, bobAgain, eve)
  })
})

describe("a member who lies", () => {
  /** Bob's program says `lies` in the place of his texts. */
  async function lied(lie: (world: HostileWorld, alice: Guest) => Content) {
    const world = await HostileWorld.create()
    const liar: { say?: () => Content; guest?: Guest } = {}
    const forged = new Map<string, Uint8Array>()
    // What he says is a chain all the same, or it would be set aside for that.
    const engine = forging((payload) => {
      const chain = toHex(payload.chainId)
      const isLie = payload.content.type === "text" && liar.say !== undefined
      if (!isLie && !forged.has(chain)) return payload
      const content = isLie ? liar.say!() : payload.content
      const bytes = encodePayload({ ...payload, content, previous: forged.get(chain) ?? payload.previous })
      const room = liar
        .guest!.store.range("conversation", {})
        .map(({ value }) => decodeRecord<ConversationRecord>(value))
      forged.set(chain, payloadHash(room.find(({ kind }) => kind === "direct")!.channelId, bytes))
      return bytes
    })
    const [alice, bob] = await world.pair({}, { engine })
    liar.guest = bob
    await world.join("carol")
    await world.run(MINUTE)
    liar.say = () => lie(world, alice)
    const before = saidOf(alice.wire, "entry").length
    return { world, alice, bob, before }
  }

  function treeOf({ relay }: HostileWorld, change: (entries: Uint8Array[]) => readonly Uint8Array[]) {
    const tree = new MerkleTree(sha)
    const { opening } = decodeHeadMemory(relay.headFile.bytes!)
    for (const leaf of [opening, ...change([...relay.disk.directory])]) tree.append(leafHash(sha, leaf))
    return { tree, log: decodeOpening(opening).log }
  }

  /** A leaf of another list, under a head as `sign` makes it. */
  const otherLeaf =
    (sign: (world: HostileWorld, head: { log: number; size: number; root: Uint8Array }) => SignedHead) =>
    (world: HostileWorld, alice: Guest): Content => {
      const eve = entryOf(createAccount(systemRandom), { name: "eve" })
      const { tree, log } = treeOf(world, (real) => real.map((entry, at) => (at === 2 ? eve : entry)))
      const head = sign(world, { log, size: tree.size, root: tree.root() })
      const to = accountIdOf(alice)
      return {
        type: "directoryLeaf",
        to,
        head,
        index: 3,
        leaf: tree.leaf(3),
        path: tree.inclusion(3),
        entry: eve,
      }
    }

  function accountIdOf(guest: Guest): Uint8Array {
    const id = guest.wire.said.find((message) => message.type === "hello")
    if (id?.type !== "hello") throw new Error("no hello")
    return id.accountId
  }

  const strange = () => signerOf(new Uint8Array(32).fill(5))

  test.each<[string, (world: HostileWorld, alice: Guest) => Content]>([
    ["a head of his own making", otherLeaf(({ relay }, head) => signHead(strange(), relay.relayId, head))],
    [
      "the relay's head of another list",
      otherLeaf((world) => {
        const { tree, log } = treeOf(world, (real) => real)
        return signHead(world.relay.signer, world.relay.relayId, { log, size: tree.size, root: tree.root() })
      }),
    ],
    [
      "a signature that is none",
      otherLeaf(({ relay }, head) => ({
        ...signHead(relay.signer, relay.relayId, head),
        signature: new Uint8Array(64),
      })),
    ],
  ])("without the relay's signature nothing is an alarm: %s", async (_, lie) => {
    const { world, alice, bob, before } = await lied(lie)
    await bob.write("alice", "a lie")
    await world.run(5 * MINUTE)
    expect(alarmOf(alice)).toBeUndefined()
    expect(saidOf(alice.wire, "entry").length - before).toBeLessThan(3)
    await alice.write("bob", "still here")
    await world.until(() => arrived(bob, "alice", "still here"), "alice to go on")
  })

  test("what the relay has signed is an alarm at once, whoever brings it", async () => {
    const { world, alice, bob } = await lied(
      otherLeaf(({ relay }, head) => signHead(relay.signer, relay.relayId, head)),
    )
    await bob.write("alice", "the truth")
    await world.until(() => differenceOf(alice) !== undefined, "alice to know")
    expect(alarmOf(alice)?.why).toBe("contradiction")
    expect(differenceOf(alice)).toMatchObject({ place: 3, ours: { name: "carol" }, theirs: { name: "eve" } })
  })

  test("a flood of questions is answered a few times, and stops nothing", async () => {
    const { world, alice, bob, before } = await lied((at, guest) => {
      const { tree, log } = treeOf(at, (real) => real)
      const head = signHead(at.relay.signer, at.relay.relayId, { log, size: tree.size, root: tree.root() })
      const nodes = Array.from({ length: 2 }, () => systemRandom.bytes(32))
      return { type: "directoryNodes", to: accountIdOf(guest), head, size: 4, start: 0, height: 1, nodes }
    })
    for (let i = 0; i < 60; i++) await bob.write("alice", `question ${i}`)
    await world.run(10 * MINUTE)
    expect(alarmOf(alice)).toBeUndefined()
    expect(saidOf(alice.wire, "entry").length - before).toBeLessThan(12)
    await alice.write("bob", "still here")
    await world.until(() => arrived(bob, "alice", "still here"), "alice to go on")
  })
})
