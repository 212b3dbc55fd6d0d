/**
 * The group engine as the client sees it (PROTOCOL.md §10). `crypto/mls.ts` implements it over the MLS
 * library; the simulation may use a stand-in that passes the same contract test.
 *
 * Nothing is mutated: every call returns new state, and a refused input leaves the old one usable.
 * Validity is a pure function of (state, bytes): no clock, no directory, no trust mark takes part.
 */

/** `xwing`: post-quantum hybrid, the default. `classic`: suite 3, for rooms made for more than 100. */
export type SuiteName = "xwing" | "classic"

/** A chat of two accounts: 32 bytes each, smaller first. */
export interface DirectParameters {
  kind: "direct"
  accountIds: readonly [Uint8Array, Uint8Array]
}

/** A room that whoever holds the link joins by external commit. Both lists are ascending, and nobody is in both. */
export interface LinkParameters {
  kind: "link"
  /** g of the link's secret `S_g`: u32. */
  generation: number
  /** Whether strangers may come in now. A link that was closed opens again under the next generation only. */
  open: boolean
  /** 1 to `MAX_MODERATORS` accounts. */
  moderators: readonly Uint8Array[]
  /** At most `MAX_BANNED` accounts. */
  banned: readonly Uint8Array[]
}

/** Who may be in the group and do what, in its GroupContext, and so the same for every member (PROTOCOL.md §10.3). */
export type RoomParameters = DirectParameters | LinkParameters

/** What somebody who makes or joins a group demands of it: a link room begins with its maker as moderator. */
export type ExpectedParameters = DirectParameters | { kind: "link" }

/** What a member wants to change; nothing of it: a healing update. */
export interface GroupChange {
  /** Key packages; never together with `remove` or `parameters`. */
  add?: readonly Uint8Array[]
  /** Leaves. */
  remove?: readonly number[]
  /** Of a link room, by a moderator. */
  parameters?: LinkParameters
}

/** What a leaf says about its owner; `certificate` is `Sign(account, "leaf", accountId ‖ deviceId ‖ leaf key)`. */
export interface LeafIdentity {
  accountEd: Uint8Array
  accountX: Uint8Array
  deviceId: Uint8Array
  /** The account before this one, which has signed that this one takes its place (PROTOCOL.md §8.2). */
  former?: Handover
}

/** Both keys of an account that was given up, and `Sign(that account, "rotate", accountId of the next)`. */
export interface Handover {
  accountEd: Uint8Array
  accountX: Uint8Array
  handover: Uint8Array
}

/** A leaf's identity, checked: its certificate verifies and `accountId` follows from the keys. */
export interface Member extends LeafIdentity {
  leaf: number
  accountId: Uint8Array
  /** The account before, proven by the credential. */
  succeeds?: Uint8Array
  /** The leaf's signature key: a new leaf of the same device has another. */
  leafKey: Uint8Array
}

/** Makes and certifies the signature key of a new leaf; called once per leaf. */
export interface LeafSigner {
  identity: LeafIdentity
  /** `Sign(account, "leaf", accountId ‖ deviceId ‖ leafPublic)`: 64 bytes. */
  certify(leafPublic: Uint8Array): Uint8Array
}

/** A published key package and what its owner keeps. */
export interface OwnKeyPackage {
  /** To publish. */
  public: Uint8Array
  /** To keep until the package is used: secret, opaque. */
  private: Uint8Array
  /** 32 bytes, `H("package", KeyPackageRef)`, as `welcomeReferences` gives it; each counts once for ever. */
  reference: Uint8Array
}

/** Live group state. Opaque to everyone but the engine; immutable. */
export interface GroupState {
  readonly suite: SuiteName
  readonly groupId: Uint8Array
  readonly epoch: number
  readonly parameters: RoomParameters
  /** By leaf index, ascending. */
  readonly members: readonly Member[]
  readonly ownLeaf: number
  /** Equal for all members of one epoch, and for nobody else: 32 bytes or more. */
  readonly epochAuthenticator: Uint8Array
}

export interface RosterChange {
  added: readonly Member[]
  removed: readonly Member[]
  /** Who committed; undefined for an external commit, whose author is in `added`. */
  committer: Member | undefined
  /** True when this device is not a member any more; the returned state must not be used to send. */
  selfRemoved: boolean
}

export type Applied =
  | { kind: "applied"; state: GroupState; change: RosterChange; consumed: Consumed }
  /** Fails for every member alike: the position is used, the state stays. */
  | { kind: "void"; reason: string }
  /** May have worked for others: PROTOCOL.md §10.5. */
  | { kind: "uncertain"; reason: string }

