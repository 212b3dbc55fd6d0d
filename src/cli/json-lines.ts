/**
 * Events and views as JSON, one object a line: the public format for scripts (PROTOCOL.md does not cover it;
 * the README does). `v` changes only on a break; readers ignore what they do not know.
 */
import { wordsOf, type VerificationView } from "../client/client.ts"
import type {
  ClientEvent,
  MessageView,
  PersonRef,
  ReactionView,
  ReplyView,
  PersonView,
  RoomRef,
  RoomView,
  StampedEvent,
  TranscriptLine,
} from "../client/events.ts"
import type { Millis } from "../platform/clock.ts"

const SCHEMA_VERSION = 1
const MAX_DATE_MS = 8.64e15

/**
 * What a terminal would act on or hide if somebody looks at the lines: delete, C1 controls, zero-width and
 * direction characters. JSON can write them as numbers, and readers get the same text.
 */
// oxlint-disable-next-line no-control-regex
const INVISIBLE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** One line without its end. Control characters are escaped by JSON itself. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    INVISIBLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}

/** Other people's clocks may say anything: what no date can hold becomes the last one that there is. */
export function isoTime(at: Millis): string {
  return new Date(Math.min(at, MAX_DATE_MS)).toISOString()
}

/** The envelope of every line: `v`, `cursor` where the event is kept, `ts`, `type`, `profile`, then the rest. */
export function eventJson(profile: string, { event, at, cursor }: StampedEvent): object {
  return {
    v: SCHEMA_VERSION,
    ...(cursor === undefined ? {} : { cursor }),
    ts: isoTime(at),
    type: event.type,
    profile,
    ...details(event),
  }
}

/** A line of a transcript in the same shape as the event that brought it. */
export function lineJson(profile: string, room: RoomRef, line: TranscriptLine): object {
  const head = { v: SCHEMA_VERSION, ts: isoTime(line.at) }
  if (line.kind === "notice")
    return { ...head, type: "notice", profile, room: roomJson(room), notice: line.notice }
  const { message } = line
  const type = message.own ? "message.sent" : "message.received"
  return {
    ...head,
    type,
    profile,
    room: roomJson(room),
    from: personJson(message.from),
    message: messageJson(message),
  }
}

/** A result that is no event: a person, a room, a number. */
export function resultJson(type: string, profile: string | undefined, fields: object): object {
  return { v: SCHEMA_VERSION, type, ...(profile === undefined ? {} : { profile }), ...fields }
}

/**
 * `name` is what they are called here; `registeredName` stands beside an alias, `looksLike` where it is another's double,
 * `verified` says how and when, for whoever is.
 */
export function personJson({ id, name, registeredName, tag, trust, verified, looksLike }: PersonRef): object {
  return {
    id,
    name,
    ...(registeredName === undefined ? {} : { registeredName }),
    tag,
    trust,
    ...(verified ? { verified: { how: verified.how, at: isoTime(verified.at) } } : {}),
    ...(looksLike === undefined ? {} : { looksLike }),
  }
}

export function personViewJson(person: PersonView): object {
  return {
    ...personJson(person),
    online: person.online,
    ambiguous: person.ambiguous,
    firstSeenAt: isoTime(person.firstSeenAt),
  }
}

/** The words stand there in both languages; `words` are their numbers. */
export function verificationJson(view: VerificationView): object {
  const { endsAt, at, words, person, room, people, missing, saidYes, saidNo, culprits, ...rest } = view
  const all = (list: readonly PersonRef[]) => list.map(personJson)
  return {
    ...rest,
    person: person === undefined ? null : personJson(person),
    room: room === undefined ? null : roomJson(room),
    people: all(people),
    missing: all(missing),
    saidYes: all(saidYes),
    saidNo: all(saidNo),
    culprits: all(culprits),
    words: words ?? null,
    texts: words === undefined ? null : wordsOf(words),
    endsAt: endsAt === undefined ? null : isoTime(endsAt),
    at: isoTime(at),
  }
}

export function roomJson({ id, name, kind }: RoomRef): object {
  return { id, name, kind }
}

export function roomViewJson(room: RoomView): object {
  return {
    ...roomJson(room),
    state: room.state,
    problem: room.problem ?? null,
    unread: room.unread,
    lastAt: room.lastAt === undefined ? null : isoTime(room.lastAt),
    withoutSecret: room.withoutSecret,
    ...(room.peer ? { peer: personJson(room.peer) } : {}),
    here: room.members.filter(({ here }) => here).length + 1,
    listed: room.members.filter(({ here }) => !here).length,
    members: room.members.map(({ person, here, former }) => ({
      ...personJson(person),
      here,
      ...(former.length === 0 ? {} : { former: former.map(personJson) }),
    })),
  }
}

/** `receipts` stands in rooms only, and not before the relay has the message. */
function messageJson(message: MessageView): object {
  const { id, text, sentAt, own, state, receipts, replyTo, edited, deleted, reactions, unsent } = message
  return {
    id,
    text,
    own,
    sentAt: isoTime(sentAt),
    ...(state === undefined ? {} : { state }),
    ...(receipts === undefined ? {} : { receipts }),
    ...(replyTo === undefined ? {} : { replyTo: replyTo.id, repliedTo: repliedJson(replyTo) }),
    ...(edited === undefined ? {} : { editedAt: isoTime(edited) }),
    ...(deleted === undefined ? {} : { deleted }),
    ...(reactions === undefined ? {} : { reactions: reactions.map(reactionJson) }),
    ...(unsent === undefined ? {} : { unsent }),
  }
}

/** `unknown`: the message is not here. */
function repliedJson({ from, state, text }: ReplyView): object {
  return { from: personJson(from), state, text }
}

function reactionJson({ reaction, people, own }: ReactionView): object {
  return { reaction, own, people: people.map(personJson) }
}

function details(event: ClientEvent): object {
  switch (event.type) {
    case "message.received":
      return { room: roomJson(event.room), from: personJson(event.from), message: messageJson(event.message) }
    case "message.sent":
      return {
        room: roomJson(event.room),
        from: personJson(event.message.from),
        message: messageJson(event.message),
      }
    case "message.state":
      return { room: roomJson(event.room), message: { id: event.message.id, state: event.state } }
    case "message.edited":
      return { room: roomJson(event.room), from: personJson(event.from), message: messageJson(event.message) }
    case "message.deleted":
    case "message.reaction":
      return {
        room: roomJson(event.room),
        from: personJson(event.from),
        message: { id: event.message.id, from: personJson(event.message.from) },
        ...(event.type === "message.reaction" ? { reactions: event.reactions } : {}),
      }
    case "relay.disconnected":
      return { why: event.why, retryAt: event.retryAt === undefined ? null : isoTime(event.retryAt) }
    case "verify.requested":
    case "verify.accepted":
    case "verify.compare":
    case "verify.changed":
    case "verify.cancelled":
      return { verification: verificationJson(event.verification) }
    case "verify.done":
    case "verify.mismatch":
      return {
        person: personJson(event.person),
        ...(event.verification === undefined ? {} : { verification: verificationJson(event.verification) }),
      }
    case "verify.roomDone":
      return { room: roomJson(event.room), verification: verificationJson(event.verification) }
    default: {
      // The others are plain data whose names are the format's names already.
      const { type: _, ...rest } = event
      return rest
    }
  }
}
