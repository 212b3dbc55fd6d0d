/** Somebody's next key, in a simulated world: handed over to, or given by the operator. */
import type { TranscriptLine } from "../../src/client/events.ts"
import { type Guest, type GuestOptions, type HostileWorld, Wire } from "./hostile.ts"

export const CODE = new Uint8Array(16).fill(0xc0)

/** Makes somebody's next key, and starts them again with it. */
export async function rotate(world: HostileWorld, guest: Guest, options: GuestOptions = {}): Promise<Guest> {
  const done = guest.client.keys.rotate()
  await world.world.settle()
  await done
  await world.stop(guest)
  const next = await world.start(guest.name, { disk: guest.disk, wire: new Wire(), ...options })
  await world.until(() => isSynced(next), `${guest.name}'s new key to be known`)
  return next
}

/** Somebody comes anew under a name that is taken, with the operator's code. */
export function replace(world: HostileWorld, name: string, code = CODE): Promise<Guest> {
  world.relay.approve(name, code)
  return world.join(name, { approval: code })
}

export function isSynced(guest: Guest): boolean {
  return guest.events.some(({ type }) => type === "sync.done")
}

/** What this person holds of another. */
export function trustOf(guest: Guest, name: string) {
  return guest.client.findPerson(name)
}

export function linesOf(guest: Guest, to: string): readonly TranscriptLine[] {
  return guest.client.transcript(guest.client.findRoom(to).id, 1_000)
}
