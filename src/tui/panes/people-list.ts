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
  /** Whom the arrows are at. */
  focusId: string | undefined
}

export function peopleList({ people, width, height, theme, focusId }: PeopleListProps): (readonly Span[])[] {
  const online = people.filter((person) => person.online).length
  const title = [span(say`${online} of ${people.length} online`, focusId === undefined ? "faint" : "accent")]
  return [title, ...peopleRows(people, width, height - 1, theme, focusId)]
}
