/**
 * What a payload is, once its number is taken (PROTOCOL.md §13): chain, frontier and content, the same bytes however
 * often they are sealed.
 */
import { concat, equalBytes, fromHex } from "../bytes.ts"
import { type Content, encodePayload, MAX_FRONTIER, type Payload } from "../protocol/content.ts"
import { answerContent } from "./answers.ts"
import { payloadHash } from "./chain.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { arrivedOf, takeQuestion } from "./gaps.ts"
import { noteCopy, placeEdit } from "./remark-store.ts"
import { takeReceipts } from "./receipts.ts"
import {
  type ChainRecord,
  type ConversationRecord,
  getRecord,
  type LineRecord,
  linePlace,
  localOf,
  type OutboxRecord,
  payloadKey,
  type PayloadRecord,
  putRecord,
  UNPLACED,
} from "./records.ts"

/** How much of a hash a frontier names. */
const HASH_START = 8

export interface Fixed {
  payload: Uint8Array
  change: Partial<ConversationRecord>
  /** Writes what the payload changes, in the transaction that saves its seal. */
  save(update: Update): void
}

/** Takes the chain's next number. */
export function fixPayload(
  conversation: Conversation,
  { key, record: queued }: { key: Uint8Array; record: OutboxRecord },
): Fixed {
  const { context, record } = conversation
  const chain = record.chain!
  const { chainId, n, previous, continues } = chain
  const saves: ((update: Update) => void)[] = []
  const payload = encodePayload({
    chainId,
    n,
    previous,
    continues: n === 0 && continues ? [continues] : [],
    frontier: frontierOf(conversation),
    content: contentOf(conversation, queued, (save) => void saves.push(save)),
  })
  const hash = payloadHash(record.channelId, payload)
  const line =
    queued.content.type === "text" ? (queued.line ?? linePlace(UNPLACED + localOf(key), 0)) : undefined
  const at = context.clock.now()
  const about = queued.content.type === "edit" ? queued.content.about : undefined
  return {
    payload,
    change: { chain: { ...chain, n: n + 1, previous: hash } },
    save(update) {
      const stored: PayloadRecord = {
        hash,
        line,
        ...(about && { about }),
        bytes: payload,
        order: UNPLACED,
        at,
      }
      putRecord(update.tx, "payload", payloadKey(record.room, chainId, n), stored)
      const lineKey = line && concat(record.room, line)
      const shown = lineKey && getRecord<LineRecord>(update.tx, "line", lineKey)
      if (shown?.kind === "message") {
        putRecord(update.tx, "line", lineKey!, { ...shown, place: { chainId, n } } satisfies LineRecord)
        // Said in another chain before: that copy is not forgotten.
        if (shown.place) noteCopy(conversation, update, shown.messageId, shown.account, shown.place)
      }
      if (about) placeEdit(conversation, update, about, { chainId, n })
      for (const save of saves) save(update)
    },
  }
}

function contentOf(
  conversation: Conversation,
  { content }: OutboxRecord,
  later: (save: (update: Update) => void) => void,
): Content {
  switch (content.type) {
    case "text":
      return content
    case "alive":
    case "beacon":
      return { type: "beacon" }
    case "receipt": {
      const { chains, save } = takeReceipts(conversation)
      later(save)
      return { type: "receipt", chains }
    }
    case "ask":
      return {
        type: "ask",
        ranges: conversation.context.update("ordered", (update) => takeQuestion(conversation, update)),
        key: conversation.questionKeys.fresh(conversation.context),
      }
    case "answer":
      return answerContent(conversation, content)
    case "unavailable":
      return { ...content.range, type: "unavailable" }
    default:
      return content
  }
}

/** The newest payloads that we have of chains that moved since we last spoke: whoever misses one of them can look. */
function frontierOf({ group, moved, context, room }: Conversation): Payload["frontier"] {
  const frontier: Payload["frontier"] = []
  for (const chainId of moved) {
    if (frontier.length === MAX_FRONTIER) break
    moved.delete(chainId)
    const chain = getRecord<ChainRecord>(context.store, "chain", concat(room, fromHex(chainId)))
    const isMember = chain && group?.members.some(({ leafKey }) => equalBytes(leafKey, chain.leafKey))
    if (!chain || !isMember) continue
    // Nothing behind a hole: its author takes this for a receipt of all that came before.
    const n = arrivedOf(context.store, room, fromHex(chainId), chain.n) - 1
    if (n < 0) continue
    const payload = getRecord<PayloadRecord>(context.store, "payload", payloadKey(room, fromHex(chainId), n))
    if (payload)
      frontier.push({
        chain: fromHex(chainId).slice(0, HASH_START),
        n,
        hash: payload.hash.slice(0, HASH_START),
      })
  }
  return frontier
}
