/** `sees` under a whole client: an honest relay agrees with what must be there, and one that does not is caught. */
import { expect, test } from "vitest"
import type { SeesReport } from "../../src/client/client.ts"
import { HELD_NAMES } from "../../src/protocol/held.ts"
import type { Of, RelayMessage } from "../../src/protocol/messages.ts"
import { arrived, type Guest, HostileWorld } from "../support/hostile.ts"

type Subjects = Of<"seen">["subjects"]

/** Asks, while the world goes on. */
async function sees(world: HostileWorld, guest: Guest): Promise<SeesReport> {
  let report: SeesReport | undefined
  let failed: unknown
  guest.client.sees().then(
    (answer) => (report = answer),
    (cause: unknown) => (failed = cause),
  )
  await world.until(() => report !== undefined || failed !== undefined, "the relay's answer")
  if (report === undefined) throw failed
  return report
}

async function chatting(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create(7)
  const [alice, bob] = await world.pair()
  await alice.write("#everyone", "good morning")
  await world.until(() => arrived(bob, "#everyone", "good morning"), "the room")
  await world.run(5_000)
  return { world, alice, bob }
}

function rewriting(change: (subjects: Subjects) => Subjects): (message: RelayMessage) => RelayMessage[] {
  return (message) =>
    message.type === "seen" ? [{ ...message, subjects: change(message.subjects) }] : [message]
}

test("an honest relay holds what must be there, and every name of it has words", async () => {
  const { world, alice, bob } = await chatting()
  for (const guest of [alice, bob]) {
    const { subjects, differences } = await sees(world, guest)
    expect(differences).toEqual([])
    expect(subjects.map(({ kind, room }) => room?.name ?? kind).toSorted()).toEqual(
      [
        "account",
        "device",
        "everyone",
        "inbox",
        guest === alice ? "bob" : "alice",
        "memory",
        "relay",
      ].toSorted(),
    )
    const names: readonly string[] = HELD_NAMES
    expect(subjects.flatMap(({ things }) => things).filter(({ name }) => !names.includes(name))).toEqual([])
  }
})

test("it agrees also in the middle of a conversation, and after a relay's crash", async () => {
  const { world, alice, bob } = await chatting()
  for (let round = 0; round < 15; round++) {
    void bob.write("#everyone", `word ${round}`)
    void alice.write("bob", `word ${round}`)
    if (round === 7) {
      world.relay.crash()
      await world.relay.start()
      await world.until(() => alice.client.connection().state === "online", "her to be back")
      await world.run(1_000)
    }
    expect((await sees(world, alice)).differences).toEqual([])
  }
})

test("messages that the relay holds and does not give are named", async () => {
  const { world, alice, bob } = await chatting()
  let isHolding = true
  alice.wire.down = (message) => (message.type === "entry" && isHolding ? [] : [message])
  await bob.write("#everyone", "kept from her")
  await world.run(2_000)
  const { differences } = await sees(world, alice)
  expect(differences).toMatchObject([{ subject: "channel", code: "other", name: "channel.last_seq" }])
  const [difference] = differences
  expect(difference?.code === "other" && difference.held > difference.most).toBe(true)
  isHolding = false
})

test.each<[string, (subjects: Subjects) => Subjects, object]>([
  [
    "a channel that is kept quiet about",
    (subjects) => subjects.filter(({ kind }) => kind !== 5),
    { subject: "inbox", code: "not-told" },
  ],
  [
    "a channel that is not ours",
    (subjects) =>
      subjects.map((each) => (each.kind === 6 ? { ...each, id: each.id.map((byte) => byte ^ 1) } : each)),
    { subject: "channel", room: undefined, code: "not-ours" },
  ],
  [
    "a thing that nobody has words for",
    (subjects) =>
      subjects.map((each) =>
        each.kind === 3
          ? {
              ...each,
              facts: [...each.facts, { name: "spy.notes", rows: 1, least: 0, most: 0, bytes: 9, text: "" }],
            }
          : each,
      ),
    { subject: "account", code: "unknown", name: "spy.notes" },
  ],
  [
    "a kind that nobody knows",
    (subjects) => subjects.map((each) => (each.kind === 3 ? { ...each, kind: 77 } : each)),
    { subject: "unknown", code: "unknown" },
  ],
  [
    "a second entry of ours in the directory",
    (subjects) => ofOurs(subjects, 3, "directory.entry_index", { rows: 2 }),
    { subject: "account", code: "other", name: "directory.entry_index", held: 2, least: 1 },
  ],
  [
    "more key packages than we have the keys of",
    (subjects) => ofOurs(subjects, 4, "package.id", { rows: 900 }),
    { subject: "device", code: "other", name: "package.id", held: 900 },
  ],
  [
    "a log that is shorter than what was read",
    (subjects) => ofOurs(subjects, 6, "channel.last_seq", { most: 0 }),
    { subject: "channel", code: "other", name: "channel.last_seq", held: 0 },
  ],
])("%s is named", async (_, change, expected) => {
  const { world, alice } = await chatting()
  alice.wire.down = rewriting(change)
  expect((await sees(world, alice)).differences).toContainEqual(expect.objectContaining(expected))
})

function ofOurs(
  subjects: Subjects,
  kind: number,
  name: string,
  to: Partial<Subjects[0]["facts"][0]>,
): Subjects {
  return subjects.map((each) =>
    each.kind === kind
      ? { ...each, facts: each.facts.map((fact) => (fact.name === name ? { ...fact, ...to } : fact)) }
      : each,
  )
}

test("a relay that never comes to an end, refuses, or goes away, is an error and not a wait", async () => {
  const { world, alice } = await chatting()
  alice.wire.down = (message) =>
    message.type === "seen"
      ? [{ ...message, total: 2 ** 32 - 1, subjects: message.subjects.slice(0, 1) }]
      : [message]
  const report = await sees(world, alice)
  expect(report.subjects.length).toBeLessThan(20)
  alice.wire.down = (message) =>
    message.type === "seen" ? [{ type: "refused", rid: message.rid, code: 6, detail: 0 }] : [message]
  await expect(sees(world, alice)).rejects.toMatchObject({ code: "no-answer" })
  alice.wire.down = (message) => (message.type === "seen" ? [] : [message])
  const asked = sees(world, alice)
  world.relay.crash()
  await expect(asked).rejects.toMatchObject({ code: "no-answer" })
  await expect(alice.client.sees()).rejects.toMatchObject({ code: "no-answer" })
})
