/**
 * The operator's notes of who may take whose place (PROTOCOL.md §3.3): `approvals.json` in the relay's folder, written by
 * `relay approve` and read by the relay when somebody shows a code. It holds hashes, and opens nothing by itself.
 *
 *     {"<hash of the code, hex>": {"name": "Ravi", "until": <Unix milliseconds>}}
 */
import * as v from "valibot"
import { BytesError, fromUtf8, toHex, utf8 } from "../bytes.ts"
import { nodeFiles } from "../platform/files.ts"
import type { Millis } from "../platform/clock.ts"
import { type Approval, approvalHash } from "../relay/succession.ts"
import { CliError } from "./errors.ts"

/** So long a code is good. */
export const APPROVAL_MS = 24 * 3_600_000
const MAX_FILE_BYTES = 65_536
/** Older ones make way: nobody replaces so many keys in a day. */
const MAX_NOTES = 256
const schema = v.record(
  v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  v.object({ name: v.pipe(v.string(), v.maxLength(512)), until: v.pipe(v.number(), v.minValue(0)) }),
)
type Notes = Record<string, Approval>

/** Those that are still good. @throws CliError `relay-damaged`, PlatformError. */
export function openApprovals(path: string, now: Millis): readonly Approval[] {
  return Object.values(read(path)).filter(({ until }) => until > now)
}

/** Notes down that whoever shows this code may take the place of the person with this name, for a day. */
export function approve(path: string, name: string, code: Uint8Array, now: Millis): Approval {
  const approval = { name, until: now + APPROVAL_MS }
  write(path, now, { ...read(path), [toHex(approvalHash(code))]: approval })
  return approval
}

/** @param isName whether a note is for the person who is meant. @returns how many codes are good no more. */
export function withdraw(path: string, isName: (name: string) => boolean, now: Millis): number {
  const notes = read(path)
  const kept = Object.entries(notes).filter(([, { name }]) => !isName(name))
  write(path, now, Object.fromEntries(kept))
  return Object.keys(notes).length - kept.length
}

/** For the relay: a file that cannot be read approves nobody. @param hash 32 bytes. */
export function approvalIn(path: string, hash: Uint8Array): Approval | undefined {
  try {
    return read(path)[toHex(hash)]
  } catch {
    return undefined
  }
}

function write(path: string, now: Millis, notes: Notes): void {
  const good = Object.entries(notes).filter(([, { until }]) => until > now)
  const newest = good.sort(([, a], [, b]) => b.until - a.until).slice(0, MAX_NOTES)
  nodeFiles.writeAtomic(path, utf8(`${JSON.stringify(Object.fromEntries(newest))}\n`))
}

function read(path: string): Notes {
  if (!nodeFiles.exists(path)) return {}
  try {
    return v.parse(schema, JSON.parse(fromUtf8(nodeFiles.read(path, MAX_FILE_BYTES))))
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof BytesError || v.isValiError(cause))) throw cause
    throw new CliError("relay-damaged", `${path} cannot be read; remove it, and approve again`, { cause })
  }
}
