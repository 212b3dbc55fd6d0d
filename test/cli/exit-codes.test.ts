/** The table of PROTOCOL.md §19, from both sides. */
import { expect, test } from "vitest"
import { ClientError } from "../../src/client/errors.ts"
import { CliError } from "../../src/cli/errors.ts"
import { endOf } from "../../src/cli/exit-codes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import { PlatformError } from "../../src/platform/errors.ts"
import { ProtocolError } from "../../src/protocol/errors.ts"
import { StoreError } from "../../src/relay/errors.ts"

test.each([
  [new CliError("usage", "w"), 1],
  [new ClientError("message-empty", "w"), 1],
  [new ClientError("not-joined", "w"), 1],
  [new CliError("unreachable", "w"), 3],
  [new PlatformError("port-busy", "w"), 3],
  [new PlatformError("disk-full", "w"), 3],
  [new ClientError("storage", "w"), 3],
  [new ClientError("storage-failed", "w"), 3],
  [new ClientError("database-damaged", "w"), 3],
  [new StoreError("full", "w"), 3],
  [new StoreError("damaged", "w"), 3],
  [new StoreError("failed", "w"), 3],
  [new CryptoError("bad-vault", "w"), 3],
  [new CliError("wrong-pin", "w"), 4],
  [new CliError("not-verified", "w"), 4],
  [new CliError("not-matching", "w"), 4],
  [new ClientError("key-changed", "w"), 4],
  [new ClientError("keys-differ", "w"), 4],
  [new ClientError("message-too-long", "w"), 5],
  [new CliError("too-slow", "w"), 6],
  [new CliError("profile-in-use", "w"), 7],
  [new PlatformError("in-use", "w"), 7],
  [new StoreError("in-use", "w"), 7],
  [new CryptoError("bad-passphrase", "w"), 7],
  [new CliError("wrong-invitation", "w"), 8],
  [new ProtocolError("bad-address", "w"), 8],
  [new ClientError("bad-invitation", "w"), 8],
  [new CliError("name-taken", "w"), 8],
  [new ClientError("unknown-name", "w"), 9],
  [new ClientError("ambiguous-name", "w"), 9],
])("%s ends with %i", (error, exit) => {
  expect(endOf(error)).toMatchObject({ exit })
})

test("what is no error of ours, or never reaches a person, has no end here", () => {
  expect(endOf(new Error("x"))).toBeUndefined()
  expect(endOf("x")).toBeUndefined()
  expect(endOf(new ProtocolError("bad-message", "x"))).toBeUndefined()
  expect(endOf(new CryptoError("bad-seal", "x"))).toBeUndefined()
})

test("a person sees our sentence, not a cipher's", () => {
  expect(endOf(new CryptoError("bad-passphrase", "the vault does not open"))?.sentence).toBe(
    "the passphrase is wrong",
  )
  expect(endOf(new ClientError("unknown-name", "nobody is called x"))?.sentence).toBe("nobody is called x")
})
