/** What one connection has shown of a room's link: why we did not come in, whom we asked for another, since when it is closed. */
import type { Millis } from "../platform/clock.ts"
import type { Conversation } from "./conversation.ts"
import type { DoorProblem } from "./events.ts"
import type { Seeking } from "./link-letters.ts"

export interface Doorstep {
  /** As far as we have seen. */
  closedSince?: Millis | undefined
  /** When we last tried. */
  problem?: DoorProblem | undefined
  seeking?: Seeking
}

/** Lives as long as the connection. */
export function doorstepOf({ now }: Conversation): Doorstep {
  return (now.door ??= {})
}

/** @param why we wait before we try again. */
export function noteDoor(conversation: Conversation, why: string): void {
  const problem = why === "shut-out" ? why : why === "no-header" ? "no-way-in" : undefined
  if (problem !== conversation.now.door?.problem) doorstepOf(conversation).problem = problem
}
