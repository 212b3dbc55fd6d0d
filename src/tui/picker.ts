/** The lists to choose from: rooms and people, commands while nothing is written, what was written before. */
import type { PersonView } from "../client/events.ts"
import { asTyped } from "./addressing.ts"
import { COMMANDS } from "./commands.ts"
import { EMOJI } from "./emoji.ts"
import { fuzzyScore } from "./fuzzy.ts"
import { safeBlock, safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { roomTitle } from "./theme.ts"
import type { ChatView, Overlay } from "./view.ts"

interface Listed {
  key: string
  title: SafeText
}

export type PickerItem =
  | (Listed & {
      kind: "room"
      roomId: string
      person: PersonView | undefined
      unread: number
      number: number | undefined
    })
  /** There is no chat with them yet. */
  | (Listed & { kind: "person"; person: PersonView; unread: number })
  /** Goes into the line that is written; `what` stands beside it. */
  | (Listed & { kind: "text"; text: SafeText; what: SafeText })

export function pickerItems(view: ChatView, overlay: Overlay & { kind: "picker" }): readonly PickerItem[] {
  const all = itemsOf(view, overlay.source)
  const asked = overlay.query.trim()
  if (asked === "") return all
  const found = all
    .map((item) => ({ item, score: scoreOf(item, asked) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ item }) => item)
  if (overlay.source !== "react") return found
  return [...found, ...wordItem(asked).filter(({ key }) => !found.some((each) => each.key === key))]
}

/** Rooms change places as somebody writes: whoever was chosen stays chosen, so that Enter opens who stood there. */
export function keptChoice(
  before: ChatView,
  now: ChatView,
  overlay: Overlay & { kind: "picker" },
): Overlay & { kind: "picker" } {
  const was = pickerItems(before, overlay)
  const chosen = was[Math.min(overlay.index, was.length - 1)]
  if (chosen === undefined) return overlay
  const at = pickerItems(now, overlay).findIndex((each) => isSame(each, chosen))
  // Of one who has gone, nobody takes the place.
  return { ...overlay, index: Math.max(0, at) }
}

function isSame(one: PickerItem, other: PickerItem): boolean {
  if (one.kind === "text" || other.kind === "text")
    return one.kind === "text" && other.kind === "text" && one.text === other.text
  return one.person === undefined ? one.key === other.key : one.person.id === other.person?.id
}

function itemsOf(view: ChatView, source: (Overlay & { kind: "picker" })["source"]): readonly PickerItem[] {
  switch (source) {
    case "rooms":
      return roomItems(view)
    case "people":
      return view.data.people.map((person) => personItem(view, person))
    case "history":
      return historyItems(view)
    case "react":
      return emojiItems(view)
    case "all":
    case "forward": {
      const rooms = roomItems(view)
      const reached = new Set(rooms.map(({ person }) => person?.id))
      const people = view.data.people.filter(({ id }) => !reached.has(id))
      // A command would take the place of what is being written.
      const commands = source === "all" && view.composer.text === "" ? commandItems() : []
      return [...rooms, ...people.map((person) => personItem(view, person)), ...commands]
    }
  }
}

function roomItems(view: ChatView): (PickerItem & { kind: "room" })[] {
  return view.data.rooms.map((room, index) => ({
    kind: "room",
    key: room.id,
    title: roomTitle(room),
    roomId: room.id,
    person: room.peer,
    unread: room.unread,
    number: index + 1,
  }))
}

function personItem(view: ChatView, person: PersonView): PickerItem {
  const room = view.data.rooms.find(({ peer }) => peer?.id === person.id)
  const listed = { key: person.id, title: safeName(person.name), person, unread: 0 }
  if (room === undefined) return { kind: "person", ...listed }
  return { kind: "room", ...listed, roomId: room.id, number: undefined }
}

function commandItems(): PickerItem[] {
  return COMMANDS.map(({ word, usage, what, takes }) => ({
    kind: "text",
    key: `/${word}`,
    title: usage,
    text: takes === "nothing" ? say`/${safeLine(word)}` : say`/${safeLine(word)} `,
    what,
  }))
}

/** What goes to the message is `text`: the word, on a screen without pictures. */
function emojiItems({ theme }: ChatView): PickerItem[] {
  return EMOJI.map(([name, emoji]) => {
    const word = safeLine(`:${name}:`)
    const picture = safeLine(emoji)
    return theme.ascii
      ? { kind: "text", key: word, title: word, text: word, what: say`` }
      : { kind: "text", key: word, title: say`${picture} ${word}`, text: picture, what: say`` }
  })
}

/** As reactions may be (PROTOCOL.md §12); the client checks it again. */
const WORD = /^:[a-z0-9_+-]{1,24}:$/u

/** A word that is in no list: whoever reads it sees the word. */
function wordItem(asked: string): PickerItem[] {
  const word = safeLine(`:${asked.toLowerCase().replaceAll(":", "")}:`)
  return WORD.test(word) ? [{ kind: "text", key: word, title: word, text: word, what: say`as a word` }] : []
}

/**
 * The newest first, each once: what was written since the program began, then one's own messages of this room, which
 * are on this computer anyway. Nothing is kept for this list.
 */
function historyItems({ composer, lines }: ChatView): PickerItem[] {
  const said = lines.flatMap((line) =>
    line.kind === "message" && line.message.own && !line.message.deleted
      ? [asTyped(safeBlock(line.message.text))]
      : [],
  )
  const texts = [...new Set([...composer.history.toReversed(), ...said.toReversed()])]
  return texts.map((text, index) => ({
    kind: "text",
    key: `${index}`,
    title: safeLine(text),
    text,
    what: say``,
  }))
}

/** Without the signs before a name. */
function titleOf({ title }: PickerItem): string {
  return title.replace(/^(?:[#/]|(?:\S+ )?:(?=\S+:$))/u, "")
}

/** The best score of anything. */
const BY_NUMBER = 2_000

function scoreOf(item: PickerItem, asked: string): number {
  const bare = asked.replace(/^[#@/:]/u, "").replace(/:$/u, "")
  if (item.kind === "room" && String(item.number) === bare) return BY_NUMBER
  if (bare === "") return 1
  const score = fuzzyScore(bare, titleOf(item))
  if (item.kind !== "text") return asked.startsWith("/") ? 0 : score
  // A command comes behind the room or person that is named as well; what it does is found behind everything.
  const described = item.what === "" ? 0 : fuzzyScore(bare, item.what) / 10
  return Math.max(score / 2, described)
}
