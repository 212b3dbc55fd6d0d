/** Run as a program: takes the lock of its argument, says so, and holds it until it is killed. */
import { takeLock } from "../../src/platform/lock.ts"

try {
  takeLock(process.argv[2]!)
  process.stdout.write("held\n")
  setInterval(() => {}, 1_000)
} catch (error) {
  process.stdout.write(`${(error as { code: string }).code}\n`)
}
