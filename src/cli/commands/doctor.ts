/** `secure-chat doctor --attack`: a relay that lies, and people who mean harm, against this very program. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ATTACKS } from "../../attack/attacks.ts"
import { type Result, runAttacks } from "../../attack/run.ts"
import type { Attack } from "../../attack/stage.ts"
import { systemClock } from "../../platform/clock.ts"
import { realGround } from "../attack-ground.ts"
import { CliError } from "../errors.ts"
import { resultJson } from "../json-lines.ts"
import type { Invocation } from "./context.ts"

const AT_ONCE = 8
/** On two cores that had five times as much to do it took 46 s. */
const DEADLINE_MS = 180_000
const MARK_CELLS = 8

/** @throws CliError `attack-succeeded` unless every attack was caught, `too-slow` when only time was short. */
export async function attackItself(invocation: Invocation): Promise<void> {
  const { io, config, show } = invocation
  const attacks = ATTACKS.filter(({ where }) => where === "everywhere")
  const began = systemClock.now()
  if (!config.json)
    io.result(
      `A relay that lies and people who mean harm, on this computer, against this very program: ${attacks.length} attacks.\n`,
    )
  const dir = mkdtempSync(join(tmpdir(), "secure-chat-attack-"))
  let results: readonly Result[]
  try {
    results = await runAttacks({
      attacks,
      open: realGround(dir),
      atOnce: AT_ONCE,
      clock: systemClock,
      deadlineMs: DEADLINE_MS,
      stop: io.stop,
      done: (result) => show(resultOf(result), textOf(result)),
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  const failed = results.filter(({ why }) => why !== undefined)
  const caught = results.length - failed.length
  const seconds = (systemClock.now() - began) / 1_000
  const longer = ATTACKS.filter(({ where }) => where === "simulation").map(({ name }) => name)
  const sum = `\n${caught} of ${results.length} attacks were caught, in ${seconds.toFixed(0)} s.`
  const more = `${longer.length} more take an hour of somebody's time, and are played in the tests only: ${longer.join(", ")}.`
  show(
    resultJson("doctor.done", undefined, { attacks: results.length, caught, notPlayed: longer }),
    `${sum}\n${more}`,
  )
  if (failed.length > 0 && failed.every(({ isLate }) => isLate))
    throw new CliError(
      "too-slow",
      `this computer had no time for ${failed.length} of ${results.length} attacks`,
    )
  if (failed.length > 0)
    throw new CliError("attack-succeeded", `${failed.length} of ${results.length} attacks were not caught`)
}

/** Never by colour alone: the word stands first. */
function textOf({ attack, why }: Result): string {
  const head = `${(why === undefined ? "ok" : "FAILED").padEnd(MARK_CELLS)}${attack.line}.`
  const indent = " ".repeat(MARK_CELLS)
  return why === undefined
    ? `${head}\n${indent}${attack.verdict.kind}: ${attack.verdict.words}`
    : `${head}\n${indent}${why} (${attack.name})`
}

function resultOf({ attack: { name, line, by, verdict }, why }: Result): object {
  return resultJson("doctor.attack", undefined, {
    name,
    line,
    by: whoWords(by),
    ok: why === undefined,
    verdict: verdict.kind,
    words: verdict.words,
    why: why ?? null,
  })
}

function whoWords(by: Attack["by"]): string {
  return by.replaceAll(" ", "-")
}
