/** A false person at the first contact, and a ghost in a room, against the ways to verify (PROTOCOL.md §14). */
import { roomKeys } from "../crypto/channel-keys.ts"
import type { MlsEngine } from "../crypto/mls-engine.ts"
import { decodeBinding, encodeBinding } from "../protocol/content.ts"
import { equalBytes } from "../bytes.ts"
import { isEntryOf, onDirectory, renamed } from "./people.ts"
import {
  type Actor,
  type Attack,
  codeThrownBy,
  hasText,
  knows,
  membersOf,
  mustBe,
  PATIENCE_MS,
  ROOM,
  roomOf,
  type Stage,
  write,
} from "./stage.ts"

/**
 * The relay has an account of its own under Bob's name, and a real client that plays Bob. Alice has never heard of the
 * real one: in her directory his entry is the account's.
 */
async function withFalseBob(stage: Stage): Promise<{ alice: Actor; bob: Actor; double: Actor }> {
  const double = await asVisitor(stage)
  const bob = await stage.join("bob")
  const { channel } = roomKeys(stage.primitives, stage.roomSecret, stage.pin.sha256)
  // In #everyone the two would tell each other which directory they were shown.
  stage.relay.lies = {
    up: (message, line) =>
      message.type === "entry" && message.handle === line.openedAs(channel)?.handle ? [] : [message],
  }
  let real: Uint8Array | undefined
  let invented: Uint8Array | undefined
  const isAlices = (reader: Uint8Array | undefined) =>
    reader !== undefined && !equalBytes(reader, bob.accountId) && !equalBytes(reader, double.accountId)
  onDirectory(stage, isAlices, (bytes) => {
    if (isEntryOf(bytes, double.accountId)) return (invented ??= renamed(double, bytes, "bob"))
    if (!isEntryOf(bytes, bob.accountId)) return bytes
    // In his place stands what is there already.
    return (real ??= invented ?? bytes)
  })
  const alice = await stage.join("alice")
  await mustBe(stage, () => knows(alice, "bob") && knows(bob, "alice"), "the two to know each other")
  return { alice, bob, double }
}

/** A program that neither tells nor hears which directory the relay has shown. */
const deaf = (real: MlsEngine): MlsEngine => ({
  ...real,
  seal: (state, plain, authenticatedData) => real.seal(state, plain, silenced(authenticatedData)),
  open: async (state, body) => {
    const opened = await real.open(state, body)
    return opened.kind === "refused"
      ? opened
      : { ...opened, authenticatedData: silenced(opened.authenticatedData) }
  },
})

function silenced(binding: Uint8Array): Uint8Array {
  return encodeBinding({ ...decodeBinding(binding), directory: [] })
}

/** Somebody whose program believes to be called bob, and whom the relay knows by another name. */
async function asVisitor(stage: Stage): Promise<Actor> {
  let made: Uint8Array | undefined
  stage.relay.lies = {
    up: (message, line) => {
      if (message.type !== "register") return [message]
      const owner = stage.profile(line.accountId!)
      made ??= renamed(owner, message.entry, "visitor")
      return [{ ...message, entry: made }]
    },
  }
  const double = await stage.join("bob", { engine: deaf })
  stage.relay.behave()
  return double
}

const keyAtRegistration: Attack = {
  name: "key-at-registration",
  line: "The relay hands out keys of its own as Bob's from the first moment, and plays Bob",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "not-matching",
    words: "their safety numbers differ; nothing more is sent once one of them says so",
  },
  where: "everywhere",
  recovers: false,
  play: async (stage) => {
    const { alice, bob } = await withFalseBob(stage)
    const seen = alice.client.findPerson("bob")
    const [hers, his] = [
      alice.client.safetyNumber(seen.id),
      bob.client.safetyNumber(bob.client.findPerson("alice").id),
    ]
    if (hers === his) return "the two numbers agree, and the keys are not theirs"
    stage.seen.add("not-matching")
    await alice.client.markMismatch(seen.id)
    const code = await codeThrownBy(() => write(stage, alice, "bob"))
    return code === "keys-differ" ? undefined : "Alice still sends after she has seen that the numbers differ"
  },
}

/** What stands on the screen of a verification. */
const screen = ({ client }: Actor) => client.verification.current()

const falseWords: Attack = {
  name: "words-with-a-false-bob",
  line: "The relay plays Bob from the first moment, and also when Alice compares seven words",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "other-words",
    words: "Bob's own screen does not have her words; after her no, nothing more is sent",
  },
  where: "everywhere",
  recovers: false,
  play: async (stage) => {
    const { alice, bob, double } = await withFalseBob(stage)
    const first = await write(stage, alice, "bob")
    await mustBe(stage, () => hasText(double, "alice", first), "the false Bob to have the first message")
    const { id } = alice.client.findPerson("bob")
    await alice.client.verification.askWords(id)
    await mustBe(stage, () => screen(double)?.step === "accept?", "the false Bob to be asked")
    await double.client.verification.accept(screen(double)!.id)
    await mustBe(stage, () => [alice, double].every((each) => screen(each)?.step === "compare"), "the words")
    // He says yes to everything.
    await double.client.verification.answer(screen(double)!.id, true)
    await stage.pause(500)
    if (alice.client.findPerson(id).trust === "verified") return "his own yes has verified him"
    const [hers, his] = [screen(alice)?.words?.join(), screen(bob)?.words?.join()]
    if (hers === undefined || hers === his) return "the real Bob has her words"
    stage.seen.add("other-words")
    await alice.client.verification.answer(screen(alice)!.id, false)
    const code = await codeThrownBy(() => write(stage, alice, "bob"))
    return code === "keys-differ" ? undefined : "Alice still sends after she has said that the words differ"
  },
}

const ghost: Attack = {
  name: "ghost-in-every-list",
  line: "A program that nobody sees in the class is a member of #everyone, on everybody's list",
  by: "somebody with the invitation",
  verdict: {
    kind: "detected",
    by: "one-too-many",
    words:
      "when the whole room verifies, every screen counts one more than there are, and has it on the roll",
  },
  where: "everywhere",
  play: async (stage) => {
    const people = await roomOf(stage, ["asha", "ravi", "ghost"])
    const [leader, ...others] = people as [Actor, ...Actor[]]
    const room = leader.client.rooms().find(({ kind }) => kind === "everyone")!
    const isHere = () => people.every((each) => membersOf(each).every(({ here }) => here))
    for (const each of people) await write(stage, each, ROOM)
    await mustBe(stage, isHere, "everybody to be heard")
    await leader.client.verification.askRoom(room.id)
    const isAsked = () => others.every((each) => screen(each)?.step === "accept?")
    await mustBe(stage, isAsked, "everybody to be asked")
    for (const each of others) await each.client.verification.accept(screen(each)!.id)
    const isCompared = () => people.every((each) => screen(each)?.step === "compare")
    if (!(await stage.until(isCompared, 3 * PATIENCE_MS))) return "the room does not get its words"
    const isSeen = people.every((each) => {
      const view = screen(each)
      return view?.count === 3 && view.people.some(({ name }) => name === "ghost")
    })
    if (!isSeen) return "a screen does not count the ghost"
    stage.seen.add("one-too-many")
    const verified = people.some((each) => each.client.people().some(({ trust }) => trust === "verified"))
    return verified ? "somebody is verified before anybody has compared" : undefined
  },
}

export const VERIFYING_ATTACKS: readonly Attack[] = [keyAtRegistration, falseWords, ghost]
