/**
 * Where everything begins: the language is chosen before a module that makes sentences is loaded. What stands behind
 * `import()` is a file of its own in the build, and costs a start nothing that does without it.
 */
import { chosenLanguage } from "./speak.ts"

await chosenLanguage()
await import("./running.ts")
