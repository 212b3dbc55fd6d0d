/**
 * Invitations (PROTOCOL.md §17), in two writings:
 *
 *     secure-chat://HOST:PORT/#k=<pin>&a=<admission>&i=<room secret>      base64url; a and i absent on an open relay
 *         &c=<room, generation>&p=<inviter>&d=<directory head>             from a member; c only once the link was replaced
 *     HOST:PORT twelve words …                                             to read from a projector
 *
 * The fragment never travels: nothing here is ever sent to a relay as it stands.
 */
import { ByteReader, BytesError, concat, fromBase64Url, toBase64Url, u32 } from "../bytes.ts"
import { ProtocolError } from "./errors.ts"
import { decodeHead, encodeHead, HEAD_BYTES, type SignedHead } from "./tree-head.ts"

export const DEFAULT_PORT = 7667
const SCHEME = "secure-chat://"
const MAX_INVITATION_LENGTH = 1_024

export interface Link {
  kind: "link"
  host: string
  port: number
  /** SHA-256 of the relay's SPKI, 32 bytes. */
  pin: Uint8Array
  /** 16 bytes; undefined on an open relay. */
  admission: Uint8Array | undefined
  /** 32 bytes, `S_g` of `#everyone`; undefined on an open relay whose link was never replaced. */
  roomSecret: Uint8Array | undefined
  /** Of a link that was replaced: the room, which does not follow from the secret any more, and g. */
  room?: RoomOfLink | undefined
  /** accountId of the member whose invitation this is, 32 bytes. */
  inviter?: Uint8Array | undefined
  /** The head of the relay's directory that the inviter believes (§8.6). */
  directory?: SignedHead | undefined
}

export interface RoomOfLink {
  channelId: Uint8Array
  /** From 1. */
  generation: number
}

export interface SpokenInvitation {
  kind: "words"
  host: string
  port: number
  /** Twelve lower-case words; `crypto/invitation-words.ts` checks them. */
  words: readonly string[]
}

/** An address alone: fills in the field, joins nothing. */
export interface BareAddress {
  kind: "address"
  host: string
  port: number
}

export type Invitation = Link | SpokenInvitation | BareAddress

export function printLink(link: Omit<Link, "kind">): string {
  const secrets = [
    `k=${toBase64Url(link.pin)}`,
    ...(link.admission ? [`a=${toBase64Url(link.admission)}`] : []),
    ...(link.roomSecret ? [`i=${toBase64Url(link.roomSecret)}`] : []),
    ...(link.room ? [`c=${toBase64Url(concat(link.room.channelId, u32(link.room.generation)))}`] : []),
    ...(link.inviter ? [`p=${toBase64Url(link.inviter)}`] : []),
    ...(link.directory ? [`d=${toBase64Url(encodeHead(link.directory))}`] : []),
  ]
  return `${SCHEME}${printHostPort(link)}/#${secrets.join("&")}`
}

/** @throws ProtocolError `bad-address`, whose message says what to look at. */
export function parseInvitation(typed: string): Invitation {
  const text = withoutFilledIn(typed.trim().replace(/\s+/g, " "))
  if (text.length === 0 || text.length > MAX_INVITATION_LENGTH) throw bad("an invitation is one line of text")
  if (text.toLowerCase().startsWith(SCHEME)) return parseLink(text.slice(SCHEME.length))
  const [address, ...words] = text.split(" ")
  const { host, port } = parseHostPort(address!)
  if (words.length === 0) return { kind: "address", host, port }
  if (words.length !== 12)
    throw bad(`an invitation has 12 words after the address, this one has ${words.length}`)
  return { kind: "words", host, port, words: words.map((word) => word.toLowerCase()) }
}

/** An address that a program had filled in before a whole invitation was pasted behind it says nothing new. */
function withoutFilledIn(text: string): string {
  const link = text.toLowerCase().indexOf(` ${SCHEME}`)
  if (link >= 0) return text.slice(link + 1)
  return /^\S+ \S*[.:]\S* /.test(text) ? text.slice(text.indexOf(" ") + 1) : text
}

function parseLink(rest: string): Link {
  const hash = rest.indexOf("#")
  if (hash < 0) throw bad("the link has lost its end, from # on; copy it whole")
  const { host, port } = parseHostPort(rest.slice(0, hash).replace(/\/$/, ""))
  const fields = new Map<string, string>()
  for (const part of rest.slice(hash + 1).split("&")) {
    const equals = part.indexOf("=")
    const name = part.slice(0, equals)
    if (equals < 1 || fields.has(name)) throw bad("the link's end is damaged; copy it whole")
    fields.set(name, part.slice(equals + 1))
  }
  const pin = secretField(fields, "k", 32)
  if (!pin) throw bad("the link does not name the relay's key (k=)")
  const admission = secretField(fields, "a", 16)
  const roomSecret = secretField(fields, "i", 32)
  const room = roomField(fields)
  const inviter = secretField(fields, "p", 32)
  const directory = directoryField(fields)
  // An open relay lets everybody in, and its room may have got a secret since.
  const isWhole = room ? roomSecret !== undefined : (admission === undefined) === (roomSecret === undefined)
  if (!isWhole) throw bad("the link has lost a part (a= or i=); copy it whole")
  return { kind: "link", host, port, pin, admission, roomSecret, room, inviter, directory }
}

function roomField(fields: Map<string, string>): RoomOfLink | undefined {
  const bytes = secretField(fields, "c", 36)
  if (!bytes) return undefined
  const from = new ByteReader(bytes)
  const room = { channelId: from.raw(32).slice(), generation: from.u32() }
  if (room.generation === 0) throw bad("the link's c= is damaged; copy it whole")
  return room
}

function directoryField(fields: Map<string, string>): SignedHead | undefined {
  const bytes = secretField(fields, "d", HEAD_BYTES)
  try {
    return bytes && decodeHead(bytes)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw bad("the link's d= is damaged; copy it whole")
  }
}

function secretField(fields: Map<string, string>, name: string, length: number): Uint8Array | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  try {
    const bytes = fromBase64Url(text)
    if (bytes.length === length) return bytes
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause
  }
  throw bad(`the link's ${name}= is damaged; copy it whole`)
}

/** `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`. @throws ProtocolError `bad-address`. */
export function parseHostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  if (!match || host === undefined) throw bad("an address is HOST or HOST:PORT, such as 192.168.1.5:7667")
  const port = match[3] === undefined ? DEFAULT_PORT : Number(match[3])
  if (port < 1 || port > 65_535) throw bad(`${match[3]} is no port; ports are 1 to 65535`)
  return { host, port }
}

export function printHostPort({ host, port }: { host: string; port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}

function bad(message: string): ProtocolError {
  return new ProtocolError("bad-address", message)
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
const LETTER_GROUPS = 3
const LETTERS_EACH = 4

/**
 * Twelve letters of a relay's key in three groups: 60 bits of `pin`, for people who compare two screens. A link or twelve
 * words decide without it; it tells relays apart before one has either.
 */
export function relayLetters(pin: Uint8Array): string {
  let bits = 0n
  for (const byte of pin.subarray(0, 8)) bits = (bits << 8n) | BigInt(byte)
  const letters = Array.from(
    { length: LETTER_GROUPS * LETTERS_EACH },
    (_, at) => LETTERS[Number((bits >> BigInt(59 - 5 * at)) & 31n)]!,
  ).join("")
  return letters.match(/.{4}/g)!.join(" ")
}
