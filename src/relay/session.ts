/**
 * One client connection, from the relay's side (PROTOCOL.md §3).
 *
 *     stranger ──hello──▶ member
 *        │  └──hello of an unknown device──▶ unregistered ──register──▶ registering ──committed──▶ member
 *        ▼                                        ▼                          │ disk full
 *      closed  ◀── refused, too late, broken ── any                    unregistered
 */
import { equalBytes } from "../bytes.ts"
import { verify } from "../crypto/signature.ts"
import type { Millis } from "../platform/clock.ts"
import type { Refusal } from "../protocol/errors.ts"
import { helloTranscript } from "../protocol/hello.ts"
import { type Of, PROTOCOL_VERSION } from "../protocol/messages.ts"
import { addressOf, isLoopback } from "./admission.ts"
import type { Subscription } from "./channel.ts"
import { type Directory, isCertified, namesDevice } from "./directory.ts"
import type { ShownApproval } from "./succession.ts"

/** The device that a connection speaks for. */
export interface Member {
  /** `accountId` in hex. */
  accountKey: string
  accountId: Uint8Array
  deviceId: Uint8Array
  /** `deviceKey` of the two. */
  deviceKey: string
  /** `Person.root`: the same for every key that the person has had. */
  root: string
}

export type SessionState =
  | { kind: "stranger" }
  | { kind: "unregistered"; hello: Of<"hello"> }
  | { kind: "registering"; hello: Of<"hello"> }
  | { kind: "member" }
  | { kind: "refused" } // to be closed with the end of this batch
  | { kind: "closed" }

export class Session {
  readonly id: number
  /** TLS exporter of the connection, 32 bytes. */
  readonly exporter: Uint8Array
  readonly remote: string
  /** What stands for all who share it, see `addressOf`. */
  readonly address: string
  /** From this machine itself. */
  readonly isLocal: boolean
  state: SessionState = { kind: "stranger" }
  /** Set with the login; what it was remains known until the connection is gone. */
  member: Member | undefined
  /** Whether the address gate counts it. */
  isCounted = false
  /** Whether others were told that this person is online. */
  isPresent = false
  /** Entries it offered before it was somebody. */
  registrations = 0
  /** The code that it has shown and whose meaning the operator's notes will tell. */
  asked: { rid: number; hash: Uint8Array } | undefined
  /** The operator's approval that it has shown. */
  approval: ShownApproval | undefined
  /** Start of the present wait for a hello or a registration. */
  waitingSince: Millis
  heardAt: Millis
  pingedAt: Millis
  readonly openedAt: Millis
  /** Of frames, without TLS. */
  bytesIn = 0
  bytesOut = 0
  /** Bytes given to the connection since it was last drained. */
  outBytes = 0
  /** Since when something is unread, as long as `outBytes` is not 0. */
  fullSince: Millis
  /** Until when nothing is read from it. */
  pausedUntil: Millis = 0
  /** Channels where it waits for a turn. */
  turns = 0
  /** Open channels by handle. */
  readonly subscriptions = new Map<number, Subscription>()

  constructor(id: number, exporter: Uint8Array, remote: string, now: Millis) {
    this.id = id
    this.exporter = exporter
    this.remote = remote
    this.address = addressOf(remote)
    this.isLocal = isLoopback(this.address)
    this.waitingSince = now
    this.openedAt = now
    this.fullSince = now
    this.heardAt = now
    this.pingedAt = now
  }
}

export type Greeting = { kind: "member" } | { kind: "unknown" } | { kind: "refused"; code: Refusal }

/**
 * What a hello is worth. Its signature is checked also for somebody the directory does not know, under the key it
 * brings: nobody else may then register with it. Every failure but the version's looks the same from outside.
 */
export function judgeHello(
  hello: Of<"hello">,
  session: Session,
  relayId: Uint8Array,
  directory: Directory,
  now: Millis,
): Greeting {
  if (hello.version !== PROTOCOL_VERSION) return { kind: "refused", code: "bad-version" }
  const transcript = helloTranscript({ relayId, exporter: session.exporter, ...hello })
  if (!verify(hello.devicePublic, "hello", transcript, hello.signature))
    return { kind: "refused", code: "not-allowed" }
  if (hello.notAfter <= now) return { kind: "refused", code: "not-allowed" }
  const person = directory.person(hello.accountId)
  if (person === undefined) return { kind: "unknown" }
  // The certificate that stands in the directory was checked when it came there.
  if (!namesDevice(person, hello) && !isCertified(person.accountEd, hello, now))
    return { kind: "refused", code: "not-allowed" }
  // It is told what became of the account, and can do nothing else.
  if (person.isClosed || person.successor !== undefined) return { kind: "unknown" }
  const device = person.devices.find(({ deviceId }) => equalBytes(deviceId, hello.deviceId))
  // A device that was taken off the list is lost or stolen: it must not put itself back.
  if (device === undefined) {
    return directory.isRemoved(person, hello.deviceId)
      ? { kind: "refused", code: "not-allowed" }
      : { kind: "unknown" }
  }
  return equalBytes(device.authPublic, hello.devicePublic)
    ? { kind: "member" }
    : { kind: "refused", code: "not-allowed" }
}
