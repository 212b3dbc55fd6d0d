/** Every catalogue that there is. English needs none: its sentences stand in the source. */
import type { Catalogue, Language } from "../language.ts"
import { errorsHi } from "./hi-errors.ts"
import { hindi } from "./hi.ts"

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: {}, hi: hindi }

/** Messages of errors and their hints, under the English ones: plain strings until somebody is to read them. */
export const ERROR_CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: {}, hi: errorsHi }
