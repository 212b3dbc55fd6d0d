import { CodedError } from "../errors.ts"

/** What the relay's store can fail with; everything else that is thrown is our own bug. */
export class StoreError extends CodedError<
  | "full" // no space: nothing of the batch was kept, reading goes on
  | "failed" // a write or sync failed: what is on disk is unknown, so the process stops
  | "damaged" // the database is not whole, or not ours
  | "in-use" // another relay has it open
  | "unsuitable" // the database library is too old to be trusted
> {}

/** A place of the database that cannot be read costs the one who asked for it an answer, and nobody else. */
export function isDamage(cause: unknown): boolean {
  return cause instanceof StoreError && cause.code === "damaged"
}
