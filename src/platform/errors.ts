import { CodedError } from "../errors.ts"

/** The machine said no. The message is a sentence for the person at it; `cause` keeps the system's own words. */
export class PlatformError extends CodedError<
  | "port-busy" // another program listens there
  | "no-such-address" // this machine does not have the address to listen on
  | "not-permitted" // the system forbids it
  | "not-found" // no such file or folder
  | "not-a-file" // a folder stands where a file should
  | "too-large" // a file is larger than its reader allows
  | "disk-full" // no space, or no quota, left
  | "disk-failed" // the disk or the file system reports an error
  | "exhausted" // no more open files, or no memory, for this process
  | "in-use" // another process holds the lock
  | "bad-key" // the relay's key file does not hold an Ed25519 key
> {}

export type PlatformCode = PlatformError["code"]

/** The code for a failed file operation, by the system's own name of the error. */
const FILE_CODES: Readonly<Record<string, PlatformCode>> = {
  ENOENT: "not-found",
  EACCES: "not-permitted",
  EPERM: "not-permitted",
  EROFS: "not-permitted",
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EFBIG: "disk-full",
  EISDIR: "not-a-file",
  EMFILE: "exhausted",
  ENFILE: "exhausted",
  ENOMEM: "exhausted",
}

/** Wraps what `node:fs` threw while doing something to `path`. Anything that is no system error passes unchanged. */
export function fileError(cause: unknown, path: string): unknown {
  const name = systemCode(cause)
  if (name === undefined) return cause
  const code = FILE_CODES[name] ?? "disk-failed"
  const reasons: Partial<Record<PlatformCode, string>> = {
    "not-found": "is not there",
    "not-a-file": "is a folder, not a file",
    "not-permitted": "may not be used by this user",
    "disk-full": "cannot be written: the disk is full",
    exhausted: `cannot be used: the system has no more open files or memory for this program (${name})`,
  }
  return new PlatformError(code, `${path} ${reasons[code] ?? `cannot be read or written (${name})`}`, {
    cause,
  })
}

/** `ENOENT`, `EADDRINUSE` and the like, or undefined when this is no error of the system. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined
}
