/** The root of the screen: follows the store, shows the first start, the chat or a relay, puts the terminal back at the end. */
import { Box, Transform, useApp, useCursor } from "ink"
import { useLayoutEffect, useSyncExternalStore, type ReactNode } from "react"
import { chatScreen } from "./panes/chat-screen.ts"
import { liveRelay } from "./panes/live-relay.ts"
import { welcomeScreen } from "./panes/welcome-screen.ts"
import { asDrawn, type Frame, paint } from "./painting.ts"
import type { RelayView } from "./relay-view.ts"
import type { ChatView } from "./view.ts"
import type { WelcomeView } from "./welcome-state.ts"

export type Screen = ChatView | WelcomeView | RelayView

/** What is shown. One writer, one reader. */
export interface ScreenStore {
  get(): Screen | undefined
  set(screen: Screen): void
  subscribe(listener: () => void): () => void
}

export function createScreenStore(): ScreenStore {
  let current: Screen | undefined
  const listeners = new Set<() => void>()
  return {
    get: () => current,
    set(screen) {
      if (screen === current) return
      current = screen
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export interface AppProps {
  store: ScreenStore
  /** Called when the screen goes away, on every way out that Ink knows: quit, crash, signal. */
  onGone: () => void
  /** Hands out Ink's way to lend the terminal to somebody else. */
  onSuspender: (suspend: (work: () => Promise<void>) => Promise<void>) => void
}

export function App({ store, onGone, onSuspender }: AppProps): ReactNode {
  const screen = useSyncExternalStore(store.subscribe, store.get)
  const { suspendTerminal } = useApp()
  const { setCursorPosition } = useCursor()
  useLayoutEffect(() => {
    onSuspender(async (work) => {
      await suspendTerminal(work)
    })
    return onGone
  }, [onGone, onSuspender, suspendTerminal])
  if (screen === undefined) return <Box />
  const frame = frameOf(screen)
  setCursorPosition(frame.caret)
  const rows = paint(frame, screen.theme)
  // For Ink this is one text, a cell wide; what it draws in each of its lines is the whole row.
  return (
    <Box height={rows.length}>
      <Transform transform={asDrawn(rows)}>{rows.map(() => "x").join("\n")}</Transform>
    </Box>
  )
}

function frameOf(screen: Screen): Frame {
  if (screen.kind === "relay") return liveRelay(screen)
  return screen.kind === "chat" ? chatScreen(screen) : welcomeScreen(screen)
}
