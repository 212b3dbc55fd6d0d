/**
 * What one subscription has shown of a channel's tokens, and what that allows (PROTOCOL.md §5.7). The rules by which what
 * is shown confirms a position are in `tokens.ts`.
 */
import type { Millis } from "../platform/clock.ts"
import type { Channel, Subscription } from "./channel.ts"

/** What is shown comes in a few frames. */
const PATIENCE_MS: Millis = 5_000

/** What a subscription has shown. Nothing of it outlives the subscription. */
export interface Proof {
  /** The channel's opening token. */
  opening: boolean
  /** The newest position whose token it has shown; -1 for none. */
  position: number
  /** It is a reader. */
  admitted: boolean
  /** Undefined while it has a token as new as the confirmed position. */
  lack: Lack | undefined
}

/** Of a person who reads on old tokens. */
export interface Lack {
  /** When this subscription began to. */
  from: Millis
  /** Since when, later by what does not count. */
  since: Millis
  /** The position that was confirmed, and the newest entry, when it began. */
  wanted: number
  stored: number
  /** The newest position that they had shown before; -1 for none. */
  before: number
  /** So long whoever has nothing left is let show a newer token after it has opened. */
  patience: Millis
  /** What did not count, because it came along, and because it waited in turn. */
  progress: Millis
  waiting: Millis
}

export function noProof(): Proof {
  return { opening: false, position: -1, admitted: false, lack: undefined }
}

/** Whether it has shown the token of the latest handshake: only then it may say something. */
export function maySpeak({ channel, proof }: Subscription): boolean {
  return proof.position >= 0 && proof.position === channel.nextPosition - 1
}

/** Whether what it has shown is as new as the confirmed position; before there is one, the opening is. */
export function mayCommit({ channel, proof }: Subscription): boolean {
  return channel.confirmed < 0 ? proof.opening || proof.position >= 0 : proof.position >= channel.confirmed
}

export function freshLack({ confirmed, lastSeq }: Channel, now: Millis): Lack {
  const patience = now + PATIENCE_MS
  return {
    from: now,
    since: now,
    wanted: confirmed,
    stored: lastSeq,
    before: -1,
    patience,
    progress: 0,
    waiting: 0,
  }
}

/** What another subscription does not pass on. */
export function onlyOfNow({ from, stored, patience }: Lack): Pick<Lack, "from" | "stored" | "patience"> {
  return { from, stored, patience }
}

export function isLacking({ channel, proof }: Subscription): boolean {
  return proof.position < channel.confirmed
}
