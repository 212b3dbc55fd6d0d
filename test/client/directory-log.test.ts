/** What is believed of the relay's directory, told to others and held against what they tell. */
import { beforeEach, describe, expect, test } from "vitest"
import { toHex, utf8 } from "../../src/bytes.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { checkProof } from "../../src/client/directory-evidence.ts"
import { DirectoryDesk } from "../../src/client/directory-guest.ts"
import { COMPARE_MS } from "../../src/client/directory-alarms.ts"
import { personId } from "../../src/client/person-ref.ts"
import { DirectoryLog } from "../../src/client/directory-log.ts"
import { type LogSigner, relayIdOf, signHead } from "../../src/crypto/checkpoint.ts"
import { type AccountKeys, createAccount } from "../../src/crypto/identity.ts"
import { leafHash, MerkleTree } from "../../src/crypto/merkle.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { encodeOpening, type FormerHead, type SignedHead } from "../../src/protocol/tree-head.ts"
import { entryOf } from "../support/entries.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"
import { signerOf } from "../support/heads.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)
const LOG = 1_800_000_000
const someone = new Uint8Array(32).fill(4)

/** One relay's side: entries, and heads over them. */
class Relay {
  readonly signer: LogSigner
  readonly relayId: Uint8Array
  log = LOG
  former: FormerHead[] = []
  entries: Uint8Array[] = []

  constructor(signer: LogSigner) {
    this.signer = signer
    this.relayId = relayIdOf(sha, signer.relayPublic)
  }

  get opening(): Uint8Array {
    return encodeOpening({ log: this.log, former: this.former })
  }

  head(size = this.entries.length + 1): SignedHead {
    const tree = new MerkleTree(sha)
    for (const leaf of [this.opening, ...this.entries].slice(0, size)) tree.append(leafHash(sha, leaf))
    return signHead(this.signer, this.relayId, { log: this.log, size, root: tree.root() })
  }
}

/** One client's side. */
class Side {
  readonly context: FakeContext
  readonly contacts: Contacts
  readonly log: DirectoryLog
  asked = 0

  private constructor(context: FakeContext, relay: Relay) {
    this.context = { ...context, relayId: () => relay.relayId }
    this.contacts = new Contacts(this.context)
    this.log = new DirectoryLog(this.context, this.contacts)
    this.log.lookAgain = () => void this.asked++
  }

  static async on(relay: Relay, disk = new MemoryDisk()): Promise<Side> {
    return new Side(await fakeContext("alice", disk), relay)
  }

  read(relay: Relay, head = relay.head()) {
    this.log.question()
    const { relayPublic } = relay.signer
    const size = this.log.take({ type: "treeHead", rid: 1, relayPublic, opening: relay.opening, head })
    if (size === undefined) return undefined
    const more = relay.entries.slice(this.contacts.size, size)
    this.contacts.learn(this.contacts.size, more, (update) => this.log.learned(update, more))
    return this.log.finish()
  }

  /** As after a restart. */
  async again(relay: Relay): Promise<Side> {
    this.context.store.close()
    return Side.on(relay, this.context.disk)
  }

  get desk(): DirectoryDesk {
    return new DirectoryDesk(
      this.context,
      { contacts: this.contacts, directory: this.log },
      { do: run },
      () => {},
    )
  }
}

const run = async <T>(act: () => Promise<T> | T): Promise<T> => act()

let relay: Relay
let bob: AccountKeys
let alice: Side
beforeEach(async () => {
  // The fake context makes sodium ready.
  await fakeContext()
  relay = new Relay(signerOf(new Uint8Array(32).fill(1)))
  bob = createAccount(systemRandom)
  relay.entries = [entryOf(bob, { name: "bob" }), entryOf(createAccount(systemRandom), { name: "carol" })]
  alice = await Side.on(relay)
})

/** The same relay, and other people in it. */
function liar(): Relay {
  const other = new Relay(relay.signer)
  other.entries = [relay.entries[0]!, entryOf(createAccount(systemRandom), { name: "mallory" })]
  return other
}

