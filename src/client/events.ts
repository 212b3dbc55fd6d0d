/**
 * What the engine tells its guests, and the views they draw: closed unions, plain data.
 * The command line prints the same objects as JSON (one a line), so names here are public.
 *
 * `name` and `text` come from other people: only `tui/safe-text.ts` may put them on a screen.
 */
import type { Millis } from "../platform/clock.ts"
import type { VerificationView, VerifiedHow } from "./verification.ts"

/**
 * `changed`: this is not the key that was known, and it has not been compared since; `differs`: it was compared, and did
 * not match; `replaced`: a key that its person, as far as the relay says, has no more (PROTOCOL.md §14.2).
 */
export type Trust = "self" | "unverified" | "verified" | "changed" | "differs" | "replaced" | "blocked"

export interface PersonRef {
  /** `u_` and 22 characters of the account id. */
  id: string
  /** What they are called here: the alias that they were given, else the name that they registered. */
  name: string
  /** There when it is another than `name`. */
  registeredName?: string
  /** Six characters of the fingerprint: tells people of one name apart and proves nothing. */
  tag: string
  trust: Trust
  /** Only of whoever is verified; undefined if that was before this was kept. */
  verified?: Verified
  /** The name that this one looks like, of somebody who was here before or is better known. */
  looksLike?: string
}

export interface Verified {
  how: VerifiedHow
  at: Millis
}

export interface PersonView extends PersonRef {
  online: boolean
  /** True when another account's name looks like this one: commands refuse it without its tag. */
  ambiguous: boolean
  firstSeenAt: Millis
  /** What they registered before, the oldest first; undefined: nothing else. */
  formerNames?: readonly string[]
  /** True when the key was replaced and this person has not said what to do: verify, later, or block. */
  mustDecide: boolean
  /** Messages that were not kept, because this person was blocked. */
  hidden: number
}

/** One key of a person. */
export interface KeyView {
  /** `u_…` of the account. */
  id: string
  tag: string
  /** Six groups of five digits. */
  fingerprint: string
  /** How it came: with the person, signed by the key before, or given by the operator. */
  began: "registered" | "rotated" | "replaced"
  /** When this device has heard of it. */
  since: Millis
  /** What became of it. */
  state: "current" | "handed-over" | "replaced" | "closed"
  verified: Verified | undefined
  /** It was compared, and did not match. */
  differs?: true
}

export interface RoomRef {
  /** `r_` and 22 characters of the channel id. */
  id: string
  /** `everyone`, or the other person's name. */
  name: string
  kind: "direct" | "everyone"
}

export interface RoomView extends RoomRef {
  /** The other person of a direct chat. */
  peer: PersonView | undefined
  unread: number
  /** Of the newest line; undefined in an empty room. */
  lastAt: Millis | undefined
  /**
   * `joining`: not a member yet; `open`: messages flow; `waiting`: a blob or an answer is missing;
   * `stopped`: nothing is sent until the person decides (`problem` says why).
   */
  state: "joining" | "open" | "waiting" | "stopped"
  problem: RoomProblem | undefined
  /** People other than oneself. `here` have signed something since one's own join, the others are only listed. */
  members: readonly RoomMember[]
  /** Keys of before that this person lost, and that have not left the room yet. */
  ownFormer?: readonly PersonRef[]
  /** True on a relay opened without a secret: anybody on the network may be in this room. */
  withoutSecret: boolean
}

/** One person, whatever the number of their devices and keys. */
export interface RoomMember {
  person: PersonView
  here: boolean
  /** Keys of before that were replaced and have not left the room yet: whoever holds one reads along. */
  former: readonly PersonRef[]
}

/**
 * `removed`: a moderator took us out of the room. `no-way-in`: no header lies where our link leads, and `shut-out`: one
 * does, and this account may not come in by it; both are asked again, and the person need not decide anything.
 */
