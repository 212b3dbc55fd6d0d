/** Test programs as one file each: they start many times, and one file starts five times as fast as a hundred. */
import { mkdirSync, renameSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { corrections } from "../../.config/build.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const made = new Map<string, Promise<string>>()

/** The path of the program that `test/support/NAME.ts` is; built once by each process that asks. */
export function bundled(name: string): Promise<string> {
  const known = made.get(name)
  if (known) return known
  const making = bundle(name)
  made.set(name, making)
  return making
}

async function bundle(name: string): Promise<string> {
  // Where packages that stay outside are found.
  const folder = join(root, "dist", "test")
  const path = join(folder, `${name}.mjs`)
  const fresh = `${path}.${process.pid}.new`
  mkdirSync(folder, { recursive: true })
  await build({
    entryPoints: [join(root, "test", "support", `${name}.ts`)],
    outfile: fresh,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: ["better-sqlite3-multiple-ciphers"],
    define: { "process.env.NODE_ENV": '"production"' },
    banner: {
      js: 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);',
    },
    logLevel: "warning",
    plugins: [corrections],
  })
  // In one step, since another test file may be starting the old one.
  renameSync(fresh, path)
  return path
}
