/** What the client relies on: every `MlsEngine` passes this (PROTOCOL.md §10). */
import { describe, expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import type { GroupState, MlsEngine, SuiteName } from "../../src/crypto/mls-engine.ts"
import { deliveryContract } from "./engine-delivery.contract.ts"
import { linkContract } from "./engine-link.contract.ts"
import { rotationContract } from "./engine-rotation.contract.ts"
import {
  appliedState,
  canonical,
  createPerson,
  DAY_MS,
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

const SUITES: readonly SuiteName[] = ["xwing", "classic"]
const AAD = utf8("binding")

export function engineContract(name: string, make: (seed: string) => MlsEngine): void {
  for (const suite of SUITES) {
    deliveryContract(name, suite, make)
    linkContract(name, suite, make)
    rotationContract(name, suite, make)
  }
  describe.each(SUITES)(`${name}, %s`, (suite) => {
    const start = (seed: string) => {
      const random = seededRandom(`people ${seed}`)
      return {
        engine: make(seed),
        random,
        alice: createPerson(random),
        bob: createPerson(random),
        carol: createPerson(random),
      }
    }

    test("a direct chat opens by Welcome, and both read each other", async () => {
      const { engine, alice, bob } = start("direct")
      const parameters = directOf(alice, bob)
      const own = await keyPackage(engine, suite, bob)
      const first = await engine.create(suite, GROUP_ID, parameters, alice.signer)
      const opening = await engine.commit(first, { add: [own.public] })
      expect(opening.state.epoch).toBe(1)
      expect(await engine.welcomeReferences(opening.welcome!)).toEqual([own.reference])
      const joined = await engine.joinWelcome(opening.welcome!, own, { groupId: GROUP_ID, parameters })
      expect(joined.signer.accountId).toEqual(alice.account.accountId)
      expect(joined.state.epochAuthenticator).toEqual(opening.state.epochAuthenticator)
      expect(joined.state.members.map((member) => member.accountId)).toEqual([
        alice.account.accountId,
        bob.account.accountId,
      ])
      expect(joined.state).toMatchObject({ suite, epoch: 1, ownLeaf: 1, parameters, groupId: GROUP_ID })

      const sealed = await engine.seal(joined.state, utf8("hello"), AAD)
      const opened = openedOf(await engine.open(opening.state, sealed.bytes))
      expect(opened).toMatchObject({ plain: utf8("hello"), authenticatedData: AAD, generation: 0 })
      expect(opened.sender).toMatchObject({ leaf: 1, deviceId: bob.device.deviceId })
      const answer = await engine.seal(opened.state, utf8("yes"), AAD)
      expect(openedOf(await engine.open(sealed.state, answer.bytes)).plain).toEqual(utf8("yes"))
    })

    test("a package tells its owner, suite and lifetime", async () => {
      const { engine, alice } = start("package")
      const own = await engine.createKeyPackage(suite, alice.signer, 0, 90 * DAY_MS)
      expect(await engine.inspectKeyPackage(own.public)).toEqual({
        ...alice.signer.identity,
        accountId: alice.account.accountId,
        suite,
        notAfter: 90 * DAY_MS,
        reference: own.reference,
      })
      await expect(engine.inspectKeyPackage(own.public.slice(1))).rejects.toMatchObject({
        code: "bad-package",
      })
    })

    test("a link room grows by external commits, and everybody agrees", async () => {
      const { engine, alice, bob, carol } = start("link")
      const states = await linkRoom(engine, suite, [alice, bob, carol])
      expect(new Set(states.map((state) => state.epochAuthenticator.join())).size).toBe(1)
      expect(states.map((state) => state.ownLeaf)).toEqual([0, 1, 2])
      const sealed = await engine.seal(states[2]!, utf8("here"), AAD)
      for (const state of states.slice(0, 2)) {
        expect(openedOf(await engine.open(state, sealed.bytes)).sender.accountId).toEqual(
          carol.account.accountId,
        )
      }
    })

    test("a join is told as one newcomer, a healing commit as nobody", async () => {
      const { engine, alice, bob, carol } = start("change")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const expected = { groupId: GROUP_ID, parameters: LINK }
      const joined = await engine.joinExternal(await engine.groupInfo(one!), expected, carol.signer)
      const applied = await engine.apply(two!, joined.bytes)
      expect(applied).toMatchObject({
        kind: "applied",
        change: { added: [{ leaf: 2, deviceId: carol.device.deviceId }], removed: [], selfRemoved: false },
      })
      expect(applied.kind === "applied" && applied.change.committer).toBe(undefined)
      const healing = await engine.commit(joined.state, {})
      expect(healing.welcome).toBe(undefined)
      expect(await engine.apply(appliedState(applied), healing.bytes)).toMatchObject({
        kind: "applied",
        change: { added: [], removed: [], committer: { leaf: 2 }, selfRemoved: false },
      })
    })

    test("an account adds its second device and removes it, and the removed device is told", async () => {
      const { engine, alice, bob, random } = start("devices")
      const tablet = secondDevice(bob, random)
      const own = await keyPackage(engine, suite, tablet)
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const adding = await engine.commit(two!, { add: [own.public] })
      const expected = { groupId: GROUP_ID, parameters: LINK }
      const three = (await engine.joinWelcome(adding.welcome!, own, expected)).state
      const afterAdd = appliedState(await engine.apply(one!, adding.bytes))
      expect(three.epochAuthenticator).toEqual(afterAdd.epochAuthenticator)

      const removing = await engine.commit(adding.state, { remove: [three.ownLeaf] })
      expect(await engine.apply(afterAdd, removing.bytes)).toMatchObject({
        kind: "applied",
        change: { removed: [{ deviceId: tablet.device.deviceId }], selfRemoved: false },
      })
      const told = await engine.apply(three, removing.bytes)
      expect(told).toMatchObject({
        kind: "applied",
        change: { selfRemoved: true, removed: [{ leaf: three.ownLeaf }] },
      })
      await expect(engine.seal(appliedState(told), AAD, AAD)).rejects.toMatchObject({ code: "not-allowed" })
      expect(appliedState(told).epochAuthenticator).not.toEqual(removing.state.epochAuthenticator)
    })

    test("a device that lost its state takes over its own leaf, and its old state is told", async () => {
      const { engine, alice, bob } = start("replace")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const expected = { groupId: GROUP_ID, parameters: LINK }
      const header = await engine.groupInfo(one!)
      const again = await engine.joinExternal(header, expected, bob.signer, two!.ownLeaf)
      expect(again.state.members.length).toBe(2)
      const applied = await engine.apply(one!, again.bytes)
      expect(applied).toMatchObject({
        kind: "applied",
        change: { added: [{ leaf: 1 }], removed: [{ leaf: 1 }] },
      })
      expect(appliedState(applied).epochAuthenticator).toEqual(again.state.epochAuthenticator)
      expect(await engine.apply(two!, again.bytes)).toMatchObject({
        kind: "applied",
        change: { added: [{ leaf: 1 }], removed: [{ leaf: 1 }], selfRemoved: true },
      })
      // Not told which leaf: found all the same.
      const third = await engine.joinExternal(header, expected, bob.signer)
      expect(third.state.members.length).toBe(2)
      await expect(engine.joinExternal(header, expected, bob.signer, 0)).rejects.toMatchObject({
        code: "bad-join",
      })
    })

    test("messages open once, in any order, up to the limits", async () => {
      const { engine, alice, bob } = start("order")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      let sender = one!
      const sealed: Uint8Array[] = []
      for (let n = 0; n < 300; n++) {
        const next = await engine.seal(sender, utf8(`${n}`), AAD)
        sender = next.state
        sealed.push(next.bytes)
      }
      expect(await engine.open(two!, sealed[257]!)).toMatchObject({ kind: "refused" })
      const jumped = openedOf(await engine.open(two!, sealed[256]!))
      expect(jumped).toMatchObject({ plain: utf8("256"), generation: 256 })
      expect(await engine.open(jumped.state, sealed[256]!)).toMatchObject({ kind: "refused" })
      expect(await engine.open(jumped.state, sealed[223]!)).toMatchObject({ kind: "refused" })
      const late = openedOf(await engine.open(jumped.state, sealed[224]!))
      expect(late).toMatchObject({ plain: utf8("224"), generation: 224 })
      expect(await engine.open(late.state, sealed[224]!)).toMatchObject({ kind: "refused" })
      expect(openedOf(await engine.open(late.state, sealed[257]!)).generation).toBe(257)
    })

    test("a refused input leaves the state usable", async () => {
      const { engine, alice, bob } = start("refused")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const sealed = await engine.seal(one!, utf8("x"), AAD)
      for (const at of [0, 20, sealed.bytes.length - 1]) {
        const broken = sealed.bytes.slice()
        broken[at] = broken[at]! ^ 1
        expect(await engine.open(two!, broken), `byte ${at}`).toMatchObject({ kind: "refused" })
      }
      expect(openedOf(await engine.open(two!, sealed.bytes)).plain).toEqual(utf8("x"))
    })

    test("the exporter agrees within an epoch and differs by label, context and epoch", async () => {
      const { engine, alice, bob } = start("exporter")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const next = await engine.commit(one!, {})
      const secret = (state: GroupState, label: string, context: string) =>
        engine.export(state, label, utf8(context), 32).then((bytes) => bytes.join())
      const value = await secret(one!, "envelope", "a")
      expect(await secret(two!, "envelope", "a")).toBe(value)
      const others = [
        secret(one!, "append", "a"),
        secret(one!, "envelope", "b"),
        secret(next.state, "envelope", "a"),
      ]
      for (const other of await Promise.all(others)) expect(other).not.toBe(value)
    })

    test("rows: one per message, all of them after a commit, and loading gives the same state", async () => {
      const { engine, alice, bob } = start("rows")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const first = await engine.seal(one!, utf8("1"), AAD)
      const second = await engine.seal(first.state, utf8("2"), AAD)
      expect(engine.rows(one, first.state).length).toBe(1)
      const jumped = openedOf(await engine.open(two!, second.bytes))
      const rows = engine.rows(two, jumped.state)
      expect(rows.map(({ key }) => String.fromCharCode(...key.subarray(0, 3)))).toEqual(["lea", "gen"])
      const late = openedOf(await engine.open(jumped.state, first.bytes))
      expect(engine.rows(jumped.state, late.state).filter(({ value }) => value === undefined).length).toBe(1)
      for (const state of [one!, first.state, jumped.state, late.state]) {
        expect(canonical(engine, await reload(engine, state))).toEqual(canonical(engine, state))
      }
      const loaded = await reload(engine, jumped.state)
      expect(openedOf(await engine.open(loaded, first.bytes)).plain).toEqual(utf8("1"))
      expect(loaded.members).toEqual(jumped.state.members)
    })

    test.each([
      ["no rows", () => []],
      ["no head", (rows: Row[]) => rows.slice(1)],
      ["no leaf", (rows: Row[]) => rows.slice(0, -1)],
      ["a row twice", (rows: Row[]) => [...rows, rows[1]!]],
      [
        "a row of nobody",
        (rows: Row[]) => [...rows, { key: Uint8Array.of(1, 2, 3), value: Uint8Array.of(1) }],
      ],
      [
        "another format",
        (rows: Row[]) => [{ key: rows[0]!.key, value: Uint8Array.of(99) }, ...rows.slice(1)],
      ],
      [
        "half a head",
        (rows: Row[]) => [{ key: rows[0]!.key, value: rows[0]!.value.slice(0, 200) }, ...rows.slice(1)],
      ],
    ])("loading refuses %s", async (_, damage) => {
      const { engine, alice } = start("load")
      const [state] = await linkRoom(engine, suite, [alice])
      const rows = engine.rows(undefined, state!).map(({ key, value }) => ({ key, value: value! }))
      await expect(engine.load(damage(rows))).rejects.toMatchObject({ code: "bad-group" })
    })

    test("a loaded state shares no memory with the rows", async () => {
      const { engine, alice } = start("private copy")
      const [state] = await linkRoom(engine, suite, [alice])
      const rows = engine.rows(undefined, state!).map(({ key, value }) => ({ key, value: value! }))
      const before = rows.map(({ value }) => value.join())
      engine.wipeEnded(await engine.load(rows), undefined)
      expect(rows.map(({ value }) => value.join())).toEqual(before)
      expect((await engine.load(rows)).epochAuthenticator).toEqual(state!.epochAuthenticator)
    })

    test("a dropped commit leaves the live state working, also after the drop is wiped", async () => {
      const { engine, alice, bob } = start("dropped")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const loser = await engine.commit(one!, {})
      const winner = await engine.commit(two!, {})
      engine.wipeEnded(loser.state, one)
      const merged = appliedState(await engine.apply(one!, winner.bytes))
      expect(merged.epochAuthenticator).toEqual(winner.state.epochAuthenticator)
      engine.wipeEnded(one!, merged)
      const sealed = await engine.seal(merged, utf8("on"), AAD)
      expect(openedOf(await engine.open(winner.state, sealed.bytes)).plain).toEqual(utf8("on"))
      const again = await engine.commit(merged, {})
      expect(appliedState(await engine.apply(winner.state, again.bytes)).epoch).toBe(merged.epoch + 1)
    })

    test("wiping after the transaction hurts nothing that lives", async () => {
      const { engine, alice, bob } = start("wipe")
      const [one, two] = await linkRoom(engine, suite, [alice, bob])
      const sealed = await engine.seal(one!, utf8("a"), AAD)
      const opened = openedOf(await engine.open(two!, sealed.bytes))
      sealed.consumed.wipe()
      opened.consumed.wipe()
      const commit = await engine.commit(sealed.state, {})
      const applied = await engine.apply(opened.state, commit.bytes)
      const state = appliedState(applied)
      commit.consumed.wipe()
      engine.wipeEnded(sealed.state, commit.state)
      if (applied.kind === "applied") applied.consumed.wipe()
      engine.wipeEnded(opened.state, state)
      const next = await engine.seal(commit.state, utf8("b"), AAD)
      expect(openedOf(await engine.open(state, next.bytes)).plain).toEqual(utf8("b"))
      const healing = await engine.commit(state, {})
      expect(appliedState(await engine.apply(commit.state, healing.bytes)).epoch).toBe(state.epoch + 1)
    })
  })
}

type Row = { key: Uint8Array; value: Uint8Array }
