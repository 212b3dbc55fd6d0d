/** An account that has taken another's place takes its leaf, in one commit that nobody else could make (PROTOCOL.md §10.4). */
import { describe, expect, test } from "vitest"
import type { GroupState, MlsEngine, SuiteName } from "../../src/crypto/mls-engine.ts"
import {
  appliedState,
  createPerson,
  directOf,
  GROUP_ID,
  keyPackage,
  LINK,
  linkRoom,
  type Person,
  reload,
  rotated,
  secondDevice,
  seededRandom,
} from "./support.ts"

export function rotationContract(name: string, suite: SuiteName, make: (seed: string) => MlsEngine): void {
  describe(`${name}, ${suite}: a key that hands over to the next`, () => {
    async function room(seed: string) {
      const random = seededRandom(`rotation ${seed}`)
      const engine = make(seed)
      const [alice, bob, carol] = [createPerson(random), createPerson(random), createPerson(random)]
      const states = await linkRoom(engine, suite, [alice, bob, carol])
      return { random, engine, alice, bob, carol, states }
    }
    const enter = async (engine: MlsEngine, state: GroupState, person: Person) =>
      engine.joinExternal(
        await engine.groupInfo(state),
        { groupId: GROUP_ID, parameters: LINK },
        person.signer,
      )

    test("takes over the leaf of the one before, and everybody is told of both", async () => {
      const { random, engine, alice, bob, states } = await room("takeover")
      const next = rotated(bob, random)
      const commit = await enter(engine, states[0]!, next)
      const applied = await engine.apply(states[2]!, commit.bytes)
      const state = appliedState(applied)
      expect(applied).toMatchObject({
        change: {
          removed: [{ accountId: bob.account.accountId }],
          added: [{ accountId: next.account.accountId, succeeds: bob.account.accountId }],
        },
      })
      expect(state.members).toHaveLength(3)
      expect(state.epochAuthenticator).toEqual(commit.state.epochAuthenticator)
      // What is stored keeps it, and a next one goes on from there.
      const stored = await reload(engine, state)
      expect(stored.members.find(({ succeeds }) => succeeds)?.accountId).toEqual(next.account.accountId)
      const third = rotated(next, random)
      const again = appliedState(await engine.apply(stored, (await enter(engine, stored, third)).bytes))
      expect(again.members.map(({ accountId }) => accountId)).toContainEqual(third.account.accountId)
      expect(again.members).toHaveLength(3)
      // A device that was not there at the first sees a stranger, who comes beside.
      const stranger = rotated(third, random)
      const late = await enter(engine, states[0]!, stranger)
      expect(late.state.members).toHaveLength(4)
      expect(alice.account.accountId).toEqual(again.members[0]!.accountId)
    })

    test("with another's signature is nobody", async () => {
      const { random, engine, bob, carol, states } = await room("forged")
      const forged = rotated(bob, random, carol)
      await expect(enter(engine, states[0]!, forged)).rejects.toThrow(/certif/)
      const makePackage = async () =>
        engine.inspectKeyPackage((await keyPackage(engine, suite, forged)).public)
      await expect(makePackage()).rejects.toThrow(/certif/)
    })

    test("takes over no other device's leaf, and nobody else's", async () => {
      const { random, engine, alice, bob, states } = await room("others")
      const second = rotated(secondDevice(bob, random), random)
      const info = await engine.groupInfo(states[0]!)
      const expected = { groupId: GROUP_ID, parameters: LINK }
      await expect(engine.joinExternal(info, expected, second.signer, 1)).rejects.toThrow(/not this device/)
      await expect(engine.joinExternal(info, expected, rotated(bob, random).signer, 0)).rejects.toThrow(
        /not this device/,
      )
      expect((await engine.joinExternal(info, expected, second.signer)).state.members).toHaveLength(4)
      expect(alice.account.accountId).toEqual(states[0]!.members[0]!.accountId)
    })

    test("is no way into a chat of two", async () => {
      const { random, engine, alice, bob } = await room("direct")
      const parameters = directOf(alice, bob)
      const own = await keyPackage(engine, suite, bob)
      const first = await engine.create(suite, GROUP_ID, parameters, alice.signer)
      const { state } = await engine.commit(first, { add: [own.public] })
      const info = await engine.groupInfo(state)
      const next = rotated(bob, random)
      const joining = engine.joinExternal(info, { groupId: GROUP_ID, parameters }, next.signer)
      // It takes over its leaf; the parameters name two accounts, and this is neither.
      await expect(joining).rejects.toThrow(/third person/)
    })

    test("a moderator stays one, and somebody who is banned stays out", async () => {
      const { random, engine, alice, bob, states } = await room("roles")
      const next = rotated(alice, random)
      const commit = await enter(engine, states[1]!, next)
      const joined = appliedState(await engine.apply(states[2]!, commit.bytes))
      if (joined.parameters.kind !== "link") throw new Error("not a link room")
      const banned = { ...joined.parameters, open: false, banned: [bob.account.accountId] }
      const ban = await engine.commit(commit.state, { parameters: banned })
      const after = appliedState(await engine.apply(joined, ban.bytes))
      expect(after.parameters).toEqual(banned)
      await expect(enter(engine, after, rotated(bob, random))).rejects.toMatchObject({ code: "shut-out" })
    })
  })
}
