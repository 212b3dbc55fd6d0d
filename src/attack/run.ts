/** Plays many attacks, each on a stage of its own, a few at a time, and always comes to an end. */
import type { Clock, Millis } from "../platform/clock.ts"
import { play } from "./play.ts"
import type { Scene } from "./scene.ts"
import type { Attack } from "./stage.ts"

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
      const late = over.promise.then(() => ({
        attack,
        why: "it did not come to an end in time",
        isLate: true,
      }))
      const result = await Promise.race([playOnce(run, attack), late])
      results.push(result)
      run.done(result)
    }
  }
  await Promise.all(Array.from({ length: run.atOnce }, worker))
  cancel()
  for (const attack of run.attacks.filter((each) => !results.some((result) => result.attack === each))) {
    const result = { attack, why: "there was no time for it", isLate: true }
    results.push(result)
    run.done(result)
  }
  return results
}

/** A stage that cannot be set, or an attack that cannot be made, is no success of anybody's: it counts as not caught. */
async function playOnce(run: Run, attack: Attack): Promise<Result> {
  try {
    const scene = await run.open()
    try {
      return { attack, why: (await play(attack, scene.stage)).why, isLate: false }
    } finally {
      await scene.close()
    }
  } catch (cause) {
    const why = `it could not be played: ${cause instanceof Error ? cause.message : String(cause)}`
    return { attack, why, isLate: false }
  }
}
