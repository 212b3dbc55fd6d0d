/** Chooses the language: before everything else, so that no sentence is made in another one first. */
import { speak } from "../tui/language.ts"
import { chooseLanguage, keptLanguage } from "./language.ts"
import { folderOfArguments } from "./profile-folder.ts"

export async function chosenLanguage(): Promise<void> {
  const args = process.argv.slice(2)
  const folder = folderOfArguments(args, process.env)
  const language = chooseLanguage(args, process.env, folder === undefined ? undefined : keptLanguage(folder))
  if (language === "en") return
  const { CATALOGUES, ERROR_CATALOGUES } = await import("../tui/languages/catalogues.ts")
  speak(language, CATALOGUES[language], ERROR_CATALOGUES[language])
}
