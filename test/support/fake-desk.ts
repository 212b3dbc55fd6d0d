/** Settings and drafts in memory. */
import {
  checkedSettings,
  ClientError,
  DEFAULT_SETTINGS,
  type Desk,
  type LaterDesk,
  type LaterView,
  type Settings,
} from "../../src/client/client.ts"

export class FakeDesk implements Desk {
  readonly drafts = new Map<string, string>()
  readonly later = new FakeLater()
  #settings = DEFAULT_SETTINGS

  settings(): Settings {
    return this.#settings
  }

  change(change: Partial<Settings>): Promise<Settings> {
    this.#settings = checkedSettings({ ...this.#settings, ...change }, this.#settings)
    return Promise.resolve(this.#settings)
  }

  draft(roomId: string): string {
    return this.drafts.get(roomId) ?? ""
  }

  keepDraft(roomId: string, text: string): Promise<void> {
    if (text === "") this.drafts.delete(roomId)
    else this.drafts.set(roomId, text)
    return Promise.resolve()
  }
}

/** What waits for its time; nothing ever goes. */
class FakeLater implements LaterDesk {
  #all: LaterView[] = []

  all(): readonly LaterView[] {
    return this.#all
  }

  plan(roomId: string, text: string, at: number): Promise<LaterView> {
    const planned = { number: this.#all.length + 1, roomId, at, text, why: undefined }
    this.#all.push(planned)
    return Promise.resolve(planned)
  }

  cancel(number: number): Promise<LaterView> {
    const found = this.#all.find((each) => each.number === number)
    this.#all = this.#all.filter((each) => each !== found)
    if (!found) return Promise.reject(new ClientError("unknown-message", `nothing has the number ${number}`))
    return Promise.resolve(found)
  }
}
