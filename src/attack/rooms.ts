/** What somebody with the link, a member or the relay may try with a group (PROTOCOL.md §10, §12, §13.5). */
import { equalBytes } from "../bytes.ts"
import { readIdentity } from "../client/profile.ts"
import { type ConversationRecord, getRecord } from "../client/records.ts"
import { packEntry } from "../client/sealing.ts"
import { prefixRange } from "../client/store.ts"
import { envelopeKey, headerKeys, roomKeys } from "../crypto/channel-keys.ts"
import { openHeader, sealHeader } from "../crypto/envelope-seal.ts"
import type { GroupState, MlsEngine } from "../crypto/mls-engine.ts"
import { XWING_SECRET_BYTES, xwingKeyPair } from "../crypto/sodium.ts"
import {
  decodePayload,
  decodeRoomHeader,
  encodePayload,
  encodeRoomHeader,
  FORMS,
  type Payload,
} from "../protocol/content.ts"
import type { ClientMessage, Of } from "../protocol/messages.ts"
import { becoming, joinOver, proposalToAdd, removalOf } from "./mls-kit.ts"
import {
  type Actor,
  type Attack,
  codesOf,
  hasText,
  inOneRoom,
  knows,
  membersOf,
  mustBe,
  PATIENCE_MS,
  ROOM,
  roomOf,
  type Stage,
  write,
} from "./stage.ts"

export const NO_HASH = new Uint8Array(32)
const ROOM_KEY_BYTES = 32

export function channelOf({ primitives, roomSecret, pin }: Stage): Uint8Array {
  return roomKeys(primitives, roomSecret, pin.sha256).channel
}

/** What a member's own disk has of #everyone's group. */
export async function stateOf(stage: Stage, member: Actor): Promise<GroupState> {
  const rows = member.store.range("group", prefixRange(channelOf(stage)))
  return stage.engine.load(rows.map(({ key, value }) => ({ key: key.slice(ROOM_KEY_BYTES), value })))
}

/** Puts MLS bytes into #everyone's log as a handshake, in a member's name and with a member's keys. */
async function commitAs(stage: Stage, member: Actor, bytes: Uint8Array): Promise<void> {
  const channelId = channelOf(stage)
  const key = await envelopeKey(stage.engine, await stateOf(stage, member), channelId)
  const { entry } = packEntry(stage, "handshake", key, channelId, FORMS.mls, bytes)
  offer(stage, member, entry)
}

/** Which position this member thinks that the next handshake takes. */
export function placesOf(stage: Stage, { store }: Actor): number {
  return getRecord<ConversationRecord>(store, "conversation", channelOf(stage))!.nextPosition
}

function offer(stage: Stage, member: Actor, entry: Uint8Array): void {
  const channelId = channelOf(stage)
  const line = stage.relay.lineOf(member.accountId)
  const { handle } = line.openedAs(channelId)!
  const expect = placesOf(stage, member)
  const tokenHash = stage.random.bytes(32)
  const nothing = { headerId: NO_HASH, headerBlob: NO_HASH, header: new Uint8Array(0) }
  line.ask({ type: "handshake", handle, expect, tokenHash, ...nothing, entry })
  stage.seen.add("offered")
}

/** An entry of #everyone that is sealed with no key of it, and holds nothing. */
export function noiseFor(stage: Stage, kind: "message" | "handshake", length = 3_000): Uint8Array {
  const { random } = stage
  return packEntry(stage, kind, random.bytes(32), channelOf(stage), FORMS.mls, random.bytes(length)).entry
}

function saysVoid(actor: Actor): boolean {
  return codesOf(actor).includes("void-commit")
}

/** Everybody is still in the room and hears everybody. @returns what is not so. */
export async function roomGoesOn(stage: Stage, people: readonly Actor[]): Promise<string | undefined> {
  for (const each of people) await write(stage, each, ROOM)
  const isHeard = () =>
    stage.promises.every(({ text, readers }) => readers.every((reader) => hasText(reader, ROOM, text)))
  return (await stage.until(isHeard, 3 * PATIENCE_MS)) ? undefined : "the room does not go on"
}

