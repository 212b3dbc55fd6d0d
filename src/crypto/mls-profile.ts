/**
 * What PROTOCOL.md §10 fixes of MLS: suites, limits, capabilities, the room's parameters in the GroupContext.
 * Everything here is the same for every member, so none of it can make two members disagree.
 */
import type { AuthenticationService } from "ts-mls/authenticationService.js"
import type { Capabilities } from "ts-mls/capabilities.js"
import type { ClientConfig } from "ts-mls/clientConfig.js"
import type { CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js"
import type { Extension } from "ts-mls/extension.js"
import { ByteReader, BytesError, compareBytes, concat, equalBytes, u8 } from "../bytes.ts"
import type { RoomParameters, SuiteName } from "./mls-engine.ts"
import type { Roster } from "./mls-roster.ts"
import { isUsableX25519, isUsableXWing } from "./sodium.ts"

/** Most leaves a group may have; bounds what a hostile tree can make us hash. */
export const MAX_MEMBERS = 1_024
/** How far a sender's ratchet may jump ahead. */
export const MAX_FORWARD_GENERATIONS = 256
/** How many skipped message keys of one sender are kept within an epoch. */
export const MAX_KEPT_GENERATIONS = 32
/** GroupContext extension that holds the room's parameters: private use (RFC 9420 §17.3). */
export const PARAMETERS_EXTENSION = 0xf5c1
/** Epochs are numbers here; a group that claims to be beyond this one is refused. */
export const MAX_EPOCH = 2 ** 48

const SUITE_NAMES: Readonly<Record<SuiteName, CiphersuiteName>> = {
  xwing: "MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519",
  classic: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
}
/** Whether a suite's HPKE public key can be encrypted to: one that cannot would stop everybody's commits. */
const USABLE_KEYS: Readonly<Record<SuiteName, (key: Uint8Array) => boolean>> = {
  xwing: isUsableXWing,
  classic: isUsableX25519,
}
const KINDS = { direct: 1, link: 2 } as const
const ID_BYTES = 32

/** What every part of the engine works with. */
export interface EngineContext {
  suites: Readonly<Record<SuiteName, CiphersuiteImpl>>
  roster: Roster
  config: ClientConfig
}

export function librarySuite(suite: SuiteName): CiphersuiteName {
  return SUITE_NAMES[suite]
}

/** Undefined for a suite that is not one of ours. */
export function suiteNamed(name: CiphersuiteName): SuiteName | undefined {
  return (Object.keys(SUITE_NAMES) as SuiteName[]).find((suite) => SUITE_NAMES[suite] === name)
}

export function isUsableKey(suite: SuiteName, key: Uint8Array): boolean {
  return USABLE_KEYS[suite](key)
}

/** What every leaf says it can do; another leaf is refused, since one odd leaf can close a group for everybody. */
export function capabilitiesOf(suite: SuiteName): Capabilities {
  return {
    versions: ["mls10"],
    ciphersuites: [SUITE_NAMES[suite]],
    extensions: [PARAMETERS_EXTENSION],
    proposals: [],
    credentials: ["basic"],
  }
}

/** The library's settings: no padding, no lifetimes on receipt, no kept epochs (the engine empties those itself). */
export function clientConfig(roster: Roster, authService: AuthenticationService): ClientConfig {
  return {
    keyRetentionConfig: {
      retainKeysForGenerations: MAX_KEPT_GENERATIONS,
      retainKeysForEpochs: 1,
      maximumForwardRatchetSteps: MAX_FORWARD_GENERATIONS,
    },
    lifetimeConfig: { maximumTotalLifetime: 0n, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: {
      compareKeyPackages: (a, b) => roster.sameDevice(a.leafNode, b.leafNode),
      compareKeyPackageToLeafNode: (a, b) => roster.sameDevice(a.leafNode, b),
    },
    paddingConfig: { kind: "alwaysPad", paddingLength: 0 },
    authService,
  }
}

/** RangeError for a pair of accounts that is not two in order: our own bug. */
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
    if (kind === KINDS.link) {
      from.end()
      return { kind: "link" }
    }
    if (kind !== KINDS.direct) return undefined
    const accountIds = [from.raw(ID_BYTES), from.raw(ID_BYTES)] as const
    from.end()
    return compareBytes(...accountIds) < 0 ? { kind: "direct", accountIds } : undefined
  } catch (error) {
    if (error instanceof BytesError) return undefined
    throw error
  }
}

export function sameParameters(a: RoomParameters, b: RoomParameters): boolean {
  return equalBytes(parameterBytes(a), parameterBytes(b))
}

/** Whether a direct chat is the account's; every account may be in a link room. */
export function admits(parameters: RoomParameters, accountId: Uint8Array): boolean {
  return parameters.kind === "link" || parameters.accountIds.some((id) => equalBytes(id, accountId))
}

function parameterBytes(parameters: RoomParameters): Uint8Array {
  if (parameters.kind === "link") return u8(KINDS.link)
  const [smaller, larger] = parameters.accountIds
  if (smaller.length !== ID_BYTES || larger.length !== ID_BYTES || compareBytes(smaller, larger) >= 0) {
    throw new RangeError("a direct chat is of two accounts, the smaller first")
  }
  return concat(u8(KINDS.direct), smaller, larger)
}
