/** What stands behind a command's word besides names: numbers, ways to verify. */
import { bareName } from "./typed-names.ts"
import type { VerifyHow } from "./view.ts"

/** 0 for what is no number from 1 to 9999. */
export function numberIn(argument: string): number {
  return /^\d{1,4}$/u.test(argument) ? Number.parseInt(argument, 10) : 0
}

const HOWS: readonly VerifyHow[] = ["words", "digits", "show", "read"]

/** `Meera T words`, `room`, `#everyone`; a person who is called like a way is meant by `@`. */
export function verifyArguments(
  text: string | undefined,
  names: readonly string[],
): { name: string | undefined; how: VerifyHow | undefined } {
  if (text === undefined) return { name: undefined, how: undefined }
  if (text.toLowerCase() === "room") return { name: undefined, how: "room" }
  if (text.startsWith("#")) return { name: text, how: "room" }
  const last = /^(.*\S)\s+(\S+)$/su.exec(text)
  const how = HOWS.find((known) => known === last?.[2]?.toLowerCase())
  const whole = names.some((name) => name.toLowerCase() === text.toLowerCase())
  if (last === null || how === undefined || whole) return { name: bareName(text, names), how: undefined }
  return { name: bareName(last[1]!, names), how }
}
