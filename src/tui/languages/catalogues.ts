/** Every catalogue that there is. English needs none: its sentences stand in the source. */
import type { Catalogue, Language } from "../language.ts"
import { hindi } from "./hi.ts"

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: {}, hi: hindi }
