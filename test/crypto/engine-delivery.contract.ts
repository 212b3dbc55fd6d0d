/**
 * What delivery, healing and recovery rely on, beyond the plain contract: who opens what after which change, the three
 * verdicts of §10.5, the rules of §10.4, and that nothing goes on with secrets that were wiped.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import type { GroupState, MlsEngine, SuiteName } from "../../src/crypto/mls-engine.ts"
import {
  appliedState,
  createPerson,
  directOf,
  GROUP_ID,
  keyPackage,
  LINK,
  linkRoom,
  openedOf,
  reload,
  secondDevice,
  seededRandom,
} from "./support.ts"

const AAD = utf8("binding")
const LINK_ROOM = { groupId: GROUP_ID, parameters: LINK }

export function deliveryContract(name: string, suite: SuiteName, make: (seed: string) => MlsEngine): void {
  describe(`${name}, ${suite}, for delivery`, () => {
    const start = async (seed: string) => {
      const random = seededRandom(`people ${seed}`)
      const engine = make(seed)
      const people = [createPerson(random), createPerson(random), createPerson(random)] as const
      const [one, two, three] = await linkRoom(engine, suite, people)
      return { engine, random, people, one: one!, two: two!, three: three! }
    }
    const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1)

    test("an entry of one's own opens only for a state that has not made it", async () => {
      const { engine, one, two } = await start("own")
      const backup = await reload(engine, one)
      const first = await engine.seal(one, utf8("1"), AAD)
      const second = await engine.seal(first.state, utf8("2"), AAD)
      for (const state of [first.state, second.state])
        expect(await engine.open(state, first.bytes)).toMatchObject({ kind: "refused" })
      // The restored one finds what its leaf has said since, and goes on behind it.
      const told = openedOf(await engine.open(backup, second.bytes))
      expect(told).toMatchObject({ plain: utf8("2"), generation: 1, sender: { leaf: backup.ownLeaf } })
      const third = await engine.seal(told.state, utf8("3"), AAD)
      expect(third.generation).toBe(2)
      expect(openedOf(await engine.open(two, third.bytes)).plain).toEqual(utf8("3"))
      expect(await engine.open(told.state, second.bytes)).toMatchObject({ kind: "refused" })
    })

    test("skipped keys are kept across several jumps, the newest 32 of them", async () => {
      const { engine, one, two } = await start("kept")
      let [sender, reader] = [one, two]
      const sealed: Uint8Array[] = []
      for (let n = 0; n < 60; n++) {
        const next = await engine.seal(sender, utf8(`${n}`), AAD)
        sender = next.state
        sealed.push(next.bytes)
      }
      for (const n of [20, 41, 59]) reader = openedOf(await engine.open(reader, sealed[n]!)).state
      reader = await reload(engine, reader)
      // Of the 57 that were skipped, 0 to 24 are gone.
      for (const n of [0, 19, 20, 24])
        expect(await engine.open(reader, sealed[n]!), `message ${n}`).toMatchObject({ kind: "refused" })
      for (const n of [26, 40, 42, 58])
        expect(openedOf(await engine.open(reader, sealed[n]!)).plain).toEqual(utf8(`${n}`))
    })

    test("who is not in an epoch opens nothing of it", async () => {
      const { engine, random, people, one, two, three } = await start("epochs")
      const before = await engine.seal(one, utf8("before"), AAD)
      const commit = await engine.commit(one, {})
      const merged = appliedState(await engine.apply(two, commit.bytes))
      const after = await engine.seal(commit.state, utf8("after"), AAD)
      expect(await engine.open(two, after.bytes)).toMatchObject({ kind: "refused" })
      expect(await engine.open(merged, before.bytes)).toMatchObject({ kind: "refused" })
      expect(openedOf(await engine.open(merged, after.bytes)).plain).toEqual(utf8("after"))

      // A newcomer reads what follows its join and nothing before; a removed device the reverse.
      const tablet = secondDevice(people[0], random)
      const joined = await engine.joinExternal(await engine.groupInfo(one), LINK_ROOM, tablet.signer)
      expect(await engine.open(joined.state, before.bytes)).toMatchObject({ kind: "refused" })
      const follower = appliedState(await engine.apply(three, joined.bytes))
      const grown = appliedState(await engine.apply(one, joined.bytes))
      const removing = await engine.commit(grown, { remove: [joined.state.ownLeaf] })
      const left = await engine.seal(appliedState(await engine.apply(follower, removing.bytes)), AAD, AAD)
      const out = appliedState(await engine.apply(joined.state, removing.bytes))
      for (const state of [out, joined.state])
        expect(await engine.open(state, left.bytes)).toMatchObject({ kind: "refused" })
      expect(openedOf(await engine.open(removing.state, left.bytes)).plain).toEqual(AAD)
      expect((await engine.apply(out, removing.bytes)).kind).toBe("uncertain")
      await expect(engine.commit(out, {})).rejects.toMatchObject({ code: "not-allowed" })
      const kept = await reload(engine, out)
      expect(await engine.open(kept, left.bytes)).toMatchObject({ kind: "refused" })
      await expect(engine.seal(kept, AAD, AAD)).rejects.toMatchObject({ code: "not-allowed" })
    })

    test("two rooms of one epoch but different pasts do not read each other", async () => {
      const { engine, one, two } = await start("fork")
      const left = await engine.commit(one, {})
      const right = await engine.commit(two, {})
      expect(left.state.epoch).toBe(right.state.epoch)
      const sealed = await engine.seal(left.state, utf8("left"), AAD)
      expect(await engine.open(right.state, sealed.bytes)).toMatchObject({ kind: "refused" })
      const further = await engine.commit(left.state, {})
      expect((await engine.apply(right.state, further.bytes)).kind).not.toBe("applied")
    })

    test("what is wrong for everybody is void", async () => {
      const { engine, people, one, two } = await start("void")
      const commit = await engine.commit(one, {})
      const sealed = await engine.seal(one, AAD, AAD)
      const joined = await engine.joinExternal(
        await engine.groupInfo(one),
        LINK_ROOM,
        createPerson(seededRandom("dave")).signer,
      )
      for (const bytes of [commit.bytes, joined.bytes]) {
        const damaged = [bytes.slice(0, -1), Uint8Array.of(...bytes, 0), flipped(bytes, 0), new Uint8Array(0)]
        for (const wrong of [...damaged, sealed.bytes])
          expect(await engine.apply(two, wrong)).toMatchObject({ kind: "void" })
        const elsewhere = await engine.create(suite, new Uint8Array(32), LINK, people[1].signer)
        expect((await engine.apply(elsewhere, bytes)).kind).toBe("void")
        const after = appliedState(await engine.apply(two, bytes))
        expect((await engine.apply(after, bytes)).kind).toBe("void")
        expect(await engine.open(two, bytes)).toMatchObject({ kind: "refused" })
      }
    })

    test("what may have worked for others is uncertain, and the state goes on", async () => {
      const { engine, one, two, three } = await start("uncertain")
      const commit = await engine.commit(one, {})
      const newcomer = createPerson(seededRandom("dave")).signer
      const joined = await engine.joinExternal(await engine.groupInfo(one), LINK_ROOM, newcomer)
      for (const bytes of [commit.bytes, joined.bytes]) {
        for (const state of [two, three])
          expect((await engine.apply(state, flipped(bytes, bytes.length - 1))).kind).toBe("uncertain")
      }
      expect((await engine.apply(one, commit.bytes)).kind).toBe("uncertain")
      expect(appliedState(await engine.apply(two, commit.bytes)).epoch).toBe(commit.state.epoch)
    })

    test("nobody removes others, adds twice or enters a chat of two", async () => {
      const { engine, random, people, one, two } = await start("rules")
      const [alice, bob, carol] = people
      const own = await keyPackage(engine, suite, carol)
      const allowed = { code: "not-allowed" }
      await expect(engine.commit(one, { remove: [two.ownLeaf] })).rejects.toMatchObject(allowed)
      await expect(engine.commit(one, { remove: [one.ownLeaf] })).rejects.toMatchObject(allowed)
      await expect(engine.commit(one, { add: [own.public] })).rejects.toMatchObject(allowed)
      await expect(engine.commit(one, { add: [utf8("x")] })).rejects.toMatchObject({ code: "bad-package" })
      const parameters = directOf(alice, bob)
      await expect(engine.create(suite, GROUP_ID, parameters, carol.signer)).rejects.toMatchObject(allowed)
      const first = await engine.create(suite, GROUP_ID, parameters, alice.signer)
      await expect(engine.commit(first, { add: [own.public] })).rejects.toMatchObject(allowed)

      const bobs = await keyPackage(engine, suite, bob)
      const opening = await engine.commit(first, { add: [bobs.public] })
      const header = await engine.groupInfo(opening.state)
      const room = { groupId: GROUP_ID, parameters }
      const refused = { code: "bad-join" }
      await expect(engine.joinExternal(header, room, carol.signer)).rejects.toMatchObject(refused)
      const another = secondDevice(bob, random)
      await expect(engine.joinExternal(header, room, another.signer)).rejects.toMatchObject(refused)
      await expect(engine.joinExternal(header, LINK_ROOM, bob.signer)).rejects.toMatchObject(refused)
      // A device that lost its chat comes back as itself.
      const again = await engine.joinExternal(header, room, bob.signer)
      expect(await engine.apply(opening.state, again.bytes)).toMatchObject({
        kind: "applied",
        change: { added: [{ leaf: 1 }], removed: [{ leaf: 1 }] },
      })
    })

    test("a Welcome opens for its package alone, and gives the same state each time", async () => {
      const { engine, people } = await start("welcome")
      const [alice, bob] = people
      const parameters = directOf(alice, bob)
      const room = { groupId: GROUP_ID, parameters }
      const [own, other] = [await keyPackage(engine, suite, bob), await keyPackage(engine, suite, bob)]
      const first = await engine.create(suite, GROUP_ID, parameters, alice.signer)
      const opening = await engine.commit(first, { add: [own.public] })
      const welcome = opening.welcome!
      const refused = { code: "bad-join" }
      await expect(engine.joinWelcome(welcome, other, room)).rejects.toMatchObject(refused)
      await expect(engine.joinWelcome(welcome, own, LINK_ROOM)).rejects.toMatchObject(refused)
      for (const at of [welcome.length - 1, welcome.length - 40])
        await expect(engine.joinWelcome(flipped(welcome, at), own, room)).rejects.toMatchObject(refused)
      const [a, b] = [
        await engine.joinWelcome(welcome, own, room),
        await engine.joinWelcome(welcome, own, room),
      ]
      expect(a.state.epochAuthenticator).toEqual(b.state.epochAuthenticator)
      const sealed = await engine.seal(a.state, utf8("x"), AAD)
      expect(openedOf(await engine.open(b.state, sealed.bytes)).sender.leaf).toBe(b.state.ownLeaf)
    })

    test("a wiped state is of no use to anybody", async () => {
      const { engine, people, one, two } = await start("wiped")
      const wiped = await reload(engine, one)
      engine.wipeEnded(wiped, undefined)
      const attempt = async <T>(run: () => Promise<T>) => run().catch(() => undefined)
      const sealed = await attempt(() => engine.seal(wiped, AAD, AAD))
      if (sealed) expect(await engine.open(two, sealed.bytes)).toMatchObject({ kind: "refused" })
      const commit = await attempt(() => engine.commit(wiped, {}))
      if (commit) expect((await engine.apply(two, commit.bytes)).kind).not.toBe("applied")
      const info = await attempt(() => engine.groupInfo(wiped))
      const join = await attempt(() => engine.joinExternal(info!, LINK_ROOM, people[2].signer))
      if (join) expect((await engine.apply(two, join.bytes)).kind).not.toBe("applied")
      const theirs = await engine.commit(two, {})
      expect((await engine.apply(wiped, theirs.bytes)).kind).not.toBe("applied")
      const said = await engine.seal(two, AAD, AAD)
      expect(await engine.open(wiped, said.bytes)).toMatchObject({ kind: "refused" })
      const secret = (state: GroupState) => engine.export(state, "envelope", AAD, 32)
      expect(await secret(wiped)).not.toEqual(await secret(one))
    })

    test("what was consumed is gone once it is wiped", async () => {
      const { engine, one, two } = await start("consumed")
      const sealed = await engine.seal(one, utf8("once"), AAD)
      const opened = openedOf(await engine.open(two, sealed.bytes))
      opened.consumed.wipe()
      // The state before would open it again, had its secret not been the one that was wiped.
      expect(await engine.open(two, sealed.bytes)).toMatchObject({ kind: "refused" })
      sealed.consumed.wipe()
      const again = await engine.seal(one, utf8("twice"), AAD)
      expect(await engine.open(await reload(engine, opened.state), again.bytes)).toMatchObject({
        kind: "refused",
      })
      const next = await engine.seal(sealed.state, utf8("next"), AAD)
      expect(openedOf(await engine.open(opened.state, next.bytes)).plain).toEqual(utf8("next"))
    })

    test("a kept key is gone once it was used and wiped, and rows share no memory with the state", async () => {
      const { engine, one, two } = await start("kept and wiped")
      const first = await engine.seal(one, utf8("1"), AAD)
      const second = await engine.seal(first.state, utf8("2"), AAD)
      const jumped = openedOf(await engine.open(two, second.bytes))
      const rows = engine.rows(two, jumped.state)
      for (const { value } of rows) value?.fill(0)
      const late = openedOf(await engine.open(jumped.state, first.bytes))
      expect(late.plain).toEqual(utf8("1"))
      const other = await reload(engine, jumped.state)
      late.consumed.wipe()
      expect(await engine.open(jumped.state, first.bytes)).toMatchObject({ kind: "refused" })
      expect(openedOf(await engine.open(other, first.bytes)).plain).toEqual(utf8("1"))
    })

    test("the same chance gives the same bytes", async () => {
      const run = async () => {
        const { engine, one } = await start("same")
        const commit = await engine.commit(one, {})
        return [commit.bytes, (await engine.seal(commit.state, AAD, AAD)).bytes, await engine.groupInfo(one)]
      }
      expect(await run()).toEqual(await run())
    })

    test("property: no bytes make it throw anything but its refusals, or change a state", async () => {
      const { engine, one, two } = await start("bytes")
      const commit = await engine.commit(one, {})
      const sealed = await engine.seal(one, AAD, AAD)
      const header = await engine.groupInfo(one)
      const stranger = createPerson(seededRandom("stranger")).signer
      const damaged = fc
        .tuple(
          fc.constantFrom(commit.bytes, sealed.bytes, header),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
        )
        .map(([bytes, at, by]) => bytes.with(at % bytes.length, bytes[at % bytes.length]! ^ by))
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), async (bytes) => {
          expect((await engine.apply(two, bytes)).kind).not.toBe("applied")
          expect((await engine.open(two, bytes)).kind).toBe("refused")
          const refusals = { bad: { code: "bad-join" }, package: { code: "bad-package" } }
          await expect(engine.joinExternal(bytes, LINK_ROOM, stranger)).rejects.toMatchObject(refusals.bad)
          await expect(engine.inspectKeyPackage(bytes)).rejects.toMatchObject(refusals.package)
          await expect(engine.welcomeReferences(bytes)).rejects.toMatchObject(refusals.bad)
        }),
        { numRuns: 60 },
      )
      expect(openedOf(await engine.open(two, sealed.bytes)).plain).toEqual(AAD)
      expect((await engine.apply(two, commit.bytes)).kind).toBe("applied")
    })
  })
}
