/** The planted bugs: mistakes in sending, reading, joining and storing that people make, one at a time. */
import type { Bug } from "./plant.ts"

const CHANNEL = "src/relay/channel.ts"
const CONVERSATION = "src/client/conversation.ts"
const JOINING = "src/client/joining.ts"
const OWN_ENTRIES = "src/client/own-entries.ts"
const READING = "src/client/reading.ts"
const RESETTING = "src/client/resetting.ts"
const SENDING = "src/client/sending.ts"

const RELAY_BUGS: readonly Bug[] = [
  {
    name: "acknowledge-before-sync",
    file: "src/relay/server.ts",
    find: "      await store.commit()",
    replace:
      "      const kept = store.commit()\n      this.#perform(() => this.#relay.committed())\n      return await kept",
    why: "what a crash takes from the disk has been promised and delivered already",
  },
  {
    name: "no-dedup-at-relay",
    file: CHANNEL,
    find: 'return found && { kind: "repeated", ...found }',
    replace: "return undefined",
    why: "an entry that is offered again after a lost answer stands in the log twice",
    lives: "relay",
  },
  {
    name: "stale-entry-taken",
    file: CHANNEL,
    find: "position === channel.nextPosition - 1 && maySpeak(subscription)",
    replace: "position < channel.nextPosition",
    why: "a message sealed in an old epoch is accepted, and nobody can open it",
  },
]

const CLIENT_BUGS: readonly Bug[] = [
  {
    name: "cursor-plus-one",
    file: "src/client/channel-log.ts",
    find: "cursor: seq,",
    replace: "cursor: seq + 1,",
    why: "an entry is passed over",
  },
  {
    name: "cursor-not-saved",
    file: CONVERSATION,
    find: 'putRecord(update.tx, "conversation", this.room, next)',
    replace:
      'putRecord(update.tx, "conversation", this.room, { ...next, cursor: this.record.cursor, head: this.record.head })',
    why: "after a crash the last entry is read again, with a ratchet that has moved on",
  },
  {
    name: "promise-not-synced",
    file: SENDING,
    find: 'conversation.save("synced", { lastAt',
    replace: 'conversation.save("ordered", { lastAt',
    why: "a power cut takes a message that was said to be safe",
  },
  {
    name: "seal-not-synced",
    file: SENDING,
    find: 'conversation.save("synced", { ...fixed',
    replace: 'conversation.save("ordered", { ...fixed',
    why: "a power cut brings back a ratchet of which a key has been used",
  },
  {
    name: "sealed-again-after-a-cut",
    file: CONVERSATION,
    find: "    this.log.forget()\n",
    replace: `    this.log.forget()
    const own = this.now.inFlight && inOutbox(this.context.store, this.room, this.now.inFlight)
    if (own) {
      this.context.update("ordered", ({ tx }) =>
        putRecord(tx, "outbox", own.key, { ...own.record, sealed: undefined }))
    }
`,
    why: "the same message stands in the log in two seals, one of which its author does not know",
  },
  {
    name: "old-seal-kept",
    file: SENDING,
    find: "first.record.sealed?.position === position &&",
    replace: "first.record.sealed !== undefined &&",
    why: "a message that was sealed before a commit is sent after it, and nobody can open it",
  },
  {
    name: "chain-number-twice",
    file: "src/client/fixing.ts",
    find: "n: n + 1, previous: hash",
    replace: "n: n + (n === 2 ? 0 : 1), previous: hash",
    why: "two payloads have one number, and the second is taken for a fork",
  },
  {
    name: "merged-at-the-answer",
    file: CONVERSATION,
    find: '      case "accepted":\n',
    replace:
      '      case "accepted":\n        if (this.pending && this.group && equalBytes(this.pending.record.eid, message.eid)) {\n          this.group = this.pending.state\n          await this.refreshKeys()\n        }\n        return\n',
    why: "what the log holds before one's own commit does not open any more",
  },
  {
    name: "pending-not-saved",
    file: JOINING,
    find: 'putRecord(update.tx, "pending", record.room, pending)',
    replace: "",
    why: "after a crash one's own commit is met in the log as a stranger's",
  },
  {
    name: "stale-ignored",
    file: "src/client/verdicts.ts",
    find: "} else now.staleUntil = nextPosition\n",
    replace: "} else now.inFlight = eid\n",
    why: "a message that was refused as stale is waited for and never sealed again",
  },
]

