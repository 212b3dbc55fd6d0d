/**
 * How a device comes into a group: opening a direct chat (PROTOCOL.md §11), creating or joining a room by its
 * link (§12), and the commits that heal (§10.7). Each plan ends in a pending commit that is saved before it is
 * offered; whether it happened is decided where its entry is met in the log, and nowhere else.
 */
import { equalBytes, isZero } from "../bytes.ts"
import {
  appendToken,
  directKeys,
  externalKey,
  headerKeys,
  type OpeningKeys,
  roomKeys,
  tokenHash,
} from "../crypto/channel-keys.ts"
import { sealHeader, openHeader } from "../crypto/envelope-seal.ts"
import { CryptoError } from "../crypto/errors.ts"
import type { Commit, Consumed, GroupState, MlsEngine } from "../crypto/mls-engine.ts"
import {
  decodeRoomHeader,
  encodeOpening,
  encodeRoomHeader,
  FORMS,
  type RoomHeader,
} from "../protocol/content.ts"
import { wipe } from "../crypto/sodium.ts"
import type { DirectoryDevice } from "../protocol/directory-entry.ts"
import { ProtocolError, refusalName } from "../protocol/errors.ts"
import { MAX_INLINE_HEADER_BYTES, type Of } from "../protocol/messages.ts"
import { getBlob, putBlob } from "./blobs.ts"
import type { Conversation, Pending } from "./conversation.ts"
import { type PendingRecord, putRecord, groupRowKey } from "./records.ts"
import { missHeader } from "./mending.ts"
import { packEntry, type SealedEntry } from "./sealing.ts"
import { prefixRange } from "./store.ts"

const NO_HASH = new Uint8Array(32)
/** How often a peer's package may be unusable (expired, of another account) before we wait for a new one. */
const PACKAGE_TRIES = 3
const PACKAGE_RETRY_MS = 30_000

/** Takes the next step towards a group. @returns true when it has asked for something or must wait. */
export async function joinOrOpen(conversation: Conversation): Promise<boolean> {
  const { record, log } = conversation
  if (record.kind === "everyone") return joinRoom(conversation)
  const empty = log.isCaughtUp(record) && record.nextPosition === 0
  // A chat is opened when there is something to say; being in somebody's list is no conversation.
  if (!empty) return false
  if (
    !record.reopenDue &&
    conversation.context.store.count("outbox", { ...prefixRange(record.room), limit: 1 }) === 0
  )
    return false
  takePackages(conversation, [], PACKAGE_TRIES)
  return true
}

// ── direct chats ────────────────────────────────────────────────────────────────────────────────

export function openingKeys(conversation: Conversation): OpeningKeys {
  const { context, contacts, record } = conversation
  const { primitives, identity } = context
  if (record.kind === "everyone") return roomKeys(primitives, record.link!.secret, context.relayId())
  const peer = contacts.get(record.peer!)!.entry
  return directKeys(
    primitives,
    identity.account,
    { accountId: peer.accountId, x: peer.accountX },
    context.relayId(),
    record.counter,
  )
}

/** Fetches one package of each device of the peer, then opens. */
function takePackages(conversation: Conversation, packages: readonly Uint8Array[], triesLeft: number): void {
  const { context, contacts, record, now } = conversation
  const peer = contacts.get(record.peer!)!.entry
  const device = peer.devices[packages.length]
  // Nobody without a device is in the list of people.
  if (!device) return conversation.pause("no-package-yet", PACKAGE_RETRY_MS)
  now.busy = true
  context.link.ask(
    { type: "takePackage", accountId: peer.accountId, deviceId: device.deviceId },
    async (answer) => {
      now.busy = false
      if (conversation.now !== now) return
      if (answer.type !== "keyPackage") return conversation.pause("no-package-yet", PACKAGE_RETRY_MS)
      if (!(await isUsable(conversation, device, answer.keyPackage))) {
        return triesLeft > 1
          ? takePackages(conversation, packages, triesLeft - 1)
          : conversation.pause("no-package-yet", PACKAGE_RETRY_MS)
      }
      const taken = [...packages, answer.keyPackage.slice()]
      return taken.length < peer.devices.length
        ? takePackages(conversation, taken, PACKAGE_TRIES)
        : openDirect(conversation, taken)
    },
  )
}

/** Lifetime and owner are judged here, by the one who adds, and by nobody afterwards (PROTOCOL.md §10.1). */
async function isUsable(
  conversation: Conversation,
  device: DirectoryDevice,
  keyPackage: Uint8Array,
): Promise<boolean> {
  const { context, record } = conversation
  try {
    const owner = await context.engine.inspectKeyPackage(keyPackage)
    const isTheirs = equalBytes(owner.accountId, record.peer!) && equalBytes(owner.deviceId, device.deviceId)
    return isTheirs && owner.suite === "xwing" && owner.notAfter > context.clock.now()
  } catch (cause) {
    if (cause instanceof CryptoError) return false
    throw cause
  }
}

