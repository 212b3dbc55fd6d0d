/** What the view asks for, done: every effect that concerns the client, the terminal or the disk. */
import type { Client } from "../client/client.ts"
import type { ClientEvent, PersonView, TranscriptLine } from "../client/events.ts"
import type { Clock } from "../platform/clock.ts"
import { DOCTOR_TITLE, doctorLines } from "./doctor-page.ts"
import { LOG_TITLE, type SessionLog } from "./session-log.ts"
import { whois } from "./whois.ts"
import { DIRECTORY_TITLE, directoryLines } from "./directory-page.ts"
import { fingerprintPage } from "./fingerprint.ts"
import { INVITATION_TITLE, invitationLines, type Invitation } from "./invitation.ts"
import { actOnKeys, keyPage } from "./key-actions.ts"
import type { Language } from "./language.ts"
import { languageAnswer } from "./language-choice.ts"
import { type LeftFor, NO_PASSPHRASE } from "./program-commands.ts"
import { muteRoom } from "./muting.ts"
import { noReceiptsWords, receiptsOf } from "./receipts.ts"
import { whyNot } from "./remark-acts.ts"
import { actOnRemark } from "./remark-session.ts"
import { type Confirmer, invitationOf, linkRoom, roleLines, sendOrWarn } from "./room-acts.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"
import type { Searching } from "./searching.ts"
import { SEES_TITLE, seesLines } from "./sees.ts"
import { actOnSetting } from "./setting-session.ts"
import { snapshotOf } from "./snapshot.ts"
import { roomInWords, span, type Span } from "./theme.ts"
import { actInPanel, readCode, startVerifying } from "./verify-session.ts"
import {
  MAX_READ_LINES,
  PAGE_LINES,
  TAIL_LINES,
  type ChatEvent,
  type ChatView,
  type Effect,
  type Tone,
} from "./view.ts"
import { planMessage, scheduled } from "./timing.ts"
import { errorWords } from "./words.ts"

export interface SessionDeps {
  client: Client
  clock: Clock
  view: () => ChatView
  dispatch: (event: ChatEvent) => void
  exportRoom: (roomId: string, path: string | undefined) => Promise<string>
  /** The text of a code, from a file or from what was typed. */
  readCode: (typed: string) => Promise<string>
  /** Read anew each time; undefined when this computer runs no relay of its own. */
  invitation: () => Invitation | undefined
  /** For all profiles of this person, from the next start on. */
  keepLanguage: (language: Language) => void
  /** Settings have changed: how the screen looks, and what the terminal reports. */
  settled: () => void
  /** Somebody who looks elsewhere is to know of this, perhaps. */
  heard: (event: ClientEvent) => void
  /** Lends the terminal to the person's editor; undefined: there is none. */
  edit: (text: string) => Promise<string | undefined>
  pathsLike: (typed: string) => readonly string[]
  /** Bytes for the terminal that draw nothing: the clipboard. */
  write: (bytes: string) => void
  /** Shows an address in the system's browser; undefined: there is none. */
  openLink: ((address: string) => Promise<void>) | undefined
  redraw: () => void
  suspend: () => void
  /** Keys wait until then: what is typed ahead is for the room that is being opened. */
  going: (until: Promise<void>) => void
  /** There is a passphrase to come back with. */
  canLock: boolean
  /** Ends the screen. */
  leave: (next: LeftFor) => void
  /** What nobody can do anything about: ends the screen. */
  fail: (error: unknown) => void
}

export interface Tools {
  attempt: (work: () => void | Promise<void>) => void
  tell: (text: SafeText, tone: Tone) => void
  refresh: () => void
  /** Rooms in which it was said that whoever invited us has not been heard. */
  warned: Set<string>
  confirmer: Confirmer
  searching: Searching
  log: SessionLog
}

