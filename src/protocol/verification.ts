/**
 * What travels while people check each other's keys (PROTOCOL.md §14.4–§14.6): contents 10 to 19 of a payload, sealed
 * and in the order of their log like everything else that is said. Pairs and codes in a direct chat, rounds in a room.
 */
import { fixed, flag, list, record, sized, u8 } from "./fields.ts"

/** People in one round: their list still fits one payload. */
export const MAX_ROUND_PEOPLE = 256

/** Heads of the directory that one answer brings (PROTOCOL.md §14.4). */
export const MAX_EXCHANGED_BYTES = 2_048

const sid = fixed(16)
const commitment = fixed(32)
const random = fixed(32)

export const VERIFICATION_CONTENTS = {
  verifyStart: [10, record({ sid, commitment })],
  verifyAccept: [11, record({ sid, random })],
  verifyReveal: [12, record({ sid, random })],
  /** Its person compared: of a pair, or of a round. With a yes go the heads of the directory that the author believes. */
  verifyAnswer: [13, record({ sid, matches: flag, heads: sized(MAX_EXCHANGED_BYTES) })],
  /** Of a pair or a round: it does not go on, at least not with the author. */
  verifyEnd: [14, record({ sid, why: u8 })],
  /** The author has read a code: H("qr", n ‖ s ‖ o). */
  verifyTick: [15, record({ answer: fixed(32) })],
  roundStart: [16, record({ sid, attempt: u8 })],
  roundCommit: [17, record({ sid, commitment })],
  /** By id, ascending. */
  roundClose: [18, record({ sid, people: list(record({ id: fixed(32), commitment }), MAX_ROUND_PEOPLE) })],
  roundReveal: [19, record({ sid, random })],
} as const

/** Why a side says that it is over; a number that is not here means no more than that. */
export const END_CODES = {
  cancelled: 1,
  "no-answer": 2,
  restarted: 3,
  busy: 4,
  "too-soon": 5,
  forgot: 6,
  "broken-rules": 7,
  "not-possible": 8,
  "wrong-list": 9,
} as const
export type EndCode = keyof typeof END_CODES

export function endName(code: number): EndCode {
  const found = (Object.keys(END_CODES) as EndCode[]).find((name) => END_CODES[name] === code)
  return found ?? "cancelled"
}
