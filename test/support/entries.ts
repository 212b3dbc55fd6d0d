/** What somebody says of themselves in the directory, made and signed as a client would, or not quite. */
import { type AccountKeys, certifyDevice } from "../../src/crypto/identity.ts"
import { sign } from "../../src/crypto/signature.ts"
import { systemRandom } from "../../src/platform/random.ts"
import {
  DIRECTORY_KINDS,
  type DirectoryDevice,
  type DirectoryEntry,
  type DirectoryStatement,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
} from "../../src/protocol/directory-entry.ts"

export function deviceOf(account: AccountKeys): DirectoryDevice {
  const [deviceId, authPublic, notAfter] = [systemRandom.bytes(16), systemRandom.bytes(32), Date.now() + 1e9]
  const certificate = certifyDevice(account, deviceId, authPublic, notAfter)
  return { deviceId, authPublic, notAfter, inboxId: systemRandom.bytes(32), certificate }
}

/** @param change is made before signing, `spoil` after. */
export function entryOf(
  account: AccountKeys,
  change: Partial<DirectoryStatement> = {},
  spoil: (entry: DirectoryEntry) => Partial<DirectoryEntry> = () => ({}),
): Uint8Array {
  const statement: DirectoryStatement = {
    v: 1,
    kind: DIRECTORY_KINDS.register,
    accountId: account.accountId,
    accountEd: account.ed.public,
    accountX: account.x.public,
    accountKem: account.kem.public,
    name: "mallory",
    seq: 0,
    previous: new Uint8Array(32),
    devices: [deviceOf(account)],
    ...change,
  }
  const signed = {
    ...statement,
    signature: sign(account.ed.secret, "directory", encodeDirectoryStatement(statement)),
  }
  return encodeDirectoryEntry({ ...signed, ...spoil(signed) })
}
