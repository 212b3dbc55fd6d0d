/**
 * Who this installation is, and which relay it belongs to: made once, kept in the store's `meta` table.
 * One profile belongs to one relay; the relay's id is part of every derivation (PROTOCOL.md §1).
 */
import { ByteReader, equalBytes, fromUtf8, u64, utf8 } from "../bytes.ts"
import {
  type AccountKeys,
  createAccount,
  createDevice,
  decodeAccount,
  decodeDevice,
  encodeAccount,
  encodeDevice,
  leafSigner,
} from "../crypto/identity.ts"
import type { Handover } from "../crypto/mls-engine.ts"
import { certificateTag, invitationSecrets, secretOf } from "../crypto/invitation-words.ts"
import { openRoomSecret } from "../crypto/channel-keys.ts"
import { equalSecret } from "../crypto/sodium.ts"
import type { Clock } from "../platform/clock.ts"
import type { Pin } from "../platform/network.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import type { Link, RoomOfLink, SpokenInvitation } from "../protocol/address.ts"
import { NAME_FAULTS, readName } from "../protocol/names.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import type { Identity } from "./context.ts"
import { ALARM_ROW, LOG_ROW } from "./directory-records.ts"
import { ClientError } from "./errors.ts"
import { getRecord, putRecord } from "./records.ts"
import type { ClientStore, StoreReader, StoreWriter } from "./store.ts"

export interface ProfileView {
  name: string
  relay: { host: string; port: number } | undefined
  /** True once the relay's directory holds this account. */
  registered: boolean
  accountId: Uint8Array
}

/** How the relay is reached and recognised, and what lets us in. Secret: it holds the room secret. */
export interface RelayRecord {
  host: string
  port: number
  /** 32 bytes; undefined until the first connection of a twelve-word invitation. */
  pin: Uint8Array | undefined
  /** The 16-byte secret of the twelve words. */
  words: Uint8Array | undefined
  admission: Uint8Array | undefined
  roomSecret: Uint8Array | undefined
  /** What an invitation by a member says besides: the room that its secret leads to, who that is, and the directory. */
  room?: RoomOfLink | undefined
  inviter?: Uint8Array | undefined
  directory?: SignedHead | undefined
}

/** The way into `#everyone`. */
export interface RoomWay {
  secret: Uint8Array
  /** False when anybody on the network can compute it. */
  isSecret: boolean
  room: RoomOfLink | undefined
  inviter: Uint8Array | undefined
}

/** How long a device certificate holds; five years outlive most boxes. */
export const DEVICE_CERTIFICATE_MS = 5 * 365 * 24 * 3_600_000
const FORMAT = 1
const KEY = {
  format: utf8("format"),
  name: utf8("name"),
  account: utf8("account"),
  device: utf8("device"),
  inbox: utf8("inbox"),
  certificateEnd: utf8("certificate end"),
  relay: utf8("relay"),
  registered: utf8("registered"),
  successor: utf8("successor"),
  approval: utf8("approval"),
  former: utf8("former"),
}
/** The cursor of the last event that a listener has been given. */
export const LISTENED = utf8("cli.listened")
/** Rows of `meta` that outlive the device: who this is, where its relay is, and what was told already. */
export const ACCOUNT_ROWS: readonly Uint8Array[] = [
  KEY.format,
  KEY.name,
  KEY.account,
  KEY.former,
  KEY.relay,
  KEY.registered,
  LISTENED,
  LOG_ROW,
  ALARM_ROW,
]
/** A row of `meta` that is there while a process has the profile: found at a start, the one before did not end cleanly. */
export const RUNNING = utf8("running")

/** Undefined for a new store. @throws ClientError `profile-newer`. */
export function readProfile(store: StoreReader): ProfileView | undefined {
  const account = store.get("meta", KEY.account)
  if (account === undefined) return undefined
  const format = store.get("meta", KEY.format)?.[0] ?? 0
  if (format > FORMAT) {
    throw new ClientError(
      "profile-newer",
      "this profile was written by a newer version of secure-chat; update the program",
    )
  }
  const relay = readRelay(store)
  return {
    name: fromUtf8(store.get("meta", KEY.name)!),
    relay: relay && { host: relay.host, port: relay.port },
    registered: store.get("meta", KEY.registered) !== undefined,
    accountId: decodeAccount(account).accountId,
  }
}

