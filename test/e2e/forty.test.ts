/** A classroom: twenty people, forty with `SLOW=1`, come at once, through a real relay, and read each other in one order. */
import { afterAll, expect, test } from "vitest"
import type { ClientEvent } from "../../src/client/events.ts"
import { parseInvitation } from "../../src/protocol/address.ts"
import { person, type TestPerson } from "../support/people.ts"
import { builtProgram } from "../support/program.ts"

const PEOPLE = process.env["SLOW"] === undefined ? 20 : 40
const program = builtProgram()
const people: TestPerson[] = []
afterAll(() => Promise.all(people.map(({ client }) => client.stop())))

test(`${PEOPLE} people join #everyone at once and talk`, { timeout: 300_000 }, async () => {
  const relay = await program.relay("relay", "--name", "Class 8B")
  const link = parseInvitation(relay.invitation)
  if (link.kind !== "link") throw new Error("no link")
  const names = Array.from({ length: PEOPLE }, (_, i) => `pupil ${i}`)
  const began = performance.now()
  people.push(...(await Promise.all(names.map((name) => person(name, link)))))
  // A turn that a slow machine let pass is tried again seconds later, and all else has been read by then.
  const isIn = (event: ClientEvent) => event.type === "notice" && event.notice.code === "you-joined"
  for (const someone of people) await someone.until(isIn)
  process.stdout.write(
    `${PEOPLE}: all joined after ${Math.round(performance.now() - began)} ms, in one process\n`,
  )
  const everyone = (someone: TestPerson) => someone.client.findRoom("#everyone").id
  await Promise.all(people.map((someone, i) => someone.client.send(everyone(someone), `line of ${i}`)))
  const isText = (text: string) => (event: { type: string; message?: unknown }) =>
    event.type === "message.received" && (event.message as { text: string }).text === text
  for (const [i, someone] of people.entries()) {
    for (const other of people.keys()) if (other !== i) await someone.until(isText(`line of ${other}`))
    await someone.until((event) => event.type === "message.state" && event.state === "relayed")
  }
  const texts = people.map((someone) =>
    someone.client
      .transcript(everyone(someone), 1_000)
      .flatMap((line) => (line.kind === "message" ? [line.message.text] : [])),
  )
  for (const each of texts) expect(each).toEqual(texts[0])
  expect(texts[0]!.toSorted()).toEqual(names.map((_, i) => `line of ${i}`).sort())
  for (const someone of people) {
    const { members } = someone.client.room(everyone(someone))
    expect(members.length).toBe(PEOPLE - 1)
    expect(members.filter(({ here }) => here).length, "everybody has signed something since").toBe(PEOPLE - 1)
    expect(someone.events.filter(({ type }) => type === "relay.disconnected" || type === "error")).toEqual([])
  }
})
