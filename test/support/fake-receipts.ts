/** How far messages got with each person, for a client without a network. */
import type { MessageState, MessageView, ReceiptView, RoomView } from "../../src/client/events.ts"

const RANK = { relayed: 0, delivered: 1, read: 2 } as const

export class FakeReceipts {
  readonly #people = new Map<string, readonly ReceiptView[]>()

  /** Everybody it is for, which is settled when the relay takes it; nobody before that. */
  all(room: RoomView, id: string, state: MessageState): void {
    if (state === "queued") return
    // What the relay never took, nobody was to have.
    if (state === "failed" && !this.#people.has(id)) return
    const people = this.#people.get(id)?.map(({ person }) => person) ?? audienceOf(room)
    this.#people.set(
      id,
      people.map((person) => ({ person, state })),
    )
  }

  /** @returns how far it got with everybody. */
  one(id: string, personId: string, state: ReceiptView["state"]): MessageState {
    const people = this.of(id).map((each) => (each.person.id === personId ? { ...each, state } : each))
    this.#people.set(id, people)
    return stateOfAll(people)
  }

  of(id: string): readonly ReceiptView[] {
    return this.#people.get(id) ?? []
  }

  counts(id: string): MessageView["receipts"] {
    const people = this.#people.get(id)
    if (people === undefined) return undefined
    const read = people.filter(({ state }) => state === "read").length
    const delivered = read + people.filter(({ state }) => state === "delivered").length
    return { delivered, read, of: people.length }
  }
}

function audienceOf({ kind, peer, members }: RoomView): ReceiptView["person"][] {
  if (kind === "direct") return peer === undefined ? [] : [peer]
  return members.map(({ person }) => person)
}

/** The least that is true of everybody; one who will not get it any more makes it a failure. */
function stateOfAll(people: readonly ReceiptView[]): MessageState {
  let all: keyof typeof RANK = "read"
  for (const { state } of people) {
    if (state === "failed") return "failed"
    if (RANK[state] < RANK[all]) all = state
  }
  return all
}
