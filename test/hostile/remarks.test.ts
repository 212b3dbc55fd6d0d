/** Edits, deletions, reactions and replies between real clients, and a member that edits what is not theirs. */
import { expect, test } from "vitest"
import { fromBase64Url } from "../../src/bytes.ts"
import type { MessageView } from "../../src/client/events.ts"
import type { Content, Payload } from "../../src/protocol/content.ts"
import type { MessageRef } from "../../src/protocol/remarks.ts"
import { holds } from "../support/holds.ts"
import { arrived, forging, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"
import { linesOf, replace, rotate } from "../support/succession.ts"

function messages(guest: Guest, to: string): MessageView[] {
  return linesOf(guest, to).flatMap((line) => (line.kind === "message" ? [line.message] : []))
}

function message(guest: Guest, to: string, id: string): MessageView {
  return messages(guest, to).find((each) => each.id === id)!
}

/** What all see of a message, without what is only the author's. */
function seen(guest: Guest, to: string, id: string): unknown {
  const found = messages(guest, to).find((each) => each.id === id)
  if (!found) return undefined
  const { text, edited, deleted, reactions, replyTo } = found
  return {
    text,
    isEdited: edited !== undefined,
    deleted,
    said: reactions?.map(({ reaction, people }) => [reaction, people.map(({ name }) => name).sort()]),
    re: replyTo?.text,
  }
}

test(
  "one view of a message for all of a room and of a chat, also for whoever was away",
  { timeout: 300_000 },
  async () => {
    const world = await HostileWorld.create(5)
    const [alice, other] = await world.pair()
    let bob = other
    for (const to of ["#everyone", "bob"]) {
      const at = to === "#everyone" ? to : "alice"
      const roomOf = (guest: Guest) => guest.client.findRoom(guest === alice ? to : at).id
      const id = await alice.write(to, `a secret in ${to}`)
      await world.until(() => arrived(bob, at, `a secret in ${to}`), "the message")
      const reply = await bob.client.send(roomOf(bob), "which one?", message(bob, at, id))
      await bob.client.remarks.react(roomOf(bob), { id }, "\u{1f44d}", true)
      await bob.client.remarks.react(roomOf(bob), { id }, ":yes:", true)
      await alice.client.remarks.react(roomOf(alice), { id }, "\u{1f44d}", true)
      await bob.client.remarks.react(roomOf(bob), { id }, ":yes:", false)
      await alice.client.remarks.edit(roomOf(alice), { id }, `other words in ${to}`)
      expect(message(alice, to, id)).toMatchObject({ text: `other words in ${to}`, unsent: "queued" })
      await world.run(MINUTE)
      const expected = {
        text: `other words in ${to}`,
        isEdited: true,
        deleted: undefined,
        said: [["\u{1f44d}", ["alice", "bob"]]],
        re: undefined,
      }
      expect([seen(alice, to, id), seen(bob, at, id)]).toEqual([expected, expected])
      expect(message(alice, to, id).unsent).toBeUndefined()
      for (const [guest, where] of [
        [alice, to],
        [bob, at],
      ] as const)
        expect(message(guest, where, reply.id).replyTo).toMatchObject({
          id,
          state: "there",
          text: expected.text,
        })
      await world.stop(bob)
      await alice.client.remarks.delete(roomOf(alice), { id })
      await world.run(MINUTE)
      const back = await world.start("bob", { disk: bob.disk })
      bob = back
      await world.until(() => message(back, at, id).deleted === true, "the deletion")
      await world.run(MINUTE)
      const gone = { text: "", isEdited: false, deleted: true, said: undefined, re: undefined }
      expect([seen(alice, to, id), seen(back, at, id)]).toEqual([gone, gone])
      for (const guest of [alice, back])
        for (const words of [`a secret in ${to}`, `other words in ${to}`])
          expect(holds(guest.store, words), `${words} at ${guest.name}`).toBe(false)
      expect(message(back, at, reply.id).replyTo).toMatchObject({ id, state: "deleted", text: "" })
      const kept = back.client.eventsSince(undefined, 1_000).map(({ event }) => event.type)
      expect(kept).toEqual(expect.arrayContaining(["message.edited", "message.deleted", "message.reaction"]))
    }
  },
)

test("what has no number yet is not said when it is deleted", async () => {
  const world = await HostileWorld.create(6)
  const [alice, bob] = await world.pair()
  const { id: room } = alice.client.findRoom("bob")
  world.relay.crash("kept")
  await world.run(2_000)
  const { id } = await alice.client.send(room, "said in haste")
  await alice.client.remarks.edit(room, { id }, "said in more haste")
  await alice.client.remarks.delete(room, { id })
  expect(holds(alice.store, "haste")).toBe(false)
  await world.relay.start()
  await alice.write("bob", "well considered")
  await world.until(() => arrived(bob, "alice", "well considered"), "what follows")
  await world.run(MINUTE)
  expect([alice.client.outboxCount(), messages(bob, "alice").map(({ text }) => text)]).toEqual([
    0,
    ["hello bob", "hello alice", "well considered"].filter((text) => arrived(bob, "alice", text)),
  ])
  expect(message(alice, "bob", id)).toMatchObject({ text: "", deleted: true })
})

const FORGED: [string, (about: MessageRef, own: MessageRef) => Content, kept: number][] = [
  ["an edit", (about) => ({ type: "edit", about, at: 2 ** 50, text: "never said" }), 0],
  ["a deletion", (about) => ({ type: "delete", about, at: 2 ** 50 }), 0],
  ["a deletion under his own name", (_, about) => ({ type: "delete", about, at: 2 ** 50 }), 1],
]

test.each(FORGED)("%s of somebody else's message changes nothing", async (_, make, kept) => {
  const world = await HostileWorld.create(7)
  const forged: Content[] = []
  const forge = forging((payload): Payload => {
    const [content] = forged
    return payload.content.type === "text" && content ? { ...payload, content } : payload
  })
  const [alice, bob] = await world.pair({}, { engine: forge })
  const id = await alice.write("#everyone", "mine")
  await world.until(() => arrived(bob, "#everyone", "mine"), "the message")
  const messageId = fromBase64Url(id.slice(2))
  forged.push(make({ author: accountOf(alice), messageId }, { author: accountOf(bob), messageId }))
  const before = alice.events.length
  await bob.write("#everyone", "whatever")
  await world.run(MINUTE)
  expect(alice.events.length).toBeGreaterThan(before)
  expect(seen(alice, "#everyone", id)).toMatchObject({ text: "mine", isEdited: false, deleted: undefined })
  // It was heard: what is of no account is not kept, and what is about another message waits for it.
  expect(alice.store.count("remark", {})).toBe(kept)
})

function accountOf(guest: Guest): Uint8Array {
  const rows = guest.store.range("person", {})
  const own = guest.client.self().id
  return rows.find(({ key }) => own === `u_${Buffer.from(key.subarray(0, 16)).toString("base64url")}`)!.key
}

test(
  "a next key may change what the one before said; a key that the operator gave may not",
  { timeout: 300_000 },
  async () => {
    const world = await HostileWorld.create(8)
    const [alice, bob] = await world.pair()
    const [first, second] = [
      await alice.write("#everyone", "one"),
      await alice.write("#everyone", "two of them here"),
    ]
    await world.until(() => arrived(bob, "#everyone", "two of them here"), "both")
    await bob.client.remarks.react(bob.client.findRoom("#everyone").id, { id: second }, ":a:", true)
    await world.run(MINUTE)
    const next = await rotate(world, alice)
    const { id: room } = next.client.findRoom("#everyone")
    await next.client.remarks.edit(room, { id: first }, "one, rather")
    await next.client.remarks.delete(room, { id: second })
    await world.until(() => message(bob, "#everyone", second).deleted === true, "the deletion")
    expect(message(bob, "#everyone", first)).toMatchObject({ text: "one, rather" })
    expect(holds(bob.store, "two of them here")).toBe(false)
    await world.stop(next)
    const stranger = await replace(world, "alice")
    await world.run(MINUTE)
    await expect(
      stranger.client.remarks.edit(stranger.client.findRoom("#everyone").id, { id: first }, "stolen"),
    ).rejects.toMatchObject({ code: "unknown-message" })
  },
)