export function perform(
  effect: Effect,
  deps: SessionDeps,
  { attempt, tell, refresh, warned, confirmer, searching, log }: Tools,
): void {
  const { client, dispatch } = deps
  switch (effect.kind) {
    case "send":
      return send(deps, effect.roomId, effect, { refresh, warned })
    case "remark":
      return attempt(() => actOnRemark(deps, effect, { tell, refresh }))
    case "send-to":
      return sendTo(deps, effect, { tell, refresh, warned })
    case "plan":
      return plan(deps, effect, tell)
    case "scheduled":
      return attempt(async () => {
        const answer = await scheduled(client, effect.number)
        if ("said" in answer) tell(answer.said, "good")
        else page(deps, answer)
      })
    case "open-room":
      return attempt(() => openRoom(client, effect.roomId, dispatch))
    case "go":
      return attempt(() => {
        try {
          const going = go(deps, effect.to)
          if (going !== undefined) deps.going(going)
          return going
        } catch (error) {
          // What is typed next was meant for there: behind the command it goes to nobody.
          return dispatch({
            kind: "not-sent",
            roomId: undefined,
            text: safeLine(`/go ${effect.to}`),
            why: errorWords(error),
          })
        }
      })
    case "search":
      return searching.begin(effect.query, effect.roomId)
    case "jump":
      return attempt(() => searching.jump(effect.hit, tell))
    case "load-older":
      return attempt(() => {
        const lines = client.transcript(effect.roomId, PAGE_LINES, effect.before)
        dispatch({ kind: "older", roomId: effect.roomId, lines, complete: lines.length < PAGE_LINES })
      })
    case "mark-read":
      return attempt(async () => {
        await client.markRead(effect.roomId)
        refresh()
      })
    case "verify":
      return attempt(() => startVerifying(deps, effect, { tell, refresh }))
    case "verify-act":
      return attempt(() => actInPanel(deps, effect, { tell, refresh }))
    case "read-code":
      return attempt(() => readCode(deps, effect, { tell, refresh }))
    case "alias":
      return attempt(async () => {
        await client.setAlias(client.findPerson(effect.name).id, effect.alias)
        refresh()
      })
    case "rename":
      return attempt(() => client.keys.rename(effect.name))
    case "answer-verify":
      return attempt(() => answerVerify(deps, effect, refresh))
    case "whois":
      return attempt(() => page(deps, whois(client, effect, deps.view().theme.symbols)))
    case "doctor":
      return attempt(() => {
        const lines = doctorLines(client, { canLock: deps.canLock, now: deps.clock.now() })
        page(deps, { title: DOCTOR_TITLE, lines })
      })
    case "log":
      return page(deps, { title: LOG_TITLE, lines: log.lines() })
    case "fingerprint":
      return attempt(() => dispatch({ kind: "overlay", overlay: fingerprintPage(client, effect.name) }))
    case "keys":
      return attempt(async () => {
        const answer = await actOnKeys(client, effect, deps.view().theme.symbols)
        if ("done" in answer) tell(answer.done, "good")
        else dispatch({ kind: "overlay", overlay: keyPage(answer) })
        refresh()
      })
    case "receipts":
      return attempt(() => {
        const found = receiptsOf(client, effect.roomId, effect.back)
        if (found === undefined) return tell(noReceiptsWords(effect.back), "warning")
        dispatch({ kind: "overlay", overlay: { kind: "receipts", ...found, offset: 0 } })
      })
    case "invite":
      return attempt(async () => {
        const lines = invitationLines(await invitationOf(client, deps.invitation()))
        page(deps, { title: INVITATION_TITLE, lines })
      })
    case "directory":
      return attempt(() => {
        const lines = directoryLines(client, deps.view().theme.symbols)
        page(deps, { title: DIRECTORY_TITLE, lines })
      })
    case "sees":
      return attempt(async () => {
        const lines = seesLines(await client.sees())
        page(deps, { title: SEES_TITLE, lines })
      })
    case "moderators":
      return attempt(() => {
        const lines = roleLines(linkRoom(client).link, deps.view().theme.symbols).map((text) => [span(text)])
        page(deps, { title: say`Who decides in #everyone`, lines })
      })
    case "act":
      return attempt(async () => {
        const { text, tone } = await confirmer.ask(client, effect.act, effect.name)
        tell(text, tone)
      })
    case "export":
      return attempt(async () => {
        const path = await deps.exportRoom(effect.roomId, effect.path)
        tell(say`Saved in ${safeLine(path)}. The file is not encrypted.`, "good")
      })
    case "editor":
      return attempt(async () => {
        const text = await deps.edit(effect.text)
        if (text === undefined) tell(say`There is no editor here.`, "warning")
        else dispatch({ kind: "edited", roomId: effect.roomId, text })
      })
    case "complete-path":
      return dispatch({ ...effect, kind: "paths", paths: deps.pathsLike(effect.typed) })
    case "set":
      return attempt(async () => {
        await actOnSetting(deps, effect, tell)
        refresh()
      })
    case "mute":
      return attempt(async () => {
        tell(await muteRoom(client, effect), "plain")
        deps.settled()
      })
    case "language":
      return attempt(() => tell(languageAnswer(effect.language, deps.keepLanguage), "plain"))
    case "reconnect":
      return client.start()
    case "redraw":
      return deps.redraw()
    case "suspend":
      return deps.suspend()
    case "lock":
      return deps.canLock ? deps.leave("lock") : tell(NO_PASSPHRASE, "warning")
    case "plain":
      return deps.leave("plain")
    case "quit":
      return deps.leave("end")
  }
}

