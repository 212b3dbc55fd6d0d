/** Opens a relay's store: `relay.db`, and beside it the folder `entries-…` of the log that belongs to it. */
import { dirname, join } from "node:path"
import { nodePrimitives } from "../platform/primitives.ts"
import { systemRandom } from "../platform/random.ts"
import { crcChecksum, segmentFolder } from "../platform/segment-files.ts"
import { DiskRelayStore, type DiskStoreOptions } from "../relay/store-disk.ts"

type Choices = Partial<Pick<DiskStoreOptions, "journalBytes" | "layOut" | "segmentBytes" | "folderOf">>

/** @param database its path; its folder must exist. @throws StoreError, PlatformError. */
export function openRelayStore(database: string, choices: Choices = {}): DiskRelayStore {
  return new DiskRelayStore({
    path: database,
    folderOf: (name) => segmentFolder(join(dirname(database), name)),
    checksum: crcChecksum,
    random: systemRandom,
    primitives: nodePrimitives,
    ...choices,
  })
}
