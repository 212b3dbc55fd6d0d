/**
 * Verdicts and traces (PROTOCOL.md §10.5, §10.6): what is void and what uncertain, replays, rooms that were made up,
 * and what is left in memory of an epoch that has ended.
 */
import { createApplicationMessage } from "ts-mls/createMessage.js"
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { equalBytes, utf8 } from "../../src/bytes.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { GroupState, SuiteName } from "../../src/crypto/mls-engine.ts"
import { LiveGroup } from "../../src/crypto/mls-state.ts"
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
  openedOf,
  seededRandom,
} from "./support.ts"

beforeAll(sodiumReady)

const NOTHING = new Uint8Array(0)
const LINK_ROOM = { groupId: GROUP_ID, parameters: LINK }

describe.each<SuiteName>(["xwing", "classic"])("verdicts, %s", (suite) => {
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
  const everybodyVoids = async (bytes: Uint8Array, reason: RegExp) => {
    for (const state of [A, B, C]) {
      const verdict = await engine.apply(state, bytes)
      expect(verdict.kind).toBe("void")
      expect(verdict).toHaveProperty("reason", expect.stringMatching(reason))
    }
  }
  const groupInfo = () => kit.groupInfoOf(kit.insideOf(A), cs)

  test("a path that one member cannot open leaves that member uncertain, not voided", async () => {
    let seals = 0
    const seal: typeof cs.hpke.seal = async (...args) => {
      const sealed = await cs.hpke.seal(...args)
      return seals++ === 0 ? { ...sealed, ct: sealed.ct.map((byte) => byte ^ 1) } : sealed
    }
    const attack = await kit.memberCommit(kit.insideOf(A), { ...cs, hpke: { ...cs.hpke, seal } })
    const verdicts = [await engine.apply(B, attack.bytes), await engine.apply(C, attack.bytes)]
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(["applied", "uncertain"])
    for (const state of [B, C]) expect((await engine.seal(state, NOTHING, NOTHING)).generation).toBe(0)
  })

  test("a wrong confirmation tag leaves everybody uncertain", async () => {
    const keys = await kit.packageOf(person(3), cs, suite)
    const { publicMessage } = await kit.externalCommit(await groupInfo(), keys, cs)
    const { auth } = publicMessage
    if (auth.contentType !== "commit") throw new Error("not a commit")
    const confirmationTag = auth.confirmationTag.map((byte) => byte ^ 1)
    const broken = { ...publicMessage, auth: { ...auth, confirmationTag } } as typeof publicMessage
    const bytes = encodeMls({ wireformat: "mls_public_message", publicMessage: broken })
    for (const state of [A, B, C])
      expect(await engine.apply(state, bytes)).toMatchObject({ kind: "uncertain" })
  })

  test("so does one on a commit that only adds, and a path that leaves somebody out", async () => {
    const mac: typeof cs.hash.mac = async (key, data) =>
      (await cs.hash.mac(key, data)).map((byte) => byte ^ 1)
    const { publicPackage } = await kit.packageOf(person(3), cs, suite)
    const broken = { ...cs, hash: { ...cs.hash, mac } }
    const adding = await kit.memberCommit(kit.insideOf(A), broken, [kit.addOf(publicPackage)])
    for (const state of [B, C])
      expect(await engine.apply(state, adding.bytes)).toMatchObject({ kind: "uncertain" })

    let seals = 0
    const seal: typeof cs.hpke.seal = async (...args) => {
      if (seals++ === 0) return { enc: NOTHING, ct: NOTHING }
      return cs.hpke.seal(...args)
    }
    const short = await kit.memberCommit(kit.insideOf(A), { ...cs, hpke: { ...cs.hpke, seal } })
    const verdicts = [await engine.apply(B, short.bytes), await engine.apply(C, short.bytes)]
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(["applied", "uncertain"])
  })

  test("what fails for everybody is void: bytes, signatures, epochs, other groups", async () => {
    const commit = await engine.commit(C, {})
    expect(await engine.apply(A, NOTHING)).toMatchObject({ kind: "void" })
    expect(await engine.apply(A, commit.bytes.slice(0, -1))).toMatchObject({ kind: "void" })
    expect(await engine.apply(A, Uint8Array.of(...commit.bytes, 0))).toMatchObject({ kind: "void" })
    const after = appliedState(await engine.apply(A, commit.bytes))
    expect(await engine.apply(after, commit.bytes)).toEqual({
      kind: "void",
      reason: "a commit of another epoch",
    })
    const elsewhere = await engine.create(suite, new Uint8Array(32), LINK, person(0).signer)
    expect(await engine.apply(elsewhere, commit.bytes)).toEqual({
      kind: "void",
      reason: "a commit of another group",
    })
    const keys = await kit.packageOf(person(3), cs, suite)
    const { publicMessage } = await kit.externalCommit(await groupInfo(), keys, cs)
    const signature = publicMessage.auth.signature.map((byte) => byte ^ 1)
    const forged = { ...publicMessage, auth: { ...publicMessage.auth, signature } } as typeof publicMessage
    await everybodyVoids(
      encodeMls({ wireformat: "mls_public_message", publicMessage: forged }),
      /Signature invalid/,
    )
  })

  test("a ciphertext that does not open, and an own commit that is not known, are uncertain", async () => {
    const commit = await engine.commit(C, {})
    const broken = commit.bytes.slice()
    broken[broken.length - 1] = broken.at(-1)! ^ 1
    expect(await engine.apply(A, broken)).toMatchObject({ kind: "uncertain" })
    expect(await engine.apply(C, commit.bytes)).toMatchObject({
      kind: "uncertain",
      reason: expect.stringMatching(/does not know/) as string,
    })
  })

  test("property: no bytes make the engine throw anything but its own refusals, or change a state", async () => {
    const commit = await engine.commit(C, {})
    const sealed = await engine.seal(C, utf8("x"), NOTHING)
    const header = await engine.groupInfo(A)
    const valid = fc.constantFrom(commit.bytes, sealed.bytes, header)
    const mutated = fc.tuple(valid, fc.nat(), fc.nat(255), fc.nat(3)).map(([bytes, at, value, cut]) => {
      const changed = bytes.with(at % bytes.length, value)
      return cut === 0 ? changed.slice(0, at % bytes.length) : changed
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), async (bytes) => {
        if (equalBytes(bytes, commit.bytes) || equalBytes(bytes, sealed.bytes) || equalBytes(bytes, header))
          return
        expect((await engine.apply(A, bytes)).kind).not.toBe("applied")
        expect((await engine.open(A, bytes)).kind).toBe("refused")
        const joining = engine.joinExternal(bytes, LINK_ROOM, person(3).signer)
        await expect(joining).rejects.toMatchObject({ code: "bad-join" })
        await expect(engine.inspectKeyPackage(bytes)).rejects.toMatchObject({ code: "bad-package" })
        await expect(engine.welcomeReferences(bytes)).rejects.toMatchObject({ code: "bad-join" })
      }),
      { numRuns: 100 },
    )
    expect(openedOf(await engine.open(A, sealed.bytes)).plain).toEqual(utf8("x"))
    expect((await engine.apply(A, commit.bytes)).kind).toBe("applied")
  })

  test("replayed messages and messages of a lying epoch are refused", async () => {
    const sealed = await engine.seal(C, utf8("once"), NOTHING)
    const opened = openedOf(await engine.open(A, sealed.bytes))
    expect(await engine.open(opened.state, sealed.bytes)).toMatchObject({ kind: "refused" })
    const inside = kit.insideOf(C)
    const future = {
      ...inside,
      groupContext: { ...inside.groupContext, epoch: inside.groupContext.epoch + 5n },
    }
    const lying = await createApplicationMessage(future, utf8("later"), cs)
    const bytes = encodeMls({ wireformat: "mls_private_message", privateMessage: lying.privateMessage })
    expect(await engine.open(A, bytes)).toEqual({ kind: "refused", reason: "a message of another epoch" })
  })

  test("no epoch is kept, however many pass", async () => {
    let [a, b] = [A, B]
    const old = await engine.seal(a, utf8("old"), NOTHING)
    for (let n = 0; n < 6; n++) {
      const commit = await engine.commit(a, {})
      b = appliedState(await engine.apply(b, commit.bytes))
      a = commit.state
      expect(LiveGroup.of(a).client.historicalReceiverData.size).toBe(0)
      expect(LiveGroup.of(b).client.historicalReceiverData.size).toBe(0)
    }
    expect(await engine.open(b, old.bytes)).toMatchObject({ kind: "refused" })
  })

  test("ratchets exist only where somebody can send, and an ended epoch's secrets are zeros", async () => {
    const before = LiveGroup.of(C).client
    const commit = await engine.commit(C, {})
    const after = LiveGroup.of(commit.state).client
    for (const [index, node] of after.secretTree.entries()) {
      const used = after.ratchetTree[index]?.nodeType === "leaf"
      expect(node.application.secret.length > 0, `node ${index}`).toBe(used)
    }
    const copy = await engine.load(
      engine.rows(undefined, C).map(({ key, value }) => ({ key, value: value! })),
    )
    engine.wipeEnded(copy, undefined)
    const wiped = LiveGroup.of(copy).client
    for (const secret of [
      ...Object.values<Uint8Array>({ ...wiped.keySchedule }),
      ...wiped.secretTree.flatMap(({ handshake, application }) => [handshake.secret, application.secret]),
      wiped.signaturePrivateKey,
    ]) {
      expect(secret.every((byte) => byte === 0)).toBe(true)
    }
    expect(before.keySchedule.initSecret.some((byte) => byte !== 0)).toBe(true)
  })

  test("an invented room of other people's packages can be joined, and is known by nobody having signed", async () => {
    const mallory = person(3)
    const forged = await engine.create(suite, GROUP_ID, LINK, mallory.signer)
    const packages = [await keyPackage(engine, suite, person(0)), await keyPackage(engine, suite, person(1))]
    const full = await engine.commit(forged, { add: packages.map((own) => own.public) })
    const newcomer = createPerson(random)
    const joined = await engine.joinExternal(await engine.groupInfo(full.state), LINK_ROOM, newcomer.signer)
    // Listed they are: the leaves are genuine. Nothing they ever sign in this group will open, since they are not in it.
    expect(joined.state.members.map((member) => member.accountId)).toContainEqual(person(0).account.accountId)
    const real = await engine.seal(A, utf8("I am here"), NOTHING)
    expect(await engine.open(joined.state, real.bytes)).toMatchObject({ kind: "refused" })
  })

  test("the same Welcome twice gives the same ratchets, so its references are told", async () => {
    const [alice, bob] = [person(0), person(1)]
    const parameters = directOf(alice, bob)
    const own = await keyPackage(engine, suite, bob)
    const first = await engine.create(suite, GROUP_ID, parameters, alice.signer)
    const { welcome } = await engine.commit(first, { add: [own.public] })
    const expected = { groupId: GROUP_ID, parameters }
    const [one, two] = [
      await engine.joinWelcome(welcome!, own, expected),
      await engine.joinWelcome(welcome!, own, expected),
    ]
    expect(one.state.epochAuthenticator).toEqual(two.state.epochAuthenticator)
    expect(await engine.welcomeReferences(welcome!)).toEqual([own.reference])
  })
})
