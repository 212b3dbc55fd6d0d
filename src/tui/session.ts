/**
 * Between the pure view and the client: hands effects on, and reads the client again when it says that something
 * changed. Bursts of events are read once (`REFRESH_MS`), and nothing runs while nothing happens.
 */
import { type Client, fatalError } from "../client/client.ts"
import { changesOldLines } from "./line-window.ts"
import { Meant } from "./mentions.ts"
import { perform, type SessionDeps } from "./performing.ts"
import { freshReceipts } from "./receipts.ts"
import { Confirmer } from "./room-acts.ts"
import type { SafeText } from "./safe-text.ts"
import { Searching } from "./searching.ts"
import { SessionLog } from "./session-log.ts"
import { snapshotOf } from "./snapshot.ts"
import { worthTelling } from "./toasts.ts"
import { MAX_READ_LINES, TAIL_LINES, type ChatView, type Effect, type Tail, type Tone } from "./view.ts"
import { errorWords } from "./words.ts"

/** Events closer together than this are drawn together. */
const REFRESH_MS = 16
/** Lines further up than `TAIL_LINES` can change too, and are read again at most so often. */
const FULL_REFRESH_MS = 1_000

export interface Session {
  perform(effects: readonly Effect[]): void
  stop(): void
}

export function startSession(deps: SessionDeps): Session {
  const { client, clock, dispatch } = deps
  let cancelRefresh: (() => void) | undefined
  let cancelFullRefresh: (() => void) | undefined
  /** When it is no longer quiet, the screen no longer says so. */
  let cancelQuiet: (() => void) | undefined
  const meant = new Meant()
  const log = new SessionLog(client, clock)

  const readAgain = (asked: number) => {
    try {
      dispatch({
        kind: "snapshot",
        data: snapshotOf(client, clock.now(), meant),
        tail: tailOf(client, deps.view(), asked),
      })
      cancelQuiet?.()
      const { quietUntil } = deps.view().data
      cancelQuiet = quietUntil === undefined ? undefined : clock.wakeAt(quietUntil, refresh)
    } catch (error) {
      deps.fail(error)
    }
  }
  const refresh = () => {
    cancelRefresh = undefined
    readAgain(TAIL_LINES)
  }
  const refreshAll = () => {
    cancelFullRefresh = undefined
    readAgain(Math.max(TAIL_LINES, Math.min(deps.view().lines.length, MAX_READ_LINES)))
  }
  const unsubscribe = client.on(({ event }) => {
    const fatal = fatalError(event)
    if (fatal) return deps.fail(fatal)
    log.heard(event)
    const words = worthTelling(event)
    if (words !== undefined) dispatch({ kind: "toast", toast: words })
    deps.heard(event)
    if (event.type === "message.state") {
      dispatch({ kind: "message-state", roomId: event.room.id, id: event.message.id, state: event.state })
    }
    cancelRefresh ??= clock.wakeAt(clock.now() + REFRESH_MS, refresh)
    if (changesOldLines(event, deps.view()))
      cancelFullRefresh ??= clock.wakeAt(clock.now() + FULL_REFRESH_MS, refreshAll)
  })
  const tell = (text: SafeText, tone: Tone) => dispatch({ kind: "toast", toast: { text, tone } })
  /** An effect that fails says so; it never takes the screen down. What can be done at once is done at once. */
  const attempt = (work: () => void | Promise<void>) => {
    const sorry = (error: unknown) => tell(errorWords(error), "danger")
    try {
      work()?.catch(sorry)
    } catch (error) {
      sorry(error)
    }
  }
  const warned = new Set<string>()
  const confirmer = new Confirmer()
  const searching = new Searching(deps)
  const tools = { attempt, tell, refresh, warned, confirmer, searching, log }
  return {
    perform(effects) {
      for (const effect of effects) perform(effect, deps, tools)
    },
    stop() {
      unsubscribe()
      searching.stop()
      cancelRefresh?.()
      cancelFullRefresh?.()
      cancelQuiet?.()
    },
  }
}

function tailOf(client: Client, { roomId, overlay }: ChatView, asked: number): Tail | undefined {
  if (roomId === undefined) return undefined
  const lines = client.transcript(roomId, asked)
  if (overlay?.kind !== "receipts") return { roomId, lines, asked }
  const [line, people] = freshReceipts(client, overlay, lines)
  return { roomId, lines, asked, receipts: { line, people } }
}
