/** Keys for tests of interfaces: what was decided is noted, and changes the person. */
import type { KeysApi } from "../../src/client/client.ts"
import type { KeyView, PersonView } from "../../src/client/events.ts"
import { NOON } from "./fake-people.ts"

export class FakeKeys implements KeysApi {
  readonly decisions: string[] = []
  readonly #change: (id: string, change: Partial<PersonView>) => void
  readonly #rename: (name: string) => void

  constructor(change: (id: string, change: Partial<PersonView>) => void, renamed: (name: string) => void) {
    this.#change = change
    this.#rename = renamed
  }

  history(id: string): readonly KeyView[] {
    const print = "12345 67890 12345 67890 12345 67890"
    return [
      {
        id,
        tag: "abc234",
        fingerprint: print,
        began: "rotated",
        since: NOON,
        state: "current",
        verified: { at: NOON, how: "number" },
      },
      {
        id: "u_before",
        tag: "def567",
        fingerprint: print,
        began: "registered",
        since: NOON,
        state: "handed-over",
        verified: undefined,
      },
    ]
  }

  decideLater(id: string): Promise<void> {
    return this.#decide("later", id, { mustDecide: false })
  }

  block(id: string): Promise<void> {
    return this.#decide("block", id, { trust: "blocked", mustDecide: false })
  }

  unblock(id: string): Promise<void> {
    return this.#decide("unblock", id, { trust: "unverified" })
  }

  rotate(): Promise<void> {
    this.decisions.push("rotate")
    return Promise.resolve()
  }

  rename(name: string): Promise<void> {
    this.decisions.push(`rename ${name}`)
    this.#rename(name)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.decisions.push("close")
    return Promise.resolve()
  }

  #decide(what: string, id: string, change: Partial<PersonView>): Promise<void> {
    this.decisions.push(`${what} ${id}`)
    this.#change(id, change)
    return Promise.resolve()
  }
}
