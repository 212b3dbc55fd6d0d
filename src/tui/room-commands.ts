/** Commands about the room and its link: rows of the one table in `commands.ts`, and what a line of them asks for. */
import type { CommandRow } from "./commands.ts"
import type { RoomAct } from "./room-acts.ts"
import { say } from "./safe-text.ts"

export type RoomCommand =
  /** `name` is empty for what concerns nobody in particular. */
  { kind: "act"; act: RoomAct; name: string } | { kind: "moderators" } | { kind: "link" }

/** The first word of such a line. */
export type RoomWord = Exclude<RoomAct, "reset"> | "moderators" | "link"

export const ROOM_COMMANDS: readonly (CommandRow & { word: RoomWord })[] = [
  {
    word: "link",
    usage: say`/link [reset]`,
    what: say`your invitation, or replace it`,
    takes: "reset?",
  },
  {
    word: "moderators",
    usage: say`/moderators`,
    what: say`who decides in this room`,
    takes: "nothing",
  },
  {
    word: "remove",
    usage: say`/remove NAME`,
    what: say`take a person out for good`,
    takes: "name?",
  },
  { word: "unban", usage: say`/unban NAME`, what: say`let somebody come in again`, takes: "name?" },
  { word: "promote", usage: say`/promote NAME`, what: say`make a person a moderator`, takes: "name?" },
  {
    word: "demote",
    usage: say`/demote NAME`,
    what: say`make somebody no moderator`,
    takes: "name?",
  },
]

/** Undefined for a line that is not written as its usage says. @param argument without quotes; undefined: none. */
export function roomCommandOf(word: RoomWord, argument: string | undefined): RoomCommand | undefined {
  switch (word) {
    case "moderators":
      return { kind: word }
    case "link":
      if (argument === undefined) return { kind: word }
      return argument.toLowerCase() === "reset" ? { kind: "act", act: "reset", name: "" } : undefined
    default:
      return argument === undefined ? undefined : { kind: "act", act: word, name: argument }
  }
}
