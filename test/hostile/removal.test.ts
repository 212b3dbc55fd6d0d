/** A moderator takes somebody out of a link room, whatever happens meanwhile (PROTOCOL.md §12.5). */
import { expect, test } from "vitest"
import { keepsake, rowsOf } from "../../src/client/keepsake.ts"
import { setRelay } from "../../src/client/profile.ts"
import { restoreProfile } from "../../src/client/restoring.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import {
  arrived,
  distrusts,
  type Guest,
  lastWish,
  MINUTE,
  stateOf,
  Wire,
  type HostileWorld,
} from "../support/hostile.ts"
import { invitationOf, linkOf, ROOM, roomOf, three } from "../support/link-room.ts"

function remove(by: Guest, name: string): Promise<void> {
  return by.client.link.remove(roomOf(by).id, by.client.findPerson(name).id)
}

/** One and the same link, open, of this generation. */
function isOpen(guest: Guest, generation: number): boolean {
  const link = linkOf(guest)
  return link !== undefined && link.open && link.generation === generation && !link.isBusy
}

let said = 0

async function theyTalk(world: HostileWorld, ...people: Guest[]): Promise<void> {
  for (const author of people) {
    const isMet = () => author.client.link.unheardInviter(roomOf(author).id) === undefined
    await world.until(isMet, `${author.name} to hear who invited them`)
    const text = `${author.name} says ${++said}`
    await author.write(ROOM, text)
    await world.until(() => people.every((each) => arrived(each, ROOM, text)), `all to read ${text}`)
  }
}

test("whoever made the room removes somebody: they are told, keep what was said, and hear nothing more", async () => {
  const { world, alice, bob, carol } = await three()
  await theyTalk(world, alice, bob, carol)
  expect(linkOf(alice)).toMatchObject({ isModerator: true, generation: 0, open: true })
  expect(linkOf(bob)).toMatchObject({ isModerator: false })
  await remove(alice, "bob")
  await world.until(() => isOpen(alice, 1) && isOpen(carol, 1), "the removal")
  await world.until(() => roomOf(bob).problem === "removed", "bob to be told")
  expect(roomOf(bob).state).toBe("stopped")
  expect(bob.notices(ROOM).at(-1)).toBe("you-removed")
  expect(alice.notices(ROOM).slice(-2)).toEqual(["removed", "link-reset"])
  expect(carol.notices(ROOM).slice(-2)).toEqual(["removed", "link-reset"])
  expect(roomOf(carol).members.map(({ person }) => person.name)).toEqual(["alice"])
  const before = bob.texts(ROOM)
  expect(before.length).toBeGreaterThanOrEqual(3)
  await theyTalk(world, alice, carol)
  expect(bob.texts(ROOM)).toEqual(before)
  await expect(bob.write(ROOM, "but I")).rejects.toMatchObject({ code: "removed" })
  // The two still have their chat: a room's moderators decide about the room.
  await alice.write("bob", "sorry")
  await world.until(() => arrived(bob, "alice", "sorry"), "a word in private")
  expect([alice, bob, carol].map(distrusts)).toEqual([0, 0, 0])
})

test("what the removed one had written and not sent is said to have failed", async () => {
  const { world, alice, bob } = await three()
  world.world.network.cutAll()
  bob.wire.up = () => []
  await bob.write(ROOM, "late")
  await remove(alice, "bob")
  await world.until(() => isOpen(alice, 1), "the removal")
  bob.wire.up = (message) => (message.type === "entry" ? [] : [message])
  world.world.network.cutAll()
  await world.until(() => roomOf(bob).problem === "removed", "bob to be told")
  expect(stateOf(bob, ROOM, "late")).toBe("failed")
  expect(bob.client.outboxCount()).toBe(0)
})

