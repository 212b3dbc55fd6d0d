/**
 * Where everything begins: the language is chosen before a module that makes sentences is loaded. What stands behind
 * `import()` is a file of its own in the build, and costs a start nothing that does without it.
 */
import { chosenLanguage } from "./speak.ts"
import { isTlsTerminator } from "./tls-terminator-command.ts"

if (isTlsTerminator(process)) await import("./tls-terminator.ts")
else {
  await chosenLanguage()
  await import("./running.ts")
}
