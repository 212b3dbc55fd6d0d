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
  /** What accounts were called before, and accounts by the skeletons of that. */
  readonly #givenUp = new Map<string, readonly string[]>()
  readonly #byFormerLook = new Map<string, Set<string>>()

  /**
   * @param names undefined: nobody any more.
   * @param givenUp names that the account had before; undefined: as they are known.
   */
  set(account: string, names: Names | undefined, givenUp?: readonly string[]): void {
    if (givenUp !== undefined) this.#setGivenUp(account, givenUp)
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

  #setGivenUp(account: string, names: readonly string[]): void {
    const before = this.#givenUp.get(account) ?? []
    if (before.length === names.length && before.every((name, at) => name === names[at])) return
    for (const look of before.flatMap(skeletons)) remove(this.#byFormerLook, look, account)
    for (const look of names.flatMap(skeletons)) add(this.#byFormerLook, look, account)
    if (names.length > 0) this.#givenUp.set(account, names)
    else this.#givenUp.delete(account)
  }

  /** What this account is called here. */
  shown(account: string): string | undefined {
    const bearer = this.#bearers.get(account)
    return bearer && (bearer.alias ?? bearer.own)
  }

  /** Everybody else with a name that looks like one of this account's, in the order in which they were set. */
  *twins(account: string): Generator<string> {
    for (const other of inOrder(this.#byLook, this.#bearers.get(account)?.looks ?? []))
      if (other !== account) yield other
  }

  /** Accounts that went by a name that looks like this one. */
  hadBefore(name: string): Generator<string> {
    return inOrder(this.#byFormerLook, skeletons(name))
  }

  /** Accounts with a name that looks like this one. */
  lookingLike(name: string): Generator<string> {
    return inOrder(this.#byLook, skeletons(name))
  }

  /**
   * Whom a person means: by an alias first, else by a name that nobody else's looks like, else by name and tag.
   * @param bearerBefore who else may be meant by the name of an account, because it was theirs.
   */
  resolve(
    typed: string,
    tagOf: (account: string) => string,
    bearerBefore: (account: string) => string | undefined = () => undefined,
  ): Resolved {
    const named = [...Iterator.from(this.#byName.get(foldedName(typed)) ?? []).take(MAX_MEANT)]
    const aliased = named.filter((account) => {
      const alias = this.#bearers.get(account)!.alias
      return alias !== undefined && foldedName(alias) === foldedName(typed)
    })
    if (aliased.length === 1) return { kind: "one", account: aliased[0]! }
    if (named.length > 0) {
      const before = bearerBefore(named[0]!)
      const doubles = [...this.twins(named[0]!).take(MAX_MEANT), ...(before === undefined ? [] : [before])]
      const all = [...new Set([...named, ...doubles])]
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

/** Accounts that one of the looks leads to, each once. */
function* inOrder(
  index: ReadonlyMap<string, ReadonlySet<string>>,
  looks: Iterable<string>,
): Generator<string> {
  const seen = new Set<string>()
  for (const look of looks) {
    for (const account of index.get(look) ?? []) {
      if (!seen.has(account)) yield account
      seen.add(account)
    }
  }
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
