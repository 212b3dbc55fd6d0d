/** Exports: a file that did not exist before, which only its owner may read. */
import { closeSync, fsyncSync, openSync, unlinkSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { fileError, systemCode } from "../platform/errors.ts"
import { CliError } from "./errors.ts"

/** @returns the absolute path. @throws CliError `output-exists`. @throws PlatformError. */
export function writeNewFile(path: string, text: string): string {
  const absolute = resolve(path)
  let file: number
  try {
    file = openSync(absolute, "wx", 0o600)
  } catch (cause) {
    if (systemCode(cause) === "EEXIST")
      throw new CliError("output-exists", `${absolute} exists already`, { cause })
    // A file that is to be made cannot be missing: its folder is.
    throw fileError(cause, systemCode(cause) === "ENOENT" ? dirname(absolute) : absolute)
  }
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } catch (cause) {
    // Half an export would look like a whole one.
    unlinkSync(absolute)
    throw fileError(cause, absolute)
  } finally {
    closeSync(file)
  }
  return absolute
}
