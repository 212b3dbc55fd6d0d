/**
 * Who may import whom, as data, and the checks that hold it. The picture is in docs/ARCHITECTURE.md.
 * Sources come in as text, so that the test can plant faults.
 */
import { posix } from "node:path"

/** A file of src: `path` is relative to src, with forward slashes. */
export interface Source {
  path: string
  text: string
}

/**
 * What the files of a folder may import besides their own folder: a folder or file of src, or `node`.
 * `type:` allows `import type` only. Packages are below, by name.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  bytes: ["errors"],
  platform: ["errors", "bytes", "node"],
  protocol: ["errors", "bytes"],
  crypto: ["errors", "bytes", "type:platform"],
  relay: [
    "errors",
    "bytes",
    "protocol",
    "crypto/signature.ts",
    "crypto/hash.ts",
    "crypto/merkle.ts",
    "crypto/checkpoint.ts",
    "type:platform",
  ],
  client: ["errors", "bytes", "protocol", "crypto", "type:platform"],
  tui: [
    "errors",
    "bytes",
    "client/client.ts",
    "client/events.ts",
    "type:platform",
    "type:relay/operator.ts",
    "type:relay/monitor.ts",
  ],
  bot: ["errors", "bytes", "client/client.ts", "client/events.ts", "type:platform"],
  /** Plays against relay and client, and nothing but a command plays it. */
  attack: ["errors", "bytes", "protocol", "crypto", "relay", "client", "type:platform"],
  cli: [
    "attack",
    "errors",
    "bytes",
    "platform",
    "protocol",
    "crypto",
    "relay",
    "client",
    "tui",
    "bot",
    "node",
    "package.json",
  ],
}

/** Which files import a package. `*` stands for any characters; a package without a line has no place yet. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  "libsodium-wrappers": ["crypto/sodium.ts"],
  "ts-mls": ["crypto/mls*.ts", "attack/mls-kit.ts"],
  unhomoglyph: ["protocol/name-skeleton.ts"],
  "@scure/bip39": ["crypto/invitation-words.ts"],
  "better-sqlite3-multiple-ciphers": [
    "relay/store-sqlite*.ts",
    "client/store-sqlite*.ts",
    "platform/lock.ts",
    "cli/*",
  ],
  ink: ["tui/*", "cli/commands/*"],
  react: ["tui/*", "cli/commands/*"],
  "string-width": ["tui/*"],
  "wrap-ansi": ["tui/*"],
  uqr: ["tui/qr-drawing.ts"],
  qr: ["cli/qr-image.ts"],
  "jpeg-js": ["cli/qr-image.ts"],
  pngjs: ["cli/qr-image.ts"],
  valibot: ["cli/*", "bot/*"],
  "bonjour-service": ["platform/discovery.ts"],
  pino: ["platform/log-pino.ts"],
  commander: ["cli/*"],
  "env-paths": ["cli/*"],
}

/** Clock, chance, timers and network that come from nowhere: each has its interface in src/platform. */
const AMBIENT = new RegExp(
  [
    String.raw`\b(?:Date\.now|Math\.random|performance\.\w+|hrtime)\b`,
    String.raw`\bnew Date\(\)|(?<!new )\bDate\(\)`,
    String.raw`\b(?:setTimeout|setInterval|setImmediate|scheduler\.\w+)\b`,
    String.raw`\b(?:getRandomValues|randomBytes|randomUUID|randomFill\w*|randomInt|randombytes_\w+)\b(?!:)`,
    // libsodium draws these from its own source of chance.
    String.raw`\bcrypto_(?!\w*seed)\w*(?:keypair|keygen)\b|\bcrypto_box_seal\b`,
    String.raw`\b(?:fetch|WebSocket|EventSource|createRequire)\(`,
  ].join("|"),
)
const CONSOLE = /\bconsole\./
const PROCESS = /\bprocess\.|\bglobalThis\.process\b/

export const MAX_LINES = 400

/** Every broken rule of the table, as a sentence with file and line. */
export function importFaults(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap((found) => {
      const ok =
        found.packageName === undefined
          ? mayImport(source.path, found)
          : mayUse(source.path, found.packageName)
      return ok ? [] : [`${source.path}:${found.line}: may not import ${found.specifier}`]
    }),
  )
}

/** Every ambient clock, chance, timer, console and process where none may be. */
export function ambientFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    text.split("\n").flatMap((whole, at) => {
      const line = withoutComment(whole)
      const folder = folderOf(path)
      const faults: string[] = []
      if (folder !== "platform" && AMBIENT.test(line)) faults.push("takes time or chance from nowhere")
      if (CONSOLE.test(line)) faults.push("writes to the console")
      if (folder !== "platform" && folder !== "cli" && PROCESS.test(line)) faults.push("looks at the process")
      return faults.map((fault) => `${path}:${at + 1}: ${fault}: ${line.trim()}`)
    }),
  )
}

export function lengthFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length
    return lines > MAX_LINES ? [`${path}: ${lines} lines`] : []
  })
}

interface Import {
  specifier: string
  line: number
  typeOnly: boolean
  /** The file of src, `node`, or `package.json`; undefined for a package. */
  target: string
  packageName: string | undefined
}

const STATEMENT =
  /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?from\s+)?["']([^"']+)["']|\bimport\(\s*([^)]*)\)/gm

function importsOf({ path, text }: Source): Import[] {
  return [...text.matchAll(STATEMENT)]
    .filter((match) => withoutComment(lineAt(text, match.index)).trim() !== "")
    .map((match) => {
      const specifier =
        match[2] ?? /^["']([^"']+)["']/.exec(match[3]!)?.[1] ?? `(a computed import: ${match[3]})`
      const line = text.slice(0, match.index).split("\n").length
      return { specifier, line, typeOnly: match[1] !== undefined, ...targetOf(path, specifier) }
    })
}

function targetOf(path: string, specifier: string): Pick<Import, "target" | "packageName"> {
  if (specifier.startsWith("node:")) return { target: "node", packageName: undefined }
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier)
    return { target: target === "../package.json" ? "package.json" : target, packageName: undefined }
  }
  const packageName = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
  return { target: specifier, packageName }
}

function mayImport(path: string, { target, typeOnly }: Import): boolean {
  const folder = folderOf(path)
  const goal = folderOf(target)
  const allowed = MAY_IMPORT[folder] ?? []
  const names = [target, goal].flatMap((name) => (typeOnly ? [name, `type:${name}`] : [name]))
  return (goal === folder && !target.startsWith("..")) || names.some((name) => allowed.includes(name))
}

function mayUse(path: string, packageName: string): boolean {
  return (MAY_USE[packageName] ?? []).some((pattern) => {
    const [before = "", after] = pattern.split("*")
    return after === undefined ? path === pattern : path.startsWith(before) && path.endsWith(after)
  })
}

/** A file directly in src is its own one-file folder: `errors.ts` is `errors`. */
export function folderOf(path: string): string {
  const [first = ""] = path.split("/")
  return first.replace(/\.tsx?$/, "")
}

function withoutComment(line: string): string {
  return line.replace(/^\s*(?:\/?\*|\/\/).*$/, "").replace(/\s\/\/ .*$/, "")
}

function lineAt(text: string, index: number): string {
  const start = text.lastIndexOf("\n", index) + 1
  const end = text.indexOf("\n", Math.max(index, start))
  return text.slice(start, end < 0 ? undefined : end)
}
