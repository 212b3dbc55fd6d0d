/** What stands on a screen that is too small for anything else. */
import type { Frame } from "../painting.ts"
import { say } from "../safe-text.ts"
import { span } from "../theme.ts"

export function tooSmall({ columns }: { columns: number }): Frame {
  return { rows: [[{ spans: [span(say`Make this window larger.`)], width: columns }]], caret: undefined }
}
