import { afterEach, expect, test } from "vitest"
import type { TranscriptLine } from "../../src/client/events.ts"
import { person, type TestPerson, type TestRelay, testRelay } from "../support/people.ts"

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.stop()
})

async function relay(): Promise<TestRelay> {
  const running = await testRelay()
  open.push(running)
  return running
}

async function someone(name: string, { invitation }: TestRelay): Promise<TestPerson> {
  const made = await person(name, invitation)
  open.push(made.client)
  return made
}

test("two people talk, and each message says how far it got", async () => {
  const box = await relay()
  const alice = await someone("alice", box)
  const bob = await someone("bob", box)
  await alice.until((event) => event.type === "person.joined" && event.person.name === "bob")

  const room = await alice.client.openChat(alice.client.findPerson("Bob").id)
  const { id } = await alice.client.send(room.id, "hello bob")
  const received = await bob.until((event) => event.type === "message.received")
  expect(received).toMatchObject({
    from: { name: "alice", trust: "unverified" },
    message: { text: "hello bob" },
  })
  await alice.until(
    (event) => event.type === "message.state" && event.message.id === id && event.state === "delivered",
  )
  await bob.client.markRead(bob.client.findRoom("alice").id)
  await alice.until(
    (event) => event.type === "message.state" && event.message.id === id && event.state === "read",
  )

  await bob.client.send(bob.client.findRoom("alice").id, "hello alice")
  await alice.until((event) => event.type === "message.received" && event.message.text === "hello alice")
  expect(alice.client.safetyNumber(room && alice.client.findPerson("bob").id)).toBe(
    bob.client.safetyNumber(bob.client.findPerson("alice").id),
  )
})

test("a room of three reads the same lines in the same order", async () => {
  const box = await relay()
  const people = [await someone("alice", box), await someone("bob", box), await someone("carol", box)]
  for (const { until } of people) await until((event) => event.type === "room.joined")
  for (const [i, { client }] of people.entries())
    await client.send(client.findRoom("#everyone").id, `from ${i}`)
  for (const [i, { until }] of people.entries()) {
    for (const other of [0, 1, 2].filter((each) => each !== i)) {
      await until((event) => event.type === "message.received" && event.message.text === `from ${other}`)
    }
  }
  await Promise.all(people.map(({ until }) => until((event) => event.type === "message.state")))
  const texts = people.map(({ client }) =>
    client
      .transcript(client.findRoom("#everyone").id, 100)
      .flatMap((line) => (line.kind === "message" ? [line.message.text] : [])),
  )
  expect(texts[1]).toEqual(texts[0])
  expect(texts[2]).toEqual(texts[0])
  expect(texts[0]!.toSorted()).toEqual(["from 0", "from 1", "from 2"])
})

test("an opening that cannot be used is opened anew, and what was said before arrives", async () => {
  const box = await relay()
  const alice = await someone("alice", box)
  const bob = await someone("bob", box)
  await alice.until((event) => event.type === "person.joined" && event.person.name === "bob")
  // Bob loses the private halves of his packages: whatever is opened with them is lost on him.
  bob.store.transaction("synced", (tx) => tx.deleteRange("package", {}))
  const room = await alice.client.openChat(alice.client.findPerson("bob").id)
  await alice.client.send(room.id, "said into the void")
  await alice.client.send(room.id, "and again")

  await bob.until((event) => event.type === "message.received" && event.message.text === "and again")
  const texts = (lines: readonly TranscriptLine[]) =>
    lines.flatMap((line) => (line.kind === "message" ? [line.message.text] : []))
  const atBob = bob.client.findRoom("alice")
  expect(texts(bob.client.transcript(atBob.id, 100))).toEqual(["said into the void", "and again"])
  expect(texts(alice.client.transcript(room.id, 100))).toEqual(["said into the void", "and again"])
  expect(
    alice.client
      .transcript(room.id, 100)
      .filter((line) => line.kind === "notice")
      .map((line) => line.notice.code),
  ).toContain("chat-reopened")

  await bob.client.send(atBob.id, "now I read you")
  await alice.until((event) => event.type === "message.received" && event.message.text === "now I read you")
})
