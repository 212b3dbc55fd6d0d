/**
 * The first start: a name, then a relay. Each step says in plain words what is asked and why; Esc goes one step back.
 *
 *     name ──▶ choose ──▶ invitation ──▶ joining ──▶ (chat)
 *                 └─────▶ hosting ──▶ hosted ──▶ (chat)
 */
import { EMPTY_COMPOSER, edit, insert, setDraft, type Composer, type Edit } from "./composer-state.ts"
import type { Key } from "./key-decoder.ts"
import { actionOf, DEFAULT_KEYS } from "./key-map.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import type { Theme } from "./theme.ts"

export interface FoundRelay {
  name: string
  host: string
  port: number
  /** `relayLetters` of the key that it announces. */
  letters: string
}

export type WelcomeStage =
  /** `rejoin`: the relay refused only the name, so the next one goes straight to it. */
  | { at: "name"; rejoin: boolean }
  | { at: "choose"; index: number }
  | { at: "invitation" }
  /** `leaving`: the person does not want to wait, and the answer is on its way. */
  | { at: "joining"; leaving: boolean }
  | { at: "hosting" }
  | { at: "hosted"; invitation: SafeText; words: SafeText }

export interface WelcomeView {
  kind: "welcome"
  columns: number
  rows: number
  theme: Theme
  stage: WelcomeStage
  /** What is being typed. */
  input: Composer
  /** The accepted name. */
  name: string
  /** The invitation as typed, kept when going back. */
  invitation: string
  found: readonly FoundRelay[]
  /** Why the last step was not taken. */
  problem: SafeText | undefined
  /** What the typed invitation was read as. */
  reading: Reading | undefined
}

export type Reading =
  | { ok: true; host: string; port: number; complete: boolean }
  | { ok: false; problem: string }

export type WelcomeEvent =
  | { kind: "key"; key: Key }
  | { kind: "resize"; columns: number; rows: number }
  | { kind: "found"; relay: FoundRelay }
  | { kind: "name-checked"; result: { ok: true; name: string } | { ok: false; problem: string } }
  | { kind: "invitation-read"; text: string; reading: Reading }
  | { kind: "join-failed"; problem: string; retry: "name" | "invitation" | "none" }
  | { kind: "hosted"; invitation: string; words: string }
  | { kind: "host-failed"; problem: string }

export type WelcomeEffect =
  | { kind: "check-name"; text: string }
  | { kind: "read-invitation"; text: string }
  | { kind: "join"; name: string; invitation: string }
  /** Whatever the relay has said by then holds. */
  | { kind: "give-up" }
  | { kind: "host"; name: string }
  | { kind: "enter" }
  | { kind: "redraw" }
  | { kind: "quit" }

export interface WelcomeStep {
  view: WelcomeView
  effects: readonly WelcomeEffect[]
}

export function initialWelcome(theme: Theme, columns: number, rows: number): WelcomeView {
  return {
    kind: "welcome",
    columns,
    rows,
    theme,
    stage: { at: "name", rejoin: false },
    input: EMPTY_COMPOSER,
    name: "",
    invitation: "",
    found: [],
    problem: undefined,
    reading: undefined,
  }
}

export type Choice = { kind: "relay"; relay: FoundRelay } | { kind: "invitation" } | { kind: "host" }

export function choicesOf(view: WelcomeView): readonly Choice[] {
  return [
    ...view.found.map((relay): Choice => ({ kind: "relay", relay })),
    { kind: "invitation" },
    { kind: "host" },
  ]
}

export function reduceWelcome(view: WelcomeView, event: WelcomeEvent): WelcomeStep {
  switch (event.kind) {
    case "key":
      return onKey(view, event.key)
    case "resize":
      return still({ ...view, columns: event.columns, rows: event.rows })
    case "found":
      return still(onFound(view, event.relay))
    case "name-checked":
      return onNameChecked(view, event.result)
    case "invitation-read":
      return still(view.invitation === event.text ? { ...view, reading: event.reading } : view)
    case "join-failed":
      return still(onJoinFailed(view, event))
    case "hosted":
      return still({
        ...view,
        problem: undefined,
        stage: { at: "hosted", invitation: safeLine(event.invitation), words: safeLine(event.words) },
      })
    case "host-failed":
      return still({
        ...view,
        problem: safeLine(event.problem),
        stage: { at: "choose", index: choicesOf(view).length - 1 },
      })
  }
}

