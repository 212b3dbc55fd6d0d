/** Chooses the language: before everything else, so that no sentence is made in another one first. */
import { readFileSync } from "node:fs"
import { speak } from "../tui/language.ts"
import { chooseLanguage, languageFile } from "./language.ts"

function keptLanguage(): string | undefined {
  try {
    return readFileSync(languageFile(), "utf8").slice(0, 32)
  } catch {
    return undefined
  }
}

export async function chosenLanguage(): Promise<void> {
  const language = chooseLanguage(process.argv.slice(2), process.env, keptLanguage())
  if (language === "en") return
  const { CATALOGUES, ERROR_CATALOGUES } = await import("../tui/languages/catalogues.ts")
  speak(language, CATALOGUES[language], ERROR_CATALOGUES[language])
}
