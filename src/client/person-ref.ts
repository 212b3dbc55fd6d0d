/** How somebody is named on lines and lists (PROTOCOL.md §8.4). */
import { toBase64Url } from "../bytes.ts"
import type { Contacts } from "./contacts.ts"
import type { PersonRef, PersonView } from "./events.ts"
import { elderOf, isAmbiguous } from "./naming.ts"

export function personId(accountId: Uint8Array): string {
  return `u_${toBase64Url(accountId.subarray(0, 16))}`
}

/** An account that the directory does not hold is shown by its tag alone. @param ownName this person's name. */
export function personRef(contacts: Contacts, ownName: string, accountId: Uint8Array): PersonRef {
  const isOwn = contacts.isOwn(accountId)
  const registeredName = isOwn ? ownName : (contacts.get(accountId)?.entry.name ?? "?")
  const newest = contacts.newest(accountId)
  const alias = isOwn ? undefined : newest?.alias
  const looksLike = isOwn ? undefined : elderOf(contacts, accountId)
  const trust = contacts.trust(accountId)
  const verified = trust === "verified" ? newest?.verified : undefined
  return {
    id: personId(accountId),
    name: alias ?? registeredName,
    ...(alias === undefined ? {} : { registeredName }),
    get tag() {
      return contacts.tag(accountId)
    },
    trust,
    ...(verified && { verified }),
    ...(looksLike === undefined ? {} : { looksLike }),
  }
}

export function personView(
  contacts: Contacts,
  ownName: string,
  accountId: Uint8Array,
  isOnline: boolean,
): PersonView {
  const newest = contacts.newest(accountId)
  const formerNames = newest?.formerNames ?? []
  const more = {
    ...(formerNames.length > 0 && { formerNames }),
    online: isOnline,
    ambiguous: isAmbiguous(contacts, accountId),
    firstSeenAt: contacts.get(accountId)?.firstSeenAt ?? 0,
    mustDecide: newest?.trust === "changed" && !newest.isBlocked,
    hidden: newest?.hidden ?? 0,
  }
  // Not spread: that would make the tag.
  return Object.assign(personRef(contacts, ownName, accountId), more)
}
