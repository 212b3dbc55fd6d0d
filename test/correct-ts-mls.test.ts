/** ts-mls is corrected wherever it is loaded, and only the correction makes the difference. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { validateRatchetTree } from "ts-mls/clientState.js"
import { createCommit } from "ts-mls/createCommit.js"
import { expect, test } from "vitest"
import { corrections } from "../.config/build.ts"
import { correctTsMls, isCorrected } from "../.config/correct-ts-mls.ts"

const CHECK = "if (!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves))"
const CORRECTED = "if (parentIdx === i) break; if (!dpNode.parent.unmergedLeaves.includes(unmergedLeaf))"
const root = fileURLToPath(new URL("..", import.meta.url))
const offlineInvitee = join(root, "test/support/offline-invitee.ts")
const register = join(root, ".config/register.ts")

const TREES = "ts-mls/dist/src/clientState.js"
const PATHS = "ts-mls/dist/src/createCommit.js"
const CONTEXT = "state.groupContext, state.signaturePrivateKey, cipherSuite, excludeNodes)"

test.each([
  [TREES, CHECK, CORRECTED],
  [TREES, "Object.values(grouped.remove).length > 0;", "|| grouped.group_context_extensions.length > 0;"],
  [PATHS, CONTEXT, "{ ...state.groupContext, extensions: res.additionalResult.extensions }"],
])("the installed %s holds the text exactly once, and it is replaced", (file, found, wanted) => {
  const source = readFileSync(join(root, "node_modules", file), "utf8")
  expect(source.split(found)).toHaveLength(2)
  expect(correctTsMls(source, file)).toContain(wanted)
})

test.each([
  ["absent", "export const nothing = 1"],
  ["twice", `${CHECK} a()\n${CHECK} b()`],
  ["already replaced", CORRECTED],
])("a source with the check %s stops the build", (_, source) => {
  expect(() => correctTsMls(source, TREES)).toThrow("not once")
})

test.each([
  ["/x/node_modules/ts-mls/dist/src/clientState.js", true],
  ["file:///x/node_modules/ts-mls/dist/src/clientState.js?v=1", true],
  ["C:\\x\\node_modules\\ts-mls\\dist\\src\\clientState.js", true],
  ["/x/node_modules/ts-mls/dist/src/createCommit.js", true],
  ["/x/node_modules/ts-mls/dist/src/createMessage.js", false],
  ["/x/src/clientState.js", false],
])("%s is the file: %s", (path, expected) => expect(isCorrected(path)).toBe(expected))

test("the tests run on the corrected library", () => {
  const code = validateRatchetTree.toString()
  expect(code).not.toContain("arraysEqual(dpNode")
  expect(code).toMatch(/parentIdx === i/)
  expect(createCommit.toString()).toMatch(/extensions: res\.additionalResult\.extensions/)
})

test("without it, an invited person who stays offline keeps newcomers out", () => {
  expect(run([offlineInvitee])).toContain("non-blank intermediate node")
})

test("from source with the hook, the newcomer joins", () => {
  expect(run(["--import", register, offlineInvitee])).toBe("joined")
  expect(run(["--import", register, "--import", "tsx", offlineInvitee])).toBe("joined")
})

test("in a bundle, the newcomer joins", async () => {
  // Inside the tree, so that whatever the bundle leaves out is still found.
  const folder = mkdtempSync(join(root, "node_modules", ".bundle-"))
  try {
    const outfile = join(folder, "bundle.mjs")
    await build({
      entryPoints: [offlineInvitee],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      plugins: [corrections],
    })
    expect(run([outfile])).toBe("joined")
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function run(args: string[]): string {
  return execFileSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim()
}
