/**
 * The stand-in's state as rows, of the same shape as the real one's: `head` once an epoch, one `leaf` row a message, a
 * `gen` row for each skipped key. What a step changed is found by reference.
 */
import { type ByteReader, ByteWriter, concat, equalBytes, toHex, u32, u8, utf8 } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import type { GroupRow } from "../../src/crypto/mls-engine.ts"
import { type Inside, type LeafKeys, SCHEDULE, type Schedule, SECRET_BYTES } from "./fast-engine-state.ts"
import {
  begun,
  decode,
  readParameters,
  readTree,
  start,
  writeParameters,
  writeTree,
} from "./fast-engine-wire.ts"

const HEAD = utf8("head")
const LEAF = utf8("leaf")
const GEN = utf8("gen")
/** As in the real engine: the ratchet of messages. */
const APPLICATION = u8(1)
type StoredRow = { key: Uint8Array; value: Uint8Array }

export function changedRows(before: Inside | undefined, after: Inside): readonly GroupRow[] {
  const rows: GroupRow[] = []
  if (before === undefined || before.schedule !== after.schedule || before.active !== after.active)
    rows.push({ key: HEAD, value: encodeHead(after) })
  const leaves = Math.max(before?.keys.length ?? 0, after.keys.length)
  for (let leaf = 0; leaf < leaves; leaf++) {
    const [old, present] = [before?.keys[leaf], after.keys[leaf]]
    if (old !== present) rows.push(...leafRows(leaf, old, present))
  }
  return rows
}

/** @throws CryptoError `bad-group` for rows that are not one whole state. Copies what it keeps. */
export function stateOf(rows: readonly StoredRow[]): Inside {
  const byKey = new Map(rows.map((row) => [toHex(row.key), row.value]))
  const head = byKey.get(toHex(HEAD))
  const read = head && decode(head, readHead)
  if (read === undefined || byKey.size !== rows.length)
    throw new CryptoError("bad-group", "not one stored group")
  let used = 1
  const keys = read.tree.leaves.map((leaf, index): LeafKeys | undefined => {
    if (leaf === undefined) return undefined
    const row = byKey.get(toHex(concat(LEAF, u32(index))))
    const found = row && decode(row, readKeys)
    if (found === undefined) throw new CryptoError("bad-group", "a member without ratchets")
    const prefix = concat(GEN, u32(index), APPLICATION)
    const kept = rows.filter(({ key }) => equalBytes(key.subarray(0, prefix.length), prefix))
    used += 1 + kept.length
    const entries = kept.map(({ key, value }) => [generationOf(key), value.slice()] as const)
    return { ...found, application: { ...found.application, kept: Object.fromEntries(entries) } }
  })
  if (used !== rows.length) throw new CryptoError("bad-group", "rows that belong to nobody")
  return { ...read, keys }
}

function encodeHead(state: Inside): Uint8Array {
  const into = start("state", state.suite).sized(state.groupId).u64(state.epoch)
  writeParameters(into, state.parameters)
  writeTree(into.raw(state.transcript).raw(state.confirmation), state.tree)
  into
    .u8(state.active ? 1 : 0)
    .u32(state.ownLeaf)
    .raw(state.leafSecret)
    .raw(state.pathSecret)
  for (const name of SCHEDULE) into.raw(state.schedule[name])
  return into.done()
}

function readHead(from: ByteReader): Omit<Inside, "keys"> {
  const part = () => from.raw(SECRET_BYTES).slice()
  const suite = begun(from, "state")
  const groupId = from.sized(255).slice()
  const epoch = from.u64()
  const parameters = readParameters(from)
  const [transcript, confirmation] = [part(), part()]
  const tree = readTree(from)
  const active = from.u8() === 1
  const ownLeaf = from.u32()
  const [leafSecret, pathSecret] = [part(), part()]
  const schedule = Object.fromEntries(SCHEDULE.map((name) => [name, part()])) as Schedule
  return {
    suite,
    groupId,
    epoch,
    parameters,
    transcript,
    confirmation,
    tree,
    active,
    ownLeaf,
    leafSecret,
    pathSecret,
    schedule,
  }
}

function leafRows(leaf: number, old: LeafKeys | undefined, present: LeafKeys | undefined): GroupRow[] {
  const key = concat(LEAF, u32(leaf))
  const rows: GroupRow[] = [{ key, value: present && encodeKeys(present) }]
  const [before, after] = [old?.application.kept ?? {}, present?.application.kept ?? {}]
  if (before === after) return rows
  const keptKey = (generation: string) => concat(GEN, u32(leaf), APPLICATION, u32(Number(generation)))
  for (const [generation, secret] of Object.entries(after)) {
    if (before[Number(generation)] !== secret) rows.push({ key: keptKey(generation), value: secret.slice() })
  }
  for (const generation of Object.keys(before)) {
    if (after[Number(generation)] === undefined) rows.push({ key: keptKey(generation), value: undefined })
  }
  return rows
}

function encodeKeys({ handshake, application }: LeafKeys): Uint8Array {
  return new ByteWriter().raw(handshake).raw(application.secret).u32(application.generation).done()
}

function readKeys(from: ByteReader): LeafKeys {
  const part = () => from.raw(SECRET_BYTES).slice()
  return { handshake: part(), application: { secret: part(), generation: from.u32(), kept: {} } }
}

function generationOf(key: Uint8Array): number {
  const generation = decode(key.subarray(GEN.length + 5), (from) => from.u32())
  if (generation === undefined) throw new CryptoError("bad-group", "a kept key without a generation")
  return generation
}
