/** Where a local socket stands: a Unix socket in a folder of mode 0700; on Windows a named pipe, whose name all can see. */
import { createHash, randomBytes } from "node:crypto"
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A socket's path has 108 bytes on Linux and 104 elsewhere, the zero at its end included. */
export const MAX_PATH_BYTES = 100

/**
 * What an earlier process left there makes way.
 *
 * @param folder made when missing; its mode becomes 0700.
 * @param name of the socket in it.
 */
export function placeFor(folder: string, name: string): { at: string; remove: () => void } {
  if (process.platform === "win32") {
    const hash = createHash("sha256").update(folder).update(randomBytes(8)).digest("hex").slice(0, 32)
    return { at: `\\\\.\\pipe\\secure-chat-${hash}`, remove: () => {} }
  }
  const own = join(folder, name)
  if (Buffer.byteLength(own) <= MAX_PATH_BYTES) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    rmSync(own, { force: true })
    return { at: own, remove: () => rmSync(own, { force: true }) }
  }
  // Made by the system with a name that nobody knows, mode 0700.
  const made = mkdtempSync(join(tmpdir(), "secure-chat-"))
  return { at: join(made, name), remove: () => rmSync(made, { recursive: true, force: true }) }
}
