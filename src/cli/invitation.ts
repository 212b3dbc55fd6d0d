/** An invitation from whatever a person gives: a link, an address with twelve words, or the file that holds them. */
import { statSync } from "node:fs"
import { fromUtf8 } from "../bytes.ts"
import { nodeFiles } from "../platform/files.ts"
import { type Invitation, type Link, parseInvitation, type SpokenInvitation } from "../protocol/address.ts"
import { CliError } from "./errors.ts"

const MAX_FILE_BYTES = 16_384

/**
 * @param typed one text, or thirteen (an address and twelve words). `@path` names a file, as does the path of one.
 * @throws CliError `wrong-invitation`. @throws ProtocolError `bad-address`. @throws PlatformError for the file.
 */
export function readInvitation(typed: readonly string[]): Link | SpokenInvitation {
  const text = typed.join(" ").trim()
  const path = text.startsWith("@") ? text.slice(1) : isFile(text) ? text : undefined
  const invitation = parseInvitation(path === undefined ? text : firstLine(path))
  return usable(invitation)
}

/** @throws CliError `wrong-invitation` for an address alone. */
export function usable(invitation: Invitation): Link | SpokenInvitation {
  if (invitation.kind !== "address") return invitation
  throw new CliError(
    "wrong-invitation",
    `${invitation.host}:${invitation.port} is only an address: whoever answers there could not be recognised`,
  )
}

function isFile(text: string): boolean {
  if (text.length > 4_096 || text.includes("\0")) return false
  return statSync(text, { throwIfNoEntry: false })?.isFile() === true
}

function firstLine(path: string): string {
  const text = fromUtf8(nodeFiles.read(path, MAX_FILE_BYTES))
  return text.split("\n").find((line) => line.trim() !== "") ?? ""
}
