/**
 * A relay's folder. The relay's core and store live in `relay.db` and `entries-…` and learn nothing of the rest:
 *
 *     lock           held while the relay runs
 *     relay.pid      of the process that holds it
 *     relay.key      the TLS key, 0600
 *     invitation     a line with the link, and one with the twelve words, 0600 (PROTOCOL.md §17)
 *     approvals.json whose lost keys may be replaced, by the hash of a code, 0600
 *     settings.json  name, port and openness of the last start
 *     relay.json     what the administrator has set; it need not exist
 *     control        how other programs of this user reach the relay that runs, 0600; run/socket is the place
 *     relay.log
 *     ballast        space held in reserve, given up when the disk is full
 *     not-in-backups/tree-head     the last signed head of the directory (PROTOCOL.md §8.6)
 *     not-in-backups/CACHEDIR.TAG  tells programs that make backups to leave the folder out
 *
 * Key and secret are made at the first start and kept; an address that changed gives a new invitation with the same
 * secrets, and both old and new ones let people in.
 */
import { statSync } from "node:fs"
import { hostname, networkInterfaces } from "node:os"
import { join } from "node:path"
import * as v from "valibot"
import { BytesError, fromUtf8, utf8 } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import {
  certificateTag,
  invitationSecrets,
  INVITATION_SECRET_BYTES,
  secretOf,
  wordsOf,
} from "../crypto/invitation-words.ts"
import {
  createCertificate,
  createRelayKey,
  loadRelayKey,
  type RelayKey,
  TAG_BYTES,
} from "../platform/certificate.ts"
import type { Clock } from "../platform/clock.ts"
import { type Files, nodeFiles } from "../platform/files.ts"
import { nodePrimitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { DEFAULT_PORT, printHostPort, printLink } from "../protocol/address.ts"
import { MAX_RELAY_NAME_BYTES } from "../protocol/messages.ts"
import { CliError } from "./errors.ts"

export interface RelayOptions {
  name?: string | undefined
  port?: number | undefined
  open?: boolean | undefined
}

export interface Settings {
  name: string
  port: number
  open: boolean
}

export interface RelayDir {
  key: RelayKey
  certificatePem: string
  /** 16 bytes; undefined on an open relay. */
  secret: Uint8Array | undefined
  /** What the relay is told of it: 32 bytes. */
  admissionHash: Uint8Array | undefined
  settings: Settings
}

export interface PrintedInvitation {
  link: string
  /** Undefined on an open relay. */
  words: string | undefined
}

const MAX_FILE_BYTES = 16_384
const NOT_IN_BACKUPS = "not-in-backups"
/** By these bytes programs that make backups know a folder to leave out (bford.info/cachedir). */
const CACHE_TAG = `Signature: 8a477f597d28d172789f06886806bc55
# tree-head names the newest list of people that this relay has signed. It must never be put back from a
# backup: see OPERATING.md.
`
/** Stands in the invitation until the relay listens for the first time. */
const UNKNOWN_HOST = "127.0.0.1"
const settingsSchema = v.object({
  name: v.string(),
  port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  open: v.boolean(),
})

export const relayFiles = (dir: string) => ({
  lock: join(dir, "lock"),
  pid: join(dir, "relay.pid"),
  key: join(dir, "relay.key"),
  invitation: join(dir, "invitation"),
  approvals: join(dir, "approvals.json"),
  settings: join(dir, "settings.json"),
  database: join(dir, "relay.db"),
  config: join(dir, "relay.json"),
  control: join(dir, "control"),
  runFolder: join(dir, "run"),
  log: join(dir, "relay.log"),
  ballast: join(dir, "ballast"),
  notInBackups: join(dir, NOT_IN_BACKUPS),
  treeHead: join(dir, NOT_IN_BACKUPS, "tree-head"),
  cacheTag: join(dir, NOT_IN_BACKUPS, "CACHEDIR.TAG"),
})

/**
 * Reads what the folder holds and makes what is missing at the first start. Holding the lock is the caller's business.
 * @throws CliError `relay-damaged` when a part is gone that cannot be made again, `usage`. @throws PlatformError.
 */
export function prepareRelayDir(
  dir: string,
  options: RelayOptions,
  deps: { random: Random; clock: Clock },
): RelayDir {
  const paths = relayFiles(dir)
  const isNew = (statSync(paths.database, { throwIfNoEntry: false })?.size ?? 0) === 0
  if (!isNew) {
    for (const path of [paths.key, paths.invitation, paths.settings]) {
      if (!nodeFiles.exists(path))
        throw new CliError("relay-damaged", `${path} is gone; put it back from a copy of the folder`)
    }
  }
  const stored = readSettings(nodeFiles, paths.settings)
  const settings = chooseSettings(stored, options)
  const key = keyIn(paths.key, deps.random)
  const secret = settings.open
    ? undefined
    : (secretIn(paths.invitation) ?? deps.random.bytes(INVITATION_SECRET_BYTES))
  const tag = secret ? certificateTag(nodePrimitives, secret, key.spkiSha256) : new Uint8Array(TAG_BYTES)
  nodeFiles.ensureFolder(paths.notInBackups)
  if (!nodeFiles.exists(paths.cacheTag)) nodeFiles.writeAtomic(paths.cacheTag, utf8(CACHE_TAG))
  const relay = {
    key,
    certificatePem: createCertificate({ key, tag, notBefore: deps.clock.now(), random: deps.random }),
    secret,
    admissionHash: secret && labelledHash("admission", invitationSecrets(nodePrimitives, secret).admission),
    settings,
  }
  // On the disk before the database is: a database without its secret could never be joined again.
  if (isNew) finishRelayDir(dir, relay, { host: UNKNOWN_HOST, port: settings.port || DEFAULT_PORT })
  return relay
}

/** Writes the settings and the invitation for the address at which the relay now listens. */
export function finishRelayDir(
  dir: string,
  relay: RelayDir,
  address: { host: string; port: number },
): PrintedInvitation {
  const paths = relayFiles(dir)
  const invitation = printInvitation(relay, address)
  const lines = [invitation.link, ...(invitation.words === undefined ? [] : [invitation.words])]
  nodeFiles.writeAtomic(paths.invitation, utf8(`${lines.join("\n")}\n`))
  nodeFiles.writeAtomic(
    paths.settings,
    utf8(`${JSON.stringify({ ...relay.settings, port: address.port })}\n`),
  )
  return invitation
}

/** The link of the folder's own invitation, as the last start wrote it. @throws CliError `relay-not-running`. */
export function storedLink(dir: string): string {
  const { invitation } = relayFiles(dir)
  if (!nodeFiles.exists(invitation)) throw new CliError("relay-not-running", `there is no relay in ${dir}`)
  return fromUtf8(nodeFiles.read(invitation, MAX_FILE_BYTES)).split("\n")[0]!.trim()
}

function printInvitation(
  { key, secret }: RelayDir,
  { host, port }: { host: string; port: number },
): PrintedInvitation {
  const pin = key.spkiSha256
  if (!secret)
    return {
      link: printLink({ host, port, pin, admission: undefined, roomSecret: undefined }),
      words: undefined,
    }
  const { admission, room } = invitationSecrets(nodePrimitives, secret)
  return {
    link: printLink({ host, port, pin, admission, roomSecret: room }),
    words: `${printHostPort({ host, port })} ${wordsOf(secret)}`,
  }
}

/** The address for invitations: what was asked for, else the one it listens on, else the first private IPv4. */
export function advertisedHost(listensOn: string | undefined, advertise: string | undefined): string {
  if (advertise !== undefined) return advertise
  if (listensOn !== undefined && !["::", "0.0.0.0"].includes(listensOn)) return listensOn
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const ipv4 = own
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address)
  return ipv4.find(isPrivate) ?? ipv4[0] ?? "127.0.0.1"
}

