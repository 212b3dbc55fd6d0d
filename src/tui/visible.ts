/** What of the view is on the screen: sizes, the visible part of the transcript, what came below it. */
import type { TranscriptLine } from "../client/events.ts"
import { belowRows } from "./below-rows.ts"
import { layoutOf, type Layout } from "./layout.ts"
import type { Viewport } from "./scroll.ts"
import { keyOf } from "./transcript-rows.ts"
import type { ChatView } from "./view.ts"

export function layoutOfView(view: ChatView): Layout {
  return layoutOf(view.columns, view.rows, belowRows(view).total, view.hidden)
}

export function viewportOf(view: ChatView): Viewport {
  const layout = layoutOfView(view)
  return {
    lines: view.lines,
    unreadFrom: view.unreadFrom,
    height: layout.bodyHeight,
    context: {
      width: layout.chatWidth,
      symbols: view.theme.symbols,
      selfName: view.data.self.name,
      picked: view.picked,
    },
    cache: view.cache,
  }
}

/** Messages that came while somebody was reading further up. */
export function newBelow(view: ChatView): number {
  return messagesBelow(view).length
}

/** Key of the first of them. */
export function firstBelow(view: ChatView): string | undefined {
  const first = messagesBelow(view)[0]
  return first === undefined ? undefined : keyOf(first)
}

function messagesBelow(view: ChatView): readonly TranscriptLine[] {
  if (view.scroll.kind === "end") return []
  const seen = view.lines.findLastIndex((line) => keyOf(line) === view.seen)
  return view.lines.slice(seen + 1).filter((line) => line.kind === "message")
}
