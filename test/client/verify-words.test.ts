/** Seven words between two people who are whom they seem to be: everything that may get in the way (PROTOCOL.md §14.4). */
import { expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { decodeQr } from "../../src/crypto/sas.ts"
import type { Content } from "../../src/protocol/content.ts"
import { arrived, distrusts, forging, type Guest, HostileWorld, MINUTE, saidOf } from "../support/hostile.ts"
import { comparing, idOf, say, screen, step, trustIn, words } from "../support/verify.ts"

async function pair(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(1_000)
  return { world, alice, bob }
}

function types(guest: Guest): string[] {
  return guest.events.map(({ type }) => type).filter((type) => type.startsWith("verify."))
}

test("the same seven words and digits stand on both screens, and each side is verified by its own yes alone", async () => {
  const { world, alice, bob } = await pair()
  await comparing(world, alice, bob)
  expect(words(alice)).toBe(words(bob))
  expect(words(alice).split(" ")).toHaveLength(7)
  expect(screen(alice).digits).toMatch(/^(\d{5} ){5}\d{5}$/)
  expect(screen(alice).digits).toBe(screen(bob).digits)
  await say(alice, true)
  await world.run(MINUTE)
  expect([trustIn(alice, "bob"), trustIn(bob, "alice")]).toEqual(["verified", "unverified"])
  expect(screen(bob)).toMatchObject({ step: "compare", theirAnswer: true })
  await say(bob, true)
  await world.run(MINUTE)
  expect([trustIn(alice, "bob"), trustIn(bob, "alice")]).toEqual(["verified", "verified"])
  expect(screen(alice)).toMatchObject({ step: "verified", theirAnswer: true, waitingFor: "nobody" })
  expect(alice.client.findPerson("bob").verified).toMatchObject({ how: "words" })
  expect(types(alice)).toEqual([
    "verify.changed",
    "verify.changed",
    "verify.accepted",
    "verify.compare",
    "verify.done",
    "verify.changed",
  ])
  expect(types(bob)).toEqual([
    "verify.requested",
    "verify.changed",
    "verify.compare",
    "verify.changed",
    "verify.done",
  ])
  expect(alice.events.find((event) => event.type === "verify.done")).toMatchObject({
    person: { name: "bob", trust: "verified", verified: { how: "words" } },
  })
})

test("words asked before the first message open the chat", async () => {
  const world = await HostileWorld.create()
  const bob = await world.join("bob")
  const alice = await world.join("alice")
  await world.until(() => bob.client.people().length === 1, "them to meet")
  await comparing(world, alice, bob)
  expect(words(alice)).toBe(words(bob))
})

for (const first of ["alice", "bob"]) {
  test(`the no of ${first} makes it a mismatch on both sides at once, and nothing is sent any more`, async () => {
    const { world, alice, bob } = await pair()
    await comparing(world, alice, bob)
    const [one, other] = first === "alice" ? [alice, bob] : [bob, alice]
    await say(other, true)
    await world.run(1_000)
    await say(one, false)
    await world.until(() => step(other) === "mismatch", "the other side to hear")
    for (const [guest, name] of [
      [alice, "bob"],
      [bob, "alice"],
    ] as const) {
      expect(trustIn(guest, name)).toBe("differs")
      expect(guest.client.room(guest.client.findRoom(name).id)).toMatchObject({ state: "stopped" })
      await expect(guest.write(name, "no")).rejects.toMatchObject({ code: "keys-differ" })
    }
    // The no itself was the last of it. #everyone goes on.
    const { handle } = saidOf(one.wire, "entry").at(-1)!
    const inChat = () => saidOf(one.wire, "entry").filter((entry) => entry.handle === handle)
    const before = inChat().length
    await world.run(20 * MINUTE)
    expect(inChat()).toHaveLength(before)
  })
}

test("after a mismatch words may be compared again; a yes on each side lets messages through", async () => {
  const { world, alice, bob } = await pair()
  await comparing(world, alice, bob)
  await say(alice, false)
  await world.until(() => step(bob) === "mismatch", "both to know")
  await world.run(MINUTE)
  await comparing(world, bob, alice)
  expect(words(alice)).toBe(words(bob))
  await say(alice, true)
  await say(bob, true)
  await world.run(1_000)
  await alice.write("bob", "so it was you")
  await world.until(() => arrived(bob, "alice", "so it was you"), "the message")
})

test("a no overtakes texts that wait, and they wait on", async () => {
  const { world, alice, bob } = await pair()
  await comparing(world, alice, bob)
  alice.wire.up = () => []
  world.world.network.cutAll()
  for (const text of ["one", "two", "three"]) await alice.write("bob", text)
  await say(alice, false)
  alice.wire.up = (message) => [message]
  world.world.network.cutAll()
  await world.until(() => step(bob) === "mismatch", "bob to hear", 10 * MINUTE)
  expect(bob.texts("alice")).not.toContain("one")
  await alice.client.markVerified(idOf(alice, "bob"))
  await world.until(() => arrived(bob, "alice", "three"), "the texts")
  expect(bob.texts("alice").slice(-3)).toEqual(["one", "two", "three"])
  expect(distrusts(alice) + distrusts(bob)).toBe(0)
})

test("both ask at once: the smaller account's question counts, and nobody is asked twice", async () => {
  const { world, alice, bob } = await pair()
  await alice.client.verification.askWords(idOf(alice, "bob"))
  await bob.client.verification.askWords(idOf(bob, "alice"))
  await world.until(() => step(alice) === "compare" && step(bob) === "compare", "the words")
  expect(words(alice)).toBe(words(bob))
  expect(new Set([screen(alice).role, screen(bob).role])).toEqual(new Set(["asker", "answerer"]))
  expect(alice.client.verification.all()).toHaveLength(1)
  expect(bob.client.verification.all()).toHaveLength(1)
  await say(alice, true)
  await say(bob, true)
  expect([trustIn(alice, "bob"), trustIn(bob, "alice")]).toEqual(["verified", "verified"])
})

test("whoever is asked agrees by asking as well", async () => {
  const { world, alice, bob } = await pair()
  await alice.client.verification.askWords(idOf(alice, "bob"))
  await world.until(() => step(bob) === "accept?", "bob to be asked")
  await bob.client.verification.askWords(idOf(bob, "alice"))
  await world.until(() => step(alice) === "compare" && step(bob) === "compare", "the words")
  expect(words(alice)).toBe(words(bob))
})

test("five minutes without an answer end it on both sides, each in its own words", async () => {
  const { world, alice, bob } = await pair()
  await alice.client.verification.askWords(idOf(alice, "bob"))
  await world.run(6 * MINUTE)
  expect(screen(alice)).toMatchObject({ step: "timed-out", why: "no-answer", endsAt: undefined })
  expect(["timed-out", "cancelled"]).toContain(step(bob))
  await expect(bob.client.verification.accept(screen(bob).id)).rejects.toMatchObject({ code: "verify-over" })
  await comparing(world, alice, bob)
  await world.run(6 * MINUTE)
  expect(screen(alice)).toMatchObject({ step: "timed-out", why: "you-did-not-answer" })
  await expect(alice.client.verification.answer(screen(alice).id, true)).rejects.toMatchObject({
    code: "verify-over",
  })
  expect([trustIn(alice, "bob"), trustIn(bob, "alice")]).toEqual(["unverified", "unverified"])
})

test("cancelling ends it on both sides; what is over is dismissed and gone", async () => {
  const { world, alice, bob } = await pair()
  await comparing(world, alice, bob)
  await bob.client.verification.cancel(screen(bob).id)
  await world.until(() => step(alice) === "cancelled", "alice to hear")
  expect(screen(bob)).toMatchObject({ why: "you-cancelled" })
  expect(screen(alice)).toMatchObject({ why: "they-cancelled" })
  expect(screen(alice).words).toHaveLength(7)
  const { id } = screen(alice)
  await alice.client.verification.dismiss(id)
  expect(alice.client.verification.current()).toBeUndefined()
  expect(() => alice.client.verification.view(id)).toThrow(expect.objectContaining({ code: "unknown-name" }))
})

test("what never left this computer is not asked later", async () => {
  const { world, alice, bob } = await pair()
  await world.relay.stop()
  await world.run(1_000)
  await alice.client.verification.askWords(idOf(alice, "bob"))
  await world.run(6 * MINUTE)
  expect(screen(alice)).toMatchObject({ step: "timed-out", why: "you-were-offline" })
  await world.relay.start()
  await world.run(10 * MINUTE)
  expect(bob.client.verification.all()).toEqual([])
})

test("what was on its way when the connection went is taken back", async () => {
  const { world, alice, bob } = await pair()
  alice.wire.up = () => []
  await alice.client.verification.askWords(idOf(alice, "bob"))
  world.world.network.cutAll()
  await world.run(6 * MINUTE)
  expect(screen(alice)).toMatchObject({ step: "timed-out", why: "you-were-offline" })
  alice.wire.up = (message) => [message]
  world.world.network.cutAll()
  await world.until(() => step(bob) === "cancelled", "bob to read both", 10 * MINUTE)
  expect(screen(bob).why).toBe("no-answer")
})

test("half a minute between two questions; one at a time with one person", async () => {
  const { world, alice, bob } = await pair()
  const ask = () => alice.client.verification.askWords(idOf(alice, "bob"))
  await ask()
  await expect(ask()).rejects.toMatchObject({ code: "verify-busy" })
  await alice.client.verification.cancel(screen(alice).id)
  await expect(ask()).rejects.toMatchObject({ code: "verify-too-soon" })
  await world.run(MINUTE)
  await comparing(world, alice, bob)
})

test("how and when outlive a restart", async () => {
  const { world, alice, bob } = await pair()
  await comparing(world, alice, bob)
  await say(alice, true)
  const { verified } = alice.client.findPerson("bob")
  await world.stop(alice)
  const back = await world.start("alice", { disk: alice.disk })
  expect(back.client.findPerson("bob").verified).toEqual(verified)
  expect(step(back)).toBe("verified")
})

test("one thing said twice ends it on both sides, and whoever did it is known", async () => {
  let accept: Content | undefined
  const repeating = forging((payload) => {
    const { content } = payload
    if (content.type === "verifyAccept") accept = content
    return content.type === "text" && accept ? { ...payload, content: accept } : payload
  })
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair({}, { engine: repeating })
  await world.run(1_000)
  await comparing(world, alice, bob)
  await bob.write("alice", "again")
  await world.until(() => step(alice) === "failed", "alice to notice")
  expect(screen(alice).why).toBe("broken-rules")
  await expect(alice.client.verification.answer(screen(alice).id, true)).rejects.toMatchObject({
    code: "verify-over",
  })
  expect(trustIn(alice, "bob")).toBe("unverified")
})

test("a question under the name of something else takes nothing away", async () => {
  const sids: Uint8Array[] = []
  const stealing = forging((payload) => {
    const sid = sids[0]
    if (payload.content.type !== "text" || !sid) return payload
    return { ...payload, content: { type: "verifyStart", sid, commitment: new Uint8Array(32) } }
  })
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair({}, { engine: stealing })
  await world.run(1_000)
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  sids.push(decodeQr(qr!)!.nonce)
  await bob.write("alice", "mine now")
  await world.run(MINUTE)
  expect(screen(alice)).toMatchObject({ kind: "qr", step: "show", qr })
})

test("asking anew under a question that is open is asking too soon, as well", async () => {
  const again = forging((payload) => {
    const content = {
      type: "verifyStart",
      sid: new Uint8Array(16).fill(7),
      commitment: new Uint8Array(32),
    } as const
    return payload.content.type === "text" && payload.content.text === "again"
      ? { ...payload, content }
      : payload
  })
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair({}, { engine: again })
  await world.run(1_000)
  await bob.client.verification.askWords(idOf(bob, "alice"))
  await world.until(() => step(alice) === "accept?", "alice to be asked")
  const { id } = screen(alice)
  await bob.write("alice", "again")
  await world.run(10_000)
  expect([screen(alice).id, step(alice), alice.client.verification.all().length]).toEqual([id, "accept?", 1])
})

test("a row that makes no sense is passed over; the others stay", async () => {
  const { world, alice, bob } = await pair()
  await comparing(world, alice, bob)
  await say(alice, true)
  await world.stop(alice)
  const store = alice.disk.open()
  store.transaction("synced", (tx) => {
    tx.put("verification", new Uint8Array(16), utf8('{"kind":"words"}'))
    tx.put("verification", new Uint8Array(16).fill(1), utf8("[]"))
    tx.put("verification", new Uint8Array(16).fill(2), utf8("nonsense"))
  })
  store.close()
  const back = await world.start("alice", { disk: alice.disk })
  expect(back.client.verification.all().map(({ step: each }) => each)).toEqual(["verified"])
})
