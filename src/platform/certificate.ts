/**
 * The relay's key and its self-signed certificate (PROTOCOL.md §3). TLS wants a certificate; nobody believes one:
 * clients compare the hash of the key in it (SPKI) with their invitation. `node:crypto` reads certificates but
 * makes none, so here is the little DER that one needs.
 *
 * The certificate also carries a 32-byte *tag* in its subject, by which a twelve-word invitation recognises the
 * relay (PROTOCOL.md §17). It stands in the attribute `serialNumber`, in hex.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  type X509Certificate,
} from "node:crypto"
import { concat, fromHex, toHex, utf8 } from "../bytes.ts"
import type { Millis } from "./clock.ts"
import { PlatformError } from "./errors.ts"
import type { Random } from "./random.ts"

export const TAG_BYTES = 32
const COMMON_NAME = "secure-chat relay"
/** RFC 5280 §4.1.2.5: "no well-defined expiration date". A pin does not expire. */
const NO_EXPIRY = "99991231235959Z"
const SEED_BYTES = 32
const SERIAL_BYTES = 16

export interface RelayKey {
  /** PKCS #8 in PEM. Secret: whoever has it can pose as this relay. */
  privatePem: string
  /** 32 bytes, SHA-256 of the public key's SPKI: the relay's fingerprint and the pin of its invitations. */
  spkiSha256: Uint8Array
}

/** A fresh Ed25519 key for a relay. */
export function createRelayKey(random: Random): RelayKey {
  // PKCS #8 (RFC 8410 §7): version 0, Ed25519, the seed as an octet string inside an octet string.
  const der = sequence(integer(Uint8Array.of(0)), ED25519, tlv(0x04, tlv(0x04, random.bytes(SEED_BYTES))))
  return relayKeyOf(createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" }))
}

/** Reads back `RelayKey.privatePem`. @throws PlatformError `bad-key`. */
export function loadRelayKey(privatePem: string): RelayKey {
  let key: KeyObject
  try {
    key = createPrivateKey(privatePem)
  } catch (cause) {
    throw new PlatformError("bad-key", "the relay's key file cannot be read", { cause })
  }
  if (key.asymmetricKeyType !== "ed25519")
    throw new PlatformError("bad-key", "the relay's key is not an Ed25519 key")
  return relayKeyOf(key)
}

/** The 32 secret bytes that the key is made of. The caller wipes them. */
export function seedOf({ privatePem }: RelayKey): Uint8Array {
  const { d } = createPrivateKey(privatePem).export({ format: "jwk" })
  return new Uint8Array(Buffer.from(d!, "base64url"))
}

export interface CertificateParts {
  key: RelayKey
  /** 32 bytes; zeros for a relay without twelve-word invitations. */
  tag: Uint8Array
  /** Start of validity. Nobody checks it, but a certificate has one. */
  notBefore: Millis
  random: Random
}

/** The self-signed certificate, in PEM. A relay may make a new one at every start: only the key and the tag count. */
export function createCertificate({ key, tag, notBefore, random }: CertificateParts): string {
  if (tag.length !== TAG_BYTES) throw new RangeError(`a tag of ${tag.length} bytes`)
  const privateKey = createPrivateKey(key.privatePem)
  const serial = random.bytes(SERIAL_BYTES)
  // Positive and without a leading zero byte, as RFC 5280 §4.1.2.2 wants it.
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const name = sequence(attribute("550403", utf8(COMMON_NAME)), attribute("550405", utf8(toHex(tag))))
  const toSign = sequence(
    tlv(0xa0, integer(Uint8Array.of(2))), // version 3
    integer(serial),
    ED25519,
    name, // issuer
    sequence(time(notBefore), tlv(0x18, utf8(NO_EXPIRY))),
    name, // subject
    spkiOf(createPublicKey(privateKey)),
  )
  const certificate = sequence(toSign, ED25519, bitString(sign(null, toSign, privateKey)))
  const lines = Buffer.from(certificate)
    .toString("base64")
    .match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`
}

/** 32 bytes: what a pin is compared with. */
export function spkiSha256(certificate: X509Certificate): Uint8Array {
  return sha256(spkiOf(certificate.publicKey))
}

/** The 32 bytes of the tag, or undefined in somebody else's certificate. */
export function tagOf(certificate: X509Certificate): Uint8Array | undefined {
  const subject = certificate.toLegacyObject().subject as unknown as Record<string, unknown> | undefined
  const hex = subject?.["serialNumber"]
  return typeof hex === "string" && /^[0-9a-f]{64}$/.test(hex) ? fromHex(hex) : undefined
}

function relayKeyOf(key: KeyObject): RelayKey {
  const privatePem = key.export({ format: "pem", type: "pkcs8" }).toString()
  return { privatePem, spkiSha256: sha256(spkiOf(createPublicKey(key))) }
}

function spkiOf(key: KeyObject): Uint8Array {
  return key.export({ format: "der", type: "spki" })
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest())
}

/** AlgorithmIdentifier of Ed25519 (RFC 8410 §3): 1.3.101.112, no parameters. */
const ED25519 = fromHex("300506032b6570")

function tlv(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag), derLength(content.length), content)
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  return length < 0x100 ? Uint8Array.of(0x81, length) : Uint8Array.of(0x82, length >> 8, length & 0xff)
}

function sequence(...parts: Uint8Array[]): Uint8Array {
  return tlv(0x30, concat(...parts))
}

/** Of bytes whose first bit is clear. */
function integer(bytes: Uint8Array): Uint8Array {
  return tlv(0x02, bytes)
}

function bitString(bytes: Uint8Array): Uint8Array {
  return tlv(0x03, concat(Uint8Array.of(0), bytes))
}

/** One attribute of a name, as its own set; the text is a PrintableString. */
function attribute(oid: string, text: Uint8Array): Uint8Array {
  return tlv(0x31, sequence(tlv(0x06, fromHex(oid)), tlv(0x13, text)))
}

/** UTCTime, which reaches to 2049, or GeneralizedTime after that. */
function time(at: Millis): Uint8Array {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "")
  return text < "2050" ? tlv(0x17, utf8(text.slice(2))) : tlv(0x18, utf8(text))
}
