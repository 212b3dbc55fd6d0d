/**
 * The inbox against a list and a number: whatever is lost on the way, at the relay and on the own disk, every letter that
 * checks is told when it is read, and reading goes on where the last saved place says (PROTOCOL.md §11.4).
 */
import fc from "fast-check"
import { expect } from "vitest"
import { concat, equalBytes, u64, u8 } from "../../src/bytes.ts"
import { Contacts } from "../../src/client/contacts.ts"
import { Inbox } from "../../src/client/inbox.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { createAccount } from "../../src/crypto/identity.ts"
import { sealLetter } from "../../src/crypto/letter.ts"
import { sign } from "../../src/crypto/signature.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { encodeLetter, LETTER_KINDS, letterStatement } from "../../src/protocol/content.ts"
import { entryOf } from "../support/entries.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const HANDLE = 5

/** One entry that somebody may put into the inbox. */
interface Sample {
  entry: Uint8Array
  /** What it says, when it checks. */
  says: string | undefined
}

interface Place {
  life: number
  cursor: number
  head: Uint8Array
}

const START: Place = { life: 0, cursor: 0, head: EMPTY_HEAD }

/** The simple truth. */
export interface Model {
  /** Which store the relay has; zeros are none. */
  life: number
  log: Sample[]
  /** How many of the oldest letters have expired. */
  expired: number
  /** Where the client is; every letter read is one transaction, of which a power cut takes the newest. */
  place: Place
  unsynced: Place[]
  /** Numbers on their way to the client, and the newest one when the inbox was opened. */
  coming: number[]
  openedAt: number
  told: string[]
}

export interface Real {
  context: FakeContext
  inbox: Inbox
  told: string[]
}

type Step = fc.AsyncCommand<Model, Real>

/** How often each thing that is tested for has happened. */
export const happened = new Map<string, number>()
const count = (what: string) => void happened.set(what, (happened.get(what) ?? 0) + 1)

const bob = createAccount(systemRandom)
const stranger = createAccount(systemRandom)
let profile: ReturnType<MemoryDisk["snapshot"]> | undefined
let samples: readonly Sample[] = []

function sampleOf(to: FakeContext["identity"], from: typeof bob, counter: number): Sample {
  const { accountId, kem } = to.account
  const statement = {
    to: accountId,
    from: from.accountId,
    deviceId: new Uint8Array(16).fill(9),
    kind: LETTER_KINDS.hint,
    counter,
    body: new Uint8Array(0),
  }
  const signature = sign(from.ed.secret, "inbox", letterStatement(statement))
  const sealed = sealLetter(
    nodePrimitives,
    systemRandom,
    kem.public,
    encodeLetter({ ...statement, signature }),
  )
  const entry = concat(u8(3), new Uint8Array(32), systemRandom.bytes(24), sealed)
  return { entry, says: from === bob ? `bob ${counter}` : undefined }
}

/** The letters and the profile are made once: they cost more than all that is done with them. */
async function prepare(): Promise<void> {
  const disk = new MemoryDisk()
  const context = await fakeContext("alice", disk)
  new Contacts(context).learn(0, [entryOf(bob, { name: "bob" })])
  const { identity } = context
  const good = [1, 2, 3].map((counter) => sampleOf(identity, bob, counter))
  const spoiled = good[0]!.entry.map((byte, i) => (i === 400 ? byte ^ 1 : byte))
  samples = [
    ...good,
    sampleOf(identity, stranger, 4),
    { entry: spoiled, says: undefined },
    { entry: Uint8Array.of(1, 2, 3), says: undefined },
  ]
  context.store.close()
  profile = disk.snapshot()
}

/** A client that has never opened its inbox, and a relay whose first store is new. */
export async function beginning(): Promise<{ model: Model; real: Real }> {
  if (profile === undefined) await prepare()
  const disk = new MemoryDisk()
  disk.restore(profile!)
  const empty = { log: [], expired: 0, unsynced: [], coming: [], openedAt: 0, told: [] }
  const model: Model = { life: 1, place: START, ...empty }
  const told: string[] = []
  const real: Real = { ...(await start(disk, told)), told }
  await connect(model, real)
  return { model, real }
}

async function start(disk: MemoryDisk, told: string[]): Promise<Pick<Real, "context" | "inbox">> {
  const context = await fakeContext("alice", disk)
  const contacts = new Contacts(context)
  const inbox = new Inbox(context, contacts, async (from, { counter }) => {
    told.push(`${contacts.ref(from).name} ${counter}`)
  })
  return { context, inbox }
}

const incarnationOf = (life: number) => concat(new Uint8Array(8), u64(life))

function headAt({ log }: Model, seq: number): Uint8Array {
  const eids = log
    .slice(0, seq)
    .map(({ entry }) => ({ kind: entry[0]!, eid: nodePrimitives.sha("sha256", entry) }))
  return eids.reduce((head, { kind, eid }, i) => nextHead(head, i + 1, kind, eid, 0), EMPTY_HEAD)
}

