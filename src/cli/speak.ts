/** Chooses the language when it is imported: before everything else, so that no sentence is made in another one first. */
import { readFileSync } from "node:fs"
import { speak } from "../tui/language.ts"
import { CATALOGUES, ERROR_CATALOGUES } from "../tui/languages/catalogues.ts"
import { chooseLanguage, languageFile } from "./language.ts"

function keptLanguage(): string | undefined {
  try {
    return readFileSync(languageFile(), "utf8").slice(0, 32)
  } catch {
    return undefined
  }
}

const language = chooseLanguage(process.argv.slice(2), process.env, keptLanguage())
speak(language, CATALOGUES[language], ERROR_CATALOGUES[language])
