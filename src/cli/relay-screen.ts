/** Whether a relay's start gets a screen of its own, and that screen over the real terminal. */
import { systemClock } from "../platform/clock.ts"
import type { RelayLimits } from "../relay/config.ts"
import type { RelayMonitor } from "../relay/monitor.ts"
import type { RelayScreen } from "../tui/relay-main.tsx"
import { coloursOf, paletteOf } from "../tui/palettes.ts"
import { say } from "../tui/safe-text.ts"
import { themeOf } from "../tui/theme.ts"
import type { Invocation } from "./commands/context.ts"
import type { PrintedInvitation } from "./relay-dir.ts"
import { canSuspend, suspendJob } from "./suspend.ts"

/** Lines where nobody looks at a screen: a pipe, a service, `--plain`, `--json`, a dumb terminal. */
export function isForScreen({ io, config }: Invocation): boolean {
  return (
    io.stdin.isTTY === true &&
    process.stdout.isTTY &&
    !config.plain &&
    !config.json &&
    io.env["TERM"] !== "dumb" &&
    io.env["INK_SCREEN_READER"] !== "true"
  )
}

export interface RelayOnScreen {
  name: string
  address: string
  isOpen: boolean
  invitation: PrintedInvitation & { letters: string }
  monitor: RelayMonitor
  /** As they are in force, also after the operator has set others. */
  limits: RelayLimits
  /** Takes the screen away. */
  stop: AbortSignal
}

export async function showRelay({ io, config }: Invocation, relay: RelayOnScreen): Promise<RelayScreen> {
  // A relay without a screen does not wait for what draws screens.
  const { openRelayScreen } = await import("../tui/relay-main.tsx")
  const { name, address, isOpen, invitation, monitor, limits, stop } = relay
  return openRelayScreen({
    facts: { name, address, isOpen, invitation, limits },
    monitor,
    clock: systemClock,
    input: process.stdin,
    output: process.stdout,
    theme: themeOf({
      ascii: config.ascii,
      color: config.color,
      palette: paletteOf(config.theme ?? "auto", io.env),
      colours: coloursOf(io.env),
    }),
    stop,
    suspend: canSuspend()
      ? () => {
          // Whoever wanted only the shell for a moment would otherwise wonder why the room is silent.
          io.say(say`The relay is paused: it carries nothing until fg brings it back.`)
          return suspendJob(systemClock)
        }
      : undefined,
  })
}