const everybodyStays = (people: readonly Actor[], names: readonly string[]) =>
  people.every((each) => {
    const others = names.filter((name) => name !== each.name)
    return others.every((name) => membersOf(each).some(({ person }) => person.name === name))
  })

const VOID = { kind: "detected", by: "void-commit" } as const

/** A member puts something into the log that no honest client makes. */
function byMember(
  name: string,
  line: string,
  words: string,
  make: (stage: Stage, mallory: Actor, bob: Actor) => Promise<Uint8Array>,
): Attack {
  return {
    name,
    line,
    by: "a member",
    verdict: { ...VOID, words },
    where: "everywhere",
    needsRealEngine: true,
    play: async (stage) => {
      const names = ["alice", "bob", "mallory"] as const
      const [alice, bob, mallory] = await roomOf(stage, names)
      const honest = [alice, bob]
      await commitAs(stage, mallory, await make(stage, mallory, bob))
      const isTold = await stage.until(() => honest.every(saysVoid))
      const wrong = await roomGoesOn(stage, honest)
      if (wrong !== undefined) return wrong
      const isOneMore = honest.some((each) => membersOf(each).length >= names.length)
      if (isOneMore || !everybodyStays(honest, names)) return "the attack has changed who is in the room"
      // Its own program, which did not make the change, says so too: that tells nobody.
      return isTold ? undefined : "nobody was told"
    },
  }
}

const removesOther = byMember(
  "member-removes-another",
  "A member takes another member out of the room",
  "nobody follows; a line says that a change was not valid",
  async (stage, mallory, bob) => {
    const state = await stateOf(stage, mallory)
    const { accountId } = bob
    const leaf = state.members.find((member) =>
      member.accountId.every((byte, i) => byte === accountId[i]),
    )!.leaf
    return removalOf(stage, state, leaf)
  },
)

const slipsIn = byMember(
  "proposal-slipped-in",
  "A member leaves a proposal behind, so that the next change brings a stranger in",
  "a proposal alone is no change: it sticks nowhere, and a line says that something was not valid",
  async (stage, mallory) => {
    const stranger = readIdentity(stage.prepare("stranger").store).signer
    return proposalToAdd(stage, await stateOf(stage, mallory), stranger)
  },
)

const becomesOther = byMember(
  "credential-swapped",
  "A member becomes somebody else in its place in the room",
  "a member stays who it was: nobody follows, and a line says so",
  async (stage, mallory) => {
    const other = readIdentity(stage.prepare("other").store).signer
    return becoming(stage, await stateOf(stage, mallory), other)
  },
)

const removedFromOutside: Attack = {
  name: "removed-from-outside",
  line: "Somebody with the link comes into the room in the place of a member, who is thrown out",
  by: "somebody with the invitation",
  verdict: { ...VOID, words: "nobody follows; a line says that a change was not valid" },
  where: "everywhere",
  needsRealEngine: true,
  play: async (stage) => {
    const [alice, bob] = await roomOf(stage, ["alice", "bob"])
    const overBob = (real: MlsEngine): MlsEngine => ({
      ...real,
      joinExternal: async (groupInfo, expected, signer, replaces) => {
        const commit = await real.joinExternal(groupInfo, expected, signer, replaces)
        const bytes = await joinOver(stage, commit.state.suite, groupInfo, signer, bob.accountId)
        if (bytes === undefined) return commit
        stage.seen.add("offered")
        return { ...commit, bytes }
      },
    })
    await stage.join("mallory", { engine: overBob, isKeptOut: true, isAttacker: true })
    await stage.until(() => [alice, bob].every(saysVoid))
    const wrong = await roomGoesOn(stage, [alice, bob])
    return (
      wrong ??
      (everybodyStays([alice, bob], ["alice", "bob"]) ? undefined : "Bob is not in the room any more")
    )
  },
}

