/** The right pane of wide terminals: everybody in the relay's directory. */
import type { PersonView } from "../../client/events.ts"
import { say } from "../safe-text.ts"
import { span, type Span, type Theme } from "../theme.ts"
import { peopleRows } from "./room-list.ts"

export interface PeopleListProps {
  people: readonly PersonView[]
  width: number
  height: number
  theme: Theme
}

export function peopleList({ people, width, height, theme }: PeopleListProps): (readonly Span[])[] {
  const online = people.filter((person) => person.online).length
  const title = [span(say`${online} of ${people.length} online`, "faint")]
  return [title, ...peopleRows(people, width, height - 1, theme)]
}
