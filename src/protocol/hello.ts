/**
 * What a client signs when it greets the relay (PROTOCOL.md §3). The relay's key and the TLS exporter are in
 * it, so that a signature made for one connection to one relay is worth nothing on any other.
 *
 *     transcript = relayId ‖ exporter ‖ accountId ‖ deviceId ‖ u16 version ‖ "secure-chat/1"
 *     signature  = Sign(device key, "hello", transcript)
 *
 *     device certificate = Sign(account, "device", accountId ‖ deviceId ‖ device key ‖ u64 notAfter)
 */
import { concat, u64, utf8 } from "../bytes.ts"

/** Names this protocol in TLS. */
export const ALPN = "secure-chat/1"

export interface HelloParts {
  /** 32 bytes: SHA-256 of the SPKI of the relay's key. */
  relayId: Uint8Array
  /** 32 bytes: the connection's TLS exporter. */
  exporter: Uint8Array
  /** 32 bytes. */
  accountId: Uint8Array
  /** 16 bytes. */
  deviceId: Uint8Array
  version: number
}

/** The bytes that the hello's signature covers. Every field before the last has a fixed length. */
export function helloTranscript(parts: HelloParts): Uint8Array {
  const version = Uint8Array.of(parts.version >> 8, parts.version & 0xff)
  return concat(parts.relayId, parts.exporter, parts.accountId, parts.deviceId, version, utf8(ALPN))
}

export interface DeviceCertificateParts {
  accountId: Uint8Array
  deviceId: Uint8Array
  /** 32 bytes, Ed25519. */
  devicePublic: Uint8Array
  /** Unix milliseconds. */
  notAfter: number
}

/** The bytes that a device certificate covers. */
export function deviceCertificateTranscript(parts: DeviceCertificateParts): Uint8Array {
  return concat(parts.accountId, parts.deviceId, parts.devicePublic, u64(parts.notAfter))
}
