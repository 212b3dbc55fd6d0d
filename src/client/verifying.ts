/** `client.verification` (PROTOCOL.md §14.4–§14.6): what guests ask for, given to the machine that it is for. */
import { equalBytes } from "../bytes.ts"
import { decodeQr, QR_NONCE_BYTES, SAS_RANDOM_BYTES, SID_BYTES } from "../crypto/sas.ts"
import { ClientError } from "./errors.ts"
import { queueInside } from "./sending.ts"
import type { Verification, VerificationView } from "./verification.ts"
import type { VerifyDriver } from "./verify-driver.ts"
import { BETWEEN_MS } from "./verify-heard.ts"
import { ask, type PairEvent, type PairState } from "./verify-pair.ts"
import { type QrEvent, read, show, tickOf } from "./verify-qr.ts"
import { canClose, lead, type RoundEvent } from "./verify-round-state.ts"
import { accountsOf, isOpenStep, viewId, type VerifyState } from "./verify-views.ts"

type Run = <T>(action: () => Promise<T> | T) => Promise<T>
type Act =
  | { type: "answered"; matches: boolean }
  | { type: "cancelled" }
  | { type: "accepted" }
  | { type: "closed" }

export class Verifications implements Verification {
  readonly #driver: VerifyDriver
  readonly #run: Run

  /** @param run as an event of the engine's queue. */
  constructor(driver: VerifyDriver, run: Run) {
    this.#driver = driver
    this.#run = run
  }

