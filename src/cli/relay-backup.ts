/**
 * A copy of a relay's store, made while it serves, and put back while it does not. The key, the invitation and the
 * settings are not in it: they stay in the folder, and hardly ever change.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs"
import { dirname, resolve } from "node:path"
import { systemClock } from "../platform/clock.ts"
import { fileError, systemCode } from "../platform/errors.ts"
import { syncFolder } from "../platform/files.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import type { DiskRelayStore } from "../relay/store-disk.ts"
import { SqliteRelayStore } from "../relay/store-sqlite.ts"
import { CliError } from "./errors.ts"

/** So that the relay serves in between. */
const aMoment = () => new Promise<void>((go) => void systemClock.wakeAt(systemClock.now() + 1, go))

/** @param path is not there yet. @throws CliError `output-exists`, PlatformError, StoreError. */
export async function backUpStore(store: DiskRelayStore, path: string): Promise<{ bytes: number }> {
  const whole = resolve(path)
  const part = `${whole}.part`
  if (existsSync(whole)) throw new CliError("output-exists", `${whole} exists already`)
  try {
    closeSync(openSync(part, "wx", 0o600))
  } catch (cause) {
    if (systemCode(cause) === "EEXIST")
      throw new CliError("output-exists", `${part} exists already`, { cause })
    throw fileError(cause, part)
  }
  try {
    await store.copyTo(part, aMoment)
    sync(part)
    const { size } = statSync(part)
    renameSync(part, whole)
    syncFolder(dirname(whole))
    return { bytes: size }
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  }
}

/**
 * Puts a copy in the place of the database. What was there is kept beside it. The caller holds the folder's lock.
 * @returns where the former database is; undefined when there was none.
 * @throws CliError `usage` for a file that is no copy of a relay's store, PlatformError, StoreError.
 */
export function restoreStore(
  copy: string,
  database: string,
  deps: { random: Random; primitives: Primitives },
): string | undefined {
  if (!existsSync(copy)) throw new CliError("usage", `there is no file ${copy}`)
  const fresh = `${database}.restoring`
  for (const path of [fresh, `${fresh}-wal`]) rmSync(path, { force: true })
  try {
    copyFileSync(copy, fresh)
  } catch (cause) {
    throw fileError(cause, copy)
  }
  try {
    check(fresh, deps)
  } catch (cause) {
    for (const path of [fresh, `${fresh}-wal`]) rmSync(path, { force: true })
    throw cause
  }
  const former = formerName(database)
  if (former !== undefined) {
    for (const end of ["-wal", ""]) if (existsSync(database + end)) renameSync(database + end, former + end)
  }
  renameSync(fresh, database)
  syncFolder(dirname(database))
  return former
}

/**
 * Brings it forward where it is of an earlier version, and leaves nothing in a journal. Its entries are in its table; the
 * relay moves them into a log of its own when it starts, in a new folder: that of the former database stays.
 */
function check(path: string, { random, primitives }: { random: Random; primitives: Primitives }): void {
  if (statSync(path).size === 0) throw new CliError("usage", "the file is empty")
  const store = new SqliteRelayStore({ path, random, primitives })
  try {
    if (!store.isWhole) throw new CliError("usage", "the copy is damaged; nothing was changed")
    store.beside.forgetComing()
    store.tidyAll()
  } finally {
    store.close()
  }
  sync(path)
}

function formerName(database: string): string | undefined {
  if (!existsSync(database)) return undefined
  for (let number = 1; ; number++) {
    const name = `${database}.before-restore-${number}`
    if (!existsSync(name)) return name
  }
}

function sync(path: string): void {
  const file = openSync(path, "r+")
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
