/**
 * The documents say what the code does: cited sections exist, every message, refusal and limit is specified with its
 * number, and README's commands are ones that the program takes.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Command } from "commander"
import { expect, test } from "vitest"
import { ATTACKS } from "../src/attack/attacks.ts"
import { buildProgram } from "../src/cli/program.ts"
import { REFUSALS } from "../src/protocol/errors.ts"
import { LIMIT_NAMES, LIMITS } from "../src/relay/config.ts"
import { MESSAGE_NUMBERS } from "../src/protocol/messages.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const protocol = read("docs/PROTOCOL.md")
const readme = read("README.md")

interface Row {
  /** What stands in backquotes. */
  names: string[]
  /** Cells that are a number, thousands separators removed. */
  numbers: number[]
}

test("every section of PROTOCOL.md that src cites is there", () => {
  const cited = sourceFiles(/\.(tsx?|mjs)$/).flatMap((file) =>
    citations(read(`src/${file}`)).map((number) => `§${number} (${file})`),
  )
  expect(cited.length).toBeGreaterThan(20)
  const headings = new Set(sections(protocol).map(({ number }) => number))
  expect(cited.filter((citation) => !headings.has(/§([\d.]+)/.exec(citation)![1]!))).toEqual([])
})

test("each decision has a number of its own, and what is cited is there", () => {
  const numbers = readdirSync(`${root}/docs/decisions`).flatMap((file) => /^\d{4}/.exec(file) ?? [])
  expect(numbers.length).toBeGreaterThan(30)
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
  const cited = sourceFiles(/\.(tsx?|mjs)$/).flatMap((file) =>
    Array.from(read(`src/${file}`).matchAll(/decision (\d{4})/g), ([, number]) => number!),
  )
  expect(cited.filter((number) => !numbers.includes(number))).toEqual([])
})

test("§4 lists every message with its number, and no other", () => {
  expect(mismatches(rows(section(protocol, "4")), MESSAGE_NUMBERS)).toEqual([])
})

test("§4.3 lists every refusal with its number, and no other", () => {
  expect(mismatches(rows(section(protocol, "4.3")), REFUSALS)).toEqual([])
})

test("§18 lists every limit of the protocol and of the relay with its value", async () => {
  const limits = await exportedLimits()
  expect(Object.keys(limits).length).toBeGreaterThan(15)
  const listed = rows(section(protocol, "18"))
  const missing = Object.entries(limits).filter(
    ([name, value]) => !listed.some(({ names, numbers }) => names.includes(name) && numbers.includes(value)),
  )
  expect(missing).toEqual([])
})

test("§18 lists every setting of the relay with its default and its bounds", () => {
  const listed = rows(section(protocol, "18"))
  const missing = LIMIT_NAMES.filter((name) => {
    const { value, least, most } = LIMITS[name]
    const line = protocol.split("\n").find((text) => text.startsWith(`| \`${name}\` |`)) ?? ""
    const bounds = `${least.toLocaleString("en")} to ${most.toLocaleString("en")}`
    return (
      !line.includes(bounds) || !listed.some((row) => row.names.includes(name) && row.numbers.includes(value))
    )
  })
  expect(missing).toEqual([])
})

test("the program takes every secure-chat command of README", async () => {
  const commands = commandLines(readme)
  expect(commands.length).toBeGreaterThan(3)
  const refused: string[] = []
  for (const line of commands) {
    const reason = await refusal(line)
    if (reason !== undefined) refused.push(`${line}: ${reason}`)
  }
  expect(refused).toEqual([])
})