/**
 * The name as it is registered (PROTOCOL.md §8.4).
 * @throws ClientError `bad-name`.
 */
export function checkName(typed: string): string {
  const read = readName(typed)
  if (read.kind === "fault") throw new ClientError("bad-name", NAME_FAULTS[read.fault])
  return read.name
}

/** New account and device keys. @throws ClientError `bad-name`, `already-joined` when the store has a profile. */
export function createProfile(
  store: ClientStore,
  deps: { random: Random; clock: Clock },
  name: string,
): void {
  const checked = checkName(name)
  if (readProfile(store)) throw new ClientError("already-joined", "this folder holds a profile already")
  store.transaction("synced", (tx) => {
    tx.put("meta", KEY.format, Uint8Array.of(FORMAT))
    tx.put("meta", KEY.name, utf8(checked))
    tx.put("meta", KEY.account, encodeAccount(createAccount(deps.random)))
    putNewDevice(tx, deps)
  })
}

/** Makes this installation a device that nobody has met: what the account's other or former devices hold is not touched. */
export function putNewDevice(tx: StoreWriter, deps: { random: Random; clock: Clock }): void {
  tx.put("meta", KEY.device, encodeDevice(createDevice(deps.random)))
  tx.put("meta", KEY.inbox, deps.random.bytes(32))
  tx.put("meta", KEY.certificateEnd, u64(deps.clock.now() + DEVICE_CERTIFICATE_MS))
}

/** The account's name in the directory is another one now. */
export function putName(tx: StoreWriter, name: string): void {
  tx.put("meta", KEY.name, utf8(name))
}

/** Another account takes the place of the profile's own, which is forgotten: nothing is signed with it any more. */
export function putNextAccount(
  tx: StoreWriter,
  next: { account: AccountKeys; former: Handover; inboxId: Uint8Array; certificateEnd: number },
): void {
  tx.put("meta", KEY.account, encodeAccount(next.account))
  putRecord(tx, "meta", KEY.former, next.former)
  tx.put("meta", KEY.inbox, next.inboxId)
  tx.put("meta", KEY.certificateEnd, u64(next.certificateEnd))
}

/** The operator's code, with which this profile takes the place of a key that was lost; once. @param code 16 bytes. */
export function noteApproval(store: ClientStore, code: Uint8Array): void {
  if (readProfile(store)?.registered)
    throw new ClientError("already-joined", "this profile has a name already, and keeps it")
  store.transaction("synced", (tx) => tx.put("meta", KEY.approval, code))
}

export function approvalOf(store: StoreReader): Uint8Array | undefined {
  return store.get("meta", KEY.approval)
}

/** Whether this row of `meta` holds the account's secret keys. */
export function hasAccount({ key }: { key: Uint8Array }): boolean {
  return equalBytes(key, KEY.account)
}

/** Only before registration. @throws ClientError `bad-name`, `already-joined`. */
export function renameProfile(store: ClientStore, name: string): void {
  const checked = checkName(name)
  if (readProfile(store)?.registered)
    throw new ClientError("already-joined", "the name is registered and stays")
  store.transaction("synced", (tx) => putName(tx, checked))
}

/**
 * Notes where the relay is and what lets us in. Until the relay has registered us, another invitation replaces it.
 * @throws ClientError `already-joined` for another relay than the one that knows us.
 */
