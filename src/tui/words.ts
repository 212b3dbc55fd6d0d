/**
 * The sentences of the interface: states of the connection and of rooms, errors. One place, so that the full screen and
 * the line mode say the same, and a person never sees a code where a sentence is possible.
 */
import type { Millis } from "../platform/clock.ts"
import type { ConnectionProblem, ConnectionView, PersonRef, RoomProblem, RoomView } from "../client/events.ts"
import { ClientError, type Client } from "../client/client.ts"
import { SPLIT_TROUBLE } from "./directory-words.ts"
import { stoppedByKey, stoppedWords } from "./key-words.ts"
import { isOne, messageSentence } from "./language.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { nameInWords, nameToType } from "./theme.ts"

const WEEKDAYS = [
  say`Sunday`,
  say`Monday`,
  say`Tuesday`,
  say`Wednesday`,
  say`Thursday`,
  say`Friday`,
  say`Saturday`,
]
const MONTHS = [
  say`January`,
  say`February`,
  say`March`,
  say`April`,
  say`May`,
  say`June`,
  say`July`,
  say`August`,
  say`September`,
  say`October`,
  say`November`,
  say`December`,
]

const DISK_FULL = say`The disk of this computer is full. Nothing can be saved, so nothing comes in and nothing is sent until there is room again; then it goes on by itself.`

/** Latest time that a Date can hold. A hostile clock beyond it shows as dashes. */
const MAX_DATE_MS = 8.64e15

/** `12:03` in local time. */
export function timeOfDay(at: Millis): SafeText {
  const date = dateOf(at)
  return date === undefined ? say`--:--` : safeLine(`${two(date.getHours())}:${two(date.getMinutes())}`)
}

/** `Tuesday 22 November 2026`, local. */
export function dayOf(at: Millis): SafeText {
  const date = dateOf(at)
  if (date === undefined) return say`a day that no clock knows`
  return say`${WEEKDAYS[date.getDay()]!} ${date.getDate()} ${MONTHS[date.getMonth()]!} ${date.getFullYear()}`
}

/** `2026-11-22`, local. */
export function shortDay(at: Millis): SafeText {
  const date = dateOf(at)
  if (date === undefined) return say`----------`
  return safeLine(`${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`)
}

function dateOf(at: Millis): Date | undefined {
  return Number.isFinite(at) && Math.abs(at) <= MAX_DATE_MS ? new Date(at) : undefined
}

function two(value: number): string {
  return String(value).padStart(2, "0")
}

export function plural(count: number, one: SafeText, many: SafeText): SafeText {
  return say`${count} ${isOne(count) ? one : many}`
}

export function trustWords(person: PersonRef): SafeText {
  switch (person.trust) {
    case "self":
      return say`you`
    case "verified":
      return say`verified`
    case "unverified":
      return say`not verified`
    case "changed":
      return say`key CHANGED`
    case "differs":
      return say`KEYS DIFFER`
    case "replaced":
      return say`old key, replaced`
    case "blocked":
      return say`BLOCKED`
  }
}

/** The connection in two or three words, for the status line. */
export function connectionWords(connection: ConnectionView): SafeText {
  switch (connection.state) {
    case "offline":
      return say`no relay`
    case "connecting":
      return say`connecting`
    case "online":
      return say`connected`
    case "waiting":
      return say`${problemWords(connection.why)}, trying again`
    case "refused":
      return say`STOPPED: ${problemWords(connection.why)}`
  }
}

/** Why there is no connection, in two or three words. */
export function problemWords(why: ConnectionProblem): SafeText {
  switch (why) {
    case "unreachable":
      return say`relay not reached`
    case "lost":
      return say`connection lost`
    case "wrong-pin":
      return say`wrong relay`
    case "not-allowed":
      return say`invitation refused`
    case "revoked":
      return say`device removed`
    case "name-taken":
      return say`name taken`
    case "replaced":
      return say`name has another key`
    case "closed":
      return say`account closed`
    case "not-approved":
      return say`code refused`
    case "superseded":
      return say`open elsewhere`
    case "bad-version":
      return say`other version`
    case "banned":
      return say`shut out`
    case "awaiting":
      return say`the operator is asked to let you in`
    case "relay-inconsistent":
      return say`relay contradicts itself`
    case "directory-split":
      return say`relay caught lying`
    case "busy":
      return say`relay busy`
    case "storage":
      return say`disk full`
  }
}

