/**
 * How a device comes into a group: opening a direct chat (PROTOCOL.md §11), a room by its link (`room-joining.ts`), and
 * the commits of members (§10.7, §12.5). Each plan ends in a pending commit that is saved before it is
 * offered; whether it happened is decided where its entry is met in the log, and nowhere else.
 */
import { equalBytes } from "../bytes.ts"
import { appendToken } from "../crypto/channel-keys.ts"
import { CryptoError } from "../crypto/errors.ts"
import { tokenHash } from "../crypto/hash.ts"
import type { Commit, Consumed, GroupChange, GroupState, MlsEngine } from "../crypto/mls-engine.ts"
import { encodeOpening, FORMS } from "../protocol/content.ts"
import type { DirectoryDevice } from "../protocol/directory-entry.ts"
import { MAX_INLINE_HEADER_BYTES } from "../protocol/messages.ts"
import { putBlob } from "./blobs.ts"
import type { Conversation, Pending } from "./conversation.ts"
import { type PendingRecord, putRecord, groupRowKey } from "./records.ts"
import { openingKeys, type PositionProof, prove } from "./proving.ts"
import { makeHeader, type RoomLink } from "./room-header.ts"
import { joinRoom } from "./room-joining.ts"
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

// ── every commit ────────────────────────────────────────────────────────────────────────────────

/**
 * A fresh leaf key, and with it a fresh epoch (PROTOCOL.md §10.7).
 * @param change what else the commit does: nothing, for one that only heals.
 * @throws CryptoError `not-allowed` for a change that §10.4 forbids.
 */
export async function proposeCommit(conversation: Conversation, change: GroupChange = {}): Promise<void> {
  const { context, group, keys, record } = conversation
  if (!group || !keys || conversation.pending) return
  const commit = await context.engine.commit(group, change)
  const sealed = packEntry(context, "handshake", keys.envelope, record.channelId, FORMS.mls, commit.bytes)
  await propose(conversation, "healing", sealed, commit.state, record.nextPosition, commit.consumed)
}

/** Saves the commit and the state after it, then offers it. @param link that led to a room, where it is not ours. */
export async function propose(
  conversation: Conversation,
  kind: PendingRecord["kind"],
  sealed: SealedEntry,
  state: GroupState,
  expect: number,
  consumed: Consumed | undefined,
  way?: { proof: PositionProof; link?: RoomLink | undefined },
): Promise<void> {
  const { context, record } = conversation
  const { engine } = context
  const token = await appendToken(engine, state, record.channelId)
  const isRoom = record.kind === "everyone"
  const header = isRoom ? await makeHeader(conversation, state, expect, token, way?.link) : undefined
  const pending: PendingRecord = {
    kind,
    ...sealed,
    expect,
    tokenHash: tokenHash(record.channelId, expect, token),
    proof: way?.proof,
    header,
    ...(way?.link && { link: way.link }),
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
  const token = await appendToken(context.engine, state, channelId)
  const header = record.header && (await makeHeader(conversation, state, expect, token, record.link))
  return { ...record, expect, tokenHash: tokenHash(channelId, expect, token), header }
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
    if (record.proof) prove(conversation, record.proof)
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