export function setRelay(
  store: ClientStore,
  primitives: Primitives,
  invitation: Link | SpokenInvitation,
): void {
  const record = relayOf(primitives, invitation)
  const known = readRelay(store)
  if (known && readProfile(store)?.registered) {
    const same =
      record.pin && known.pin ? equalBytes(record.pin, known.pin) : sameWords(record.words, known.words)
    if (!same) {
      throw new ClientError(
        "already-joined",
        "this profile belongs to another relay; use another folder (--data DIR)",
      )
    }
    const { host, port, roomSecret, room, inviter, directory } = record
    // Another way into the room may be what whoever was let back in has been given.
    const way = room ? { roomSecret, room, inviter, directory } : {}
    store.transaction("synced", (tx) => putRelay(tx, { ...known, host, port, ...way }))
    return
  }
  store.transaction("synced", (tx) => putRelay(tx, record))
}

/** The same relay at another address. */
export function moveRelay(store: ClientStore, address: { host: string; port: number }): void {
  const known = readRelay(store)
  if (!known) throw new ClientError("not-joined", "this profile has no relay yet")
  store.transaction("synced", (tx) => putRelay(tx, { ...known, host: address.host, port: address.port }))
}

export function readRelay(store: StoreReader): RelayRecord | undefined {
  return getRecord<RelayRecord>(store, "meta", KEY.relay)
}

export function putRelay(tx: StoreWriter, relay: RelayRecord): void {
  putRecord(tx, "meta", KEY.relay, relay)
}

/** The directory lists this device. */
export function markRegistered(tx: StoreWriter): void {
  tx.put("meta", KEY.registered, Uint8Array.of(1))
  tx.delete("meta", KEY.successor)
  tx.delete("meta", KEY.approval)
}

/** This device is to take the place of the account's others in the directory, once. */
export function markSuccessor(tx: StoreWriter): void {
  tx.put("meta", KEY.successor, Uint8Array.of(1))
}

export function isSuccessor(store: StoreReader): boolean {
  return store.get("meta", KEY.successor) !== undefined
}

/** How to recognise the relay. The tag of a twelve-word invitation is checked before a byte is written. */
export function pinOf(primitives: Primitives, relay: RelayRecord): Pin | undefined {
  if (relay.pin) return { kind: "spki", sha256: relay.pin }
  const { words } = relay
  if (!words) return undefined
  return {
    kind: "certificate-tag",
    accepts: (spkiSha256, tag) => {
      const expected = certificateTag(primitives, words, spkiSha256)
      return tag.length === expected.length && equalSecret(tag, expected)
    },
  }
}

/** @param pin the relay's id. */
export function roomWayOf({ roomSecret, room, inviter }: RelayRecord, pin: Uint8Array): RoomWay {
  if (!roomSecret) return { secret: openRoomSecret(pin), isSecret: false, room: undefined, inviter }
  return { secret: roomSecret, isSecret: true, room, inviter }
}

/** @throws RangeError without a profile. */
export function readIdentity(store: StoreReader): Identity {
  const account = decodeAccount(present(store.get("meta", KEY.account)))
  const device = decodeDevice(present(store.get("meta", KEY.device)))
  const former = getRecord<Handover>(store, "meta", KEY.former)
  return {
    name: fromUtf8(present(store.get("meta", KEY.name))),
    account,
    device,
    inboxId: present(store.get("meta", KEY.inbox)),
    certificateEnd: new ByteReader(present(store.get("meta", KEY.certificateEnd))).u64(),
    signer: leafSigner(account, device.deviceId, former),
  }
}

function relayOf(primitives: Primitives, invitation: Link | SpokenInvitation): RelayRecord {
  const { host, port } = invitation
  if (invitation.kind === "link") {
    const { pin, admission, roomSecret, room, inviter, directory } = invitation
    return { host, port, pin, words: undefined, admission, roomSecret, room, inviter, directory }
  }
  const words = secretOf(invitation.words.join(" "))
  if (!words)
    throw new ClientError(
      "bad-invitation",
      "those are not the twelve words of an invitation; check the spelling",
    )
  const { admission, room } = invitationSecrets(primitives, words)
  return { host, port, pin: undefined, words, admission, roomSecret: room }
}

function sameWords(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && equalBytes(a, b)
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError("the store holds no profile")
  return value
}
