/**
 * A profile's folder (PROTOCOL.md §15):
 *
 *     lock      held while a process uses the profile
 *     chat.db   the store, sealed with a random data key; `chat.db-wal` is its log, `chat.db-ballast` holds room
 *               for deleting on a full disk, `chat.db.damaged-1` and on are databases that were salvaged
 *     language  the language it speaks, in clear: the passphrase is asked for in it
 *     vault     16 bytes of profile id, then the data key under a passphrase; or
 *     key       the data key as it is, in hex, 0600: protects nothing on a stolen disk
 *
 * A new key is first written as `vault.new` or `key.new` and gets its name when the database exists. So a key without
 * a database, or a database without a key, is damage and never a reason to begin anew.
 */
import { renameSync, statSync } from "node:fs"
import { join } from "node:path"
import { concat, fromHex, fromUtf8, toHex, utf8 } from "../bytes.ts"
import { ClientError } from "../client/errors.ts"
import { BALLAST_BYTES, openSqliteStore } from "../client/store-sqlite.ts"
import type { ClientStore } from "../client/store.ts"
import { CryptoError } from "../crypto/errors.ts"
import { Secret } from "../crypto/secret.ts"
import { DATA_KEY_BYTES, unwrapDataKey, wrapDataKey } from "../crypto/vault.ts"
import { fileBallast } from "../platform/ballast.ts"
import { fileError, PlatformError } from "../platform/errors.ts"
import { nodeFiles } from "../platform/files.ts"
import { takeLock } from "../platform/lock.ts"
import { nodePrimitives } from "../platform/primitives.ts"
import { systemRandom } from "../platform/random.ts"
import { safeLine, say } from "../tui/safe-text.ts"
import type { Config } from "./config.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"
import { askNewPassphrase, askPassphrase } from "./passphrase.ts"
import { undoHalfSalvage } from "./salvaging.ts"

export interface ProfileDir {
  dir: string
  /** Opens the store; again only after the one before was closed, which the client that has it does. */
  open(): ClientStore
  /** Hands out the database's file, which nobody has open then, and its key, for salvage. */
  withDatabase<T>(act: (database: string, key: Uint8Array) => T): T
  /** Closes the store if it is open still, forgets the key, and lets others in. */
  close(): void
}

export interface OpenOptions {
  /** False: a folder without a profile is `not-joined`, and nothing is made. */
  create: boolean
}

const DATABASE = "chat.db"
const PROFILE_ID_BYTES = 16
const MAX_KEY_FILE_BYTES = 4_096
const KEY_FILES = ["vault", "key", "vault.new", "key.new"] as const
type KeyFile = (typeof KEY_FILES)[number]

/**
 * Takes the lock, and finds the key or makes one.
 * @throws CliError `profile-in-use`, `wrong-passphrase`, `no-passphrase`; ClientError `not-joined`, `database-damaged`,
 * `storage`, `profile-newer`; PlatformError.
 */
export async function openProfileDir(config: Config, io: Io, { create }: OpenOptions): Promise<ProfileDir> {
  const dir = config.profileDir
  if (!create && !hasProfile(config)) throw new ClientError("not-joined", `there is no profile in ${dir} yet`)
  nodeFiles.ensureFolder(dir)
  const lock = takeProfileLock(dir)
  try {
    undoHalfSalvage(join(dir, DATABASE))
    const dataKey = await dataKeyOf(dir, config, io)
    let store: ClientStore | undefined
    const path = join(dir, DATABASE)
    const ballast = fileBallast(`${path}-ballast`, BALLAST_BYTES)
    return {
      dir,
      open: () => (store = openSqliteStore({ path, key: dataKey.expose(), ballast })),
      withDatabase: (act) => {
        store?.close()
        return act(path, dataKey.expose())
      },
      close: () => {
        store?.close()
        dataKey.wipe()
        lock.release()
      },
    }
  } catch (cause) {
    lock.release()
    throw cause
  }
}

/** Whether the profile in the folder can be locked: its key lies under a passphrase. */
export function hasPassphrase({ profileDir }: Config): boolean {
  return keyFileIn(profileDir) === "vault"
}

