/**
 * The network as the cores see it: ordered byte streams that open, deliver and die.
 * `platform/tls.ts` is the real one; the simulation brings its own.
 */

/** An open, authenticated-by-pin byte stream. */
export interface Connection {
  /**
   * Queues bytes, which nobody changes afterwards. They may be a piece of more memory: of that, no more is kept than the
   * one write that is under way. No-op once closed.
   */
  send(bytes: Uint8Array): void
  /** Flushes what was sent, then closes. `closed` of the handler is called once. */
  close(): void
  /** Closes without waiting for anything. Absent where closing waits for nothing. */
  drop?(): void
  /** Stops, and goes on, taking bytes off the wire: for a reader that cannot keep up. Absent where nothing piles up. */
  setReading?(isReading: boolean): void
  /** Says that the other end is no stranger any more. Absent where strangers are nothing to be careful of. */
  loggedIn?(): void
  /** TLS exporter value, 32 bytes, equal on both ends (PROTOCOL.md §3). */
  readonly exporter: Uint8Array
  /** The other end's address, for the operator's screen only. */
  readonly remote: string
}

export type CloseReason =
  | { kind: "unreachable"; detail: string } // nobody answered, or the network said no
  | { kind: "wrong-pin"; seen: Uint8Array } // somebody else's key: 32 bytes, SHA-256 of the SPKI
  | { kind: "ended" } // the other end, or we, closed it
  | { kind: "failed"; detail: string } // it broke

/** What the owner of a connection is told, in this order: opened, then received and drained, then closed. */
export interface DialHandler {
  opened(connection: Connection): void
  /** A view that is valid only during the call. */
  received(bytes: Uint8Array): void
  closed(reason: CloseReason): void
}

/** How the relay's key is recognised, before a byte is written. */
export type Pin =
  | { kind: "spki"; sha256: Uint8Array } // 32 bytes, from the invitation link
  /** Twelve-word invitations: decides from the SPKI hash and the tag in the certificate (PROTOCOL.md §17). */
  | { kind: "certificate-tag"; accepts(spkiSha256: Uint8Array, tag: Uint8Array): boolean }

export interface Address {
  host: string
  port: number
}

export interface Network {
  dial(address: Address, pin: Pin, handler: DialHandler): void
}

/** The relay's side: every method is called by the listener. `id` names a connection for its lifetime. */
export interface ListenHandler {
  opened(id: number, connection: Connection): void
  /** The handler owns the bytes afterwards. */
  received(id: number, bytes: Uint8Array): void
  /** Everything sent so far has left this process. */
  drained(id: number): void
  closed(id: number): void
}

export interface Listener {
  readonly port: number
  close(): Promise<void>
}
