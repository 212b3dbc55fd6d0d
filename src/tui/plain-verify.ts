/**
 * Verification in lines. What somebody types right after `/verify` answers the question that it asked
 * (`plain-questions.ts`); whatever comes later, by itself, is answered with `/verify WORD`, so that no line of a
 * conversation is ever taken for an answer.
 */
import type { Client, VerificationView } from "../client/client.ts"
import type { ClientEvent, PersonRef } from "../client/events.ts"
import { done, isNo, isYes, type Question } from "./plain-questions.ts"
import { refuse, type Tools } from "./plain-rooms.ts"
import { qrTextRows } from "./qr-drawing.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"
import { ASCII_SYMBOLS, nameAgain, nameInWords, nameWithMark, roomTitle, type Symbols } from "./theme.ts"
import { actOnVerification, choicesOf } from "./verification-choices.ts"
import { answersWords, isOver, noticeOfVerification, turnWords } from "./verification-words.ts"
import { choiceLines, verificationLines } from "./verification-text.ts"
import { roomToVerify } from "./verify-session.ts"
import { waysOf } from "./verify-ways.ts"
import type { VerifyHow } from "./view.ts"
import { digitRows, trustWords } from "./words.ts"

/** Cells for a code in lines: nobody tells us how wide the terminal is, and this much fits nearly everywhere. */
const CODE_ROOM = { columns: 80, rows: 30 }

/** Before the words that answer. */
const BEFORE = say`/verify `

export interface VerifyTools extends Tools {
  readCode: (typed: string) => Promise<string>
  /** What was last said of each verification. */
  told: Map<string, string>
}

type Verify = { name: string | undefined; how: VerifyHow | undefined }

/** `/verify …`. @returns the question that the next line answers. @throws ClientError for a name that is none. */
export async function verifyInLines(
  { name, how }: Verify,
  roomId: string | undefined,
  tools: VerifyTools,
): Promise<Question | undefined> {
  const { client } = tools
  if (how === "room") {
    begun(await client.verification.askRoom(roomToVerify(client, name, roomId)), tools)
    return undefined
  }
  const open = client.verification.current()
  const named = how === undefined ? openWith(name, client) : undefined
  if (named) return answerOpen(named.word, named.view, tools, true)
  const isMeant = open !== undefined && (name === undefined ? !isOver(open) : isAnswer(name, open, client))
  if (how === undefined && isMeant) {
    return answerOpen(name, open, tools)
  }
  const peer = roomId === undefined ? undefined : client.room(roomId).peer
  const person = name === undefined ? peer : client.findPerson(name)
  if (person === undefined) {
    refuse(tools, say`Whom? Write /verify NAME; /verify room checks everybody at once.`)
    return undefined
  }
  return begin(person, how, tools)
}

/** `NAME WORD`: what waits for that word with this person, unless somebody is called so. */
function openWith(
  text: string | undefined,
  client: Client,
): { view: VerificationView; word: string } | undefined {
  const parts = /^(.*\S)\s+(\S+)$/u.exec(text ?? "")
  if (parts === null) return undefined
  const word = parts[2]!.toLowerCase()
  const isAwaited = (view: VerificationView) =>
    !isOver(view) && view.kind !== "room" && choicesOf(view).some((choice) => choice.word === word)
  const open = client.verification.all().filter(isAwaited)
  if (open.length === 0 || client.people().some((person) => person.name === text)) return undefined
  const { id } = client.findPerson(parts[1]!)
  const view = open.find(({ person }) => person?.id === id)
  return view && { view, word }
}

/** A word of the footer, unless somebody is called so. */
function isAnswer(name: string, open: VerificationView, client: Client): boolean {
  const word = name.toLowerCase()
  const called = client.people().some((person) => person.name.toLowerCase() === word)
  return !called && choicesOf(open).some((choice) => choice.word === word)
}

async function answerOpen(
  name: string | undefined,
  open: VerificationView,
  tools: VerifyTools,
  isNamed = false,
): Promise<undefined> {
  const isSaid = ({ word }: { word: string }) => word === name?.toLowerCase()
  const choice = choicesOf(open).find(isSaid)
  if (choice === undefined) return show(open, tools)
  const waiting = tools.client.verification.all().filter((each) => !isOver(each))
  // Nobody is to be believed because somebody else's words fit.
  if (!isNamed && waiting.some((each) => each.id !== open.id && choicesOf(each).some(isSaid))) {
    refuse(
      tools,
      say`More than one verification waits for that word, and nothing was done. Write with whom: /verify NAME ${safeLine(choice.word)}.`,
    )
    return undefined
  }
  // A result that was printed has been read.
  await actOnVerification(tools.client.verification, open, choice.act)
  return undefined
}

async function begin(
  person: PersonRef,
  how: VerifyHow | undefined,
  tools: VerifyTools,
): Promise<Question | undefined> {
  const { client, print, symbols } = tools
  switch (how) {
    case "words":
      begun(await client.verification.askWords(person.id), tools)
      return undefined
    case "show":
      begun(await client.verification.qrText(person.id), tools)
      return undefined
    case "read":
      return codeQuestion(person, tools)
    case "room":
      return verifyInLines({ name: undefined, how }, undefined, tools)
    case "digits": {
      const number = client.safetyNumber(person.id)
      print(
        say`${nameInWords(person)} is ${trustWords(person)}. Read these digits to each other, in person or on the phone:`,
        ...digitRows(number),
      )
      return digitsQuestion(person, number, tools)
    }
    case undefined:
      print(
        say`Verify ${nameWithMark(person, symbols)}, who is ${trustWords(person)}.`,
        ...waysOf(person).map(({ how: way, title, what }) => say`${safeLine(way)}: ${title}, ${what}`),
      )
      return howQuestion(person, tools)
  }
}

