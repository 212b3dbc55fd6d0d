/** The link of `#everyone` for tests of interfaces: what is asked for is done at once. */
import { ClientError } from "../../src/client/client.ts"
import type { LinkView, PersonRef } from "../../src/client/events.ts"
import type { RoomLinks } from "../../src/client/link.ts"

export class FakeLinks implements RoomLinks {
  /** In order: what was asked for, and of whom. */
  readonly asked: string[] = []
  inviter: PersonRef | undefined
  /** Set to make everything that only a moderator may do fail. */
  isModerator = true
  generation = 0
  printed = `secure-chat://192.168.1.5:7667/#k=${"A".repeat(43)}&i=${"B".repeat(43)}`
  readonly #self: PersonRef
  #banned: PersonRef[] = []
  #moderators: PersonRef[]
  readonly #find: (id: string) => PersonRef

  constructor(self: PersonRef, find: (id: string) => PersonRef) {
    this.#self = self
    this.#moderators = [self]
    this.#find = find
  }

  view(roomId: string): LinkView | undefined {
    if (roomId !== "r_everyone") return undefined
    return {
      open: true,
      generation: this.generation,
      moderators: this.isModerator ? this.#moderators : [],
      banned: this.#banned,
      isModerator: this.isModerator,
      isBusy: false,
    }
  }

  unheardInviter(): PersonRef | undefined {
    return this.inviter
  }

  goOnWithout(): Promise<void> {
    this.inviter = undefined
    return Promise.resolve()
  }

  invitation(): Promise<string> {
    return Promise.resolve(this.printed)
  }

  remove(_: string, id: string): Promise<void> {
    return this.#do(`remove ${this.#find(id).name}`, () => {
      this.#banned = [...this.#banned, this.#find(id)]
      this.generation++
    })
  }

  letBack(_: string, id: string): Promise<void> {
    return this.#do(`let back ${this.#find(id).name}`, () => {
      this.#banned = this.#banned.filter((each) => each.id !== id)
    })
  }

  promote(_: string, id: string): Promise<void> {
    return this.#do(`promote ${this.#find(id).name}`, () => {
      this.#moderators = [...this.#moderators, this.#find(id)]
    })
  }

  demote(_: string, id: string): Promise<void> {
    const whom = id === this.#self.id ? this.#self : this.#find(id)
    return this.#do(`demote ${whom.name}`, () => {
      this.#moderators = this.#moderators.filter((each) => each.id !== id)
    })
  }

  reset(): Promise<void> {
    return this.#do("reset", () => void this.generation++)
  }

  async #do(what: string, done: () => void): Promise<void> {
    if (!this.isModerator) throw new ClientError("not-allowed", "only a moderator of this room can do that")
    this.asked.push(what)
    done()
  }
}