function page(
  { dispatch }: SessionDeps,
  { title, lines }: { title: SafeText; lines: readonly (readonly Span[])[] },
): void {
  dispatch({ kind: "overlay", overlay: { kind: "page", title, lines, offset: 0 } })
}

function send(
  deps: SessionDeps,
  roomId: string,
  { text, typed, replyTo }: Effect & { kind: "send" },
  { refresh, warned }: Pick<Tools, "refresh" | "warned">,
): void {
  sendOrWarn(deps.client, warned, roomId, text, replyTo).then(refresh, (error: unknown) => {
    deps.dispatch({ kind: "not-sent", roomId, text: typed, why: say`Not sent. ${errorWords(error)}` })
  })
}

function plan(
  { client, clock, dispatch }: SessionDeps,
  effect: Effect & { kind: "plan" },
  tell: (text: SafeText, tone: Tone) => void,
): void {
  planMessage(client, effect, clock.now()).then(
    (said) => tell(said, "good"),
    (error: unknown) => {
      const why = say`Not planned. ${errorWords(error)}`
      dispatch({ kind: "not-sent", roomId: effect.roomId, text: effect.typed, why })
    },
  )
}

function sendTo(
  { client, dispatch }: SessionDeps,
  effect: Effect & { kind: "send-to" },
  { tell, refresh, warned }: Pick<Tools, "tell" | "refresh" | "warned">,
): void {
  const work = async () => {
    const roomId = await roomFor(client, effect.to)
    const gone = effect.of && whyNot("forward", client.remarks.find(effect.of.roomId, effect.of.message))
    if (gone !== undefined) return tell(gone, "warning")
    await sendOrWarn(client, warned, roomId, effect.text)
    tell(say`Sent to ${roomInWords(client.room(roomId))}.`, "good")
    refresh()
  }
  work().catch((error: unknown) => {
    dispatch({
      kind: "not-sent",
      roomId: undefined,
      text: effect.typed,
      why: say`Not sent. ${errorWords(error)}`,
    })
  })
}

function openRoom(client: Client, roomId: string, dispatch: (event: ChatEvent) => void): void {
  const unread = client.room(roomId).unread
  const wanted = Math.max(TAIL_LINES, Math.min(unread + PAGE_LINES, MAX_READ_LINES))
  const lines: readonly TranscriptLine[] = client.transcript(roomId, wanted)
  const draft = client.desk.draft(roomId)
  dispatch({ kind: "opened", roomId, lines, complete: lines.length < wanted, draft })
}

/** A room that exists is open before the next key is taken: what is typed ahead is for whoever was gone to. */
function go({ client, clock, dispatch }: SessionDeps, to: string): Promise<void> | undefined {
  const person = to.startsWith("#") ? undefined : client.findPerson(to)
  const known =
    person === undefined
      ? client.findRoom(to).id
      : client.rooms().find(({ peer }) => peer?.id === person.id)?.id
  const open = (roomId: string) => {
    dispatch({ kind: "snapshot", data: snapshotOf(client, clock.now()), tail: undefined })
    openRoom(client, roomId, dispatch)
  }
  if (known === undefined) return roomFor(client, person?.id ?? to).then(open)
  open(known)
  return undefined
}

/** `#everyone`, a name or an id → a room that exists, made if it must be. */
export async function roomFor(client: Client, to: string): Promise<string> {
  if (to.startsWith("#")) return client.findRoom(to).id
  const person = client.findPerson(to)
  return (await client.openChat(person.id)).id
}

async function answerVerify(
  { client, dispatch }: SessionDeps,
  effect: { person: PersonView; number: string; match: boolean },
  refresh: () => void,
): Promise<void> {
  const { person, number, match } = effect
  // The person answered for the digits that stood there. If the key changed meanwhile, that answer means nothing; the
  // new ones are not put under the same finger.
  if (client.safetyNumber(person.id) !== number) {
    dispatch({ kind: "overlay", overlay: undefined })
    dispatch({
      kind: "toast",
      toast: { text: say`The digits changed while you compared. Compare again.`, tone: "danger" },
    })
    return
  }
  await (match ? client.markVerified(person.id) : client.markMismatch(person.id))
  const after = client.findPerson(person.id)
  dispatch({
    kind: "overlay",
    overlay: { kind: "verify", person: after, number, step: match ? "match" : "differ" },
  })
  refresh()
}
