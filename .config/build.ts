/**
 * The build: `dist/secure-chat.js`, which only looks at the version of Node, `dist/program.js`, where everything begins,
 * and `dist/part-*.js`, what it loads: one part for a chat, others for commands, languages and attacks, so that a start
 * reads what it needs. Only the encrypted SQLite stays outside, in node_modules: it is native code.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type Plugin } from "esbuild"
import { correctTsMls, isCorrected } from "./correct-ts-mls.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
/** A program that was started before a build may still load parts of its own. */
const FORMER_PARTS_MS = 3_600_000

export const corrections: Plugin = {
  name: "corrections",
  setup(at) {
    at.onLoad({ filter: /[\\/]ts-mls[\\/].*\.js$/ }, async ({ path }) => {
      if (!isCorrected(path)) return undefined
      return { contents: correctTsMls(await readFile(path, "utf8"), path), loader: "js" }
    })
    // Ink asks for it only when DEV is set, but imports it by name.
    at.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: "empty" }))
    at.onLoad({ filter: /.*/, namespace: "empty" }, () => ({
      contents: "export default undefined",
      loader: "js",
    }))
  },
}

/**
 * Ink draws through our canvas and counts through our memory (`src/tui/canvas.ts`, `remembered-width.ts`): the same
 * frames, for a fraction of the time.
 */
const faster: Plugin = {
  name: "faster",
  setup(at) {
    at.onResolve({ filter: /^\.\/output\.js$/ }, ({ importer, resolveDir }) =>
      /[\\/]ink[\\/]build[\\/]renderer\.js$/.test(importer)
        ? { path: join(resolveDir, "output.js"), namespace: "canvas" }
        : undefined,
    )
    at.onLoad({ filter: /.*/, namespace: "canvas" }, ({ path }) => ({
      contents: `import Original from ${JSON.stringify(path)}
import { passingRows } from ${JSON.stringify(join(root, "src", "tui", "canvas.ts"))}
export default passingRows(Original)`,
      resolveDir: root,
    }))
    at.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer === join(root, "src", "tui", "remembered-width.ts")
        ? undefined
        : { path: "width", namespace: "width" },
    )
    at.onLoad({ filter: /.*/, namespace: "width" }, () => ({
      contents: `export { rememberedWidth as default } from ${JSON.stringify(join(root, "src", "tui", "remembered-width.ts"))}`,
      resolveDir: root,
    }))
  },
}

/** What `string-width` and others make as soon as they are loaded takes 50 ms; most starts never need it. */
export const lateWidth: Plugin = {
  name: "late-width",
  setup(at) {
    const others =
      /[\\/](?:ink[\\/]build[\\/]line-update|wrap-ansi[\\/]index|slice-ansi[\\/]tokenize-ansi|ansi-tokenize[\\/]build[\\/]tokenize)\.js$/
    at.onLoad({ filter: others }, async ({ path }) => ({
      contents: lateSegmenter(await readFile(path, "utf8"), path),
      loader: "js",
    }))
    at.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, async ({ path }) => ({
      contents: lateTables(await readFile(path, "utf8"), path),
      loader: "js",
    }))
  },
}

function lateSegmenter(source: string, path: string): string {
  const made = /^const (\w+) = new Intl\.Segmenter\([^)]*\);$/mu
  const [line, name] = made.exec(source) ?? []
  if (line === undefined) throw new Error(`${path}: there is no segmenter to make later`)
  const file = JSON.stringify(join(root, "src", "tui", "graphemes.ts"))
  return `import { graphemesOf } from ${file}\n${source.replace(line, `const ${name} = { segment: graphemesOf };`)}`
}

function lateTables(source: string, path: string): string {
  const late: [found: string, wanted: string][] = [
    ["const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;", "import { rgiEmoji as rgiEmojiRegex } from $rgi;"],
    ["const segmenter = new Intl.Segmenter();", "import { graphemesOf } from $graphemes;"],
    ["segmenter.segment(string)", "graphemesOf(string)"],
  ]
  return late.reduce((text, [found, wanted]) => {
    const pieces = text.split(found)
    if (pieces.length !== 2)
      throw new Error(`${path}: "${found}" stands there ${pieces.length - 1} times, not once`)
    const file = (name: string) => JSON.stringify(join(root, "src", "tui", name))
    return pieces.join(
      wanted.replace("$rgi", file("rgi-emoji.ts")).replace("$graphemes", file("graphemes.ts")),
    )
  }, source)
}

/** Builds into `folder`; about 0.2 s. @throws on anything that does not resolve or compile. */
export async function buildProgram(folder = join(root, "dist")): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { program: "src/cli/main.ts" },
    outdir: folder,
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minifyWhitespace: true,
    external: ["better-sqlite3-multiple-ciphers"],
    define: {
      "process.env.NODE_ENV": '"production"',
      // Nothing here asks the web for anything. Where a library would try, it decodes what it brings along instead,
      // which spares each start the loading of node's web client.
      fetch: "undefined",
    },
    // CommonJS packages inside the bundle call require for node's own modules.
    banner: {
      js: 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);',
    },
    logLevel: "warning",
    plugins: [corrections, faster, lateWidth],
    write: false,
  })
  await mkdir(folder, { recursive: true })
  // The parts first: whoever reads the new beginning finds them.
  const parts = outputFiles.toSorted((a, b) => Number(isPart(b.path)) - Number(isPart(a.path)))
  for (const { path, text } of parts) await replaceFile(join(folder, basename(path)), ascii(text))
  await replaceFile(join(folder, "secure-chat.js"), PREFLIGHT)
  await removeFormerParts(folder, new Set(parts.map(({ path }) => basename(path))))
}

function isPart(path: string): boolean {
  return basename(path).startsWith("part-")
}

/** Parts of builds before, once nobody can be about to load them. */
async function removeFormerParts(folder: string, present: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isPart(name) || present.has(name)) continue
    const path = join(folder, name)
    const made = await stat(path).catch(() => undefined)
    if (made !== undefined && Date.now() - made.mtimeMs > FORMER_PARTS_MS) await rm(path, { force: true })
  }
}

/**
 * With one letter beyond Latin in it, the engine would hold and read the whole program in twice the bytes. esbuild leaves
 * such letters only in templates and regular expressions, where an escape means the same.
 */
function ascii(text: string): string {
  return text.replaceAll(/[^\0-\u007f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

/** In one step, since another start of the program may be reading the old one. */
async function replaceFile(path: string, contents: string | Uint8Array): Promise<void> {
  const fresh = `${path}.${process.pid}.new`
  await writeFile(fresh, contents)
  await rename(fresh, path)
}

/** Plain enough for any Node since 14: names that an older Node lacks are imported only after the look. */
export const PREFLIGHT = `#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number)
if (major > 24 || (major === 24 && minor >= 7)) {
  // What the engine has compiled stays beside the program, where that can be written: a fifth of each later start.
  const { enableCompileCache } = await import("node:module")
  const { fileURLToPath } = await import("node:url")
  enableCompileCache(fileURLToPath(new URL("./.compiled", import.meta.url)))
  await import("./program.js")
} else {
  console.error("secure-chat needs Node 24.7 or newer; this is " + process.version + ".")
  console.error("Run it with the Node that npm installed beside it: node_modules/.bin/node " + process.argv[1])
  process.exitCode = 2
}
`
