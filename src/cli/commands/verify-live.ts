/**
 * `secure-chat verify` with another person at their screen: seven words, a code, a whole room. What happens is printed
 * as it comes; lines on the standard input answer. Ends with the verification, or when the person stops it.
 */
import { createInterface } from "node:readline"
import type { VerificationView } from "../../client/client.ts"
import type { StampedEvent } from "../../client/events.ts"
import { qrTextRows } from "../../tui/qr-drawing.ts"
import { safeLine, say } from "../../tui/safe-text.ts"
import { actOnVerification, choicesOf } from "../../tui/verification-choices.ts"
import { isOver, outcomeWords } from "../../tui/verification-words.ts"
import { verificationLines } from "../../tui/verification-text.ts"
import { errorWords } from "../../tui/words.ts"
import { CliError } from "../errors.ts"
import { readAll } from "../io.ts"
import { eventJson, jsonLine, personJson, resultJson, verificationJson } from "../json-lines.ts"
import { readCode } from "../read-code.ts"
import { settleVerification, SYNC_MS } from "../settle.ts"
import { waitFor, waitForSync } from "../wait.ts"
import { type ClientSession, type Invocation, withClient } from "./context.ts"
import { findPersonSyncing } from "./find.ts"

/** The other side's answer is worth a moment: only then does this process know that both say the same. */
const THEIR_ANSWER_MS = 30_000
/** A file, or a pipe, holds a code of any size. */
const FILE_ROOM = { columns: 80, rows: 40 }
/** More than a code has, whatever stands around it. */
const MAX_CODE_BYTES = 4_096

/** Seven words with one person; agrees when they have asked already. */
export function verifyWords(invocation: Invocation, name: string): Promise<void> {
  return live(invocation, async (session) => {
    const person = session.client.findPerson(name)
    return session.client.verification.askWords(person.id)
  })
}

/** A code on this screen for one person to read. */
export function showCode(invocation: Invocation, name: string): Promise<void> {
  return live(invocation, (session) => session.client.verification.qrText(session.client.findPerson(name).id))
}

/** Leads a round, or comes in to the one that is open. */
export function verifyRoom(invocation: Invocation, name: string): Promise<void> {
  return live(invocation, ({ client }) => {
    const room = client.findRoom(name.startsWith("#") ? name : `#${name}`)
    const open = client.verification
      .all()
      .find((view) => view.kind === "room" && view.room?.id === room.id && view.step === "accept?")
    return open === undefined ? client.verification.askRoom(room.id) : client.verification.accept(open.id)
  })
}

/** Reads the code of this person's screen, from a picture, a file of text or the standard input (`-`). */
export async function readCodeOf(invocation: Invocation, name: string, file: string): Promise<void> {
  const { io } = invocation
  const text =
    file === "-"
      ? Buffer.from(await readAll(io.stdin, MAX_CODE_BYTES))
          .toString("latin1")
          .trim()
      : await readCode(file, io)
  await withClient(invocation, async (session) => {
    const person = await findPersonSyncing(session, name, session.waiting(SYNC_MS))
    session.client.start()
    await waitForSync(session.waiting(SYNC_MS)).catch(() => false)
    const view = await session.client.verification.readQr(person.id, text)
    await session.client.verification.dismiss(view.id)
    // The other side waits for our tick; what cannot leave now leaves with the next start.
    await settleVerification(session)
    finish(invocation, session, view)
  })
}

async function live(
  invocation: Invocation,
  begin: (session: ClientSession) => Promise<VerificationView>,
): Promise<void> {
  await withClient(invocation, async (session) => {
    session.client.start()
    if (!(await waitForSync(session.waiting(SYNC_MS)))) return
    const { id } = await begin(session)
    const view = await follow(invocation, session, id)
    await settleVerification(session)
    finish(invocation, session, view)
  })
}

/** @returns the view at its end. */
async function follow(invocation: Invocation, session: ClientSession, id: string): Promise<VerificationView> {
  const { client } = session
  const { verification } = client
  const print = printerOf(invocation, session)
  let shown = verification.view(id)
  const printer: typeof print = (view, stamped) => {
    shown = view
    print(view, stamped)
  }
  printer(shown, undefined)
  const lines = answers(invocation, session, id, () => shown.attempt)
  try {
    const waited = await waitFor(session.waiting(undefined), (stamped) => {
      const view = verification.view(id)
      if (stamped !== undefined && isOf(stamped, id)) printer(view, stamped)
      if (view.step === "accept?")
        verification.accept(id).catch((error: unknown) => invocation.io.say(errorWords(error)))
      return isOver(view) ? view : undefined
    })
    if (waited.kind !== "found") {
      // Nobody is left waiting for an answer that will not come.
      await verification.cancel(id)
      return verification.view(id)
    }
    if (waited.value.step !== "verified" || waited.value.kind === "qr") return waited.value
    await waitFor(session.waiting(THEIR_ANSWER_MS), (stamped) => {
      const view = verification.view(id)
      if (stamped !== undefined && isOf(stamped, id)) printer(view, stamped)
      return haveAllSaid(view) ? true : undefined
    })
    return verification.view(id)
  } finally {
    lines.close()
  }
}