/** RFC 1918. */
export function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address)
}

/** What is stored holds for later starts; a closed relay is never opened by a flag, nor the reverse. */
function chooseSettings(stored: Settings | undefined, { name, port, open }: RelayOptions): Settings {
  if (stored && open === true && !stored.open) {
    throw new CliError(
      "usage",
      "this relay was set up with an invitation; an open relay needs a folder of its own (--data DIR)",
    )
  }
  const chosen = {
    name: name ?? stored?.name ?? `relay of ${hostname()}`,
    port: port ?? stored?.port ?? DEFAULT_PORT,
    open: stored?.open ?? open ?? false,
  }
  if (chosen.name.trim() === "" || utf8(chosen.name).length > MAX_RELAY_NAME_BYTES) {
    throw new CliError("usage", `a relay's name has 1 to ${MAX_RELAY_NAME_BYTES} bytes`)
  }
  return chosen
}

function readSettings(files: Files, path: string): Settings | undefined {
  if (!files.exists(path)) return undefined
  try {
    return v.parse(settingsSchema, JSON.parse(fromUtf8(files.read(path, MAX_FILE_BYTES))))
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof BytesError || v.isValiError(cause)) {
      throw new CliError("relay-damaged", `${path} cannot be read; put it back from a copy of the folder`, {
        cause,
      })
    }
    throw cause
  }
}

function keyIn(path: string, random: Random): RelayKey {
  if (nodeFiles.exists(path))
    return loadRelayKey(Buffer.from(nodeFiles.read(path, MAX_FILE_BYTES)).toString("latin1"))
  const key = createRelayKey(random)
  nodeFiles.writeAtomic(path, utf8(key.privatePem))
  return key
}

/** The secret of the words in the invitation's file; undefined when there is no file. */
function secretIn(path: string): Uint8Array | undefined {
  if (!nodeFiles.exists(path)) return undefined
  const lines = Buffer.from(nodeFiles.read(path, MAX_FILE_BYTES)).toString("utf8").split("\n")
  for (const line of lines) {
    const secret = secretOf(line.trim().split(/\s+/).slice(1).join(" "))
    if (secret) return secret
  }
  throw new CliError("relay-damaged", `${path} holds no twelve words; put it back from a copy of the folder`)
}
