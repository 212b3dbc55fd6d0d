/** Ink on the terminal and off again: the one place where a screen takes the window and gives it back. */
import { render } from "ink"
import type { Clock } from "../platform/clock.ts"
import { App, type ScreenStore } from "./app.tsx"
import type { Key } from "./key-decoder.ts"
import { openTerminal, withAnchors } from "./terminal.ts"
import { ASK_WIDTHS, WidthAnswers } from "./terminal-widths.ts"
import { useWidths } from "./text-width.ts"

export interface MountOptions {
  store: ScreenStore
  clock: Clock
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  onKeys(keys: readonly Key[]): void
  onResize(columns: number, rows: number): void
  /** The terminal keeps the window's title on a stack. */
  hasTitle: boolean
  /** The terminal reports its mouse. */
  hasMouse?: boolean
  /** Ends the screen as quitting does. */
  stop?: AbortSignal | undefined
  /** Stops the process until somebody continues it. */
  suspend?: (() => Promise<void>) | undefined
}

export interface Mounted {
  redraw(): void
  suspend(): void
  /** The terminal is as it was before while `work` runs. */
  lend(work: () => Promise<void>): Promise<void>
  mouse(on: boolean): void
  quit(): void
  /** Settles when the screen is gone and the terminal is as it was before. */
  ended: Promise<void>
}

export function mountScreen(options: MountOptions): Mounted {
  const { store, input, output, stop } = options
  let suspender: ((work: () => Promise<void>) => Promise<void>) | undefined
  const quit = () => instance.unmount()
  const answers = new WidthAnswers((widths) => {
    useWidths(widths)
    // Rows whose text stays the same are not written again by themselves.
    if (anchored.hasDisputed()) redraw()
  })
  const terminal = openTerminal(input, output, options.clock, options.onKeys, quit, {
    hasTitle: options.hasTitle,
    onPlace: (row, column) => answers.take(row, column),
  })
  const onResize = () => options.onResize(output.columns, output.rows)
  const onSuspender = (given: typeof suspender) => {
    suspender = given
  }
  const app = () => <App store={store} onGone={terminal.leave} onSuspender={onSuspender} />
  terminal.mouse(options.hasMouse ?? false)
  terminal.enter()
  output.on("resize", onResize)
  const anchored = withAnchors(output, ASK_WIDTHS)
  const redraw = () => {
    instance.clear()
    output.write("\u001b[H\u001b[2J")
    instance.rerender(app())
  }
  const instance = render(app(), {
    stdout: anchored.stream,
    stdin: input,
    stderr: output,
    exitOnCtrlC: false,
    patchConsole: false,
    // A continuous-integration variable in the environment must not turn the screen off.
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    isScreenReaderEnabled: false,
    maxFps: 60,
  })
  stop?.addEventListener("abort", quit, { once: true })
  if (stop?.aborted === true) quit()
  const ended = async () => {
    try {
      await instance.waitUntilExit()
    } finally {
      stop?.removeEventListener("abort", quit)
      output.off("resize", onResize)
      terminal.leave()
      useWidths(undefined)
    }
  }
  const lend: Mounted["lend"] = async (work) => {
    await suspender?.(async () => {
      terminal.leave()
      try {
        await work()
      } finally {
        terminal.enter()
      }
    })
  }
  return {
    lend,
    redraw,
    suspend: () => {
      if (options.suspend !== undefined) void lend(options.suspend)
    },
    mouse: terminal.mouse,
    quit,
    ended: ended(),
  }
}
