/**
 * What PROTOCOL.md §10 fixes of MLS: suites, limits, capabilities, the room's parameters in the GroupContext.
 * Everything here is the same for every member, so none of it can make two members disagree.
 */
import type { AuthenticationService } from "ts-mls/authenticationService.js"
import type { Capabilities } from "ts-mls/capabilities.js"
import type { ClientConfig } from "ts-mls/clientConfig.js"
import type { CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js"
import type { SuiteName } from "./mls-engine.ts"
import { PARAMETERS_EXTENSION } from "./mls-parameters.ts"
import type { Roster } from "./mls-roster.ts"
import { isUsableX25519, isUsableXWing } from "./sodium.ts"

/** Most leaves a group may have; bounds what a hostile tree can make us hash. */
export const MAX_MEMBERS = 1_024
/** How far a sender's ratchet may jump ahead. */
export const MAX_FORWARD_GENERATIONS = 256
/** How many skipped message keys of one sender are kept within an epoch. */
export const MAX_KEPT_GENERATIONS = 32
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
      compareKeyPackageToLeafNode: (a, b) => roster.isSuccessor(a.leafNode, b),
    },
    paddingConfig: { kind: "alwaysPad", paddingLength: 0 },
    authService,
  }
}
