/** What a member, or somebody who was one, may try where a channel asks for tokens (PROTOCOL.md §5.7). */
import { hashOfEntry } from "../client/entries.ts"
import { readIdentity } from "../client/profile.ts"
import { localOf } from "../client/records.ts"
import { signedEntry } from "../client/registering.ts"
import { prefixRange } from "../client/store.ts"
import { appendToken, roomKeys } from "../crypto/channel-keys.ts"
import { tokenHash } from "../crypto/hash.ts"
import { certifyDevice, createAccount, handOver, signHello } from "../crypto/identity.ts"
import { decodeDirectoryEntry, DIRECTORY_KINDS } from "../protocol/directory-entry.ts"
import { encodeFrame } from "../protocol/framing.ts"
import { helloTranscript } from "../protocol/hello.ts"
import { encodeMessage, type Of, PROTOCOL_VERSION } from "../protocol/messages.ts"
import type { Line } from "./lying-relay.ts"
import { channelOf, NO_HASH, noiseFor, placesOf, roomGoesOn, stateOf } from "./rooms.ts"
import {
  type Actor,
  type Attack,
  hasText,
  membersOf,
  mustBe,
  PATIENCE_MS,
  roomOf,
  ROOM,
  type Stage,
  write,
} from "./stage.ts"

/** Above every number that a client gives its requests here. */
const RID = 4_000_000_000
const SECOND = 1_000
/** How long somebody may read on old tokens, with what opening again adds (PROTOCOL.md §5.7), and some seconds. */
const READS_ON_MS = 75 * SECOND

type Proofs = readonly { position: number; token: Uint8Array }[]

/** What its own disk has kept of the channel's tokens, in rising order. */
function tokensOf(stage: Stage, member: Actor): Proofs {
  const rows = member.store.range("token", prefixRange(channelOf(stage)))
  return rows.map(({ key, value }) => ({ position: localOf(key), token: value.slice() }))
}

/** Three people in #everyone; alice, who made it, removes mallory, and bob has read that. */
async function removed(stage: Stage): Promise<{ honest: [Actor, Actor]; line: Line; proofs: Proofs }> {
  const [alice, bob, mallory] = await roomOf(stage, ["alice", "bob", "mallory"])
  const proofs = tokensOf(stage, mallory)
  const { id } = alice.client.findPerson("mallory")
  await alice.client.link.remove(alice.client.findRoom(ROOM).id, id)
  const isOut = () => [alice, bob].every((each) => membersOf(each).every(({ person }) => person.id !== id))
  await mustBe(stage, isOut, "mallory to be removed")
  await stage.pause(2 * SECOND)
  // Its program has given up; a changed one goes on over the same connection.
  const isOurs = (message: object) => "handle" in message || ("rid" in message && message.rid === RID)
  const down = stage.relay.lies
  stage.relay.lies = {
    ...down,
    down: (message, line) => (line.isOf(mallory.accountId) && isOurs(message) ? [] : [message]),
  }
  return { honest: [alice, bob], line: stage.relay.lineOf(mallory.accountId), proofs }
}

/** Opens #everyone from its beginning, and shows everything that there is to show. */
async function intrude(stage: Stage, line: Line, proofs: Proofs): Promise<Of<"opened">> {
  const channelId = channelOf(stage)
  const answers = () =>
    line.heard.filter((each): each is Of<"opened"> => each.type === "opened" && each.rid === RID)
  const before = answers().length
  line.ask({ type: "open", rid: RID, channelId, incarnation: new Uint8Array(16), cursor: 0, head: NO_HASH })
  await mustBe(stage, () => answers().length > before, "the relay to open #everyone")
  const opened = answers().at(-1)!
  const { handle } = opened
  for (const proof of proofs) line.ask({ type: "prove", handle, ...proof })
  const { token } = roomKeys(stage.primitives, stage.roomSecret, stage.pin.sha256)
  line.ask({ type: "proveOpening", handle, token })
  stage.seen.add("offered")
  return opened
}

const removedWrites: Attack = {
  name: "removed-member-writes",
  line: "Somebody who was removed from a room goes on writing there with a changed program",
  by: "a member",
  verdict: { kind: "harmless", words: "the relay takes no message, no change and no header from them" },
  where: "everywhere",
  play: async (stage) => {
    const { honest, line, proofs } = await removed(stage)
    const { handle, nextPosition } = await intrude(stage, line, proofs)
    const heard = line.heard.length
    for (const position of [nextPosition - 1, proofs.at(-1)!.position])
      line.ask({ type: "entry", handle, seq: 0, time: 0, position, entry: noiseFor(stage, "message", 900) })
    const header = {
      headerId: stage.random.bytes(32),
      headerBlob: NO_HASH,
      header: stage.random.bytes(2_000),
    }
    line.ask({ type: "putHeader", rid: RID, handle, expect: nextPosition, ...header })
    const change = { expect: nextPosition, tokenHash: stage.random.bytes(32), ...header }
    line.ask({ type: "handshake", handle, ...change, entry: noiseFor(stage, "handshake", 900) })
    const answers = () =>
      line.heard
        .slice(heard)
        .filter((each) => "eid" in each || (each.type !== "opened" && "rid" in each && each.rid === RID))
    await stage.until(() => answers().length >= 4)
    const isTaken = answers().some(({ type }) => type === "accepted" || type === "done")
    return isTaken ? "the relay has taken something of them" : roomGoesOn(stage, honest)
  },
}

