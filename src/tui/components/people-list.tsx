/** The right pane of wide terminals: everybody in the relay's directory. */
import { memo, type ReactNode } from "react"
import type { PersonView } from "../../client/events.ts"
import { say } from "../safe-text.ts"
import { span, type Theme } from "../theme.ts"
import { Pane } from "./line.tsx"
import { peopleRows } from "./room-list.tsx"

export interface PeopleListProps {
  people: readonly PersonView[]
  width: number
  height: number
  theme: Theme
}

export const PeopleList = memo(function PeopleList({
  people,
  width,
  height,
  theme,
}: PeopleListProps): ReactNode {
  const online = people.filter((person) => person.online).length
  const title = { key: "title", spans: [span(say`${online} of ${people.length} online`, "faint")] }
  return (
    <Pane
      rows={[title, ...peopleRows(people, width, height - 1, theme)]}
      width={width}
      height={height}
      theme={theme}
    />
  )
})
