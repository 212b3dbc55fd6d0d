/** Whether `dist` is older than what it is made of. Loads the build tools only when it is. */
import { existsSync, globSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const program = join(root, "dist", "secure-chat.js")

/** Builds when a source is younger than the build. A folder without the build tools runs what it holds. */
export async function buildIfStale(): Promise<void> {
  const built = existsSync(program) ? statSync(program).mtimeMs : 0
  const sources = globSync(["src/**/*.{ts,tsx}", ".config/*.ts", "package.json", "package-lock.json"], {
    cwd: root,
  })
  const youngest = Math.max(...sources.map((file) => statSync(join(root, file)).mtimeMs))
  if (built > youngest || (built > 0 && !existsSync(join(root, "node_modules", "esbuild")))) return
  const { buildProgram } = await import("./build.ts")
  await buildProgram()
}
