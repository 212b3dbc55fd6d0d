/** The link of before, a relay that lies about the room, and whoever was removed with both (PROTOCOL.md §12.3, §12.5). */
import { REFUSALS } from "../../src/protocol/errors.ts"
import { tokenHash } from "../../src/crypto/hash.ts"
import { expect, test } from "vitest"
import { appendToken, externalKey, groupIdOf, headerKeys, roomKeys } from "../../src/crypto/channel-keys.ts"
import { sealHeader } from "../../src/crypto/envelope-seal.ts"
import { readIdentity } from "../../src/client/profile.ts"
import { packEntry } from "../../src/client/sealing.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { encodeRoomHeader, FORMS } from "../../src/protocol/content.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { arrived, type Guest, MINUTE, type HostileWorld } from "../support/hostile.ts"
import { invitationOf, linkOf, ROOM, roomOf, three } from "../support/link-room.ts"

function remove(by: Guest, name: string): Promise<void> {
  return by.client.link.remove(roomOf(by).id, by.client.findPerson(name).id)
}

test("an old header and an old log: nobody is here, the inviter is not heard, and nothing is sent unawares", async () => {
  const { world, alice, bob, carol } = await three()
  const old = await invitationOf(alice)
  const before = world.relay.disk.snapshot()
  await remove(alice, "bob")
  await world.until(() => roomOf(bob).problem === "removed" && linkOf(carol)?.generation === 1, "the removal")
  // To one newcomer, and nobody else, the relay shows what it had before.
  for (const guest of [alice, bob, carol]) await world.stop(guest)
  world.relay.crash()
  world.relay.disk.restore(before)
  await world.relay.start()
  const late = await world.start("late", { invitation: old })
  await world.until(
    () => late.client.rooms().some(({ state }) => state === "open"),
    "a way into the old room",
  )
  await world.run(MINUTE)
  const room = roomOf(late)
  const listed = room.members.map(({ person, here }) => `${person.name} ${here ? "here" : "listed"}`)
  expect(listed.toSorted()).toEqual(["alice listed", "bob listed", "carol listed"])
  expect(late.client.link.unheardInviter(room.id)?.name).toBe("alice")
  await expect(late.write(ROOM, "is anybody there?")).rejects.toMatchObject({ code: "inviter-unheard" })
  expect(late.texts(ROOM)).toEqual([])
  // The person may decide otherwise: then it is sent, to whomever.
  await late.client.link.goOnWithout(room.id)
  await late.write(ROOM, "is anybody there?")
})

test("whoever was removed puts a header where the old link led: the relay takes nothing of it, and the room goes on", async () => {
  const { world, alice, bob, carol } = await three()
  const old = await invitationOf(carol)
  await remove(alice, "bob")
  await world.until(() => roomOf(bob).problem === "removed" && linkOf(carol)?.generation === 1, "the removal")
  await world.run(MINUTE)
  // A room of bob's own, in the channel that everybody knows, and a header of the old link that leads there.
  const { relayId } = world.relay
  const { channel } = roomKeys(nodePrimitives, world.roomSecret, relayId)
  const { headerId, headerKey } = headerKeys(nodePrimitives, world.roomSecret, relayId)
  const engine = createMlsEngine(nodePrimitives, systemRandom)
  const identity = readIdentity(bob.store)
  const state = await engine.create("xwing", groupIdOf(channel), { kind: "link" }, identity.signer)
  const position = roomPosition(alice)
  const token = await appendToken(engine, state, channel)
  const header = encodeRoomHeader({
    channelId: channel,
    generation: 0,
    position,
    incarnation: new Uint8Array(16),
    cursor: 0,
    head: new Uint8Array(32),
    openToken: roomKeys(nodePrimitives, world.roomSecret, relayId).token,
    appendToken: token,
    externalKey: await externalKey(engine, state, channel),
    groupInfo: await engine.groupInfo(state),
  })
  const deps = { random: systemRandom, primitives: nodePrimitives }
  const { entry } = packEntry(
    deps,
    "handshake",
    systemRandom.bytes(32),
    channel,
    FORMS.mls,
    new Uint8Array(64),
  )
  const handle = await openChannel(world, bob, channel)
  bob.wire.ask({
    type: "handshake",
    handle,
    expect: position,
    tokenHash: tokenHash(channel, position, token),
    headerId,
    headerBlob: new Uint8Array(32),
    header: sealHeader(headerKey, headerId, position, header, systemRandom),
    entry,
  })
  await world.run(MINUTE)
  // Two members have read the removal: the relay takes neither commit nor header of bob any more.
  expect(
    bob.wire.heard.some((message) => message.type === "rejected" && message.code === REFUSALS.unproven),
  ).toBe(true)
  expect(carol.notices(ROOM)).not.toContain("void-commit")
  const late = await world.start("late", { invitation: old })
  await world.run(MINUTE)
  expect(roomOf(late)).toMatchObject({ problem: "no-way-in", members: [] })
  await alice.write(ROOM, "we go on")
  await world.until(() => arrived(carol, ROOM, "we go on"), "the room to go on")
  const dave = await world.join("dave", { invitation: await invitationOf(carol) })
  await world.until(() => roomOf(dave).members.some(({ here }) => here), "dave to be in the real room")
})

/** The position that the next handshake takes, as this person's log has it. */
function roomPosition(guest: Guest): number {
  const handshakes = guest.wire.heard.filter(
    (message): message is Of<"entry"> => message.type === "entry" && message.entry[0] === 2,
  )
  return Math.max(...handshakes.map(({ position }) => position)) + 1
}

async function openChannel(world: HostileWorld, guest: Guest, channelId: Uint8Array): Promise<number> {
  const rid = 4_000_000
  guest.wire.ask({
    type: "open",
    rid,
    channelId,
    incarnation: new Uint8Array(16),
    cursor: 0,
    head: new Uint8Array(32),
  })
  const answer = () =>
    guest.wire.heard.find(
      (message): message is Of<"opened"> => message.type === "opened" && message.rid === rid,
    )
  guest.wire.down = (message) =>
    "rid" in message && message.rid === rid ? [] : message.type === "entry" ? [] : [message]
  await world.until(() => answer() !== undefined, "the channel to open")
  return answer()!.handle
}

test("a relay that keeps the second commit back: the link stays closed, nobody banned comes in, and it heals", async () => {
  const { world, alice, bob, carol } = await three()
  let commits = 0
  alice.wire.up = (message) => (message.type === "handshake" && ++commits > 1 ? [] : [message])
  await remove(alice, "bob")
  await world.until(() => linkOf(carol)?.open === false, "the link to be closed")
  await world.until(() => roomOf(bob).problem === "removed", "bob to be told by the first")
  await expect(carol.client.link.invitation(roomOf(carol).id)).rejects.toMatchObject({ code: "link-closed" })
  await world.run(2 * MINUTE)
  const late = await world.start("late")
  await world.run(MINUTE)
  expect(roomOf(late).problem).toBe("no-way-in")
  await alice.write(ROOM, "still talking")
  await world.until(() => arrived(carol, ROOM, "still talking"), "the room to go on")
  alice.wire.up = (message) => [message]
  world.world.network.cutAll()
  await world.until(
    () => linkOf(carol)?.generation === 1 && linkOf(alice)?.open === true,
    "the second commit",
  )
  expect(roomOf(carol).members.map(({ person }) => person.name)).toEqual(["alice"])
})