export type DoorProblem = "removed" | "no-way-in" | "shut-out"

/** `forked`: the other person's device tells different stories (PROTOCOL.md §13.1). */
export type RoomProblem =
  | "key-changed"
  | "keys-differ" // compared, and not the same
  | "blocked" // by this person
  | "closed" // the other person has closed their account
  | "stranded"
  | "opening-refused"
  | "forked"
  | "storage"
  | DoorProblem

/**
 * How far one of our messages got; in rooms, how far it got with everybody. `failed`: it did not arrive and will not be
 * tried any more (the relay will never take it, or 30 days passed without a receipt).
 */
export type MessageState = "queued" | "relayed" | "delivered" | "read" | "failed"

export interface MessageView {
  /** `m_` and 22 characters; unique in a room. */
  id: string
  from: PersonRef
  own: boolean
  text: string
  /** The author's clock. */
  sentAt: Millis
  /** Undefined for messages of others. */
  state: MessageState | undefined
  /** In rooms, for own messages that the relay has: how many of the `of` members it was for have it, and have seen it. */
  receipts: { delivered: number; read: number; of: number } | undefined
  /** What it answers. */
  replyTo?: ReplyView
  /** When its author changed the words last, by their clock. */
  edited?: Millis
  /** Its author has taken it back, and its text is empty. */
  deleted?: true
  /** Most first. */
  reactions?: readonly ReactionView[]
  /** What this person has said about it last has not reached the relay, or never will. */
  unsent?: "queued" | "failed"
}

/** What a message answers; `unknown`: it is not here, and nobody can say what it was. */
export interface ReplyView {
  id: string
  from: PersonRef
  state: "there" | "deleted" | "unknown"
  /** The first line, of at most 200 characters; empty unless it is there. */
  text: string
}

export interface ReactionView {
  /** One emoji or `:word:`. */
  reaction: string
  people: readonly PersonRef[]
  /** This person is among them. */
  own: boolean
}

/** A message by its id; by its author as well when they are known, since only both together are one message's. */
export interface MessageName {
  id: string
  from?: Pick<PersonRef, "id">
}

/** How far one of our messages got with one person: `failed` after 30 days without a receipt. */
export interface ReceiptView {
  person: PersonRef
  state: "relayed" | "delivered" | "read" | "failed"
}

/** A state of the relay's directory: how many leaves its log has, and the hash of all of them in hex. */
export interface HeadView {
  log: number
  size: number
  root: string
}

/** Why the relay's directory is not believed any more (PROTOCOL.md §8.6). */
export type AlarmReason =
  | "contradiction" // two heads that it has signed, and that cannot both be true
  | "behind" // it shows less than it has signed before
  | "entries" // what it hands out is not what it has signed
  | "withheld" // it has signed for somebody else what it keeps from us
  | "unexplained" // a new log that does not name what we have read
  | "two-keys" // two keys for heads

export interface DirectoryAlarm {
  why: AlarmReason
  at: Millis
  /** Who told us of the other head; undefined: the relay itself. */
  from: PersonRef | undefined
  /** What we had believed. */
  ours: HeadView | undefined
  theirs: HeadView
  /** The person has seen it and goes on with this relay. */
  accepted: boolean
  /** Once somebody's list has been compared with ours. */
  difference?: DifferenceView
}

/** The first place at which somebody's list of people and ours differ (PROTOCOL.md §8.7). */
export interface DifferenceView {
  /** `more`: our list ends before. */
  kind: "other" | "more"
  /** From 0; the list's opening stands there. */
  place: number
  /** Whose list it is. */
  by: PersonRef
  /** Whom our list has there. */
  ours: PersonRef | undefined
  /** Whom theirs has there, by what stands in it: remote text. */
  theirs: { name: string; tag: string } | undefined
}