async function openDirect(conversation: Conversation, packages: readonly Uint8Array[]): Promise<void> {
  const { context, record, expected } = conversation
  // While packages were fetched the other side may have opened it: a second opening would wait for ever.
  if (conversation.group || record.nextPosition > 0) return conversation.advance()
  const { engine, identity } = context
  const alone = await engine.create("xwing", expected.groupId, expected.parameters, identity.signer)
  const commit = await addAll(engine, alone, packages)
  engine.wipeEnded(alone, commit?.state)
  if (!commit) return conversation.pause("no-package-yet", PACKAGE_RETRY_MS)
  const body = encodeOpening({
    accountId: identity.account.accountId,
    deviceId: identity.device.deviceId,
    welcome: commit.welcome!,
  })
  const sealed = packEntry(
    context,
    "handshake",
    openingKeys(conversation).open,
    record.channelId,
    FORMS.opening,
    body,
  )
  await propose(conversation, "opening", sealed, commit.state, 0, commit.consumed)
}

/** Undefined for a package that we took for good and the group does not: it is valid from tomorrow on, say. */
async function addAll(
  engine: MlsEngine,
  alone: GroupState,
  packages: readonly Uint8Array[],
): Promise<Commit | undefined> {
  try {
    return await engine.commit(alone, { add: packages })
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined
    throw cause
  }
}

// ── rooms joined by link ────────────────────────────────────────────────────────────────────────

function joinRoom(conversation: Conversation): boolean {
  const { log, record, now } = conversation
  if (log.handle === undefined) {
    if (log.isOpening) return true
    if (record.cursor > 0) return false
    // The header says where in the log to start: what was said before we came cannot be read by us.
    askHeader(conversation, (_, header) => startAt(conversation, header))
    return true
  }
  if (!log.isCaughtUp(record)) return false
  if (now.turn !== "granted") {
    conversation.askTurn()
    return true
  }
  askHeader(conversation, (answer, header) =>
    answer && header ? joinByHeader(conversation, answer, header) : createRoom(conversation),
  )
  return true
}

/** `done` gets the room's header as it is now, or nothing when the relay has none. */
function askHeader(
  conversation: Conversation,
  done: (answer: Of<"header"> | undefined, header: RoomHeader | undefined) => Promise<void> | void,
): void {
  const { context, now, record } = conversation
  const { headerId, headerKey } = headerKeys(context.primitives, record.link!.secret, context.relayId())
  now.busy = true
  const finish = async (answer: Of<"header">, bytes: Uint8Array) => {
    now.busy = false
    if (conversation.now !== now) return
    const plain = openHeader(headerKey, headerId, answer.position, bytes)
    const header = plain && readHeader(plain)
    const fits =
      header !== undefined &&
      equalBytes(header.channelId, record.channelId) &&
      header.position === answer.position &&
      answer.position < answer.nextPosition
    // Somebody with the link wrote nonsense; the next commit brings a good header.
    return fits ? done(answer, header) : missHeader(conversation)
  }
  context.link.ask({ type: "getHeader", headerId }, (answer) => {
    if (answer.type === "header") {
      if (isZero(answer.blob)) return finish(answer, answer.header)
      return getBlob(context.link, context.primitives, answer.blob, (bytes) => {
        if (bytes instanceof Uint8Array) return finish(answer, bytes)
        now.busy = false
        return conversation.now === now ? missHeader(conversation) : undefined
      })
    }
    now.busy = false
    if (conversation.now !== now) return
    if (answer.type === "refused" && refusalName(answer.code) === "unknown-channel")
      return done(undefined, undefined)
    return missHeader(conversation)
  })
}