test("the link of before leads nowhere, the new one into the room, and says who it is from", async () => {
  const { world, alice, carol } = await three()
  const old = await invitationOf(carol)
  expect(old.roomSecret).toEqual(world.roomSecret)
  expect(old.room).toBeUndefined()
  await remove(alice, "bob")
  await world.until(() => isOpen(carol, 1), "the removal")
  const late = await world.start("late", { invitation: old })
  await world.run(MINUTE)
  expect(roomOf(late)).toMatchObject({ problem: "no-way-in", members: [] })
  const fresh = await invitationOf(carol)
  expect(fresh.roomSecret).not.toEqual(world.roomSecret)
  expect(fresh.room).toMatchObject({ generation: 1 })
  const dave = await world.join("dave", { invitation: fresh })
  await theyTalk(world, dave, alice, carol)
  expect(linkOf(dave)).toMatchObject({ generation: 1, open: true, isModerator: false })
  expect(dave.client.link.unheardInviter(roomOf(dave).id)).toBeUndefined()
  // Whoever waited before the door comes in with the new one.
  setRelay(late.store, nodePrimitives, fresh)
  await world.stop(late)
  const again = await world.start("late", { disk: late.disk })
  await theyTalk(world, again, alice)
})

test("the removed one comes again, by the old link, the new one, and another account's: never without being seen", async () => {
  const { world, alice, bob, carol } = await three()
  await remove(alice, "bob")
  await world.until(() => isOpen(carol, 1) && roomOf(bob).problem === "removed", "the removal")
  setRelay(bob.store, nodePrimitives, await invitationOf(carol))
  await world.stop(bob)
  const back = await world.start("bob", { disk: bob.disk })
  await world.until(() => roomOf(back).problem === "shut-out", "bob at the door")
  expect(roomOf(alice).members.map(({ person }) => person.name)).toEqual(["carol"])
  // Let back in, they come in by themselves: they have the link.
  await alice.client.link.letBack(roomOf(alice).id, alice.client.findPerson("bob").id)
  await world.until(() => roomOf(back).state === "open", "bob to be let in")
  await theyTalk(world, back, alice, carol)
})

test("members who were away find it done when they come back", async () => {
  const { world, alice, bob, carol } = await three()
  await world.stop(carol)
  await world.stop(bob)
  await remove(alice, "bob")
  await world.until(() => isOpen(alice, 1), "the removal")
  await alice.write(ROOM, "without bob")
  await world.run(MINUTE)
  const back = await world.start("carol", { disk: carol.disk })
  const gone = await world.start("bob", { disk: bob.disk })
  await world.until(() => arrived(back, ROOM, "without bob"), "carol to read on")
  await world.until(() => roomOf(gone).problem === "removed", "bob to be told")
  expect((await invitationOf(back)).roomSecret).toEqual((await invitationOf(alice)).roomSecret)
  expect(gone.texts(ROOM)).not.toContain("without bob")
  await theyTalk(world, alice, back)
})

test("two moderators remove two people at once: both are out, one link leads in", async () => {
  const { world, alice, bob, carol } = await three()
  const dave = await world.join("dave")
  await world.until(() => alice.client.people().length === 3, "them to know each other")
  await alice.client.link.promote(roomOf(alice).id, alice.client.findPerson("carol").id)
  await world.until(() => linkOf(carol)!.isModerator, "carol to be a moderator")
  await Promise.all([remove(alice, "bob"), remove(carol, "dave")])
  const out = () => [bob, dave].every((guest) => roomOf(guest).problem === "removed")
  const done = () => [alice, carol].every((guest) => linkOf(guest)!.open && !linkOf(guest)!.isBusy)
  await world.until(() => out() && done(), "both to be out")
  await theyTalk(world, alice, carol)
  expect(
    linkOf(alice)!
      .banned.map(({ name }) => name)
      .sort(),
  ).toEqual(["bob", "dave"])
  expect((await invitationOf(alice)).roomSecret).toEqual((await invitationOf(carol)).roomSecret)
  const eve = await world.join("eve", { invitation: await invitationOf(carol) })
  await theyTalk(world, eve, alice, carol)
})

