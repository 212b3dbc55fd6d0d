/**
 * The full-screen interface: puts terminal, view and client together and takes them apart again. It decides nothing;
 * what a key means is in the reducers, what the client does is the client's.
 */
import { type Client, DEFAULT_SETTINGS, type Settings, type ThemeName } from "../client/client.ts"
import type { Clock } from "../platform/clock.ts"
import { createScreenStore } from "./app.tsx"
import { Attention } from "./attention.ts"
import { DraftKeeper } from "./draft-keeper.ts"
import { notifierOf } from "./notifying.ts"
import { coloursOf, paletteOf } from "./palettes.ts"
import type { Invitation } from "./invitation.ts"
import type { Language } from "./language.ts"
import type { Key } from "./key-decoder.ts"
import type { KeyMap } from "./key-map.ts"
import { type Mounted, mountScreen } from "./mounting.tsx"
import type { LeftFor } from "./program-commands.ts"
import { startSession, type Session } from "./session.ts"
import { snapshotOf } from "./snapshot.ts"
import { themeOf } from "./theme.ts"
import { TypedAhead } from "./typed-ahead.ts"
import { unsentWords } from "./timing.ts"
import { startWelcome, type Welcome, type WelcomeActions } from "./welcome.ts"
import { safeLine } from "./safe-text.ts"
import { initialChat, reduceChat } from "./view-state.ts"
import type { ChatEvent, ChatView, Effect } from "./view.ts"
import { summaryOf } from "./words.ts"

export { runPlain } from "./plain.ts"
export type { WelcomeActions } from "./welcome.ts"

export interface TuiOptions {
  start: { kind: "chat"; client: Client } | { kind: "welcome"; actions: WelcomeActions }
  clock: Clock
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  /** Writes the room to a file and returns its path. `path` is what the person asked for. */
  exportRoom(roomId: string, path: string | undefined): Promise<string>
  /** The text of a QR code: of the picture in a file whose name was typed, or the typed text itself. */
  readCode(typed: string): Promise<string>
  /** Something to know at the start, for example that the relay of this computer did not start. */
  startNote?: string
  /**
   * Said at the end, and when the first steps are done: for example that a relay goes on running here. Asked anew each
   * time, for the first steps may have started one meanwhile.
   */
  relayNote(): string | undefined
  /** What `/invite` shows: read anew each time, and undefined when this computer runs no relay of its own. */
  invitation(): Invitation | undefined
  /** Writes down which language the next start speaks. */
  keepLanguage(language: Language): void
  ascii: boolean
  color: boolean
  /** Goes before what was set and kept. */
  theme?: ThemeName
  /** What the terminal says of itself. */
  env?: Readonly<Record<string, string | undefined>>
  /** Undefined: as they are without a file of the person's own. */
  keys?: KeyMap
  /** Shows an address in the system's browser. */
  openLink?(address: string): Promise<void>
  /** There is a passphrase to come back with. */
  canLock?: boolean
  /** Aborted by the caller on SIGTERM, SIGHUP and the like: ends the screen as quitting does. */
  stop?: AbortSignal
  /** The text as the person's editor left it; has the terminal to itself meanwhile. */
  edit?(text: string): Promise<string>
  /** Paths that begin so, for completion. */
  pathsLike?(typed: string): readonly string[]
  /** Stops the process until somebody continues it (SIGTSTP). Without it Ctrl+Z does nothing. */
  suspend?(): Promise<void>
}

export interface TuiResult {
  /** For the caller to stop; undefined when the person left before there was one. */
  client: Client | undefined
  /** Two lines for the normal screen; empty when there is nothing to say. */
  summary: string
  /** Where the person goes from here. */
  next: LeftFor
}

