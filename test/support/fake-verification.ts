/** Verifications for tests of interfaces: each step is made by the test, and what guests ask for is noted. */
import { ClientError, type Verification, type VerificationView } from "../../src/client/client.ts"
import type { ClientEvent, PersonRef, RoomRef } from "../../src/client/events.ts"
import { NOON } from "./fake-people.ts"

/** What the fake needs of its client. */
interface FakeHost {
  emit(event: ClientEvent): void
  findPerson(id: string): PersonRef
  room(id: string): RoomRef
  self(): PersonRef
}

export const WORDS = [3, 14, 159, 26, 53, 58, 97]
export const DIGITS = "48213 07765 33190 25548 90471 66120"
export const CODE = `secure-chat-verify:1?s=${"a".repeat(43)}&o=${"B".repeat(43)}&n=${"-_9".repeat(7)}x`

export class FakeVerification implements Verification {
  readonly asked: string[] = []
  #views: VerificationView[] = []
  readonly #host: FakeHost
  #ids = 0

  constructor(host: FakeHost) {
    this.#host = host
  }

  /** A step that the test wants: the view is there, then the event comes. */
  put(view: Partial<VerificationView> & Pick<VerificationView, "step">, type?: VerifyType): VerificationView {
    const known = this.#views.find(({ id }) => id === view.id)
    const full = { ...(known ?? blank(`v_${(this.#ids += 1)}`)), ...view }
    this.#views = [full, ...this.#views.filter(({ id }) => id !== full.id)]
    this.#host.emit(eventOf(type ?? "verify.changed", full))
    return full
  }

  current(): VerificationView | undefined {
    return this.#views.find(({ waitingFor }) => waitingFor !== "nobody") ?? this.#views[0]
  }

  all(): readonly VerificationView[] {
    return this.#views
  }

  view(id: string): VerificationView {
    const found = this.#views.find((each) => each.id === id)
    if (found === undefined) throw new ClientError("unknown-name", "There is no such verification.")
    return found
  }

  askWords(personId: string): Promise<VerificationView> {
    const person = this.#host.findPerson(personId)
    return this.#note("words", { kind: "words", role: "asker", step: "asked", waitingFor: "them", person })
  }

  askRoom(roomId: string): Promise<VerificationView> {
    const [room, self] = [this.#host.room(roomId), this.#host.self()]
    const people = { people: [self], count: 1 }
    return this.#note("room", {
      kind: "room",
      role: "leader",
      step: "gathering",
      waitingFor: "them",
      room,
      person: self,
      ...people,
    })
  }

  closeList(id: string): Promise<VerificationView> {
    return this.#note("close", { id, step: "exchanging", waitingFor: "programs" })
  }

  accept(id: string): Promise<VerificationView> {
    return this.#note("accept", { id, step: "exchanging", waitingFor: "programs" })
  }

  answer(id: string, matches: boolean): Promise<VerificationView> {
    const step = matches ? "verified" : "mismatch"
    return this.#note(matches ? "yes" : "no", {
      id,
      step,
      waitingFor: "nobody",
      ownAnswer: matches,
      endsAt: undefined,
    })
  }

  cancel(id: string): Promise<void> {
    return this.#note("cancel", {
      id,
      step: "cancelled",
      waitingFor: "nobody",
      why: "you-cancelled",
      endsAt: undefined,
    }).then(() => undefined)
  }

  dismiss(id: string): Promise<void> {
    this.asked.push("dismiss")
    this.#views = this.#views.filter((each) => each.id !== id)
    return Promise.resolve()
  }

  qrText(personId: string): Promise<VerificationView> {
    const person = this.#host.findPerson(personId)
    return this.#note("show", {
      kind: "qr",
      role: "shower",
      step: "show",
      waitingFor: "them",
      person,
      qr: CODE,
    })
  }

  readQr(personId: string, text: string): Promise<VerificationView> {
    const ends = { kind: "qr", role: "reader", waitingFor: "nobody", endsAt: undefined } as const
    const person = this.#host.findPerson(personId)
    return text === CODE
      ? this.#note("read", { ...ends, step: "verified", person })
      : this.#note("read", { ...ends, step: "failed", why: "unknown-code" })
  }

  confirmQr(id: string, seen: boolean): Promise<VerificationView> {
    const step = seen ? "verified" : "mismatch"
    return this.#note(seen ? "seen" : "not-seen", { id, step, waitingFor: "nobody", endsAt: undefined })
  }

  #note(
    asked: string,
    view: Partial<VerificationView> & Pick<VerificationView, "step">,
  ): Promise<VerificationView> {
    this.asked.push(asked)
    return Promise.resolve(this.put(view))
  }
}

type VerifyType = Extract<ClientEvent["type"], `verify.${string}`>

function eventOf(type: VerifyType, verification: VerificationView): ClientEvent {
  switch (type) {
    case "verify.done":
    case "verify.mismatch":
      return { type, person: verification.person!, verification }
    case "verify.roomDone":
      return { type, room: verification.room!, verification }
    default:
      return { type, verification }
  }
}

function blank(id: string): VerificationView {
  return {
    id,
    kind: "words",
    role: "answerer",
    step: "accept?",
    waitingFor: "you",
    person: undefined,
    room: undefined,
    words: undefined,
    digits: undefined,
    qr: undefined,
    ownAnswer: undefined,
    theirAnswer: undefined,
    endsAt: NOON + 5 * 60_000,
    people: [],
    count: 0,
    missing: [],
    saidYes: [],
    saidNo: [],
    culprits: [],
    attempt: 1,
    why: undefined,
    at: NOON,
  }
}
