/** The directory of a client without a network: nothing was read, and nothing is wrong. */
import type { DirectoryGuest } from "../../src/client/client.ts"
import type { DirectoryView } from "../../src/client/events.ts"

export function noDirectory(): DirectoryGuest & { now: DirectoryView } {
  const made = {
    now: { head: undefined, readAt: undefined, former: [], alarm: undefined } as DirectoryView,
    view: () => made.now,
    told: () => [],
    verify: () => [],
    prove: () => "",
    evidence: () => undefined,
    accept: () => Promise.resolve(),
  }
  return made
}
