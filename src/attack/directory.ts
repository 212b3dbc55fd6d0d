/** Lies about the directory as a whole: two of them, an older one, a name that looks like another (PROTOCOL.md §8.4–§8.6). */
import type { PersonRef } from "../client/events.ts"
import { signHead } from "../crypto/checkpoint.ts"
import { createLogSigner } from "../crypto/log-key.ts"
import { leafHash, MerkleTree, NODE_BYTES } from "../crypto/merkle.ts"
import type { MlsEngine } from "../crypto/mls-engine.ts"
import { type Content, decodePayload, encodePayload } from "../protocol/content.ts"
import type { Of } from "../protocol/messages.ts"
import { said } from "./log-lies.ts"
import { firstEntryOf, isEntryOf, joinShownAs, onDirectory, renamed } from "./people.ts"
import { type Actor, type Attack, codeThrownBy, knows, mustBe, pairOf, type Stage, write } from "./stage.ts"

const CAUGHT = "directory-split"
const SPLIT = { kind: "detected", by: CAUGHT } as const

const twoDirectories: Attack = {
  name: "two-directories",
  line: "The relay shows Alice and Bob two lists of people, each of them signed",
  by: "the relay",
  verdict: {
    ...SPLIT,
    words:
      "the next message between the two brings the other list's signature: an alarm, with proof and whom it is about",
  },
  where: "everywhere",
  // The person has to decide before anything goes on.
  recovers: false,
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    // Another name for her key, or another key for her name.
    const name = stage.dice.below(2) === 0 ? "dave" : "carol"
    await joinShownAs(stage, "carol", alice, (entry, owner) =>
      name === "dave" ? renamed(owner, entry, name) : firstEntryOf(stage.prepare(name)),
    )
    await mustBe(stage, () => knows(alice, name) && knows(bob, "carol"), "the two lists to be read")
    const [hers, his] = [alice.client.findPerson(name), bob.client.findPerson("carol")]
    if ((hers.tag === his.tag) !== (name === "dave")) throw new RangeError("two lists of the other kind")
    const [from, to] = stage.dice.below(2) === 0 ? [alice, bob] : [bob, alice]
    await write(stage, from, to.name)
    await said(stage, to, CAUGHT)
    await mustBe(stage, () => isNamed(alice) && isNamed(bob), "both to know whom the lists differ in")
    const isRight = differsIn(alice, hers, his) && differsIn(bob, his, hers)
    return isRight ? undefined : "the alarm is about the wrong person"
  },
}

const differenceOf = ({ client }: Actor) => client.directory.view().alarm?.difference
const isNamed = (actor: Actor) => differenceOf(actor) !== undefined

/** Carol came after the two: behind the log's opening and their own entries. */
function differsIn(actor: Actor, ours: Named, theirs: Named): boolean {
  const difference = differenceOf(actor)
  const isIt = (shown: Named | undefined, { name, tag }: Named) => shown?.name === name && shown.tag === tag
  return difference?.place === 3 && isIt(difference.ours, ours) && isIt(difference.theirs, theirs)
}

type Named = Pick<PersonRef, "name" | "tag">

const rolledBack: Attack = {
  name: "directory-rolled-back",
  line: "The relay shows Alice the list of people as it was, which it has signed as well",
  by: "the relay",
  verdict: { ...SPLIT, words: "she has read a later one, and nothing goes on before she decides" },
  where: "everywhere",
  recovers: false,
  play: async (stage) => {
    const [alice] = await pairOf(stage)
    const old = headsFor(stage, alice).at(-1)!
    await stage.join("carol")
    await mustBe(stage, () => knows(alice, "carol"), "the list to grow")
    const isNewer = () => headsFor(stage, alice).some(({ head }) => head.size > old.head.size)
    await mustBe(stage, isNewer, "a later signature")
    stage.relay.lies = {
      down: (message, line) =>
        message.type === "treeHead" && line.isOf(alice.accountId)
          ? [{ ...old, rid: message.rid }]
          : [message],
    }
    stage.relay.cutAll()
    await said(stage, alice, CAUGHT)
    return undefined
  },
}

/** What the relay has signed for this person, on all their connections. */
function headsFor(stage: Stage, { accountId }: Actor): Of<"treeHead">[] {
  return [...stage.relay.lines()]
    .filter((line) => line.isOf(accountId))
    .flatMap(({ heard }) => heard)
    .filter((message) => message.type === "treeHead")
}