  all(): readonly VerificationView[] {
    return this.#driver.states
      .all()
      .filter(({ dismissed }) => !dismissed)
      .reverse()
      .map((state) => this.#driver.view(state))
  }

  current(): VerificationView | undefined {
    const views = this.all()
    return views.find(({ step }) => isOpenStep(step)) ?? views[0]
  }

  view(id: string): VerificationView {
    return this.#driver.view(this.#get(id))
  }

  askWords(personId: string): Promise<VerificationView> {
    return this.#run(async () => {
      const { accountId } = this.#driver.contacts.findById(personId).entry
      const theirs = this.#driver
        .open()
        .find((state): state is PairState => state.kind === "words" && equalBytes(state.peer.id, accountId))
      if (theirs?.step === "accept?") return this.#act(theirs, { type: "accepted" })
      this.#mayAsk(accountId)
      const conversation = this.#driver.rooms.ensureDirect(accountId)
      const { own, peer } = this.#driver.pair(accountId)
      const now = this.#driver.context.clock.now()
      const first = ask(
        { sid: this.#driver.bytes(SID_BYTES), own, peer, now },
        this.#driver.bytes(SAS_RANDOM_BYTES),
      )
      conversation.save("synced", {}, (update) => this.#driver.apply(update, conversation, undefined, first))
      await conversation.advance()
      return this.#driver.view(first.state)
    })
  }

  askRoom(roomId: string): Promise<VerificationView> {
    return this.#run(async () => {
      const conversation = this.#driver.rooms.byId(roomId)
      if (!conversation.group || conversation.record.kind === "direct")
        throw new ClientError("not-joined", "this room is not open")
      this.#notTooSoon((state) => state.kind === "room" && equalBytes(state.room, conversation.room))
      const own = this.#driver.contacts.own
      const now = this.#driver.context.clock.now()
      const start = {
        sid: this.#driver.bytes(SID_BYTES),
        room: conversation.room,
        own,
        leader: own,
        attempt: 1,
        now,
      }
      const first = lead(start, this.#driver.bytes(SAS_RANDOM_BYTES), accountsOf(conversation.group))
      conversation.save("synced", {}, (update) => this.#driver.apply(update, conversation, undefined, first))
      await conversation.advance()
      return this.#driver.view(first.state)
    })
  }

  closeList(id: string): Promise<VerificationView> {
    return this.#run(() => {
      const state = this.#get(id)
      if (state.kind !== "room" || state.role !== "leader" || state.step !== "gathering") throw over()
      if (!state.isClosing && !canClose(state))
        throw new ClientError("verify-too-few", "nobody else has come in yet")
      return this.#act(state, { type: "closed" })
    })
  }

  accept(id: string): Promise<VerificationView> {
    return this.#run(() => {
      const state = this.#get(id)
      if (state.step !== "accept?") throw over()
      return this.#act(state, { type: "accepted" })
    })
  }

  answer(id: string, matches: boolean, attempt?: number): Promise<VerificationView> {
    return this.#run(() => {
      const state = this.#get(id)
      const isOther = state.kind === "room" && attempt !== undefined && attempt !== state.attempt
      if (state.step !== "compare" || isOther) throw over()
      return this.#act(state, { type: "answered", matches })
    })
  }

  confirmQr(id: string, seen: boolean): Promise<VerificationView> {
    return this.#run(() => {
      const state = this.#get(id)
      if (state.step !== "confirm?") throw over()
      return this.#act(state, { type: "answered", matches: seen })
    })
  }

  cancel(id: string): Promise<void> {
    return this.#run(async () => void (await this.#act(this.#get(id), { type: "cancelled" })))
  }

  dismiss(id: string): Promise<void> {
    return this.#run(async () => {
      await this.#act(this.#get(id), { type: "cancelled" })
      const state = this.#get(id)
      this.#driver.context.update("ordered", (update) =>
        this.#driver.put(update, state, { ...state, dismissed: true }),
      )
    })
  }

  qrText(personId: string): Promise<VerificationView> {
    return this.#run(() => {
      const { accountId } = this.#driver.contacts.findById(personId).entry
      for (const state of this.#driver.open())
        if (state.kind === "qr" && state.peer && equalBytes(state.peer, accountId))
          return this.#driver.view(state)
      this.#mayAsk(accountId, false)
      const now = this.#driver.context.clock.now()
      const state = show(this.#driver.contacts.own, accountId, this.#driver.bytes(QR_NONCE_BYTES), now)
      this.#driver.context.update("synced", (update) => this.#driver.put(update, undefined, state))
      return this.#driver.view(state)
    })
  }

  readQr(personId: string, text: string): Promise<VerificationView> {
    return this.#run(async () => {
      const expected = this.#driver.contacts.findById(personId).entry.accountId
      const { store, clock } = this.#driver.context
      const now = clock.now()
      const state = read({
        text,
        own: this.#driver.contacts.own,
        expected,
        isKnown: (id) =>
          this.#driver.contacts.get(id) !== undefined && this.#driver.contacts.trust(id) !== "blocked",
        wasRead: (nonce) => this.#driver.states.byId(nonce) !== undefined,
        store,
        fresh: this.#driver.bytes(QR_NONCE_BYTES),
        now,
      })
      const code = state.step === "verified" ? decodeQr(text) : undefined
      if (!code) {
        this.#driver.context.update("synced", (update) => this.#driver.put(update, undefined, state))
        return this.#driver.view(state)
      }
      const conversation = this.#driver.rooms.ensureDirect(code.shower)
      conversation.save("synced", {}, (update) => {
        this.#driver.mark(update, conversation, code.shower, "verified", "qr", conversation.record.cursor)
        this.#driver.put(update, undefined, state)
        queueInside(conversation, update, tickOf(code))
      })
      await conversation.advance()
      return this.#driver.view(state)
    })
  }

  async #act(state: VerifyState, act: Act): Promise<VerificationView> {
    const conversation = this.#driver.conversationOf(state)
    this.#driver.change(state, (update) =>
      this.#driver.step(update, state, this.#eventOf(state, act), conversation?.record.cursor ?? 0),
    )
    await conversation?.advance()
    return this.#driver.view(this.#driver.states.byId(state.id) ?? state)
  }

  #eventOf(state: VerifyState, act: Act): PairEvent | RoundEvent | QrEvent {
    switch (act.type) {
      case "accepted":
        return { type: "agreed", random: this.#driver.bytes(SAS_RANDOM_BYTES) }
      case "cancelled":
        return { type: "cancelled", why: "you-cancelled" }
      case "answered": {
        // The machine was begun with these keys; nobody else is to be marked.
        const { contacts } = this.#driver
        const isStill = (id: Uint8Array) => contacts.get(id) !== undefined && contacts.isHandedOver(id)
        const isGone =
          state.kind === "words"
            ? !isStill(state.peer.id) || !this.#driver.conversationOf(state)
            : state.kind === "qr" && !isStill(state.peer!)
        return isGone ? { type: "cancelled", why: "keys-changed" } : act
      }
      case "closed":
        return act
    }
  }

  #get(id: string): VerifyState {
    const state = id.startsWith("v_")
      ? this.#driver.states.all().find((each) => viewId(each.id) === id)
      : undefined
    if (!state || state.dismissed) throw new ClientError("unknown-name", "there is no such verification")
    return state
  }

  /** @throws ClientError */
  #mayAsk(accountId: Uint8Array, isLimited = true): void {
    const stop = this.#driver.contacts.stops(accountId)
    if (stop === "blocked") throw new ClientError("blocked", "this person is blocked")
    const chat = this.#driver.rooms.with(accountId)
    // A chat with the key before is none with this one.
    const hasChat = chat?.group !== undefined && equalBytes(chat.record.peer!, accountId)
    if ((stop === "changed" || stop === "differs") && !hasChat)
      throw new ClientError(stop === "changed" ? "key-changed" : "keys-differ", this.#whyNot(accountId))
    const isWithThem = (state: VerifyState) => state.kind === "words" && equalBytes(state.peer.id, accountId)
    if (isLimited) this.#notTooSoon(isWithThem)
  }

  /** Words and codes travel in a chat, and nothing is sent to a key that was replaced before this person has decided. */
  #whyNot(accountId: Uint8Array): string {
    const isReplaced = this.#driver.contacts.get(accountId)?.origin?.kind === "replace"
    const what = isReplaced
      ? "this name was given to another key, and there is no chat with that one yet"
      : "two keys say that they follow the one this person had, and there is no chat with the one that counts yet"
    return `${what}, so words and codes cannot reach it. Compare the 60 digits with the person, face to face or by telephone, or read the code off their screen; after that it is as always`
  }

  #notTooSoon(isSame: (state: VerifyState) => boolean): void {
    const now = this.#driver.context.clock.now()
    const same = this.#driver.states.all().filter(isSame)
    if (same.some(({ step }) => isOpenStep(step))) throw new ClientError("verify-busy", "one is open already")
    if (same.some(({ at, role }) => (role === "asker" || role === "leader") && now < at + BETWEEN_MS))
      throw new ClientError("verify-too-soon", "half a minute must pass between two")
  }
}

function over(): ClientError {
  return new ClientError("verify-over", "this verification is over, or waits for somebody else")
}
