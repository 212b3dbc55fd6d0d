/**
 * A client as a process that tests may kill, freeze and cut off: the real engine, disk, clock and network over a
 * profile's folder, driven by lines of JSON. `client-program.ts FOLDER NOTES NAME INVITATION`. The notes are those of
 * `witness.ts`; everything else it does as the chat does it.
 */
import { createInterface } from "node:readline"
import { type Client, ClientError } from "../../src/client/client.ts"
import { openClient } from "../../src/client/open.ts"
import { readProfile } from "../../src/client/profile.ts"
import { readConfig } from "../../src/cli/config.ts"
import { endOf } from "../../src/cli/exit-codes.ts"
import { readInvitation } from "../../src/cli/invitation.ts"
import type { Io } from "../../src/cli/io.ts"
import { noteJoining } from "../../src/cli/joining.ts"
import { openProfileDir } from "../../src/cli/profile-dir.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { silentLog } from "../../src/platform/log.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { tlsNetwork } from "../../src/platform/tls.ts"
import type { Command, Kept, Looked, Said } from "./client-process.ts"
import { Witness } from "./witness.ts"

/** A talker waits while this many of its messages have not reached the relay. */
const MOST_WAITING = 12
const PAGE = 500

const [folder = "", notes = "", name = "", invitation = ""] = process.argv.slice(2)
await sodiumReady()

const io: Io = {
  result: () => {},
  resultText: () => {},
  say: () => {},
  ask: () => {},
  stdin: process.stdin,
  stop: new AbortController().signal,
  env: process.env,
}
try {
  await run()
} catch (error) {
  fail(error)
}

async function run(): Promise<void> {
  const profile = await openProfileDir(readConfig({ data: folder }, {}), io, { create: true })
  const store = profile.open()
  if (!readProfile(store)?.registered) noteJoining(store, name, readInvitation([invitation]))
  const witness = new Witness(notes)
  const client = await openClient({
    store,
    clock: systemClock,
    random: systemRandom,
    primitives: nodePrimitives,
    network: witness.network(tlsNetwork),
    engine: witness.engine(createMlsEngine(nodePrimitives, systemRandom)),
    log: silentLog,
  })
  client.on(({ event }) => {
    if (event.type === "message.received") say({ shown: event.message.id, text: event.message.text })
    if (event.type === "error") {
      say({ trouble: event.code, detail: event.detail })
      // What the disk did not take in time may be half there: only a new process knows.
      if (event.code === "storage-failed") process.exit(3)
    }
  })
  client.start()
  say({ started: true })
  let quiet = () => {}
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as Command
    if (command.do === "talk") quiet = talk(client, command)
    else if (command.do === "leave") break
    else if (command.do === "quiet") {
      quiet()
      say({ answer: command.ask, value: true })
    } else say({ answer: command.ask, value: await answer(client, command) })
  }
  quiet()
  await client.stop()
  profile.close()
  process.exit(0)
}

/** Says one text after the other, in turn to everybody named; each is promised once `send` has resolved. */
function talk(client: Client, { to, label, every }: Command & { do: "talk" }): () => void {
  let count = 0
  let isOver = false
  const next = async () => {
    if (isOver) return
    const target = to[count % to.length]!
    if (client.outboxCount() < MOST_WAITING && isHere(client, target)) {
      if (await speak(client, target, `${label}.${count}`)) count++
    }
    setTimeout(() => void next().catch(fail), every)
  }
  void next().catch(fail)
  return () => {
    isOver = true
  }
}

function isHere(client: Client, target: string): boolean {
  return target === "#everyone"
    ? client.rooms().some(({ kind, state }) => kind === "everyone" && state === "open")
    : client.people().some((person) => person.name === target)
}

/** False when the disk is full: nothing was promised, and a person would try again. */
async function speak(client: Client, to: string, text: string): Promise<boolean> {
  try {
    const { id } = await client.send(await roomOf(client, to), text)
    say({ promised: to, text, id })
    return true
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "storage") throw error
    say({ trouble: error.code, detail: error.message })
    return false
  }
}

async function roomOf(client: Client, to: string): Promise<string> {
  return to === "#everyone" ? client.findRoom(to).id : (await client.openChat(client.findPerson(to).id)).id
}

async function answer(client: Client, command: Command): Promise<unknown> {
  switch (command.do) {
    case "send":
      return speak(client, command.to, command.text)
    case "state": {
      const rooms = client.rooms().map(({ name: room, state, problem, members }) => ({
        room,
        state,
        problem,
        members: members.length,
      }))
      const people = client.people().map((person) => person.name)
      return { connection: client.connection().state, waiting: client.outboxCount(), rooms, people }
    }
    case "look": {
      const room = await roomOf(client, command.to)
      const looked: Looked = { texts: [], notices: [] }
      for (const line of client.transcript(room, client.lineCount(room))) {
        if (line.kind === "notice") looked.notices.push(line.notice.code)
        else looked.texts.push({ text: line.message.text, state: line.message.state })
      }
      return looked
    }
    case "kept":
      return kept(client)
    default:
      throw new RangeError(`no such command: ${command.do}`)
  }
}

/** The journal, as a script that reads with cursors sees it. */
function kept(client: Client): Kept {
  const received: Kept = []
  for (let cursor: string | undefined; ;) {
    const page = client.eventsSince(cursor, PAGE)
    for (const { event } of page) if (event.type === "message.received") received.push(event.message.text)
    if (page.length === 0) return received
    cursor = page.at(-1)!.cursor
  }
}

function say(line: Said): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function fail(error: unknown): never {
  const end = endOf(error)
  say({
    trouble: end ? String(end.exit) : "internal",
    detail: error instanceof Error ? (error.stack ?? "") : "",
  })
  process.exit(end?.exit ?? 2)
}
