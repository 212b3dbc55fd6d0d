/** Lies about who somebody is: keys, names, key packages, first messages, logins (PROTOCOL.md §3, §8, §11, §14). */
import { equalBytes } from "../bytes.ts"
import { readIdentity } from "../client/profile.ts"
import { registrationOf } from "../client/registering.ts"
import { sign } from "../crypto/signature.ts"
import {
  decodeDirectoryEntry,
  type DirectoryStatement,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
} from "../protocol/directory-entry.ts"
import { refusalName } from "../protocol/errors.ts"
import { encodeFrame, FrameDecoder } from "../protocol/framing.ts"
import {
  decodeRelayMessage,
  encodeMessage,
  type Of,
  PROTOCOL_VERSION,
  type RelayMessage,
} from "../protocol/messages.ts"
import {
  type Actor,
  type Attack,
  codeThrownBy,
  hasText,
  knows,
  mustBe,
  pairOf,
  type Profile,
  type Stage,
  stateOf,
  write,
} from "./stage.ts"

/** Changes what the directory holds for one person: each entry stands at its number. */
export function onDirectory(
  stage: Stage,
  isFor: (accountId: Uint8Array | undefined) => boolean,
  change: (entry: Uint8Array) => Uint8Array,
): void {
  const { up } = stage.relay.lies
  stage.relay.lies = {
    ...(up && { up }),
    down: (message, line) => {
      if (message.type === "treeHead" && isFor(line.accountId)) return [stage.resigned(message, change)]
      if (message.type !== "directory" || !isFor(line.accountId)) return [message]
      const entries = message.entries.map(change)
      return entries.every((entry, i) => entry === message.entries[i]) ? [message] : [{ ...message, entries }]
    },
  }
}

/** A person's entry under another name, signed by that person. */
export function renamed(actor: Pick<Profile, "store">, entry: Uint8Array, name: string): Uint8Array {
  const { signature: _, ...statement } = decodeDirectoryEntry(entry)
  const changed: DirectoryStatement = { ...statement, name }
  const { ed } = readIdentity(actor.store).account
  return encodeDirectoryEntry({
    ...changed,
    signature: sign(ed.secret, "directory", encodeDirectoryStatement(changed)),
  })
}

export function isEntryOf(entry: Uint8Array, accountId: Uint8Array): boolean {
  return equalBytes(decodeDirectoryEntry(entry).accountId, accountId)
}

/** Lies to this person alone. */
export function only({ accountId }: Pick<Profile, "accountId">): (reader: Uint8Array | undefined) => boolean {
  return (reader) => reader !== undefined && equalBytes(reader, accountId)
}

/** Somebody new, in whose place another entry stands in the list that one reader is shown. */
export async function joinShownAs(
  stage: Stage,
  name: string,
  reader: Actor,
  other: (entry: Uint8Array, owner: Profile) => Uint8Array,
): Promise<Actor> {
  const owner = stage.prepare(name)
  let shown: Uint8Array | undefined
  onDirectory(stage, only(reader), (bytes) =>
    isEntryOf(bytes, owner.accountId) ? (shown ??= other(bytes, owner)) : bytes,
  )
  return stage.join(name)
}

/** How this person, who has not come in, would. */
export function firstEntryOf({ store }: Pick<Profile, "store">): Uint8Array {
  const may = { mayReplace: false, approval: undefined, isOther: () => false }
  const registration = registrationOf(readIdentity(store), new Uint8Array(0), undefined, may)
  if (registration.kind !== "entry") throw new RangeError("somebody new")
  return registration.entry
}

/** Three people who have just come, and need not know each other yet. */
async function threeOf(stage: Stage): Promise<[alice: Actor, bob: Actor, carol: Actor]> {
  return [await stage.join("alice"), await stage.join("bob"), await stage.join("carol")]
}

const keyInEntry: Attack = {
  name: "key-in-entry",
  line: "The relay changes a key in Bob's entry of the directory",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "bad-directory-entry",
    words: "the entry does not carry its owner's signature, and is left out",
  },
  where: "everywhere",
  recovers: false,
  play: async (stage) => {
    const bob = await stage.join("bob")
    const key = (["accountEd", "accountX", "accountKem"] as const)[stage.dice.below(3)]!
    onDirectory(
      stage,
      (reader) => !reader || !equalBytes(reader, bob.accountId),
      (bytes) => {
        const entry = decodeDirectoryEntry(bytes)
        if (!equalBytes(entry.accountId, bob.accountId)) return bytes
        const changed = entry[key].map((byte, i) => (i === 7 ? byte ^ 1 : byte))
        return encodeDirectoryEntry({ ...entry, [key]: changed })
      },
    )
    const alice = await stage.join("alice")
    return knows(alice, "bob") ? "Alice believes in a key that is not Bob's" : undefined
  },
}

