/**
 * A group's state as rows, so that a message writes what it changed and not the whole state (PROTOCOL.md §16).
 *
 *     "head"                                              format u8 ‖ the library's encoding without the secret tree
 *     "leaf" ‖ u32 leaf                                   handshake, application: each u8 length ‖ secret ‖ u32 generation
 *     "gen"  ‖ u32 leaf ‖ u8 kind ‖ u32 generation        one skipped key: the secret
 *
 * What a step changed is found by reference: the library replaces what it touches and shares the rest.
 */
import { type ClientState, decodeGroupState, encodeGroupState } from "ts-mls/clientState.js"
import type { GenerationSecret, SecretTree } from "ts-mls/secretTree.js"
import { ByteReader, BytesError, concat, equalBytes, toHex, u32, u8, utf8 } from "../bytes.ts"
import { CryptoError } from "./errors.ts"
import type { GroupRow } from "./mls-engine.ts"
import type { EngineContext } from "./mls-profile.ts"
import { UNUSED_NODE } from "./mls-state.ts"
import { decodeWhole } from "./mls-wire.ts"

const FORMAT = 1
const HEAD = utf8("head")
const LEAF = utf8("leaf")
const GEN = utf8("gen")
const KINDS = ["handshake", "application"] as const
type Kind = (typeof KINDS)[number]
type StoredRow = { key: Uint8Array; value: Uint8Array }

/** The rows of `after` that are not those of `before`, then deletions of what is gone. */
export function changedRows(before: ClientState | undefined, after: ClientState): readonly GroupRow[] {
  const rows: GroupRow[] = []
  if (before === undefined || headChanged(before, after)) rows.push({ key: HEAD, value: encodeHead(after) })
  const leaves = Math.max(before?.secretTree.length ?? 0, after.secretTree.length)
  for (let node = 0; node < leaves; node += 2)
    rows.push(...leafRows(node / 2, before?.secretTree, after.secretTree))
  return rows
}

/** @throws CryptoError `bad-group` for rows that are not one whole state. Copies what it keeps. */
export function stateOf(context: EngineContext, rows: readonly StoredRow[]): ClientState {
  try {
    return readState(context, rows)
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new CryptoError("bad-group", "a stored group that cannot be read", { cause })
    throw cause
  }
}

function headChanged(before: ClientState, after: ClientState): boolean {
  return (Object.keys(after) as (keyof ClientState)[]).some(
    (field) => field !== "secretTree" && field !== "historicalReceiverData" && before[field] !== after[field],
  )
}

function encodeHead(client: ClientState): Uint8Array {
  return concat(
    u8(FORMAT),
    encodeGroupState({ ...client, secretTree: [], historicalReceiverData: new Map() }),
  )
}

function leafRows(leaf: number, before: SecretTree | undefined, after: SecretTree): GroupRow[] {
  const [old, present] = [before?.[2 * leaf], after[2 * leaf]]
  if (old === present) return []
  const had = old !== undefined && old !== UNUSED_NODE
  const has = present !== undefined && present !== UNUSED_NODE
  const rows: GroupRow[] = []
  if (has)
    rows.push({
      key: concat(LEAF, u32(leaf)),
      value: concat(...KINDS.map((kind) => ratchetBytes(present[kind]))),
    })
  else if (had) rows.push({ key: concat(LEAF, u32(leaf)), value: undefined })
  for (const [index, kind] of KINDS.entries()) {
    const skipped = {
      old: had ? old[kind].unusedGenerations : {},
      present: has ? present[kind].unusedGenerations : {},
    }
    if (skipped.old === skipped.present) continue
    const key = (generation: string) => concat(GEN, u32(leaf), u8(index), u32(Number(generation)))
    for (const [generation, secret] of Object.entries(skipped.present)) {
      if (skipped.old[Number(generation)] !== secret)
        rows.push({ key: key(generation), value: secret.slice() })
    }
    for (const generation of Object.keys(skipped.old)) {
      if (skipped.present[Number(generation)] === undefined)
        rows.push({ key: key(generation), value: undefined })
    }
  }
  return rows
}

function ratchetBytes({ secret, generation }: GenerationSecret): Uint8Array {
  return concat(u8(secret.length), secret, u32(generation))
}

function readState(context: EngineContext, rows: readonly StoredRow[]): ClientState {
  const byKey = new Map(rows.map((row) => [toHex(row.key), row]))
  if (byKey.size !== rows.length) throw new CryptoError("bad-group", "a stored group with a row twice")
  const head = byKey.get(toHex(HEAD))?.value
  if (head === undefined || head[0] !== FORMAT)
    throw new CryptoError("bad-group", "a stored group without a head of ours")
  // A private copy: the decoded state is made of views, and wiping it would reach the caller's bytes.
  const decoded = decodeWhole(decodeGroupState, head.slice(1))
  if (decoded === undefined) throw new CryptoError("bad-group", "a stored group that cannot be read")

  const skipped = readSkipped(rows)
  let used = 1
  const secretTree = decoded.ratchetTree.map((node, index) => {
    if (node?.nodeType !== "leaf") return UNUSED_NODE
    const row = byKey.get(toHex(concat(LEAF, u32(index / 2))))
    if (row === undefined) throw new CryptoError("bad-group", "a stored group without a member's ratchets")
    used++
    const from = new ByteReader(row.value)
    const ratchet = (kind: Kind): GenerationSecret => {
      const unusedGenerations = skipped.get(`${index / 2} ${kind}`) ?? {}
      used += Object.keys(unusedGenerations).length
      return { secret: from.raw(from.u8()).slice(), generation: from.u32(), unusedGenerations }
    }
    const entry = { handshake: ratchet("handshake"), application: ratchet("application") }
    from.end()
    return entry
  })
  if (used !== rows.length)
    throw new CryptoError("bad-group", "a stored group with rows that belong to nobody")
  return { ...decoded, secretTree, historicalReceiverData: new Map(), clientConfig: context.config }
}

/** Skipped keys by "leaf kind". */
function readSkipped(rows: readonly StoredRow[]): Map<string, Record<number, Uint8Array>> {
  const skipped = new Map<string, Record<number, Uint8Array>>()
  for (const { key, value } of rows) {
    if (!equalBytes(key.subarray(0, GEN.length), GEN)) continue
    const from = new ByteReader(key.subarray(GEN.length))
    const leaf = from.u32()
    const kind = KINDS[from.u8()]
    const generation = from.u32()
    from.end()
    const name = `${leaf} ${kind}`
    const record = skipped.get(name) ?? {}
    record[generation] = value.slice()
    skipped.set(name, record)
  }
  return skipped
}
