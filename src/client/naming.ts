/** Whom a name means, and who looks like whom (PROTOCOL.md §8.4). Nobody is guessed. */
import { fromHex, toHex } from "../bytes.ts"
import type { Contacts } from "./contacts.ts"
import type { Update } from "./context.ts"
import type { Contact } from "./entries.ts"
import { ClientError } from "./errors.ts"
import { checkName } from "./profile.ts"

/** People whom an error names; a hostile directory may hold thousands. */
const MAX_NAMED = 5
/** Doubles among whom the elder is looked for; those who were here first come first. */
const MAX_TWINS = 64

/**
 * By alias or name in any case, by name and tag as screens show them, or by `u_…`.
 * @throws ClientError `unknown-name`, `ambiguous-name`.
 */
export function findContact(contacts: Contacts, typed: string): Contact {
  const text = typed.startsWith("@") ? typed.slice(1) : typed
  const byId = contacts.byId(text)
  if (byId) return byId
  const found = contacts.names.resolve(
    text,
    (key) => contacts.ref(fromHex(key)).tag,
    (key) => bearerBefore(contacts, fromHex(key)),
  )
  const contact = found.kind === "one" ? contacts.get(fromHex(found.account)) : undefined
  if (contact && contacts.trust(contact.entry.accountId) !== "self") return contact
  if (found.kind !== "many") throw new ClientError("unknown-name", `nobody here is called "${text}"`)
  const named = found.accounts.slice(0, MAX_NAMED).map((key) => nameAndTag(contacts, key))
  const more = found.accounts.length > MAX_NAMED ? ", …" : ""
  throw new ClientError(
    "ambiguous-name",
    `"${text}" could mean any of these, and nothing was done: ${named.join(", ")}${more}. Write the name with its tag, as it stands here`,
  )
}

/** @returns the alias to keep. @throws ClientError `bad-name`, `alias-taken` when somebody else's name looks like it. */
export function checkAlias(contacts: Contacts, accountId: Uint8Array, typed: string): string {
  const alias = checkName(typed)
  const own = toHex(accountId)
  const isOthers = (account: string) => !contacts.isSamePerson(fromHex(account), accountId)
  const other =
    contacts.names.lookingLike(alias).find((account) => account !== own) ??
    contacts.names.hadBefore(alias).find(isOthers)
  if (other === undefined) return alias
  throw new ClientError("alias-taken", `"${alias}" looks like the name of ${nameAndTag(contacts, other)}`)
}

/** The name that somebody's looks like, or was: of whoever was here before, or is verified, or is ourselves. */
export function elderOf(contacts: Contacts, accountId: Uint8Array): string | undefined {
  const own = seniority(contacts, accountId)
  const twins = contacts.names.twins(toHex(accountId)).take(MAX_TWINS)
  const elder = twins.find((twin) => {
    const theirs = seniority(contacts, fromHex(twin))
    return theirs.rank < own.rank || (theirs.rank === own.rank && theirs.since <= own.since)
  })
  const before = elder ?? bearerBefore(contacts, accountId)
  if (before === undefined) return undefined
  return contacts.names.shown(before) ?? contacts.get(fromHex(before))?.entry.name
}

/** Of whoever went by such a name before: the relay should not have given it to this account. */
function bearerBefore(contacts: Contacts, accountId: Uint8Array): string | undefined {
  const account = contacts.get(accountId)?.nameWasOf
  return account === undefined || contacts.isSamePerson(account, accountId) ? undefined : toHex(account)
}

/** @param former the account whose place this one takes. */
export function whoHadName(contacts: Contacts, { entry }: Contact, former?: Contact): Uint8Array | undefined {
  const own = (former ?? { entry }).entry.accountId
  const accounts = contacts.names.hadBefore(entry.name).map(fromHex)
  return accounts.find((account) => !contacts.isSamePerson(account, own))
}

/** The relay should have refused the name. */
export function tellOfTwin(update: Update, contacts: Contacts, accountId: Uint8Array): void {
  const elder = elderOf(contacts, accountId)
  if (elder === undefined) return
  const name = contacts.names.shown(toHex(accountId)) ?? "?"
  const detail = `the relay let in "${name}", whose name looks like "${elder}"; commands take neither without its tag`
  update.tell({ type: "error", code: "look-alike", detail })
}

/** Whether a name is not enough to say who is meant. */
export function isAmbiguous(contacts: Contacts, accountId: Uint8Array): boolean {
  const isDouble = contacts.names.twins(toHex(accountId)).next().done !== true
  return isDouble || bearerBefore(contacts, accountId) !== undefined
}

/** As it can be typed. @param account in hex. */
export function nameAndTag(contacts: Contacts, account: string): string {
  const { name, tag, trust } = contacts.ref(fromHex(account))
  return trust === "self" ? `${name} (you)` : `${name}?${tag}`
}

/** Oneself, whom we have verified, everybody else; then by when we first met. */
function seniority(contacts: Contacts, accountId: Uint8Array): { rank: number; since: number } {
  const trust = contacts.trust(accountId)
  return {
    rank: trust === "self" ? 0 : trust === "verified" ? 1 : 2,
    since: contacts.history(accountId)[0]?.firstSeenAt ?? 0,
  }
}
