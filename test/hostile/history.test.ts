/** A member that lies about what has been said (PROTOCOL.md §13.5): nobody loses a word, and nobody stops. */
import { expect, test } from "vitest"
import { payloadHash } from "../../src/client/chain.ts"
import { roomKeys } from "../../src/crypto/channel-keys.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import {
  type Content,
  encodePayload,
  MAX_ANSWERED,
  MAX_ASKED_RANGES,
  type Payload,
} from "../../src/protocol/content.ts"
import { arrived, distrusts, forging, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"

const START = 8
/** Nobody can seal anything to it. */
const NO_KEY = new Uint8Array(1_216).fill(0xff)

/** Alice, whose payloads are listened to; bob; and mallory, whose texts carry what she is told to. */
async function room() {
  const world = await HostileWorld.create()
  const said: Payload[] = []
  let lie: (payload: Payload) => Payload = (payload) => payload
  const alice = await world.join("alice", {
    engine: forging((payload) => (said.push(payload), payload)),
  })
  const bob = await world.join("bob")
  const { channel } = roomKeys(nodePrimitives, world.roomSecret, world.relay.relayId)
  // Her chain is sound, whatever it says.
  const told = new Map<number, Uint8Array>()
  const mallory = await world.join("mallory", {
    engine: forging((payload) => {
      const before = told.get(payload.n - 1)
      const sound = before ? { ...payload, previous: payloadHash(channel, before) } : payload
      const bytes = encodePayload(payload.content.type === "text" ? lie(sound) : sound)
      told.set(payload.n, bytes)
      return bytes
    }),
  })
  for (const { client } of [alice, bob, mallory])
    await world.until(() => client.room(client.findRoom("#everyone").id).members.length === 2, "the room")
  await world.run(5_000)
  let count = 0
  const tell = async (how: (payload: Payload) => Payload) => {
    lie = how
    await mallory.write("#everyone", `lie ${count++}`)
    await world.run(1_000)
    lie = (payload) => payload
  }
  return { world, said, alice, bob, mallory, tell }
}

async function says(world: HostileWorld, from: Guest, to: Guest, text: string): Promise<void> {
  await from.write("#everyone", text)
  await world.until(() => arrived(to, "#everyone", text), text)
}

const naming =
  (n: number, { chainId }: Payload) =>
  (payload: Payload) => ({
    ...payload,
    frontier: [{ chain: chainId.slice(0, START), n, hash: new Uint8Array(START).fill(0xee) }],
  })

for (const far of [20, 5_000]) {
  test(`${far} payloads that somebody never said hide and overwrite nothing of what they say`, async () => {
    const { world, said, alice, bob, tell } = await room()
    await says(world, alice, bob, "before")
    await tell(naming(far, said.at(-1)!))
    await says(world, bob, alice, "between")
    for (const text of ["one", "two", "three"]) await says(world, alice, bob, text)
    expect(bob.texts("#everyone").filter((text) => !text.startsWith("lie"))).toEqual([
      "before",
      "between",
      "one",
      "two",
      "three",
    ])
    await world.run(5 * MINUTE)
    expect(bob.texts("#everyone").filter((text) => !text.startsWith("lie"))).toEqual([
      "before",
      "between",
      "one",
      "two",
      "three",
    ])
    expect(bob.notices("#everyone")).not.toContain("gap")
    expect(bob.notices("#everyone")).not.toContain("fork")
  })
}

test("a lie about what is missing does not keep the truth from being brought", async () => {
  const { world, said, alice, bob, tell } = await room()
  await says(world, alice, bob, "before")
  await world.run(MINUTE)
  let missed = 0
  bob.wire.down = (message) => {
    if (message.type !== "entry") return [message]
    if (missed++ === 0) return []
    return [{ ...message, seq: message.seq - 1 }]
  }
  await alice.write("#everyone", "left out")
  await world.run(50)
  const leftOut = said.findLast(({ content }) => content.type === "text")!
  await tell(naming(leftOut.n, leftOut))
  await says(world, alice, bob, "after")
  await world.until(() => arrived(bob, "#everyone", "left out"), "what was left out", 10 * MINUTE)
})

test("a payload too long to be given again is set aside, and asking for it stops nobody", async () => {
  const { world, said, alice, bob, mallory, tell } = await room()
  await says(world, alice, bob, "before")
  let long: Payload | undefined
  await tell((payload) => {
    const content: Content = { type: "answer", payloads: [new Uint8Array(20_000), new Uint8Array(20_000)] }
    return (long = { ...payload, content })
  })
  const chains = [long!, said.at(-1)!]
  await tell((payload) => ({
    ...payload,
    content: {
      type: "ask",
      ranges: chains.map(({ chainId, n }) => ({ chainId, from: n, to: n })),
      key: NO_KEY,
    },
  }))
  await world.run(MINUTE)
  await says(world, alice, bob, "still here")
  await says(world, bob, alice, "so am I")
  expect(bob.notices("#everyone")).not.toContain("fork")
  expect([alice, bob, mallory].map(distrusts)).toEqual([0, 0, 0])
})

test("questions without end do not keep back what we say", async () => {
  const { world, said, alice, bob, tell } = await room()
  await says(world, alice, bob, "x".repeat(16_000))
  const { chainId, n } = said.at(-1)!
  const ranges = Array.from({ length: MAX_ASKED_RANGES }, () => ({ chainId, from: n, to: n }))
  // What alice sends is lost on its way: nothing leaves her outbox.
  alice.wire.up = (message) => (message.type === "entry" ? [] : [message])
  for (let i = 0; i < 5; i++) {
    await tell((payload) => ({ ...payload, content: { type: "ask", ranges, key: NO_KEY } }))
    await world.run(2_000)
  }
  const waiting = alice.store.count("outbox", {})
  expect(waiting).toBeGreaterThan(10)
  expect(waiting).toBeLessThanOrEqual(MAX_ANSWERED + 5)
})

test("a chain that somebody else has is a fork of whoever takes it, and of nobody else", async () => {
  const { world, said, alice, bob, tell } = await room()
  await says(world, alice, bob, "before")
  await world.run(MINUTE)
  const carol = await world.join("carol")
  const { chainId } = said.at(-1)!
  await tell((payload) => ({ ...payload, chainId, n: 50 }))
  await says(world, alice, carol, "hello carol")
  expect(forksOf(carol)).toEqual(["mallory"])
})

test("what was said before somebody came is brought to nobody while they are there", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = [await world.join("alice"), await world.join("bob")]
  await world.run(MINUTE)
  await says(world, alice, bob, "warm")
  await world.run(MINUTE)
  let missed = 0
  bob.wire.down = (message) => {
    if (message.type !== "entry") return [message]
    return missed++ === 0 ? [] : [{ ...message, seq: message.seq - 1 }]
  }
  await alice.write("#everyone", "secret before carol")
  await world.run(200)
  const read: string[] = []
  const engine = (real: MlsEngine): MlsEngine => ({
    ...real,
    open: async (...what) => {
      const opened = await real.open(...what)
      if (opened.kind !== "refused") read.push(new TextDecoder().decode(opened.plain))
      return opened
    },
  })
  const carol = await world.join("carol", { engine })
  await world.run(2 * MINUTE)
  await alice.write("#everyone", "after")
  await world.run(5 * MINUTE)
  expect(read.some((plain) => plain.includes("after"))).toBe(true)
  expect(read.filter((plain) => plain.includes("secret"))).toEqual([])
  expect(carol.texts("#everyone")).toEqual(["after"])
})

function forksOf({ client }: Guest): string[] {
  return client
    .transcript(client.findRoom("#everyone").id, 1_000)
    .flatMap((line) =>
      line.kind === "notice" && line.notice.code === "fork" ? [line.notice.person.name] : [],
    )
}
