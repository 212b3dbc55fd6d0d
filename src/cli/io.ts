/**
 * What a command sees of its process: results go to stdout, words for people to stderr, and one signal
 * says that it is time to stop. Tests bring their own.
 */
import type { Readable } from "node:stream"

export interface Io {
  /** One line of the result. */
  result(line: string): void
  /** Bytes of the result as they are; no line end is added. */
  resultText(text: string): void
  /** A sentence for the person, beside the result. */
  say(line: string): void
  /** A question, without a line end. */
  ask(text: string): void
  readonly stdin: Readable & { isTTY?: boolean }
  /** Ctrl+C, SIGTERM, SIGHUP, or nobody reads our results any more. */
  readonly stop: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** @throws CliError never; anything longer than `limit` bytes ends early with what was read. */
export async function readAll(stream: Readable, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array | string>) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
    chunks.push(bytes)
    length += bytes.length
    if (length > limit) break
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, limit))
}
