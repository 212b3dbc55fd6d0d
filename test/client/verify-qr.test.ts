/** A code on one screen, read by the other (PROTOCOL.md §14.6). */
import { expect, test } from "vitest"
import { fromBase64Url } from "../../src/bytes.ts"
import { decodeQr, encodeQr } from "../../src/crypto/sas.ts"
import { arrived, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"
import { replace } from "../support/succession.ts"
import { idOf, screen, step, trustIn } from "../support/verify.ts"

async function pair(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(1_000)
  return { world, alice, bob }
}

test("reading verifies the shower at once; the tick, seen by the shower's person, verifies the reader", async () => {
  const { world, alice, bob } = await pair()
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  expect(qr).toMatch(/^secure-chat-verify:1\?s=[\w-]{43}&o=[\w-]{43}&n=[\w-]{22}$/)
  const read = await bob.client.verification.readQr(idOf(bob, "alice"), `  ${qr}\n`)
  expect(read).toMatchObject({
    step: "verified",
    role: "reader",
    person: { name: "alice", trust: "verified" },
  })
  expect(bob.client.findPerson("alice").verified).toMatchObject({ how: "qr" })
  expect(trustIn(alice, "bob")).toBe("unverified")
  await world.until(() => step(alice) === "confirm?", "the tick")
  expect(screen(alice)).toMatchObject({ waitingFor: "you", qr })
  await alice.client.verification.confirmQr(screen(alice).id, true)
  expect(trustIn(alice, "bob")).toBe("verified")
  expect(screen(alice)).toMatchObject({ step: "verified", qr: undefined })
})

test("a tick that the shower does not see is a mismatch: nothing is sent any more", async () => {
  const { world, alice, bob } = await pair()
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  await bob.client.verification.readQr(idOf(bob, "alice"), qr!)
  await world.until(() => step(alice) === "confirm?", "the tick")
  await alice.client.verification.confirmQr(screen(alice).id, false)
  expect(trustIn(alice, "bob")).toBe("differs")
  await expect(alice.write("bob", "no")).rejects.toMatchObject({ code: "keys-differ" })
})

test("a code that came as a message proves nothing, wherever it came", async () => {
  for (const where of ["bob", "#everyone"]) {
    const { world, alice, bob } = await pair()
    const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
    await alice.write(where, `scan this: ${qr}`)
    const from = where === "bob" ? "alice" : where
    await world.until(() => arrived(bob, from, `scan this: ${qr}`), "the message")
    expect(await bob.client.verification.readQr(idOf(bob, "alice"), qr!)).toMatchObject({
      step: "failed",
      why: "from-the-chat",
    })
    expect(trustIn(bob, "alice")).toBe("unverified")
    await world.run(MINUTE)
    expect(step(alice)).toBe("show")
  }
})

test("codes for somebody else, of strangers, old ones and damaged ones verify nobody", async () => {
  const { world, alice, bob } = await pair()
  const carol = await world.join("carol")
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  const code = decodeQr(qr!)!
  const why = async (guest: Guest, text: string) => {
    const view = await guest.client.verification.readQr(idOf(guest, "alice"), text)
    expect(view.step).toBe("failed")
    return view.why
  }
  expect(await why(carol, qr!)).toBe("not-for-you")
  expect(await why(bob, encodeQr({ ...code, other: new Uint8Array(32) }))).toBe("not-for-you")
  expect(await why(bob, encodeQr({ ...code, shower: new Uint8Array(32) }))).toBe("unknown-person")
  expect(await why(bob, encodeQr({ ...code, shower: code.other }))).toBe("unknown-person")
  for (const text of [
    "",
    "https://example.org",
    qr!.slice(0, -1),
    `${qr!}A`,
    qr!.replace(":1?", ":2?"),
    "x".repeat(10_000),
  ])
    expect(await why(bob, text)).toBe("unknown-code")
  expect(trustIn(bob, "alice")).toBe("unverified")
  await bob.client.verification.readQr(idOf(bob, "alice"), qr!)
  expect(trustIn(bob, "alice")).toBe("verified")
  expect(await why(bob, qr!)).toBe("old-code")
  expect(fromBase64Url(qr!.slice(-22))).toEqual(code.nonce)
})

test("a tick for another code, or from another person, is none", async () => {
  const { world, alice, bob } = await pair()
  const carol = await world.join("carol")
  const first = await alice.client.verification.qrText(idOf(alice, "bob"))
  expect((await alice.client.verification.qrText(idOf(alice, "bob"))).id).toBe(first.id)
  await alice.client.verification.cancel(first.id)
  const second = await alice.client.verification.qrText(idOf(alice, "bob"))
  expect(second.qr).not.toBe(first.qr)
  await bob.client.verification.readQr(idOf(bob, "alice"), first.qr!)
  await carol.write("alice", "hello")
  await world.run(MINUTE)
  expect(step(alice)).toBe("show")
  await world.run(5 * MINUTE)
  expect(screen(alice)).toMatchObject({ step: "timed-out", why: "no-answer", qr: undefined })
})

test("a restart ends the showing; what was read stays", async () => {
  const { world, alice, bob } = await pair()
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  await bob.client.verification.readQr(idOf(bob, "alice"), qr!)
  world.crash(alice)
  world.crash(bob)
  const [back, other] = [
    await world.start("alice", { disk: alice.disk }),
    await world.start("bob", { disk: bob.disk }),
  ]
  expect(screen(back)).toMatchObject({ step: "cancelled", why: "you-restarted" })
  expect(trustIn(other, "alice")).toBe("verified")
  await world.run(MINUTE)
  expect(step(back)).toBe("cancelled")
})

test("the code of somebody else, on this person's screen, gets nobody a mark", async () => {
  const { world, alice } = await pair()
  const mallory = await world.join("mallory")
  await world.until(() => alice.client.people().length === 2, "alice to see mallory")
  const { qr } = await mallory.client.verification.qrText(idOf(mallory, "alice"))
  const view = await alice.client.verification.readQr(idOf(alice, "bob"), qr!)
  expect(view).toMatchObject({ step: "failed", why: "other-person", person: { name: "bob" } })
  expect([trustIn(alice, "bob"), trustIn(alice, "mallory")]).toEqual(["unverified", "unverified"])
  await world.run(MINUTE)
  expect(step(mallory)).toBe("show")
})

test.each<[string, boolean, boolean]>([
  ["as an edit", true, false],
  ["as a message that is gone again", false, true],
  ["as an edit of what is gone again", true, true],
])("a code that came %s proves nothing either", async (_, isEdit, isGone) => {
  const { world, alice, bob } = await pair()
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  await alice.write("bob", "good morning")
  const room = alice.client.findRoom("bob").id
  const id = await alice.write("bob", isEdit ? "hello" : `scan this: ${qr}`)
  if (isEdit) await alice.client.remarks.edit(room, { id }, `scan this: ${qr}`)
  await world.until(() => shown(bob).some((text) => text.includes(qr!)), "the code on bob's screen")
  if (isGone) {
    await alice.client.remarks.delete(room, { id })
    await world.until(() => !shown(bob).some((text) => text.includes(qr!)), "it to be gone")
  }
  await world.stop(bob)
  const back = await world.start("bob", { disk: bob.disk })
  expect(await back.client.verification.readQr(idOf(back, "alice"), qr!)).toMatchObject({
    step: "failed",
    why: "from-the-chat",
  })
  expect(trustIn(back, "alice")).toBe("unverified")
})

test("a code for a key that was replaced since marks nobody, and the screen says so", async () => {
  const { world, alice, bob } = await pair()
  const { qr } = await alice.client.verification.qrText(idOf(alice, "bob"))
  await bob.client.verification.readQr(idOf(bob, "alice"), qr!)
  await world.until(() => step(alice) === "confirm?", "the tick")
  world.crash(bob)
  await replace(world, "bob")
  await world.until(() => trustIn(alice, "bob") === "changed", "alice to know")
  const view = await alice.client.verification.confirmQr(screen(alice).id, true)
  expect(view).toMatchObject({ step: "failed", why: "keys-changed" })
  expect(trustIn(alice, "bob")).toBe("changed")
})

function shown({ client }: Guest): string[] {
  return client
    .rooms()
    .flatMap(({ id }) => client.transcript(id, 50))
    .flatMap((line) => (line.kind === "message" ? [line.message.text] : []))
}
