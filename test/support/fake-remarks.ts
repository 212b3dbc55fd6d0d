/** What is said about messages, for tests of interfaces: done at once, and told. */
import { ClientError, type Remarks } from "../../src/client/client.ts"
import type {
  ClientEvent,
  MessageName,
  MessageView,
  PersonRef,
  ReactionView,
  ReplyView,
  RoomRef,
  TranscriptLine,
} from "../../src/client/events.ts"

interface Place {
  self(): PersonRef
  /** The lines themselves, which are changed. */
  transcript(roomId: string): TranscriptLine[]
  room(roomId: string): RoomRef
  emit(event: ClientEvent): void
}

export class FakeRemarks implements Remarks {
  /** In order: what was asked for. */
  readonly asked: string[] = []
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  find(roomId: string, { id }: MessageName): MessageView {
    const line = this.#place
      .transcript(roomId)
      .find((each) => each.kind === "message" && each.message.id === id)
    if (line?.kind !== "message") throw new ClientError("unknown-message", `There is no message ${id}.`)
    return line.message
  }

  /** As a reply shows it; of a message that is not here nothing is known but whose it was. */
  quoted(roomId: string, { id }: MessageName): ReplyView {
    try {
      const { from, text, deleted } = this.find(roomId, { id })
      if (deleted) return { id, from, state: "deleted", text: "" }
      return { id, from, state: "there", text: text.split("\n", 1)[0]! }
    } catch {
      return { id, from: this.#place.self(), state: "unknown", text: "" }
    }
  }

  async edit(roomId: string, message: MessageName, text: string): Promise<void> {
    this.asked.push(`edit ${message.id} ${text}`)
    this.#own(roomId, message)
    this.editedBy(roomId, this.#place.self(), message.id, text)
  }

  async delete(roomId: string, message: MessageName): Promise<void> {
    this.asked.push(`delete ${message.id}`)
    this.#own(roomId, message)
    this.deletedBy(roomId, this.#place.self(), message.id)
  }

  async react(roomId: string, message: MessageName, reaction: string, on: boolean): Promise<void> {
    this.asked.push(`react ${message.id} ${reaction} ${on ? "on" : "off"}`)
    this.reactedBy(roomId, this.#place.self(), message.id, reaction, on)
  }

  /** Somebody changes their message. */
  editedBy(roomId: string, from: PersonRef, id: string, text: string): void {
    const message = this.#change(roomId, id, (view) => ({ ...view, text, edited: view.sentAt + 1 }))
    this.#place.emit({ type: "message.edited", room: this.#place.room(roomId), from, message })
  }

  deletedBy(roomId: string, from: PersonRef, id: string): void {
    const message = this.#change(roomId, id, ({ from: author, own, sentAt, state, receipts }) => ({
      id,
      from: author,
      own,
      sentAt,
      state,
      receipts,
      text: "",
      deleted: true,
    }))
    const told = { id, from: message.from }
    this.#place.emit({ type: "message.deleted", room: this.#place.room(roomId), from, message: told })
  }

  reactedBy(roomId: string, from: PersonRef, id: string, reaction: string, on = true): void {
    const message = this.#change(roomId, id, (view) => ({
      ...view,
      reactions: this.#toggled(view.reactions ?? [], from, reaction, on),
    }))
    const own = (message.reactions ?? []).filter(({ people }) => people.some((each) => each.id === from.id))
    this.#place.emit({
      type: "message.reaction",
      room: this.#place.room(roomId),
      from,
      message: { id, from: message.from },
      reactions: own.map((each) => each.reaction),
    })
  }

  #toggled(
    reactions: readonly ReactionView[],
    from: PersonRef,
    reaction: string,
    on: boolean,
  ): ReactionView[] {
    const known = reactions.find((each) => each.reaction === reaction)
    const others = (known?.people ?? []).filter(({ id }) => id !== from.id)
    const people = on ? [...others, from] : others
    const own = people.some(({ id }) => id === this.#place.self().id)
    const next = [...reactions.filter((each) => each !== known), { reaction, people, own }]
    return next
      .filter((each) => each.people.length > 0)
      .sort((a, b) => b.people.length - a.people.length || (a.reaction < b.reaction ? -1 : 1))
  }

  #own(roomId: string, message: MessageName): void {
    if (!this.find(roomId, message).own) throw new ClientError("not-yours", "This is not your message.")
  }

  #change(roomId: string, id: string, change: (view: MessageView) => MessageView): MessageView {
    const lines = this.#place.transcript(roomId)
    const at = lines.findIndex((each) => each.kind === "message" && each.message.id === id)
    const line = lines[at]
    if (line?.kind !== "message") throw new ClientError("unknown-message", `There is no message ${id}.`)
    const message = change(line.message)
    lines[at] = { ...line, message }
    return message
  }
}
