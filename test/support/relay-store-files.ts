/** The files of a relay's store in its folder: the database, its journal, and the log of entries beside it. */
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { segmentFolder, type SegmentFolder } from "../../src/platform/segment-files.ts"

const DATABASE = /^relay\.db(-wal)?$/
const LOG = /^entries-/

/** @param folder a relay's. @param to made when missing. @returns the path of the copied database. */
export function copyRelayStore(folder: string, to: string): string {
  if (!existsSync(to)) mkdirSync(to)
  for (const name of readdirSync(folder))
    if (DATABASE.test(name) || LOG.test(name)) cpSync(join(folder, name), join(to, name), { recursive: true })
  return join(to, "relay.db")
}

/** Paths of the log's segments. */
export function segmentsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => LOG.test(name))
    .flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
}

/** Real files whose sync is over when it returns: simulated time does not wait for threads. */
export const promptFolders =
  (database: string) =>
  (name: string): SegmentFolder => {
    const folder = segmentFolder(join(dirname(database), name))
    const prompt = (file: ReturnType<SegmentFolder["open"]>) => ({
      ...file,
      get size() {
        return file.size
      },
      sync: async () => file.syncNow(),
    })
    return {
      ...folder,
      open: (segment) => prompt(folder.open(segment)),
      create: (segment) => prompt(folder.create(segment)),
    }
  }
