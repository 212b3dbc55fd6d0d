/** What a relay may do to the log of a conversation on its way to one person (PROTOCOL.md §5, §9). */
import { encodeEntry } from "../protocol/envelope.ts"
import type { RelayMessage } from "../protocol/messages.ts"
import {
  type ChatLie,
  type Entry,
  hasAll,
  isMessage,
  MINUTE,
  once,
  onMessages,
  renumbered,
  said,
  sheWrites,
} from "./log-lies.ts"
import {
  type Actor,
  type Attack,
  codesOf,
  hasText,
  mustBe,
  pairOf,
  PATIENCE_MS,
  ROOM,
  type Stage,
  stateOf,
  write,
} from "./stage.ts"

type About = Pick<Attack, "name" | "line" | "verdict">

/** The relay lies to Bob about his chat with Alice while she writes there. @param times how often she does. */
function inChat(
  about: About,
  lie: (stage: Stage) => ChatLie,
  times: (stage: Stage) => number,
  end: (stage: Stage, bob: Actor, texts: readonly string[]) => Promise<unknown> = hasAll,
): Attack {
  return {
    ...about,
    by: "the relay",
    where: "everywhere",
    play: async (stage) => {
      const [alice, bob] = await pairOf(stage)
      onMessages(stage, bob, "chat", lie(stage))
      await end(stage, bob, await sheWrites(stage, alice, times(stage)))
      return undefined
    },
  }
}

/** A lie about one entry that keeps no order: the client gives the connection up. */
function disorder(name: string, line: string, lie: (entry: Entry, stage: Stage) => readonly Entry[]): Attack {
  const words = "the connection is given up, and the next one brings everything once"
  return inChat(
    { name, line, verdict: { kind: "detected", by: "relay-inconsistent", words } },
    (stage) => once((entry) => lie(entry, stage)),
    ({ dice }) => 2 + dice.below(2),
    (stage, bob) => said(stage, bob, "relay-inconsistent"),
  )
}

/** A lie about the bytes of one entry: it does not open, and its author brings it again. */
function spoiled(name: string, line: string, spoil: (entry: Uint8Array, stage: Stage) => Uint8Array): Attack {
  const words = "a line says that something does not open; the author brings it again"
  return inChat(
    { name, line, verdict: { kind: "detected", by: "unreadable", words } },
    (stage) => once((entry) => [{ ...entry, entry: spoil(entry.entry, stage) }]),
    () => 2,
    async (stage, bob, texts) => {
      await said(stage, bob, "unreadable")
      await hasAll(stage, bob, texts, 3 * PATIENCE_MS)
    },
  )
}

const withheld: Attack = disorder(
  "entry-withheld",
  "The relay leaves a message out and goes on with the next",
  () => [],
)

const hidden: Attack = inChat(
  {
    name: "entry-hidden",
    line: "The relay leaves a message out and numbers the others as if it had never been",
    verdict: {
      kind: "detected",
      by: "gap",
      words: "a line says that a message is missing until its author has brought it",
    },
  },
  () => renumbered(once(() => [])),
  () => 3,
  (stage, bob, texts) => hasAll(stage, bob, texts, 2 * PATIENCE_MS),
)

const heldBack: Attack = {
  name: "newest-held-back",
  line: "The relay keeps every message back from one person, who is online",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "unconfirmed",
    words: "after 15 minutes the author is told that nothing is confirmed",
  },
  where: "simulation",
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    onMessages(
      stage,
      bob,
      "chat",
      renumbered(() => []),
    )
    const [text] = await sheWrites(stage, alice, 1)
    await stage.pause(18 * MINUTE)
    const state = stateOf(alice, "bob", text!)
    return state === "delivered" || state === "read" ? `the message counts as ${state}` : undefined
  },
}

const replayed: Attack = {
  name: "entry-replayed",
  line: "The relay appends a message a second time",
  by: "the relay",
  verdict: { kind: "harmless", words: "it is shown once" },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    onMessages(
      stage,
      bob,
      "chat",
      renumbered((entry) => [entry, entry]),
    )
    await hasAll(stage, bob, await sheWrites(stage, alice, 2))
    await stage.pause(500)
    // Whatever reads it a second time finds no key for it any more: it is never shown, but a line would say so.
    return codesOf(bob).includes("unreadable") ? "Bob is alarmed by what he has read already" : undefined
  },
}

const reordered: Attack = inChat(
  {
    name: "entries-reordered",
    line: "The relay gives two messages in the other order, each with the other's number",
    verdict: {
      kind: "detected",
      by: "gap",
      words: "what came too soon shows that something was missing, until it is here",
    },
  },
  () => {
    let held: Entry | undefined
    let isDone = false
    return (entry) => {
      if (isDone || !isMessage(entry)) return [entry]
      if (held === undefined) {
        held = entry
        return []
      }
      isDone = true
      return [
        { ...entry, seq: held.seq },
        { ...held, seq: entry.seq },
      ]
    }
  },
  () => 3,
)

