/** Chats that are opened anew (PROTOCOL.md §11.5): at a bad moment, with words on their way, out of turn. */
import { expect, test } from "vitest"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { LETTER_KINDS } from "../../src/protocol/content.ts"
import { encodeEntry } from "../../src/protocol/envelope.ts"
import {
  arrived,
  type Guest,
  type GuestOptions,
  HostileWorld,
  lastWish,
  MINUTE,
  stateOf,
} from "../support/hostile.ts"
import { inbox, letter, sealTo } from "../support/letters.ts"

async function strangers(options: Record<string, GuestOptions> = {}) {
  const world = await HostileWorld.create()
  const alice = await world.join("alice", options["alice"])
  const bob = await world.join("bob", options["bob"])
  await world.until(
    () => alice.client.people().length === 1 && bob.client.people().length === 1,
    "them to meet",
  )
  await world.run(MINUTE)
  return { world, alice, bob }
}

/** An engine that finds the next commit of the other side to fail with its own keys, once it is told to. */
function stumbling() {
  let isDue = false
  const engine = (real: MlsEngine): MlsEngine => ({
    ...real,
    apply: async (...what) => {
      if (!isDue) return real.apply(...what)
      isDue = false
      return { kind: "uncertain", reason: "told to" }
    },
  })
  return { engine, stumble: () => void (isDue = true), hasStumbled: () => !isDue }
}

const noise = () =>
  encodeEntry({
    kind: "handshake",
    blobHash: undefined,
    nonce: systemRandom.bytes(24),
    sealed: systemRandom.bytes(5_136),
  })

for (const saves of [1, 2, 3, 4, 5, 6]) {
  test(`an opening of noise, and death after save ${saves} from there: the chat opens all the same`, async () => {
    const wish = lastWish()
    const { world, alice, bob } = await strangers({ bob: { store: wish.store } })
    let isSpoiled = false
    bob.wire.down = (message) => {
      const isFirst =
        message.type === "entry" && message.entry[0] === 2 && message.position === 0 && message.seq === 1
      if (!isFirst || isSpoiled) return [message]
      isSpoiled = true
      wish.arm(saves, () => world.crash(bob, bob.disk.unsynced))
      return [{ ...message, entry: noise() }]
    }
    await alice.write("bob", "first")
    await world.run(MINUTE)
    expect(isSpoiled).toBe(true)
    const back = bob.process.alive ? bob : await world.start("bob", { disk: bob.disk })
    await world.until(() => arrived(back, "alice", "first"), "the message")
    await back.write("alice", "answer")
    await world.until(() => arrived(alice, "bob", "answer"), "the answer")
    expect(alice.texts("bob")).toEqual(["first", "answer"])
  })

  test(`a chat that does not fit any more, and death after save ${saves} from there: it goes on`, async () => {
    const wish = lastWish()
    const { engine, stumble } = stumbling()
    const slow: GuestOptions = {
      store: wish.store,
      engine: (real) => {
        const spoilt = engine(real)
        return {
          ...spoilt,
          apply: async (...what) => {
            const applied = await spoilt.apply(...what)
            if (applied.kind === "uncertain") wish.arm(saves, () => world.crash(alice, alice.disk.unsynced))
            return applied
          },
        }
      },
    }
    const { world, alice, bob } = await strangers({ alice: slow })
    // Bob heals as soon as he has come in.
    stumble()
    await alice.write("bob", "first")
    await world.run(MINUTE)
    const back = alice.process.alive ? alice : await world.start("alice", { disk: alice.disk })
    await back.write("bob", "second")
    await world.until(() => arrived(bob, "alice", "first") && arrived(bob, "alice", "second"), "the words")
    await bob.write("alice", "answer")
    await world.until(() => arrived(back, "bob", "answer"), "the answer")
    expect([back.texts("bob"), bob.texts("alice")]).toEqual([["first", "second", "answer"], ["first", "second", "answer"]]) // prettier-ignore
  })
}

test("what was said into a channel that the other side had given up is said again, and shown once", async () => {
  const { engine, stumble, hasStumbled } = stumbling()
  const { world, alice, bob } = await strangers({ alice: { engine } })
  await alice.write("bob", "hello")
  // Alice is away before bob has healed.
  await world.until(() => arrived(bob, "alice", "hello"), "hello")
  world.world.network.setOnline(alice.process, false)
  await bob.write("alice", "one")
  await bob.write("alice", "two")
  // Bob heals, and goes on in the new epoch.
  await world.run(MINUTE)
  await bob.write("alice", "three")
  await world.until(() => stateOf(bob, "alice", "three") === "relayed", "three to be at the relay")
  stumble()
  world.world.network.setOnline(alice.process, true)
  await world.until(hasStumbled, "alice to stumble")
  await world.run(MINUTE)
  await alice.write("bob", "still here?")
  await bob.write("alice", "four")
  await world.until(() => arrived(bob, "alice", "still here?"), "alice's words")
  await world.until(() => stateOf(bob, "alice", "four") === "delivered", "bob's words")
  const heardBy = (guest: Guest, to: string) =>
    guest.texts(to).filter((text) => ["one", "two", "three", "four"].includes(text))
  expect(heardBy(alice, "bob")).toEqual(["one", "two", "three", "four"])
  expect(heardBy(bob, "alice")).toEqual(["one", "two", "three", "four"])
  for (const text of ["one", "two", "three"]) expect(stateOf(bob, "alice", text)).toBe("delivered")
  expect(bob.texts("alice").filter((text) => text === "hello")).toEqual(["hello"])
})

test("a message that failed has failed in the next channel as well", async () => {
  const { world, alice, bob } = await strangers()
  await alice.write("bob", "hello")
  await world.until(() => stateOf(alice, "bob", "hello") === "relayed", "hello to be at the relay")
  alice.wire.up = (message) => {
    if (message.type !== "entry" || message.entry[0] !== 1) return [message]
    alice.wire.say({ type: "rejected", handle: message.handle, eid: world.eidOf(message.entry), code: 11 })
    return []
  }
  await alice.write("bob", "failed")
  await world.until(() => stateOf(alice, "bob", "failed") === "failed", "it to fail")
  alice.wire.up = (message) => [message]
  inbox(alice)(sealTo(alice, letter(bob, alice, { kind: LETTER_KINDS.reopen, counter: 1 })))
  await alice.write("bob", "after")
  await world.until(() => arrived(bob, "alice", "after"), "the words after", 10 * MINUTE)
  expect(stateOf(alice, "bob", "failed")).toBe("failed")
  expect(bob.texts("alice")).not.toContain("failed")
})
