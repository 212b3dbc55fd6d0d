/** Plays many attacks, each on a stage of its own, a few at a time, and always comes to an end. */
import type { Clock, Millis } from "../platform/clock.ts"
import { play } from "./play.ts"
import type { Scene } from "./scene.ts"
import type { Attack } from "./stage.ts"

/** So long whatever is left of a stage may take to end. */
const CLEARING_MS: Millis = 10_000

export interface Result {
  attack: Attack
  /** What the attacker has got, or what went wrong; undefined when the attack was caught. */
  why: string | undefined
  /** There was no time to play it, or to see how it ends. */
  isLate: boolean
}

export interface Run {
  attacks: readonly Attack[]
  open(): Promise<Scene>
  atOnce: number
  clock: Clock
  /** From now on; what is not done then has failed. */
  deadlineMs: Millis
  stop: AbortSignal
  /** Told of each attack once, as they end. */
  done(result: Result): void
}

export async function runAttacks(run: Run): Promise<readonly Result[]> {
  const waiting = [...run.attacks]
  const results: Result[] = []
  const over = Promise.withResolvers<undefined>()
  const ending: Promise<Result>[] = []
  // Nobody begins another one then.
  const end = () => {
    waiting.splice(0)
    over.resolve(undefined)
  }
  const cancel = run.clock.wakeAt(run.clock.now() + run.deadlineMs, end)
  run.stop.addEventListener("abort", end, { once: true })
  if (run.stop.aborted) end()
  const worker = async () => {
    for (let attack = waiting.shift(); attack; attack = waiting.shift()) {
      const playing = playOnce(run, attack, over.promise)
      ending.push(playing)
      const result = await Promise.race([playing, over.promise.then(() => late(attack))])
      results.push(result)
      run.done(result)
    }
  }
  await Promise.all(Array.from({ length: run.atOnce }, worker))
  cancel()
  // Stages that were left in the middle are cleared: their disk may be taken away next.
  const patience = Promise.withResolvers<void>()
  const giveUp = run.clock.wakeAt(run.clock.now() + CLEARING_MS, () => patience.resolve())
  await Promise.race([Promise.all(ending), patience.promise])
  giveUp()
  for (const attack of run.attacks.filter((each) => !results.some((result) => result.attack === each))) {
    const result = { attack, why: "there was no time for it", isLate: true }
    results.push(result)
    run.done(result)
  }
  return results
}

/** A stage that cannot be set, or an attack that cannot be made, is no success of anybody's: it counts as not caught. */
async function playOnce(run: Run, attack: Attack, over: Promise<undefined>): Promise<Result> {
  try {
    const scene = await run.open()
    try {
      const played = await Promise.race([play(attack, scene.stage), over])
      return played === undefined ? late(attack) : { attack, why: played.why, isLate: false }
    } finally {
      await scene.close()
    }
  } catch (cause) {
    const why = `it could not be played: ${cause instanceof Error ? cause.message : String(cause)}`
    return { attack, why, isLate: false }
  }
}

function late(attack: Attack): Result {
  return { attack, why: "it did not come to an end in time", isLate: true }
}
