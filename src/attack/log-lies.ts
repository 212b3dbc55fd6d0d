/** How a relay rewrites the log of a conversation on its way to one person. */
import { roomKeys } from "../crypto/channel-keys.ts"
import type { Of, RelayMessage } from "../protocol/messages.ts"
import type { Line } from "./lying-relay.ts"
import { type Actor, codesOf, hasText, PATIENCE_MS, type Stage, write } from "./stage.ts"

export type Entry = Of<"entry">
export const MINUTE = 60_000

/** What goes on instead of an entry. */
export type ChatLie = (entry: Entry, line: Line) => readonly RelayMessage[]

/** From now on answers for message entries that reach `to`; of their chats, or of #everyone. */
export function onMessages(stage: Stage, to: Actor, where: "chat" | "room", lie: ChatLie): void {
  const { channel } = roomKeys(stage.primitives, stage.roomSecret, stage.pin.sha256)
  stage.relay.lies = {
    down: (message, line) => {
      if (message.type !== "entry" || !line.isOf(to.accountId)) return [message]
      const isRoom = line.openedAs(channel)?.handle === message.handle
      return isRoom === (where === "room") ? lie(message, line) : [message]
    },
  }
}

export const isMessage = ({ entry }: Entry) => entry[0] === 1

/** The first time only. */
export function once<T extends RelayMessage>(
  lie: (entry: Entry) => readonly T[],
): (entry: Entry) => readonly (T | Entry)[] {
  let isDone = false
  return (entry) => {
    if (isDone || !isMessage(entry)) return [entry]
    isDone = true
    return lie(entry)
  }
}

/** From now on this log has more, or fewer, entries for this connection than for the others. */
export function renumbered(
  change: (entry: Entry) => readonly Entry[],
): (entry: Entry, line: Line) => readonly Entry[] {
  const shifts = new Map<Line, number>()
  return (entry, line) => {
    const shift = shifts.get(line) ?? 0
    const shown = isMessage(entry) ? change(entry) : [entry]
    shifts.set(line, shift + shown.length - 1)
    return shown.map((each, index) => ({ ...each, seq: entry.seq + shift + index }))
  }
}

/** Alice writes a few times; in the end the relay behaves, and bob has all of it. */
export async function sheWrites(stage: Stage, alice: Actor, times: number): Promise<string[]> {
  const texts: string[] = []
  for (let i = 0; i < times; i++) {
    texts.push(await write(stage, alice, "bob"))
    await stage.pause(100 + stage.dice.below(200))
  }
  return texts
}

/** Whether Bob has all that Alice wrote to him, in time. */
export function hasAll(
  stage: Stage,
  bob: Actor,
  texts: readonly string[],
  ms = PATIENCE_MS,
): Promise<boolean> {
  return stage.until(() => texts.every((text) => hasText(bob, "alice", text)), ms)
}

/** Whether this person's program says a code, in time. */
export function said(stage: Stage, to: Actor, code: string): Promise<boolean> {
  return stage.until(() => codesOf(to).includes(code))
}
