/** The text of a QR code from what a person gives: the text itself, or the name of a picture as shells and desktops write it. */
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { systemClock } from "../platform/clock.ts"
import type { Io } from "./io.ts"
import { readQrFile } from "./qr-file.ts"

const CODE = /^secure-chat-verify:/i

/** @throws CliError `bad-image`, `image-too-large`. */
export async function readCode(typed: string, io: Pick<Io, "env">): Promise<string> {
  const text = typed.trim()
  // A terminal that copies several rows puts line ends between them.
  if (CODE.test(text)) return text.replace(/\s+/g, "")
  return (await readQrFile(pathOf(text), io, systemClock)).trim()
}

/** A dragged file comes in quotes, with backslashes before spaces, or as an address. */
export function pathOf(text: string, isThere: (path: string) => boolean = existsSync): string {
  if (isThere(text)) return text
  const bare = /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text
  if (bare.startsWith("file:")) return pathOfUrl(bare)
  const full = bare.startsWith("~/") ? join(homedir(), bare.slice(2)) : bare
  const plain = full.replace(/\\(.)/gs, "$1")
  return isThere(full) || !isThere(plain) ? full : plain
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}