const jammed: Attack = {
  name: "room-jammed",
  line: "Somebody with the link keeps coming in by changes that nobody can follow",
  by: "somebody with the invitation",
  verdict: { ...VOID, words: "the room agrees that they were nothing, and goes on" },
  where: "everywhere",
  play: async (stage) => {
    const people = await roomOf(stage, ["alice", "bob"])
    const spoiling = (real: MlsEngine): MlsEngine => ({
      ...real,
      joinExternal: async (...how) => {
        const commit = await real.joinExternal(...how)
        stage.seen.add("offered")
        const last = commit.bytes.length - 1
        return { ...commit, bytes: commit.bytes.map((byte, i) => (i === last ? byte ^ 1 : byte)) }
      },
    })
    const mallory = await stage.join("mallory", { engine: spoiling, isKeptOut: true, isAttacker: true })
    await stage.until(() => people.every(saysVoid), 3 * PATIENCE_MS)
    await stage.leave(mallory)
    return roomGoesOn(stage, people)
  },
}

const noiseOffered: Attack = {
  name: "handshakes-of-noise",
  line: "A member fills the log with changes of noise, so that nobody can change anything any more",
  by: "a member",
  verdict: { ...VOID, words: "they are passed over, each with a line, and the room goes on" },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob, mallory] = await roomOf(stage, ["alice", "bob", "mallory"])
    const places = () => placesOf(stage, mallory)
    for (let i = 0; i < 4; i++) {
      const before = places()
      offer(stage, mallory, noiseFor(stage, "handshake"))
      await stage.until(() => places() > before)
    }
    return roomGoesOn(stage, [alice, bob])
  },
}

const oldHeader: Attack = {
  name: "old-header",
  line: "The relay shows a newcomer an old header, with people who have gone since",
  by: "the relay",
  verdict: {
    kind: "harmless",
    words: "they are only listed; nobody counts as here who has not signed something",
  },
  where: "everywhere",
  play: async (stage) => {
    const alice = await stage.join("alice")
    const old = await firstHandshake(stage, alice)
    // What nobody confirms leaves the old header's token good enough to come in by.
    const up = (message: ClientMessage) => (message.type === "prove" && message.position > 0 ? [] : [message])
    stage.relay.lies = { up }
    const bob = await stage.join("bob")
    await inOneRoom(stage, alice, bob)
    stage.relay.lies = {
      up,
      down: (message, line) =>
        message.type === "header" && !line.isOf(alice.accountId) && !line.isOf(bob.accountId)
          ? [{ ...message, position: 0, header: old.header }]
          : [message],
    }
    const carol = await stage.join("carol", { isKeptOut: true })
    await stage.until(() => membersOf(carol).length > 0)
    await stage.pause(2_000)
    if (membersOf(carol).length === 0) return "the old header is not followed, and so shows nothing"
    if (membersOf(carol).some(({ here }) => here)) return "somebody counts as here who is not"
    stage.relay.behave()
    stage.relay.cutAll()
    return roomGoesOn(stage, [alice, bob])
  },
}

async function firstHandshake(stage: Stage, { accountId }: Actor): Promise<Of<"handshake">> {
  const find = () => stage.relay.linesOf(accountId).flatMap((line) => line.saidOf("handshake"))[0]
  await mustBe(stage, () => find() !== undefined, "the room to be made")
  return find()!
}

const forgedHeader: Attack = {
  name: "header-forged",
  line: "The relay, which has seen the invitation, changes the room's header for a newcomer",
  by: "the relay",
  verdict: { kind: "harmless", words: "the newcomer comes in nowhere until the true header is there" },
  where: "everywhere",
  recovers: false,
  play: async (stage) => {
    const alice = await stage.join("alice")
    await firstHandshake(stage, alice)
    const { headerId, headerKey } = headerKeys(stage.primitives, stage.roomSecret, stage.pin.sha256)
    const damage = stage.dice.below(3)
    stage.relay.lies = {
      down: (message) => {
        if (message.type !== "header") return [message]
        const plain = openHeader(headerKey, headerId, message.position, message.header)
        if (plain === undefined) return [message]
        const header = decodeRoomHeader(plain)
        const changes = [
          { groupInfo: stage.random.bytes(3_000) },
          { channelId: stage.random.bytes(32) },
          { groupInfo: header.groupInfo.map((byte, i) => (i === 400 ? byte ^ 1 : byte)) },
        ][damage]
        const forged = encodeRoomHeader({ ...header, ...changes })
        return [
          { ...message, header: sealHeader(headerKey, headerId, message.position, forged, stage.random) },
        ]
      },
    }
    const bob = await stage.join("bob", { isKeptOut: true })
    await stage.until(() => stage.relay.told > 0)
    await stage.pause(2_000)
    if (membersOf(bob).length > 0) return "Bob is in a room that the relay has made up"
    stage.relay.behave()
    stage.relay.cutAll()
    const isIn = () => membersOf(bob).length === 1 && membersOf(alice).length === 1
    return (await stage.until(isIn, 3 * PATIENCE_MS)) ? undefined : "Bob does not come in any more"
  },
}