describe("what is read", () => {
  test("is believed when its root is the one that was signed, and known after a restart", async () => {
    expect(alice.read(relay)).toBe("done")
    relay.entries.push(entryOf(createAccount(systemRandom), { name: "dave" }))
    expect(alice.read(relay)).toBe("done")
    expect(alice.desk.view().head).toMatchObject({ log: LOG, size: 4, root: toHex(relay.head().root) })
    const later = await alice.again(relay)
    expect(later.desk.view().head?.size).toBe(4)
    expect(later.contacts.size).toBe(3)
    expect(later.desk.verify()).toEqual([])
  })

  test("a disk that lost a row of the index costs another reading, and no alarm", async () => {
    alice.read(relay)
    const [row] = alice.context.store.range("index", { reverse: true, limit: 1 })
    alice.context.store.transaction("ordered", (tx) => tx.delete("index", row!.key))
    const later = await alice.again(relay)
    expect(later.contacts.size).toBe(0)
    expect(later.read(relay)).toBe("done")
    expect(later.desk.verify()).toEqual([])
    expect(later.desk.view().alarm).toBeUndefined()
  })

  test("a row that is another one is noticed by whoever computes everything again", () => {
    alice.read(relay)
    const [row] = alice.context.store.range("index", { reverse: true, limit: 1 })
    row!.value[70]! ^= 1
    alice.context.store.transaction("ordered", (tx) => tx.put("index", row!.key, row!.value))
    expect(alice.desk.verify()).toHaveLength(1)
  })

  test("a profile of before, with people and without an index, reads everything once more", async () => {
    alice.contacts.learn(0, relay.entries)
    const later = await alice.again(relay)
    expect(later.contacts.size).toBe(0)
    expect(later.read(relay)).toBe("done")
  })

  test("of former logs only the last few are kept", () => {
    for (let i = 0; i < 9; i++) {
      alice.read(relay)
      const { log, size, root } = relay.head()
      relay.former = [{ log, size, root }, ...relay.former]
      relay.log++
    }
    expect(alice.read(relay)).toBe("done")
    expect(alice.desk.view().former).toHaveLength(3)
    expect(alice.context.store.count("index", {})).toBe(4 * 3)
  })
})

describe("the exchange after a verification", () => {
  test("of two who were shown the same says nothing", async () => {
    const other = await Side.on(relay)
    alice.read(relay)
    other.read(relay)
    alice.log.heard(someone, other.log.headForExchange())
    expect([alice.log.isDistrusted, alice.asked]).toEqual([false, 0])
    expect(alice.desk.told()).toMatchObject([{ head: { size: 3 }, fits: true }])
  })

  test("of two who were shown two directories alarms both", async () => {
    const other = await Side.on(relay)
    alice.read(relay)
    other.read(liar())
    const [hers, his] = [alice.log.headForExchange(), other.log.headForExchange()]
    alice.log.heard(someone, his)
    other.log.heard(someone, hers)
    for (const side of [alice, other]) {
      expect(side.desk.view().alarm).toMatchObject({ why: "contradiction", accepted: false })
      expect(side.context.told.map(({ event }) => event.type)).toContain("directory.split")
      // A minute to find out what differs.
      expect(side.context.link.distrusted).toEqual([])
      side.context.clock.pass(COMPARE_MS)
      expect(side.context.link.distrusted).toEqual(["directory-split"])
    }
  })

  test("finds a fork that a new log was to hide: the heads of the logs before are told as well", async () => {
    const other = await Side.on(relay)
    const fork = liar()
    alice.read(relay)
    other.read(fork, fork.head(3))
    const { log, size, root } = relay.head()
    for (const each of [relay, fork]) {
      each.log++
      each.former = [{ log, size: size + 1, root }]
    }
    alice.read(relay)
    fork.entries = relay.entries
    expect(other.read(fork)).toBe("done")
    alice.log.heard(someone, other.log.headForExchange())
    expect(alice.desk.view().alarm?.why).toBe("contradiction")
  })

  test("of one who was shown more makes us ask; what stays unexplained is an alarm", () => {
    alice.read(relay, relay.head(2))
    alice.log.hear(someone, relay.head(3))
    expect([alice.asked, alice.log.isDistrusted]).toEqual([1, false])
    expect(alice.log.question().map(({ size }) => size)).toEqual([2, 3])
    expect(alice.read(relay, relay.head(2))).toBe("stop")
    expect(alice.desk.view().alarm?.why).toBe("withheld")
  })

  test("is not forgotten because many others tell of what fits while the relay makes us wait for its answer", () => {
    alice.read(relay)
    const fork = liar()
    fork.entries.push(entryOf(createAccount(systemRandom), { name: "dave" }))
    alice.log.hear(someone, fork.head())
    for (let n = 0; n < 100; n++) alice.log.hear(new Uint8Array(32).fill(n + 5), relay.head())
    expect(alice.desk.told()).toHaveLength(64)
    relay.entries.push(entryOf(createAccount(systemRandom), { name: "emil" }))
    expect(alice.read(relay)).toBe("stop")
    expect(alice.desk.view().alarm).toMatchObject({ why: "contradiction", from: { id: personId(someone) } })
  })

  test("what the relay explains is no alarm, and is not asked again", () => {
    alice.read(relay, relay.head(2))
    alice.log.hear(someone, relay.head(3))
    expect(alice.read(relay)).toBe("done")
    expect(alice.log.question()).toHaveLength(1)
    alice.log.hear(someone, relay.head(3))
    expect(alice.asked).toBe(1)
  })

  test("of nonsense, and of heads that the relay did not sign, says nothing", () => {
    alice.read(relay)
    alice.log.heard(someone, systemRandom.bytes(300))
    alice.log.heard(someone, new Uint8Array(0))
    alice.log.hear(someone, { ...relay.head(2), size: 3 })
    alice.log.hear(someone, signHead(signerOf(new Uint8Array(32).fill(9)), relay.relayId, relay.head(2)))
    expect([alice.log.isDistrusted, alice.asked, alice.desk.told()]).toEqual([false, 0, []])
  })

  test("is empty before anything was read", () => {
    expect(alice.log.headForExchange()).toEqual(new Uint8Array(0))
    alice.log.hear(someone, relay.head())
    expect(alice.log.isDistrusted).toBe(false)
  })
})

