/** People, groups and repeatable chance for the tests of this folder. */
import { compareBytes, concat, u32, utf8 } from "../../src/bytes.ts"
import {
  type AccountKeys,
  createAccount,
  createDevice,
  type DeviceKeys,
  handOver,
  leafSigner,
} from "../../src/crypto/identity.ts"
import type {
  Applied,
  DirectParameters,
  ExpectedParameters,
  GroupState,
  LeafSigner,
  MlsEngine,
  Opened,
  SuiteName,
} from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"

export const LINK: ExpectedParameters = { kind: "link" }
export const GROUP_ID: Uint8Array = new Uint8Array(32).fill(7)
export const DAY_MS = 86_400_000

/** The same seed gives the same bytes, for ever. */
export function seededRandom(seed: string | number): Random {
  let counter = 0
  return {
    bytes(length) {
      const blocks: Uint8Array[] = []
      for (let have = 0; have < length; have += 64) {
        blocks.push(nodePrimitives.sha("sha512", concat(utf8(`${seed}/`), u32(counter++))))
      }
      return concat(...blocks).slice(0, length)
    },
  }
}

export interface Person {
  account: AccountKeys
  device: DeviceKeys
  signer: LeafSigner
}

export function createPerson(random: Random): Person {
  return secondDevice({ account: createAccount(random) }, random)
}

/** Another device of the same account. */
export function secondDevice({ account }: Pick<Person, "account">, random: Random): Person {
  const device = createDevice(random)
  return { account, device, signer: leafSigner(account, device.deviceId) }
}

/** The same device under the account that takes the place of its own. @param from who signs that; else somebody lies. */
export function rotated(person: Person, random: Random, from = person): Person {
  const account = createAccount(random)
  const former = {
    ...handOver(person.account, account.accountId),
    handover: handOver(from.account, account.accountId).handover,
  }
  return { account, device: person.device, signer: leafSigner(account, person.device.deviceId, former) }
}

export function directOf(a: Person, b: Person): DirectParameters {
  const [smaller, larger] = [a.account.accountId, b.account.accountId].sort(compareBytes)
  return { kind: "direct", accountIds: [smaller!, larger!] }
}

export function keyPackage(engine: MlsEngine, suite: SuiteName, of: Person) {
  const now = Date.now()
  return engine.createKeyPackage(suite, of.signer, now - DAY_MS, now + 30 * DAY_MS)
}

/** The state of an `applied` answer; fails the test for another one. */
export function appliedState(applied: Applied): GroupState {
  if (applied.kind !== "applied") throw new Error(`not applied: ${applied.kind}, ${applied.reason}`)
  return applied.state
}

/** The opened message; fails the test for a refusal. */
export function openedOf(opened: Opened): Extract<Opened, { kind: "opened" }> {
  if (opened.kind !== "opened") throw new Error(`not opened: ${opened.reason}`)
  return opened
}

/** A link room of these people; each but the first joined by external commit, and all are at the last epoch. */
export async function linkRoom(
  engine: MlsEngine,
  suite: SuiteName,
  people: readonly Person[],
): Promise<GroupState[]> {
  const [founder, ...others] = people
  const states = [await engine.create(suite, GROUP_ID, LINK, founder!.signer)]
  for (const other of others) {
    const header = await engine.groupInfo(states[0]!)
    const joined = await engine.joinExternal(header, { groupId: GROUP_ID, parameters: LINK }, other.signer)
    for (const [index, state] of states.entries())
      states[index] = appliedState(await engine.apply(state, joined.bytes))
    states.push(joined.state)
  }
  return states
}

/** All rows of a state as comparable text, sorted. */
export function canonical(engine: MlsEngine, state: GroupState): string[] {
  return engine
    .rows(undefined, state)
    .map(({ key, value }) => `${text(key)}=${value === undefined ? "-" : text(value)}`)
    .sort()
}

/** Saves the whole state and loads it again. */
export function reload(engine: MlsEngine, state: GroupState): Promise<GroupState> {
  return engine.load(engine.rows(undefined, state).map(({ key, value }) => ({ key, value: value! })))
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex")
}
