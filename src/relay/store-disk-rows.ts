/** Rows of channels as the database has them, some at a time. */
import type { KnownChannel } from "./log-open.ts"
import type { SqliteRelayStore } from "./store-sqlite.ts"
import type { ChannelRow } from "./store.ts"

const CHANNELS_A_READ = 1_000

export function* channelsOf(sql: SqliteRelayStore): Iterable<KnownChannel> {
  let rows: ChannelRow[]
  let last = -1
  do {
    rows = sql.channelsAfter(last, CHANNELS_A_READ)
    for (const { ref, firstSeq, lastSeq, nextPosition, weight, head } of rows) {
      yield { ref, firstSeq, lastSeq, nextPosition, weight, head }
      last = ref
    }
  } while (rows.length === CHANNELS_A_READ)
}
