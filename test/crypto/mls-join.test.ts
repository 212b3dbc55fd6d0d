/** What is refused on the way into a group: hostile headers, Welcomes and key packages (PROTOCOL.md §11, §12). */
import type { GroupInfo } from "ts-mls/groupInfo.js"
import { signGroupInfo } from "ts-mls/groupInfo.js"
import { encode } from "ts-mls/codec/tlsEncoder.js"
import { ratchetTreeEncoder, type RatchetTree } from "ts-mls/ratchetTree.js"
import { beforeAll, describe, expect, test } from "vitest"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { GroupState, OwnKeyPackage, RoomParameters, SuiteName } from "../../src/crypto/mls-engine.ts"
import { MAX_MEMBERS } from "../../src/crypto/mls-profile.ts"
import { encodeMls } from "../../src/crypto/mls-wire.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import * as kit from "./attack-kit.ts"
import {
  appliedState,
  createPerson,
  directOf,
  GROUP_ID,
  keyPackage,
  LINK,
  linkRoom,
  type Person,
  secondDevice,
  seededRandom,
} from "./support.ts"

beforeAll(sodiumReady)

const LINK_ROOM = { groupId: GROUP_ID, parameters: LINK }
const OTHER_ID = new Uint8Array(32).fill(9)

describe.each<SuiteName>(["xwing", "classic"])("joining, %s", (suite) => {
  const engine = createMlsEngine(nodePrimitives, seededRandom("joiner"))
  const random = seededRandom("join people")
  const otherSuite = suite === "xwing" ? "classic" : "xwing"
  let alice: Person
  let bob: Person
  let carol: Person
  let room: GroupState[]
  let cs: ReturnType<typeof kit.referenceSuiteOf>

  beforeAll(async () => {
    alice = createPerson(random)
    bob = createPerson(random)
    carol = createPerson(random)
    cs = kit.referenceSuiteOf(suite)
    room = await linkRoom(engine, suite, [alice, bob])
  })

  const refused = async (joining: Promise<unknown>, reason?: RegExp) => {
    await expect(joining).rejects.toMatchObject({ code: "bad-join" })
    if (reason !== undefined) await expect(joining).rejects.toThrow(reason)
  }
  const join = (groupInfo: GroupInfo) =>
    engine.joinExternal(encodeMls({ wireformat: "mls_group_info", groupInfo }), LINK_ROOM, carol.signer)

  describe("by a header", () => {
    const info = () => kit.groupInfoOf(kit.insideOf(room[0]!), cs)
    /** The header with something else in it, signed again by its author. */
    const resigned = async (change: Partial<GroupInfo>) =>
      signGroupInfo(
        { ...(await info()), ...change },
        kit.insideOf(room[0]!).signaturePrivateKey,
        cs.signature,
      )
    const withTree = async (change: (tree: RatchetTree) => RatchetTree) => {
      const { extensions } = await info()
      const extensionData = encode(ratchetTreeEncoder)(change(kit.insideOf(room[0]!).ratchetTree.slice()))
      return resigned({
        extensions: extensions.map((one) =>
          one.extensionType === "ratchet_tree" ? { ...one, extensionData } : one,
        ),
      })
    }

    test("the honest one is taken", async () =>
      expect((await join(await info())).state.members.length).toBe(3))

    test("bytes that are none", async () => {
      const bytes = await engine.groupInfo(room[0]!)
      await refused(engine.joinExternal(bytes.slice(0, -1), LINK_ROOM, carol.signer))
      await refused(engine.joinExternal(Uint8Array.of(...bytes, 0), LINK_ROOM, carol.signer))
      await refused(engine.joinExternal(new Uint8Array(0), LINK_ROOM, carol.signer))
    })

    test("another group, other parameters", async () => {
      const bytes = await engine.groupInfo(room[0]!)
      await refused(
        engine.joinExternal(bytes, { ...LINK_ROOM, groupId: OTHER_ID }, carol.signer),
        /another group/,
      )
      const parameters = directOf(alice, carol)
      await refused(
        engine.joinExternal(bytes, { ...LINK_ROOM, parameters }, carol.signer),
        /other room parameters/,
      )
    })

    test("more in the GroupContext than the parameters", async () => {
      const { groupContext } = await info()
      const extensions = [...groupContext.extensions, { extensionType: 0xf00d, extensionData: OTHER_ID }]
      await refused(
        join(await resigned({ groupContext: { ...groupContext, extensions } })),
        /other room parameters/,
      )
    })

    test("changed after it was signed", async () => {
      const honest = await info()
      await refused(join({ ...honest, confirmationTag: OTHER_ID }))
      await refused(join({ ...honest, signer: 1 }))
    })

    test("signed for a leaf that is not there", async () => {
      await refused(join(await resigned({ signer: 5 })))
      await refused(join(await resigned({ signer: 0xffff_ffff })))
    })

    test("without external key or tree, or with half a tree", async () => {
      const { extensions } = await info()
      await refused(join(await resigned({ extensions: extensions.slice(1) })))
      await refused(join(await resigned({ extensions: extensions.slice(0, 1) })), /without a tree/)
      const half = extensions.map((one) => ({ ...one, extensionData: one.extensionData.slice(0, 100) }))
      await refused(join(await resigned({ extensions: half })), /cannot be read/)
    })

    test("an unmerged leaf outside the tree does not hang us", async () => {
      const evil = await withTree((tree) =>
        tree.map((node) =>
          node?.nodeType === "parent"
            ? { ...node, parent: { ...node.parent, unmergedLeaves: [0xffff_ffff] } }
            : node,
        ),
      )
      await refused(join(evil), /unmerged leaf outside/)
    })

    test("a tree above the largest size", async () => {
      const huge = await withTree((tree) => {
        const padded: RatchetTree = [...tree, ...Array.from<undefined>({ length: 2 * MAX_MEMBERS })]
        padded[2 * MAX_MEMBERS] = tree[0]
        return padded
      })
      await refused(join(huge), /largest size/)
    })

    test("a node in the wrong place", async () => {
      await refused(join(await withTree((tree) => [tree[1], tree[0], tree[2]])))
    })

    test("a device with two leaves", async () => {
      await refused(join(await withTree((tree) => [tree[0], tree[1], tree[0]])), /two leaves|twice/)
    })

    test("of a group in which this device is alone", async () => {
      const [alone] = await linkRoom(engine, suite, [carol])
      await refused(
        engine.joinExternal(await engine.groupInfo(alone!), LINK_ROOM, carol.signer),
        /nobody else/,
      )
    })

    test("an epoch out of range", async () => {
      const { groupContext } = await info()
      await refused(join(await resigned({ groupContext: { ...groupContext, epoch: 2n ** 60n } })), /epoch/)
    })
  })

  describe("a chat of two", () => {
    test("nobody joins from outside but the device that takes over its own leaf", async () => {
      const parameters = directOf(alice, bob)
      const { states } = await openChat(parameters)
      const header = await engine.groupInfo(states[0])
      const expected = { groupId: GROUP_ID, parameters }
      await refused(engine.joinExternal(header, expected, carol.signer), /from outside/)
      await refused(engine.joinExternal(header, expected, secondDevice(bob, random).signer), /from outside/)
      const again = await engine.joinExternal(header, expected, bob.signer)
      expect(appliedState(await engine.apply(states[0], again.bytes)).members.length).toBe(2)

      const outsider = await kit.packageOf(carol, cs, suite)
      const attack = await kit.externalCommit(
        await kit.groupInfoOf(kit.insideOf(states[0]), cs),
        outsider,
        cs,
      )
      expect(await engine.apply(states[1], attack.bytes)).toMatchObject({ kind: "void" })
    })

    test("each adds only devices of their own, and nobody a third person", async () => {
      const parameters = directOf(alice, bob)
      const { states } = await openChat(parameters)
      const [bobs, alices] = [secondDevice(bob, random), secondDevice(alice, random)]
      const forbidden: [GroupState, Person][] = [
        [states[0], bobs],
        [states[1], alices],
        [states[0], carol],
      ]
      for (const [state, newcomer] of forbidden) {
        const own = await keyPackage(engine, suite, newcomer)
        await expect(engine.commit(state, { add: [own.public] })).rejects.toMatchObject({
          code: "not-allowed",
        })
        const { publicPackage } = await kit.packageOf(newcomer, cs, suite)
        const attack = await kit.memberCommit(kit.insideOf(state), cs, [kit.addOf(publicPackage)])
        const other = state === states[0] ? states[1] : states[0]
        expect(await engine.apply(other, attack.bytes)).toMatchObject({ kind: "void" })
      }
      const own = await keyPackage(engine, suite, alices)
      const adding = await engine.commit(states[0], { add: [own.public] })
      expect(appliedState(await engine.apply(states[1], adding.bytes)).members.length).toBe(3)
      expect(
        (await engine.joinWelcome(adding.welcome!, own, { groupId: GROUP_ID, parameters })).state.epoch,
      ).toBe(2)
    })

    test("is made by one of the two, for the two", async () => {
      const first = await engine.create(suite, GROUP_ID, directOf(alice, bob), alice.signer)
      const third = await keyPackage(engine, suite, carol)
      await expect(engine.commit(first, { add: [third.public] })).rejects.toMatchObject({
        code: "not-allowed",
      })
      const made = engine.create(suite, GROUP_ID, directOf(alice, bob), carol.signer)
      await expect(made).rejects.toMatchObject({ code: "not-allowed" })
    })

    async function openChat(parameters: RoomParameters) {
      const own = await keyPackage(engine, suite, bob)
      const first = await engine.create(suite, GROUP_ID, parameters, alice.signer)
      const opening = await engine.commit(first, { add: [own.public] })
      const joined = await engine.joinWelcome(opening.welcome!, own, { groupId: GROUP_ID, parameters })
      return { states: [opening.state, joined.state] as const }
    }
  })

  describe("by a Welcome", () => {
    const welcomeOf = async (parameters: RoomParameters, of: Person, own: OwnKeyPackage) => {
      const first = await engine.create(suite, GROUP_ID, parameters, of.signer)
      return (await engine.commit(first, { add: [own.public] })).welcome!
    }

    test("for another package, of another group or kind, or broken", async () => {
      const [own, other] = [await keyPackage(engine, suite, bob), await keyPackage(engine, suite, bob)]
      const parameters = directOf(alice, bob)
      const welcome = await welcomeOf(parameters, alice, own)
      const expected = { groupId: GROUP_ID, parameters }
      await refused(engine.joinWelcome(welcome, other, expected))
      await refused(engine.joinWelcome(welcome, own, { ...expected, groupId: OTHER_ID }), /another group/)
      await refused(engine.joinWelcome(welcome, own, LINK_ROOM), /other room parameters/)
      await refused(engine.joinWelcome(welcome.slice(0, -1), own, expected))
      for (const at of [100, welcome.length - 1]) {
        const broken = welcome.slice()
        broken[at] = broken[at]! ^ 1
        await refused(engine.joinWelcome(broken, own, expected))
      }
      const another = await keyPackage(engine, otherSuite, bob)
      await refused(engine.joinWelcome(welcome, another, expected), /another suite/)
      await expect(
        engine.joinWelcome(welcome, { public: own.public, private: own.private.slice(1) }, expected),
      ).rejects.toMatchObject({
        code: "bad-package",
      })
      expect((await engine.joinWelcome(welcome, own, expected)).signer.accountId).toEqual(
        alice.account.accountId,
      )
    })

    test("into a chat of two where the other one is missing", async () => {
      const tablet = secondDevice(alice, random)
      const own = await keyPackage(engine, suite, tablet)
      const parameters = directOf(alice, bob)
      const welcome = await welcomeOf(parameters, alice, own)
      await refused(
        engine.joinWelcome(welcome, own, { groupId: GROUP_ID, parameters }),
        /without one of them/,
      )
    })
  })

  test("an invited person who stays offline does not keep newcomers out", async () => {
    const others = Array.from({ length: 5 }, () => createPerson(random))
    let [first, second] = await linkRoom(engine, suite, [alice, bob, ...others])
    const silent = await keyPackage(engine, suite, carol)
    const adding = await engine.commit(first!, { add: [silent.public] })
    second = appliedState(await engine.apply(second!, adding.bytes))
    const commit = await engine.commit(second, {})
    first = appliedState(await engine.apply(adding.state, commit.bytes))
    // This tree is one that the library's uncorrected check refuses.
    const newcomer = createPerson(random)
    const joined = await engine.joinExternal(await engine.groupInfo(first), LINK_ROOM, newcomer.signer)
    expect(appliedState(await engine.apply(first, joined.bytes)).members.length).toBe(9)
  })

  test("packages: foreign suite, damage, and lifetimes that are over", async () => {
    const foreign = await keyPackage(engine, otherSuite, carol)
    await expect(engine.commit(room[0]!, { add: [foreign.public] })).rejects.toMatchObject({
      code: "bad-package",
    })
    const own = await keyPackage(engine, suite, carol)
    for (let at = 0; at < own.public.length; at += 97) {
      const broken = own.public.slice()
      broken[at] = broken[at]! ^ 0x55
      await expect(engine.inspectKeyPackage(broken), `byte ${at}`).rejects.toMatchObject({
        code: "bad-package",
      })
    }
    const expired = await engine.createKeyPackage(suite, carol.signer, 0, 1_000)
    expect((await engine.inspectKeyPackage(expired.public)).notAfter).toBe(1_000)
    await expect(engine.commit(room[0]!, { add: [expired.public] })).rejects.toMatchObject({
      code: "bad-package",
    })
  })
})
