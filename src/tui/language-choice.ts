/** `/language`: which languages there are, and which is spoken from the next start on. Both screens say the same. */
import { type Language, LANGUAGES, spokenLanguage } from "./language.ts"
import { joinSafe, safeLine, say, type SafeText } from "./safe-text.ts"

/** Undefined for a tag without a catalogue. */
export function languageNamed(tag: string): Language | undefined {
  const lower = tag.toLowerCase()
  return Object.hasOwn(LANGUAGES, lower) ? (lower as Language) : undefined
}

/**
 * @param language undefined: only tell.
 * @param keep writes it down for the next start.
 * @throws what `keep` throws.
 */
export function languageAnswer(language: Language | undefined, keep: (language: Language) => void): SafeText {
  if (language !== undefined) {
    keep(language)
    return say`${nameOf(language)} from the next start on, unless --language or SECURE_CHAT_LANGUAGE asks for another one.`
  }
  const all = Object.keys(LANGUAGES).map(
    (tag) => say`/language ${safeLine(tag)} (${nameOf(tag as Language)})`,
  )
  return say`This is ${nameOf(spokenLanguage())}. From the next start on: ${joinSafe(all, say`, `)}.`
}

/** As it calls itself. */
function nameOf(language: Language): SafeText {
  return safeLine(LANGUAGES[language])
}