test("the moderator dies after each of its saves, and the removal is finished", async () => {
  let crashes = 0
  for (let saves = 1; saves <= 24; saves++) {
    const { world, alice, bob, carol } = await three(saves)
    const wish = lastWish()
    await world.stop(alice)
    let mortal = await world.join("alice", { disk: alice.disk, store: wish.store })
    await world.run(MINUTE)
    let died = false
    await remove(mortal, "bob")
    wish.arm(saves, () => {
      died = true
      world.crash(mortal)
    })
    await world.run(MINUTE)
    wish.arm(Number.POSITIVE_INFINITY, () => {})
    if (died) {
      crashes++
      mortal = await world.start("alice", { disk: mortal.disk })
    }
    await world.until(
      () => isOpen(mortal, 1) && isOpen(carol, 1) && roomOf(bob).problem === "removed",
      `the removal after ${saves} saves`,
    )
    await theyTalk(world, mortal, carol)
    const eve = await world.join("eve", { invitation: await invitationOf(carol) })
    await theyTalk(world, eve, mortal)
    if (!died) break
  }
  expect(crashes).toBeGreaterThan(3)
})

test("a moderator goes away between the two commits: another one finishes", async () => {
  const { world, alice, bob, carol } = await three()
  await alice.client.link.promote(roomOf(alice).id, alice.client.findPerson("carol").id)
  await world.until(() => linkOf(carol)!.isModerator, "carol to be a moderator")
  let commits = 0
  alice.wire.up = (message) => (message.type === "handshake" && ++commits > 1 ? [] : [message])
  await remove(alice, "bob")
  await world.until(() => !linkOf(carol)!.open, "the link to be closed")
  world.crash(alice)
  await world.until(() => isOpen(carol, 1), "carol to finish it")
  await world.until(() => roomOf(bob).problem === "removed", "bob to be told")
  const back = await world.start("alice", { disk: alice.disk })
  await world.until(() => isOpen(back, 1), "alice to see it")
  await theyTalk(world, back, carol)
})

test("a link is replaced without anybody leaving, and the relay's own is worth nothing any more", async () => {
  const { world, alice, bob, carol } = await three()
  await alice.client.link.reset(roomOf(alice).id)
  await world.until(() => [alice, bob, carol].every((guest) => isOpen(guest, 1)), "the new link")
  expect(bob.notices(ROOM).at(-1)).toBe("link-reset")
  await theyTalk(world, alice, bob, carol)
  const late = await world.start("late")
  await world.run(MINUTE)
  expect(roomOf(late).problem).toBe("no-way-in")
  const dave = await world.join("dave", { invitation: await invitationOf(bob) })
  await theyTalk(world, dave, carol)
  await alice.client.link.reset(roomOf(alice).id)
  await world.until(() => [alice, bob, carol, dave].every((guest) => isOpen(guest, 2)), "another one")
  await theyTalk(world, alice, dave)
})

test("only moderators do any of it, and one of them always stays", async () => {
  const { world, alice, bob, carol } = await three()
  const id = (guest: Guest, name: string) => guest.client.findPerson(name).id
  const room = roomOf(bob).id
  const { link } = bob.client
  const asked = [
    () => link.remove(room, id(bob, "carol")),
    () => link.letBack(room, id(bob, "carol")),
    () => link.promote(room, bob.client.self().id),
    () => link.demote(room, id(bob, "alice")),
    () => link.reset(room),
  ]
  for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: "not-allowed" })
  const own = roomOf(alice).id
  await expect(alice.client.link.demote(own, alice.client.self().id)).rejects.toMatchObject({
    code: "not-allowed",
  })
  await expect(alice.client.link.remove(own, "u_nobody")).rejects.toMatchObject({ code: "unknown-name" })
  await alice.client.link.promote(own, id(alice, "bob"))
  await world.until(() => linkOf(bob)!.isModerator, "bob to be a moderator")
  await world.until(() => linkOf(alice)!.moderators.length === 2, "alice to see it")
  await world.until(() => carol.notices(ROOM).at(-1) === "moderator", "carol to be told")
  await alice.client.link.demote(own, alice.client.self().id)
  await world.until(
    () => !linkOf(alice)!.isModerator && !linkOf(carol)!.moderators.some(({ name }) => name === "alice"),
    "alice to step back",
  )
  await remove(bob, "alice")
  await world.until(() => roomOf(alice).problem === "removed" && isOpen(carol, 1), "alice to be removed")
  await theyTalk(world, bob, carol)
})

