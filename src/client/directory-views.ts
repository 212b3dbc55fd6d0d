/** What guests see of the directory as a log (PROTOCOL.md §8.6): plain data, made when it is asked for. */
import { toHex } from "../bytes.ts"
import type { TreeHead } from "../crypto/checkpoint.ts"
import type { Contacts } from "./contacts.ts"
import type { AlarmRecord } from "./directory-records.ts"
import type { DirectoryAlarm, HeadView } from "./events.ts"

export function headView({ log, size, root }: TreeHead): HeadView {
  return { log, size, root: toHex(root) }
}

export function alarmView(alarm: AlarmRecord, contacts: Contacts): DirectoryAlarm {
  const { why, at, from, ours, theirs, accepted } = alarm
  return {
    why,
    at,
    accepted,
    from: from && contacts.ref(from),
    ours: ours && headView(ours),
    theirs: headView(theirs),
  }
}
