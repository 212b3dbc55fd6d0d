/** Medians of interleaved rounds, and ratios of them, as lines of text. */
import type { Figures } from "./generator.ts"

/** By contestant: what each round gave. */
export type Rounds = Map<string, Figures[]>

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** Of one figure of a contestant; NaN when it has none. */
export function medianOf(rounds: Rounds, contestant: string, figure: string): number {
  return median((rounds.get(contestant) ?? []).map((figures) => figures[figure] ?? Number.NaN))
}

/** Every contestant once per round, in another order each time. */
export async function inTurns(
  count: number,
  contestants: Readonly<Record<string, () => Promise<Figures | undefined>>>,
): Promise<Rounds> {
  const rounds: Rounds = new Map(Object.keys(contestants).map((name) => [name, []]))
  for (let round = 0; round < count; round++) {
    for (const [name, run] of shuffled(Object.entries(contestants))) {
      const figures = await run()
      if (figures !== undefined) rounds.get(name)!.push(figures)
    }
  }
  return rounds
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

/** What stands behind `--name` on the command line. */
export function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}

/** A column: its head, the figure, and how many digits. */
export type Column = readonly [head: string, figure: string, digits: number, factor?: number]

export function printRounds(title: string, rounds: Rounds, columns: readonly Column[], first: string): void {
  console.log(`\n${title}`)
  const heads = columns.map(([head]) => head.padStart(15)).join("")
  console.log(`  ${"".padEnd(34)}${heads}   × ${first}`)
  for (const [name, figures] of rounds) {
    if (figures.length === 0) continue
    const cells = columns.map(([, figure, digits, factor = 1]) =>
      number(medianOf(rounds, name, figure) * factor, digits).padStart(15),
    )
    const [, figure] = columns[0]!
    const ratio = medianOf(rounds, name, figure) / medianOf(rounds, first, figure)
    console.log(`  ${name.padEnd(34)}${cells.join("")}   ${number(ratio, 2)}`)
  }
}

export function number(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–"
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
