/** What comes while a way into a group is being prepared. */
import { expect, test } from "vitest"
import type { RelayMessage } from "../../src/protocol/messages.ts"
import { arrived, HostileWorld, MINUTE, saidOf, Wire } from "../support/hostile.ts"

test("a chat that the other side opened while packages were fetched is not opened a second time", async () => {
  const world = await HostileWorld.create()
  const bob = await world.join("bob")
  const wire = new Wire()
  const alice = await world.join("alice", { wire })
  await world.until(() => bob.client.people().length === 1, "them to meet")
  const held: RelayMessage[] = []
  wire.down = (message) => {
    if (message.type !== "keyPackage") return [message]
    held.push(message)
    return []
  }
  await alice.write("bob", "mine comes late")
  await world.until(() => held.length === 1, "the package")
  await bob.write("alice", "mine comes first")
  await world.until(() => arrived(alice, "bob", "mine comes first"), "bob's message")
  wire.down = (message) => [message]
  wire.say(...held)
  await world.until(() => arrived(bob, "alice", "mine comes late"), "alice's message")
  await world.run(MINUTE)
  expect(saidOf(wire, "handshake").filter(({ expect: position }) => position === 0)).toEqual([])
  expect(alice.store.count("pending", {})).toBe(0)
})
