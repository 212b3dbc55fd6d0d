/**
 * A room's parameters in the GroupContext (PROTOCOL.md §10.3): signed with every message, the same for every member.
 *
 *     direct  1 ‖ smaller accountId 32 ‖ larger accountId 32
 *     link    2 ‖ generation u32 ‖ open flag ‖ list(moderator 32, 16) ‖ list(banned 32, 256)
 *
 * Lists are strictly ascending and share nobody: one value has one encoding.
 */
import type { Extension } from "ts-mls/extension.js"
import { ByteReader, BytesError, compareBytes, concat, equalBytes, u16, u32, u8 } from "../bytes.ts"
import type { ExpectedParameters, LinkParameters, RoomParameters } from "./mls-engine.ts"

/** GroupContext extension that holds them: private use (RFC 9420 §17.3). */
export const PARAMETERS_EXTENSION = 0xf5c1
/** Moderators of one room. */
export const MAX_MODERATORS = 16
/** Accounts that may not come into a room. */
export const MAX_BANNED = 256
const KINDS = { direct: 1, link: 2 } as const
const ID_BYTES = 32

/** RangeError for values out of their bounds or order: our own bug. */
export function encodeParameters(parameters: RoomParameters): Extension[] {
  return [{ extensionType: PARAMETERS_EXTENSION, extensionData: parameterBytes(parameters) }]
}

/** The parameters, when they are the one and only extension; otherwise undefined. */
export function decodeParameters(extensions: readonly Extension[]): RoomParameters | undefined {
  const [extension, ...more] = extensions
  if (extension?.extensionType !== PARAMETERS_EXTENSION || more.length > 0) return undefined
  try {
    const from = new ByteReader(extension.extensionData)
    const kind = from.u8()
    const parameters =
      kind === KINDS.link ? readLink(from) : kind === KINDS.direct ? readDirect(from) : undefined
    if (parameters !== undefined) from.end()
    return parameters
  } catch (error) {
    if (error instanceof BytesError) return undefined
    throw error
  }
}

/** Whether these are what somebody demanded: of a direct chat the very same two, of a link room any. */
export function fits(parameters: RoomParameters, expected: ExpectedParameters): boolean {
  if (parameters.kind === "link" || expected.kind === "link") return parameters.kind === expected.kind
  return sameParameters(parameters, expected)
}

export function sameParameters(a: RoomParameters, b: RoomParameters): boolean {
  return equalBytes(parameterBytes(a), parameterBytes(b))
}

/** Whether an account may be in the group at all: a direct chat is its two accounts', a link room everybody's but the banned. */
export function admits(parameters: RoomParameters, accountId: Uint8Array): boolean {
  return parameters.kind === "link"
    ? !includes(parameters.banned, accountId)
    : includes(parameters.accountIds, accountId)
}

/** What a group begins with. @param founder the account that makes it. */
export function firstParameters(expected: ExpectedParameters, founder: Uint8Array): RoomParameters {
  if (expected.kind === "direct") return expected
  return { kind: "link", generation: 0, open: true, moderators: [founder], banned: [] }
}

export function includes(accounts: readonly Uint8Array[], accountId: Uint8Array): boolean {
  return accounts.some((each) => equalBytes(each, accountId))
}

/** The accounts in the one order that they are written in. */
export function withAccount(accounts: readonly Uint8Array[], accountId: Uint8Array): Uint8Array[] {
  return includes(accounts, accountId) ? [...accounts] : [...accounts, accountId].sort(compareBytes)
}

export function withoutAccount(accounts: readonly Uint8Array[], accountId: Uint8Array): Uint8Array[] {
  return accounts.filter((each) => !equalBytes(each, accountId))
}

function parameterBytes(parameters: RoomParameters): Uint8Array {
  if (parameters.kind === "link") {
    const { generation, open, moderators, banned } = parameters
    if (!isSound(parameters)) throw new RangeError("parameters of a link room out of their bounds")
    const counted = (ids: readonly Uint8Array[]) => concat(u16(ids.length), ...ids)
    return concat(u8(KINDS.link), u32(generation), u8(open ? 1 : 0), counted(moderators), counted(banned))
  }
  const [smaller, larger] = parameters.accountIds
  if (smaller.length !== ID_BYTES || larger.length !== ID_BYTES || compareBytes(smaller, larger) >= 0) {
    throw new RangeError("a direct chat is of two accounts, the smaller first")
  }
  return concat(u8(KINDS.direct), smaller, larger)
}

function readDirect(from: ByteReader): RoomParameters | undefined {
  const accountIds = [from.raw(ID_BYTES), from.raw(ID_BYTES)] as const
  return compareBytes(...accountIds) < 0 ? { kind: "direct", accountIds } : undefined
}

function readLink(from: ByteReader): RoomParameters | undefined {
  const generation = from.u32()
  const open = from.u8()
  if (open > 1) return undefined
  const moderators = readAccounts(from, MAX_MODERATORS)
  const banned = readAccounts(from, MAX_BANNED)
  const parameters: LinkParameters = { kind: "link", generation, open: open === 1, moderators, banned }
  return isSound(parameters) ? parameters : undefined
}

/** Copies: they live as long as the group. */
function readAccounts(from: ByteReader, most: number): Uint8Array[] {
  const count = from.u16()
  if (count > most) throw new BytesError("too-long", `a list of ${count} accounts`)
  return Array.from({ length: count }, () => from.raw(ID_BYTES).slice())
}

function isSound({ generation, moderators, banned }: LinkParameters): boolean {
  return (
    Number.isInteger(generation) &&
    generation >= 0 &&
    generation < 2 ** 32 &&
    moderators.length >= 1 &&
    moderators.length <= MAX_MODERATORS &&
    banned.length <= MAX_BANNED &&
    isAscending(moderators) &&
    isAscending(banned) &&
    !moderators.some((each) => includes(banned, each))
  )
}

function isAscending(accounts: readonly Uint8Array[]): boolean {
  return accounts.every(
    (each, index) =>
      each.length === ID_BYTES && (index === 0 || compareBytes(accounts[index - 1]!, each) < 0),
  )
}
