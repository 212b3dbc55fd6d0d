/**
 * Reading the QR code of an image file, in a process of its own with an end in time: this program started again with
 * a hidden command. A picture that makes a decoder run for ever, or out of memory, costs that process and no chat.
 */
import { nodeFiles } from "../platform/files.ts"
import { PlatformError } from "../platform/errors.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"

/** Name of the hidden command. */
export const READ_QR = "read-qr-image"

/** What the child prints: one line. */
type Answer = { text: string } | { problem: "bad-image" | "image-too-large" | "file"; sentence: string }

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
