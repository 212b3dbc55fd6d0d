/** What a hostile member or stranger makes with the MLS library itself, against a link room (PROTOCOL.md §10.3, §10.4). */
import type { Extension } from "ts-mls/extension.js"
import type { Proposal } from "ts-mls/proposal.js"
import { beforeAll, describe, expect, test } from "vitest"
import { joinOver } from "../../src/attack/mls-kit.ts"
import { compareBytes, concat, u16, u32, u8 } from "../../src/bytes.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { GroupState, LinkParameters, SuiteName } from "../../src/crypto/mls-engine.ts"
import {
  decodeParameters,
  encodeParameters,
  MAX_BANNED,
  MAX_MODERATORS,
  PARAMETERS_EXTENSION,
} from "../../src/crypto/mls-parameters.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import * as kit from "./attack-kit.ts"
import { createPerson, linkRoom, type Person, seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const change = (...extensions: Extension[]): Proposal => ({
  proposalType: "group_context_extensions",
  groupContextExtensions: { extensions },
})
const raw = (...parts: Uint8Array[]): Extension => ({
  extensionType: PARAMETERS_EXTENSION,
  extensionData: concat(...parts),
})

describe.each<SuiteName>(["xwing", "classic"])("attacks on a link room, %s", (suite) => {
  const engine = createMlsEngine(nodePrimitives, seededRandom("attacked"))
  const random = seededRandom("people")
  const cs = kit.referenceSuiteOf(suite)
  let people: Person[]
  /** Of moderator, member, member. */
  let states: GroupState[]
  const idOf = (index: number) => people[index]!.account.accountId
  const now = () => states[0]!.parameters as LinkParameters

  beforeAll(async () => {
    people = [createPerson(random), createPerson(random), createPerson(random), createPerson(random)]
    states = await linkRoom(engine, suite, people.slice(0, 3))
  })

  const everybodyVoids = async (bytes: Uint8Array, reason: RegExp) => {
    for (const state of states) {
      const verdict = await engine.apply(state, bytes)
      expect(verdict.kind).toBe("void")
      expect(verdict).toHaveProperty("reason", expect.stringMatching(reason))
    }
  }
  const by = (index: number, ...proposals: Proposal[]) =>
    kit.memberCommit(kit.insideOf(states[index]!), cs, proposals)
  const changed = (parameters: Partial<LinkParameters>) =>
    change(...encodeParameters({ ...now(), ...parameters }))

  test("a member removes somebody else", async () => {
    await everybodyVoids((await by(1, kit.removeOf(2))).bytes, /another person's device/)
  })

  test("a member bans, closes the link, or makes itself moderator", async () => {
    const wishes = [
      changed({ banned: [idOf(2)], open: false }),
      changed({ open: false }),
      changed({ moderators: [idOf(0), idOf(1)].sort(compareBytes) }),
      changed({ moderators: [idOf(1)] }),
      changed({ generation: 1 }),
      changed({}),
    ]
    for (const wish of wishes) await everybodyVoids((await by(1, wish)).bytes, /no moderator/)
  })

  test("a member's removal together with a ban of its own", async () => {
    const wish = changed({ banned: [idOf(2)], open: false })
    await everybodyVoids((await by(1, kit.removeOf(2), wish)).bytes, /another person's device/)
  })

  test("a moderator takes somebody out without a ban, or bans and leaves the link open", async () => {
    await everybodyVoids((await by(0, kit.removeOf(2))).bytes, /another person's device/)
    await everybodyVoids((await by(0, changed({ banned: [idOf(2)] }))).bytes, /leaves the link open/)
  })

  test("a moderator who gives the room away, or makes it nobody's", async () => {
    await everybodyVoids((await by(0, changed({ moderators: [idOf(3)] }))).bytes, /not in the group/)
  })

  test("a moderator who opens the link with the banned one inside, or out of turn", async () => {
    await everybodyVoids((await by(0, changed({ generation: 5 }))).bytes, /out of its turn/)
  })

  test.each<[string, (id: Uint8Array) => Extension[]]>([
    ["none", () => []],
    ["two", () => [...encodeParameters(now()), ...encodeParameters(now())]],
    ["a strange one beside ours", () => [...encodeParameters(now()), { extensionType: 0xf5c2, extensionData: new Uint8Array(0) }]],
    ["a chat of two", (id) => [raw(u8(1), new Uint8Array(32), id)]],
    ["the shortest of before", () => [raw(u8(2))]],
    ["no moderator", () => [raw(u8(2), u32(0), u8(1), u16(0), u16(0))]],
    ["a moderator twice", (id) => [raw(u8(2), u32(0), u8(1), u16(2), id, id, u16(0))]],
    ["a moderator who is banned", (id) => [raw(u8(2), u32(0), u8(1), u16(1), id, u16(1), id)]],
    ["a flag that is none", (id) => [raw(u8(2), u32(0), u8(2), u16(1), id, u16(0))]],
    ["bytes behind", (id) => [raw(u8(2), u32(0), u8(1), u16(1), id, u16(0), u8(0))]],
    ["a list that is longer than it says", (id) => [raw(u8(2), u32(0), u8(1), u16(1), id, u16(1))]],
    ["too many moderators", () => [raw(u8(2), u32(0), u8(1), u16(MAX_MODERATORS + 1), ...ids(MAX_MODERATORS + 1), u16(0))]],
    ["too many banned", (id) => [raw(u8(2), u32(0), u8(1), u16(1), id, u16(MAX_BANNED + 1), ...ids(MAX_BANNED + 1))]],
  ])("a moderator whose parameters are no parameters: %s", async (what, of) => {
    const made = await by(0, change(...of(idOf(0))))
    // None at all leaves the library's extensions as they are, and is refused all the same.
    await everybodyVoids(made.bytes, what === "a chat of two" ? /chat of two/ : /none/)
  }) // prettier-ignore

  test("two changes at once", async () => {
    const wishes = [changed({ open: false }), changed({ open: false })]
    await expect(by(0, ...wishes)).rejects.toThrow(/multiple GroupContextExtensions/)
  })

  test("a stranger's external commit that changes the parameters, or removes somebody", async () => {
    const keys = await kit.packageOf(people[3]!, cs, suite)
    const info = await kit.groupInfoOf(kit.insideOf(states[0]!), cs)
    const victim = (leaf: { signaturePublicKey: Uint8Array }) =>
      leaf.signaturePublicKey.join() === states[0]!.members[1]!.leafKey.join()
    const attack = await kit.externalCommit(info, keys, cs, victim)
    await everybodyVoids(attack.bytes, /removes somebody else/)
  })

  test("a stranger in the place of a member, and of one who is in the group no more", async () => {
    const chance = { primitives: nodePrimitives, random }
    const info = await engine.groupInfo(states[0]!)
    const over = (index: number) => joinOver(chance, suite, info, people[3]!.signer, idOf(index))
    await everybodyVoids((await over(1))!, /removes somebody else/)
    expect(await over(3)).toBeUndefined()
  })

  test("a change of the rules brings a new secret: a copy of an old state does not follow it", async () => {
    const reset = await engine.commit(states[0]!, { parameters: { ...now(), open: false } })
    const keyOf = (state: GroupState) => {
      const node = kit.insideOf(state).ratchetTree[2 * state.ownLeaf]
      return node?.nodeType === "leaf" ? node.leaf.hpkePublicKey : undefined
    }
    expect(keyOf(reset.state)).toBeDefined()
    expect(keyOf(reset.state)).not.toEqual(keyOf(states[0]!))
  })

  test("whoever is banned comes by the library, with the same account or as another device", async () => {
    const closed = await engine.commit(states[0]!, {
      parameters: { ...now(), open: false, banned: [idOf(2)] },
    })
    const info = await kit.groupInfoOf(kit.insideOf(closed.state), cs)
    const again = await kit.packageOf(people[2]!, cs, suite)
    const old = closed.state.members[2]!.leafKey.join()
    const attack = await kit.externalCommit(info, again, cs, (leaf) => leaf.signaturePublicKey.join() === old)
    expect(await engine.apply(closed.state, attack.bytes)).toMatchObject({ kind: "void", reason: /banned/ })
    const stranger = await kit.externalCommit(info, await kit.packageOf(people[3]!, cs, suite), cs)
    expect(await engine.apply(closed.state, stranger.bytes)).toMatchObject({ kind: "void", reason: /closed/ })
  })
})

/** So many accounts, ascending. */
function ids(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => concat(new Uint8Array(28), u32(index)))
}

describe("room parameters", () => {
  test("come back as they were written, and no other bytes are read", () => {
    const parameters: LinkParameters = {
      kind: "link",
      generation: 7,
      open: false,
      moderators: ids(MAX_MODERATORS),
      banned: ids(MAX_BANNED + MAX_MODERATORS).slice(MAX_MODERATORS),
    }
    const [extension] = encodeParameters(parameters)
    expect(decodeParameters([extension!])).toEqual(parameters)
    const bytes = extension!.extensionData
    for (let length = 0; length < bytes.length; length += 13)
      expect(decodeParameters([raw(bytes.subarray(0, length))])).toBeUndefined()
  })
})
