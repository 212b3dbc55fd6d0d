/**
 * Heads of the directory's log (PROTOCOL.md §8.5): the C2SP tlog-checkpoint inside a C2SP signed-note, under an Ed25519
 * key that signs nothing else. What comes in is from the relay, from peers and from files.
 *
 *     secure-chat/<relayId, base64url>/<log number>
 *     <number of leaves>
 *     <root, base64>
 *
 *     — <first line> <base64 of keyId 4 ‖ signature 64>
 */
import { BytesError, concat, equalBytes, fromBase64Url, fromUtf8, toBase64Url, utf8 } from "../bytes.ts"
import { type MerkleTree, NODE_BYTES, type Sha256 } from "./merkle.ts"
import { verify } from "./signature.ts"
import { ed25519Verify, ED25519_PUBLIC_BYTES } from "./sodium.ts"

/** Longest signed note that is read. */
export const MAX_NOTE_BYTES = 1_024
/** Signature lines of one note: the log's own, and those that witnesses may have added. */
const MAX_SIGNATURES = 4
const KEY_ID_BYTES = 4
/** The signature type of C2SP signed-note for Ed25519. */
const ED25519_TYPE = Uint8Array.of(0x01)
const ORIGIN_START = "secure-chat/"
/** AlgorithmIdentifier and bit string of an Ed25519 key (RFC 8410 §4). */
const SPKI_START = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00)

/** One state of one log: how many leaves it has, and what they hash to. */
export interface TreeHead {
  log: number
  size: number
  root: Uint8Array
}

/** A head, who signed it, and the relay key's word that this is its key for heads. */
export interface SignedTreeHead extends TreeHead {
  logPublic: Uint8Array
  endorsement: Uint8Array
  signature: Uint8Array
}

/** The three lines that are signed. */
export function checkpointText(relayId: Uint8Array, { log, size, root }: TreeHead): string {
  return `${originOf(relayId, log)}\n${size}\n${toBase64(root)}\n`
}

export function originOf(relayId: Uint8Array, log: number): string {
  return `${ORIGIN_START}${toBase64Url(relayId)}/${log}`
}

/** The signed note of a head. */
export function noteOf(sha: Sha256, relayId: Uint8Array, head: SignedTreeHead): string {
  const origin = originOf(relayId, head.log)
  const signed = toBase64(concat(noteKeyId(sha, origin, head.logPublic), head.signature))
  return `${checkpointText(relayId, head)}\n\u2014 ${origin} ${signed}\n`
}

/** The first four bytes of SHA-256(name ‖ LF ‖ type ‖ key): a hint which key it was. */
export function noteKeyId(sha: Sha256, name: string, publicKey: Uint8Array): Uint8Array {
  return sha(concat(utf8(`${name}\n`), ED25519_TYPE, publicKey)).slice(0, KEY_ID_BYTES)
}

/** Who a relay is, by its own key: what a client compares with its pin. */
export interface RelayKeys {
  relayId: Uint8Array
  relayPublic: Uint8Array
}

/** Whether this relay has signed this head: its key for the log's key, the log's key for the text. */
export function isSigned(sha: Sha256, relay: RelayKeys, head: SignedTreeHead): boolean {
  const { logPublic, endorsement, signature } = head
  return (
    isRelay(sha, relay) &&
    logPublic.length === ED25519_PUBLIC_BYTES &&
    head.root.length === NODE_BYTES &&
    verify(relay.relayPublic, "log key", logPublic, endorsement) &&
    ed25519Verify(logPublic, utf8(checkpointText(relay.relayId, head)), signature)
  )
}

/** Whether the key is the one that the pin of the relay's invitations is of. */
export function isRelay(sha: Sha256, { relayId, relayPublic }: RelayKeys): boolean {
  return relayPublic.length === ED25519_PUBLIC_BYTES && equalBytes(relayIdOf(sha, relayPublic), relayId)
}

/** SHA-256 of the SPKI of an Ed25519 key: a relay's id, and the pin of its invitations (PROTOCOL.md §3.1). */
export function relayIdOf(sha: Sha256, relayPublic: Uint8Array): Uint8Array {
  return sha(concat(SPKI_START, relayPublic))
}

/**
 * The head in a note that `logPublic` signed; undefined for anything else. Of other signatures, as witnesses add them,
 * only the shape is asked for.
 */
