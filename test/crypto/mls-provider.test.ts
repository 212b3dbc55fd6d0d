/** Our provider against the library's own, in both directions (PROTOCOL.md §10). */
import { type ClientState, createGroup, joinGroup } from "ts-mls/clientState.js"
import {
  createCommit,
  createGroupInfoWithExternalPubAndRatchetTree,
  joinGroupExternal,
} from "ts-mls/createCommit.js"
import { createApplicationMessage } from "ts-mls/createMessage.js"
import {
  type CiphersuiteImpl,
  type CiphersuiteName,
  getCiphersuiteFromName,
} from "ts-mls/crypto/ciphersuite.js"
import { defaultCryptoProvider } from "ts-mls/crypto/implementation/default/provider.js"
import { defaultCapabilities } from "ts-mls/defaultCapabilities.js"
import { acceptAll } from "ts-mls/incomingMessageAction.js"
import { generateKeyPackage } from "ts-mls/keyPackage.js"
import { processMessage, processPrivateMessage } from "ts-mls/processMessages.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import { beforeAll, describe, expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { mlsProvider, mlsSuite } from "../../src/crypto/mls-provider.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { createPerson, GROUP_ID, LINK, seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const SUITES: readonly CiphersuiteName[] = [
  "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
  "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
  "MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519",
]
const LIFETIME = { notBefore: 0n, notAfter: 2n ** 63n - 1n }

describe.each(SUITES)("%s", (name) => {
  test.each(["ours", "theirs"] as const)(
    "a group founded by %s grows by Welcome and from outside, and talks",
    async (founder) => {
      const ours = await mlsProvider(nodePrimitives, seededRandom(name)).getCiphersuiteImpl(
        getCiphersuiteFromName(name),
      )
      const theirs = await defaultCryptoProvider.getCiphersuiteImpl(getCiphersuiteFromName(name))
      const [first, second] = founder === "ours" ? [ours, theirs] : [theirs, ours]
      const [a, b, c] = await Promise.all([
        packageOf(first, "a"),
        packageOf(second, "b"),
        packageOf(second, "c"),
      ])
      let A = await createGroup(utf8("g"), a.publicPackage, a.privatePackage, [], first)
      const added = await createCommit(
        { state: A, cipherSuite: first },
        {
          extraProposals: [{ proposalType: "add", add: { keyPackage: b.publicPackage } }],
          ratchetTreeExtension: true,
        },
      )
      A = added.newState
      let B = await joinGroup(added.welcome!, b.publicPackage, b.privatePackage, emptyPskIndex, second)
      same(A, B)

      const info = await createGroupInfoWithExternalPubAndRatchetTree(A, [], first)
      const joined = await joinGroupExternal(info, c.publicPackage, c.privatePackage, false, second)
      const message = {
        wireformat: "mls_public_message",
        version: "mls10",
        publicMessage: joined.publicMessage,
      } as const
      A = (await processMessage(message, A, emptyPskIndex, acceptAll, first)).newState
      B = (await processMessage(message, B, emptyPskIndex, acceptAll, second)).newState
      same(A, joined.newState)
      const update = await createCommit({ state: B, cipherSuite: second })
      A = (await processMessage(update.commit as typeof message, A, emptyPskIndex, acceptAll, first)).newState
      same(A, update.newState)
      const sealed = await createApplicationMessage(A, utf8("hello"), first)
      const opened = await processPrivateMessage(
        update.newState,
        sealed.privateMessage,
        emptyPskIndex,
        second,
      )
      expect(opened).toMatchObject({ kind: "applicationMessage", message: utf8("hello") })
    },
  )
})

test("the same chance gives the same bytes", async () => {
  const make = async () => {
    const engine = createMlsEngine(nodePrimitives, seededRandom("same"))
    const person = createPerson(seededRandom("person"))
    const state = await engine.create("xwing", GROUP_ID, LINK, person.signer)
    return (await engine.commit(state, {})).bytes
  }
  expect(await make()).toEqual(await make())
})

test("a suite that we do not have is our own bug", () => {
  const other = "MLS_256_DHKEMX448_AES256GCM_SHA512_Ed448"
  expect(() => mlsSuite(nodePrimitives, seededRandom("x"), other)).toThrow(RangeError)
})

function packageOf(cs: CiphersuiteImpl, name: string) {
  return generateKeyPackage(
    { credentialType: "basic", identity: utf8(name) },
    defaultCapabilities(),
    LIFETIME,
    [],
    cs,
  )
}

function same(a: ClientState, b: ClientState): void {
  expect(a.keySchedule.epochAuthenticator).toEqual(b.keySchedule.epochAuthenticator)
}