test("the threat model lists every attack that is played, as it is played, and tests that are there", () => {
  const found = read("docs/THREAT-MODEL.md").match(/^## Attacks that are played\n([\s\S]*?)^## /m)?.[1] ?? ""
  const listed = found
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
  expect(listed.map(([, name, line, kind, words]) => ({ name, line, kind, words }))).toEqual(
    ATTACKS.map(({ name, line, verdict: { kind, words } }) => ({ name, line, kind, words })),
  )
  expect(listed.filter(([, , , , , path]) => !existsSync(`${root}/${path}`))).toEqual([])
})

test("links inside the documents lead somewhere", () => {
  const documents = [
    "README.md",
    "CHANGELOG.md",
    "keys/README.md",
    ...list("docs", /\.md$/).map((file) => `docs/${file}`),
  ]
  const broken = documents.flatMap((file) =>
    [...read(file).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .filter(([, target]) => !existsSync(fileURLToPath(new URL(target!, `file://${root}/${file}`))))
      .map(([link]) => `${file}: ${link}`),
  )
  expect(broken).toEqual([])
})

// The readers themselves.
test("citations, sections and tables are read", async () => {
  expect(citations("(PROTOCOL.md §4.3). RFC 9420 §7.9; PROTOCOL.md §10–§12, §16 and §17; §99")).toEqual([
    "4.3",
    "10",
    "12",
    "16",
    "17",
  ])
  const text = "# P\n## 4 Messages\n| 1 | `a` |\n### 4.3 Refusals\n| `b` | 65,536 |\n## 5 More\n| 3 | `c` |\n"
  expect(sections(text).map(({ number }) => number)).toEqual(["4", "4.3", "5"])
  expect(rows(section(text, "4"))).toEqual([{ names: ["a"], numbers: [1] }])
  expect(rows(section(text, "4.3"))).toEqual([{ names: ["b"], numbers: [65_536] }])
  expect(mismatches(rows(section(text, "4")), { a: 1 })).toEqual([])
  expect(mismatches(rows(section(text, "4")), { a: 2, b: 1 })).toEqual([
    "a is 2, listed as 1",
    "b is not listed",
  ])
  expect(mismatches([{ names: ["old"], numbers: [9] }], {})).toEqual([
    "old is listed, but is not in the code",
  ])
  expect(
    commandLines(
      "```sh\n$ secure-chat send Ravi hi | cat\nnpm start -- id show  # who\nnpm ci\n```\nsecure-chat no",
    ),
  ).toEqual(["send Ravi hi", "id show"])
  expect(await refusal("send Ravi hello --wait read")).toBeUndefined()
  expect(await refusal("send Ravi --wat")).toContain("--wat")
  expect(await refusal("sned Ravi")).toBeDefined()
})

/** The numbers of the sections that a text cites right after the document's name: `§4.3`, `§10–§12, §16 and §17`. */
function citations(text: string): string[] {
  return [
    ...text.matchAll(/PROTOCOL\.md ((?:§\d+(?:\.\d+)*(?:\s*(?:,|–|and|or|to)\s+(?=§)|–(?=§))?)+)/g),
  ].flatMap(([, all]) => [...all!.matchAll(/§(\d+(?:\.\d+)*)/g)].map(([, number]) => number!))
}

/** Each numbered heading with the lines up to the next one, of whatever level. */
function sections(text: string): { number: string; lines: string[] }[] {
  const found: { number: string; lines: string[] }[] = []
  for (const line of text.split("\n")) {
    const number = /^#{2,5}\s+§?(\d+(?:\.\d+)*)\.?\s/.exec(line)?.[1]
    if (number !== undefined) found.push({ number, lines: [] })
    else found.at(-1)?.lines.push(line)
  }
  return found
}

/** Its own lines, and those of its subsections that have no subject of their own: refusals are not messages. */
function section(text: string, number: string): string[] {
  return sections(text)
    .filter(
      (found) => found.number === number || (found.number.startsWith(`${number}.`) && found.number !== "4.3"),
    )
    .flatMap(({ lines }) => lines)
}

/** The rows of tables that have both a name and a number. */
function rows(lines: readonly string[]): Row[] {
  return lines
    .filter((line) => line.trimStart().startsWith("|"))
    .map((line) => {
      const cells = line.split("|").map((cell) => cell.trim())
      return {
        names: cells.flatMap((cell) => (/^`([^`]+)`$/.exec(cell) ?? []).slice(1)),
        numbers: cells
          .filter((cell) => /^\d[\d,]*$/.test(cell))
          .map((cell) => Number(cell.replaceAll(",", ""))),
      }
    })
    .filter(({ names, numbers }) => names.length > 0 && numbers.length > 0)
}

function mismatches(listed: readonly Row[], real: Readonly<Record<string, number>>): string[] {
  const missing = Object.entries(real).flatMap(([name, number]) => {
    const row = listed.find(({ names }) => names[0] === name)
    if (row === undefined) return [`${name} is not listed`]
    return row.numbers[0] === number ? [] : [`${name} is ${number}, listed as ${row.numbers[0]}`]
  })
  const extra = listed.map(({ names }) => names[0] ?? "").filter((name) => !(name in real))
  return [...missing, ...extra.map((name) => `${name} is listed, but is not in the code`)]
}

/** Exported numbers whose name says that they are a limit: a size, a time, a count. */
async function exportedLimits(): Promise<Record<string, number>> {
  const limits: Record<string, number> = {}
  for (const file of sourceFiles(/^(protocol|relay)\/.*\.ts$/)) {
    const module = (await import(`../src/${file}`)) as Record<string, unknown>
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === "number" && /^MAX_|_MS$|_BYTES$/.test(name)) limits[name] = value
    }
  }
  return limits
}

/** What follows `secure-chat` or `npm start --` in the code blocks, without redirections and comments. */
function commandLines(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block]) => block!)
  return blocks.flatMap((block) =>
    block.split("\n").flatMap((line) => {
      const found =
        /^\s*(?:[$>]\s+)?(?:secure-chat|npm start --|(?:\S*node )?dist\/secure-chat\.js)(\s+\S.*)?$/.exec(
          line,
        )
      return found === null ? [] : [(found[1] ?? "").replace(/\s(?:#\s|[|<>]|&&).*$/, "").trim()]
    }),
  )
}

/** Why the real command line does not take these words, or undefined. Nothing is run. */
async function refusal(line: string): Promise<string | undefined> {
  const io = {
    result() {},
    resultText() {},
    say() {},
    ask() {},
    stdin: process.stdin,
    stop: new AbortController().signal,
    env: {},
  }
  const program = buildProgram(io)
  disarm(program)
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  )
  try {
    await program.parseAsync(words, { from: "user" })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function disarm(command: Command): void {
  if (command.commands.length === 0 || command.parent === null) command.action(() => {})
  command.commands.forEach(disarm)
}

function sourceFiles(names: RegExp): string[] {
  return list("src", names)
}

function list(folder: string, names: RegExp): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => names.test(path))
}

/** An absent document is an empty one: every test of it then says what it lacks. */
function read(path: string): string {
  return existsSync(`${root}/${path}`) ? readFileSync(`${root}/${path}`, "utf8") : ""
}