function readHeader(plain: Uint8Array): RoomHeader | undefined {
  try {
    return decodeRoomHeader(plain)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

function startAt(conversation: Conversation, header: RoomHeader | undefined): void {
  if (header) {
    const { incarnation, cursor, head } = header
    conversation.save("ordered", { incarnation, cursor, head })
  }
  conversation.open()
}

async function joinByHeader(
  conversation: Conversation,
  answer: Of<"header">,
  header: RoomHeader,
): Promise<void> {
  const { context, record, expected } = conversation
  // A large header takes a while: a handshake that came meanwhile has taken the place that this one names.
  if (record.nextPosition > answer.nextPosition) return missHeader(conversation)
  try {
    const commit = await context.engine.joinExternal(header.groupInfo, expected, context.identity.signer)
    const sealed = packEntry(
      context,
      "handshake",
      header.externalKey,
      record.channelId,
      FORMS.mls,
      commit.bytes,
    )
    wipe(header.externalKey, header.appendToken)
    await propose(conversation, "join", sealed, commit.state, answer.nextPosition, commit.consumed)
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause
    await missHeader(conversation)
  }
}

async function createRoom(conversation: Conversation): Promise<void> {
  const { context, record, expected } = conversation
  // A log without a header: its first handshake never had one, or the relay hides it. Either way it is not ours to replace.
  if (record.nextPosition > 0) return missHeader(conversation)
  const state = await context.engine.create(
    "xwing",
    expected.groupId,
    expected.parameters,
    context.identity.signer,
  )
  const { open } = openingKeys(conversation)
  const sealed = packEntry(
    context,
    "handshake",
    open,
    record.channelId,
    FORMS.creation,
    context.identity.account.accountId,
  )
  await propose(conversation, "creation", sealed, state, 0, undefined)
}

// ── every commit ────────────────────────────────────────────────────────────────────────────────

/**
 * A fresh leaf key, and with it a fresh epoch (PROTOCOL.md §10.7).
 * @param remove leaves of this very account that are to go (§10.4).
 */
export async function proposeHealing(
  conversation: Conversation,
  remove: readonly number[] = [],
): Promise<void> {
  const { context, group, keys, record } = conversation
  if (!group || !keys || conversation.pending) return
  const commit = await context.engine.commit(group, { remove })
  const sealed = packEntry(context, "handshake", keys.envelope, record.channelId, FORMS.mls, commit.bytes)
  await propose(conversation, "healing", sealed, commit.state, record.nextPosition, commit.consumed)
}

/** Saves the commit and the state after it, then offers it. */
export async function propose(
  conversation: Conversation,
  kind: PendingRecord["kind"],
  sealed: SealedEntry,
  state: GroupState,
  expect: number,
  consumed: Consumed | undefined,
): Promise<void> {
  const { context, record } = conversation
  const { engine } = context
  const token = await appendToken(engine, state, record.channelId, expect)
  const header = record.kind === "everyone" ? await makeHeader(conversation, state, expect, token) : undefined
  const pending: PendingRecord = {
    kind,
    ...sealed,
    expect,
    tokenHash: tokenHash(record.channelId, expect, token),
    header,
  }
  conversation.save("synced", {}, (update) => {
    putRecord(update.tx, "pending", record.room, pending)
    update.tx.deleteRange("pendingGroup", prefixRange(record.room))
    for (const { key, value } of engine.rows(undefined, state)) {
      if (value) update.tx.put("pendingGroup", groupRowKey(record.room, key), value)
    }
  })
  conversation.pending = { record: pending, state, consumed }
  offerPending(conversation)
}

/** The same commit at a later position: what names the position is made again, the entry stays (PROTOCOL.md §10.5). */
export async function renew(
  conversation: Conversation,
  { record, state }: Pending,
  expect: number,
): Promise<PendingRecord> {
  const { context, channelId } = conversation
  const token = await appendToken(context.engine, state, channelId, expect)
  const header = record.header && (await makeHeader(conversation, state, expect, token))
  return { ...record, expect, tokenHash: tokenHash(channelId, expect, token), header }
}

/** The room's header as of a handshake that took `position`. */
export async function makeHeader(
  conversation: Conversation,
  state: GroupState,
  position: number,
  appendTokenBytes: Uint8Array,
) {
  const { context, record } = conversation
  const { engine, primitives, random } = context
  const { headerId, headerKey } = headerKeys(primitives, record.link!.secret, context.relayId())
  const plain = encodeRoomHeader({
    channelId: record.channelId,
    generation: record.link!.generation,
    position,
    incarnation: record.incarnation,
    cursor: record.cursor,
    head: record.head,
    appendToken: appendTokenBytes,
    externalKey: await externalKey(engine, state, record.channelId),
    groupInfo: await engine.groupInfo(state),
  })
  const bytes = sealHeader(headerKey, headerId, position, plain, random)
  wipe(plain)
  return { id: headerId, bytes }
}

/** Hands the pending commit to the relay, once per connection and position; large parts go ahead as blobs. */
export function offerPending(conversation: Conversation): void {
  const { context, pending, now, log } = conversation
  if (!pending || log.handle === undefined || now.offeredAt === pending.record.expect) return
  const { record } = pending
  const { primitives, link } = context
  now.offeredAt = record.expect
  const headerIsBlob = record.header !== undefined && record.header.bytes.length > MAX_INLINE_HEADER_BYTES
  const parts = [...(record.blob ? [record.blob] : []), ...(headerIsBlob ? [record.header!.bytes] : [])]
  const uploadFrom = (index: number): void => {
    if (conversation.now !== now || conversation.pending !== pending || log.handle === undefined) return
    const part = parts[index]
    if (part) {
      return putBlob(link, primitives.sha("sha256", part), part, (problem) => {
        if (conversation.now === now) return problem ? conversation.pause(problem) : uploadFrom(index + 1)
      })
    }
    link.send({
      type: "handshake",
      handle: log.handle,
      expect: record.expect,
      tokenHash: record.tokenHash,
      headerId: record.header?.id ?? NO_HASH,
      headerBlob: headerIsBlob ? primitives.sha("sha256", record.header!.bytes) : NO_HASH,
      header: headerIsBlob || !record.header ? new Uint8Array(0) : record.header.bytes,
      entry: record.entry,
    })
  }
  uploadFrom(0)
}