const asksForHistory: Attack = {
  name: "history-asked-for",
  line: "A newcomer's changed program asks for what was said before it came",
  by: "a member",
  verdict: { kind: "harmless", words: "nobody gives it" },
  where: "everywhere",
  play: async (stage) => {
    const heard: Payload[] = []
    const alice = await stage.join("alice", { engine: listening((payload) => void heard.push(payload)) })
    const bob = await stage.join("bob")
    await inOneRoom(stage, alice, bob)
    const before = [await write(stage, alice, ROOM), await write(stage, alice, ROOM)]
    await mustBe(stage, () => before.every((text) => hasText(bob, ROOM, text)), "what is said before")
    const chains = heard.filter(({ content }) => content.type === "text")
    const read: Uint8Array[] = []
    const { public: key } = xwingKeyPair(stage.random.bytes(XWING_SECRET_BYTES))
    const mallory = await stage.join("mallory", {
      engine: asking(stage, chains, key, read),
      isAttacker: true,
    })
    await mustBe(stage, () => knows(alice, "mallory") && membersOf(mallory).length === 2, "mallory to be in")
    await mallory.client.send(mallory.client.findRoom(ROOM).id, "a question")
    // Whoever has it would bring it after 5 to 10 seconds.
    await stage.pause(11_000)
    const plain = read.map((bytes) => new TextDecoder().decode(bytes))
    const isGiven = before.some((text) => plain.some((each) => each.includes(text)))
    if (read.some((bytes) => isSealedTo(key, bytes))) return "an answer is sealed to mallory"
    return isGiven ? "mallory has read what was said before" : undefined
  },
}

function listening(hear: (payload: Payload) => void): (real: MlsEngine) => MlsEngine {
  return (real) => ({
    ...real,
    seal: (state, plain, data) => {
      hear(decodePayload(plain))
      return real.seal(state, plain, data)
    },
  })
}

/** Whatever this program is told to say, it asks; whatever it opens is noted. */
function asking(
  stage: Stage,
  chains: readonly Payload[],
  key: Uint8Array,
  read: Uint8Array[],
): (real: MlsEngine) => MlsEngine {
  return (real) => ({
    ...real,
    seal: (state, plain, data) => {
      const payload = decodePayload(plain)
      if (payload.content.type !== "text") return real.seal(state, plain, data)
      stage.seen.add("offered")
      const ranges = chains.map(({ chainId, n }) => ({ chainId, from: n, to: n }))
      return real.seal(state, encodePayload({ ...payload, content: { type: "ask", ranges, key } }), data)
    },
    open: async (...what) => {
      const opened = await real.open(...what)
      if (opened.kind === "opened") read.push(opened.plain.slice())
      return opened
    },
  })
}

function isSealedTo(key: Uint8Array, plain: Uint8Array): boolean {
  if (plain.length === 0) return false
  const { content } = decodePayload(plain)
  return content.type === "privateAnswer" && equalBytes(content.to, key.subarray(0, content.to.length))
}

export const ROOM_ATTACKS: readonly Attack[] = [
  removedFromOutside,
  jammed,
  noiseOffered,
  removesOther,
  slipsIn,
  becomesOther,
  oldHeader,
  forgedHeader,
  asksForHistory,
]
