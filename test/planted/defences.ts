/** Defences that can be taken away, one at a time, and the attacks that then succeed: those, and no others. */
import type { Bug, Change } from "./plant.ts"

export interface Defence extends Bug {
  /** Names of attacks. */
  red: readonly string[]
  /** What stands behind it and would catch them still: taken away with it. */
  behind?: readonly Change[]
  /** Seeds that are played; some attacks have several forms, and one of them gets through. */
  seeds?: number
}

/** Everything that is taken away with a defence, or changed by a bug. */
export function changesOf(bug: Bug & Pick<Defence, "behind">): readonly Change[] {
  return [bug, ...(bug.behind ?? [])]
}

const TOKENS = "src/relay/tokens.ts"
const POLICY = "src/crypto/mls-policy.ts"

export const DEFENCES: readonly Defence[] = [
  {
    name: "entries-unsigned",
    file: "src/client/entries.ts",
    find: 'if (!verify(accountEd, "directory", encodeDirectoryStatement(entry), signature)) return false',
    replace: "",
    why: "an entry of the directory is believed without its owner's signature",
    red: ["key-in-entry"],
    seeds: 6,
  },
  {
    name: "mismatch-ignored",
    file: "src/client/outgoing.ts",
    find: 'if (doubt === "keys-differ")',
    replace: 'if (doubt === "keys-differ" && text === "")',
    why: "a person says that the numbers differ, and the program goes on sending",
    red: ["key-at-registration", "words-with-a-false-bob"],
  },
  {
    name: "ambiguity-ignored",
    file: "src/client/name-book.ts",
    find: 'return all.length === 1 ? { kind: "one", account: all[0]! } : { kind: "many", accounts: all }',
    replace: 'return { kind: "one", account: all[0]! }',
    why: "of two people with one name the first is taken",
    red: ["key-at-look-up", "look-alike-registered"],
  },
  {
    name: "doubles-untold",
    file: "src/client/naming.ts",
    find: 'update.tell({ type: "error", code: "look-alike", detail })',
    replace: "void detail",
    why: "nobody is told that the relay let in a name that looks like another",
    red: ["look-alike-registered"],
  },
  {
    name: "other-heads-unheard",
    file: "src/client/directory-log.ts",
    find: 'if (verdict === "contradicts") return void this.#raise("contradiction", head, from)',
    replace: 'if (verdict === "contradicts") return',
    why: "a head that somebody tells, and that contradicts our own, is passed over",
    red: ["two-directories"],
  },
  {
    name: "unsigned-lists-compared",
    file: "src/client/directory-compare.ts",
    find: "if (!own || !this.#deps.isSigned(content.head)) return",
    replace: "if (!own) return",
    why: "a member says that there is another list of people, and the relay has not signed it",
    red: ["difference-invented"],
  },
  {
    name: "older-heads-believed",
    file: "src/client/directory-log.ts",
    find: 'return before && head.size < before.size ? "behind" : undefined',
    replace: "return undefined",
    why: "an older directory than the one that was read is believed",
    red: ["directory-rolled-back"],
  },
  {
    name: "link-stays",
    file: "src/client/room-header.ts",
    find: "const secret = await nextLinkSecret(context.engine, state, record.channelId, generation)",
    replace: "const { secret } = link",
    why: "the link of a room stays what it was when somebody is removed",
    red: ["link-kept"],
  },
  {
    name: "names-given-twice",
    file: "src/relay/directory.ts",
    find: "if (skeletons(entry.name).some((key) => (this.#names.get(key) ?? root) !== root))",
    replace: "if (skeletons(entry.name).length === 0)",
    why: "the relay gives one name to two people",
    red: ["name-squatted"],
  },
  {
    name: "hello-unchecked",
    file: "src/relay/session.ts",
    find: "if (!verify(hello.devicePublic",
    replace: "if (hello.version > 9 && !verify(hello.devicePublic",
    why: "a login that was said on another connection is taken",
    red: ["login-replayed"],
  },
  {
    name: "version-tried-again",
    file: "src/client/relay-link.ts",
    find: '      refusal === "bad-version" ||\n',
    replace: "",
    why: "a relay that says it speaks another version is asked again and again",
    red: ["version-lowered"],
  },
  {
    name: "numbers-unchecked",
    file: "src/client/channel-log.ts",
    find: "if (seq !== place.cursor + 1 || entry.length === 0) return undefined",
    replace: "if (entry.length === 0) return undefined",
    why: "what the relay leaves out, doubles or renumbers is read as it comes",
    red: ["entry-doubled", "entry-renumbered", "entry-withheld"],
  },
  {
    name: "outsiders-remove",
    file: POLICY,
    find: 'if (present?.leaf !== plan.removed[0]) return "an external commit that removes somebody else"',
    replace: "",
    why: "somebody with the link takes a member's place",
    red: ["removed-from-outside"],
  },
  {
    name: "members-remove",
    file: POLICY,
    find: 'if (!isSameAccount(target, author) && !isMeant) return "a removal of another person\'s device"',
    replace: "void isMeant",
    why: "a member takes another one out",
    red: ["member-removes-another"],
  },
  {
    name: "listed-counts-as-here",
    file: "src/client/views.ts",
    find: "peers.of(member)?.isHere ?? false",
    replace: "peers.of(member) !== undefined",
    why: "whoever only stands in a header counts as being here",
    red: ["old-header"],
  },
  {
    name: "history-given-away",
    file: "src/client/answers.ts",
    find: "isWithheld = payload !== undefined && payload.order < since",
    replace: "isWithheld = payload !== undefined && payload.order < since - 1e9",
    why: "what was said before a newcomer came is brought to the newcomer",
    red: ["history-asked-for"],
  },
  {
    name: "own-word-counts",
    file: TOKENS,
    find: "if (position <= channel.confirmed) return\n",
    replace: 'if (position <= channel.confirmed) return\n    account = "somebody else"\n',
    why: "a member says of its own change that it was good, and everybody else is out",
    red: ["room-jammed", "room-locked", "room-locked-by-next-key"],
  },
  {
    name: "next-key-is-another",
    file: TOKENS,
    find: "if (this.#isContinued(subscription, position)) this.#confirm(channel, position, session.member!.root)",
    replace:
      "if (this.#isContinued(subscription, position)) this.#confirm(channel, position, session.member!.accountKey)",
    why: "a member takes a new key, and says with it of its own change that it was good",
    red: ["room-locked-by-next-key"],
  },
  {
    name: "old-tokens-will-do",
    file: "src/relay/proof.ts",
    find: "proof.opening || proof.position >= 0 : proof.position >= channel.confirmed",
    replace: "proof.opening || proof.position >= 0 : true",
    why: "somebody who was removed changes the room",
    red: ["removed-member-writes"],
  },
  {
    name: "nobody-is-cut",
    file: TOKENS,
    find: "if (this.#isSpent(subscription)) return\n",
    replace: "",
    why: "somebody who was removed looks in again and again",
    red: ["removed-member-reads"],
  },
  {
    name: "silence-is-no-sign",
    file: "src/client/beacons.ts",
    find: 'conversation.notice(update, record.cursor, { code: "unconfirmed", account }),',
    replace: "void account,",
    why: "nobody is told that nothing is confirmed",
    red: ["newest-held-back"],
  },
  {
    name: "anybodys-package-will-do",
    file: "src/client/joining.ts",
    find: "const isTheirs = equalBytes(owner.accountId, record.peer!) && equalBytes(owner.deviceId, device.deviceId)",
    replace: "const isTheirs = device.deviceId.length > 0 || record.peer === undefined",
    why: "a chat is opened with the keys of whomever the relay likes",
    red: ["key-package-swapped"],
    behind: [
      {
        file: POLICY,
        find: 'if (!admitsOwner(group.parameters, newcomer)) return "somebody whom the room does not admit"',
        replace: "",
      },
    ],
  },
  {
    name: "packages-stay",
    file: "src/client/accepting.ts",
    find: 'update.tx.delete("package", reference)\n',
    replace: "",
    why: "a key package that has opened a chat opens another one",
    red: ["package-twice"],
    behind: [
      {
        file: "src/client/accepting.ts",
        find: 'context.store.get("used", used) || context.store.get("used", reference)',
        replace: 'context.store.get("used", used)',
      },
    ],
  },
  {
    name: "bad-openings-untold",
    file: "src/client/accepting.ts",
    find: "quarantine(conversation, update, message, cause.message)",
    replace: "void quarantine",
    why: "nobody is told that a chat's opening does not open",
    red: ["welcome-swapped"],
  },
  {
    name: "roll-without-strangers",
    file: "src/client/verify-views.ts",
    find: "count: here.length,",
    replace: "count: here.filter((id) => equalBytes(id, own) || equalBytes(id, leader)).length,",
    why: "a screen counts only those whom its person expects",
    red: ["ghost-in-every-list"],
  },
  {
    name: "gaps-untold",
    file: "src/client/gaps.ts",
    find:
      '  update.tell({ type: "notice", room: conversation.ref, notice: { code: "gap", person, missing: count } })\n' +
      '  update.tell({ type: "gap.detected", room: conversation.ref, from: person, missing: count })\n',
    replace: "  void person\n",
    why: "nobody is told that a message is missing",
    red: ["entry-hidden", "entries-reordered"],
  },
  {
    name: "repeats-read-again",
    file: "src/client/reading.ts",
    find: "if (passKnown(conversation, arrival)) return\n",
    replace: "void passKnown\n",
    why: "what stands in the log a second time is read a second time",
    red: ["entry-replayed"],
  },
  {
    name: "unreadable-untold",
    file: "src/client/reading.ts",
    find: "if (isNoise) quarantine(conversation, update, message, unreadable)",
    replace: "void quarantine",
    why: "nobody is told that something does not open",
    red: ["bit-flipped", "entry-of-another-room", "entry-of-noise", "entry-truncated"],
  },
  {
    name: "new-log-untold",
    file: "src/client/resetting.ts",
    find: 'conversation.notice(update, record.cursor, { code: isAway ? "lost-entries" : "log-reset" })',
    replace: "void isAway",
    why: "nobody is told that a log began anew",
    red: ["log-began-anew"],
  },
  {
    name: "ends-not-compared",
    file: "src/client/beacons.ts",
    find: "if (isBehind && context.link.online && isCurrent(room)) sayDiffers(room, accountId)",
    replace: "void isBehind",
    why: "nobody is told that somebody else has read further in a room",
    red: ["room-forked"],
  },
  {
    name: "damage-untold",
    file: "src/client/resetting.ts",
    find: 'if (record.member) conversation.notice(update, to, { code: "lost-entries" })',
    replace: "",
    why: "nobody is told that the relay has lost something",
    red: ["damage-claimed"],
  },
  {
    name: "void-untold",
    file: "src/client/reading.ts",
    find: '    conversation.notice(update, message.seq, { code: "void-commit" })\n    if (renewed)',
    replace: "    if (renewed)",
    why: "nobody is told of a change that nobody may make",
    red: [
      "credential-swapped",
      "handshakes-of-noise",
      "member-removes-another",
      "proposal-slipped-in",
      "removed-from-outside",
      "room-jammed",
      "room-locked",
      "room-locked-by-next-key",
    ],
    behind: [
      {
        file: "src/client/payloads.ts",
        find: 'if (wasVoid) conversation.notice(update, message.seq, { code: "void-commit" })\n',
        replace: "",
      },
      {
        file: "src/client/reading.ts",
        find: 'if (isUncertain(record)) conversation.notice(update, message.seq, { code: "void-commit" })\n',
        replace: "",
      },
    ],
  },
  {
    name: "committers-unjudged",
    file: POLICY,
    find: 'return isSameDevice(before, after) ? undefined : "a committer that became somebody else"',
    replace: "return void before",
    why: "a member becomes somebody else",
    red: ["credential-swapped"],
    behind: [{ file: "src/crypto/mls-tree.ts", find: "roster.sameDevice(old, present)", replace: "true" }],
  },
  {
    name: "proposals-count",
    file: "src/crypto/mls-apply.ts",
    find: 'return message.privateMessage.contentType === "commit" ? message : undefined',
    replace: "return message",
    why: "a proposal stays for whoever commits next",
    red: ["proposal-slipped-in"],
    behind: [
      {
        file: "src/crypto/mls-apply.ts",
        find: 'if (incoming.kind === "proposal") return this.#refuse("a proposal outside a commit")',
        replace: 'if (incoming.kind === "proposal") return "accept"',
      },
      {
        file: "src/crypto/mls-apply.ts",
        find: 'if (refusal !== undefined || plan === undefined) return voided(refusal ?? "not a commit")\n',
        replace:
          "if (refusal !== undefined) return voided(refusal)\n" +
          "  if (plan === undefined) {\n" +
          "    const change = { added: [], removed: [], committer: undefined, selfRemoved: false }\n" +
          '    return { kind: "applied", state: new LiveGroup(context, settle(context, client)), change, consumed: consumed(used) }\n' +
          "  }\n",
      },
    ],
  },
  {
    name: "headers-of-any-channel",
    file: "src/client/room-header.ts",
    find: "equalBytes(header.channelId, record.channelId) &&",
    replace: "",
    why: "a header that was made for another room is followed",
    red: ["header-forged"],
    seeds: 4,
  },
  {
    name: "relay-believed",
    file: "src/client/conversation.ts",
    find: '      case "accepted":\n',
    replace:
      '      case "accepted":\n        Object.assign(this, { believed: message.eid })\n        return\n',
    why: "what the relay says it has is not sent again",
    red: ["accepted-and-dropped"],
    behind: [
      {
        file: "src/client/sending.ts",
        find: "  now.inFlight = sealed.eid\n",
        replace:
          "  if (conversation.believed && equalBytes(conversation.believed, sealed.eid)) return\n" +
          "  now.inFlight = sealed.eid\n",
      },
    ],
  },
]
