/** Which message a command means, and what is done with it: the same for the screen and the line mode. */
import type { MessageView } from "../client/events.ts"
import type { RemarkCommand } from "./remark-commands.ts"
import { linksIn } from "./message-text.ts"
import { safeName, say, type SafeText } from "./safe-text.ts"

/** What the client, the clipboard or the system is asked for. */
export type RemarkWish =
  | { do: "edit"; message: MessageView; text: string }
  | { do: "delete"; message: MessageView }
  | { do: "react"; message: MessageView; reaction: string }
  | { do: "copy"; text: string }
  | { do: "open"; address: string }

/** Largest text that terminals take for the clipboard. */
const MAX_COPIED = 74_000

/**
 * The message that is meant when no number says so: to answer and to react the newest of somebody else, to change the
 * newest of one's own.
 */
export function meantMessage(
  messages: readonly MessageView[],
  kind: RemarkCommand["kind"],
): MessageView | undefined {
  return messages.findLast((message) => {
    if (message.deleted) return false
    if (kind === "edit") return message.own && message.state !== "failed"
    if (kind === "delete") return message.own
    if (kind === "open") return linksIn(message.text).length > 0
    return kind === "copy" || kind === "forward" || !message.own
  })
}

/** Why this cannot be done with this message; undefined: it can. */
export function whyNot(kind: RemarkCommand["kind"], message: MessageView | undefined): SafeText | undefined {
  if (message === undefined) return say`There is no such message here.`
  if (message.deleted) return say`This message was deleted.`
  if ((kind === "edit" || kind === "delete") && !message.own)
    return say`Only whoever wrote a message can change it or take it back.`
  if (kind === "edit" && message.state === "failed")
    return say`This message did not arrive, so there is nothing to edit.`
  return undefined
}

/**
 * A message as it is said again elsewhere. Whose words they are stands before them, as this person's own claim: nothing
 * of the other one's signature goes along.
 */
export function forwardedText({ own, from, text }: MessageView): string {
  return own ? text : `${say`Forwarded, from ${safeName(from.name)}:`}\n${text}`
}

/** Whether this person has put it to the message already: then it is taken away. */
export function isOn({ reactions = [] }: MessageView, reaction: string): boolean {
  return reactions.some((each) => each.own && each.reaction === reaction)
}

/** Puts a text on the clipboard of whoever sits at the terminal (OSC 52). Undefined for one that is too long. */
export function clipboardBytes(text: SafeText): string | undefined {
  const bytes = Buffer.from(text, "utf8")
  return bytes.length > MAX_COPIED ? undefined : `\u001b]52;c;${bytes.toString("base64")}\u0007`
}

/** An address as it is opened: http or https, and nothing that is not printable ASCII. Undefined for any other. */
export function openable(address: string): string | undefined {
  try {
    const url = new URL(address)
    const isWeb = url.protocol === "http:" || url.protocol === "https:"
    return isWeb && url.username === "" && url.password === "" && /^[!-~]+$/u.test(url.href)
      ? url.href
      : undefined
  } catch {
    return undefined
  }
}