function howQuestion(person: PersonRef, tools: VerifyTools): Question {
  const ways = waysOf(person)
  return {
    text: say`How? Type words, digits, show, read, room or later.`,
    overtaken: () => goneWords(person, tools),
    answer: (said) => {
      const way = ways.find(({ how }) => how === said)
      if (way !== undefined) return () => begin(person, way.how, tools)
      return said === "later" ? stays(person, tools) : undefined
    },
  }
}

function digitsQuestion(person: PersonRef, number: string, tools: VerifyTools): Question {
  const { client, print } = tools
  const isOther = () =>
    goneWords(person, tools) ??
    (client.safetyNumber(person.id) === number
      ? undefined
      : say`The digits changed while you compared. Start again with /verify.`)
  return {
    text: say`Do they match? Type yes, no or later.`,
    overtaken: isOther,
    answer: (said) => {
      if (said === "later") return stays(person, tools)
      if (!isYes(said) && !isNo(said)) return undefined
      return done(async () => {
        const other = isOther()
        if (other !== undefined) return refuse(tools, other)
        if (isYes(said)) {
          await client.markVerified(person.id)
          return print(say`VERIFIED: ${nameAgain(person)}.`)
        }
        await client.markMismatch(person.id)
        return print(say`STOPPED: nothing more is sent to ${nameInWords(person)}. Talk to them in person.`)
      })
    },
  }
}

function codeQuestion(person: PersonRef, tools: VerifyTools): Question {
  return {
    text: say`Type the name of a picture of the screen of ${nameInWords(person)} (PNG or JPEG), or paste the text of the code. Or type later.`,
    takesText: true,
    overtaken: () => goneWords(person, tools),
    answer: (said, line) => {
      if (said === "later") return stays(person, tools)
      // Its outcome comes as an event.
      return done(async () => {
        await tools.client.verification.readQr(person.id, await tools.readCode(line.trim()))
      })
    },
  }
}

function stays(person: PersonRef, { client, print }: VerifyTools): () => Promise<undefined> {
  return done(() => {
    const now = client.findPerson(person.id)
    print(say`Later, then. ${nameInWords(now)} stays ${trustWords(now)}.`)
  })
}

/** Undefined while the person can be found. */
function goneWords(person: PersonRef, { client }: Pick<VerifyTools, "client">): SafeText | undefined {
  try {
    client.findPerson(person.id)
    return undefined
  } catch {
    return say`The question is over: ${nameInWords(person)} is not in the relay's list any more.`
  }
}

/** Whatever of it is said again when it has changed. */
function stampOf({ step, waitingFor, ownAnswer, theirAnswer, attempt }: VerificationView): string {
  return [step, waitingFor, ownAnswer, theirAnswer, attempt].join(" ")
}

/** Everything of one verification, to be heard from the beginning. */
function show(view: VerificationView, { client, print, symbols }: VerifyTools): undefined {
  print(...codeLines(view, symbols), ...verificationLines(view, client.self(), symbols, BEFORE))
}

/** What was begun by a line is an event as well, which may have come first: it is said once. */
function begun(view: VerificationView, tools: VerifyTools): void {
  if (tools.told.get(view.id) === stampOf(view)) return
  tools.told.set(view.id, stampOf(view))
  show(view, tools)
}

/** The text stands there too: nobody hears a picture. */
function codeLines(view: VerificationView, symbols: Symbols): readonly SafeText[] {
  if (view.step !== "show" || view.qr === undefined) return []
  const text = safeLine(view.qr)
  const drawn = symbols === ASCII_SYMBOLS ? undefined : qrTextRows(text, CODE_ROOM, false)
  if (drawn === undefined) return [text]
  return [
    say`A picture of the code follows, ${drawn.length} lines to be passed over by whoever listens; then its text.`,
    ...drawn,
    text,
  ]
}

type VerifyEvent = Extract<ClientEvent, { type: `verify.${string}` }>

/** @param told what was last said of each; lines that are only counts are not said again and again. */
export function verifyEventLines(
  event: VerifyEvent,
  self: PersonRef,
  told: Map<string, string>,
  symbols: Symbols,
): readonly SafeText[] {
  const view = event.verification
  if (view === undefined) {
    return event.type === "verify.mismatch"
      ? [say`${symbols.mark} Keys of ${nameInWords(event.person)} DIFFER. Nothing more is sent to them.`]
      : []
  }
  const now = stampOf(view)
  if (told.get(view.id) === now) {
    if (view.kind !== "room" || view.step !== "gathering") return []
    return [
      say`${symbols.mark} ${view.count} have come in to ${view.room === undefined ? say`the round` : roomTitle(view.room)}.`,
    ]
  }
  told.set(view.id, now)
  switch (event.type) {
    case "verify.requested":
      return [say`${symbols.mark} ${noticeOfVerification(view, symbols)}`, ...choiceLines(view, BEFORE)]
    case "verify.changed":
      if (view.step === "compare" && view.ownAnswer !== undefined)
        return [say`${symbols.mark} ${view.kind === "room" ? answersWords(view) : turnWords(view)}`]
      return [...codeLines(view, symbols), ...verificationLines(view, self, symbols, BEFORE)]
    default:
      return [...codeLines(view, symbols), ...verificationLines(view, self, symbols, BEFORE)]
  }
}