const BUGS_AMONG_NOISE: readonly Bug[] = [
  {
    name: "void-token-left",
    file: CONVERSATION,
    find: "if (await repairIfDue(this)) return\n",
    replace: "",
    why: "after a void handshake nobody knows a token that the relay wants, and nobody can write any more",
    lives: "noisy",
  },
  {
    name: "speaks-without-token",
    file: "src/client/proving.ts",
    find: "return epochAt !== undefined && epochAt === nextPosition - 1 && now.mute !== epochAt",
    replace: "return epochAt !== undefined && nextPosition > 0 && now.mute !== epochAt",
    why: "what is said after a void handshake is sent with a token that the relay does not take, again and again",
    lives: "noisy",
  },
  {
    name: "void-position-forgotten",
    file: READING,
    find: "...afterNoise(conversation), nextPosition: message.position + 1",
    replace: "...afterNoise(conversation)",
    why: "after a void handshake every position is the wrong one",
    lives: "noisy",
  },
]

const BUGS_OF_LOSSES: readonly Bug[] = [
  {
    name: "head-not-compared",
    file: CHANNEL,
    find: "if (cursor === channel.lastSeq) return equalBytes(channel.head, head)",
    replace: "return true",
    why: "a reader of a log that was put back from a backup goes on as if it were the same",
    lives: "lossy",
  },
  {
    name: "refused-batch-remembered",
    file: "src/relay/relay.ts",
    find: "    this.#logs.rollBack()\n",
    replace: "",
    why: "after a full disk the relay counts entries and positions that it does not have",
    lives: "lossy",
  },
  {
    name: "handshakes-not-put-back",
    file: RESETTING,
    find: "const [first] = missing\n",
    replace: "const [first] = missing.slice(0, 0)\n",
    why: "a relay that lost a log has no room for newcomers, and positions that nobody else counts",
    lives: "lossy",
  },
  {
    name: "lost-payloads-not-sent-again",
    file: RESETTING,
    find: "    sendAgain(conversation, update)\n",
    replace: "",
    why: "what the relay lost and somebody had not read is lost",
    lives: "lossy",
  },
  {
    name: "one-reader-is-enough",
    file: "src/client/sent.ts",
    find: "delivered = Math.min(delivered, Math.max(has.delivered, has.read))",
    replace: "delivered = Math.max(delivered === limit ? 0 : delivered, has.delivered, has.read)",
    why: "what one member of a room has confirmed is not kept for the others",
    lives: "lossy",
  },
  {
    name: "read-and-not-noted",
    file: "src/client/seen.ts",
    find: 'tx.put("seen", seenKey(room, eid), value)',
    replace: "",
    why: "in a log that begins anew nothing is known of what was read",
    lives: "lossy",
  },
  {
    name: "gap-never-closed",
    file: "src/client/gaps.ts",
    find: '  update.tx.delete("gap", concat(room, chainId, u64(from)))\n  // Whoever',
    replace: "  // Whoever",
    why: "something is said to be missing for ever, and is asked for again and again",
    lives: "lossy",
  },
  {
    name: "old-profile-not-noticed",
    file: "src/client/generation.ts",
    find: "this.#state, count: theirs }\n    this.#rolledBack()",
    replace: "this.#state, count: theirs }",
    why: "an old copy of a profile seals with keys that were used before",
    lives: "lossy",
  },
  {
    name: "kept-until-relayed",
    file: OWN_ENTRIES,
    find: "putSent(conversation, update, local, n)",
    replace: "void 0",
    why: "the relay is the only one that has what nobody has confirmed",
    lives: "lossy",
  },
  {
    name: "said-again-and-shown-again",
    file: "src/client/contents.ts",
    find: 'if (contacts.line(account).some((each) => update.tx.get("message", messageKey(room, each, messageId))))',
    replace: "if (contacts.line(account).length === 0)",
    why: "a message that is said again in a new chain is shown twice",
    lives: "lossy",
  },
  {
    name: "old-chain-kept",
    file: "src/client/roster.ts",
    find: "    chainId: chainIdOf(leafKey),\n    n: 0,",
    replace: "    chainId: chain?.chainId ?? chainIdOf(leafKey),\n    n: chain?.n ?? 0,",
    why: "a device that comes back with a fresh leaf goes on with the chain of the leaf before",
    lives: "lossy",
  },
]

export const BUGS: readonly Bug[] = [...RELAY_BUGS, ...CLIENT_BUGS, ...BUGS_AMONG_NOISE, ...BUGS_OF_LOSSES]