/** Runs until the person quits. The terminal is as it was before when this settles, also when it rejects. */
export async function runTui(options: TuiOptions): Promise<TuiResult> {
  const { output, clock, start } = options
  const store = createScreenStore()
  const env = options.env ?? {}
  const notifier = notifierOf(env)
  const looksOf = (settings: Settings) =>
    themeOf({
      ascii: options.ascii || settings.ascii,
      color: options.color,
      palette: paletteOf(options.theme ?? settings.theme, env),
      colours: coloursOf(env),
    })
  let isLent = false
  let hasMouse = false
  let mounted: Mounted | undefined = undefined as Mounted | undefined
  let keeper: DraftKeeper | undefined
  let attention: Attention | undefined
  let client: Client | undefined
  let session: Session | undefined
  let welcome: Welcome | undefined
  let next: LeftFor = "end"
  /** What ended the screen; thrown when the terminal is back as it was. */
  const failures: unknown[] = []

  const chatNow = (): ChatView => {
    const screen = store.get()
    if (screen?.kind !== "chat") throw new RangeError("no chat on the screen")
    return screen
  }
  const dispatch = (event: ChatEvent) => {
    const { view, effects } = reduceChat(chatNow(), event)
    store.set(view)
    session?.perform(effects)
    // After what was asked for: a text that is sent is with the client before its draft goes.
    const now = chatNow()
    keeper?.look(now)
    attention?.look(now)
  }
  const setMouse = (on: boolean) => {
    hasMouse = on
    mounted?.mouse(on)
  }
  const openChat = (opened: Client, note: string | undefined) => {
    welcome?.stop()
    welcome = undefined
    client = opened
    keeper = new DraftKeeper(opened.desk, clock)
    attention = new Attention({
      client: opened,
      clock,
      notifier,
      view: chatNow,
      // Somebody else's screen is not ours to write on.
      write: (bytes) => void (isLent || output.write(bytes)),
    })
    const settings = opened.desk.settings()
    setMouse(settings.mouse)
    const first = initialChat(
      snapshotOf(opened, clock.now()),
      looksOf(settings),
      output.columns,
      output.rows,
      options.keys,
    )
    store.set(first.view)
    session = startSession({
      client: opened,
      clock,
      view: chatNow,
      dispatch,
      exportRoom: options.exportRoom,
      readCode: options.readCode,
      invitation: options.invitation,
      keepLanguage: options.keepLanguage,
      settled: () => {
        const now = opened.desk.settings()
        setMouse(now.mouse)
        dispatch({ kind: "theme", theme: looksOf(now) })
      },
      heard: (event) => attention?.heard(event),
      edit,
      pathsLike: (typed) => options.pathsLike?.(typed) ?? [],
      write: (bytes) => output.write(bytes),
      openLink: options.openLink?.bind(options),
      redraw,
      suspend,
      going: ahead.wait.bind(ahead),
      canLock: options.canLock === true,
      leave: (where) => {
        next = where
        quit()
      },
      fail,
    })
    if (note !== undefined) dispatch({ kind: "toast", toast: { text: safeLine(note), tone: "plain" } })
    const unsent = unsentWords(opened)
    if (unsent !== undefined) dispatch({ kind: "toast", toast: { text: unsent, tone: "warning" } })
    const performing: readonly Effect[] = first.effects
    session.perform(performing)
  }
  const give = (event: { kind: "key"; key: Key } | { kind: "resize"; columns: number; rows: number }) => {
    try {
      if (store.get()?.kind === "chat") dispatch(event)
      else welcome?.dispatch(event)
    } catch (error) {
      fail(error)
    }
  }
  const onKeys = (keys: readonly Key[]) => {
    for (const key of keys) {
      attention?.pressed(key)
      if (!ahead.takes(key)) give({ kind: "key", key })
    }
  }
  const ahead = new TypedAhead(onKeys)
  const redraw = () => mounted?.redraw()
  const suspend = () => mounted?.suspend()
  const quit = () => mounted?.quit()
  const fail = (error: unknown) => {
    failures.push(error)
    quit()
  }
  const edit = async (text: string) => {
    let edited: string | undefined
    if (options.edit === undefined) return undefined
    await mounted?.lend(async () => {
      isLent = true
      try {
        edited = await options.edit?.(text)
      } finally {
        isLent = false
      }
    })
    return edited
  }

  if (start.kind === "chat") openChat(start.client, options.startNote)
  else {
    welcome = startWelcome({
      actions: start.actions,
      theme: looksOf(DEFAULT_SETTINGS),
      columns: output.columns,
      rows: output.rows,
      show: store.set,
      enter: openChat,
      redraw: () => redraw(),
      quit: () => quit(),
    })
  }
  mounted = mountScreen({
    store,
    clock,
    input: options.input,
    output,
    onKeys,
    onResize: (columns, rows) => give({ kind: "resize", columns, rows }),
    hasTitle: notifier.hasTitle,
    hasMouse,
    stop: options.stop,
    suspend: options.suspend,
  })
  try {
    await mounted.ended
  } finally {
    session?.stop()
    welcome?.stop()
    await keeper?.flush()
  }
  if (failures.length > 0) throw failures[0]
  return { client, summary: client === undefined ? "" : summaryOf(client, options.relayNote()), next }
}
