/** A link room of three, and what each of them sees of it. */
import { type Link, parseInvitation } from "../../src/protocol/address.ts"
import { type Guest, HostileWorld } from "./hostile.ts"

export const ROOM = "#everyone"

export function roomOf(guest: Guest) {
  return guest.client.room(guest.client.findRoom(ROOM).id)
}

export function linkOf(guest: Guest) {
  return guest.client.link.view(roomOf(guest).id)
}

export async function invitationOf(guest: Guest): Promise<Link> {
  const invitation = parseInvitation(await guest.client.link.invitation(roomOf(guest).id))
  if (invitation.kind !== "link") throw new RangeError("not a link")
  return invitation
}

export async function three(seed = 1) {
  const world = await HostileWorld.create(seed)
  const alice = await world.join("alice")
  const bob = await world.join("bob")
  const carol = await world.join("carol")
  await world.until(() => roomOf(alice).members.length === 2, "three to be in the room")
  await world.until(() => alice.client.people().length === 2, "them to know each other")
  return { world, alice, bob, carol }
}