/** What a backup made now would bring to a new device. */
function backUp(world: HostileWorld, guest: Guest): () => MemoryDisk {
  const from = guest.disk.open()
  const kept = [...keepsake(rowsOf(from))]
  from.close()
  return () => {
    const disk = new MemoryDisk()
    const store = disk.open()
    restoreProfile(store, world.world.process(guest.name), kept)
    store.close()
    return disk
  }
}

test("a device restored from before the link was replaced is told the new one, and a removed person's is not", async () => {
  const { world, alice, bob, carol } = await three()
  await theyTalk(world, alice, bob, carol)
  await world.stop(bob)
  await world.stop(carol)
  const [bobs, carols] = [backUp(world, bob), backUp(world, carol)]
  await remove(alice, "bob")
  await world.until(() => isOpen(alice, 1), "the removal")
  await alice.client.link.reset(roomOf(alice).id)
  await world.until(() => isOpen(alice, 2), "the next link")
  const back = await world.start("carol", { disk: carols() })
  await world.until(() => roomOf(back).state === "open", "carol to be let in by alice's word")
  await theyTalk(world, alice, back)
  expect((await invitationOf(back)).roomSecret).toEqual((await invitationOf(alice)).roomSecret)
  const gone = await world.start("bob", { disk: bobs() })
  await world.run(3 * MINUTE)
  expect(roomOf(gone)).toMatchObject({ state: "waiting", problem: "no-way-in", members: [] })
  expect(gone.texts(ROOM).length).toBeGreaterThan(0)
  expect([alice, back, gone].map(distrusts)).toEqual([0, 0, 0])
})

/** Carol hands over to another key, and her program does not give the leaf of the one before to it. */
async function withOldLeaf(world: HostileWorld, carol: Guest): Promise<Guest> {
  const done = carol.client.keys.rotate()
  await world.world.settle()
  await done
  await world.stop(carol)
  const wire = new Wire()
  wire.up = (message) => (message.type === "handshake" || message.type === "turn" ? [] : [message])
  return world.start("carol", { disk: carol.disk, wire })
}

test("whoever hands over to another key just before is removed with the leaf of the one before", async () => {
  const { world, alice, bob, carol } = await three()
  await theyTalk(world, alice, bob, carol)
  const { id } = alice.client.findPerson("carol")
  await withOldLeaf(world, carol)
  await world.until(() => alice.client.findPerson("carol").id !== id, "the new key")
  await remove(alice, "carol")
  await world.until(() => isOpen(alice, 1) && isOpen(bob, 1), "the removal")
  for (const each of [alice, bob])
    expect(roomOf(each).members.map(({ person }) => person.name)).not.toContain("carol")
  // And is let back as one.
  await alice.client.link.letBack(roomOf(alice).id, alice.client.findPerson("carol").id)
  await world.until(() => linkOf(bob)!.banned.length === 0, "carol to be let back")
})

test("a moderator who hands over to another key is one no more when they are told so", async () => {
  const { world, alice, bob, carol } = await three()
  await theyTalk(world, alice, bob, carol)
  const { id } = alice.client.findPerson("carol")
  await alice.client.link.promote(roomOf(alice).id, id)
  await world.until(() => linkOf(bob)!.moderators.length === 2, "carol to be a moderator")
  await withOldLeaf(world, carol)
  await world.until(() => alice.client.findPerson("carol").id !== id, "the new key")
  await alice.client.link.demote(roomOf(alice).id, alice.client.findPerson("carol").id)
  await world.until(() => linkOf(bob)!.moderators.length === 1, "carol to be none")
})
