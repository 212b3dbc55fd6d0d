import { afterEach, expect, test } from "vitest"
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
  expect(received).toMatchObject({ from: { name: "alice", trust: "unverified" }, message: { text: "hello bob" } })
  await alice.until((event) => event.type === "message.state" && event.message.id === id && event.state === "delivered")
  await bob.client.markRead(bob.client.findRoom("alice").id)
  await alice.until((event) => event.type === "message.state" && event.message.id === id && event.state === "read")

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
  for (const [i, { client }] of people.entries()) await client.send(client.findRoom("#everyone").id, `from ${i}`)
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