function onNameChecked(
  view: WelcomeView,
  result: { ok: true; name: string } | { ok: false; problem: string },
): WelcomeStep {
  if (!result.ok) return still({ ...view, problem: safeLine(result.problem) })
  const named: WelcomeView = { ...view, name: result.name, problem: undefined }
  if (view.stage.at === "name" && view.stage.rejoin) return joining(named)
  return still({ ...named, stage: { at: "choose", index: 0 }, input: EMPTY_COMPOSER })
}

function joining(view: WelcomeView): WelcomeStep {
  return {
    view: { ...view, problem: undefined, stage: { at: "joining", leaving: false } },
    effects: [{ kind: "join", name: view.name, invitation: view.invitation.trim() }],
  }
}

function still(view: WelcomeView): WelcomeStep {
  return { view, effects: [] }
}

/** The list grows above what is chosen, and the choice stays with what it was moved to; the first relay is offered first. */
function onFound(view: WelcomeView, relay: FoundRelay): WelcomeView {
  const isKnown = view.found.some(
    ({ host, port, letters }) => host === relay.host && port === relay.port && letters === relay.letters,
  )
  if (isKnown) return view
  const { stage } = view
  const isOffered = view.found.length === 0 && stage.at === "choose" && stage.index === 0
  const moved = stage.at === "choose" && stage.index >= view.found.length && !isOffered
  return {
    ...view,
    found: [...view.found, relay],
    stage: moved && stage.at === "choose" ? { at: "choose", index: stage.index + 1 } : stage,
  }
}

function onJoinFailed(
  view: WelcomeView,
  event: { problem: string; retry: "name" | "invitation" | "none" },
): WelcomeView {
  const problem = safeLine(event.problem)
  if (event.retry === "name")
    return {
      ...view,
      problem,
      stage: { at: "name", rejoin: true },
      input: setDraft(EMPTY_COMPOSER, view.name),
    }
  return { ...view, problem, stage: { at: "invitation" }, input: setDraft(EMPTY_COMPOSER, view.invitation) }
}

function onKey(view: WelcomeView, key: Key): WelcomeStep {
  if (key.kind === "focus") return still(view)
  if (key.kind === "chord") {
    if (key.chord === "ctrl+c") return { view, effects: [{ kind: "quit" }] }
    if (key.chord === "ctrl+l") return { view, effects: [{ kind: "redraw" }] }
  }
  const { stage } = view
  switch (stage.at) {
    case "name":
    case "invitation":
      return onInput(view, key)
    case "choose":
      return onChoose(view, stage.index, key)
    case "joining":
      return key.kind === "chord" && key.chord === "esc" && !stage.leaving
        ? { view: { ...view, stage: { at: "joining", leaving: true } }, effects: [{ kind: "give-up" }] }
        : still(view)
    case "hosting":
      return still(view)
    case "hosted":
      return key.kind === "chord" && key.chord === "enter"
        ? { view, effects: [{ kind: "enter" }] }
        : still(view)
  }
}

function onInput(view: WelcomeView, key: Key): WelcomeStep {
  if (key.kind === "text" || key.kind === "paste") {
    const text = view.stage.at === "invitation" ? oneLine(key.text) : key.text.replaceAll(/[\r\n]+/gu, " ")
    return typed({ ...view, input: insert(view.input, text) })
  }
  if (key.kind !== "chord") return still(view)
  if (key.chord === "enter") return submit(view)
  if (key.chord === "esc") return still(back(view))
  if (key.chord === "ctrl+d" && view.input.text === "") return { view, effects: [{ kind: "quit" }] }
  const action = actionOf(DEFAULT_KEYS, key.chord, false)
  if (action?.kind !== "edit" || isNewline(action.edit)) return still(view)
  return typed({ ...view, input: edit(view.input, action.edit) })
}

