/** The desk's connection: what travels on it waits until the test says so. */
import type { Answer, Question, RelayLink } from "../../src/client/context.ts"
import type { ClientMessage, RelayMessage } from "../../src/protocol/messages.ts"

export class DeskLink implements RelayLink {
  online = false
  up: ClientMessage[] = []
  down: RelayMessage[] = []
  readonly distrusted: string[] = []
  readonly giveUp = (why: string): void => this.distrust(why)
  readonly leave = () => {}
  readonly #questions = new Map<number, (answer: Answer) => Promise<void> | void>()
  #rid = 0

  send(message: ClientMessage): void {
    this.up.push(message)
  }

  ask(question: Question, answered: (answer: Answer) => Promise<void> | void): void {
    const rid = ++this.#rid
    this.#questions.set(rid, answered)
    this.up.push({ ...question, rid })
  }

  distrust(detail: string): void {
    this.distrusted.push(detail)
  }

  async answer(answer: Answer): Promise<void> {
    const answered = this.#questions.get(answer.rid)
    this.#questions.delete(answer.rid)
    await answered?.(answer)
  }

  lose(): void {
    this.up = []
    this.down = []
    this.#questions.clear()
    this.online = false
  }
}
