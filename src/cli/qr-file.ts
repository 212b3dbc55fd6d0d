/**
 * Reading the QR code of an image file, in a process of its own with an end in time: this program started again with
 * a hidden command. A picture that makes a decoder run for ever, or out of memory, costs that process and no chat.
 */
import type { Clock } from "../platform/clock.ts"
import { nodeFiles } from "../platform/files.ts"
import { PlatformError } from "../platform/errors.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"
import { startOwn } from "./own-process.ts"

/** Name of the hidden command. */
export const READ_QR = "read-qr-image"
const TIME_LIMIT_MS = 30_000

/** What the child prints: one line. */
type Answer = { text: string } | { problem: "bad-image" | "image-too-large" | "file"; sentence: string }

/**
 * The text of the QR code in a PNG or JPEG file.
 * @throws CliError `bad-image`, `image-too-large`: nothing was read, and the sentence says why.
 */
export async function readQrFile(path: string, io: Pick<Io, "env">, clock: Clock): Promise<string> {
  const run = startOwn([READ_QR, "--", path], io.env)
  let isLate = false
  const cancel = clock.wakeAt(clock.now() + TIME_LIMIT_MS, () => {
    isLate = true
    run.child.kill("SIGKILL")
  })
  const { lines } = await run.ended
  cancel()
  const answer = parse(lines[0])
  if (isLate || !answer)
    throw new CliError(
      "bad-image",
      "this picture could not be read: the reader did not come to an end with it",
    )
  if ("text" in answer) return answer.text
  throw new CliError(answer.problem === "file" ? "bad-image" : answer.problem, answer.sentence)
}

function parse(line: string | undefined): Answer | undefined {
  try {
    return line === undefined ? undefined : (JSON.parse(line) as Answer)
  } catch {
    return undefined
  }
}

/** The child's side: reads the file, prints the answer. */
export async function answerQrFile(path: string, io: Pick<Io, "result">): Promise<void> {
  io.result(JSON.stringify(await answerOf(path)))
}

async function answerOf(path: string): Promise<Answer> {
  // The decoders cost every other start nothing.
  const { MAX_IMAGE_BYTES, readQrImage } = await import("./qr-image.ts")
  try {
    return { text: readQrImage(nodeFiles.read(path, MAX_IMAGE_BYTES)) }
  } catch (error) {
    if (error instanceof PlatformError)
      return {
        problem: error.code === "too-large" ? "image-too-large" : "file",
        sentence: error.message,
      }
    if (error instanceof CliError && (error.code === "bad-image" || error.code === "image-too-large"))
      return { problem: error.code, sentence: error.message }
    throw error
  }
}