/** Whether the folder holds a profile, whole or not. */
export function hasProfile({ profileDir }: Config): boolean {
  return keyFileIn(profileDir) !== undefined || nodeFiles.exists(join(profileDir, DATABASE))
}

function takeProfileLock(dir: string) {
  try {
    return takeLock(join(dir, "lock"))
  } catch (cause) {
    if (!(cause instanceof PlatformError) || cause.code !== "in-use") throw cause
    throw new CliError("profile-in-use", `another secure-chat has the profile in ${dir} open`, { cause })
  }
}

async function dataKeyOf(dir: string, config: Config, io: Io): Promise<Secret> {
  const path = join(dir, DATABASE)
  const bytes = statSync(path, { throwIfNoEntry: false })?.size
  const found = keyFileIn(dir)
  if (found === undefined && bytes !== undefined) {
    throw new ClientError(
      "database-damaged",
      `${dir} has a database but not its key (the file "key" or "vault")`,
    )
  }
  const complete = found === "vault" || found === "key"
  if (complete && (bytes ?? 0) === 0) {
    throw new ClientError("database-damaged", bytes === undefined ? `${path} is gone` : `${path} is empty`)
  }
  const { file, dataKey } =
    found === undefined ? await createKey(dir, config, io) : await readKey(dir, found, config, io)
  if (!complete) {
    openSqliteStore({ path, key: dataKey.expose() }).close()
    finishKey(dir, file)
  }
  return dataKey
}

function keyFileIn(dir: string): KeyFile | undefined {
  return KEY_FILES.find((name) => nodeFiles.exists(join(dir, name)))
}

interface StoreKey {
  file: KeyFile
  dataKey: Secret
}

async function createKey(dir: string, config: Config, io: Io): Promise<StoreKey> {
  const dataKey = new Secret(systemRandom.bytes(DATA_KEY_BYTES))
  const passphrase = await askNewPassphrase(config, io)
  if (passphrase === undefined) {
    io.say(say`No passphrase: the key to this profile lies in ${safeLine(join(dir, "key"))}.`)
    io.say(say`Whoever can read that file, or has this disk, can read the messages.`)
    nodeFiles.writeAtomic(join(dir, "key.new"), utf8(`${toHex(dataKey.expose())}\n`))
    return { file: "key.new", dataKey }
  }
  const profileId = systemRandom.bytes(PROFILE_ID_BYTES)
  const vault = wrapDataKey(nodePrimitives, systemRandom, dataKey, passphrase, profileId)
  nodeFiles.writeAtomic(join(dir, "vault.new"), concat(profileId, vault))
  return { file: "vault.new", dataKey }
}

async function readKey(dir: string, file: KeyFile, config: Config, io: Io): Promise<StoreKey> {
  const bytes = nodeFiles.read(join(dir, file), MAX_KEY_FILE_BYTES)
  if (file === "key" || file === "key.new") return { file, dataKey: parseKeyFile(bytes) }
  const profileId = bytes.subarray(0, PROFILE_ID_BYTES)
  const passphrase = await askPassphrase(config, io)
  try {
    return {
      file,
      dataKey: unwrapDataKey(nodePrimitives, bytes.subarray(PROFILE_ID_BYTES), passphrase, profileId),
    }
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code !== "bad-passphrase") throw cause
    throw new CliError("wrong-passphrase", "the passphrase is wrong", { cause })
  }
}

function parseKeyFile(bytes: Uint8Array): Secret {
  try {
    const key = fromHex(fromUtf8(bytes).trim())
    if (key.length === DATA_KEY_BYTES) return new Secret(key)
  } catch {
    // The reason is the file, whatever is wrong with it.
  }
  throw new ClientError("database-damaged", 'the file "key" of this profile is damaged')
}

function finishKey(dir: string, file: KeyFile): void {
  try {
    renameSync(join(dir, file), join(dir, file.replace(".new", "")))
  } catch (cause) {
    throw fileError(cause, join(dir, file))
  }
}
