/** Settings and drafts in memory. */
import { checkedSettings, DEFAULT_SETTINGS, type Desk, type Settings } from "../../src/client/client.ts"

export class FakeDesk implements Desk {
  readonly drafts = new Map<string, string>()
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