describe("a proof", () => {
  const prove = () => {
    alice.read(relay)
    const [carol] = alice.contacts.others().filter(({ entry }) => entry.name === "carol")
    return alice.desk.prove(`u_${Buffer.from(carol!.entry.accountId.subarray(0, 16)).toString("base64url")}`)
  }

  test("holds for whoever has nothing but the text", () => {
    const checked = checkProof(sha, utf8(prove()))
    expect(checked).toMatchObject({
      relayId: relay.relayId,
      index: 2,
      entry: { name: "carol" },
      head: { size: 3 },
    })
  })

  test("that was changed anywhere proves nothing", () => {
    const proof = prove()
    for (let at = 0; at < proof.length; at += 7) {
      const other = proof[at] === "A" ? "B" : "A"
      expect(checkProof(sha, utf8(proof.slice(0, at) + other + proof.slice(at + 1))), `${at}`).toBeUndefined()
    }
    for (const text of ["", "\n\n", proof.slice(0, -1), `${proof}\n`, proof.replace("extra ", "extra")])
      expect(checkProof(sha, utf8(text))).toBeUndefined()
    expect(checkProof(sha, new Uint8Array(20_000).fill(65))).toBeUndefined()
    expect(checkProof(sha, Uint8Array.of(0xff))).toBeUndefined()
  })

  test("of somebody who is not there is refused", () => {
    alice.read(relay, relay.head(2))
    expect(() => alice.desk.prove("u_nobody")).toThrow(expect.objectContaining({ code: "unknown-name" }))
  })
})

test("after an alarm was accepted everything begins anew, and what contradicts is an alarm again", async () => {
  alice.read(relay)
  alice.log.hear(someone, liar().head())
  expect(alice.desk.evidence()).toContain("contradiction")
  await alice.desk.accept()
  expect([alice.log.isDistrusted, alice.contacts.size, alice.contacts.others().length]).toEqual([false, 0, 2])
  expect(alice.read(relay)).toBe("done")
  alice.log.hear(someone, liar().head())
  expect(alice.log.isDistrusted).toBe(true)
  const later = await alice.again(relay)
  expect(later.log.isDistrusted).toBe(true)
})