const foreign: Attack = {
  name: "entry-of-another-room",
  line: "The relay puts a message of #everyone into a chat of two",
  by: "the relay",
  verdict: { kind: "detected", by: "unreadable", words: "a line says that something does not open" },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    const entries: Uint8Array[] = []
    onMessages(stage, bob, "room", (entry) => {
      if (isMessage(entry)) entries.push(entry.entry)
      return [entry]
    })
    const inRoom = await write(stage, alice, ROOM)
    await mustBe(stage, () => hasText(bob, ROOM, inRoom) && entries.length > 0, "the room's message")
    onMessages(
      stage,
      bob,
      "chat",
      renumbered((entry) => {
        const other = entries.shift()
        return other === undefined ? [entry] : [entry, { ...entry, entry: other }]
      }),
    )
    await hasAll(stage, bob, await sheWrites(stage, alice, 2))
    return undefined
  },
}

const noise: Attack = inChat(
  {
    name: "entry-of-noise",
    line: "The relay invents a message",
    verdict: { kind: "detected", by: "unreadable", words: "a line says that something does not open" },
  },
  ({ random }) => {
    const invented = () =>
      encodeEntry({
        kind: "message",
        blobHash: undefined,
        nonce: random.bytes(24),
        sealed: random.bytes(1_040),
      })
    return renumbered(once((entry) => [entry, { ...entry, entry: invented() }]))
  },
  () => 2,
)

const thrownAway: Attack = {
  name: "accepted-and-dropped",
  line: "The relay says that it has a message, and throws it away",
  by: "the relay",
  verdict: { kind: "harmless", words: "it never counts as delivered, and is sent again" },
  where: "everywhere",
  play: async (stage) => {
    const [alice] = await pairOf(stage)
    stage.relay.lies = {
      up: (message, line) => {
        if (message.type !== "entry" || !line.isOf(alice.accountId)) return [message]
        const eid = stage.primitives.sha("sha256", message.entry)
        line.say({ type: "accepted", handle: message.handle, eid, seq: 1_000 + stage.dice.below(9), time: 0 })
        return []
      },
    }
    const [text] = await sheWrites(stage, alice, 1)
    await stage.pause(3_000)
    const state = stateOf(alice, "bob", text!)
    stage.relay.behave()
    stage.relay.cutAll()
    return state === "delivered" || state === "read" ? `the message counts as ${state}` : undefined
  },
}

const beganAnew: Attack = {
  name: "log-began-anew",
  line: "The relay says that it has lost the log and begins it again",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "log-reset",
    words: "a line says so; nothing is shown twice, and what is missing is sent again",
  },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    const incarnation = stage.random.bytes(16)
    stage.relay.lies = {
      up: (message, line) => [
        message.type === "open" && line.isOf(bob.accountId) ? { ...message, incarnation } : message,
      ],
    }
    stage.relay.cutAll()
    await said(stage, bob, "log-reset")
    await hasAll(stage, bob, await sheWrites(stage, alice, 2))
    return undefined
  },
}

const forkedRoom: Attack = {
  name: "room-forked",
  line: "The relay shows two people different ends of #everyone",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "differs",
    words: "they learn it in their own chat, where they compare what they have read",
  },
  where: "simulation",
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    const text = await write(stage, alice, ROOM)
    await mustBe(stage, () => hasText(bob, ROOM, text), "the room")
    onMessages(
      stage,
      bob,
      "room",
      renumbered(() => []),
    )
    await write(stage, alice, ROOM)
    await write(stage, alice, "bob")
    await stage.pause(40 * MINUTE)
    return undefined
  },
}

const damage: Attack = inChat(
  {
    name: "damage-claimed",
    line: "The relay says that its disk has lost a message",
    verdict: { kind: "detected", by: "lost-entries", words: "a line says so; its author brings it again" },
  },
  ({ random }) =>
    once(({ handle, seq, position }): readonly RelayMessage[] => {
      const head = random.bytes(32)
      return [{ type: "damaged", handle, from: seq, to: seq, head, nextPosition: position + 1 }]
    }),
  () => 2,
)

export const LOG_ATTACKS: readonly Attack[] = [
  withheld,
  hidden,
  heldBack,
  replayed,
  reordered,
  disorder("entry-doubled", "The relay delivers a message twice under one number", (entry) => [entry, entry]),
  disorder("entry-renumbered", "The relay gives a message another number", (entry, { dice }) => [
    { ...entry, seq: [0, entry.seq + 1, entry.seq - 1, 2 ** 40][dice.below(4)]! },
  ]),
  spoiled("entry-truncated", "The relay cuts a message short", (entry, { dice }) =>
    entry.slice(0, 1 + dice.below(entry.length - 1)),
  ),
  spoiled("bit-flipped", "The relay changes one bit of a message", (entry, { dice }) => {
    const [at, bit] = [33 + dice.below(entry.length - 33), dice.below(8)]
    return entry.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))
  }),
  foreign,
  noise,
  thrownAway,
  beganAnew,
  forkedRoom,
  damage,
]