function haveAllSaid(view: VerificationView): boolean {
  if (view.step !== "verified") return true
  return view.kind === "room" ? view.saidYes.length >= view.count : view.theirAnswer !== undefined
}

function isOf({ event }: StampedEvent, id: string): boolean {
  return "verification" in event && event.verification?.id === id
}

/** Prints what is new: with `--json` every event, else each step once. */
function printerOf(
  { io, config, symbols }: Invocation,
  { client }: ClientSession,
): (view: VerificationView, stamped: StampedEvent | undefined) => void {
  let told = ""
  return (view, stamped) => {
    const self = client.self()
    if (config.json) {
      const fields = { verification: verificationJson(view) }
      io.result(
        jsonLine(stamped ? eventJson(self.name, stamped) : resultJson("verify.changed", self.name, fields)),
      )
      return
    }
    const now = [view.step, view.waitingFor, view.attempt, view.step === "gathering" ? view.count : ""].join(
      " ",
    )
    if (now === told || isOver(view)) return
    told = now
    if (view.step === "show" && view.qr !== undefined)
      printCode(io, view.qr, { ascii: config.ascii, color: config.color })
    for (const line of verificationLines(view, self, symbols, "")) io.result(line)
  }
}

/** The text first, so that the code stands whole above the last line of a small terminal. */
function printCode(
  io: Invocation["io"],
  code: string,
  { ascii, color }: { ascii: boolean; color: boolean },
): void {
  const isTerminal = process.stdout.isTTY
  const room = isTerminal ? { columns: process.stdout.columns, rows: process.stdout.rows - 1 } : FILE_ROOM
  const inked = isTerminal && color
  const drawn = ascii ? undefined : qrTextRows(safeLine(code), room, inked)
  if (drawn === undefined) {
    io.say(say`The code needs half blocks and a window of 47 by 25 cells; this is its text:`)
    return io.result(code)
  }
  io.result(code)
  for (const row of drawn) io.result(inked ? `\u001b[30;107m${row}\u001b[0m` : row)
}

/** Lines of the standard input, as answers to the step that is open. @param attempt whose words were printed. */
function answers(
  { io }: Invocation,
  { client }: ClientSession,
  id: string,
  attempt: () => number,
): { close(): void } {
  const reader = createInterface({ input: io.stdin, terminal: false })
  const onLine = async (line: string) => {
    const said = line.trim().toLowerCase()
    if (said === "") return
    const view = client.verification.view(id)
    const choices = choicesOf(view)
    const choice = choices.find(({ word, key }) => said === word || said === key || said === LONG[key])
    if (choice === undefined || isOver(view)) {
      const words = safeLine(choices.map(({ word }) => word).join(", "))
      return io.say(isOver(view) ? say`That came too late.` : say`Now it takes: ${words}.`)
    }
    await actOnVerification(client.verification, { id, attempt: attempt() }, choice.act)
  }
  reader.on("line", (line) => {
    onLine(line).catch((error: unknown) => io.say(errorWords(error)))
  })
  return reader
}

const LONG: Readonly<Record<string, string>> = { y: "yes", n: "no" }

/** @throws CliError `not-matching` or `verify-ended` for every end but a good one. */
function finish(invocation: Invocation, { client }: ClientSession, view: VerificationView): void {
  const [first = "", ...rest] = outcomeWords(view)
  if (view.step === "verified") {
    const whom =
      view.kind === "room" ? view.people.filter(({ id }) => id !== client.self().id) : [view.person!]
    const people = whom.map(({ id }) => client.findPerson(id))
    invocation.show(
      resultJson("verify.done", client.self().name, {
        verification: verificationJson(view),
        people: people.map(personJson),
      }),
      [first, ...rest].join("\n"),
    )
    return
  }
  for (const line of rest) invocation.io.say(line)
  const sentence = `${first.slice(0, 1).toLowerCase()}${first.slice(1)}`.replace(/\.$/, "")
  const isWrong = view.step === "mismatch" || view.step === "failed"
  throw new CliError(isWrong ? "not-matching" : "verify-ended", sentence)
}
