/** What a link room's members may change, and what is void: every `MlsEngine` passes this (PROTOCOL.md §10.3, §10.4). */
import { compareBytes, utf8 } from "../../src/bytes.ts"
import { describe, expect, test } from "vitest"
import type {
  Applied,
  GroupChange,
  GroupState,
  LinkParameters,
  MlsEngine,
  SuiteName,
} from "../../src/crypto/mls-engine.ts"
import { withAccount, withoutAccount } from "../../src/crypto/mls-parameters.ts"
import {
  appliedState,
  createPerson,
  GROUP_ID,
  keyPackage,
  LINK,
  linkRoom,
  openedOf,
  type Person,
  reload,
  secondDevice,
  seededRandom,
} from "./support.ts"

const LINK_ROOM = { groupId: GROUP_ID, parameters: LINK }
const AAD = utf8("binding")

export function linkContract(name: string, suite: SuiteName, make: (seed: string) => MlsEngine): void {
  describe(`${name}, ${suite}: a link room`, () => {
    const start = async (seed: string) => {
      const random = seededRandom(`people ${seed}`)
      const engine = make(seed)
      const [alice, bob, carol] = [createPerson(random), createPerson(random), createPerson(random)]
      const [a, b, c] = (await linkRoom(engine, suite, [alice, bob, carol])) as [
        GroupState,
        GroupState,
        GroupState,
      ]
      return { random, engine, alice, bob, carol, a, b, c }
    }
    const idOf = (person: Person) => person.account.accountId
    const of = (state: GroupState) => state.parameters as LinkParameters
    const banning = (state: GroupState, person: Person, open = false): LinkParameters => ({
      ...of(state),
      open,
      moderators: withoutAccount(of(state).moderators, idOf(person)),
      banned: withAccount(of(state).banned, idOf(person)),
    })
    const reopened = (state: GroupState): LinkParameters => ({
      ...of(state),
      open: true,
      generation: of(state).generation + 1,
    })
    const everybody = async (
      engine: MlsEngine,
      bytes: Uint8Array,
      ...states: GroupState[]
    ): Promise<GroupState[]> => {
      const applied: Applied[] = []
      for (const state of states) applied.push(await engine.apply(state, bytes))
      return applied.map(appliedState)
    }

    test("begins open, of generation 0, with its maker as moderator", async () => {
      const { alice, a, b, c } = await start("first")
      for (const state of [a, b, c]) {
        expect(state.parameters).toEqual({
          kind: "link",
          generation: 0,
          open: true,
          moderators: [idOf(alice)],
          banned: [],
        })
      }
    })

    test("a removal in two commits: nobody comes in between, the removed are told, the link is another", async () => {
      const { random, engine, alice, bob, carol, a, b, c } = await start("removal")
      const one = await engine.commit(a, { parameters: banning(a, bob) })
      const [b1, c1] = (await everybody(engine, one.bytes, b, c)) as [GroupState, GroupState]
      expect(of(c1)).toMatchObject({
        open: false,
        generation: 0,
        banned: [idOf(bob)],
        moderators: [idOf(alice)],
      })
      const closed = await engine.groupInfo(one.state)
      const dave = createPerson(random)
      await expect(engine.joinExternal(closed, LINK_ROOM, dave.signer)).rejects.toMatchObject({
        code: "shut-out",
      })
      const out = one.state.members.filter(({ accountId }) => compareBytes(accountId, idOf(bob)) === 0)
      const two = await engine.commit(one.state, {
        remove: out.map(({ leaf }) => leaf),
        parameters: reopened(one.state),
      })
      expect(await engine.apply(b1, two.bytes)).toMatchObject({
        kind: "applied",
        change: { selfRemoved: true, committer: { accountId: idOf(alice) } },
      })
      const [c2] = (await everybody(engine, two.bytes, c1)) as [GroupState]
      expect(c2.epochAuthenticator).toEqual(two.state.epochAuthenticator)
      expect(of(c2)).toMatchObject({ open: true, generation: 1, banned: [idOf(bob)] })
      expect(of(await reload(engine, c2))).toEqual(of(c2))

      const open = await engine.groupInfo(c2)
      await expect(engine.joinExternal(open, LINK_ROOM, bob.signer)).rejects.toMatchObject({
        code: "shut-out",
      })
      const other = secondDevice(bob, random)
      await expect(engine.joinExternal(open, LINK_ROOM, other.signer)).rejects.toMatchObject({
        code: "shut-out",
      })
      const joined = await engine.joinExternal(open, LINK_ROOM, dave.signer)
      const [a3, c3] = (await everybody(engine, joined.bytes, two.state, c2)) as [GroupState, GroupState]
      expect(of(joined.state)).toEqual(of(a3))
      const said = await engine.seal(joined.state, utf8("hello"), AAD)
      expect(openedOf(await engine.open(c3, said.bytes)).sender.accountId).toEqual(idOf(dave))
      await expect(engine.commit(c3, { remove: [joined.state.ownLeaf] })).rejects.toMatchObject({
        code: "not-allowed",
      })
      // Taken back, the same account and device comes in again.
      const three = await engine.commit(a3, { parameters: { ...of(a3), banned: [] } })
      const back = await engine.joinExternal(await engine.groupInfo(three.state), LINK_ROOM, bob.signer)
      expect((await engine.apply(three.state, back.bytes)).kind).toBe("applied")
      expect(carol).toBeDefined()
    })

    test("a device replaces its leaf while the link is closed, and one that is banned does not", async () => {
      const { engine, bob, carol, a } = await start("replace")
      const closed = await engine.commit(a, { parameters: banning(a, bob) })
      const info = await engine.groupInfo(closed.state)
      const again = await engine.joinExternal(info, LINK_ROOM, carol.signer)
      expect((await engine.apply(closed.state, again.bytes)).kind).toBe("applied")
      await expect(engine.joinExternal(info, LINK_ROOM, bob.signer)).rejects.toMatchObject({
        code: "shut-out",
      })
    })

    test("a banned member's commit is void, and so is a stranger's who had the keys of a moment before", async () => {
      const { random, engine, bob, a, b } = await start("void")
      const late = await engine.joinExternal(
        await engine.groupInfo(a),
        LINK_ROOM,
        createPerson(random).signer,
      )
      const closed = await engine.commit(a, { parameters: banning(a, bob) })
      const [b1] = (await everybody(engine, closed.bytes, b)) as [GroupState]
      await expect(engine.commit(b1, {})).rejects.toMatchObject({ code: "not-allowed" })
      expect((await engine.apply(closed.state, late.bytes)).kind).toBe("void")
    })

    test("a moderator makes another, who unmakes the first; the last one stays", async () => {
      const { engine, alice, bob, a, b, c } = await start("roles")
      const both = [idOf(alice), idOf(bob)].sort(compareBytes)
      const made = await engine.commit(a, { parameters: { ...of(a), moderators: both } })
      const [b1, c1] = (await everybody(engine, made.bytes, b, c)) as [GroupState, GroupState]
      const alone = await engine.commit(b1, { parameters: { ...of(b1), moderators: [idOf(bob)] } })
      const [a2, c2] = (await everybody(engine, alone.bytes, made.state, c1)) as [GroupState, GroupState]
      expect(of(a2).moderators).toEqual([idOf(bob)])
      expect(of(c2)).toEqual(of(a2))
      await expect(engine.commit(a2, { parameters: { ...of(a2), moderators: both } })).rejects.toMatchObject({
        code: "not-allowed",
      })
    })

    const forbidden: readonly [
      string,
      (world: Awaited<ReturnType<typeof start>>) => [GroupState, GroupChange],
    ][] = [
      ["a ban by a member", ({ b, carol }) => [b, { parameters: banning(b, carol) }]],
      ["a member that makes itself moderator", ({ b, bob }) => [b, { parameters: { ...of(b), moderators: withAccount(of(b).moderators, idOf(bob)) } }]],
      ["a removal by a member", ({ b }) => [b, { remove: [2] }]],
      ["a removal by a member with a ban", ({ b, carol }) => [b, { remove: [2], parameters: banning(b, carol) }]],
      ["a member that closes the link", ({ b }) => [b, { parameters: { ...of(b), open: false } }]],
      ["a removal without a ban", ({ a }) => [a, { remove: [1] }]],
      ["a ban that leaves the link open", ({ a, bob }) => [a, { parameters: banning(a, bob, true) }]],
      ["a new generation without a closed link", ({ a }) => [a, { parameters: { ...of(a), generation: 1 } }]],
      ["a generation left out", ({ a }) => [a, { parameters: { ...of(a), generation: 2, open: true } }]],
      ["a moderator who is not there", ({ a, random, alice }) => [a, { parameters: { ...of(a), moderators: [idOf(alice), idOf(createPerson(random))].sort(compareBytes) } }]],
      ["nobody who is there as moderator", ({ a, random }) => [a, { parameters: { ...of(a), moderators: [idOf(createPerson(random))] } }]],
    ] // prettier-ignore
    test.each(forbidden)("%s is not made", async (what, of_) => {
      const world = await start(what)
      const [state, change] = of_(world)
      await expect(world.engine.commit(state, change)).rejects.toMatchObject({ code: "not-allowed" })
    })

    test("a link does not open with somebody banned inside, nor under the secret that it had", async () => {
      const { engine, bob, a } = await start("open")
      const { state } = await engine.commit(a, { parameters: banning(a, bob) })
      for (const parameters of [reopened(state), { ...of(state), open: true }]) {
        await expect(engine.commit(state, { parameters })).rejects.toMatchObject({ code: "not-allowed" })
      }
      const kept = { ...of(state), open: true }
      await expect(engine.commit(state, { remove: [1], parameters: kept })).rejects.toMatchObject({
        code: "not-allowed",
      })
    })

    test("nobody banned is added, and nobody at all while the link is closed", async () => {
      const { random, engine, bob, a } = await start("adds")
      const { state } = await engine.commit(a, { parameters: banning(a, bob) })
      for (const person of [secondDevice(bob, random), createPerson(random)]) {
        const own = await keyPackage(engine, suite, person)
        await expect(engine.commit(state, { add: [own.public] })).rejects.toMatchObject({
          code: "not-allowed",
        })
      }
    })

    test("a chat of two has no other parameters", async () => {
      const { engine, alice, a } = await start("direct")
      const direct = { kind: "direct", accountIds: [new Uint8Array(32), idOf(alice)] } as const
      const state = await engine.create(suite, GROUP_ID, direct, alice.signer)
      await expect(engine.commit(state, { parameters: of(a) })).rejects.toMatchObject({ code: "not-allowed" })
    })
  })
}
