/**
 * How far an own message got: marks for the screen, sentences for the line mode and for pages.
 *
 *     you ·                waits here                  you ✓ 12/29 5 read   12 of 29 have it, 5 of them read it
 *     you ✓                at the relay                you ✓✓ 29/29         everybody has it
 *     you ✓✓, ✓✓ read      one person has, has read    you ! 20/29          9 of 29 did not get it
 *
 * In a room the mark is about everybody, and the numbers say about how many: no mark ever says more than is known.
 */
import type { MessageState, MessageView, ReceiptView } from "../client/events.ts"
import { say, type SafeText } from "./safe-text.ts"
import { drawnCells } from "./text-width.ts"
import { stateMark, type Style, type Symbols } from "./theme.ts"

/** A state in words, for the line mode and the help. */
export function stateWords(state: MessageState): SafeText {
  switch (state) {
    case "queued":
      return say`waiting to be sent`
    case "relayed":
      return say`at the relay`
    case "delivered":
      return say`delivered`
    case "read":
      return say`read`
    case "failed":
      return say`not delivered`
  }
}

/** The same of a message in a room, where a state is one that everybody has reached. */
export function stateOfAllWords(state: MessageState): SafeText {
  if (state === "delivered") return say`delivered to everybody`
  return state === "read" ? say`read by everybody` : stateWords(state)
}

/** The mark behind `you`, in at most `width` cells: a number stands there whole or not at all. */
export function deliveryMark(message: MessageView, symbols: Symbols, width: number): SafeText {
  const { state } = message
  if (state === undefined) return say``
  const plain = stateMark(state, symbols)
  const counts = countsOf(message)
  if (counts === undefined || state === "read" || isLost(message)) return plain
  const { delivered, read, of } = counts
  const sign =
    state === "failed" ? symbols.changed : state === "delivered" ? symbols.delivered : symbols.relayed
  const have = say`${sign} ${delivered}/${of}`
  const forms = read === 0 ? [have] : [say`${have} ${read} read`, say`${have} r${read}`, have]
  return forms.find((form) => drawnCells(form) <= width) ?? sign
}

/** The same as words: `delivered to 12 of 29, read by 5`. */
export function deliveryWords(message: MessageView): SafeText {
  const { state } = message
  if (state === undefined) return say``
  const counts = countsOf(message)
  if (counts === undefined || isLost(message)) return stateWords(state)
  const { delivered, read, of } = counts
  if (state === "failed") return say`not delivered to ${of - delivered} of ${of}`
  if (state === "read") return say`read by ${read} of ${of}`
  const have = say`delivered to ${delivered} of ${of}`
  return read === 0 ? have : say`${have}, read by ${read}`
}

/** What a failure means and what to do; undefined for a message that has not failed. */
export function failureWords(message: MessageView): SafeText | undefined {
  if (message.state !== "failed") return undefined
  const counts = countsOf(message)
  if (counts === undefined || isLost(message)) {
    return say`Not delivered, and not tried any more. Write it again, or say it another way.`
  }
  return say`${counts.of - counts.delivered} of ${counts.of} did not confirm it in 30 days. /receipts says who; tell them another way.`
}

/** It failed, and nobody is known to have it. */
export function isLost(message: MessageView): boolean {
  return message.state === "failed" && (message.receipts?.delivered ?? 0) === 0
}

/** In rooms, once the relay has it and when it was for somebody. */
function countsOf({ state, receipts }: MessageView): MessageView["receipts"] {
  return state === "queued" || receipts === undefined || receipts.of === 0 ? undefined : receipts
}

/** How far a message got with one person, as mark and word. */
export function receiptMark(state: ReceiptView["state"], symbols: Symbols): SafeText {
  switch (state) {
    case "relayed":
      return say`${symbols.relayed} not yet`
    case "delivered":
      return say`${symbols.delivered} has it`
    case "read":
      return say`${symbols.delivered} read`
    case "failed":
      return say`${symbols.changed} failed`
  }
}

export function receiptStyle(state: ReceiptView["state"]): Style {
  if (state === "failed") return "danger"
  return state === "relayed" ? "warning" : "good"
}

/** How far a message got with one person, in the line mode. */
export function receiptWords(state: ReceiptView["state"]): SafeText {
  switch (state) {
    case "relayed":
      return say`does not have it yet`
    case "delivered":
      return say`has it`
    case "read":
      return say`has read it`
    case "failed":
      return say`did not confirm it in 30 days`
  }
}
