/** A search in lines: what was found, numbered with the newest as 1, and the lines around one of them. */
import type { Client } from "../client/client.ts"
import type { TranscriptLine } from "../client/events.ts"
import type { Clock } from "../platform/clock.ts"
import { safeTyped, say, type SafeText } from "./safe-text.ts"
import { linesTo, search, snippetOf, type Found, type Hit } from "./search.ts"
import { countWords, hitLead } from "./search-panel.ts"
import type { Symbols } from "./theme.ts"
import { keyOf } from "./transcript-rows.ts"

interface Deps {
  client: Client
  clock: Clock
}

/** Lines that are printed of a search, and around a line. */
const MOST_LINES = 20
const AROUND = 5

/** @param roomId undefined: every room. The newest stands last, nearest to where one writes. */
export async function plainSearch(
  deps: Deps,
  words: string,
  roomId: string | undefined,
  symbols: Symbols,
): Promise<{ found: readonly Hit[]; lines: readonly SafeText[] }> {
  const { client } = deps
  const rooms = roomId === undefined ? client.rooms().map(({ id }) => id) : [roomId]
  const query = safeTyped(words)
  let found: Found = { hits: [], searched: 0, end: "all" }
  await search(
    deps,
    rooms,
    query,
    () => true,
    (more) => void (found = more),
  )
  const lines = found.hits.slice(0, MOST_LINES).map(({ roomId: id, line }, index) => {
    const room = roomId === undefined ? client.room(id) : undefined
    return say`${index + 1} ${hitLead(line, room)} ${snippetOf(line.message.text, query, symbols.more)}`
  })
  const jump = found.hits.length === 0 ? [] : [say`/jump N shows the lines around one of them.`]
  return { found: found.hits, lines: [countWords({ query, found }), ...lines.toReversed(), ...jump] }
}

/** @param rowsOf as lines are printed elsewhere, with the numbers by which messages are named. @throws ClientError. */
export async function plainAround(
  deps: Deps,
  hit: Hit,
  rowsOf: (line: TranscriptLine) => readonly SafeText[],
): Promise<readonly SafeText[]> {
  const loaded = await linesTo(deps, hit, AROUND)
  if (loaded === undefined) return [say`That message is too far up to be shown, or has gone.`]
  const at = loaded.lines.findIndex((line) => keyOf(line) === keyOf(hit.line))
  return loaded.lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).flatMap(rowsOf)
}
