/** Attacks that the MLS library lets through and the engine refuses (PROTOCOL.md §10, THREAT-MODEL.md). */
import { createProposal } from "ts-mls/createMessage.js"
import { proposeAddExternal } from "ts-mls/externalProposal.js"
import { signFramedContentTBS, toTbs } from "ts-mls/framedContent.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import type { Proposal } from "ts-mls/proposal.js"
import { beforeAll, describe, expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { GroupState, SuiteName } from "../../src/crypto/mls-engine.ts"
import { capabilitiesOf } from "../../src/crypto/mls-profile.ts"
import { encodeCredential, Roster } from "../../src/crypto/mls-roster.ts"
import { LiveGroup } from "../../src/crypto/mls-state.ts"
import { decodeMlsAs, encodeMls } from "../../src/crypto/mls-wire.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import * as kit from "./attack-kit.ts"
import {
  appliedState,
  createPerson,
  GROUP_ID,
  keyPackage,
  LINK,
  linkRoom,
  reload,
  secondDevice,
  seededRandom,
} from "./support.ts"

beforeAll(sodiumReady)

const NOTHING = new Uint8Array(0)
const LINK_ROOM = { groupId: GROUP_ID, parameters: LINK }

describe.each<SuiteName>(["xwing", "classic"])("attacks, %s", (suite) => {
  const engine = createMlsEngine(nodePrimitives, seededRandom("attacked"))
  const random = seededRandom("people")
  let people: ReturnType<typeof createPerson>[]
  let cs: ReturnType<typeof kit.referenceSuiteOf>
  let A: GroupState
  let B: GroupState
  let C: GroupState

  beforeAll(async () => {
    people = [createPerson(random), createPerson(random), createPerson(random), createPerson(random)]
    cs = kit.referenceSuiteOf(suite)
    const states = await linkRoom(engine, suite, people.slice(0, 3))
    A = states[0]!
    B = states[1]!
    C = states[2]!
  })

  const person = (index: number) => people[index]!
  const deviceOf = (index: number) => (leaf: LeafNode) =>
    new Roster().owner(leaf.credential)?.deviceId.join() === person(index).device.deviceId.join()
  const everybodyVoids = async (bytes: Uint8Array, reason: RegExp) => {
    for (const state of [A, B, C]) {
      const verdict = await engine.apply(state, bytes)
      expect(verdict.kind).toBe("void")
      expect(verdict).toHaveProperty("reason", expect.stringMatching(reason))
    }
  }
  const groupInfo = () => kit.groupInfoOf(kit.insideOf(A), cs)

  test("an outsider's external commit that removes a member", async () => {
    const mallory = await kit.packageOf(person(3), cs, suite)
    const attack = await kit.externalCommit(await groupInfo(), mallory, cs, deviceOf(1))
    expect(attack.newState.ratchetTree[2]).toMatchObject({ nodeType: "leaf" })
    await everybodyVoids(attack.bytes, /removes somebody else/)
  })

  test("an external commit of a device that is in the group already", async () => {
    const again = await kit.packageOf(person(1), cs, suite)
    await everybodyVoids(
      (await kit.externalCommit(await groupInfo(), again, cs)).bytes,
      /in the group already/,
    )
  })

  test("an external commit under somebody else's name", async () => {
    const victim = person(0).signer
    const keys = await kit.packageOf(person(3), cs, suite)
    const credential = encodeCredential(
      victim.identity,
      person(3).signer.certify(keys.publicPackage.leafNode.signaturePublicKey),
    )
    const forged = { ...keys.publicPackage, leafNode: { ...keys.publicPackage.leafNode, credential } }
    const attack = await kit.externalCommit(await groupInfo(), { ...keys, publicPackage: forged }, cs)
    await everybodyVoids(attack.bytes, /without a certified leaf/)
  })

  test("an external commit that removes a leaf outside the tree does not hang us", async () => {
    const keys = await kit.packageOf(person(3), cs, suite)
    const { publicMessage } = await kit.externalCommit(await groupInfo(), keys, cs)
    const { content } = publicMessage
    if (content.contentType !== "commit") throw new Error("not a commit")
    const proposals = [...content.commit.proposals]
    proposals.unshift({ proposalOrRefType: "proposal", proposal: kit.removeOf(0xffff_ffff) })
    const evil = { ...content, commit: { ...content.commit, proposals } }
    const tbs = toTbs(evil, "mls_public_message", kit.insideOf(A).groupContext)
    const signature = await signFramedContentTBS(keys.privatePackage.signaturePrivateKey, tbs, cs.signature)
    const message = {
      ...publicMessage,
      content: evil,
      auth: { ...publicMessage.auth, signature },
    } as typeof publicMessage
    await everybodyVoids(
      encodeMls({ wireformat: "mls_public_message", publicMessage: message }),
      /removal of nobody/,
    )
  })

  test("a member that becomes somebody else in place", async () => {
    const inside = kit.insideOf(C)
    const other = person(3).signer
    const leafKey = C.members[2]!.leafKey
    const credential = encodeCredential(other.identity, other.certify(leafKey))
    const attack = await kit.memberCommit(kit.disguised(inside, { credential }), cs)
    for (const state of [A, B]) {
      expect(await engine.apply(state, attack.bytes)).toEqual({
        kind: "void",
        reason: "a committer that became somebody else",
      })
    }
  })

  test("a member that takes a name without its certificate", async () => {
    const stolen = encodeCredential(person(0).signer.identity, new Uint8Array(64))
    const attack = await kit.memberCommit(kit.disguised(kit.insideOf(C), { credential: stolen }), cs)
    expect(await engine.apply(A, attack.bytes)).toMatchObject({ kind: "void" })
  })

  test("a standalone proposal, from outside and from a member, sticks nowhere", async () => {
    const mallory = await kit.packageOf(person(3), cs, suite)
    const outside = await proposeAddExternal(
      await groupInfo(),
      mallory.publicPackage,
      mallory.privatePackage,
      cs,
    )
    const inside = kit.insideOf(C)
    const member = await createProposal(inside, false, kit.addOf(mallory.publicPackage), cs)
    for (const message of [outside, member.message]) {
      const bytes = encodeMls(message)
      await everybodyVoids(bytes, /not a commit/)
      expect(await engine.open(A, bytes)).toMatchObject({ kind: "refused" })
    }
    const next = await engine.commit(A, {})
    expect(next.state.members.length).toBe(3)
    expect((await engine.seal(A, NOTHING, NOTHING)).generation).toBe(0)
  })

  test("a commit that refers to a stored proposal", async () => {
    const mallory = await kit.packageOf(person(3), cs, suite)
    const proposed = await createProposal(kit.insideOf(C), false, kit.addOf(mallory.publicPackage), cs)
    const attack = await kit.memberCommit(proposed.newState, cs)
    expect(await engine.apply(A, attack.bytes)).toMatchObject({ kind: "void" })
  })

  test("a removed device follows nowhere, and what it sends late is refused", async () => {
    const tablet = secondDevice(person(1), random)
    const own = await keyPackage(engine, suite, tablet)
    const adding = await engine.commit(B, { add: [own.public] })
    const T = (await engine.joinWelcome(adding.welcome!, own, LINK_ROOM)).state
    const a = appliedState(await engine.apply(A, adding.bytes))
    const removing = await engine.commit(adding.state, { remove: [T.ownLeaf] })
    const late = await engine.seal(T, utf8("after removal"), NOTHING)
    const after = appliedState(await engine.apply(a, removing.bytes))
    expect(await engine.open(after, late.bytes)).toEqual({
      kind: "refused",
      reason: "a message of another epoch",
    })
    // Even a removed device that lies about the epoch does not have its keys.
    const message = decodeMlsAs("mls_private_message", late.bytes)!.privateMessage
    const lied = { ...message, epoch: BigInt(after.epoch) }
    expect(
      await engine.open(after, encodeMls({ wireformat: "mls_private_message", privateMessage: lied })),
    ).toMatchObject({
      kind: "refused",
    })
    const told = appliedState(await engine.apply(T, removing.bytes))
    const next = await engine.commit(removing.state, {})
    expect(await engine.apply(told, next.bytes)).toMatchObject({ kind: "uncertain" })
    expect(await engine.open(T, (await engine.seal(removing.state, NOTHING, NOTHING)).bytes)).toMatchObject({
      kind: "refused",
    })
  })

  test("a newcomer opens nothing of what was said before it came", async () => {
    const before = await engine.seal(B, utf8("before"), NOTHING)
    expect(await engine.open(A, before.bytes)).toMatchObject({ kind: "opened" })
    const joining = await engine.joinExternal(
      await engine.groupInfo(A),
      LINK_ROOM,
      createPerson(random).signer,
    )
    expect(await engine.open(joining.state, before.bytes)).toMatchObject({ kind: "refused" })
    const message = decodeMlsAs("mls_private_message", before.bytes)!.privateMessage
    const lied = { ...message, epoch: BigInt(joining.state.epoch) }
    expect(
      await engine.open(
        joining.state,
        encodeMls({ wireformat: "mls_private_message", privateMessage: lied }),
      ),
    ).toMatchObject({ kind: "refused" })
  })

  test("a stolen copy of a state follows no further than its owner's next commit", async () => {
    const stolen = await reload(engine, B)
    const healing = await engine.commit(B, {})
    const a = appliedState(await engine.apply(A, healing.bytes))
    expect(await engine.apply(stolen, healing.bytes)).not.toMatchObject({ kind: "applied" })
    const after = await engine.seal(a, utf8("after healing"), NOTHING)
    expect(await engine.open(healing.state, after.bytes)).toMatchObject({ kind: "opened" })
    expect(await engine.open(stolen, after.bytes)).toMatchObject({ kind: "refused" })
  })

  test("nobody removes another person's device", async () => {
    await expect(engine.commit(C, { remove: [1] })).rejects.toMatchObject({ code: "not-allowed" })
    const attack = await kit.memberCommit(kit.insideOf(C), cs, [kit.removeOf(1)])
    for (const state of [A, B]) {
      expect(await engine.apply(state, attack.bytes)).toEqual({
        kind: "void",
        reason: "a removal of another person's device",
      })
    }
  })

  test("a commit that removes and adds", async () => {
    const tablet = secondDevice(person(2), random)
    const own = await keyPackage(engine, suite, tablet)
    const adding = await engine.commit(C, { add: [own.public] })
    const states = [adding.state, appliedState(await engine.apply(A, adding.bytes))] as const
    const spare = await keyPackage(engine, suite, person(3))
    const both = { add: [spare.public], remove: [3] }
    await expect(engine.commit(states[0], both)).rejects.toMatchObject({ code: "not-allowed" })
    const stranger = await kit.packageOf(person(3), cs, suite)
    const proposals = [kit.removeOf(3), kit.addOf(stranger.publicPackage)]
    const attack = await kit.memberCommit(kit.insideOf(states[0]), cs, proposals)
    expect(await engine.apply(states[1], attack.bytes)).toEqual({
      kind: "void",
      reason: "a commit that adds and removes",
    })
  })

  test.each<[string, (group: GroupState) => Proposal]>([
    [
      "other room parameters",
      () => ({ proposalType: "group_context_extensions", groupContextExtensions: { extensions: [] } }),
    ],
    [
      "another group in this one's place",
      (group) => ({
        proposalType: "reinit",
        reinit: {
          groupId: GROUP_ID,
          version: "mls10",
          cipherSuite: LiveGroup.of(group).client.groupContext.cipherSuite,
          extensions: [],
        },
      }),
    ],
    ["something of its own", () => ({ proposalType: 0xf00d, proposalData: NOTHING })],
  ])("a commit that proposes %s", async (_, propose) => {
    const attack = await kit.memberCommit(kit.insideOf(C), cs, [propose(C)])
    for (const state of [A, B]) {
      expect(await engine.apply(state, attack.bytes)).toHaveProperty(
        "reason",
        expect.stringMatching(/proposal of type|parameters that are none/),
      )
    }
  })

  test("a member's commit in the clear", async () => {
    const attack = await kit.memberCommit(kit.insideOf(C), cs, [], true)
    await everybodyVoids(attack.bytes, /not a commit/)
  })

  test.each([
    ["with another leaf's key", /key that is in the tree twice/, leafKeyOf],
    [
      "with a key that nobody can encrypt to",
      /key that cannot be used/,
      (group: GroupState) => leafKeyOf(group).fill(0),
    ],
    ["with half a key", /key that cannot be used/, (group: GroupState) => leafKeyOf(group).slice(0, 16)],
  ])("a newcomer %s, which would stop every later commit", async (_, reason, badKey) => {
    const key = badKey(A)
    let calls = 0
    // The first key that the library derives for an external commit is its new leaf's.
    const deriveKeyPair: typeof cs.hpke.deriveKeyPair = async (ikm) => {
      const pair = await cs.hpke.deriveKeyPair(ikm)
      return calls++ === 0 ? { ...pair, publicKey: key as unknown as typeof pair.publicKey } : pair
    }
    const keys = await kit.packageOf(person(3), cs, suite)
    const info = await groupInfo()
    const attack = await kit.externalCommit(info, keys, { ...cs, hpke: { ...cs.hpke, deriveKeyPair } })
    await everybodyVoids(attack.bytes, reason)
  })

  test("a newcomer whose leaf says it cannot do what the group needs", async () => {
    const odd = { ...capabilitiesOf(suite), credentials: ["x509" as const] }
    const keys = await kit.packageOf(person(3), cs, suite, odd)
    const attack = await kit.externalCommit(await groupInfo(), keys, cs)
    await everybodyVoids(attack.bytes, /not of the profile/)
    const bytes = encodeMls({ wireformat: "mls_key_package", keyPackage: keys.publicPackage })
    await expect(engine.inspectKeyPackage(bytes)).rejects.toMatchObject({ code: "bad-package" })
  })
})

/** A copy of the first leaf's HPKE key. */
function leafKeyOf(state: GroupState): Uint8Array {
  const node = LiveGroup.of(state).client.ratchetTree[0]
  if (node?.nodeType !== "leaf") throw new Error("no leaf")
  return node.leaf.hpkePublicKey.slice()
}
