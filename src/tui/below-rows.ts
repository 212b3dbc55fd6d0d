/**
 * Everything under the transcript: what must be read before one writes on (a refusal, a stopped room, the outcome of
 * a command, a large paste), then the composer. Its height decides how many rows the transcript gets.
 */
import type { VerificationView } from "../client/client.ts"
import { addressedWords } from "./addressing.ts"
import { rowOfCaret } from "./composer-state.ts"
import { labelOf } from "./key-map.ts"
import { pickHint } from "./message-mode.ts"
import { aboutWords } from "./remark-keys.ts"
import { composerRowLimit, textWidth } from "./layout.ts"
import { say, sliceSafe, type SafeText } from "./safe-text.ts"
import { drawnCells, truncate, wrap } from "./text-width.ts"
import { roomTitle, type Style } from "./theme.ts"
import { foremost, isAsked, isOver, noticeOfVerification } from "./verification-words.ts"
import { currentRoom, type ChatView } from "./view.ts"
import { peopleWords, plural, roomProblemWords, troubleWords } from "./words.ts"

/** Rows that one warning may take. */
const MAX_BANNER_ROWS = 3

export interface BelowRows {
  banners: readonly { text: SafeText; style: Style }[]
  prompt: SafeText
  composer: readonly SafeText[]
  /** Behind the caret of an empty draft. */
  hint: SafeText
  /** In cells from the left edge of the screen and in rows of `composer`. */
  caret: { x: number; y: number }
  total: number
}

/** `everyone ▸ `, cut so that the text keeps most of the line. */
export function promptOf(view: ChatView): SafeText {
  const { pointer, more } = view.theme.symbols
  const room = currentRoom(view)
  const name =
    room === undefined ? say`` : truncate(roomTitle(room), Math.max(4, Math.floor(view.columns / 5)), more)
  return name === "" ? say`${pointer} ` : say`${name} ${pointer} `
}

/** Stands where one writes, as long as nothing is written: whom it reaches, when some of the room are only listed. */
function hintOf(view: ChatView): SafeText {
  const room = currentRoom(view)
  const isDoubtful = room?.kind === "everyone" && room.members.some(({ here }) => !here)
  return room !== undefined && isDoubtful && view.composer.text === "" ? peopleWords(room) : say``
}

/** Cells for the draft: one column stays free for the caret behind the last letter. */
export function composerWidth(view: ChatView): number {
  return Math.max(8, view.columns - 2 - drawnCells(promptOf(view)))
}

export function belowRows(view: ChatView): BelowRows {
  const prompt = promptOf(view)
  const width = composerWidth(view)
  const rows = view.cache.draftRows(view.composer.text, width)
  const at = rowOfCaret(rows, view.composer.caret)
  const limit = composerRowLimit(view.rows)
  const top = Math.max(0, Math.min(at - limit + 1, rows.length - limit), Math.min(at, rows.length - limit))
  const shown = rows.slice(top, top + limit)
  const row = rows[at]!
  const column = drawnCells(sliceSafe(view.composer.text, row.start, view.composer.caret))
  const banners = bannersOf(view)
  return {
    banners,
    prompt,
    composer: shown.map(({ text }) => text),
    hint: truncate(hintOf(view), width, view.theme.symbols.more),
    caret: { x: 1 + drawnCells(prompt) + Math.min(column, width), y: at - top },
    total: banners.length + shown.length,
  }
}

function bannersOf(view: ChatView): { text: SafeText; style: Style }[] {
  const banners: { text: SafeText; style: Style }[] = []
  const room = currentRoom(view)
  const add = (text: SafeText | undefined, style: Style) => {
    if (text === undefined) return
    const width = textWidth(view.columns)
    const rows = wrap(text, width)
    const limit = Math.min(MAX_BANNER_ROWS, Math.max(1, Math.floor(view.rows / 6)))
    for (const [index, row] of rows.slice(0, limit).entries()) {
      const cut = index === limit - 1 && rows.length > limit
      banners.push({
        text: cut
          ? truncate(say`${trimmed(row.text)} ${view.theme.symbols.more}`, width, view.theme.symbols.more)
          : row.text,
        style,
      })
    }
  }
  add(troubleWords(view.data.connection), "danger")
  const open = foremost(view.data.verifications)
  if (open !== undefined)
    add(
      say`${noticeOfVerification(open, view.theme.symbols)} ${labelOf(view.keys, "verify")} opens it.`,
      bannerStyle(open),
    )
  if (room !== undefined) add(roomProblemWords(room), room.state === "stopped" ? "danger" : "warning")
  if (view.composer.pasted !== undefined) {
    const { lines, bytes, cut } = view.composer.pasted
    const { dot } = view.theme.symbols
    const size = say`[pasted ${plural(lines, say`line`, say`lines`)} ${dot} ${sizeWords(bytes)}`
    if (cut) add(say`${size} ${dot} CUT: no message holds so much ${dot} Esc drops]`, "danger")
    else
      add(
        say`${size} ${dot} ${labelOf(view.keys, "submit")} sends ${dot} ${labelOf(view.keys, "editor")} edits ${dot} Esc drops]`,
        "accent",
      )
  }
  if (view.about !== undefined) add(aboutWords(view.about, view.theme.symbols), "accent")
  if (view.picked !== undefined) add(pickHint(view), "accent")
  const { people } = view.data
  add(addressedWords(view.composer.text, { people, room, symbols: view.theme.symbols }), "accent")
  if (view.toast !== undefined) add(view.toast.text, view.toast.tone)
  return banners
}

function bannerStyle(verification: VerificationView): Style {
  if (verification.step === "mismatch" || verification.step === "failed") return "danger"
  if (isAsked(verification)) return "accent"
  return verification.step === "verified" ? "good" : isOver(verification) ? "warning" : "plain"
}

function sizeWords(bytes: number): SafeText {
  return bytes < 1_000 ? say`${bytes} B` : say`${Math.round(bytes / 100) / 10} kB`
}

function trimmed(text: SafeText): SafeText {
  return sliceSafe(text, 0, text.trimEnd().length)
}
