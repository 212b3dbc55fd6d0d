/** What the relay and the wire must never hold: a thousand messages, each with a mark that is looked for everywhere. */
import { readdirSync, readFileSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import { join, relative } from "node:path"
import { afterAll, expect, test } from "vitest"
import { parseInvitation } from "../../src/protocol/address.ts"
import { person, type TestPerson } from "../support/people.ts"
import { builtProgram } from "../support/program.ts"

const MESSAGES = 1_000
/** Sixteen characters that all marks begin with, and sixteen of its own: 32 bytes. */
const PREFIX = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("")

const program = builtProgram()
const open: { stop(): Promise<unknown> }[] = []
afterAll(async () => {
  for (const each of open.toReversed()) await each.stop()
})

/** Passes everything on, and keeps a copy. */
async function listenOnTheWire(
  port: number,
): Promise<{ port: number; captured: Uint8Array[]; stop(): Promise<void> }> {
  const captured: Uint8Array[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    const relay = connect(port, "127.0.0.1")
    for (const [from, to] of [
      [client, relay],
      [relay, client],
    ] as const) {
      from.on("data", (bytes: Buffer) => void captured.push(bytes))
      from.pipe(to)
      from.on("error", () => to.destroy())
      sockets.add(from)
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return {
    port: address.port,
    captured,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}

function marksIn(bytes: Uint8Array): number {
  return Buffer.from(bytes).toString("latin1").split(PREFIX).length - 1
}

test("a thousand marks are read by people and found nowhere else", { timeout: 300_000 }, async () => {
  const relay = await program.relay("relay")
  const wire = await listenOnTheWire(relay.port)
  const link = parseInvitation(relay.invitation)
  if (link.kind !== "link") throw new Error("no link")
  const invitation = { ...link, host: "127.0.0.1", port: wire.port }
  const people: TestPerson[] = []
  for (const name of ["alice", "bob", "carol"]) people.push(await person(name, invitation))
  open.push(wire, ...people.map(({ client }) => client))
  const [alice, bob, carol] = people as [TestPerson, TestPerson, TestPerson]
  await alice.until((event) => event.type === "person.joined" && event.person.name === "bob")

  const direct = await alice.client.openChat(alice.client.findPerson("bob").id)
  const room = alice.client.findRoom("#everyone")
  const marks = Array.from({ length: MESSAGES }, (_, i) => `${PREFIX}${i.toString(16).padStart(16, "0")}`)
  for (const [i, mark] of marks.entries()) await alice.client.send(i % 2 === 0 ? direct.id : room.id, mark)
  const last = (mark: string) => (event: { type: string; message?: unknown }) =>
    event.type === "message.received" && (event.message as { text: string }).text === mark
  await Promise.all([
    bob.until(last(marks.at(-2)!)),
    bob.until(last(marks.at(-1)!)),
    carol.until(last(marks.at(-1)!)),
  ])

  // The search finds what is there: bob has all of them, carol those of the room.
  const textsOf = ({ events }: TestPerson) =>
    Buffer.from(
      events.flatMap((event) => (event.type === "message.received" ? [event.message.text] : [])).join("\n"),
    )
  expect(marksIn(textsOf(bob))).toBe(MESSAGES)
  expect(marksIn(textsOf(carol))).toBe(MESSAGES / 2)

  const captured = Buffer.concat(wire.captured)
  expect(captured.length).toBeGreaterThan(MESSAGES * 1_000)
  expect(marksIn(captured)).toBe(0)
  const folder = program.path("relay")
  const files = filesIn(folder)
  expect(files).toEqual(expect.arrayContaining(["relay.db", "relay.db-wal", "relay.log"]))
  for (const file of files) expect([file, marksIn(readFileSync(join(folder, file)))]).toEqual([file, 0])
  const stopped = await relay.stop()
  expect(marksIn(Buffer.from(stopped.out + stopped.err))).toBe(0)
  for (const file of filesIn(folder))
    expect([file, marksIn(readFileSync(join(folder, file)))]).toEqual([file, 0])
})

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