export function openNote(
  sha: Sha256,
  logPublic: Uint8Array,
  note: Uint8Array,
): (TreeHead & { relayId: Uint8Array; signature: Uint8Array }) | undefined {
  const parsed = parseNote(note)
  const head = parsed && parseCheckpoint(parsed.text)
  if (!parsed || !head || logPublic.length !== ED25519_PUBLIC_BYTES) return undefined
  const origin = originOf(head.relayId, head.log)
  const keyId = noteKeyId(sha, origin, logPublic)
  const ours = parsed.signatures.filter(({ name, id }) => name === origin && equalBytes(id, keyId))
  if (ours.length !== 1 || !ed25519Verify(logPublic, utf8(parsed.text), ours[0]!.signature)) return undefined
  return { ...head, signature: ours[0]!.signature }
}

/** Total: undefined for whatever is not such a text, byte for byte. */
export function parseCheckpoint(text: string): (TreeHead & { relayId: Uint8Array }) | undefined {
  const match =
    /^secure-chat\/([A-Za-z0-9_-]{43})\/(0|[1-9]\d{0,15})\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(
      text,
    )
  if (!match) return undefined
  const [log, size] = [Number(match[2]), Number(match[3])]
  const relayId = fromUrlAlphabet(match[1]!)
  const root = fromBase64(match[4]!)
  if (relayId?.length !== NODE_BYTES || root?.length !== NODE_BYTES) return undefined
  return Number.isSafeInteger(log) && Number.isSafeInteger(size) ? { relayId, log, size, root } : undefined
}

interface NoteSignature {
  name: string
  id: Uint8Array
  signature: Uint8Array
}

/** A C2SP signed note. Total: undefined for anything else, for what is too long, and for controls in its text. */
export function parseNote(note: Uint8Array): { text: string; signatures: NoteSignature[] } | undefined {
  const whole = note.length > MAX_NOTE_BYTES ? undefined : textOf(note)
  if (whole === undefined || /[^\n\P{Cc}]/u.test(whole) || !whole.endsWith("\n")) return undefined
  const end = whole.lastIndexOf("\n\n")
  if (end < 0) return undefined
  const lines = whole.slice(end + 2, -1).split("\n")
  if (lines.length > MAX_SIGNATURES) return undefined
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line)
    const bytes = match && fromBase64(match[2]!)
    if (!match || !bytes || bytes.length <= KEY_ID_BYTES) return undefined
    signatures.push({
      name: match[1]!,
      id: bytes.slice(0, KEY_ID_BYTES),
      signature: bytes.slice(KEY_ID_BYTES),
    })
  }
  return { text: whole.slice(0, end + 1), signatures }
}

/** What a log says of itself, and the trees that there are to compare heads with. */
export interface KnownLog {
  log: number
  tree: MerkleTree
  /** What its opening names. */
  former: readonly TreeHead[]
  /** The tree of a former log, as far as it is still there. */
  formerTree(log: number): MerkleTree | undefined
}

/**
 * Another head of the relay against what one has read: `fits` what is known; `contradicts` it, which an honest relay
 * can never bring about; `unknown`: it is of more than one has read, and the relay has to explain it.
 */
export function judgeHead(known: KnownLog, head: TreeHead): "fits" | "contradicts" | "unknown" {
  if (head.log > known.log) return "unknown"
  const tree = head.log === known.log ? known.tree : known.formerTree(head.log)
  if (tree && head.size <= tree.size)
    return equalBytes(tree.root(head.size), head.root) ? "fits" : "contradicts"
  if (head.log === known.log) return "unknown"
  const named = known.former.filter(({ log }) => log === head.log)
  const same = named.filter(({ size }) => size === head.size)
  if (same.some(({ root }) => !equalBytes(root, head.root))) return "contradicts"
  return named.some(({ size }) => size >= head.size) ? "fits" : "unknown"
}

/** The key that signs heads, made from the relay's own. */
export interface LogSigner {
  relayPublic: Uint8Array
  logPublic: Uint8Array
  /** Sign(relay key, "log key", logPublic). */
  endorsement: Uint8Array
  /** Ed25519 of these bytes as they are. */
  sign(message: Uint8Array): Uint8Array
}

export function signHead(signer: LogSigner, relayId: Uint8Array, head: TreeHead): SignedTreeHead {
  const { logPublic, endorsement } = signer
  return { ...head, logPublic, endorsement, signature: signer.sign(utf8(checkpointText(relayId, head))) }
}

/** RFC 4648 §4, with padding, as C2SP wants it. */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64Url(bytes).replaceAll("-", "+").replaceAll("_", "/")
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=")
}

/** Undefined for anything that `toBase64` does not write. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = fromUrlAlphabet(text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""))
  return bytes && toBase64(bytes) === text ? bytes : undefined
}

function fromUrlAlphabet(text: string): Uint8Array | undefined {
  return unlessNonsense(() => fromBase64Url(text))
}

function textOf(bytes: Uint8Array): string | undefined {
  return unlessNonsense(() => fromUtf8(bytes))
}

function unlessNonsense<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof BytesError) return undefined
    throw cause
  }
}
