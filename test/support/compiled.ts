/** For programs that tests start many times: a start that finds what it needs compiled takes half the time. */
import { fileURLToPath } from "node:url"

/** What Node reads as the place of its compile cache. It keeps there, by what the sources hold, what it has compiled. */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../dist/test/.compiled", import.meta.url)),
}
