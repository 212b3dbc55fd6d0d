/**
 * The device's inbox and the letters in it (PROTOCOL.md §11.4). A letter is a hint and carries no authority:
 * it makes us look at a channel that we compute ourselves. A lost letter costs time, never a message.
 */
import { concat, equalBytes, u8, utf8 } from "../bytes.ts"
import { MAX_LETTER_BYTES, openLetter, sealLetter } from "../crypto/letter.ts"
import { sign, verify } from "../crypto/signature.ts"
import {
  decodeLetter,
  encodeLetter,
  type Letter,
  LETTER_KINDS,
  letterStatement,
} from "../protocol/content.ts"
import { ENTRY_KINDS } from "../protocol/envelope.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import { ChannelLog, type LogPlace, MAX_SEQ, START_OF_LOG } from "./channel-log.ts"
import type { Contacts } from "./contacts.ts"
import { isCurrent } from "./entries.ts"
import type { Context } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { getRecord, putRecord } from "./records.ts"
import type { StoreWriter } from "./store.ts"

const PLACE = utf8("inbox place")
const NONCE_BYTES = 24
const FIRST_HINT_AGAIN_MS = 30_000
const LETTER_FROM = 1 + 32 + NONCE_BYTES

export class Inbox {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #found: (from: Uint8Array, letter: Letter) => Promise<void>
  readonly log: ChannelLog
  #place: LogPlace

  /** @param found is told of each letter that checks, from somebody in the directory. */
  constructor(
    context: Context,
    contacts: Contacts,
    found: (from: Uint8Array, letter: Letter) => Promise<void>,
  ) {
    this.#context = context
    this.#contacts = contacts
    this.#found = found
    this.#place = getRecord<LogPlace>(context.store, "meta", PLACE) ?? START_OF_LOG
    this.log = new ChannelLog(context.link, context.primitives, context.identity.inboxId)
  }

  /** What has been read of it. */
  get place(): LogPlace {
    return this.#place
  }

  get settled(): boolean {
    return this.log.isCaughtUp(this.#place)
  }

  open(): void {
    this.log.open(this.#place, (answer) => {
      if (answer.type === "refused") return this.#context.link.distrust("our own inbox is refused")
      const { resumed, firstSeq, head, incarnation } = answer
      // A relay that lost its store, or letters that are too old; letters are hints, so nothing is lost with them.
      if (!resumed) this.#place = { ...this.#place, cursor: firstSeq - 1, head: head.slice() }
      if (equalBytes(incarnation, this.#place.incarnation)) return
      this.#place = { ...this.#place, incarnation: incarnation.slice() }
      this.#context.update("ordered", ({ tx }) => putRecord(tx, "meta", PLACE, this.#place))
    })
  }

  /** Letters that the relay cannot read any more. */
  damaged({ from, to, head }: Of<"damaged">): void {
    if (from !== this.#place.cursor + 1 || to < from || to > MAX_SEQ)
      return this.#context.link.distrust("damage where there is none")
    this.#place = { ...this.#place, cursor: to, head: head.slice() }
  }

  async received(message: Of<"entry">): Promise<void> {
    const next = this.log.next(this.#place, message)
    if (!next) return this.#context.link.distrust("an inbox that does not continue")
    const letter = this.#read(message.entry)
    if (letter) await this.#found(letter.from, letter)
    this.#context.update("ordered", ({ tx }) => putRecord(tx, "meta", PLACE, next.place))
    this.#place = next.place
  }

  /** Undefined for anything that is not a letter to us from somebody we know of, whatever the reason. */
  #read(entry: Uint8Array): Letter | undefined {
    const { primitives, identity } = this.#context
    if (entry[0] !== ENTRY_KINDS.letter) return undefined
    const plain = openLetter(primitives, identity.account.kem.secret, entry.subarray(LETTER_FROM))
    if (!plain) return undefined
    try {
      const letter = decodeLetter(plain)
      const contact = this.#contacts.get(letter.from)
      // Of a key that was given up nobody knows who holds it now.
      const author = contact && isCurrent(contact) ? contact.entry : undefined
      const isForUs = equalBytes(letter.to, identity.account.accountId)
      return author && isForUs && verify(author.accountEd, "inbox", letterStatement(letter), letter.signature)
        ? letter
        : undefined
    } catch (cause) {
      if (cause instanceof ProtocolError) return undefined
      throw cause
    }
  }
}

/** The inbox of another account is read from its beginning. */
export function forgetInboxPlace(tx: StoreWriter): void {
  tx.delete("meta", PLACE)
}

/**
 * Tells every device of the other person that a chat with them has been opened: at once, and again while they are not
 * heard, since a relay without space takes no letter. Each time after twice the time, for an inbox is not without end.
 */
export function sendHint(conversation: Conversation): void {
  const { record, now, context } = conversation
  const time = context.clock.now()
  if (time < now.hintAt) return conversation.wakeAt(now.hintAt)
  now.hintAt = time + FIRST_HINT_AGAIN_MS * 2 ** Math.min(now.hints++, 20)
  conversation.wakeAt(now.hintAt)
  const kind = record.counter > 0 ? LETTER_KINDS.reopen : LETTER_KINDS.hint
  sendLetter(conversation, { kind, counter: record.counter })
}

/** Writes to every device of the other person of a direct chat, or to one. */
export function sendLetter(
  { context, contacts, record }: Conversation,
  said: { kind: number; counter: number; body?: Uint8Array },
  only?: Uint8Array,
): void {
  if (record.peer) writeLetter(context, contacts, record.peer, said, only)
}

/** Writes to every device of a person, or to one. Whoever is not in the directory gets nothing. */
export function writeLetter(
  context: Context,
  contacts: Contacts,
  to: Uint8Array,
  said: { kind: number; counter: number; body?: Uint8Array },
  only?: Uint8Array,
): void {
  const peer = contacts.get(to)?.entry
  if (!peer || context.heads().isDistrusted) return
  const { identity, primitives, random, link } = context
  const statement = {
    to: peer.accountId,
    from: identity.account.accountId,
    deviceId: identity.device.deviceId,
    kind: said.kind,
    counter: said.counter,
    body: said.body ?? new Uint8Array(0),
  }
  const signature = sign(identity.account.ed.secret, "inbox", letterStatement(statement))
  const plain = encodeLetter({ ...statement, signature })
  if (plain.length > MAX_LETTER_BYTES) return
  for (const { inboxId, deviceId } of peer.devices) {
    if (only && !equalBytes(only, deviceId)) continue
    const sealed = sealLetter(primitives, random, peer.accountKem, plain)
    const entry = concat(u8(ENTRY_KINDS.letter), new Uint8Array(32), random.bytes(NONCE_BYTES), sealed)
    new ChannelLog(link, primitives, inboxId).open(START_OF_LOG, (answer) => {
      if (answer.type !== "opened") return
      link.send({ type: "entry", handle: answer.handle, seq: 0, time: 0, position: 0, entry })
      link.send({ type: "close", handle: answer.handle })
    })
  }
}
