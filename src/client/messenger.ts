/**
 * The engine as a whole: routes what the relay sends to the conversation it is for, and what guests ask for to
 * the part that does it. It owns the queue, so that one event is finished before the next begins.
 */
import { equalBytes } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import type { Address } from "../platform/network.ts"
import type { Of } from "../protocol/messages.ts"
import { connectionView } from "./connection-view.ts"
import type { Client, Desk, DirectoryGuest, Remarks } from "./client.ts"
import type { Contacts } from "./contacts.ts"
import { type Context, type Identity, updater } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { DirectoryDesk } from "./directory-guest.ts"
import { endCleanly, hasRoom } from "./disk-care.ts"
import { ClientError, endsTheProcess } from "./errors.ts"
import type {
  ConnectionView,
  MessageName,
  PersonView,
  ReceiptView,
  RoomRef,
  RoomView,
  StampedEvent,
  TranscriptLine,
} from "./events.ts"
import { keptEvents } from "./journal.ts"
import type { Keys } from "./keys.ts"
import { RelayFinder } from "./finding.ts"
import type { RoomLinks } from "./link.ts"
import { messageIdText, readLines } from "./lines.ts"
import type { ClientDeps } from "./open.ts"
import { checkOutgoing, checkRoom } from "./outgoing.ts"
import { markRegistered, moveRelay, putRelay, readRelay, type RelayRecord, roomWayOf } from "./profile.ts"
import { createParts, type Parts } from "./parts.ts"
import { EventQueue } from "./queue.ts"
import { readersOf } from "./readers.ts"
import { readAll } from "./receipts.ts"
import { RelayConnection } from "./relay-link.ts"
import type { Rooms } from "./rooms.ts"
import { countSaid, queueText } from "./sending.ts"
import type { SeesReport } from "./sees.ts"
import type { Session } from "./session.ts"
import { prefixRange } from "./store.ts"
import type { Verification } from "./verification.ts"
import { roomView } from "./views.ts"

export class Messenger implements Client {
  readonly #deps: ClientDeps
  readonly #queue: EventQueue
  readonly #link: RelayConnection
  readonly #listeners = new Set<(stamped: StampedEvent) => void>()
  readonly #identity: Identity
  readonly #context: Context
  readonly #parts: Parts
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  #relay: RelayRecord | undefined
  #relayName = ""
  #openRelay = false
  readonly directory: DirectoryGuest
  readonly #finder: RelayFinder
  #stopped: Promise<void> | undefined
  /** The disk failed: nobody may write to the store or send anything. */
  #isDead = false

