/**
 * The devices of the other members of one conversation (PROTOCOL.md §13.4): what each has of ours, and what we owe it.
 * One row each, in memory and in the store; a message changes one of them, however large the room is.
 */
import { concat, equalBytes, toHex } from "../bytes.ts"
import type { GroupState, Member } from "../crypto/mls-engine.ts"
import type { Update } from "./context.ts"
import { decodeRecord, type OwnChain, type PeerRecord, putRecord } from "./records.ts"
import { prefixRange, type StoreReader } from "./store.ts"

export class Peers {
  readonly #room: Uint8Array
  readonly #byDevice = new Map<string, PeerRecord>()

  /** Reads the conversation's rows. */
  constructor(store: StoreReader, room: Uint8Array) {
    this.#room = room
    for (const { value } of store.range("peer", prefixRange(room))) {
      const record = decodeRecord<PeerRecord>(value)
      this.#byDevice.set(keyOf(record), record)
    }
  }

  all(): readonly PeerRecord[] {
    return [...this.#byDevice.values()]
  }

  get size(): number {
    return this.#byDevice.size
  }

  of(device: { accountId: Uint8Array; deviceId: Uint8Array }): PeerRecord | undefined {
    return this.#byDevice.get(keyOf(device))
  }

  /** How many have signed something since we came. */
  get here(): number {
    let count = 0
    for (const { isHere } of this.#byDevice.values()) if (isHere) count++
    return count
  }

  /** From the commit on the row is as given. */
  put(update: Update, record: PeerRecord): void {
    putRecord(update.tx, "peer", rowKey(this.#room, record), record)
    update.after(() => void this.#byDevice.set(keyOf(record), record))
  }

  /**
   * The rows become those of this group's other members. A device that came back with another leaf keeps what it has;
   * a newcomer has nothing to confirm of what we said before.
   *
   * @param since where a newcomer's lines begin.
   * @param chain our chain as it is from now on.
   * @param isNewLeaf whether we ourselves came in: then nobody has been heard.
   * @param heard leaf keys that have signed something now.
   */
  follow(
    update: Update,
    group: GroupState,
    since: number,
    chain: OwnChain | undefined,
    isNewLeaf: boolean,
    heard: readonly Uint8Array[],
  ): void {
    const present = new Set<string>()
    for (const member of group.members) {
      if (member.leaf === group.ownLeaf) continue
      present.add(keyOf(member))
      const known = this.of(member)
      const isSameLeaf = known !== undefined && equalBytes(known.leafKey, member.leafKey)
      const isHeard = heard.some((leafKey) => equalBytes(leafKey, member.leafKey))
      if (isSameLeaf && !isNewLeaf && (known.isHere || !isHeard)) continue
      // An opening brings both sides in at once; whoever joins a room finds others in the middle of their chains.
      const isWhole = !isNewLeaf || group.parameters.kind === "direct"
      const next = !known
        ? newcomer(member, since, chain, isWhole)
        : isSameLeaf && !isNewLeaf
          ? known
          : again(known, member, chain, isSameLeaf ? known.isWhole : isWhole)
      this.put(update, isHeard ? { ...next, isHere: true } : next)
    }
    for (const record of this.#byDevice.values()) {
      if (!present.has(keyOf(record))) this.#remove(update, record)
    }
  }

  #remove(update: Update, record: PeerRecord): void {
    update.tx.delete("peer", rowKey(this.#room, record))
    update.after(() => void this.#byDevice.delete(keyOf(record)))
  }
}

/** What this peer has of our chain: payloads below these numbers. */
export function confirmedBy(
  peer: PeerRecord,
  chain: Pick<OwnChain, "chainId">,
): { delivered: number; read: number } {
  return peer.has && equalBytes(peer.has.chainId, chain.chainId) ? peer.has : { delivered: 0, read: 0 }
}

/** How many payloads of our chain have stood in the log: nobody can have more. */
export function placedOf({ placed }: OwnChain): number {
  return placed ? placed.n + 1 : 0
}

function newcomer(
  { accountId, deviceId, leafKey }: Member,
  since: number,
  chain: OwnChain | undefined,
  isWhole: boolean,
): PeerRecord {
  // What has a number and no place in the log yet comes after the newcomer, and is for it.
  const startsAt = chain && placedOf(chain)
  const has = chain && { chainId: chain.chainId, delivered: placedOf(chain), read: placedOf(chain) }
  return {
    accountId,
    deviceId,
    leafKey,
    since,
    isHere: false,
    has,
    startsAt,
    owed: undefined,
    isWhole,
    forked: false,
    differs: false,
  }
}

/** The leaf is another, or we are: what was heard and told was heard by, or told to, the one before. */
function again(
  known: PeerRecord,
  { leafKey }: Member,
  chain: OwnChain | undefined,
  isWhole: boolean,
): PeerRecord {
  // It may have lost what it knew of our chain together with its group.
  const startsAt = known.startsAt ?? (chain && confirmedBy(known, chain).delivered)
  const owed = known.owed && { ...known.owed, toldDelivered: 0, toldRead: 0 }
  return { ...known, leafKey, owed, isHere: false, isWhole, startsAt, forked: false, differs: false }
}

function keyOf({ accountId, deviceId }: { accountId: Uint8Array; deviceId: Uint8Array }): string {
  return `${toHex(accountId)}${toHex(deviceId)}`
}

function rowKey(
  room: Uint8Array,
  { accountId, deviceId }: { accountId: Uint8Array; deviceId: Uint8Array },
): Uint8Array {
  return concat(room, accountId, deviceId)
}