/** What happened and what to do, when the person must do something; undefined otherwise. */
export function troubleWords(connection: ConnectionView): SafeText | undefined {
  if (connection.state === "waiting" && connection.why === "storage") return DISK_FULL
  if (connection.state !== "refused") return undefined
  const where = safeLine(`${connection.host}:${connection.port}`)
  switch (connection.why) {
    case "wrong-pin":
      return say`The computer at ${where} is not the relay you joined: its key differs. Nothing was sent. Perhaps another machine has this address now; ask whoever runs the relay.`
    case "not-allowed":
      return say`The relay does not accept this invitation. Ask for a new one and join again.`
    case "revoked":
      return say`This device is no longer yours at the relay: your profile was restored on another one, or this one's certificate has run out. Nothing is sent from here; what is stored here can still be read.`
    case "name-taken":
      return say`Somebody else on this relay has your name, or one that looks like it. Choose another name and join again. If it is yours and its key is lost, ask the operator for a code.`
    case "replaced":
      return say`You have another key at the relay now, newer than the one that is stored here. If this was put back from an older backup, use a newer one, or the computer that has the new key; without either, ask whoever runs the relay for a code. If you never took a new key, tell them at once: somebody has taken your name.`
    case "closed":
      return say`This account was closed. What is stored here can still be read; nothing comes in and nothing is sent.`
    case "not-approved":
      return say`The relay does not take this code: it is not the right one, was used, or is too old. Ask the operator for a new one.`
    case "superseded":
      return say`You are connected from another window. Close one of the two, then start this one again.`
    case "banned":
      return say`Whoever runs the relay has shut you out. What is stored here can still be read; nothing comes in and nothing is sent. Ask them.`
    case "awaiting":
      return say`Whoever runs the relay decides about newcomers, and was asked to let you in.`
    case "bad-version":
      return say`The relay speaks another version. Use the same secure-chat as the relay.`
    case "relay-inconsistent":
      return say`The relay contradicts what it said before. Nothing is sent until you have asked whoever runs it.`
    case "directory-split":
      return SPLIT_TROUBLE
    case "storage":
      return DISK_FULL
    case "busy":
      return say`The relay has no room for another connection. Start again in a while.`
    case "unreachable":
    case "lost":
      return say`The relay at ${where} is not there. See that it runs and that you are on its network, then start again.`
  }
}

/** The relay took none of what we offered, for now. @param why name of the refusal (PROTOCOL.md §4.3). */
export function limitWords(why: string): SafeText {
  const waits = say`What you write waits here and is tried again.`
  if (why === "storage") return say`The disk of the relay is full. ${waits}`
  if (why === "quota") return say`The relay takes no more here for now: a limit is reached. ${waits}`
  return say`The relay asks us to wait: ${safeLine(why)}`
}

/** Why nothing is sent in a room, and what to do; undefined when all is well. */
export function roomProblemWords(room: RoomView): SafeText | undefined {
  if (room.problem === "no-way-in")
    return say`Nobody can come in by this link now. It may have been replaced; if this stays so, ask somebody in the room for a new invitation, and join with that.`
  if (room.problem === "shut-out")
    return say`This room does not let you in: you were removed from it. Ask a moderator, in person.`
  if (room.state === "joining") return say`Coming in… what you write is sent as soon as you are in.`
  if (room.problem === undefined) {
    return room.state === "waiting" ? say`Waiting for an answer; what you write is kept and sent.` : undefined
  }
  const { peer } = room
  const name = peer === undefined ? say`somebody here` : nameInWords(peer)
  return problemOfRoom(room, room.problem, name, peer === undefined ? name : nameToType(peer))
}

/** @param again how the same is typed. */
function problemOfRoom(room: RoomView, problem: RoomProblem, name: SafeText, again: SafeText): SafeText {
  switch (problem) {
    case "key-changed":
    case "keys-differ":
      return stoppedByKey(room)
    case "blocked":
      return say`You have blocked ${name}: nothing of them is shown, and nothing is sent. /unblock ${again} ends it.`
    case "closed":
      return say`${name} has closed the account. Nothing can be sent there any more.`
    case "stranded":
      return say`STOPPED: this room moved on without you. It heals when somebody in it is online.`
    case "opening-refused":
      return say`STOPPED: the key of ${name} did not fit. Ask them in person; /verify compares keys.`
    case "forked":
      return say`STOPPED: the computer of ${name} tells different people different things. Nothing is sent here; ask ${again} in person.`
    case "storage":
      return say`STOPPED: this disk is full or failing. Make room, then start again.`
    case "removed":
      return say`You were removed from this room. What was said stays here to read; nothing more comes in or goes out.`
    case "no-way-in":
    case "shut-out":
      return say`Waiting to be let in.`
  }
}

export interface Security {
  text: SafeText
  /** For a narrow screen; undefined: the mark that says it. Never more than `text` says. */
  short: SafeText | undefined
  tone: "good" | "warning" | "danger"
}

