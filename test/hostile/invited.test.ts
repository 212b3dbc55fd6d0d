/** A newcomer with a member's invitation: what the member was shown of the directory stands in it (PROTOCOL.md §8.6, §17). */
import { expect, test } from "vitest"
import { createAccount } from "../../src/crypto/identity.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { parseInvitation, printLink, type Link } from "../../src/protocol/address.ts"
import { entryOf } from "../support/entries.ts"
import { arrived, distrusts, type Guest, HostileWorld, MINUTE, saidOf, Wire } from "../support/hostile.ts"
import { invitationOf, ROOM } from "../support/link-room.ts"
import { lieTo } from "../support/lying-directory.ts"

async function invited(): Promise<{ world: HostileWorld; alice: Guest; invitation: Link }> {
  const world = await HostileWorld.create()
  const [alice] = await world.pair()
  await world.run(MINUTE)
  const invitation = await invitationOf(alice)
  return { world, alice, invitation }
}

const splits = (guest: Guest) => guest.events.filter((event) => event.type === "directory.split")

test("an honest relay has what the inviter was shown, also when the directory has grown or the relay was restored", async () => {
  const { world, alice, invitation } = await invited()
  expect(invitation.directory).toMatchObject({ size: 3 })
  expect(parseInvitation(printLink(invitation))).toEqual(invitation)
  await world.join("carol")
  const before = world.relay.disk.snapshot()
  await world.join("dave")
  const later = await invitationOf(alice)
  // The store goes back; the next log names the newest head.
  world.relay.crash()
  world.relay.disk.restore(before)
  await world.relay.start()
  await world.run(MINUTE)
  for (const [name, link] of [
    ["erin", invitation],
    ["frank", later],
  ] as const) {
    const guest = await world.join(name, { invitation: link })
    await world.run(MINUTE)
    expect([splits(guest), distrusts(guest)]).toEqual([[], 0])
    const { log, size } = link.directory!
    const told = guest.client.directory.told().filter(({ head }) => head.log === log && head.size === size)
    expect(told).toMatchObject([{ person: { name: "alice" }, fits: true }])
    await guest.write(ROOM, `${name} is here`)
    await world.until(() => arrived(alice, ROOM, `${name} is here`), "the first words")
  }
})

test("a relay that shows a newcomer another directory is caught before anything is said", async () => {
  const { world, alice, invitation } = await invited()
  const wire = new Wire()
  // In bob's place stands somebody else of his name.
  const other = entryOf(createAccount(systemRandom), { name: "bob" })
  lieTo(world, wire, { entries: (real) => real.map((entry, at) => (at === 1 ? other : entry)) })
  const carol = await world.start("carol", { wire, invitation })
  await world.until(() => splits(carol).length > 0, "the alarm")
  expect(splits(carol)).toMatchObject([
    { alarm: { why: "contradiction", from: { name: "alice" }, theirs: { size: 3 }, accepted: false } },
  ])
  expect(carol.client.connection()).toMatchObject({ state: "refused", why: "directory-split" })
  expect(saidOf(wire, "entry")).toEqual([])
  expect(carol.client.directory.evidence()).toContain("secure-chat/")
  expect(splits(alice)).toEqual([])
  // The alarm outlives the process; once it was accepted the invitation has had its say.
  await world.stop(carol)
  const back = await world.start("carol", { disk: carol.disk, wire })
  await world.run(MINUTE)
  expect(back.client.connection()).toMatchObject({ state: "refused", why: "directory-split" })
  await back.client.directory.accept()
  await world.until(() => back.client.connection().state === "online", "the connection")
  await world.stop(back)
  const again = await world.start("carol", { disk: carol.disk, wire })
  await world.run(MINUTE)
  // What others tell is another matter.
  expect(splits(again).filter(({ alarm }) => alarm.theirs.size === 3)).toEqual([])
})

test("a relay that keeps back from a newcomer what the inviter has seen is caught", async () => {
  const { world, invitation } = await invited()
  const wire = new Wire()
  lieTo(world, wire, { entries: (real) => real.filter((_, at) => at !== 1).slice(0, 1) })
  const carol = await world.start("carol", { wire, invitation })
  await world.until(() => splits(carol).length > 0, "the alarm")
  expect(splits(carol)).toMatchObject([{ alarm: { why: "withheld", from: { name: "alice" } } }])
})

test("a head that the relay has never signed says nothing: nobody is frightened by a link", async () => {
  const { world, alice, invitation } = await invited()
  const directory = { ...invitation.directory!, root: systemRandom.bytes(32) }
  const carol = await world.join("carol", { invitation: { ...invitation, directory } })
  await world.run(MINUTE)
  expect(splits(carol)).toEqual([])
  // What alice says by herself, later, is signed.
  expect(carol.client.directory.told().every(({ fits, head }) => fits && head.size > 3)).toBe(true)
  await carol.write(ROOM, "good morning")
  await world.until(() => arrived(alice, ROOM, "good morning"), "the first words")
})
