/** People in a hostile world who check each other's keys: what stands on each screen, and how they answer. */
import { wordsOf, type VerificationView } from "../../src/client/client.ts"
import type { Guest, HostileWorld } from "./hostile.ts"

/** What stands on a guest's screen; throws when there is nothing. */
export function screen({ client, name }: Guest): VerificationView {
  const view = client.verification.current()
  if (!view) throw new Error(`nothing on the screen of ${name}`)
  return view
}

export function step(guest: Guest): string | undefined {
  return guest.client.verification.current()?.step
}

/** The words as they are read out. */
export function words(guest: Guest): string {
  return wordsOf(screen(guest).words ?? []).en.join(" ")
}

export function idOf(guest: Guest, name: string): string {
  return guest.client.findPerson(name).id
}

export function trustIn(guest: Guest, name: string): string {
  return guest.client.findPerson(name).trust
}

/** One asks, the other agrees, and the words stand on both screens. */
export async function comparing(world: HostileWorld, asker: Guest, answerer: Guest): Promise<void> {
  await asker.client.verification.askWords(idOf(asker, answerer.name))
  await world.until(() => step(answerer) === "accept?", `${answerer.name} to be asked`)
  await answerer.client.verification.accept(screen(answerer).id)
  await world.until(() => step(asker) === "compare" && step(answerer) === "compare", "the words")
}

export async function say(guest: Guest, matches: boolean): Promise<void> {
  await guest.client.verification.answer(screen(guest).id, matches)
}
