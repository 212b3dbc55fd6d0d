/**
 * The MLS working group's vectors through our provider. The folder is named by MLS_VECTORS; without it
 * the tests are skipped, and say how many. Only suites 1 and 3 are ours: what else the files hold is counted.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js"
import { beforeAll, describe, expect, test } from "vitest"
import { mlsSuite } from "../../src/crypto/mls-provider.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import * as checks from "./mls-vectors.ts"
import * as trees from "./mls-vectors-tree.ts"
import { seededRandom } from "./support.ts"

interface VectorFile {
  check: checks.Check
  /** Cases of suites 1 and 3, or of no suite: all of them run. */
  ours: number
  /** Cases of other suites. */
  others: number
}

const FILES: Readonly<Record<string, VectorFile>> = {
  "crypto-basics": { check: checks.cryptoBasics, ours: 2, others: 5 },
  deserialization: { check: checks.deserialization, ours: 14, others: 0 },
  "key-schedule": { check: checks.keySchedule, ours: 2, others: 5 },
  "message-protection": { check: trees.messageProtection, ours: 2, others: 5 },
  messages: { check: checks.messages, ours: 300, others: 0 },
  "passive-client-welcome": { check: checks.passiveClient, ours: 16, others: 40 },
  psk_secret: { check: checks.pskSecret, ours: 22, others: 55 },
  "secret-tree": { check: checks.secretTree, ours: 6, others: 15 },
  "transcript-hashes": { check: checks.transcriptHashes, ours: 2, others: 5 },
  "tree-math": { check: checks.treeMath, ours: 10, others: 0 },
  "tree-operations": { check: trees.treeOperations, ours: 5, others: 0 },
  "tree-validation": { check: trees.treeValidation, ours: 28, others: 70 },
  treekem: { check: trees.treeKem, ours: 22, others: 55 },
  welcome: { check: checks.welcome, ours: 2, others: 5 },
}
/** Longer files of a kind that is here; the folder may lack them, and whatever they hold runs uncounted. */
const OPTIONAL: Readonly<Record<string, checks.Check>> = {
  "passive-client-handling-commit": checks.passiveClient,
  "passive-client-random": checks.passiveClient,
}
const SUITES: Readonly<Record<number, CiphersuiteName>> = {
  1: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
  3: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
}
/** Tree arithmetic and encodings need no suite; any will do. */
const WITHOUT_SUITE = 1

const folder = process.env["MLS_VECTORS"]
const count = (of: "ours" | "others") => Object.values(FILES).reduce((sum, file) => sum + file[of], 0)

beforeAll(async () => {
  if (folder === undefined)
    process.stderr.write(`MLS_VECTORS names no folder: ${count("ours")} vectors skipped\n`)
  await sodiumReady()
})

test("433 vectors are ours, and 260 of other suites are not", () => {
  expect([count("ours"), count("others")]).toEqual([433, 260])
})

describe.skipIf(folder === undefined)("MLS vectors through our provider", () => {
  test.each(Object.entries(FILES))("%s", async (name, { check, ours, others }) => {
    expect(await runAll(name, check)).toEqual({ ours, others })
  })

  test.each(Object.entries(OPTIONAL))("%s, if it is there", async (name, check) => {
    expect((await runAll(name, check)).ours).toBeGreaterThanOrEqual(0)
  })

  test("control: a broken hash, HKDF, HPKE or signature is noticed", async () => {
    const flip = async (bytes: Promise<Uint8Array>) =>
      (await bytes).map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    expect(await failing((suite) => suite)).toEqual([])
    const badHash = await failing(({ hash, ...suite }) => ({
      ...suite,
      hash: { ...hash, digest: (data) => flip(hash.digest(data)) },
    }))
    expect(badHash).toEqual(
      expect.arrayContaining(["crypto-basics", "tree-validation", "treekem", "welcome"]),
    )
    const badKdf = await failing(({ kdf, ...suite }) => ({
      ...suite,
      kdf: { ...kdf, extract: (salt, ikm) => flip(kdf.extract(salt, ikm)) },
    }))
    expect(badKdf).toEqual(expect.arrayContaining(["key-schedule", "psk_secret", "welcome"]))
    const badHpke = await failing(({ hpke, ...suite }) => ({
      ...suite,
      hpke: { ...hpke, open: (...args) => flip(hpke.open(...args)) },
    }))
    expect(badHpke).toEqual(expect.arrayContaining(["crypto-basics", "treekem"]))
    const badSignature = await failing(({ signature, ...suite }) => ({
      ...suite,
      signature: { ...signature, verify: async () => false },
    }))
    expect(badSignature).toEqual(expect.arrayContaining(["message-protection", "tree-validation"]))
  })
})

/** Runs a file's vectors of our suites. @returns how many those were, and how many others. */
async function runAll(name: string, check: checks.Check): Promise<{ ours: number; others: number }> {
  const vectors = read(name)
  const ours = vectors.filter((vector) => suiteOf(vector) !== undefined)
  for (const [index, vector] of ours.entries()) {
    await check(vector, suiteOf(vector)!).catch((cause: unknown) => {
      throw new Error(`${name}, case ${index} of ours: ${String(cause)}`, { cause })
    })
  }
  return { ours: ours.length, others: vectors.length - ours.length }
}

/** The files whose last vector of ours does not pass with a suite changed like this. */
async function failing(change: (suite: CiphersuiteImpl) => CiphersuiteImpl): Promise<string[]> {
  const failed: string[] = []
  for (const [name, { check }] of Object.entries(FILES)) {
    const vector = read(name).findLast((candidate) => suiteOf(candidate) !== undefined)
    try {
      await check(vector, change(suiteOf(vector!)!))
    } catch {
      failed.push(name)
    }
  }
  return failed
}

/** What every vector says of itself. */
interface Vector {
  cipher_suite?: number
}

/** None when the folder lacks the file. */
function read(name: string): Vector[] {
  const path = join(folder!, `${name}.json`)
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Vector[]) : []
}

/** Undefined when the vector is of a suite that we do not have. */
function suiteOf(vector: Vector): CiphersuiteImpl | undefined {
  const name = SUITES[vector.cipher_suite ?? WITHOUT_SUITE]
  return name && mlsSuite(nodePrimitives, seededRandom("vectors"), name)
}
