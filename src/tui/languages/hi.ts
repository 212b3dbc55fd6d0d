/** Hindi: all sentences of the interface. */
import type { Catalogue } from "../language.ts"

export const hindi: Catalogue = {}
