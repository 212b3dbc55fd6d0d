/** Entries that made no sense (PROTOCOL.md §9.5): kept for whoever looks into it, the newest of each room, and said. */
import { concat, u64 } from "../bytes.ts"
import type { Of } from "../protocol/messages.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { prefixRange } from "./store.ts"

/** Kept per room. Whoever can append could otherwise fill our disk with what we cannot even read. */
export const MAX_QUARANTINE = 100

export function quarantine(
  conversation: Conversation,
  update: Update,
  { seq, entry }: Of<"entry">,
  detail: string,
): void {
  const { room, record } = conversation
  const { tx } = update
  tx.put("quarantine", concat(room, u64(record.orderBase + seq)), entry)
  const ofRoom = prefixRange(room)
  if (tx.count("quarantine", { ...ofRoom, limit: MAX_QUARANTINE + 1 }) > MAX_QUARANTINE) {
    for (const { key } of tx.range("quarantine", { ...ofRoom, limit: 1 })) tx.delete("quarantine", key)
  }
  conversation.notice(update, seq, { code: "unreadable", detail })
}
