/** The ways to verify a person: which, for whom, and how they are asked for. */
import type { PersonRef } from "../client/events.ts"
import { say, type SafeText } from "./safe-text.ts"
import { nameAgain } from "./theme.ts"
import type { VerifyHow } from "./view.ts"

export interface Way {
  how: VerifyHow
  title: SafeText
  what: SafeText
}

/** Stands under the person's name with its mark. */
export function waysOf(person: PersonRef): readonly Way[] {
  const name = nameAgain(person)
  return [
    {
      how: "words",
      title: say`Seven words`,
      what: say`both at the screen now: side by side, or on the phone`,
    },
    { how: "digits", title: say`60 digits`, what: say`the same on both screens at any time; more to read` },
    { how: "show", title: say`Show a code`, what: say`${name} reads it off your screen` },
    { how: "read", title: say`Read a code`, what: say`from a picture of ${name}'s screen, or as text` },
    { how: "room", title: say`Whole room`, what: say`everybody who is here, in one round` },
  ]
}
