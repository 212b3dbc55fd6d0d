/**
 * The demonstration: what this program is for, shown in about ten seconds without a terminal. Every participant is
 * a process of its own, everything goes through a real relay, and in the end the relay's disk is searched for every
 * text that was sent. Nothing is prepared: it fails when anything is missing.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Clock } from "../platform/clock.ts"
import { relayBytes, storedAtRelay, timesFound } from "./demo-relay.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"
import { type OwnRun, startOwn } from "./own-process.ts"

const STEP_DEADLINE_MS = 30_000

interface Line {
  type: string
  room?: { name: string }
  from?: { name: string; trust: string }
  message?: { text: string; state?: string }
}

/** @throws CliError `demonstration` unless everything arrived and the relay holds no plaintext. */
export async function runDemo(io: Io, clock: Clock): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "secure-chat-demo-"))
  const stage = new Stage(io, clock, dir)
  const stop = () => stage.endAll()
  io.stop.addEventListener("abort", stop)
  try {
    await play(stage, io)
  } catch (error) {
    // What broke then is only that its processes were ended.
    throw io.stop.aborted ? failed("it was interrupted") : error
  } finally {
    io.stop.removeEventListener("abort", stop)
    stage.endAll()
    await stage.allEnded()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function play(stage: Stage, io: Io): Promise<void> {
  const began = stage.now()
  io.result("secure-chat, a demonstration: one relay and three people, each a process of its own.\n")

  const relay = stage.start(
    "relay",
    "start",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--no-discovery",
    "--name",
    "demonstration",
  )
  const ready = await relay.line((line) => line.includes('"relay.ready"'))
  if (ready === undefined) throw failed("the relay did not start")
  const { invitation, fingerprint } = JSON.parse(ready) as { invitation: string; fingerprint: string }
  stage.tell(`relay is up; its key has the fingerprint ${fingerprint.slice(0, 16)}…`)
  for (const name of ["alice", "bob", "carol"]) await stage.run(name, "join", invitation, "--name", name)
  stage.tell("alice, bob and carol joined with the invitation")

  await verifyEachOther(stage)
  await talk(stage)
  const read = await histories(stage)

  // Before and after its end: the write-ahead log is gone afterwards.
  const whileRunning = relayBytes(stage.dirOf("relay"))
  await stage.run("relay", "relay", "stop")
  await stage.ended(relay)
  const bytes = Buffer.concat([whileRunning, relayBytes(stage.dirOf("relay"))])
  showWhatEachReads(io, read)
  showWhatTheRelayHolds(stage, io, bytes)
  io.result(
    `\nEverything arrived, and the relay could read none of it. ${((stage.now() - began) / 1_000).toFixed(1)} s`,
  )
}

async function verifyEachOther(stage: Stage): Promise<void> {
  const [atAlice, atBob] = await Promise.all([
    stage.run("alice", "verify", "bob", "--number"),
    stage.run("bob", "verify", "alice", "--number"),
  ])
  const number = (lines: readonly string[]) => (JSON.parse(lines[0] ?? "{}") as { number?: string }).number
  const [one, two] = [number(atAlice), number(atBob)]
  if (one === undefined || one !== two) throw failed("the two safety numbers differ")
  await Promise.all([
    stage.run("alice", "verify", "bob", "--expect", one),
    stage.run("bob", "verify", "alice", "--expect", one),
  ])
  stage.tell(
    `alice and bob see the same safety number, ${one.slice(0, 23)} …, and mark each other as verified`,
  )
}

async function talk(stage: Stage): Promise<void> {
  const bob = stage.listen("bob")
  const carol = stage.listen("carol")
  await Promise.all([stage.online(bob), stage.online(carol)])
  await stage.send("alice", "bob", TEXTS.direct, "--wait", "delivered", "--require-verified")
  stage.tell("alice wrote to bob; bob's device says it has it")
  await stage.send("alice", "#everyone", TEXTS.room)
  await Promise.all([stage.receives(bob, TEXTS.room), stage.receives(carol, TEXTS.room)])
  stage.tell("alice wrote to #everyone; bob and carol have it")

  await stage.end(carol)
  stage.tell("carol is gone")
  await stage.send("alice", "#everyone", TEXTS.missedRoom)
  await stage.send("alice", "carol", TEXTS.missedDirect)
  await stage.receives(bob, TEXTS.missedRoom)
  await stage.end(bob)
  await stage.send("bob", "#everyone", TEXTS.answer)
  stage.tell("alice wrote to #everyone and to carol; bob answered in #everyone")
  const back = stage.listen("carol")
  await Promise.all(
    [TEXTS.missedRoom, TEXTS.missedDirect, TEXTS.answer].map((text) => stage.receives(back, text)),
  )
  await stage.end(back)
  stage.tell("carol is back and has everything she missed")
  await stage.send("carol", "alice", TEXTS.reply)
}

const TEXTS = {
  direct: "Bob, the key to the cabinet is under the red pot.",
  room: "Good morning, everyone: page 41, exercises 3 to 7.",
  missedRoom: "The meeting moves to room 12, at half past two.",
  missedDirect: "Carol, your blood results are fine. No need to come in.",
  answer: "Room 12, half past two. Thank you!",
  reply: "Thank you, Alice. That is a relief.",
}

/** Who must have read what, whatever the order. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  alice: [TEXTS.direct, TEXTS.room, TEXTS.missedRoom, TEXTS.missedDirect, TEXTS.answer, TEXTS.reply],
  bob: [TEXTS.direct, TEXTS.room, TEXTS.missedRoom, TEXTS.answer],
  carol: [TEXTS.room, TEXTS.missedRoom, TEXTS.missedDirect, TEXTS.answer, TEXTS.reply],
}

type Read = Readonly<Record<string, readonly Line[]>>

async function histories(stage: Stage): Promise<Read> {
  const others: Readonly<Record<string, readonly string[]>> = {
    alice: ["bob", "carol"],
    bob: ["alice"],
    carol: ["alice"],
  }
  const all = Object.entries(others).map(async ([name, people]) => {
    const lines: Line[] = []
    for (const to of ["#everyone", ...people]) {
      for (const line of await stage.run(name, "history", to)) lines.push(JSON.parse(line) as Line)
    }
    return [name, lines.filter(({ message }) => message !== undefined)] as const
  })
  const read = Object.fromEntries(await Promise.all(all))
  for (const [name, expected] of Object.entries(EXPECTED)) {
    const texts = (read[name] ?? []).map(({ message }) => message?.text)
    const isComplete = texts.length === expected.length && expected.every((text) => texts.includes(text))
    if (!isComplete)
      throw failed(`${name} has ${texts.length} messages, and should have exactly ${expected.length}`)
  }
  return read
}

function showWhatEachReads(io: Io, read: Read): void {
  io.result("\nWhat each person reads")
  for (const [name, lines] of Object.entries(read)) {
    io.result(`  ${name}`)
    for (const { room, from, message } of lines) {
      const where = room?.name === "everyone" ? "#everyone" : `with ${room?.name}`
      const mark = from?.trust === "verified" ? " (verified)" : ""
      io.result(`    ${where.padEnd(11)} ${`${from?.name}${mark}:`.padEnd(18)} ${message?.text}`)
    }
  }
}

function showWhatTheRelayHolds(stage: Stage, io: Io, bytes: Buffer): void {
  const stored = storedAtRelay(join(stage.dirOf("relay"), "relay.db"))
  io.result("\nWhat the relay has stored of it")
  io.result(`  ${"where".padEnd(22)} ${"kind".padEnd(10)} ${"bytes".padStart(6)}  begins with`)
  for (const { where, kind, bytes: size, begins } of stored) {
    io.result(`  ${where.padEnd(22)} ${kind.padEnd(10)} ${String(size).padStart(6)}  ${begins}…`)
  }
  const texts = Object.values(TEXTS)
  const messages = stored.filter(({ kind }) => kind === "message").length
  if (messages < texts.length) throw failed(`the relay holds ${messages} messages, fewer than were sent`)
  // A search that finds nothing proves nothing, unless it finds what is known to be there.
  if (timesFound(bytes, "carol") === 0)
    throw failed("the search does not find even the names of the directory")
  const words = texts.flatMap((text) => text.split(/[^\p{L}]+/u)).filter((word) => word.length >= 6)
  const found = [...texts, ...words].filter((text) => timesFound(bytes, text) > 0)
  io.result(`\nSearched ${bytes.length} bytes of the relay's database, journal, log of entries and log file:`)
  io.result(`  ${texts.length} messages and ${words.length} words of them: ${found.length} found`)
  io.result('  the name "carol", which the directory shows to everybody: found')
  if (found.length > 0) throw failed(`the relay's disk holds plaintext: ${found.join(", ")}`)
}

/** The processes of the play, and how they are asked. */
class Stage {
  readonly #io: Io
  readonly #clock: Clock
  readonly #dir: string
  readonly #runs = new Set<OwnRun>()

  constructor(io: Io, clock: Clock, dir: string) {
    this.#io = io
    this.#clock = clock
    this.#dir = dir
  }

  now(): number {
    return this.#clock.now()
  }

  tell(text: string): void {
    this.#io.result(`  • ${text}`)
  }

  dirOf(name: string): string {
    return join(this.#dir, name)
  }

  /** A process that stays. */
  start(name: string, ...args: string[]): OwnRun {
    const command = name === "relay" ? ["relay", ...args] : args
    const run = startOwn([...command, "--data", this.dirOf(name), "--json"], this.#io.env)
    this.#runs.add(run)
    void run.ended.then(() => this.#runs.delete(run))
    return run
  }

  listen(name: string): OwnRun {
    return this.start(name, "listen")
  }

  /** A command that ends. @returns its lines. @throws CliError when it fails. */
  async run(name: string, ...args: string[]): Promise<readonly string[]> {
    const run = startOwn([...args, "--data", this.dirOf(name), "--json"], this.#io.env)
    this.#runs.add(run)
    const { exitCode, lines, said } = await this.#inTime(run.ended, `${name}: ${args[0]}`)
    this.#runs.delete(run)
    if (exitCode !== 0)
      throw failed(`${name}: ${args.slice(0, 2).join(" ")} ended with ${exitCode}: ${said.trim()}`)
    return lines
  }

  async send(name: string, to: string, text: string, ...options: string[]): Promise<void> {
    await this.run(name, "send", to, text, ...options)
  }

  async online(run: OwnRun): Promise<void> {
    await this.#inTime(
      run.line((line) => line.includes('"sync.done"')),
      "connecting",
    )
  }

  async receives(run: OwnRun, text: string): Promise<void> {
    const fits = (line: string) => {
      const { type, message } = JSON.parse(line) as Line
      return type === "message.received" && message?.text === text
    }
    const line = await this.#inTime(run.line(fits), `waiting for "${text}"`)
    if (line === undefined) throw failed(`a message did not arrive: ${text}`)
  }

  /** Asks a process to stop, and waits. */
  async end(run: OwnRun): Promise<void> {
    run.child.kill("SIGTERM")
    await this.ended(run)
  }

  async ended(run: OwnRun): Promise<void> {
    const { exitCode, said } = await this.#inTime(run.ended, "ending")
    if (exitCode !== 0) throw failed(`a process ended with ${exitCode}: ${said.trim()}`)
  }

  endAll(): void {
    for (const { child } of this.#runs) child.kill("SIGTERM")
  }

  async allEnded(): Promise<void> {
    await Promise.all([...this.#runs].map(({ ended }) => ended))
  }

  #inTime<T>(promise: Promise<T>, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.wakeAt(this.now() + STEP_DEADLINE_MS, () =>
        reject(failed(`${what} took too long`)),
      )
      void promise.then(resolve, reject).finally(cancel)
    })
  }
}

function failed(what: string): CliError {
  return new CliError("demonstration", `the demonstration failed: ${what}`)
}