const keyAtLookUp: Attack = {
  name: "key-at-look-up",
  line: "The relay shows a second Bob, with other keys, to somebody who knows the first",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "ambiguous-name",
    words: "the chat stays with the keys it had, and the name is refused until somebody decides",
  },
  where: "everywhere",
  // What Alice says shows Bob that the relay has signed two lists.
  recovers: false,
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    const { id } = alice.client.findPerson("bob")
    const carol = await joinShownAs(stage, "carol", alice, (entry, owner) => renamed(owner, entry, "bob"))
    await stage.until(() => alice.client.people().filter(({ name }) => name === "bob").length === 2)
    const code = await codeThrownBy(() => alice.client.findPerson("bob"))
    if (code !== undefined) stage.seen.add(code)
    const room = alice.client.rooms().find(({ kind }) => kind === "direct")!
    if (room.peer?.id !== id) return "the chat has gone over to other keys"
    const text = `alice writes no. ${stage.promises.length + 1}`
    await alice.client.send(room.id, text)
    stage.promises.push({ from: alice, to: "bob", text, readers: [bob] })
    await stage.until(() => hasText(bob, "alice", text))
    return hasText(carol, "alice", text) ? "the second Bob has read what was for the first" : undefined
  },
}

const keyPackage: Attack = {
  name: "key-package-swapped",
  line: "The relay hands out a key package of its own in the place of Bob's",
  by: "the relay",
  verdict: { kind: "harmless", words: "nothing is sealed to it; the message waits for a package of Bob's" },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob, carol] = await threeOf(stage)
    await mustBe(stage, () => knows(alice, "bob") && knows(bob, "alice"), "the two to know each other")
    const theirs = putPackages(stage, carol)
    stage.relay.lies = {
      down: (message, line) => {
        if (message.type !== "keyPackage" || !line.isOf(alice.accountId)) return [message]
        return [{ ...message, keyPackage: theirs.shift() ?? message.keyPackage }]
      },
    }
    const text = await write(stage, alice, "bob")
    await stage.until(() => stage.relay.told > 0)
    await stage.pause(2_000)
    const state = stateOf(alice, "bob", text)
    // Nothing that she was given was Bob's.
    const isOpened = theirs.length > 0 && openingsBy(stage, alice).length > 0
    return !isOpened && (state === "queued" || hasText(bob, "alice", text))
      ? undefined
      : "the chat was opened with another's keys"
  },
}

function putPackages(stage: Stage, { accountId }: Actor): Uint8Array[] {
  return stage.relay
    .linesOf(accountId)
    .flatMap((line) => line.saidOf("putPackages"))
    .flatMap(({ packages }) => packages)
}

const packageTwice: Attack = {
  name: "package-twice",
  line: "The relay hands out one key package of Bob's to two people",
  by: "the relay",
  verdict: { kind: "harmless", words: "one of the two chats is opened again with another; nothing is lost" },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob, carol] = await threeOf(stage)
    const theyMeet = () =>
      [alice, carol].every((each) => knows(each, "bob")) && bob.client.people().length === 2
    await mustBe(stage, theyMeet, "them to know each other")
    let given: Uint8Array | undefined
    let isDue = true
    stage.relay.lies = {
      down: (message) => {
        if (message.type !== "keyPackage" || !isDue) return [message]
        isDue = given === undefined
        given ??= message.keyPackage
        return [isDue ? message : { ...message, keyPackage: given }]
      },
    }
    const [one, two] = [await write(stage, alice, "bob"), await write(stage, carol, "bob")]
    await stage.until(() => hasText(bob, "alice", one) && hasText(bob, "carol", two))
    if (hasText(bob, "alice", two) || hasText(bob, "carol", one)) return "two chats have the same keys"
    // One of the two was refused, and opened again.
    const openings = [alice, bob, carol].flatMap((each) => openingsBy(stage, each))
    return openings.length > 2 ? undefined : "one package has opened two chats"
  },
}

