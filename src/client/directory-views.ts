/** What guests see of the directory as a log (PROTOCOL.md §8.6): plain data, made when it is asked for. */
import { toHex } from "../bytes.ts"
import type { TreeHead } from "../crypto/checkpoint.ts"
import type { Contacts } from "./contacts.ts"
import type { AlarmRecord, ShownDifference } from "./directory-records.ts"
import type { DifferenceView, DirectoryAlarm, HeadView } from "./events.ts"

export function headView({ log, size, root }: TreeHead): HeadView {
  return { log, size, root: toHex(root) }
}

export function alarmView(alarm: AlarmRecord, contacts: Contacts): DirectoryAlarm {
  const { why, at, from, ours, theirs, accepted, difference } = alarm
  return {
    why,
    at,
    accepted,
    from: from && contacts.ref(from),
    ours: ours && headView(ours),
    theirs: headView(theirs),
    ...(difference && { difference: differenceView(difference, contacts) }),
  }
}

export function differenceView(difference: ShownDifference, contacts: Contacts): DifferenceView {
  const { kind, place, by, ours, theirs } = difference
  return { kind, place, by: contacts.ref(by), ours: ours && contacts.ref(ours), theirs }
}
