/** `secure-chat backup FILE`: account, people and history into one sealed file, for the day the disk is lost. */
import { ClientError } from "../../client/errors.ts"
import { decodeBackup, encodeBackup } from "../../client/backup.ts"
import { keepsake, type Kept, rowsOf } from "../../client/keepsake.ts"
import { readProfile } from "../../client/profile.ts"
import type { StoreReader } from "../../client/store.ts"
import { BACKUP_SECRET_BYTES, openBackup, sealBackup } from "../../crypto/backup.ts"
import { systemClock } from "../../platform/clock.ts"
import { nodePrimitives } from "../../platform/primitives.ts"
import { systemRandom } from "../../platform/random.ts"
import { safeName } from "../../tui/safe-text.ts"
import { writeBackupFile } from "../backup-file.ts"
import { resultJson } from "../json-lines.ts"
import { openProfileDir } from "../profile-dir.ts"
import { assertWordsPossible, giveWords } from "../words.ts"
import type { Invocation } from "./context.ts"

export interface BackupOptions {
  wordsFd: number | undefined
}

export async function backup(
  { io, config, show }: Invocation,
  path: string,
  { wordsFd }: BackupOptions,
): Promise<void> {
  assertWordsPossible(io, wordsFd)
  const profile = await openProfileDir(config, io, { create: false })
  const secret = systemRandom.bytes(BACKUP_SECRET_BYTES)
  try {
    const store = profile.open()
    const self = readProfile(store)
    if (!self)
      throw new ClientError("not-joined", "there is nothing to back up: this folder holds no profile yet")
    const rows = encodeBackup(systemClock.now(), wholeKeepsake(store))
    const pieces = sealBackup(nodePrimitives, systemRandom, secret, rows)
    const file = await writeBackupFile(path, pieces, async (written) => {
      // A copy that cannot be read back is none; and a copy whose words nobody has is none either.
      const { rows: back } = decodeBackup(openBackup(nodePrimitives, secret, written))
      while (!back.next().done);
      await giveWords(io, wordsFd, secret)
    })
    show(resultJson("backup.written", self.name, { file }), `${safeName(self.name)} is backed up in ${file}`)
  } finally {
    secret.fill(0)
    profile.close()
  }
}

/** A keepsake of which nothing is missing: whoever relies on a backup would find out too late. */
function* wholeKeepsake(store: StoreReader): Generator<Kept> {
  const { places, account } = yield* keepsake(rowsOf(store))
  if (places > 0 || account)
    throw new ClientError("database-damaged", "this profile is damaged: not all of it can be read")
}
