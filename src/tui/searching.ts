/** Searches for the full screen, one at a time: each letter begins anew, and what was found goes to the view. */
import type { Client } from "../client/client.ts"
import type { Clock } from "../platform/clock.ts"
import { say, type SafeText } from "./safe-text.ts"
import { linesTo, search, TYPING_MS, type Hit } from "./search.ts"
import { nameInWords } from "./theme.ts"
import { keyOf } from "./transcript-rows.ts"
import type { ChatEvent, Tone } from "./view.ts"
import { errorWords, shortDay, timeOfDay } from "./words.ts"

/** Lines above the one that was found. */
const ABOVE = 3

export class Searching {
  readonly #deps: { client: Client; clock: Clock; dispatch: (event: ChatEvent) => void }
  #now = 0
  #cancel: (() => void) | undefined

  constructor(deps: { client: Client; clock: Clock; dispatch: (event: ChatEvent) => void }) {
    this.#deps = deps
  }

  /** @param roomId undefined: every room. */
  begin(query: SafeText, roomId: string | undefined): void {
    this.stop()
    const { client, clock, dispatch } = this.#deps
    const mine = this.#now
    const look = async () => {
      const rooms = roomId === undefined ? client.rooms().map(({ id }) => id) : [roomId]
      await search(
        { client, clock },
        rooms,
        query,
        () => this.#now === mine,
        (found) => dispatch({ kind: "found", query, found }),
      )
    }
    const failed = (error: unknown) =>
      dispatch({ kind: "toast", toast: { text: errorWords(error), tone: "danger" } })
    this.#cancel = clock.wakeAt(clock.now() + TYPING_MS, () => void look().catch(failed))
  }

  /** Opens the room with the line that was found near its top. */
  async jump(hit: Hit, tell: (text: SafeText, tone: Tone) => void): Promise<void> {
    const { client, dispatch } = this.#deps
    const loaded = await linesTo(this.#deps, hit, ABOVE)
    if (loaded === undefined)
      return tell(say`That message is too far up to be shown, or has gone.`, "warning")
    const at = loaded.lines.findIndex((line) => keyOf(line) === keyOf(hit.line))
    const top = loaded.lines[Math.max(0, at - ABOVE)]
    const draft = client.desk.draft(hit.roomId)
    const shown = top === undefined ? {} : { at: keyOf(top) }
    dispatch({ kind: "opened", roomId: hit.roomId, ...loaded, draft, ...shown })
    const { message, at: time } = hit.line
    const who = message.own ? say`you` : nameInWords(message.from)
    tell(say`${who}, ${shortDay(time)} ${timeOfDay(time)}`, "plain")
  }

  /** Nothing of the present search is told any more. */
  stop(): void {
    this.#now += 1
    this.#cancel?.()
    this.#cancel = undefined
  }
}
