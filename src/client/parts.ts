/** What the engine is made of, put together once; each part knows the others that it needs and no more. */
import { CatchUp } from "./catch-up.ts"
import { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import { OwnDesk } from "./desk.ts"
import type { ClientEvent } from "./events.ts"
import { DirectoryLog } from "./directory-log.ts"
import { Generation } from "./generation.ts"
import { Housekeeping } from "./housekeeping.ts"
import { Inbox } from "./inbox.ts"
import { Incoming } from "./incoming.ts"
import { Keys, type Run } from "./keys.ts"
import { LinkControl } from "./link.ts"
import { PackageStock } from "./packages.ts"
import { markRolledBack } from "./rolled-back.ts"
import { Remarking } from "./remarking.ts"
import { Rooms } from "./rooms.ts"
import { VerifyDriver } from "./verify-driver.ts"
import { VerifyHeard } from "./verify-heard.ts"
import { Verifications } from "./verifying.ts"
import { Sees } from "./sees.ts"

export interface Parts {
  readonly contacts: Contacts
  readonly keys: Keys
  readonly directory: DirectoryLog
  readonly rooms: Rooms
  readonly inbox: Inbox
  readonly packages: PackageStock
  readonly catchUp: CatchUp
  readonly generation: Generation
  readonly incoming: Incoming
  readonly housekeeping: Housekeeping
  readonly verifyDriver: VerifyDriver
  readonly verifyHeard: VerifyHeard
  readonly verification: Verifications
  readonly sees: Sees
  readonly link: LinkControl
  readonly desk: OwnDesk
  readonly remarks: Remarking
}

/**
 * @param tell guests hear of it at once; nothing is kept.
 * @param run does something as an event of the engine's queue.
 */
export function createParts(context: Context, tell: (event: ClientEvent) => void, run: Run): Parts {
  const housekeeping = new Housekeeping(context)
  const generation = new Generation(context, () => markRolledBack(context))
  const contacts = new Contacts(context)
  const directory = new DirectoryLog(context, contacts)
  const rooms = new Rooms(context, contacts)
  const inbox = new Inbox(context, contacts, (from, letter) => rooms.takeLetter(from, letter))
  const packages = new PackageStock(context)
  const catchUp = new CatchUp(context, { contacts, directory, rooms, inbox })
  directory.lookAgain = () => catchUp.readDirectory()
  const incoming = new Incoming({ contacts, rooms, inbox }, { packages, catchUp }, tell)
  const verifyDriver = new VerifyDriver(context, contacts, rooms, tell, directory)
  const verifyHeard = new VerifyHeard(verifyDriver)
  const verification = new Verifications(verifyDriver, run)
  const link = new LinkControl(context, contacts, rooms, run)
  const verifying = { verifyDriver, verifyHeard, verification, link }
  const isVerifying = () => verifyDriver.open().length > 0
  const readDirectory = () => catchUp.readDirectory()
  const keys = new Keys(context, { contacts, rooms }, { run, tell, isVerifying, readDirectory })
  catchUp.onRead = () => keys.directoryRead()
  const sees = new Sees(context, { contacts, rooms, inbox, generation })
  const desk = new OwnDesk(context, rooms, run, tell)
  housekeeping.alarms = desk.later
  const remarks = new Remarking(context, contacts, rooms, run)
  const guests = { directory, keys, sees, desk, remarks, ...verifying }
  return { contacts, rooms, inbox, packages, catchUp, generation, incoming, housekeeping, ...guests }
}
