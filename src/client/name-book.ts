/**
 * Who goes by which names (PROTOCOL.md §8.4): the name an account gave itself, and the one that this person gave it.
 * The relay lets no look-alike in; whether it kept to that is judged here: whoever shares a skeleton with somebody
 * else is ambiguous, and no command takes an ambiguous name without its tag.
 */
import { skeletons } from "../protocol/name-skeleton.ts"
import { foldedName } from "../protocol/names.ts"

export interface Names {
  /** As it stands in the directory. */
  own: string
  /** Given here, known to nobody else. */
  alias: string | undefined
}

/** Accounts in hex. `many`: whoever could be meant; nobody is guessed. */
export type Resolved =
  | { kind: "one"; account: string }
  | { kind: "none" }
  | { kind: "many"; accounts: readonly string[] }

interface Bearer extends Names {
  looks: ReadonlySet<string>
}

/** A name as screens show it: with the key tag behind it. */
const TAGGED = /^(.*\S)\s*\?([a-z2-7]{6})$/su
/** Who is looked at, of all who could be meant: a tag takes milliseconds, and a relay can list thousands of doubles. */
const MAX_MEANT = 16

/** More than any name with its tag. */
const MAX_TYPED = 600

export class NameBook {
  readonly #bearers = new Map<string, Bearer>()
  /** Accounts by skeleton. */
  readonly #byLook = new Map<string, Set<string>>()
  /** Accounts by a name as it is typed. */
  readonly #byName = new Map<string, Set<string>>()

  /** @param names undefined: nobody any more. */
  set(account: string, names: Names | undefined): void {
    const before = this.#bearers.get(account)
    if (before && names && before.own === names.own && before.alias === names.alias) return
    if (before) {
      for (const look of before.looks) remove(this.#byLook, look, account)
      for (const name of namesOf(before)) remove(this.#byName, foldedName(name), account)
      this.#bearers.delete(account)
    }
    if (!names) return
    const looks = new Set(namesOf(names).flatMap(skeletons))
    for (const look of looks) add(this.#byLook, look, account)
    for (const name of namesOf(names)) add(this.#byName, foldedName(name), account)
    this.#bearers.set(account, { ...names, looks })
  }

  /** What this account is called here. */
  shown(account: string): string | undefined {
    const bearer = this.#bearers.get(account)
    return bearer && (bearer.alias ?? bearer.own)
  }

  /** Everybody else with a name that looks like one of this account's, in the order in which they were set. */
  *twins(account: string): Generator<string> {
    for (const other of this.#bearersOf(this.#bearers.get(account)?.looks ?? []))
      if (other !== account) yield other
  }

  /** Accounts with a name that looks like this one. */
  lookingLike(name: string): Generator<string> {
    return this.#bearersOf(skeletons(name))
  }

  *#bearersOf(looks: Iterable<string>): Generator<string> {
    const seen = new Set<string>()
    for (const look of looks) {
      for (const account of this.#byLook.get(look) ?? []) {
        if (!seen.has(account)) yield account
        seen.add(account)
      }
    }
  }

  /** Whom a person means: by an alias first, else by a name that nobody else's looks like, else by name and tag. */
  resolve(typed: string, tagOf: (account: string) => string): Resolved {
    const named = [...Iterator.from(this.#byName.get(foldedName(typed)) ?? []).take(MAX_MEANT)]
    const aliased = named.filter((account) => {
      const alias = this.#bearers.get(account)!.alias
      return alias !== undefined && foldedName(alias) === foldedName(typed)
    })
    if (aliased.length === 1) return { kind: "one", account: aliased[0]! }
    if (named.length > 0) {
      const all = [...new Set([...named, ...this.twins(named[0]!).take(MAX_MEANT)])]
      return all.length === 1 ? { kind: "one", account: all[0]! } : { kind: "many", accounts: all }
    }
    const tagged = TAGGED.exec(typed.slice(0, MAX_TYPED))
    if (tagged === null) return { kind: "none" }
    const alike = this.lookingLike(tagged[1]!).take(MAX_MEANT)
    const found = alike.filter((account) => tagOf(account) === tagged[2]).toArray()
    if (found.length > 1) return { kind: "many", accounts: found }
    return found.length === 1 ? { kind: "one", account: found[0]! } : { kind: "none" }
  }
}

function namesOf({ own, alias }: Names): readonly string[] {
  return alias === undefined ? [own] : [own, alias]
}

function add(index: Map<string, Set<string>>, key: string, account: string): void {
  const bearers = index.get(key)
  if (bearers) bearers.add(account)
  else index.set(key, new Set([account]))
}

function remove(index: Map<string, Set<string>>, key: string, account: string): void {
  const bearers = index.get(key)
  bearers?.delete(account)
  if (bearers?.size === 0) index.delete(key)
}
