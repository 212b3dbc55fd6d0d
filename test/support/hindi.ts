/** Imported first, it makes every sentence Hindi, those too that are made while modules load. */
import { speak } from "../../src/tui/language.ts"
import { CATALOGUES, ERROR_CATALOGUES } from "../../src/tui/languages/catalogues.ts"

speak("hi", CATALOGUES.hi, ERROR_CATALOGUES.hi)