export interface DirectoryView {
  /** The newest head whose root was computed here; undefined before the first. */
  head: HeadView | undefined
  readAt: Millis | undefined
  /** The last heads of the logs before. */
  former: readonly HeadView[]
  /** The last alarm, also when it was accepted. */
  alarm: DirectoryAlarm | undefined
}

/** What somebody says that the relay has shown them. */
export interface ToldHead {
  person: PersonRef
  head: HeadView
  at: Millis
  /** False until the relay has explained it. */
  fits: boolean
}

/** The rules of a link room as they are now. */
export interface LinkView {
  /** False while a moderator replaces the link: nobody comes in meanwhile. */
  open: boolean
  /** How often the link was replaced. */
  generation: number
  /** Oneself among them, perhaps. */
  moderators: readonly PersonRef[]
  banned: readonly PersonRef[]
  isModerator: boolean
  /** What this person asked for is not done yet. */
  isBusy: boolean
}

/** What a moderator did to somebody (PROTOCOL.md §12.5). */
export type RoleChange = "removed" | "let-back" | "moderator" | "no-moderator"

/** A line of a transcript that nobody wrote. */
export type Notice =
  | { code: "joined"; person: PersonRef } // a member came in
  | { code: "left"; person: PersonRef }
  | { code: "you-joined" } // what was said before cannot be read
  | { code: "chat-opened" } // keys of a direct chat agreed
  | { code: "chat-reopened"; person: PersonRef }
  | { code: "gap"; person: PersonRef; missing: number } // messages that have not arrived; the line goes when they have
  | { code: "fork"; person: PersonRef } // this device tells different stories; what it says is set aside
  | { code: "differs"; person: PersonRef } // this person's log and ours differ: compare words
  | { code: "unconfirmed"; person: PersonRef } // online for 15 minutes, and our messages are not confirmed
  | { code: "unreadable"; detail: string } // an entry that did not open
  | { code: "damaged" } // a line that this computer's own disk did not keep as it was
  | { code: "void-commit" } // somebody posted a change that nobody may make
  | { code: "rejoined" } // messages may be missing
  | { code: "log-reset" } // the relay lost or replaced its log; what was missing there has been sent again
  | { code: "lost-entries" } // the relay's log is damaged in places; messages may be missing
  | { code: "rolled-back" } // an older copy of this profile: this device joins anew before it sends
  | { code: "restored" } // from a backup; messages may be missing
  | { code: "directory-replaced" } // the relay began its log of people anew, and named what was there before
  | { code: "directory-split"; why: AlarmReason } // the relay was caught: nothing goes on before the person decides
  | { code: "directory-differs"; difference: DifferenceView } // what the two lists differ in, after an alarm
  | { code: "verified"; person: PersonRef }
  | { code: "mismatch"; person: PersonRef }
  | { code: RoleChange; person: PersonRef; by: PersonRef }
  | { code: "link-reset"; by: PersonRef } // invitations of before lead nowhere any more
  | { code: "you-removed"; by: PersonRef }
  | { code: "key-changed"; person: PersonRef } // the operator gave the name to another key: nothing is sent before a decision
  | { code: "key-rotated"; person: PersonRef } // the key before has signed it: what was trusted is trusted
  | { code: "renamed"; person: PersonRef; before: string; name: string } // registered names
  | { code: "key-accepted"; person: PersonRef } // decided: sending goes on, and the mark stays
  | { code: "blocked"; person: PersonRef }
  | { code: "unblocked"; person: PersonRef }

export type TranscriptLine =
  | { kind: "message"; order: string; at: Millis; message: MessageView }
  | { kind: "notice"; order: string; at: Millis; notice: Notice }

export type ConnectionView =
  | { state: "offline" } // not started, or no relay known
  | { state: "connecting"; host: string; port: number }
  | {
      state: "online"
      host: string
      port: number
      relayName: string
      openRelay: boolean
      /** How long the relay takes to answer, in milliseconds, once something was asked. */
      roundTrip?: Millis | undefined
    }
  | { state: "waiting"; host: string; port: number; retryAt: Millis; why: ConnectionProblem }
  /** Will not be tried again without the person. */
  | { state: "refused"; host: string; port: number; why: ConnectionProblem }

