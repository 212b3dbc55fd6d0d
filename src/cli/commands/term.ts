/** `secure-chat doctor --term`: what this terminal says of itself, what is made of that, and whether the keys are in order. */
import { notifierOf } from "../../tui/notifying.ts"
import { coloursOf } from "../../tui/palettes.ts"
import { checkKeys, keyFileOf } from "../key-settings.ts"
import { CliError } from "../errors.ts"
import { resultJson } from "../json-lines.ts"
import type { Invocation } from "./context.ts"

interface Fact {
  name: string
  ok: boolean
  words: string
}

/** @throws CliError `bad-keys` when the file of keys is refused. */
export function examineTerminal(invocation: Invocation): void {
  const { show, config } = invocation
  const { faults } = checkKeys(config)
  for (const fact of [...terminalFacts(invocation, process.stdout), ...keyFacts(keyFileOf(config), faults)])
    show(
      resultJson("doctor.term", undefined, { ...fact }),
      `${(fact.ok ? "ok" : "LOOK").padEnd(6)}${fact.name.padEnd(10)}${fact.words}`,
    )
  if (faults.length > 0) throw new CliError("bad-keys", `${keyFileOf(config)} is not used`)
}

function keyFacts(path: string, faults: readonly string[]): Fact[] {
  if (faults.length === 0) return [{ name: "keys", ok: true, words: path }]
  return faults.map((words) => ({ name: "keys", ok: false, words: `${path}, ${words}` }))
}

const NOTIFIED_BY = {
  osc99: "notifications of the desktop (OSC 99)",
  osc777: "notifications of the desktop (OSC 777)",
  osc9: "notifications of the desktop (OSC 9)",
  bell: "the bell",
} as const

/** Smallest terminal that is comfortable, in cells. */
const COMFORTABLE = { columns: 80, rows: 24 }

function terminalFacts(
  { io: { env }, config }: Invocation,
  output: { isTTY?: boolean; columns?: number; rows?: number },
): Fact[] {
  const { columns = 0, rows = 0 } = output
  const isTerminal = output.isTTY === true
  return [
    {
      name: "terminal",
      ok: isTerminal && env["TERM"] !== "dumb",
      words: isTerminal ? (env["TERM"] ?? "TERM is not set") : "the output is no terminal: line mode",
    },
    {
      name: "size",
      ok: !isTerminal || (columns >= COMFORTABLE.columns && rows >= COMFORTABLE.rows),
      words: isTerminal ? `${columns}x${rows} (80x24 is comfortable, 40x12 works)` : "none",
    },
    {
      name: "colour",
      ok: true,
      words: config.color
        ? `${coloursOf(env) === 16 ? "16, of the terminal's own scheme" : "256 or more"} (NO_COLOR=1 or --no-color: none)`
        : "none",
    },
    { name: "told by", ok: true, words: NOTIFIED_BY[notifierOf(env).kind] },
    {
      name: "letters",
      ok: config.ascii || isUtf8(env),
      words: config.ascii
        ? "ASCII"
        : isUtf8(env)
          ? "UTF-8"
          : "the locale is not UTF-8: use --ascii, or set LANG to one",
    },
  ]
}

function isUtf8(env: Invocation["io"]["env"]): boolean {
  if (process.platform === "win32") return true
  return /utf-?8/iu.test(env["LC_ALL"] ?? env["LC_CTYPE"] ?? env["LANG"] ?? "")
}
