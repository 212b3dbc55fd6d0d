/** The relay's own screen in a terminal: numbers once a second, who comes and goes at once. It decides nothing. */
import type { Clock } from "../platform/clock.ts"
import type { RelayMonitor } from "../relay/monitor.ts"
import type { OperatorEvent } from "../relay/operator.ts"
import { createScreenStore } from "./app.tsx"
import type { Key } from "./key-decoder.ts"
import { mountScreen } from "./mounting.tsx"
import { initialRelay, reduceRelay, type RelayEvent, type RelayFacts, type RelayView } from "./relay-view.ts"
import type { Theme } from "./theme.ts"

/** How often the numbers are read. A second in which none has changed writes nothing. */
const NUMBERS_MS = 1_000

export interface RelayScreenOptions {
  facts: RelayFacts
  monitor: RelayMonitor
  clock: Clock
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  theme: Theme
  /** Ends the screen: a signal, or the relay's own end. */
  stop: AbortSignal
  suspend?: (() => Promise<void>) | undefined
}

export interface RelayScreen {
  /** What the relay tells its operator, names and all. */
  told(event: OperatorEvent): void
  /** Settles when the person has stopped the relay or `stop` was aborted; the terminal is as it was before. */
  ended: Promise<void>
}

export function openRelayScreen(options: RelayScreenOptions): RelayScreen {
  const { monitor, clock, output, theme } = options
  const store = createScreenStore()
  const failures: unknown[] = []
  let cancelNumbers = () => {}
  const viewNow = (): RelayView => {
    const screen = store.get()
    if (screen?.kind !== "relay") throw new RangeError("no relay on the screen")
    return screen
  }
  const give = (event: RelayEvent) => {
    try {
      const { view, act } = reduceRelay(viewNow(), event)
      store.set(view)
      if (act === "stop") mounted.quit()
      else if (act === "redraw") mounted.redraw()
      else if (act === "suspend") mounted.suspend()
    } catch (error) {
      failures.push(error)
      mounted.quit()
    }
  }
  const lookAgain = () => {
    cancelNumbers = clock.wakeAt(clock.now() + NUMBERS_MS, () => {
      give({ kind: "numbers", numbers: monitor.snapshot() })
      lookAgain()
    })
  }
  const size = { theme, columns: output.columns, rows: output.rows }
  store.set(initialRelay(options.facts, monitor.snapshot(), size))
  const mounted = mountScreen({
    store,
    clock,
    input: options.input,
    output,
    onKeys: (keys: readonly Key[]) => {
      for (const key of keys) give({ kind: "key", key })
    },
    onResize: (columns, rows) => give({ kind: "resize", columns, rows }),
    hasTitle: false,
    stop: options.stop,
    suspend: options.suspend,
  })
  const unsubscribe = monitor.subscribe((event) => {
    if (event.kind === "cut") give({ kind: "cut", event })
  })
  lookAgain()
  const ended = async () => {
    try {
      await mounted.ended
    } finally {
      cancelNumbers()
      unsubscribe()
    }
    if (failures.length > 0) throw failures[0]
  }
  return {
    told: (event) => {
      give({ kind: "told", at: clock.now(), event })
      // Somebody came or went: the numbers of a second ago would contradict the line.
      give({ kind: "numbers", numbers: monitor.snapshot() })
    },
    ended: ended(),
  }
}