export type Opened =
  | {
      kind: "opened"
      state: GroupState
      plain: Uint8Array
      authenticatedData: Uint8Array
      sender: Member
      generation: number
      consumed: Consumed
    }
  | { kind: "refused"; reason: string }

export interface Commit {
  /** What to offer at the relay: MLSMessage bytes. */
  bytes: Uint8Array
  /** The state after the commit; used only once the entry is met in the log. */
  state: GroupState
  /** For added members: Welcome bytes (with the tree inside the GroupInfo). Undefined when nobody was added. */
  welcome: Uint8Array | undefined
  consumed: Consumed
}

/** Key material to wipe once the transaction that stores the new state has committed; it aliases live secrets before. */
export interface Consumed {
  wipe(): void
}

/** One row of a group's stored state (PROTOCOL.md §16). `value` undefined deletes the row. */
export interface GroupRow {
  /** `head`, `leaf` or `gen`, then big-endian numbers; unique within the group. */
  key: Uint8Array
  value: Uint8Array | undefined
}

export interface MlsEngine {
  /** @param notBefore, notAfter Unix milliseconds; kept in whole seconds. */
  createKeyPackage(
    suite: SuiteName,
    signer: LeafSigner,
    notBefore: number,
    notAfter: number,
  ): Promise<OwnKeyPackage>
  /**
   * The owner and lifetime of a package that somebody published, certificate checked.
   * @throws CryptoError `bad-package`.
   */
  inspectKeyPackage(
    keyPackage: Uint8Array,
  ): Promise<
    LeafIdentity & { accountId: Uint8Array; suite: SuiteName; notAfter: number; reference: Uint8Array }
  >

  /** A new group of one. @param groupId 32 bytes, `H("group", channelId)`. */
  create(
    suite: SuiteName,
    groupId: Uint8Array,
    parameters: ExpectedParameters,
    signer: LeafSigner,
  ): Promise<GroupState>

  /**
   * A commit by this member: adds; or removes and other parameters; or nothing of it (a healing update).
   * @throws CryptoError `not-allowed` when §10.4 forbids it, `bad-package`.
   */
  commit(state: GroupState, change: GroupChange): Promise<Commit>

  /** Group information with tree and external key, signed by this member: what a header holds. */
  groupInfo(state: GroupState): Promise<Uint8Array>

  /**
   * Joins by external commit. A leaf of this same account and device is always taken over, since a device has one leaf.
   * @param replaces the leaf that the caller expects to take over; another one, or none, is refused.
   * @throws CryptoError `bad-join` for another groupId or suite, bad signatures or certificates, forbidden parameters;
   * `shut-out` where the room is sound and lets this account in no more, or nobody for now.
   */
  joinExternal(
    groupInfo: Uint8Array,
    expected: { groupId: Uint8Array; parameters: ExpectedParameters },
    signer: LeafSigner,
    replaces?: number,
  ): Promise<Commit>

  /**
   * Joins by Welcome. Checks groupId, parameters, suite, every leaf's certificate, that the signer is a leaf other than
   * our own, and (direct chat) that exactly the two accounts are present.
   * @throws CryptoError `bad-join`.
   */
  joinWelcome(
    welcome: Uint8Array,
    own: Pick<OwnKeyPackage, "public" | "private">,
    expected: { groupId: Uint8Array; parameters: ExpectedParameters },
  ): Promise<{ state: GroupState; signer: Member }>
  /** References of the packages that a Welcome was made for. @throws CryptoError `bad-join`. */
  welcomeReferences(welcome: Uint8Array): Promise<readonly Uint8Array[]>

  /** Applies somebody's commit, after the roster check of §10.4. */
  apply(state: GroupState, commit: Uint8Array): Promise<Applied>

  seal(
    state: GroupState,
    plain: Uint8Array,
    authenticatedData: Uint8Array,
  ): Promise<{ state: GroupState; bytes: Uint8Array; generation: number; consumed: Consumed }>
  open(state: GroupState, bytes: Uint8Array): Promise<Opened>

  /** MLS-Exporter: `label` is prefixed with "secure-chat/v1 ". */
  export(state: GroupState, label: string, context: Uint8Array, length: number): Promise<Uint8Array>

  /** The rows that differ: all of them when `before` is undefined. Per message one `leaf` row (and skipped keys). */
  rows(before: GroupState | undefined, after: GroupState): readonly GroupRow[]
  /** @throws CryptoError `bad-group`. Copies what it keeps. */
  load(rows: readonly { key: Uint8Array; value: Uint8Array }[]): Promise<GroupState>

  /** Overwrites the secrets of an epoch that has ended. `ended` must not be used again; secrets shared with `live` are kept. */
  wipeEnded(ended: GroupState, live: GroupState | undefined): void
}
