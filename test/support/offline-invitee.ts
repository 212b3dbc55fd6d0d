/**
 * Run as a program: seven people, an eighth who is invited and stays offline, one commit by another, then
 * a ninth who joins. Prints `joined`, or the library's refusal of the tree that the ninth was given.
 */
import { acceptAll } from "ts-mls/incomingMessageAction.js"
import { type ClientState, createGroup, joinGroup } from "ts-mls/clientState.js"
import { createCommit } from "ts-mls/createCommit.js"
import { getCiphersuiteFromName } from "ts-mls/crypto/ciphersuite.js"
import { defaultCryptoProvider } from "ts-mls/crypto/implementation/default/provider.js"
import { defaultCapabilities } from "ts-mls/defaultCapabilities.js"
import { generateKeyPackage } from "ts-mls/keyPackage.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import { processMessage } from "ts-mls/processMessages.js"

const suite = "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519"
const cs = await defaultCryptoProvider.getCiphersuiteImpl(getCiphersuiteFromName(suite))
const lifetime = { notBefore: 0n, notAfter: 2n ** 63n - 1n }

const founder = await packageOf("0")
const members: ClientState[] = [
  await createGroup(new Uint8Array(32), founder.publicPackage, founder.privatePackage, [], cs),
]

for (let joiner = 1; joiner < 7; joiner++) members.push(await add(`${joiner}`))
await commit(4)
await add("7") // and never seen again
await commit(0)
try {
  await add("8")
  console.log("joined")
} catch (error) {
  console.log((error as Error).message)
}

function packageOf(name: string) {
  const credential = { credentialType: "basic", identity: new TextEncoder().encode(name) } as const
  return generateKeyPackage(credential, defaultCapabilities(), lifetime, [], cs)
}

async function add(name: string): Promise<ClientState> {
  const { publicPackage, privatePackage } = await packageOf(name)
  const made = await createCommit(
    { state: members[0]!, cipherSuite: cs },
    {
      extraProposals: [{ proposalType: "add", add: { keyPackage: publicPackage } }],
      ratchetTreeExtension: true,
    },
  )
  await spread(0, made)
  return joinGroup(made.welcome!, publicPackage, privatePackage, emptyPskIndex, cs)
}

async function commit(author: number): Promise<void> {
  await spread(author, await createCommit({ state: members[author]!, cipherSuite: cs }))
}

async function spread(author: number, made: Awaited<ReturnType<typeof createCommit>>): Promise<void> {
  for (const [i, state] of members.entries()) {
    if (i === author) members[i] = made.newState
    else {
      const message = made.commit as Parameters<typeof processMessage>[0]
      members[i] = (await processMessage(message, state, emptyPskIndex, acceptAll, cs)).newState
    }
  }
}
