/** Performs what the first start asks for: the actions are the command line's, the order of steps is the reducer's. */
import type { Client } from "../client/client.ts"
import { safeLine } from "./safe-text.ts"
import type { Theme } from "./theme.ts"
import {
  initialWelcome,
  reduceWelcome,
  type FoundRelay,
  type Reading,
  type WelcomeEffect,
  type WelcomeEvent,
  type WelcomeView,
} from "./welcome-state.ts"

/** Given by the command line: this folder touches neither disk nor network. */
export interface WelcomeActions {
  checkName(name: string): { ok: true; name: string } | { ok: false; problem: string }
  /** What was typed or pasted, read: a link, an address with words, a bare address, or why it is none of them. */
  readInvitation(text: string): Reading
  /** Relays that announce themselves. They only fill in the address. The result stops looking. */
  findRelays(onFound: (relay: FoundRelay) => void): () => void
  /** Makes the profile and connects, until `stop` says that nobody waits for it any more. */
  join(
    name: string,
    invitation: string,
    stop?: AbortSignal,
  ): Promise<
    { ok: true; client: Client } | { ok: false; problem: string; retry: "name" | "invitation" | "none" }
  >
  /** Starts a relay on this machine as its own process, then joins it. `invitation` and `words` are for the others. */
  hostHere(
    name: string,
  ): Promise<{ ok: true; client: Client; invitation: string; words: string } | { ok: false; problem: string }>
}

export interface WelcomeDeps {
  actions: WelcomeActions
  theme: Theme
  columns: number
  rows: number
  show: (view: WelcomeView) => void
  enter: (client: Client, note: string | undefined) => void
  redraw: () => void
  quit: () => void
}

export interface Welcome {
  dispatch(event: WelcomeEvent): void
  stop(): void
}

export function startWelcome(deps: WelcomeDeps): Welcome {
  const { actions } = deps
  let view = initialWelcome(deps.theme, deps.columns, deps.rows)
  /** A client that is ready while the invitation for the others is still being read. */
  let hosted: Client | undefined
  let stopped = false
  let giveUp: AbortController | undefined

  const dispatch = (event: WelcomeEvent) => {
    if (stopped) return
    const step = reduceWelcome(view, event)
    view = step.view
    deps.show(view)
    for (const effect of step.effects) perform(effect)
  }
  const perform = (effect: WelcomeEffect) => {
    switch (effect.kind) {
      case "check-name":
        return dispatch({ kind: "name-checked", result: actions.checkName(effect.text) })
      case "read-invitation":
        return dispatch({
          kind: "invitation-read",
          text: effect.text,
          reading: actions.readInvitation(effect.text),
        })
      case "join":
        return join(effect.name, effect.invitation)
      case "give-up":
        return giveUp?.abort()
      case "host":
        return host(effect.name)
      case "enter":
        return hosted === undefined ? undefined : deps.enter(hosted, undefined)
      case "redraw":
        return deps.redraw()
      case "quit":
        return deps.quit()
    }
  }
  const join = (name: string, invitation: string) => {
    giveUp = new AbortController()
    actions.join(name, invitation, giveUp.signal).then(
      (outcome) => {
        if (!outcome.ok)
          return dispatch({ kind: "join-failed", problem: outcome.problem, retry: outcome.retry })
        return stopped ? void outcome.client.stop() : deps.enter(outcome.client, undefined)
      },
      (error: unknown) => dispatch({ kind: "join-failed", problem: sentence(error), retry: "none" }),
    )
  }
  const host = (name: string) => {
    actions.hostHere(name).then(
      (outcome) => {
        if (!outcome.ok) return dispatch({ kind: "host-failed", problem: outcome.problem })
        if (stopped) return void outcome.client.stop()
        hosted = outcome.client
        return dispatch({ kind: "hosted", invitation: outcome.invitation, words: outcome.words })
      },
      (error: unknown) => dispatch({ kind: "host-failed", problem: sentence(error) }),
    )
  }
  deps.show(view)
  const stopLooking = actions.findRelays((relay) => dispatch({ kind: "found", relay }))
  return {
    dispatch,
    stop() {
      stopped = true
      stopLooking()
    },
  }
}

function sentence(error: unknown): string {
  return safeLine(error instanceof Error ? error.message : String(error))
}
