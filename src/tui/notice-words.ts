/** What the lines say that nobody wrote: one place, so that the full screen, the line mode and exports say the same. */
import type { ClientEvent, Notice, PersonRef } from "../client/events.ts"
import { unreachable } from "../errors.ts"
import { differenceWords, splitNotice } from "./directory-words.ts"
import { keyNoticeWords } from "./key-words.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { nameAgain, nameInWords } from "./theme.ts"

export function noticeWords(notice: Notice): SafeText {
  switch (notice.code) {
    case "joined":
      return say`${nameInWords(notice.person)} came in`
    case "left":
      return say`${nameInWords(notice.person)} left`
    case "you-joined":
      return say`You came in. What was said before cannot be read by you.`
    case "chat-opened":
      return say`Keys agreed: from here on only the two of you can read this.`
    case "chat-reopened":
      return say`${nameInWords(notice.person)} opened this chat again with new keys.`
    case "gap":
      return gapWords(nameInWords(notice.person), notice.missing)
    case "fork":
      return say`A computer of ${nameInWords(notice.person)} tells different people different things. What it says is set aside; ask ${nameAgain(notice.person)} in person.`
    case "differs":
      return say`What ${nameInWords(notice.person)} has of this room is not what you have: somebody may be keeping messages from one of you. Compare with ${nameAgain(notice.person)} in person.`
    case "unconfirmed":
      return say`${nameInWords(notice.person)} has been online for 15 minutes and has not confirmed what you sent: it may not get through. Ask ${nameAgain(notice.person)} another way.`
    case "unreadable":
      return say`A message could not be read and was set aside: ${safeLine(notice.detail)}`
    case "damaged":
      return say`A line that stood here cannot be read: this computer's disk did not keep it as it was.`
    case "void-commit":
      return say`Somebody posted a change to this room that nobody may make. It was ignored.`
    case "rejoined":
      return say`You came back in with fresh keys. Messages in between may be missing.`
    case "log-reset":
      return say`The relay lost its copy of this room, or another relay took its place. What you have is kept, and what it had lost of yours was sent again.`
    case "lost-entries":
      return say`A part of this room cannot be read at the relay any more: messages may be missing here. Ask whether somebody wrote something that you do not see.`
    case "rolled-back":
      return say`This is an older copy of your profile. Nothing is sent until you have come in again with new keys, which happens by itself; messages may be missing.`
    case "restored":
      return say`This profile was put back from a backup: messages of the time since then may be missing.`
    case "directory-replaced":
      return say`The relay began its list of people anew, as after a repair. You keep everybody you know, with what you know of their keys.`
    case "directory-split":
      return splitNotice(notice.why)
    case "directory-differs":
      return differenceWords(notice.difference)
    case "verified":
      return say`You compared keys with ${nameInWords(notice.person)}: they match.`
    case "mismatch":
      return say`You compared keys with ${nameInWords(notice.person)}: they DIFFER. Nothing more is sent to them.`
    case "removed":
      return say`${whoWords(notice.by)} removed ${whomWords(notice.person)} from this room. The link is replaced with it, and no invitation lets ${nameInWords(notice.person)} in again.`
    case "let-back":
      return say`${whoWords(notice.by)} took back that ${whomWords(notice.person)} may not come in: a new invitation lets them in again.`
    case "moderator":
      return say`${whoWords(notice.by)} made ${whomWords(notice.person)} a moderator, who may remove people and replace the link.`
    case "no-moderator":
      return say`${whoWords(notice.by)} made ${whomWords(notice.person)} a member like others, no moderator any more.`
    case "link-reset":
      return say`${whoWords(notice.by)} replaced the link of this room: invitations made before do not lead here any more.`
    case "you-removed":
      return say`${whoWords(notice.by)} removed you from this room. What was said until now stays here to read; nothing more comes in or goes out.`
    case "renamed":
      return newNameWords(notice.person, notice.before, notice.name)
    case "key-changed":
    case "key-rotated":
    case "key-accepted":
    case "blocked":
    case "unblocked":
      return keyNoticeWords(notice.code, nameInWords(notice.person))
    default:
      return unreachable(notice)
  }
}

function whoWords(person: PersonRef): SafeText {
  return person.trust === "self" ? say`You` : nameInWords(person)
}

function whomWords(person: PersonRef): SafeText {
  return person.trust === "self" ? say`you` : nameInWords(person)
}

/** The line goes by itself when they have come. */
function gapWords(name: SafeText, missing: number): SafeText {
  return missing === 1
    ? say`1 message of ${name} is missing here and has been asked for.`
    : say`${missing} messages of ${name} are missing here and have been asked for.`
}

/** Somebody is called otherwise from here on; of somebody with an alias, by everybody else. */
export function renamedWords({
  person,
  before,
  by,
}: Pick<ClientEvent & { type: "person.renamed" }, "person" | "before" | "by">): SafeText {
  if (person.trust === "self")
    return say`You are called ${safeName(person.name)} now; before you were ${safeName(before)}.`
  if (by === "them") return newNameWords(person, before, person.registeredName ?? person.name)
  const change = say`${safeName(before)} is now called ${nameInWords(person)}`
  return person.registeredName === undefined ? change : say`${change}, on your screens only`
}

/** @param name as they have registered it; they may have another one since. */
function newNameWords(person: PersonRef, before: string, name: string): SafeText {
  return person.registeredName === undefined
    ? say`${safeName(before)} is now called ${nameInWords({ ...person, name })}`
    : say`${nameInWords(person)}, to others ${safeName(before)} until now, is called ${safeName(name)} by them from here on`
}