/** `end-to-end, verified`, `end-to-end, 4 not verified`, or what stopped. Words for the header of a room. */
export function securityWords(room: RoomView): Security {
  if (room.state === "stopped") return { text: stoppedWords(room), short: say`STOPPED`, tone: "danger" }
  const others =
    room.kind === "direct" && room.peer !== undefined ? [room.peer] : room.members.map(({ person }) => person)
  const differing = others.filter(({ trust }) => trust === "differs").length
  if (differing > 0)
    return {
      text: say`end-to-end, keys of ${differing} DIFFER`,
      short: say`e2e, ${differing} DIFFER`,
      tone: "danger",
    }
  const changed = others.filter(({ trust }) => trust === "changed").length
  if (changed > 0)
    return { text: say`end-to-end, ${changed} CHANGED`, short: say`e2e, ${changed} CHANGED`, tone: "danger" }
  const blocked = others.filter(({ trust }) => trust === "blocked").length
  if (blocked > 0)
    return { text: say`end-to-end, ${blocked} blocked`, short: say`e2e, ${blocked} blocked`, tone: "warning" }
  const open = others.filter(({ trust }) => trust === "unverified").length
  const former = room.members.filter((member) => member.former.length > 0).length
  if (open === 0 && former > 0)
    return {
      text: say`end-to-end, old keys of ${former} still here`,
      short: say`e2e, old keys`,
      tone: "warning",
    }
  if (others.length === 0) return { text: say`end-to-end`, short: say`e2e`, tone: "good" }
  if (open === 0) return { text: say`end-to-end, verified`, short: undefined, tone: "good" }
  return {
    text: others.length === 1 ? say`end-to-end, not verified` : say`end-to-end, ${open} not verified`,
    short: undefined,
    tone: "warning",
  }
}

/** What a person reads when something that they asked for cannot be done. */
export function errorWords(error: unknown): SafeText {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ClientError) {
    return error.code === "storage" ? say`Not saved. ${sentenceOf(message)}` : sentenceOf(message)
  }
  return say`That did not work: ${safeLine(messageSentence(message))}`
}

/** An error's own words, which start small for use after a colon, as a sentence that stands alone. */
export function sentenceOf(message: string): SafeText {
  const said = messageSentence(message.trim())
  const [first = "", ...rest] = said
  const line = safeLine(`${first.toUpperCase()}${rest.join("")}`)
  return /[.!?…।]$/u.test(said) ? line : say`${line}.`
}

/**
 * How many people are in a room, oneself included: *here*, who has signed something since we came in, and *listed*, who
 * is only named by the room's list (PROTOCOL.md §12.3).
 */
export function peopleWords({ members }: RoomView): SafeText {
  if (members.length === 0) return say`only you so far`
  const heard = members.filter(({ here }) => here).length
  const listed = members.length - heard
  return listed === 0 ? say`${heard + 1} here` : say`${heard + 1} here, ${listed} listed`
}

/** The same in full, for the page and the command that list them. */
export function peopleSentence({ members }: RoomView): SafeText {
  if (members.length === 0) return say`Nobody but you is in this room so far.`
  const heard = members.filter(({ here }) => here).length
  if (heard === members.length) {
    return say`${members.length + 1} people are here, you among them. All have written or signed something since you came in.`
  }
  const listed = members.length - heard
  if (heard === 0)
    return say`Only you are here for certain. ${plural(listed, say`person is`, say`people are`)} only listed; whether they are really there has not been seen yet.`
  return say`${heard + 1} people are here, you among them: they wrote or signed something since you came in. ${plural(listed, say`more is`, say`more are`)} only listed; whether they are really there has not been seen yet.`
}

/** 60 digits as three rows of four groups of five. */
export function digitRows(number: string): readonly SafeText[] {
  const groups = number.match(/\d{5}/gu) ?? []
  const rows: SafeText[] = []
  for (let at = 0; at < groups.length; at += 4) rows.push(safeLine(groups.slice(at, at + 4).join(" ")))
  return rows
}

/** @param count messages that have not reached the relay. */
export function waitingWords(count: number): SafeText {
  return say`${plural(count, say`message waits`, say`messages wait`)} here and will be sent the next time you start.`
}

/** Two lines for the normal screen after the chat: who and where, and what goes on or waits. */
export function summaryOf(client: Client, relayNote: string | undefined): string {
  const self = client.self()
  const connection = client.connection()
  const where =
    connection.state === "offline"
      ? say``
      : say` on the relay at ${safeLine(`${connection.host}:${connection.port}`)}`
  const waiting = client.outboxCount()
  const first = say`You were ${safeName(self.name)}${where}. Nothing of the chat stays on this screen.`
  const second =
    waiting > 0
      ? waitingWords(waiting)
      : relayNote === undefined
        ? say`Everything you wrote has reached the relay.`
        : safeLine(relayNote)
  return `${first}\n${second}\n`
}
