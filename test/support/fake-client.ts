/** A client without a network for tests of interfaces: state first, event after, as `client/client.ts` promises. */
import { ClientError, type Client, type SeesReport } from "../../src/client/client.ts"
import type {
  ClientEvent,
  ConnectionView,
  MessageName,
  MessageState,
  MessageView,
  Notice,
  PersonRef,
  PersonView,
  ReceiptView,
  RoomRef,
  RoomView,
  StampedEvent,
  TranscriptLine,
  Trust,
} from "../../src/client/events.ts"
import {
  aliased,
  type FakeRoom,
  messageOf,
  NOON,
  onlyPerson,
  person,
  refOf,
  roomView,
} from "./fake-people.ts"
import { FakeDesk } from "./fake-desk.ts"
import { noDirectory } from "./fake-directory.ts"
import { FakeLinks } from "./fake-links.ts"
import { FakeKeys } from "./fake-keys.ts"
import { FakeRemarks } from "./fake-remarks.ts"
import { FakeReceipts } from "./fake-receipts.ts"
import { FakeVerification } from "./fake-verification.ts"

export { NOON } from "./fake-people.ts"

export class FakeClient implements Client {
  readonly directory = noDirectory()
  readonly desk = new FakeDesk()
  readonly sent: { roomId: string; text: string; replyTo?: string }[] = []
  readonly remarks: FakeRemarks = new FakeRemarks({
    self: () => this.#self,
    transcript: (roomId) => this.#find(roomId).lines,
    room: (roomId) => refOf(this.#find(roomId).view),
    emit: (event) => this.emit(event),
  })
  readonly readRooms: string[] = []
  readonly verification: FakeVerification = new FakeVerification(this)
  stopped = false
  /** Set to make the next `send` fail. */
  failNextSend: ClientError | undefined
  /** What `sees` answers. */
  seesReport: SeesReport | undefined
  now = NOON
  readonly link: FakeLinks
  #self: PersonView
  #connection: ConnectionView = { state: "offline" }
  #people: PersonView[] = []
  readonly #rooms: FakeRoom[] = []
  readonly #listeners = new Set<(stamped: StampedEvent) => void>()
  readonly #numbers = new Map<string, string>()
  readonly #receipts = new FakeReceipts()
  readonly keys = new FakeKeys(
    (id, change) => this.#changePerson(id, change),
    (name) => this.#renameSelf(name),
  )
  #order = 0
  #ids = 0
  #outbox = 0

  constructor(name = "Asha") {
    this.#self = { ...person(name, "self"), online: true }
    this.link = new FakeLinks(this.#self, (id) => this.#people.find((each) => each.id === id)!)
    this.#rooms.push({ view: roomView({ id: "r_everyone", name: "everyone", kind: "everyone" }), lines: [] })
  }

  // What tests do to it.
  addPerson(name: string, given: Partial<PersonView> & { here?: boolean | "absent" } = {}): PersonView {
    const { here, ...options } = given
    const added: PersonView = {
      ...person(name, options.trust ?? "unverified", options.tag),
      online: true,
      ambiguous: this.#people.some((other) => other.name.toLowerCase() === name.toLowerCase()),
      ...options,
    }
    this.#people.push(added)
    if (here !== "absent")
      this.#everyone({
        members: [...this.#rooms[0]!.view.members, { person: added, here: here ?? true, former: [] }],
      })
    this.emit({ type: "person.joined", person: added })
    return added
  }

  setTrust(personId: string, trust: Trust): void {
    this.#changePerson(personId, { trust })
  }

  #changePerson(personId: string, change: Partial<PersonView>): void {
    const { trust } = { ...this.#people.find(({ id }) => id === personId)!, ...change }
    this.#people = this.#people.map((each) => (each.id === personId ? { ...each, ...change } : each))
    for (const room of this.#rooms) {
      const { peer } = room.view
      room.view = {
        ...room.view,
        peer: peer?.id === personId ? { ...peer, ...change } : peer,
        members: room.view.members.map((member) =>
          member.person.id === personId ? { ...member, person: { ...member.person, ...change } } : member,
        ),
      }
      room.lines = room.lines.map((line) =>
        line.kind === "message" && line.message.from.id === personId
          ? { ...line, message: { ...line.message, from: { ...line.message.from, trust } } }
          : line,
      )
    }
  }

  setConnection(connection: ConnectionView): void {
    this.#connection = connection
    if (connection.state === "online") {
      const { host, port, relayName } = connection
      this.emit({ type: "relay.connected", relay: { host, port, name: relayName } })
    } else if (connection.state === "waiting" || connection.state === "refused") {
      this.emit({
        type: "relay.disconnected",
        why: connection.why,
        retryAt: connection.state === "waiting" ? connection.retryAt : undefined,
      })
    }
  }

  setRoom(roomId: string, change: Partial<RoomView>): void {
    const room = this.#find(roomId)
    room.view = { ...room.view, ...change }
    this.emit({ type: "room.changed", room: refOf(room.view) })
  }

  setSafetyNumber(personId: string, number: string): void {
    this.#numbers.set(personId, number)
  }

  /** A message of somebody else arrives. */
  receive(
    roomId: string,
    from: PersonRef,
    text: string,
    at: number = this.now,
    replyTo?: MessageName,
  ): MessageView {
    const plain = messageOf(this.#id(), from, text, at)
    const message = replyTo ? { ...plain, replyTo: this.remarks.quoted(roomId, replyTo) } : plain
    const room = this.#find(roomId)
    room.lines.push({ kind: "message", order: this.#next(), at, message })
    room.view = { ...room.view, unread: room.view.unread + 1, lastAt: at }
    this.emit({ type: "message.received", room: refOf(room.view), from, message })
    return message
  }

  notice(roomId: string, notice: Notice, at: number = this.now): void {
    const room = this.#find(roomId)
    room.lines.push({ kind: "notice", order: this.#next(), at, notice })
    this.emit({ type: "notice", room: refOf(room.view), notice })
  }

  /** So far with everybody it was for; in rooms the numbers follow. */
  setState(roomId: string, id: string, state: MessageState): void {
    const room = this.#find(roomId)
    this.#receipts.all(room.view, id, state)
    if (state === "relayed" || state === "failed") this.#outbox = Math.max(0, this.#outbox - 1)
    this.#show(room, id, state)
  }

  /** One person has it, or has read it, or will not get it any more. The state is what everybody has reached. */
  setReceipt(roomId: string, id: string, personId: string, state: ReceiptView["state"]): void {
    const room = this.#find(roomId)
    this.#show(room, id, this.#receipts.one(id, personId, state))
  }

  /** What was missing has come: the messages stand where the gap stood, and the gap is gone. */
  fillGap(roomId: string, from: PersonRef, texts: readonly string[]): void {
    const room = this.#find(roomId)
    const at = room.lines.findIndex(
      (line) => line.kind === "notice" && line.notice.code === "gap" && line.notice.person.id === from.id,
    )
    const gap = room.lines[at]!
    const messages = texts.map((text) => messageOf(this.#id(), from, text, gap.at))
    const lines = messages.map((message, n): TranscriptLine => ({
      kind: "message",
      order: `${gap.order}.${n}`,
      at: gap.at,
      message,
    }))
    room.lines.splice(at, 1, ...lines)
    for (const message of messages)
      this.emit({ type: "message.received", room: refOf(room.view), from, message })
    this.emit({ type: "room.changed", room: refOf(room.view) })
  }

  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener({ event, at: this.now, cursor: undefined })
  }

  // What guests see.

  start(): void {
    this.emit({ type: "ready" })
  }

  stop(): Promise<void> {
    this.stopped = true
    return Promise.resolve()
  }

  on(listener: (stamped: StampedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  self(): PersonView {
    return this.#self
  }

  connection(): ConnectionView {
    return this.#connection
  }

  people(): readonly PersonView[] {
    return this.#people.toSorted((a, b) => a.name.localeCompare(b.name, "en"))
  }

  rooms(): readonly RoomView[] {
    return this.#rooms.map(({ view }) => view)
  }

  room(roomId: string): RoomView {
    return this.#find(roomId).view
  }

  outboxCount(): number {
    return this.#outbox
  }

  findPerson(name: string): PersonView {
    return onlyPerson(this.#people, name)
  }

  setAlias(personId: string, alias: string | undefined): Promise<PersonView> {
    const before = this.findPerson(personId)
    const after = aliased(before, alias)
    const named = (each: PersonView) => (each.id === personId ? after : each)
    this.#people = this.#people.map(named)
    for (const { view } of this.#rooms)
      Object.assign(view, { members: view.members.map((each) => ({ ...each, person: named(each.person) })) })
    this.emit({ type: "person.renamed", person: after, before: before.name, by: "you" })
    return Promise.resolve(after)
  }

  #renameSelf(name: string): void {
    const before = this.#self.name
    this.#self = { ...this.#self, name }
    this.emit({ type: "person.renamed", person: this.#self, before, by: "you" })
  }

  findRoom(to: string): RoomRef {
    if (to === "#everyone") return refOf(this.#rooms[0]!.view)
    if (to.startsWith("#")) throw new ClientError("unknown-name", `There is no room ${to}.`)
    return { id: `r_${this.findPerson(to).name}`, name: to, kind: "direct" }
  }

  openChat(personId: string): Promise<RoomRef> {
    const peer = this.findPerson(personId)
    const id = `r_${peer.name}`
    if (!this.#rooms.some(({ view }) => view.id === id)) {
      this.#rooms.push({
        view: roomView({ id, name: peer.name, kind: "direct", peer, state: "open" }),
        lines: [],
      })
      this.emit({ type: "room.joined", room: { id, name: peer.name, kind: "direct" } })
    }
    return Promise.resolve(refOf(this.#find(id).view))
  }

  transcript(roomId: string, limit: number, before?: string): readonly TranscriptLine[] {
    const { lines } = this.#find(roomId)
    const end = before === undefined ? lines.length : lines.findIndex((line) => line.order >= before)
    return lines.slice(Math.max(0, end - limit), end)
  }

  receipts(roomId: string, messageId: string): readonly ReceiptView[] {
    const line = this.#find(roomId).lines.find(
      (each) => each.kind === "message" && each.message.own && each.message.id === messageId,
    )
    if (line === undefined)
      throw new ClientError("unknown-name", `There is no message ${messageId} of yours.`)
    return this.#receipts.of(messageId)
  }

  lineCount(roomId: string): number {
    return this.#find(roomId).lines.length
  }

  send(roomId: string, text: string, replyTo?: MessageName): Promise<{ id: string }> {
    const failure = this.failNextSend
    this.failNextSend = undefined
    if (failure !== undefined) return Promise.reject(failure)
    const unheard = roomId === "r_everyone" ? this.link.inviter : undefined
    if (unheard)
      return Promise.reject(new ClientError("inviter-unheard", `${unheard.name} has not been heard`))
    const room = this.#find(roomId)
    const message: MessageView = {
      id: this.#id(),
      from: this.#self,
      own: true,
      text,
      sentAt: this.now,
      state: "queued",
      receipts: undefined,
      ...(replyTo && { replyTo: this.remarks.quoted(roomId, replyTo) }),
    }
    this.sent.push({ roomId, text, ...(replyTo && { replyTo: replyTo.id }) })
    room.lines.push({ kind: "message", order: this.#next(), at: this.now, message })
    this.#outbox += 1
    this.emit({ type: "message.sent", room: refOf(room.view), message })
    return Promise.resolve({ id: message.id })
  }

  markRead(roomId: string): Promise<void> {
    this.readRooms.push(roomId)
    const room = this.#find(roomId)
    room.view = { ...room.view, unread: 0 }
    this.emit({ type: "room.changed", room: refOf(room.view) })
    return Promise.resolve()
  }

  safetyNumber(personId: string): string {
    return this.#numbers.get(personId) ?? "12345678901234567890".repeat(3)
  }

  markVerified(personId: string): Promise<void> {
    this.setTrust(personId, "verified")
    this.emit({ type: "verify.done", person: this.findPerson(personId) })
    return Promise.resolve()
  }

  markMismatch(personId: string): Promise<void> {
    this.setTrust(personId, "differs")
    this.emit({ type: "verify.mismatch", person: this.findPerson(personId) })
    return Promise.resolve()
  }

  async sees(): Promise<SeesReport> {
    if (this.seesReport === undefined)
      throw new ClientError("no-answer", "there is no connection to the relay")
    return this.seesReport
  }

  eventsSince(): readonly StampedEvent[] {
    return []
  }

  #everyone(change: Partial<RoomView>): void {
    const room = this.#rooms[0]!
    room.view = { ...room.view, ...change }
  }

  #show(room: FakeRoom, id: string, state: MessageState): void {
    const receipts = room.view.kind === "everyone" ? this.#receipts.counts(id) : undefined
    let before: MessageState | undefined
    room.lines = room.lines.map((line) => {
      if (line.kind !== "message" || line.message.id !== id) return line
      before = line.message.state
      return { ...line, message: { ...line.message, state, receipts } }
    })
    if (before === state) this.emit({ type: "room.changed", room: refOf(room.view) })
    else this.emit({ type: "message.state", room: refOf(room.view), message: { id }, state })
  }

  #find(roomId: string): FakeRoom {
    const room = this.#rooms.find(({ view }) => view.id === roomId)
    if (room === undefined) throw new ClientError("unknown-name", `There is no room ${roomId}.`)
    return room
  }

  #next(): string {
    this.#order += 1
    return String(this.#order).padStart(8, "0")
  }

  #id(): string {
    this.#ids += 1
    return `m_${this.#ids}`
  }
}

export { classroom } from "./fake-classroom.ts"