/** A link that a screen or a mail program broke is joined again; words keep their spaces. */
function oneLine(text: string): string {
  const gap = /secure-chat:/iu.test(text) ? "" : " "
  return text.replaceAll(/\s*[\r\n]+\s*/gu, gap)
}

function isNewline(what: Edit): boolean {
  return what === "newline"
}

/** A changed invitation is read at once, so that a slip is told while it is typed. */
function typed(view: WelcomeView): WelcomeStep {
  if (view.stage.at !== "invitation") return still({ ...view, problem: undefined })
  const invitation = view.input.text
  if (invitation === view.invitation) return still(view)
  const next: WelcomeView = { ...view, invitation, problem: undefined, reading: undefined }
  return {
    view: next,
    effects: invitation.trim() === "" ? [] : [{ kind: "read-invitation", text: invitation }],
  }
}

function submit(view: WelcomeView): WelcomeStep {
  const text = view.input.text.trim()
  if (view.stage.at === "name") {
    if (text === "") return still({ ...view, problem: say`Type a name first.` })
    return { view: { ...view, problem: undefined }, effects: [{ kind: "check-name", text }] }
  }
  const { reading } = view
  if (text === "" || reading === undefined)
    return still({ ...view, problem: say`Type or paste the invitation first.` })
  if (!reading.ok) return still({ ...view, problem: safeLine(reading.problem) })
  if (!reading.complete) {
    return still({
      ...view,
      problem: say`That is only the address. Add the 12 words of the invitation after it, or paste the whole link.`,
    })
  }
  return joining(view)
}

function back(view: WelcomeView): WelcomeView {
  if (view.stage.at === "name" && !view.stage.rejoin) return { ...view, problem: undefined }
  return { ...view, problem: undefined, stage: { at: "choose", index: 0 }, input: EMPTY_COMPOSER }
}

function onChoose(view: WelcomeView, index: number, key: Key): WelcomeStep {
  const choices = choicesOf(view)
  const at = (to: number): WelcomeStep =>
    still({
      ...view,
      problem: undefined,
      stage: { at: "choose", index: (to + choices.length) % choices.length },
    })
  if (key.kind === "paste") return typed(inputStage(view, oneLine(key.text)))
  if (key.kind !== "chord") return still(view)
  switch (key.chord) {
    case "up":
    case "shift+tab":
      return at(index - 1)
    case "down":
    case "tab":
      return at(index + 1)
    case "esc":
      return still({
        ...view,
        problem: undefined,
        stage: { at: "name", rejoin: false },
        input: setDraft(EMPTY_COMPOSER, view.name),
      })
    case "enter":
      return choose(view, choices[index])
    default:
      return still(view)
  }
}

function choose(view: WelcomeView, choice: Choice | undefined): WelcomeStep {
  if (choice === undefined) return still(view)
  switch (choice.kind) {
    case "relay":
      return typed(inputStage(view, `${choice.relay.host}:${choice.relay.port} `))
    case "invitation":
      return typed(inputStage({ ...view, invitation: "" }, view.invitation))
    case "host":
      return {
        view: { ...view, problem: undefined, stage: { at: "hosting" } },
        effects: [{ kind: "host", name: view.name }],
      }
  }
}

function inputStage(view: WelcomeView, text: string): WelcomeView {
  return { ...view, problem: undefined, stage: { at: "invitation" }, input: setDraft(EMPTY_COMPOSER, text) }
}

/** How a found relay is named in the list. */
export function relayLabel(relay: FoundRelay): SafeText {
  return say`${safeName(relay.name)} at ${safeLine(`${relay.host}:${relay.port}`)}`
}

/** What a newcomer compares: anybody can announce any name. */
export function relayKeyWords({ letters }: FoundRelay): SafeText {
  return say`Its key is ${safeLine(letters)}: its own screen shows the same (I).`
}
