/**
 * Our provider beside the MLS library's own, in one run: a commit of a group of two (made and processed) and a message
 * of 100 bytes (encrypted and decrypted). Rounds of both are interleaved, medians printed, of CPU time (all threads of the
 * process, so that other load on the machine counts for neither) and of the clock.
 * Goals, of CPU time: commit at most 1/3, encrypt and decrypt at most 0.5.
 */
import { type ClientState, createGroup, joinGroup } from "ts-mls/clientState.js"
import { createCommit } from "ts-mls/createCommit.js"
import { createApplicationMessage } from "ts-mls/createMessage.js"
import { type CiphersuiteImpl, getCiphersuiteFromName } from "ts-mls/crypto/ciphersuite.js"
import { defaultCryptoProvider } from "ts-mls/crypto/implementation/default/provider.js"
import { acceptAll } from "ts-mls/incomingMessageAction.js"
import { generateKeyPackage } from "ts-mls/keyPackage.js"
import { processPrivateMessage } from "ts-mls/processMessages.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import { utf8 } from "../../src/bytes.ts"
import type { SuiteName } from "../../src/crypto/mls-engine.ts"
import { capabilitiesOf, clientConfig, librarySuite } from "../../src/crypto/mls-profile.ts"
import { mlsProvider } from "../../src/crypto/mls-provider.ts"
import { Roster } from "../../src/crypto/mls-roster.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"

const ROUNDS = 15
const COMMITS_PER_ROUND = 4
const MESSAGES_PER_ROUND = 20
const MESSAGE = new Uint8Array(100).fill(7)
const GOALS = { commit: 1 / 3, message: 0.5 }
const LIFETIME = { notBefore: 0n, notAfter: 2n ** 63n - 1n }
const CONFIG = clientConfig(new Roster(), { validateCredential: async () => true })

/** Two members of one group, over one provider. */
interface Pair {
  cs: CiphersuiteImpl
  one: ClientState
  two: ClientState
}
/** Milliseconds. */
interface Cost {
  cpu: number
  wall: number
}
type Measured = Record<keyof typeof GOALS, Cost[]>

await sodiumReady()
for (const suite of ["classic", "xwing"] as const) await compare(suite)

async function compare(suite: SuiteName): Promise<void> {
  const name = getCiphersuiteFromName(librarySuite(suite))
  const providers = {
    ours: await mlsProvider(nodePrimitives, systemRandom).getCiphersuiteImpl(name),
    theirs: await defaultCryptoProvider.getCiphersuiteImpl(name),
  }
  const pairs = { ours: await pairOf(providers.ours, suite), theirs: await pairOf(providers.theirs, suite) }
  const measured = { ours: nothing(), theirs: nothing() }
  for (let round = -2; round < ROUNDS; round++) {
    // Neither is always the one that runs on what the other left behind.
    const order = round % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const)
    for (const who of order) {
      const commit = await timed(() => commits(pairs[who]), COMMITS_PER_ROUND)
      const message = await timed(() => messages(pairs[who]), MESSAGES_PER_ROUND)
      // The first rounds warm the code up.
      if (round < 0) continue
      measured[who].commit.push(commit)
      measured[who].message.push(message)
    }
  }
  for (const what of ["commit", "message"] as const) {
    const [ours, theirs] = [median(measured.ours[what]), median(measured.theirs[what])]
    const [ratio, goal] = [ours.cpu / theirs.cpu, GOALS[what]]
    const title = what === "commit" ? "commit of two, made + processed" : "100 B, encrypted + decrypted"
    console.log(
      `${suite.padEnd(8)} ${title.padEnd(32)} CPU ${shown(ours.cpu)} against ${shown(theirs.cpu)}, ` +
        `ratio ${ratio.toFixed(3)} (goal ≤ ${goal.toFixed(2)}: ${ratio <= goal ? "met" : "NOT met"}); ` +
        `clock ${shown(ours.wall)} against ${shown(theirs.wall)}, ratio ${(ours.wall / theirs.wall).toFixed(3)}`,
    )
  }
}

async function pairOf(cs: CiphersuiteImpl, suite: SuiteName): Promise<Pair> {
  const packageOf = (name: string) =>
    generateKeyPackage(
      { credentialType: "basic", identity: utf8(name) },
      capabilitiesOf(suite),
      LIFETIME,
      [],
      cs,
    )
  const [a, b] = [await packageOf("a"), await packageOf("b")]
  const first = await createGroup(utf8("bench"), a.publicPackage, a.privatePackage, [], cs, CONFIG)
  const added = await createCommit(
    { state: first, cipherSuite: cs },
    {
      extraProposals: [{ proposalType: "add", add: { keyPackage: b.publicPackage } }],
      ratchetTreeExtension: true,
    },
  )
  const { publicPackage, privatePackage } = b
  const two = await joinGroup(
    added.welcome!,
    publicPackage,
    privatePackage,
    emptyPskIndex,
    cs,
    undefined,
    undefined,
    CONFIG,
  )
  return { cs, one: forget(added.newState), two }
}

async function commits(pair: Pair): Promise<void> {
  const made = await createCommit({ state: pair.one, cipherSuite: pair.cs })
  if (made.commit.wireformat !== "mls_private_message") throw new Error("a commit in the clear")
  const { privateMessage } = made.commit
  const processed = await processPrivateMessage(pair.two, privateMessage, emptyPskIndex, pair.cs, acceptAll)
  pair.one = forget(made.newState)
  pair.two = forget(processed.newState)
}

async function messages(pair: Pair): Promise<void> {
  const sealed = await createApplicationMessage(pair.one, MESSAGE, pair.cs)
  const opened = await processPrivateMessage(pair.two, sealed.privateMessage, emptyPskIndex, pair.cs)
  if (opened.kind !== "applicationMessage") throw new Error("not a message")
  pair.one = sealed.newState
  pair.two = opened.newState
}

/** Without the epochs that the library keeps: neither side is to pay for them. */
function forget(state: ClientState): ClientState {
  return { ...state, historicalReceiverData: new Map() }
}

/** What one costs, of `times` in a row. */
async function timed(work: () => Promise<void>, times: number): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  for (let n = 0; n < times; n++) await work()
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / 1_000 / times, wall: (performance.now() - start) / times }
}

function median(costs: readonly Cost[]): Cost {
  const middle = (of: keyof Cost) =>
    costs.map((cost) => cost[of]).sort((a, b) => a - b)[Math.floor(costs.length / 2)]!
  return { cpu: middle("cpu"), wall: middle("wall") }
}

function shown(milliseconds: number): string {
  return `${milliseconds.toFixed(3)} ms`
}

function nothing(): Measured {
  return { commit: [], message: [] }
}