/** Opens the inbox; the relay answers as its rules say, from what it was asked. */
async function connect(model: Model, real: Real): Promise<void> {
  real.inbox.open()
  const { life, cursor, head } = model.place
  const asked = real.context.link.questions.at(-1)
  same(asked, {
    type: "open",
    channelId: real.context.identity.inboxId,
    incarnation: incarnationOf(life),
    cursor,
    head,
  })
  const isKnown =
    life === model.life &&
    cursor >= model.expired &&
    cursor <= model.log.length &&
    equalBytes(head, headAt(model, cursor))
  const resumed = cursor === 0 ? model.expired === 0 : isKnown
  if (!resumed) count("begins anew")
  const first = resumed ? model.place.cursor : model.expired
  await real.context.link.answer({
    type: "opened",
    rid: 1,
    handle: HANDLE,
    incarnation: incarnationOf(model.life),
    resumed,
    firstSeq: model.expired + 1,
    head: headAt(model, model.expired),
    lastSeq: model.log.length,
    nextPosition: 0,
    nextUnconfirmed: 0,
  })
  const isOther = model.place.life !== model.life
  model.place = { life: model.life, cursor: first, head: headAt(model, first) }
  if (isOther) model.unsynced.push(model.place)
  model.openedAt = model.log.length
  model.coming = model.log.slice(first).map((_, i) => first + i + 1)
}

function same(actual: unknown, wanted: unknown): void {
  expect(actual).toEqual(wanted)
}

function check(model: Readonly<Model>, { context, inbox, told }: Real): void {
  same(told, model.told)
  same(context.link.distrusted, [])
  same(inbox.settled, model.place.cursor >= model.openedAt)
}

function step(name: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real)
      check(model, real)
    },
    toString: () => name,
  }
}

const arrives = fc.nat({ max: 11 }).map((which) =>
  step(`letter ${which} arrives`, async (model) => {
    model.log.push(samples[which % samples.length]!)
    model.coming.push(model.log.length)
  }),
)
const hears = fc.nat({ max: 3 }).map((n) =>
  step(`the client hears ${n + 1}`, async (model, real) => {
    for (const seq of model.coming.splice(0, n + 1)) {
      const { entry, says } = model.log[seq - 1]!
      await real.inbox.received({
        type: "entry",
        handle: HANDLE,
        seq,
        time: 0,
        position: 0,
        entry: entry.slice(),
      })
      model.place = { ...model.place, cursor: seq, head: headAt(model, seq) }
      model.unsynced.push(model.place)
      if (says === undefined) continue
      model.told.push(says)
      count("told")
    }
  }),
)
const cut = fc.constant(
  step("the connection breaks", async (model, real) => {
    real.inbox.log.forget()
    await connect(model, real)
  }),
)
const crash = fc.nat({ max: 100 }).map((part) =>
  step(`power cut, ${part} % survive`, async (model, real) => {
    const { disk } = real.context
    same(disk.unsynced, model.unsynced.length)
    const kept = Math.round((disk.unsynced * part) / 100)
    if (kept < disk.unsynced) count("lost transactions")
    disk.crash(kept)
    model.unsynced.length = kept
    model.place = model.unsynced.at(-1) ?? START
    Object.assign(real, await start(disk, real.told))
    await connect(model, real)
  }),
)
/** What happens at the relay ends the connection, or nobody would notice. */
const losesStore = fc.constant(
  step("the relay loses its store", async (model, real) => {
    Object.assign(model, { life: model.life + 1, log: [], expired: 0 })
    real.inbox.log.forget()
    await connect(model, real)
  }),
)
const putBack = fc.nat({ max: 100 }).map((part) =>
  step(`a backup of ${part} % is put back, and something else comes after it`, async (model, real) => {
    model.log.length = Math.max(model.expired, Math.round((model.log.length * part) / 100))
    model.log.push(samples[part % samples.length]!)
    real.inbox.log.forget()
    await connect(model, real)
  }),
)
const expires = fc.nat({ max: 3 }).map((n) =>
  step(`${n} letters expire`, async (model) => {
    model.expired = Math.min(model.log.length, model.expired + n)
    // Who is being fed is fed from what is there.
    model.coming = model.coming.filter((seq) => seq > model.place.cursor)
  }),
)
const damaged = fc.nat({ max: 2 }).map((n) =>
  step(`${n + 1} letters cannot be read any more`, async (model, real) => {
    const hit = model.coming.splice(0, n + 1)
    const [from, to] = [hit[0], hit.at(-1)]
    if (from === undefined || to === undefined) return
    const head = headAt(model, to)
    real.inbox.damaged({ type: "damaged", handle: HANDLE, from, to, head, nextPosition: 0 })
    model.place = { ...model.place, cursor: to, head }
    count("damaged")
  }),
)
const skipped = fc.constant(
  step("the relay leaves a letter out", async (model, real) => {
    const [, second] = model.coming
    if (second === undefined) return
    const { entry } = model.log[second - 1]!
    await real.inbox.received({ type: "entry", handle: HANDLE, seq: second, time: 0, position: 0, entry })
    same(real.context.link.distrusted.splice(0).length, 1)
    count("distrusted")
    real.inbox.log.forget()
    await connect(model, real)
  }),
)

export const commands = [
  arrives,
  arrives,
  arrives,
  hears,
  hears,
  cut,
  crash,
  losesStore,
  putBack,
  expires,
  damaged,
  skipped,
]
