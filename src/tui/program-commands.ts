/** Commands about the program itself: rows of the one table in `commands.ts`. */
import type { CommandRow } from "./commands.ts"
import { say } from "./safe-text.ts"

export type ProgramWord = "keys-help" | "doctor" | "log" | "lock" | "plain"
export interface ProgramCommand {
  kind: ProgramWord
}

export const PROGRAM_COMMANDS: readonly (CommandRow & { word: ProgramWord })[] = [
  { word: "keys-help", usage: say`/keys-help`, what: say`the keys as they are in force`, takes: "nothing" },
  {
    word: "doctor",
    usage: say`/doctor`,
    what: say`what is in order here, and what is not`,
    takes: "nothing",
  },
  { word: "log", usage: say`/log`, what: say`what was noticed since the start`, takes: "nothing" },
  { word: "lock", usage: say`/lock`, what: say`forget the keys; ask the passphrase again`, takes: "nothing" },
  { word: "plain", usage: say`/plain`, what: say`go on in lines, without a screen`, takes: "nothing" },
]

/** How a chat is left: for good, locked, or for the line mode. */
export type LeftFor = "end" | "lock" | "plain"

/** What is said where there is nothing to unlock with. */
export const NO_PASSPHRASE = say`Not locked: this profile has no passphrase, so whoever sits here could open it again at once. /quit ends the program; a passphrase is chosen when a profile is made.`