  constructor(deps: ClientDeps, identity: Identity) {
    this.#deps = deps
    this.#identity = identity
    this.#relay = readRelay(deps.store)
    this.#queue = new EventQueue((cause) => this.#failed(cause))
    const { clock, network, primitives, random, store, engine, log } = deps
    this.#finder = new RelayFinder(deps.discovery, (found) => this.#queue.push(() => this.#tryAt(found)))
    const relay = () => {
      if (!this.#relay) throw new RangeError("no relay is known")
      return this.#finder.at(this.#relay)
    }
    const isGuess = () => this.#finder.isGuessing
    const register = (newest: Uint8Array) => this.#contacts.registration(newest)
    const canSave = () => hasRoom(store)
    const edges = { network, clock, random, primitives, log }
    this.#link = new RelayConnection(
      { ...edges, queue: this.#queue, identity, relay, isGuess, register, canSave },
      {
        pinned: (spkiSha256) => this.#pinned(spkiSha256),
        ready: (welcome) => this.#ready(welcome),
        received: (message) => this.#parts.incoming.take(message),
        answered: () => this.#parts.catchUp.check(),
        lost: () => this.#lost(),
        changed: (session) => this.#sessionChanged(session),
      },
    )
    const queue = this.#queue
    this.#context = {
      store,
      clock,
      random,
      primitives,
      engine,
      log,
      identity,
      relayId: () => this.#relayId(),
      link: this.#link,
      update: updater(store, clock, (stamped) => this.#emit(stamped)),
      rooms: () => this.#rooms.all(),
      mayTalk: () => this.#link.online && this.#parts.generation.isSettled,
      verifier: () => this.#parts.verifyHeard,
      heads: () => this.#parts.directory,
      sealed: () => this.#parts.generation.sealed(),
      later: (at, action) => clock.wakeAt(at, () => queue.push(action)),
    }
    this.#parts = createParts(
      this.#context,
      (event) => this.#tell(event),
      (action) => queue.do(action),
    )
    this.#contacts = this.#parts.contacts
    this.#rooms = this.#parts.rooms
    this.directory = new DirectoryDesk(this.#context, this.#parts, queue, () => this.#link.start())
  }

  /** Reads all conversations from the store. @param wasClean whether the process before has ended as it should. */
  async load(wasClean: boolean): Promise<void> {
    await this.#rooms.load()
    this.#parts.verifyDriver.load()
    if (!wasClean) for (const conversation of this.#rooms.all()) conversation.mustHeal = true
  }

  get keys(): Keys {
    return this.#parts.keys
  }

  get desk(): Desk {
    return this.#parts.desk
  }

  // ── guests ────────────────────────────────────────────────────────────────────────────────────

  start(): void {
    this.#parts.housekeeping.start()
    if (this.#relay) this.#queue.push(() => this.#link.start())
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#finder.stop()
    for (const conversation of this.#rooms.all()) conversation.stop()
    await this.#queue.close()
    this.#parts.sees.lost()
    this.#link.stop()
    this.#parts.housekeeping.stop()
    this.#parts.verifyDriver.stop()
    try {
      if (!this.#isDead) endCleanly(this.#deps.store)
    } finally {
      this.#deps.store.close()
    }
  }

  /** Resolves when every event so far has been handled: for the simulation. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  on(listener: (stamped: StampedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  self(): PersonView {
    return this.#contacts.view(this.#identity.account.accountId)
  }

  connection(): ConnectionView {
    const { host, port } = this.#relay ? this.#finder.at(this.#relay) : { host: "", port: 0 }
    const place = { host, port, relayName: this.#relayName, openRelay: this.#openRelay, ...this.#link.pace }
    return connectionView(this.#link.session, this.#relay && place, this.#parts.directory.isDistrusted)
  }

  people(): readonly PersonView[] {
    const views = this.#contacts.others().map(({ entry }) => this.#contacts.view(entry.accountId))
    return views.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
  }

  rooms(): readonly RoomView[] {
    const views = this.#rooms.all().map((conversation) => this.#view(conversation))
    const rank = (room: RoomView) => (room.kind === "everyone" ? Number.MAX_SAFE_INTEGER : (room.lastAt ?? 0))
    return views.sort((a, b) => rank(b) - rank(a) || a.name.localeCompare(b.name))
  }

  room(id: string): RoomView {
    return this.#view(this.#rooms.byId(id))
  }

  outboxCount(): number {
    return countSaid(this.#deps.store)
  }

  findPerson(name: string): PersonView {
    return this.#contacts.view(this.#contacts.find(name).entry.accountId)
  }

  setAlias(personId: string, alias: string | undefined): Promise<PersonView> {
    return this.#queue.do(() => {
      const { accountId } = this.#contacts.findById(personId).entry
      this.#context.update("synced", (update) => this.#contacts.setAlias(update, accountId, alias))
      return this.#contacts.view(accountId)
    })
  }

  findRoom(to: string): RoomRef {
    return this.#rooms.find(to)
  }

  openChat(personId: string): Promise<RoomRef> {
    return this.#queue.do(
      () => this.#rooms.ensureDirect(this.#contacts.findById(personId).entry.accountId).ref,
    )
  }

  transcript(id: string, limit: number, before?: string): readonly TranscriptLine[] {
    return readLines(this.#rooms.byId(id), limit, before)
  }

  receipts(id: string, messageId: string): readonly ReceiptView[] {
    return readersOf(this.#rooms.byId(id), messageId)
  }

  lineCount(id: string): number {
    return this.#deps.store.count("line", prefixRange(this.#rooms.byId(id).room))
  }

  send(id: string, text: string, replyTo?: MessageName): Promise<{ id: string }> {
    return this.#queue.do(async () => {
      const conversation = this.#rooms.byId(id)
      checkOutgoing(text, conversation)
      checkRoom(conversation)
      const messageId = queueText(conversation, text, this.#parts.remarks.answered(conversation, replyTo))
      this.#queue.push(() => conversation.advance())
      return { id: messageIdText(messageId) }
    })
  }

  markRead(id: string): Promise<void> {
    return this.#queue.do(async () => {
      const conversation = this.#rooms.byId(id)
      const seen = this.desk.settings().receipts ? readAll(conversation) : []
      if (conversation.record.unread === 0 && seen.length === 0) return
      conversation.save("ordered", { unread: 0 }, (update) => {
        for (const peer of seen) conversation.peers.put(update, peer)
        update.tell({ type: "room.changed", room: conversation.ref })
      })
      await conversation.advance()
    })
  }

  get verification(): Verification {
    return this.#parts.verification
  }

  safetyNumber(personId: string): string {
    return this.#contacts.safetyNumber(this.#contacts.findById(personId).entry.accountId)
  }

  get remarks(): Remarks {
    return this.#parts.remarks
  }

  get link(): RoomLinks {
    return this.#parts.link
  }

  markVerified(personId: string): Promise<void> {
    return this.keys.compared(personId, true)
  }

  markMismatch(personId: string): Promise<void> {
    return this.keys.compared(personId, false)
  }

  sees(): Promise<SeesReport> {
    return this.#parts.sees.ask()
  }

  eventsSince(cursor: string | undefined, limit: number): readonly StampedEvent[] {
    const refOf = (room: Uint8Array) => this.#rooms.refOf(room)
    return keptEvents(this.#deps.store, this.#contacts, refOf, cursor, limit)
  }

  // ── the relay ─────────────────────────────────────────────────────────────────────────────────

  #pinned(spkiSha256: Uint8Array): void {
    const relay = this.#relay!
    if (relay.pin && equalBytes(relay.pin, spkiSha256)) return
    this.#relay = { ...relay, pin: spkiSha256 }
    this.#deps.store.transaction("synced", (tx) => putRelay(tx, this.#relay!))
  }

  async #ready(welcome: Of<"ready">): Promise<void> {
    this.#relayName = welcome.relayName
    this.#openRelay = welcome.open
    this.#deps.store.transaction("ordered", markRegistered)
    const moved = this.#finder.proven()
    if (moved) {
      moveRelay(this.#deps.store, moved)
      this.#relay = { ...this.#relay!, ...moved }
    }
    const { host, port } = this.#relay!
    this.#tell({ type: "relay.connected", relay: { host, port, name: welcome.relayName } })
    this.#rooms.ensureEveryone(roomWayOf(this.#relay!, this.#relayId()))
    const { generation, catchUp, packages } = this.#parts
    await generation.begin(async () => {
      await catchUp.begin()
      await packages.refill(welcome.packagesLeft, welcome.lastResort)
    })
  }

  #lost(): void {
    const { catchUp, inbox, packages, generation, sees } = this.#parts
    catchUp.lost()
    sees.lost()
    inbox.log.forget()
    packages.disconnected()
    generation.disconnected()
    this.#contacts.nobodyOnline()
    for (const conversation of this.#rooms.all()) conversation.disconnected()
  }

  #sessionChanged(session: Session): void {
    this.#finder.stop()
    if (session.kind !== "waiting" && session.kind !== "refused") return
    this.#finder.failed()
    const retryAt = session.kind === "waiting" ? session.retryAt : undefined
    this.#tell({ type: "relay.disconnected", why: session.why, retryAt })
    if (session.why === "unreachable") this.#finder.look(this.#relay!)
  }

  #tryAt(found: Address): void {
    if (this.#link.session.kind === "waiting" && this.#finder.guess(found)) this.#link.retryNow()
  }

  #view(conversation: Conversation): RoomView {
    return roomView(
      conversation,
      this.#relay?.pin !== undefined && !roomWayOf(this.#relay, this.#relay.pin).isSecret,
    )
  }

  #relayId(): Uint8Array {
    const pin = this.#relay?.pin
    if (!pin) throw new ClientError("not-joined", "the relay's key is not known before the first connection")
    return pin
  }

  #tell(event: StampedEvent["event"]): void {
    this.#emit({ event, at: this.#deps.clock.now(), cursor: undefined })
  }

  #emit(stamped: StampedEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(stamped)
      } catch (cause) {
        // A guest's bug: what it was told of has happened, and must be finished here.
        const detail = cause instanceof Error ? cause.message : "unknown"
        this.#deps.log.write("error", "guest.failed", { detail })
      }
    }
  }

  /**
   * An event that failed changed nothing on disk; the connection is dropped so that everything is read again. On a full
   * disk it stays away until there is room, and with a disk that cannot be trusted nothing goes on at all.
   */
  #failed(cause: unknown): void {
    const code = cause instanceof ClientError || cause instanceof CryptoError ? cause.code : "internal"
    const detail = cause instanceof Error ? cause.message : "unknown"
    this.#deps.log.write("error", "event.failed", { code, detail })
    if (code === "storage") return this.#link.diskIsFull()
    const isEnd = endsTheProcess(cause)
    if (isEnd) this.#end()
    this.#tell({ type: "error", code, detail })
    if (!isEnd) this.#link.distrust(detail)
  }

  /** No event happens any more, and nothing is sent; the guests are told by whoever calls this. */
  #end(): void {
    this.#isDead = true
    void this.#queue.close()
    this.#finder.stop()
    this.#parts.housekeeping.stop()
    this.#parts.verifyDriver.stop()
    for (const conversation of this.#rooms.all()) conversation.stop()
    this.#link.stop()
  }
}
