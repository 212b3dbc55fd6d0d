/**
 * How a command ends, for scripts (PROTOCOL.md §19): every error code of ours has one number here.
 * Unknown errors are our own fault and end with `internal`.
 */
import type { ClientErrorCode } from "../client/errors.ts"
import { CryptoError } from "../crypto/errors.ts"
import { CodedError } from "../errors.ts"
import type { PlatformCode } from "../platform/errors.ts"
import { StoreError } from "../relay/errors.ts"
import type { CliErrorCode } from "./errors.ts"

export const EXIT = {
  done: 0,
  usage: 1,
  internal: 2,
  /** Relay unreachable, busy port, full disk, damaged database. */
  unavailable: 3,
  /** Wrong pin; key not verified where asked for, changed, or not matching. */
  untrusted: 4,
  /** Too large, or a limit was reached. */
  limit: 5,
  /** Accepted, and not in the asked-for state in time. */
  late: 6,
  /** The profile is in use, or the passphrase is wrong. */
  locked: 7,
  /** The relay does not let us in: wrong or revoked invitation, name taken. */
  refused: 8,
  unknown: 9,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

interface End {
  exit: ExitCode
  /** What to do, when the message does not say it. */
  hint?: string
}

const cli: Record<CliErrorCode, End> = {
  usage: { exit: EXIT.usage, hint: "secure-chat --help lists the commands" },
  "lines-not-done": { exit: EXIT.usage, hint: "what was printed says which, and why" },
  "bad-keys": { exit: EXIT.usage, hint: "secure-chat doctor --term shows all that is wrong with it" },
  unreachable: { exit: EXIT.unavailable, hint: "is the relay running, and is this the same network?" },
  "wrong-pin": {
    exit: EXIT.untrusted,
    hint: "nothing was sent; ask the person who runs the relay for the invitation, face to face",
  },
  "not-verified": {
    exit: EXIT.untrusted,
    hint: "compare the safety number first: secure-chat verify NAME --number",
  },
  "directory-split": {
    exit: EXIT.untrusted,
    hint: "secure-chat directory evidence prints the proof; secure-chat directory accept goes on anyway",
  },
  "not-matching": { exit: EXIT.untrusted, hint: "compare again, by another way than this network" },
  "too-slow": { exit: EXIT.late },
  "profile-in-use": { exit: EXIT.locked, hint: "close the other one, or use another folder (--data DIR)" },
  "wrong-passphrase": { exit: EXIT.locked },
  left: { exit: EXIT.locked },
  "no-passphrase": { exit: EXIT.locked, hint: "give it with --passphrase-fd N, or start in a terminal" },
  "wrong-invitation": { exit: EXIT.refused, hint: "copy the whole invitation, or ask for a new one" },
  "name-taken": {
    exit: EXIT.refused,
    hint: "choose another name; if it is yours and its key is lost, ask the operator for a code, and join with --replace",
  },
  "name-lost": { exit: EXIT.refused, hint: "what is stored here can still be read (history --offline)" },
  "not-approved": {
    exit: EXIT.refused,
    hint: "ask the operator for a new code: secure-chat relay approve NAME",
  },
  revoked: {
    exit: EXIT.refused,
    hint: "your profile was restored elsewhere, or this device's certificate has run out; what is stored here can still be read (history --offline)",
  },
  "bad-config": { exit: EXIT.usage, hint: "OPERATING.md lists every setting" },
  "no-such-invitation": {
    exit: EXIT.unknown,
    hint: "secure-chat relay invitations shows those that are good",
  },
  "no-such-person": {
    exit: EXIT.unknown,
    hint: "secure-chat relay clients, queue and bans show whom the relay knows",
  },
  banned: {
    exit: EXIT.refused,
    hint: "ask the operator; what is stored here can still be read (history --offline)",
  },
  awaiting: {
    exit: EXIT.late,
    hint: "run it again later; an open chat comes in by itself once they have said yes",
  },
  "not-your-role": { exit: EXIT.refused, hint: "whoever runs the relay can do it, in the relay's folder" },
  "relay-refused": { exit: EXIT.unavailable },
  "relay-not-running": { exit: EXIT.unknown },
  "relay-damaged": { exit: EXIT.unavailable },
  "no-words": { exit: EXIT.locked, hint: "start in a terminal, or give a file descriptor: --words-fd N" },
  "folder-not-empty": { exit: EXIT.usage, hint: "a backup is restored into a new folder: --data DIR" },
  "output-exists": { exit: EXIT.usage, hint: "nothing is overwritten; choose another name" },
  "verify-ended": { exit: EXIT.late, hint: "nothing was marked; begin again when both are there" },
  "bad-image": {
    exit: EXIT.usage,
    hint: "a PNG or JPEG file is read; the text of the code can be given on stdin instead: --read -",
  },
  "image-too-large": { exit: EXIT.limit },
  "attack-succeeded": {
    exit: EXIT.untrusted,
    hint: "this program does not protect you as it should; tell whoever gave it to you, with the lines above",
  },
  "relay-differs": {
    exit: EXIT.untrusted,
    hint: "ask whoever runs the relay whether it was repaired or restored",
  },
  demonstration: { exit: EXIT.internal },
}

const client: Record<ClientErrorCode, End> = {
  "unknown-name": { exit: EXIT.unknown, hint: "secure-chat people list shows who is here" },
  "ambiguous-name": {
    exit: EXIT.unknown,
    hint: "quote the name for the shell: 'Ravi?7f3c2k'; or use the u_… id that secure-chat people list --json shows",
  },
  "message-too-long": { exit: EXIT.limit },
  "message-empty": { exit: EXIT.usage },
  "unknown-message": {
    exit: EXIT.unknown,
    hint: "secure-chat history ROOM --json shows the ids of messages",
  },
  "not-yours": { exit: EXIT.refused },
  "message-deleted": { exit: EXIT.unknown },
  "bad-reaction": { exit: EXIT.usage },
  "not-joined": { exit: EXIT.usage, hint: "secure-chat join INVITATION --name NAME" },
  "already-joined": { exit: EXIT.usage },
  "bad-name": { exit: EXIT.usage },
  "alias-taken": { exit: EXIT.usage, hint: "choose an alias that looks like nobody's name" },
  "name-taken": { exit: EXIT.refused },
  "too-many-names": { exit: EXIT.limit },
  "bad-invitation": { exit: EXIT.refused },
  "key-changed": {
    exit: EXIT.untrusted,
    hint: "compare keys: secure-chat verify NAME --number; or decide without: secure-chat trust NAME --later",
  },
  "keys-differ": {
    exit: EXIT.untrusted,
    hint: "talk in person, then compare again: secure-chat verify NAME --number; or secure-chat block NAME",
  },
  blocked: { exit: EXIT.untrusted, hint: "secure-chat unblock NAME" },
  closed: { exit: EXIT.unknown },
  "not-now": {
    exit: EXIT.unavailable,
    hint: "try again when the relay is connected and everything was read",
  },
  "verify-busy": { exit: EXIT.locked, hint: "finish or cancel the verification that is open" },
  "verify-too-soon": { exit: EXIT.limit, hint: "wait half a minute" },
  "verify-over": { exit: EXIT.unknown, hint: "begin again" },
  "verify-too-few": { exit: EXIT.usage },
  "not-in-room": { exit: EXIT.unknown, hint: "secure-chat rooms list shows where you are" },
  "link-closed": { exit: EXIT.late },
  "not-allowed": { exit: EXIT.refused, hint: "secure-chat room moderators shows who decides" },
  removed: { exit: EXIT.refused, hint: "what was said there can still be read (history)" },
  "inviter-unheard": {
    exit: EXIT.untrusted,
    hint: "ask them in person; send --without-inviter sends all the same",
  },
  "database-damaged": {
    exit: EXIT.unavailable,
    hint: "nothing was deleted; secure-chat salvage makes a new profile of all that can still be read",
  },
  storage: { exit: EXIT.unavailable, hint: "free some space and try again; nothing that was saved is lost" },
  "storage-failed": {
    exit: EXIT.unavailable,
    hint: "start again when the disk works; what was saved before is read then, and nothing is sent twice",
  },
  "profile-newer": { exit: EXIT.unavailable },
  "no-answer": { exit: EXIT.unavailable },
}

const platform: Record<PlatformCode, End> = {
  "port-busy": { exit: EXIT.unavailable, hint: "stop the other program, or choose another --port" },
  "no-such-address": { exit: EXIT.unavailable },
  "not-permitted": { exit: EXIT.unavailable },
  "not-found": { exit: EXIT.unavailable },
  "not-a-file": { exit: EXIT.usage, hint: "name a file" },
  "too-large": { exit: EXIT.limit },
  "disk-full": { exit: EXIT.unavailable, hint: "free some space and try again" },
  "disk-failed": { exit: EXIT.unavailable },
  exhausted: {
    exit: EXIT.unavailable,
    hint: "allow this program more open files (ulimit -n), or close others",
  },
  "in-use": {
    exit: EXIT.locked,
    hint: "another secure-chat uses this folder; close it, or use another (--data DIR)",
  },
  "bad-key": { exit: EXIT.unavailable, hint: "nothing was deleted; put back a copy of the folder" },
}

const store: Record<StoreError["code"], End> = {
  full: { exit: EXIT.unavailable, hint: "free some space and start the relay again" },
  failed: {
    exit: EXIT.unavailable,
    hint: "check the disk, then start the relay again; clients send again what was not accepted",
  },
  damaged: { exit: EXIT.unavailable, hint: "nothing was deleted; put back a copy of the folder" },
  "in-use": { exit: EXIT.locked },
  unsuitable: { exit: EXIT.internal },
}

const other: Readonly<Record<string, End>> = {
  "bad-address": cli["wrong-invitation"],
  "bad-passphrase": cli["wrong-passphrase"],
  "bad-vault": client["database-damaged"],
  "bad-words": { exit: EXIT.locked },
  "bad-backup": { exit: EXIT.unavailable, hint: "nothing was changed; try another copy of the backup" },
  "backup-newer": { exit: EXIT.unavailable },
}

const sentences: Readonly<Record<string, string>> = {
  "bad-passphrase": "the passphrase is wrong",
  "bad-vault": "the file that holds this profile's key is damaged",
}

/** How an error ends the program; undefined for our own faults, which have no code. */
export function endOf(error: unknown): (End & { sentence: string }) | undefined {
  if (!(error instanceof CodedError)) return undefined
  const code = String(error.code)
  // Two folders use the word "in-use" and mean the same by it; nothing else overlaps.
  const table: Readonly<Record<string, End>> =
    error instanceof StoreError ? store : { ...other, ...platform, ...client, ...cli }
  const end = Object.hasOwn(table, code) ? table[code] : undefined
  if (!end) return undefined
  const sentence = error instanceof CryptoError ? (sentences[code] ?? error.message) : error.message
  return { ...end, sentence }
}
