/** People as the relay sees them: keys, hello and directory entry, made without the client engine. */
import {
  type AccountKeys,
  certifyDevice,
  createAccount,
  createDevice,
  type DeviceKeys,
  signHello,
} from "../../src/crypto/identity.ts"
import { sign } from "../../src/crypto/signature.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import type { Random } from "../../src/platform/random.ts"
import {
  DIRECTORY_KINDS,
  type DirectoryEntry,
  type DirectoryStatement,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
} from "../../src/protocol/directory-entry.ts"
import { type Entry, encodeEntry } from "../../src/protocol/envelope.ts"
import { helloTranscript } from "../../src/protocol/hello.ts"
import { type Of, PROTOCOL_VERSION } from "../../src/protocol/messages.ts"

export interface TestDevice {
  keys: DeviceKeys
  inboxId: Uint8Array
  notAfter: number
}

export class RelayPerson {
  readonly name: string
  readonly account: AccountKeys
  readonly device: TestDevice
  readonly #random: Random

  constructor(name: string, random: Random, notAfter = 4_000_000_000_000) {
    this.name = name
    this.#random = random
    this.account = createAccount(random)
    this.device = this.anotherDevice(notAfter)
  }

  get accountId(): Uint8Array {
    return this.account.accountId
  }

  anotherDevice(notAfter = 4_000_000_000_000): TestDevice {
    return { keys: createDevice(this.#random), inboxId: this.#random.bytes(32), notAfter }
  }

  hello(relayId: Uint8Array, exporter: Uint8Array, device = this.device): Of<"hello"> {
    const { keys, notAfter } = device
    const parts = { accountId: this.accountId, deviceId: keys.deviceId, version: PROTOCOL_VERSION }
    return {
      type: "hello",
      ...parts,
      devicePublic: keys.auth.public,
      notAfter,
      certificate: certifyDevice(this.account, keys.deviceId, keys.auth.public, notAfter),
      signature: signHello(keys, helloTranscript({ relayId, exporter, ...parts })),
    }
  }

  /** The signed entry; `changes` go in before it is signed. */
  entry(
    changes: Partial<DirectoryStatement> = {},
    devices: readonly TestDevice[] = [this.device],
  ): DirectoryEntry {
    const statement: DirectoryStatement = {
      v: 1,
      kind: DIRECTORY_KINDS.register,
      accountId: this.accountId,
      accountEd: this.account.ed.public,
      accountX: this.account.x.public,
      accountKem: this.account.kem.public,
      name: this.name,
      seq: 0,
      previous: new Uint8Array(32),
      devices: devices.map(({ keys, inboxId, notAfter }) => ({
        deviceId: keys.deviceId,
        authPublic: keys.auth.public,
        notAfter,
        inboxId,
        certificate: certifyDevice(this.account, keys.deviceId, keys.auth.public, notAfter),
      })),
      ...changes,
    }
    return {
      ...statement,
      signature: sign(this.account.ed.secret, "directory", encodeDirectoryStatement(statement)),
    }
  }

  registration(changes: Partial<DirectoryStatement> = {}): Uint8Array {
    return encodeDirectoryEntry(this.entry(changes))
  }

  /** This person's key takes the place of another, which signs that. */
  rotation(
    from: RelayPerson,
    previous: Uint8Array,
    seq: number,
    changes: Partial<DirectoryStatement> = {},
  ): Uint8Array {
    const { ed, x } = from.account
    const handover = sign(ed.secret, "rotate", this.accountId)
    const origin = { kind: "rotate" as const, accountEd: ed.public, accountX: x.public, handover }
    const next = { kind: DIRECTORY_KINDS.rotate, name: from.name, seq, origin }
    return encodeDirectoryEntry(
      this.entry({ ...next, previous: labelledHash("directory entry", previous), ...changes }),
    )
  }

  /** This person's key takes the place of one that was lost. @param code 16 bytes, from the operator. */
  replacement(
    of: RelayPerson,
    previous: Uint8Array,
    seq: number,
    code: Uint8Array,
    changes: Partial<DirectoryStatement> = {},
  ): Uint8Array {
    const origin = {
      kind: "replace" as const,
      accountId: of.accountId,
      approval: labelledHash("approval", code),
    }
    const next = { kind: DIRECTORY_KINDS.replace, name: of.name, seq, origin }
    return encodeDirectoryEntry(
      this.entry({ ...next, previous: labelledHash("directory entry", previous), ...changes }),
    )
  }

  /** The last entry. */
  closing(previous: Uint8Array, seq: number, changes: Partial<DirectoryStatement> = {}): Uint8Array {
    return this.update(previous, seq, { kind: DIRECTORY_KINDS.close, ...changes }, [])
  }

  /** The entry that follows `previous`. */
  update(
    previous: Uint8Array,
    seq: number,
    changes: Partial<DirectoryStatement> = {},
    devices: readonly TestDevice[] = [this.device],
  ): Uint8Array {
    const chained = { kind: DIRECTORY_KINDS.update, seq, previous: labelledHash("directory entry", previous) }
    return encodeDirectoryEntry(this.entry({ ...chained, ...changes }, devices))
  }
}

/** An entry of random sealed bytes: the relay cannot tell it from a real one. */
export function sealedEntry(random: Random, changes: Partial<Entry> = {}, length = 100): Uint8Array {
  const sealed = random.bytes(length)
  return encodeEntry({ kind: "message", blobHash: undefined, nonce: random.bytes(24), sealed, ...changes })
}