const removedReads: Attack = {
  name: "removed-member-reads",
  line: "Somebody who was removed from a room goes on watching when something is said there, and how much",
  by: "a member",
  verdict: { kind: "harmless", words: "the relay cuts them off, and opening again gains nothing" },
  where: "simulation",
  play: async (stage) => {
    const { honest, line, proofs } = await removed(stage)
    const seen = () => line.heard.filter(({ type }) => type === "entry").length
    const watch = async (times: number) => {
      for (let n = 0; n < times; n++) {
        if (n % 2 === 0) await intrude(stage, line, proofs)
        await write(stage, honest[n % 2]!, ROOM)
        await stage.pause(5 * SECOND)
      }
    }
    await watch(READS_ON_MS / (5 * SECOND))
    const before = seen()
    await watch(6)
    return seen() > before ? "they are sent what is said" : undefined
  },
}

/** A change of #everyone that nobody can follow, with a token that its author knows. @param after so many others. */
async function changeOfNoise(stage: Stage, member: Actor, after = 0): Promise<Proofs[number]> {
  const channelId = channelOf(stage)
  const line = stage.relay.lineOf(member.accountId)
  const position = placesOf(stage, member) + after
  const token = await appendToken(stage.engine, await stateOf(stage, member), channelId)
  line.ask({
    type: "handshake",
    handle: line.openedAs(channelId)!.handle,
    expect: position,
    tokenHash: tokenHash(channelId, position, token),
    headerId: NO_HASH,
    headerBlob: NO_HASH,
    header: new Uint8Array(0),
    entry: noiseFor(stage, "handshake"),
  })
  stage.seen.add("offered")
  return { position, token }
}

const locked: Attack = {
  name: "room-locked",
  line: "A member makes a change that nobody can follow, says itself that it was good, and so locks all others out",
  by: "a member",
  verdict: {
    kind: "detected",
    by: "void-commit",
    words: "nobody's word counts for their own change; the others go over it and write on",
  },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob, mallory] = await roomOf(stage, ["alice", "bob", "mallory"])
    const line = stage.relay.lineOf(mallory.accountId)
    for (let n = 0; n < 3; n++) {
      const proof = await changeOfNoise(stage, mallory)
      line.ask({ type: "prove", handle: line.openedAs(channelOf(stage))!.handle, ...proof })
      await stage.until(() => placesOf(stage, mallory) > proof.position)
    }
    return roomGoesOn(stage, [alice, bob])
  },
}

/** A connection of the next key of an account, made past its program; `takeOver` hands the account over to it. */
async function nextKeyOf(
  stage: Stage,
  { store, accountId }: Actor,
): Promise<{ line: Line; takeOver: () => Promise<void> }> {
  const { device, certificateEnd, ...identity } = readIdentity(store)
  const account = createAccount(stage.random)
  const before = decodeDirectoryEntry(stage.relay.lineOf(accountId).saidOf("register")[0]!.entry)
  const entry = signedEntry(
    { ...identity, device, certificateEnd, account, inboxId: stage.random.bytes(32) },
    {
      kind: DIRECTORY_KINDS.rotate,
      name: before.name,
      seq: before.seq + 1,
      previous: hashOfEntry(before),
      origin: { kind: "rotate", ...handOver(identity.account, account.accountId) },
    },
  )
  const ids = { accountId: account.accountId, deviceId: device.deviceId, version: PROTOCOL_VERSION }
  const helloOn = (exporter: Uint8Array) =>
    encodeMessage({
      type: "hello",
      ...ids,
      devicePublic: device.auth.public,
      notAfter: certificateEnd,
      certificate: certifyDevice(account, device.deviceId, device.auth.public, certificateEnd),
      signature: signHello(device, helloTranscript({ ...ids, relayId: stage.pin.sha256, exporter })),
    })
  stage.network.dial(stage.address, stage.pin, {
    opened: (connection) => connection.send(encodeFrame(helloOn(connection.exporter))),
    received: () => {},
    closed: () => {},
  })
  const hasHeard = (type: string) =>
    stage.relay.linesOf(ids.accountId).some(({ heard }) => heard.some((each) => each.type === type))
  await mustBe(stage, () => hasHeard("registerFirst"), "the next key to be asked who it is")
  const line = stage.relay.lineOf(ids.accountId)
  const takeOver = () => {
    line.ask({ type: "register", rid: RID, admission: new Uint8Array(16), entry })
    return mustBe(stage, () => hasHeard("ready"), "the relay to take the next key")
  }
  return { line, takeOver }
}

const lockedByNextKey: Attack = {
  name: "room-locked-by-next-key",
  line: "A member makes changes that nobody can follow, takes a new key, and says with it that they were good",
  by: "a member",
  verdict: {
    kind: "detected",
    by: "void-commit",
    words:
      "all keys of a person are one: their word does not count; the others go over the changes and write on",
  },
  where: "everywhere",
  // The program of whoever has taken the new key knows nothing of it, and is out.
  recovers: false,
  play: async (stage) => {
    const [alice, bob, mallory] = await roomOf(stage, ["alice", "bob", "mallory"])
    const proofs = [...tokensOf(stage, mallory)]
    const { line, takeOver } = await nextKeyOf(stage, mallory)
    for (let n = 0; n < 3; n++) proofs.push(await changeOfNoise(stage, mallory, n))
    // Before anybody has gone over them.
    await takeOver()
    await intrude(stage, line, proofs)
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const text = await write(stage, from, ROOM)
      if (!(await stage.until(() => hasText(to, ROOM, text), 3 * PATIENCE_MS)))
        return "the room does not go on"
    }
    return undefined
  },
}

export const TOKEN_ATTACKS: readonly Attack[] = [locked, lockedByNextKey, removedWrites, removedReads]
