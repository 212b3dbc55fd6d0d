/**
 * Who may take whose place in the directory (PROTOCOL.md §8.2): a person's next key, which the one before has signed;
 * or, with the operator's approval, a new key of somebody who has lost the old one. One successor each, for ever.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import { verify } from "../crypto/signature.ts"
import type { Millis } from "../platform/clock.ts"
import { DIRECTORY_KINDS, type DirectoryEntry, type Origin } from "../protocol/directory-entry.ts"
import type { Person } from "./directory.ts"

/** What the operator has written down for one person: whoever shows the code may take this name's place, once. */
export interface Approval {
  name: string
  until: Millis
}

/** An approval that a connection has shown, and whom it is for. */
export interface ShownApproval {
  /** `approvalHash` of the code. */
  hash: Uint8Array
  accountId: Uint8Array
}

/** What of a code is written down, and stands in the entry that it was good for. @param code 16 bytes. */
export function approvalHash(code: Uint8Array): Uint8Array {
  return labelledHash("approval", code)
}

/** The account before this one. */
export function predecessorOf(origin: Origin): Uint8Array {
  return origin.kind === "rotate"
    ? labelledHash("account", origin.accountEd, origin.accountX)
    : origin.accountId
}

/**
 * Whether an account's first entry may take the place that it says.
 *
 * @param before the account before, when the directory holds it. A directory that was restored from a backup may not,
 * and takes a key that the one before has signed as anybody else's; an approval is for somebody it knows.
 */
export function mayFollow(
  entry: DirectoryEntry & { origin: Origin },
  before: Person | undefined,
  shown: ShownApproval | undefined,
): boolean {
  const { origin, accountId } = entry
  if (before !== undefined && (before.successor !== undefined || before.isClosed)) return false
  if (origin.kind === "rotate") {
    return (
      !equalBytes(predecessorOf(origin), accountId) &&
      verify(origin.accountEd, "rotate", accountId, origin.handover) &&
      (before === undefined || continues(entry, before))
    )
  }
  return (
    before !== undefined &&
    shown !== undefined &&
    equalBytes(shown.hash, origin.approval) &&
    equalBytes(shown.accountId, origin.accountId) &&
    entry.seq === before.seq + 1 &&
    continues(entry, before)
  )
}

/** What lies between may have been lost with a disk; what follows at once names its predecessor. */
function continues({ seq, previous }: DirectoryEntry, before: Person): boolean {
  return seq > before.seq && (seq > before.seq + 1 || equalBytes(previous, before.entryHash))
}

/** Whether it may follow an account's own entry: an update, or the end. */
export function mayContinue(entry: DirectoryEntry, known: Person): boolean {
  const isClosing = entry.kind === DIRECTORY_KINDS.close
  return (
    (entry.kind === DIRECTORY_KINDS.update || isClosing) &&
    known.successor === undefined &&
    !known.isClosed &&
    (entry.devices.length === 0) === isClosing &&
    entry.seq === known.seq + 1 &&
    equalBytes(entry.previous, known.entryHash) &&
    equalBytes(entry.accountEd, known.accountEd) &&
    equalBytes(entry.accountX, known.accountX)
  )
}

/** Approvals that were good once. They stand in the directory, so they are known after every start. */
export class UsedApprovals {
  readonly #hashes = new Set<string>()

  has(hash: Uint8Array): boolean {
    return this.#hashes.has(toHex(hash))
  }

  add(origin: Origin | undefined): void {
    if (origin?.kind === "replace") this.#hashes.add(toHex(origin.approval))
  }

  clear(): void {
    this.#hashes.clear()
  }
}