export type ConnectionProblem =
  | "unreachable"
  | "lost"
  | "wrong-pin"
  | "not-allowed"
  /** The directory lists this device no more: the account lives on another one. */
  | "revoked"
  /** Our name has another key in the directory now. */
  | "replaced"
  /** We have closed the account. */
  | "closed"
  /** The relay does not take the operator's code. */
  | "not-approved"
  | "name-taken"
  | "superseded"
  | "bad-version"
  /** The operator has shut this person out. */
  | "banned"
  /** The operator is asked whether this person may come in; it is tried again. */
  | "awaiting"
  | "relay-inconsistent"
  | "directory-split" // the relay's directory contradicts itself, or what others were shown
  | "busy"
  | "storage" // this computer's disk is full: nothing is fetched, and nothing can be sent

export type ClientEvent =
  | { type: "ready" }
  | { type: "sync.done" } // everything that was stored for us has been read
  | { type: "relay.connected"; relay: { host: string; port: number; name: string } }
  | { type: "relay.disconnected"; why: ConnectionProblem; retryAt: Millis | undefined }
  | { type: "relay.limited"; why: string }
  | { type: "message.received"; room: RoomRef; from: PersonRef; message: MessageView }
  | { type: "message.sent"; room: RoomRef; message: MessageView }
  | { type: "message.state"; room: RoomRef; message: { id: string }; state: MessageState }
  | { type: "message.edited"; room: RoomRef; from: PersonRef; message: MessageView }
  | { type: "message.deleted"; room: RoomRef; from: PersonRef; message: { id: string; from: PersonRef } }
  /** `reactions`: all that this person has put to it now. */
  | {
      type: "message.reaction"
      room: RoomRef
      from: PersonRef
      message: { id: string; from: PersonRef }
      reactions: readonly string[]
    }
  | { type: "notice"; room: RoomRef; notice: Notice }
  | { type: "gap.detected"; room: RoomRef; from: PersonRef; missing: number }
  | { type: "room.joined"; room: RoomRef }
  | { type: "room.changed"; room: RoomRef } // members, state or unread count
  | { type: "person.joined"; person: PersonRef } // new in the directory
  | { type: "person.keyChanged"; person: PersonRef; how: "rotated" | "replaced" }
  | { type: "person.blocked"; person: PersonRef; blocked: boolean }
  /** By an alias of ours, or by themselves, in the directory; this person too. */
  | { type: "person.renamed"; person: PersonRef; before: string; by: "you" | "them" }
  | { type: "person.presence"; person: PersonRef; online: boolean }
  | { type: "verify.requested"; verification: VerificationView } // somebody asks; this person must agree
  | { type: "verify.accepted"; verification: VerificationView } // the other person agreed
  | { type: "verify.compare"; verification: VerificationView } // the words are there
  /** Without a view: this person compared numbers. */
  | { type: "verify.done"; person: PersonRef; verification?: VerificationView }
  | { type: "verify.mismatch"; person: PersonRef; verification?: VerificationView }
  | { type: "verify.roomDone"; room: RoomRef; verification: VerificationView }
  | { type: "verify.cancelled"; verification: VerificationView } // any other end; `why` says more
  | { type: "verify.changed"; verification: VerificationView } // who has come in, what they answered
  | { type: "directory.split"; alarm: DirectoryAlarm }
  | { type: "directory.replaced"; log: number }
  | { type: "error"; code: string; detail: string }

/** Events that survive a restart and can be asked for again by cursor carry one. */
export interface StampedEvent {
  event: ClientEvent
  at: Millis
  /** Opaque text for `--since`; undefined for what is not kept. */
  cursor: string | undefined
}
