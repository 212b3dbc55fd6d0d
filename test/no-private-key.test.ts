/**
 * No private key stands in the tree: not as a file of that kind, not in PEM or DER, not as a secret in a test or a
 * document. Two kinds of secret are no secrets: bytes that anyone can see are made up (all equal, or counting),
 * and those of vector files, which say where they come from (`source`) and are used nowhere.
 */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { fromHex, toBase64Url, toHex } from "../src/bytes.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const SKIPPED = /^(?:\.git|node_modules|dist|coverage|\.stryker-tmp)(?:\/|$)/

const KEY_FILE =
  /(?:\.(?:key|pem|p12|pfx|jks|kdbx|gpg|asc)|(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|invitation|\.env))$/i
const PEM = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/
/** PKCS #8 of Ed25519 and X25519, in base64 and in hex. */
const DER = /MC4CAQAwBQYDK2V[uw]BCIEI|302e020100300506032b65[67][e0]04220420/i
const NAMED_SECRET =
  /\b\w*(?:secret|private|seed|passphrase)\w*["']?\s*[:=]\s*(?:\w+\()?["'`]([0-9a-f]{64,}|[\w+/-]{43,}={0,2})["'`]/gi
/** The part of an invitation that opens `#everyone`, and the one that lets one register. */
const INVITATION = /[#&](?:i=([\w-]{43})|a=([\w-]{22}))(?![\w-])/g

interface TreeFile {
  path: string
  text: string
}

function faultsOf({ path, text }: TreeFile): string[] {
  const faults: string[] = []
  if (KEY_FILE.test(path)) faults.push("a kind of file that holds keys")
  if (PEM.test(text)) faults.push("a private key in PEM")
  if (DER.test(text)) faults.push("a private key in DER")
  if (!isVectorFile(path, text)) {
    const named = [...text.matchAll(NAMED_SECRET)].map((match) => match[1]!)
    const invitations = [...text.matchAll(INVITATION)].map((match) => (match[1] ?? match[2])!)
    if (![...named, ...invitations].every(isMadeUp)) faults.push("a secret that nobody can see is made up")
  }
  return faults.map((fault) => `${path}: ${fault}`)
}

function isVectorFile(path: string, text: string): boolean {
  if (!/^(?:keys|test\/vectors)\/.*\.json$/.test(path)) return false
  const { source } = JSON.parse(text) as { source?: unknown }
  return typeof source === "string" && source.length > 0
}

/** All bytes equal, or each one more than the one before it, or a text. */
function isMadeUp(secret: string): boolean {
  const bytes =
    /^[0-9a-f]+$/i.test(secret) && secret.length % 2 === 0
      ? fromHex(secret)
      : Buffer.from(secret, "base64url")
  const steps = new Set([...bytes.subarray(1)].map((byte, i) => (byte - bytes[i]! + 256) % 256))
  return steps.size <= 1 || bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
}

const tree: TreeFile[] = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) =>
    `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/").slice(root.length).replace(/^\/+/, ""),
  )
  .filter((path) => !SKIPPED.test(path))
  .map((path) => ({ path, text: readFileSync(`${root}/${path}`, "latin1") }))

test("the tree holds no private key", () => {
  expect(tree.length).toBeGreaterThan(40)
  expect(tree.flatMap(faultsOf)).toEqual([])
})

// Split, so that this file passes its own test.
const begin = "-----BEGIN"
const random = "8f1c3a59d27e604b95ad13e87c20f6b41d5e92a7c3806f4b7a19e5d20c8b36f4"
const randomText = toBase64Url(fromHex(random))

test.each<[string, TreeFile]>([
  ["a .pem file", { path: "keys/relay.pem", text: "" }],
  ["a .key file", { path: "test/e2e/relay.KEY", text: "" }],
  ["an invitation", { path: "data/invitation", text: "" }],
  ["PEM in a test", { path: "test/x.test.ts", text: `const pem = \`${begin} PRIVATE KEY-----\n` }],
  ["encrypted PEM", { path: "docs/x.md", text: `${begin} ENCRYPTED PRIVATE KEY-----` }],
  ["OpenSSH's PEM", { path: "docs/x.md", text: `${begin} OPENSSH PRIVATE KEY-----` }],
  ["DER in base64", { path: "test/x.ts", text: ["MC4CAQAwBQYDK2Vw", "BCIEIA"].join("") }],
  ["DER in hex", { path: "test/x.ts", text: ["302e020100300506032b6570", "0422042000"].join("") }],
  ["a hex secret", { path: "test/x.ts", text: `const roomSecret = "${random}"` }],
  ["a secret in a call", { path: "test/x.ts", text: `privateKey: fromHex("${random}")` }],
  ["a base64 seed", { path: "test/x.json", text: `{"seed": "${randomText}"}` }],
  ["a vector file without a source", { path: "keys/x.json", text: `{"secret": "${random}"}` }],
  ["a vector file elsewhere", { path: "src/x.json", text: `{"source": "me", "secret": "${random}"}` }],
  [
    "PEM in a vector file",
    { path: "keys/x.json", text: `{"source": "me", "x": "${begin} PRIVATE KEY-----"}` },
  ],
  ["an invitation in a text", { path: "README.md", text: `secure-chat://h:1/#k=x&a=y&i=${randomText}` }],
  ["an admission code", { path: "README.md", text: `#k=x&a=${randomText.slice(0, 22)}&i=` }],
])("%s is found", (_, file) => expect(faultsOf(file)).toHaveLength(1))

test.each<[string, TreeFile]>([
  ["a public key", { path: "keys/x.ts", text: `const publicKey = "${random}"` }],
  ["a public key in PEM", { path: "keys/x.md", text: `${begin} PUBLIC KEY-----` }],
  ["equal bytes", { path: "test/x.ts", text: `const secret = "${"07".repeat(32)}"` }],
  [
    "counting bytes",
    { path: "test/x.ts", text: `seed: "${toHex(Uint8Array.from({ length: 32 }, (__, i) => i))}"` },
  ],
  ["a vector with a source", { path: "keys/x.json", text: `{"source": "RFC 8032", "secret": "${random}"}` }],
  ["a made-up invitation", { path: "README.md", text: `#k=x&i=${toBase64Url(new Uint8Array(32).fill(9))}` }],
])("%s is allowed", (_, file) => expect(faultsOf(file)).toEqual([]))
