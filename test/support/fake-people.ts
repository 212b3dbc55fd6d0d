/** Views of people and rooms for tests: what a client would say of them if nothing had happened yet. */
import { ClientError } from "../../src/client/client.ts"
import type {
  MessageView,
  PersonRef,
  PersonView,
  RoomRef,
  RoomView,
  TranscriptLine,
  Trust,
} from "../../src/client/events.ts"

export interface FakeRoom {
  view: RoomView
  lines: TranscriptLine[]
}

/** Tuesday 22 November 2022, 12:00 on this machine's clock: screens show local time. */
export const NOON = new Date(2022, 10, 22, 12, 0).getTime()

export function person(name: string, trust: Trust, tag?: string): PersonView {
  const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 0xffffff, 7)
  return {
    id: `u_${name}`,
    name,
    tag: tag ?? seed.toString(16).padStart(6, "0"),
    trust,
    online: false,
    ambiguous: false,
    firstSeenAt: NOON,
    mustDecide: false,
    hidden: 0,
  }
}

export function roomView(room: Partial<RoomView> & RoomRef): RoomView {
  return {
    peer: undefined,
    unread: 0,
    lastAt: undefined,
    state: "open",
    problem: undefined,
    members: [],
    withoutSecret: false,
    ...room,
  }
}

export function refOf({ id, name, kind }: RoomRef): RoomRef {
  return { id, name, kind }
}

/** What somebody else wrote. */
export function messageOf(id: string, from: PersonRef, text: string, sentAt: number): MessageView {
  return { id, from, own: false, text, sentAt, state: undefined, receipts: undefined }
}

/** As they are shown once they have an alias, or none any more. */
export function aliased({ registeredName, ...before }: PersonView, alias: string | undefined): PersonView {
  const own = registeredName ?? before.name
  return alias === undefined ? { ...before, name: own } : { ...before, name: alias, registeredName: own }
}

/** @throws ClientError `unknown-name`, `ambiguous-name`. */
export function onlyPerson(people: readonly PersonView[], name: string): PersonView {
  const found = people.filter((each) => each.id === name || each.name.toLowerCase() === name.toLowerCase())
  if (found.length > 1)
    throw new ClientError("ambiguous-name", `"${name}" is the name of ${found.length} people.`)
  const only = found[0]
  if (only === undefined) throw new ClientError("unknown-name", `nobody here is called "${name}"`)
  return only
}
