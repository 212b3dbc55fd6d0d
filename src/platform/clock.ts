/** Milliseconds since the Unix epoch. */
export type Millis = number

/** The only way any file asks for the time or for a wake-up. */
export interface Clock {
  now(): Millis
  /** Calls `wake` once, at or after `at`. The returned function cancels it. */
  wakeAt(at: Millis, wake: () => void): () => void
}

/** Longest delay that a Node timer keeps; above it fires at once. Later wake-ups are re-armed. */
const MAX_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(at, wake) {
    let timer: NodeJS.Timeout
    const arm = () => {
      const delay = at - Date.now()
      timer = delay > MAX_TIMER_MS ? setTimeout(arm, MAX_TIMER_MS) : setTimeout(wake, Math.max(0, delay))
    }
    arm()
    return () => clearTimeout(timer)
  },
}
