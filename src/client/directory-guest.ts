/** What a person can ask about the relay's directory, and decide about it (PROTOCOL.md §8.6). */
import { equalBytes } from "../bytes.ts"
import { leafHash } from "../crypto/merkle.ts"
import { encodeDirectoryEntry } from "../protocol/directory-entry.ts"
import type { DirectoryGuest } from "./client.ts"
import type { Contacts } from "./contacts.ts"
import { personId } from "./person-ref.ts"
import type { Context } from "./context.ts"
import { alarmText, proofText } from "./directory-evidence.ts"
import { nameHash } from "./directory-index.ts"
import type { DirectoryLog } from "./directory-log.ts"
import { alarmView, headView } from "./directory-views.ts"
import { ClientError } from "./errors.ts"
import type { DirectoryView, ToldHead } from "./events.ts"
import type { EventQueue } from "./queue.ts"

export class DirectoryDesk implements DirectoryGuest {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #directory: DirectoryLog
  readonly #queue: Pick<EventQueue, "do">
  readonly #connect: () => void

  constructor(
    context: Context,
    { contacts, directory }: { contacts: Contacts; directory: DirectoryLog },
    queue: Pick<EventQueue, "do">,
    connect: () => void,
  ) {
    this.#context = context
    this.#contacts = contacts
    this.#directory = directory
    this.#queue = queue
    this.#connect = connect
  }

  view(): DirectoryView {
    const { log, alarm } = this.#directory
    return {
      head: log?.head && headView(log.head),
      readAt: log?.head && log.readAt,
      former: (log?.former ?? []).map(headView),
      alarm: alarm && alarmView(alarm, this.#contacts),
    }
  }

  told(): readonly ToldHead[] {
    return this.#directory.told.map(({ account, head, at, verdict }) => ({
      person: this.#contacts.ref(account),
      head: headView(head),
      at,
      fits: verdict === "fits",
    }))
  }

  verify(): readonly string[] {
    const { log, index } = this.#directory
    if (!log?.head) return ["nothing has been read from the relay yet"]
    const tree = index.recompute(log.log)
    const { size, root } = log.head
    if (!tree || tree.size < size || !equalBytes(tree.root(size), root))
      return ["the copy of the index on this disk does not give the root that the relay signed"]
    const problems: string[] = []
    const newest = new Map<string, { leaf: Uint8Array; nameHash: Uint8Array }>()
    for (let at = 1; at < size; at++) {
      const row = index.row(log.log, at)
      if (row) newest.set(personId(row.accountId), row)
    }
    for (const { entry } of this.#contacts.others()) {
      const id = personId(entry.accountId)
      const row = newest.get(id)
      if (!row) problems.push(`${id} is known here and not in the directory`)
      else if (!equalBytes(row.leaf, leafHash(index.sha, encodeDirectoryEntry(entry))))
        problems.push(`${id} has a newer entry than the one that is known here`)
      else if (!equalBytes(row.nameHash, nameHash(entry.name)))
        problems.push(`${id} stands under another name in the index`)
    }
    return problems
  }

  prove(id: string): string {
    const { log, index } = this.#directory
    const { entry } = this.#contacts.findById(id)
    const found = log && index.newest(log.log, entry.accountId)
    const tree = log && index.tree(log.log)
    const bytes = encodeDirectoryEntry(entry)
    const isThere = found && log.head && found.index < log.head.size
    if (!isThere || !tree || !equalBytes(found.row.leaf, leafHash(index.sha, bytes)))
      throw new ClientError("unknown-name", "the relay's directory, as it was last read, does not hold them")
    const { head } = log
    const path = tree.inclusion(found.index, head!.size)
    const relay = { relayId: this.#context.relayId(), relayPublic: log.relayPublic }
    return proofText(index.sha, relay, { head: head!, index: found.index, path, entry: bytes })
  }

  evidence(): string | undefined {
    const { alarm, index } = this.#directory
    if (!alarm) return undefined
    const relay = { relayId: this.#context.relayId(), relayPublic: alarm.relayPublic }
    return alarmText(index.sha, relay, alarmView(alarm, this.#contacts), alarm)
  }

  accept(): Promise<void> {
    return this.#queue.do(() => {
      if (!this.#directory.isDistrusted) return
      this.#directory.accept()
      this.#connect()
    })
  }
}