const inventedDifference: Attack = {
  name: "difference-invented",
  line: "A member says that the relay has shown it another list of people, so that an honest relay is given up",
  by: "a member",
  verdict: { kind: "harmless", words: "the relay has not signed that list: nobody is alarmed" },
  where: "everywhere",
  play: async (stage) => {
    const claims: Content[] = []
    const [alice, bob] = await pairOf(stage, {}, { engine: claiming(claims), isAttacker: true })
    claims.push(inventedLeaf(stage, alice, bob))
    await bob.client.send(bob.client.findRoom("alice").id, "a claim")
    stage.seen.add("offered")
    await stage.pause(3_000)
    return alice.client.directory.view().alarm === undefined ? undefined : "Alice gives up an honest relay"
  },
}

/** Instead of the next text this program says what is given to it. */
function claiming(claims: Content[]): (real: MlsEngine) => MlsEngine {
  return (real) => ({
    ...real,
    seal: (state, plain, data) => {
      const payload = decodePayload(plain)
      const content = payload.content.type === "text" ? claims.shift() : undefined
      return real.seal(state, content ? encodePayload({ ...payload, content }) : plain, data)
    },
  })
}

/** All is as it should be: another entry in bob's own place, its path, and a head over it. Only the relay's key is not. */
function inventedLeaf(stage: Stage, alice: Actor, bob: Actor): Content {
  const sha = (bytes: Uint8Array) => stage.primitives.sha("sha256", bytes)
  const { log } = headsFor(stage, bob).at(-1)!.head
  const entry = renamed(bob, stage.relay.lineOf(bob.accountId).saidOf("register")[0]!.entry, "eve")
  const index = 2
  const tree = new MerkleTree(sha)
  for (const { value } of bob.store.range("index", {}))
    tree.append(tree.size === index ? leafHash(sha, entry) : value.slice(-NODE_BYTES))
  const signer = createLogSigner(stage.primitives, stage.random.bytes(32))
  const place = { log, size: tree.size, root: tree.root() }
  const head = signHead(signer, stage.pin.sha256, place)
  const proof = { leaf: tree.leaf(index), path: tree.inclusion(index) }
  return { type: "directoryLeaf", to: alice.accountId, head, index, ...proof, entry }
}

/** Each looks like `bob`: by letters that are drawn alike, in capitals, or but for a sign. */
const DOUBLES = ["b0b", "B0B", "bo-b"] as const

const lookAlike: Attack = {
  name: "look-alike-registered",
  line: "The relay lets somebody in under a name that looks like Bob's",
  by: "the relay",
  verdict: {
    kind: "detected",
    by: "look-alike",
    words: "it is said, both stand with their tags, and neither name is taken without one",
  },
  where: "everywhere",
  recovers: false,
  play: async (stage) => {
    const [alice, bob] = await pairOf(stage)
    const name = DOUBLES[stage.dice.below(DOUBLES.length)]!
    const double = stage.prepare(name)
    let shown: Uint8Array | undefined
    onDirectory(
      stage,
      () => true,
      (bytes) => (isEntryOf(bytes, double.accountId) ? (shown ?? bytes) : bytes),
    )
    const { down } = stage.relay.lies
    stage.relay.lies = {
      ...(down && { down }),
      // An honest core would refuse the name.
      up: (message, line) => {
        if (message.type !== "register" || !line.isOf(double.accountId)) return [message]
        shown ??= message.entry
        return [{ ...message, entry: renamed(double, message.entry, "visitor") }]
      },
    }
    await stage.join(name, { isAttacker: true })
    await mustBe(stage, () => knows(alice, name) && knows(bob, name), "the double to be known")
    for (const typed of ["bob", name]) {
      const code = await codeThrownBy(() => alice.client.findPerson(typed))
      if (code !== "ambiguous-name") return `a command takes "${typed}" for one of the two`
    }
    const unmarked = alice.client.people().filter(({ ambiguous }) => !ambiguous)
    return unmarked.length > 0 ? "one of the two stands there without a tag" : undefined
  },
}

export const DIRECTORY_ATTACKS: readonly Attack[] = [
  twoDirectories,
  inventedDifference,
  rolledBack,
  lookAlike,
]