const welcome: Attack = {
  name: "welcome-swapped",
  line: "The relay puts another chat's opening in the place of the one for Bob",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "unreadable",
    words: "it does not open between these two; the chat is opened anew",
  },
  where: "everywhere",
  play: async (stage) => {
    const [alice, bob, carol] = await threeOf(stage)
    const theyMeet = () => [bob, carol].every((each) => knows(alice, each.name) && knows(each, "alice"))
    await mustBe(stage, theyMeet, "them to know each other")
    const first = await write(stage, alice, "carol")
    await mustBe(stage, () => hasText(carol, "alice", first), "the other chat")
    const other = openingsBy(stage, alice)[0]!
    let isDue = true
    stage.relay.lies = {
      down: (message, line) => {
        if (!isDue || !line.isOf(bob.accountId) || !isOpening(message)) return [message]
        isDue = false
        return [{ ...message, entry: other.entry }]
      },
    }
    const text = await write(stage, alice, "bob")
    await stage.until(() => hasText(bob, "alice", text))
    return hasText(bob, "alice", first) ? "Bob reads what was for Carol" : undefined
  },
}

function isOpening(message: RelayMessage): message is Of<"entry"> {
  return message.type === "entry" && message.entry[0] === 2 && message.position === 0 && message.seq === 1
}

/** First entries of direct chats: a room's comes with a header. */
function openingsBy(stage: Stage, { accountId }: Actor): Of<"handshake">[] {
  return stage.relay
    .linesOf(accountId)
    .flatMap((line) => line.saidOf("handshake"))
    .filter(({ expect, headerId }) => expect === 0 && headerId.every((byte) => byte === 0))
}

const squatting: Attack = {
  name: "name-squatted",
  line: "Somebody who has the invitation registers under Bob's name",
  by: "somebody with the invitation",
  verdict: { kind: "detected", by: "name-taken", words: "the relay refuses the name, however it is written" },
  where: "everywhere",
  play: async (stage) => {
    const [alice] = await pairOf(stage)
    const name = ["bob", "Bob", "BOB"][stage.dice.below(3)]!
    const squatter = await stage.join(name, { isKeptOut: true, isAttacker: true })
    await stage.until(() => squatter.client.connection().state === "refused")
    const connection = squatter.client.connection()
    if (connection.state === "refused") stage.seen.add(connection.why)
    const code = await codeThrownBy(() => alice.client.findPerson("bob"))
    return code === undefined ? undefined : "nobody can write to Bob any more"
  },
}

const replayedLogin: Attack = {
  name: "login-replayed",
  line: "Somebody who has seen a login says it again on a connection of their own",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "not-allowed",
    words: "it was signed for the other connection, and is refused",
  },
  where: "everywhere",
  play: async (stage) => {
    const alice = await stage.join("alice")
    const hello = stage.relay.lineOf(alice.accountId).saidOf("hello")[0]!
    const answer = await answerTo(stage, hello)
    if (answer?.type !== "refused") return "the relay takes whoever replays for Alice"
    stage.seen.add(refusalName(answer.code))
    return undefined
  },
}

/** Dials, says this, and waits for the first answer. */
async function answerTo(stage: Stage, hello: Of<"hello">): Promise<RelayMessage | undefined> {
  let answer: RelayMessage | undefined
  let isOver = false
  const decoder = new FrameDecoder()
  stage.network.dial(stage.address, stage.pin, {
    opened: (connection) => connection.send(encodeFrame(encodeMessage(hello))),
    received: (bytes) => {
      for (const body of decoder.push(bytes)) answer ??= decodeRelayMessage(body)
    },
    closed: () => void (isOver = true),
  })
  await stage.until(() => answer !== undefined || isOver)
  return answer
}

const downgrade: Attack = {
  name: "version-lowered",
  line: "The relay says that it does not speak this version, so that an older one is tried",
  by: "the relay",
  verdict: { kind: "detected", by: "bad-version", words: "no other version is spoken; the person is told" },
  where: "everywhere",
  play: async (stage) => {
    stage.relay.lies = {
      up: (message, line) => {
        if (message.type !== "hello") return [message]
        line.say({ type: "refused", rid: 0, code: 13, detail: 0 })
        return []
      },
    }
    const alice = await stage.join("alice", { isKeptOut: true })
    await stage.until(() => alice.client.connection().state === "refused")
    await stage.pause(3_000)
    const hellos = [...stage.relay.lines()].flatMap((line) => line.saidOf("hello"))
    if (hellos.some(({ version }) => version !== PROTOCOL_VERSION)) return "an older version was tried"
    return hellos.length > 1 ? "the program goes on trying" : undefined
  },
}

export const PEOPLE_ATTACKS: readonly Attack[] = [
  keyInEntry,
  keyAtLookUp,
  keyPackage,
  packageTwice,
  welcome,
  squatting,
  replayedLogin,
  downgrade,
]
